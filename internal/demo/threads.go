package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// fresh is how far back inboxes reach.
const fresh = 14 * 24 * time.Hour

// threadRow is a thread while its posts are being written.
type threadRow struct {
	written
	*thread
	slug   string
	change int // one for every post and every edit, as forum counts
	path   string
	follow []account.MemberID // who wrote in it so far, in that order
}

// postRow is a post of a thread.
type postRow struct {
	written
	*post
	thread *threadRow
	number int
	author account.MemberID
	html   string
	edited *time.Time
}

// loadThreads gives threads and posts their ids in the order of time, over all challenges.
func (l *loader) loadThreads(ctx context.Context, tx *pg.Tx) error {
	threads, posts := l.threadRows()
	l.outcomes = map[string]*int64{}
	threadIDs, err := reserve(ctx, tx, "threads", len(threads))
	if err != nil {
		return err
	}
	postIDs, err := reserve(ctx, tx, "posts", len(posts))
	if err != nil {
		return err
	}
	for i, t := range threads {
		t.id = threadIDs[i]
		t.path = fmt.Sprintf("/t/%d-%s", t.id, t.slug)
		if t.Outcome != "" {
			l.outcomes[t.Outcome] = &t.id
		}
	}
	for i, p := range posts {
		p.id = postIDs[i]
	}
	notices := l.noticeRows(posts) // before the threads are copied: it finds their followers
	if err := l.copyThreads(ctx, tx, threads); err != nil {
		return err
	}
	if err := l.copyPosts(ctx, tx, posts); err != nil {
		return err
	}
	return copyRows(ctx, tx, "notices", noticeColumns, notices)
}

// threadRows makes the rows, both sorted by time, still without ids.
func (l *loader) threadRows() (threads []*threadRow, posts []*postRow) {
	for i := range l.Threads {
		t := &threadRow{written: written{client: uuid.New(), at: l.at(l.Threads[i].Posts[0].Ago)}, thread: &l.Threads[i]}
		t.slug = markup.Slug(t.Title, t.Lang)
		threads = append(threads, t)
		for j := range t.Posts {
			p := &postRow{written: written{client: uuid.New(), at: l.at(t.Posts[j].Ago)}, post: &t.Posts[j], thread: t, number: j + 1}
			p.author = account.MemberID(l.members[p.By])
			// The prefix is forum's: an edit keeps the ids of footnotes.
			p.html = markup.Render(p.Body, markup.Options{Mentions: l.mentions, Lang: p.Lang, IDPrefix: "p" + p.client.String()[:8] + "-"})
			t.change++
			if p.Was != "" {
				edited := l.after(p.at, 35*time.Minute)
				p.edited = &edited
				t.change++
			}
			posts = append(posts, p)
		}
	}
	slices.SortStableFunc(threads, func(a, b *threadRow) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(posts, func(a, b *postRow) int { return a.at.Compare(b.at) })
	return threads, posts
}

func (l *loader) copyThreads(ctx context.Context, tx *pg.Tx, threads []*threadRow) error {
	var rows, follows [][]any
	for _, t := range threads {
		l.render(rendering{Subject: translation.Subject{Kind: translation.Thread, ID: t.id}, lang: t.Lang, source: t.Title, version: 1,
			text: t.TitleTranslated, translator: t.TitleTranslator, plain: true, at: l.after(t.at, 3*time.Hour)})
		last := l.at(t.Posts[len(t.Posts)-1].Ago)
		var pinned *time.Time
		if t.Pinned {
			at := l.after(t.at, time.Hour)
			pinned = &at
		}
		rows = append(rows, []any{t.id, l.challenges[t.Challenge], t.Kind, t.Title, t.Lang, t.slug, l.members[t.Posts[0].By],
			t.client, len(t.Posts), len(t.Posts), last, t.change, t.at, pinned})
		for _, member := range t.follow {
			i := slices.IndexFunc(t.Posts, func(p post) bool { return account.MemberID(l.members[p.By]) == member })
			follows = append(follows, []any{member, t.id, l.at(t.Posts[i].Ago)})
		}
	}
	err := copyRows(ctx, tx, "threads", []string{"id", "challenge_id", "kind", "title", "lang", "slug", "author_id", "client_id",
		"post_count", "last_number", "last_post_at", "change", "created_at", "pinned_at"}, rows)
	if err != nil {
		return err
	}
	return copyRows(ctx, tx, "thread_follows", []string{"member_id", "thread_id", "created_at"}, follows)
}

func (l *loader) copyPosts(ctx context.Context, tx *pg.Tx, posts []*postRow) error {
	var rows, revisions, reactions, bookmarks [][]any
	for _, p := range posts {
		version := 1
		if p.edited != nil {
			version = 2
			revisions = append(revisions, []any{p.id, 1, p.Was, p.Lang, p.author, p.at})
		}
		l.render(rendering{Subject: translation.Subject{Kind: translation.Post, ID: p.id}, lang: p.Lang, source: p.Body, version: version,
			text: p.Translated, translator: p.Translator, reviewed: p.Reviewed, at: l.after(p.at, 5*time.Hour)})
		rows = append(rows, []any{p.id, p.thread.id, p.number, p.author, p.client, p.Body, p.html, p.Lang, version, p.at, p.edited})
		n := 0
		for kind, who := range p.Reactions {
			for _, member := range l.ids(who) {
				n++
				reactions = append(reactions, []any{p.id, member, kind, l.after(p.at, time.Duration(n)*47*time.Minute)})
			}
		}
		for i, member := range l.ids(p.Bookmarks) {
			bookmarks = append(bookmarks, []any{member, p.id, l.after(p.at, time.Duration(i+1)*3*time.Hour)})
		}
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"posts", []string{"id", "thread_id", "number", "author_id", "client_id", "body", "html", "lang", "version", "created_at",
			"edited_at"}, rows},
		{"post_revisions", []string{"post_id", "version", "body", "lang", "editor_id", "created_at"}, revisions},
		{"post_reactions", []string{"post_id", "member_id", "kind", "created_at"}, reactions},
		{"bookmarks", []string{"member_id", "post_id", "created_at"}, bookmarks},
	} {
		if err := copyRows(ctx, tx, c.table, c.columns, c.rows); err != nil {
			return err
		}
	}
	return nil
}

