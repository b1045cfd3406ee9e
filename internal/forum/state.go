package forum

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// Version is a visible post and which state of it is the newest (Post.State).
type Version struct {
	ID    PostID `json:"id"`
	State string `json:"state"`
}

// State is what an open page of a thread compares itself with.
type State struct {
	Change int64
	Posts  []Version // visible, numbers in (first, last]
	Newer  int       // visible posts behind last
}

const threadState = `
select t.change,
	coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'state', p.version || '.' || coalesce(tr.revision, 0)) order by p.number)
		from posts p left join translations tr on tr.subject_kind = 'post' and tr.subject_id = p.id and tr.locale = @locale and p.lang <> @locale
		where p.thread_id = t.id and p.hidden_at is null and p.number > @first and p.number <= @last), '[]') as posts,
	(select count(*) from posts where thread_id = t.id and hidden_at is null and number > @last)::int as newer
from threads t where t.id = @id and (t.hidden_at is null or ` + moderated + `)`

// ThreadState tells how a thread the viewer may see stands, for a page in that locale that shows its numbers in
// (first, last]. The range is cut to the 200 numbers after first.
func (s *Service) ThreadState(ctx context.Context, viewer account.Viewer, l i18n.Locale, id ThreadID, first, last int) (State, error) {
	st, err := pg.One[State](ctx, s.store, threadState, pgx.StrictNamedArgs{"id": id, "first": first,
		"last": min(last, first+200), "moderates": viewer.Moderates(), "viewer": viewer.ID, "locale": l.Reading()})
	if err != nil {
		return st, fmt.Errorf("state of thread %d: %w", id, pg.OrNotFound(err, errThreadNotFound))
	}
	return st, nil
}
