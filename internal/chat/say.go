package chat

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
)

// MaxWeight is the longest message, in weighted characters (a Han character counts 2).
const MaxWeight = 4000

// Say is something to be said. ClientID makes saying it again harmless.
type Say struct {
	Room     RoomID
	ClientID uuid.UUID
	Body     string // Markdown
	Lang     string // "en", "zh", or "" to have it guessed
	ReplyTo  MessageID
}

var (
	errSignIn  = fault.New(fault.Unauthorised, "error.sign_in")
	errUTF8    = fault.New(fault.Malformed, "error.utf8")
	errStopped = fault.New(fault.Unavailable, "chat.restarting")
	errNoReply = fault.New(fault.Invalid, "chat.reply.not_found")
)

// Say says something in a room and returns the seq of its event once that is committed. Members only. Saying it
// again, with the same client id, gives the same seq and makes no second message, whatever else differs.
func (s *Service) Say(ctx context.Context, viewer account.Viewer, say Say) (int64, error) {
	type outcome struct {
		seq int64
		err error
	}
	told := make(chan outcome, 1)
	if err := s.Submit(ctx, viewer, say, func(seq int64, err error) { told <- outcome{seq, err} }); err != nil {
		return 0, err
	}
	select {
	case o := <-told:
		return o.seq, o.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Submit is Say without the waiting: what is wrong with the message itself it says at once, else done is called
// exactly once, after commit or failure, and must not block. Messages that one goroutine submits are written in
// that order. A message whose ctx ends before its turn is not written.
func (s *Service) Submit(ctx context.Context, viewer account.Viewer, say Say, done func(seq int64, err error)) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	w, err := s.check(ctx, say)
	if err != nil {
		return err
	}
	w.ctx, w.author, w.done = ctx, ByViewer(viewer), done
	return s.writer.submit(w)
}

// check applies the rules of a message that need no lock.
func (s *Service) check(ctx context.Context, say Say) (*waiting, error) {
	body, ok := markup.Clean(say.Body)
	if !ok {
		return nil, errUTF8
	}
	var wrong fault.Fields
	switch {
	case markup.Blank(body):
		wrong.Add("body", "chat.body.empty", nil)
	case len(body) > 4*MaxWeight || markup.Weight(body) > MaxWeight:
		wrong.Add("body", "chat.body.long", fault.Args{"Max": MaxWeight})
	}
	lang := say.Lang
	if lang == "" {
		lang = cmp.Or(markup.Lang(body), string(i18n.En))
	}
	if _, ok := i18n.ParseWritten(lang); !ok {
		wrong.Add("lang", "chat.lang.unknown", nil)
	}
	if say.ReplyTo < 0 {
		return nil, errNoReply
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	var mentions markup.Mentions
	if keys := markup.MentionCandidates(body); len(keys) > 0 {
		var err error
		if mentions, err = s.accounts.ByHandles(ctx, keys); err != nil {
			return nil, wrap("find who is mentioned", err)
		}
	}
	w := &waiting{say: say, html: markup.Render(body, markup.Options{Mentions: mentions, Lang: lang})}
	w.say.Body, w.say.Lang = body, lang
	return w, nil
}
