package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/notify"
	"senet/internal/pg"
)

// editOut takes something out of a post or a message.
func (s *Service) editOut(viewer account.Viewer, of Subject, text string) decision {
	d := decision{action: EditOut, subject: of}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		if of.Kind == Message {
			sub, err := s.chat.EditOut(ctx, tx, viewer, chat.MessageID(of.ID), text)
			return aboutMessage(sub, notify.KindEdited), err
		}
		sub, err := s.forum.EditOut(ctx, tx, viewer, forum.PostID(of.ID), text)
		return aboutThread(sub, notify.KindEdited), err
	}
	return d
}

var errNoEvidence = fault.New(fault.Invalid, "moderation.evidence_first")

const evidenceTaken = `select exists (select from moderation_log where action = @action and subject_kind = @kind and subject_id = @id)`

// erase takes the text of a post or message away for good. Before that somebody must have taken the evidence: afterwards there
// is none.
func (s *Service) erase(viewer account.Viewer, of Subject) decision {
	d := decision{action: Erase, subject: of}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var taken bool
		err := tx.QueryRow(ctx, evidenceTaken, pgx.StrictNamedArgs{"action": TakeEvidence, "kind": of.Kind, "id": of.ID}).Scan(&taken)
		if err != nil {
			return outcome{}, fmt.Errorf("look for evidence: %w", err)
		}
		if !taken {
			return outcome{}, errNoEvidence
		}
		if err := s.notify.RetractFor(ctx, tx, of.String()); err != nil {
			return outcome{}, err
		}
		if of.Kind == Message {
			sub, err := s.chat.EraseMessage(ctx, tx, viewer, chat.MessageID(of.ID))
			return aboutMessage(sub, notify.KindErased), err
		}
		sub, err := s.forum.Erase(ctx, tx, forum.PostID(of.ID))
		out := aboutThread(sub, notify.KindErased)
		out.notice.Path = "" // there is nothing to see
		return out, err
	}
	return d
}

func aboutMessage(sub chat.Subject, kind notify.Kind) outcome {
	return outcome{author: sub.AuthorID, data: Data{Path: sub.Path},
		notice: notify.Notice{Kind: kind, Within: notify.Subject("room", sub.Room), Path: sub.Path}}
}
