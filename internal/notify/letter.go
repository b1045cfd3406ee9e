package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/mail"
	"senet/internal/pg"
	"senet/internal/translation"
)

// The kinds of letters that notices become.
const (
	LetterReply    mail.Kind = "notice.reply"
	LetterDecision mail.Kind = "notice.decision"
	LetterAccount  mail.Kind = "notice.account"
)

// letterKind is the kind of letter that a notice becomes; false for those that stay in the inbox.
func letterKind(k Kind) (mail.Kind, bool) {
	switch k {
	case KindReply, KindMention, KindQuote:
		return LetterReply, true
	case KindHidden, KindRestored, KindLocked, KindUnlocked, KindMoved, KindRenamed, KindMerged, KindSplit, KindRole, KindTrusted, KindDistrusted, KindAppointed, KindRecalled, KindMuted, KindEjected, KindReadmitted,
		KindWarned, KindUnwarned, KindSilenced, KindUnsilenced, KindUnsuspended, KindAppealUpheld, KindApproved, KindRejected, KindEdited, KindErased:
		return LetterDecision, true
	case KindAdmitted, KindTurnedDown:
		return LetterAccount, true
	}
	return "", false
}

// replyPause is how long a letter about a reply waits: until then an engine has translated it, and who wrote it has had a
// second look.
const replyPause = time.Minute

func letter(to account.MemberID, of ID, kind mail.Kind) mail.Letter {
	l := mail.Letter{To: to, Kind: kind, Subject: Subject("notice", of), Data: told{of}}
	if kind == LetterReply {
		l.After = time.Now().Add(replyPause)
	}
	return l
}

// told is what a letter keeps of a notice.
type told struct {
	Notice ID `json:"notice"`
}

const findForLetter = `
	select n.id, n.kind, n.subject, n.path, n.data, n.created_at, n.read_at,
		case when n.kind in ('reply', 'mention', 'quote') then coalesce(a.name, '') else '' end as actor_name, ` + translation.Columns + `
	from notices n left join members a on a.id = n.actor_id
	left join translations tr on tr.subject_kind = 'thread' and tr.locale = @locale
		and tr.subject_id = case when n.within like 'thread:%' then substr(n.within, 8)::bigint end
	where n.id = @id and n.member_id = @member and n.read_at is null`

// ForLetter is the notice that a letter with that data tells of, for its recipient. false when there is nothing to tell
// any more: it was taken back, because what it led to is hidden, or read already.
func (s *Service) ForLetter(ctx context.Context, to account.MemberID, l i18n.Locale, data json.RawMessage) (Item, bool, error) {
	var of told
	if err := json.Unmarshal(data, &of); err != nil {
		return Item{}, false, fmt.Errorf("read which notice a letter is about: %w", err)
	}
	n, err := pg.One[Item](ctx, s.store, findForLetter, pgx.StrictNamedArgs{"id": of.Notice, "member": to, "locale": translation.Reading(l)})
	if errors.Is(err, pgx.ErrNoRows) {
		return Item{}, false, nil
	}
	if err != nil {
		return Item{}, false, fmt.Errorf("find notice %d for a letter: %w", of.Notice, err)
	}
	return n, true, nil
}
