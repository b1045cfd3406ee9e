package forumweb

import (
	"context"
	"fmt"
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
	maxDrawings = 8        // of one page: languages times zones of its readers
)

// sharedPage is what a page of a thread is to all members: its texts, and its posts drawn for those who have nothing
// of their own on them. It is never changed but for new drawings.
type sharedPage struct {
	thread  forum.Thread
	posts   []forum.Post
	ids     []forum.PostID
	more    bool
	opening string // describes the thread
	version uint64
	until   time.Time

	mu       sync.Mutex
	drawings map[drawnFor]*drawing
}

// drawnFor are the readers for whom a post looks the same.
type drawnFor struct {
	locale i18n.Locale
	zone   *time.Location
}

// drawing is the page's posts as HTML, in their order.
type drawing struct {
	heads    []string // who, when, and the text
	articles []string // the whole post, for a member who has done nothing about it
}

type sharedKey struct {
	thread forum.ThreadID
	after  int
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
		size += len(post.Body) + 5*len(post.HTML) + 8<<10 // its drawings, about
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
	p := &sharedPage{version: h.changes.Version(subjects(key.thread)...), until: now.Add(sharedAge), drawings: map[drawnFor]*drawing{}}
	var err error
	if p.thread, err = h.forum.FindThread(ctx, viewer, key.thread); err != nil {
		return nil, err
	}
	if p.posts, p.more, err = h.forum.ListPosts(ctx, key.thread, key.after, forum.PageSize); err != nil {
		return nil, err
	}
	p.ids = make([]forum.PostID, len(p.posts))
	for i, post := range p.posts {
		p.ids[i] = post.ID
	}
	if len(p.posts) > 0 {
		p.opening = markup.Excerpt(p.posts[0].Body, 300)
	}
	if viewer.SignedIn() && p.thread.HiddenAt == nil {
		h.shared.keep(key, p)
	}
	return p, nil
}

// stranger is a member who has written nothing and done nothing here.
const stranger account.MemberID = -1

// draw is the page's posts for readers like this one; nil when it has been drawn for too many kinds of readers.
func (p *sharedPage) draw(ctx context.Context, h *Handlers, r *httpx.Request) (*drawing, error) {
	key := drawnFor{r.Locale, r.Viewer.Zone}
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := p.drawings[key]; d != nil || len(p.drawings) >= maxDrawings {
		return d, nil
	}
	anybody := *r
	anybody.Viewer = account.Viewer{ID: stranger, Role: account.RoleMember, Locale: r.Viewer.Locale, Zone: r.Viewer.Zone}
	v := threadView{Thread: p.thread, Posts: p.posts}
	d := &drawing{}
	for i, one := range p.posts {
		var head, article strings.Builder
		if err := postHead(&anybody, one).Render(ctx, &head); err != nil {
			return nil, fmt.Errorf("draw post %d: %w", one.ID, err)
		}
		d.heads = append(d.heads, head.String())
		v.drawing = &drawing{heads: d.heads}
		if err := post(h, &anybody, v, i).Render(ctx, &article); err != nil {
			return nil, fmt.Errorf("draw post %d: %w", one.ID, err)
		}
		d.articles = append(d.articles, article.String())
	}
	p.drawings[key] = d
	return d, nil
}
