// Package forum owns health challenges and what is said about them in threads: posts, their history, reactions,
// bookmarks, follows and drafts. It writes those tables and no others; the standing room of a challenge is opened
// through Rooms, who is told of a reply through notify, in the same transaction.
package forum

import (
	"cmp"
	"context"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

type (
	ChallengeID int64
	ThreadID    int64
	PostID      int64
)

// Limits of what is written. Text is measured in weighted characters (markup.Weight): a Han character counts 2.
const (
	MinTitle = 4        // two Han characters are a title
	MaxTitle = 200      // a hundred Han characters
	MaxBody  = 64 << 10 // bytes of UTF-8
	PageSize = 30
)

var (
	errThreadNotFound    = fault.New(fault.NotFound, "forum.thread.not_found")
	errPostNotFound      = fault.New(fault.NotFound, "forum.post.not_found")
	errChallengeNotFound = fault.New(fault.NotFound, "forum.challenge.not_found")
	errLocked            = fault.New(fault.Conflict, "forum.thread.locked")
	errArchived          = fault.New(fault.Conflict, "forum.challenge.archived")
	errForbidden         = fault.New(fault.Forbidden, "error.forbidden")
	errSignIn            = fault.New(fault.Unauthorised, "error.sign_in")
	errAlready           = fault.New(fault.Conflict, "forum.already")
)

// Service is the forum.
type Service struct {
	store    *pg.Store
	accounts *account.Service
	notify   *notify.Service
	words    *translation.Service
	mine     gather
	people   peopleCache
	// Rooms opens the standing room of a new challenge, in the transaction that creates it.
	Rooms func(ctx context.Context, tx *pg.Tx, challenge int64) error
	// Gate says why a text may not be what a post is changed to; nil: everything may.
	Gate func(ctx context.Context, viewer account.Viewer, body string) error
	// Screen says whether a fresh post is to wait for a moderator; nil: none is.
	Screen func(ctx context.Context, tx *pg.Tx, viewer account.Viewer, p FreshPost) (hold bool, err error)
}

// New makes the forum.
func New(store *pg.Store, accounts *account.Service, words *translation.Service, notices *notify.Service) *Service {
	s := &Service{store: store, accounts: accounts, words: words, notify: notices}
	words.Register(translation.Thread, titles{s})
	words.Register(translation.Post, posts{s})
	return s
}

// Author is who wrote something, as shown beside it.
type Author struct {
	AuthorID          account.MemberID
	AuthorName        string
	AuthorHandle      string
	AuthorRegion      account.Region
	AuthorAffiliation string
	AuthorRole        account.Role
}

// authorColumns yields Author from members m.
const authorColumns = `m.id as author_id, m.name as author_name, m.handle as author_handle, m.region as author_region,
	m.affiliation as author_affiliation, m.role as author_role`

// written is a text that passed the rules: cleaned, its language known, rendered.
type written struct {
	body, html, lang string
	mentions         []account.MemberID
}

// write applies the rules for a body and renders it. lang "" is guessed; prefix keeps footnote ids apart.
func (s *Service) write(ctx context.Context, fields *fault.Fields, body, lang, prefix string) (written, error) {
	body, ok := markup.Clean(body)
	if !ok {
		return written{}, fault.New(fault.Malformed, "error.utf8")
	}
	switch {
	case len(body) > MaxBody:
		fields.Add("body", "forum.body.long", fault.Args{"Max": MaxBody >> 10})
		return written{}, nil
	case markup.Blank(body):
		fields.Add("body", "forum.body.empty", nil)
		return written{}, nil
	}
	lang = language(fields, lang, body)
	found, err := s.accounts.ByHandles(ctx, markup.MentionCandidates(body))
	if err != nil {
		return written{}, err
	}
	w := written{body: body, lang: lang, html: markup.Render(body, markup.Options{Mentions: found, Lang: lang, IDPrefix: prefix})}
	w.mentions = membersOf(markup.Mentioned(body, found))
	return w, nil
}

func membersOf(targets []markup.Target) (ids []account.MemberID) {
	for _, m := range targets {
		ids = append(ids, account.MemberID(m.ID))
	}
	return ids
}

// mentionedIn are those whom a stored text names.
func (s *Service) mentionedIn(ctx context.Context, body string) ([]account.MemberID, error) {
	found, err := s.accounts.ByHandles(ctx, markup.MentionCandidates(body))
	if err != nil {
		return nil, err
	}
	return membersOf(markup.Mentioned(body, found)), nil
}

// language is the text's language as chosen, or guessed when the author left it open; English when nothing tells.
func language(fields *fault.Fields, chosen, text string) string {
	if chosen == "" {
		chosen = cmp.Or(markup.Lang(text), string(i18n.En))
	}
	if _, ok := i18n.ParseWritten(chosen); !ok {
		fields.Add("lang", "forum.lang.unknown", nil)
		return ""
	}
	return chosen
}