// noticeRows walks through the posts in the order of time, lets their authors follow the threads, and makes the
// notices of the last days, as forum tells them: who is named hears that, who follows hears of the rest.
func (l *loader) noticeRows(posts []*postRow) [][]any {
	var rows [][]any
	for _, p := range posts {
		t := p.thread
		followers := slices.Clone(t.follow)
		if !slices.Contains(t.follow, p.author) {
			t.follow = append(t.follow, p.author)
		}
		if l.now.Sub(p.at) > fresh {
			continue
		}
		n := notify.Notice{Kind: notify.KindReply, Path: fmt.Sprintf("/p/%d", p.id), Subject: notify.Subject("post", p.id),
			Within: notify.Subject("thread", t.id), Data: notify.Data{Title: t.Title, Lang: t.Lang}}
		if p.number == 1 {
			n.Kind, n.Path, n.Data.Challenge = notify.KindThread, t.path, l.title(t.Challenge)
			followers = l.followersOf(t.Challenge)
		}
		told := []account.MemberID{p.author}
		tell := func(to account.MemberID, n notify.Notice) {
			if !slices.Contains(told, to) {
				told = append(told, to)
				rows = append(rows, l.notice(to, p.author, p.at, n))
			}
		}
		named := n
		named.Kind = notify.KindMention
		for _, m := range markup.Mentioned(p.Body, l.mentions) {
			tell(account.MemberID(m.ID), named)
		}
		for _, to := range followers {
			tell(to, n)
		}
	}
	return rows
}

func (l *loader) followersOf(challenge string) (ids []account.MemberID) {
	for _, m := range l.Members {
		if slices.Contains(m.Follows, challenge) {
			ids = append(ids, account.MemberID(l.members[m.Key]))
		}
	}
	return ids
}
