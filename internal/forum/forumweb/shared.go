package forumweb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

const (
	// sharedAge bounds what no version tells: relative times, and a name or a count whose change this node has not
	// heard of. What is hidden, edited or locked is found out at once (forum.Mine.Change).
	sharedAge   = 5 * time.Second
	sharedBytes = 64 << 20 // all kept pages together, about
	maxDrawings = 8        // of one page: zones of its readers
)

// sharedPage is what a page of a thread is to all members who read one language: its texts, and its posts as they are drawn for them. It is
// never changed but for new drawings.
type sharedPage struct {
	thread  forum.Thread
	posts   []forum.Post
	ids     []forum.PostID
	more    bool
	kin     []forum.Kin
	opening string // describes the thread
	version uint64
	until   time.Time

	mu       sync.Mutex
	drawings map[*time.Location]*drawing
}

// drawing is the page's posts as HTML for readers in one time zone, made when one of them is first shown.
type drawing struct {
	page *sharedPage
	r    httpx.Request // of nobody: what belongs to one request is not in it

	mu       sync.Mutex
	articles map[drawnPost]string
}

// drawnPost is a post as it looks to a member who stands so to it.
type drawnPost struct {
	index  int
	stance stance
}

// stance is what a member has to do with a post: a bit a reaction in their order, and these.
type stance uint8

const (
	keeps stance = 1 << (iota + 3) // has bookmarked it
	wrote
)

type sharedKey struct {
	thread forum.ThreadID
	after  int
	locale i18n.Locale
}

// sharedPages keeps what members were shown lately.
type sharedPages struct {
	changes *pg.Changes

	mu    sync.Mutex
	kept  map[sharedKey]*sharedPage
	bytes int
}

func newSharedPages(changes *pg.Changes) *sharedPages {
	return &sharedPages{changes: changes, kept: map[sharedKey]*sharedPage{}}
}

// subjects are what a page of a thread shows.
func subjects(id forum.ThreadID) []string {
	return []string{fmt.Sprintf("thread:%d", id), "challenges", "members"}
}

func (s *sharedPages) find(key sharedKey, now time.Time) *sharedPage {
	s.mu.Lock()
	p := s.kept[key]
	s.mu.Unlock()
	if p == nil || now.After(p.until) || s.changes.Version(subjects(key.thread)...) != p.version {
		return nil
	}
	return p
}

func (s *sharedPages) keep(key sharedKey, p *sharedPage) {
	size := 0
	for _, post := range p.posts {
		size += len(post.Body) + 5*(len(post.HTML)+len(post.TrHTML)) + 8<<10 // its drawings, about
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes += size; s.bytes > sharedBytes {
		clear(s.kept)
		s.bytes = size
	}
	s.kept[key] = p
}

// load reads a page of a thread that the viewer may see, and keeps it for the others. A hidden thread is for
// moderators' eyes and not kept.
func (h *Handlers) load(ctx context.Context, viewer account.Viewer, key sharedKey, now time.Time) (*sharedPage, error) {
	p := &sharedPage{version: h.changes.Version(subjects(key.thread)...), until: now.Add(sharedAge), drawings: map[*time.Location]*drawing{}}
	var err error
	if p.thread, err = h.forum.FindThread(ctx, viewer, key.locale, key.thread); err != nil {
		return nil, err
	}
	if p.posts, p.more, err = h.forum.ListPosts(ctx, key.locale, key.thread, key.after, forum.PageSize); err != nil {
		return nil, err
	}
	if p.thread.HasKin {
		if p.kin, err = h.forum.Kin(ctx, key.thread); err != nil {
			return nil, err
		}
	}
	p.ids = make([]forum.PostID, len(p.posts))
	for i, post := range p.posts {
		p.ids[i] = post.ID
	}
	if len(p.posts) > 0 {
		p.opening = markup.Excerpt(p.posts[0].Content(key.locale).Text, 300)
	}
	if viewer.SignedIn() && p.thread.HiddenAt == nil {
		h.shared.keep(key, p)
	}
	return p, nil
}

// drawing is the page's posts for readers like this one; nil when it has been drawn for too many kinds of readers.
func (p *sharedPage) drawing(r *httpx.Request) *drawing {
	key := r.Viewer.Zone
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.drawings[key]
	if d == nil && len(p.drawings) < maxDrawings {
		d = &drawing{page: p, articles: map[drawnPost]string{}, r: httpx.Request{
			Viewer: account.Viewer{Role: account.RoleMember, Zone: r.Viewer.Zone},
			Locale: r.Locale, P: r.P, Now: r.Now, Assets: r.Assets, BaseURL: r.BaseURL,
		}}
		p.drawings[key] = d
	}
	return d
}

// article is the i-th post as a member of that stance sees it.
func (d *drawing) article(ctx context.Context, h *Handlers, i int, s stance) (string, error) {
	key := drawnPost{i, s}
	d.mu.Lock()
	defer d.mu.Unlock()
	if a, ok := d.articles[key]; ok {
		return a, nil
	}
	p := d.page.posts[i]
	r, v := d.r, threadView{Thread: d.page.thread, Posts: d.page.posts}
	if r.Viewer.ID = stranger; s&wrote != 0 {
		r.Viewer.ID = p.AuthorID
	}
	if s&keeps != 0 {
		v.Mine.Bookmarked = []forum.PostID{p.ID}
	}
	for k, kind := range forum.Reactions {
		if s&(1<<k) != 0 {
			v.Mine.Reacted = append(v.Mine.Reacted, forum.Reacted{Post: p.ID, Kind: kind})
		}
	}
	var html strings.Builder
	if err := post(h, &r, v, p).Render(ctx, &html); err != nil {
		return "", fmt.Errorf("draw post %d: %w", p.ID, err)
	}
	d.articles[key] = html.String()
	return html.String(), nil
}

// stranger is a member who has written nothing.
const stranger account.MemberID = -1

// stances tells how the viewer stands to each post of a page.
func stances(viewer account.Viewer, posts []forum.Post, mine forum.Mine) []stance {
	at := make(map[forum.PostID]stance, len(mine.Reacted)+len(mine.Bookmarked))
	for _, r := range mine.Reacted {
		if k := slices.Index(forum.Reactions, r.Kind); k >= 0 {
			at[r.Post] |= 1 << k
		}
	}
	for _, id := range mine.Bookmarked {
		at[id] |= keeps
	}
	all := make([]stance, len(posts))
	for i, p := range posts {
		if all[i] = at[p.ID]; p.AuthorID == viewer.ID {
			all[i] |= wrote
		}
	}
	return all
}

// ready are the page's posts drawn for a member; nil for those whose posts carry forms of their own (moderators), and
// for visitors, who are shown whole pages from memory.
func (h *Handlers) ready(ctx context.Context, r *httpx.Request, p *sharedPage, mine forum.Mine) ([]string, error) {
	if !r.Viewer.SignedIn() || r.Viewer.ModeratesIn(int64(p.thread.ChallengeID)) {
		return nil, nil
	}
	d := p.drawing(r)
	if d == nil {
		return nil, nil
	}
	articles := make([]string, len(p.posts))
	for i, s := range stances(r.Viewer, p.posts, mine) {
		var err error
		if articles[i], err = d.article(ctx, h, i, s); err != nil {
			return nil, err
		}
	}
	return articles, nil
}
