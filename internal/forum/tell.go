package forum

import (
	"context"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
)

// news is a new post, for those it concerns.
type news struct {
	kind      notify.Kind // for the followers: KindReply or KindThread
	thread    ThreadID
	post      PostID
	path      string
	title     string
	lang      string
	challenge *i18n.Text
	followers []account.MemberID
	mentions  []account.MemberID
}

// tell puts the news into inboxes: those named in it hear that they are, the followers that there is something new,
// nobody twice, the author not at all.
func (s *Service) tell(ctx context.Context, tx *pg.Tx, viewer account.Viewer, n news) error {
	notice := notify.Notice{
		Kind: notify.KindMention, Actor: viewer.ID, Path: n.path,
		Subject: notify.Subject("post", n.post), Within: notify.Subject("thread", n.thread),
		Data: notify.Data{Title: n.title, Lang: n.lang, Challenge: n.challenge},
	}
	if err := s.notify.TellMany(ctx, tx, n.mentions, notice); err != nil {
		return err
	}
	notice.Kind = n.kind
	return s.notify.TellMany(ctx, tx, n.followers, notice)
}

const (
	threadFollowers    = `select coalesce(array_agg(member_id), '{}') from thread_follows where thread_id = $1`
	challengeFollowers = `select coalesce(array_agg(member_id), '{}') from challenge_follows where challenge_id = $1`
)

func followers(ctx context.Context, tx *pg.Tx, query string, of int64) (ids []account.MemberID, err error) {
	err = tx.QueryRow(ctx, query, of).Scan(&ids)
	return ids, err
}
