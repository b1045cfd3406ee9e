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
	Announce bool // to be seen by everybody, for hosts
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
// exactly once, after commit or failure, and must not block. Messages that one goroutine submits to
// one room are written in that order. A message whose ctx ends before its turn is not written.
func (s *Service) Submit(ctx context.Context, viewer account.Viewer, say Say, done func(seq int64, err error)) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	w, err := s.check(ctx, say)
	if err != nil {
		return err
	}
	if err := s.gated(ctx, viewer, w.say.Body); err != nil {
		return err
	}
	if s.Pace != nil {
		if err := s.Pace(ctx, viewer, w.say); err != nil {
			return err
		}
	}
	w.ctx, w.author, w.done = ctx, ByViewer(viewer), done
	return s.writer(w.say.Room).submit(w)
}

// gated asks the gate about a text that keeps to the rules.
func (s *Service) gated(ctx context.Context, viewer account.Viewer, body string) error {
	if s.Gate == nil {
		return nil
	}
	return s.Gate(ctx, viewer, body)
}

// check applies the rules of a message that need no lock.
func (s *Service) check(ctx context.Context, say Say) (*waiting, error) {
	if say.ReplyTo < 0 {
		return nil, errNoReply
	}
	text, err := s.wording(ctx, say.Body, say.Lang, MaxWeight, "chat.body.empty", "chat.body.long")
	if err != nil {
		return nil, err
	}
	w := &waiting{say: say, html: text.html, mentioned: text.mentioned}
	w.say.Body, w.say.Lang = text.body, text.lang
	return w, nil
}

// wording is a text that passed the rules, rendered.
type wording struct {
	body, html, lang string
	mentioned        []account.MemberID
}

// wording cleans, checks and renders a text of at most longest weighted characters; empty and long are what is told of one that is.
func (s *Service) wording(ctx context.Context, body, lang string, longest int, empty, long string) (wording, error) {
	body, ok := markup.Clean(body)
	if !ok {
		return wording{}, errUTF8
	}
	var wrong fault.Fields
	switch {
	case markup.Blank(body):
		wrong.Add("body", empty, nil)
	case len(body) > 4*longest || markup.Weight(body) > longest:
		wrong.Add("body", long, fault.Args{"Max": longest})
	}
	if lang == "" {
		lang = langOf(body)
	}
	if _, ok := i18n.ParseWritten(lang); !ok {
		wrong.Add("lang", "chat.lang.unknown", nil)
	}
	if err := wrong.Err(); err != nil {
		return wording{}, err
	}
	var mentions markup.Mentions
	if keys := markup.MentionCandidates(body); len(keys) > 0 {
		var err error
		if mentions, err = s.accounts.ByHandles(ctx, keys); err != nil {
			return wording{}, wrap("find who is mentioned", err)
		}
	}
	return wording{body, markup.Render(body, markup.Options{Mentions: mentions, Lang: lang}), lang, mentioned(body, mentions)}, nil
}

// langOf is the language that a text is in, as it seems.
func langOf(body string) string { return cmp.Or(markup.Lang(body), string(i18n.En)) }
