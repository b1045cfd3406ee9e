package forum

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// The newest posts are enough: who wrote long ago in a thread of thousands is found among everybody.
const participants = `
	select array(
		select author_id from (
			select author_id, number from posts where thread_id = t.id and hidden_at is null order by number desc limit 500
		) late group by author_id order by max(number) desc limit @limit)
	from threads t where t.id = @id and (t.hidden_at is null or ` + moderated + `)`

// Participants are the members who wrote in a thread that the viewer may see, the last one first; at most account.MaxNear.
func (s *Service) Participants(ctx context.Context, viewer account.Viewer, id ThreadID) ([]account.MemberID, error) {
	var ids []account.MemberID
	args := pgx.StrictNamedArgs{"id": id, "moderates": viewer.Moderates(), "viewer": viewer.ID, "limit": account.MaxNear}
	if err := s.store.QueryRow(ctx, participants, args).Scan(&ids); err != nil {
		return nil, fmt.Errorf("find who writes in thread %d: %w", id, pg.OrNotFound(err, errThreadNotFound))
	}
	return ids, nil
}
