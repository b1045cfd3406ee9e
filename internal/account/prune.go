package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const prune = `
	with ended as (delete from sessions where expires_at <= @now),
	     links as (delete from setup_links where expires_at <= @now),
	     puzzles as (delete from spent_puzzles where expires_at <= @now)
	delete from sign_in_failures where at <= @forgotten`

// Prune deletes what has expired: sessions, setup links, spent puzzles, counted failures. Call it now and then.
func (s *Service) Prune(ctx context.Context) error {
	now := s.stamp()
	_, err := s.store.Exec(ctx, prune, pgx.StrictNamedArgs{"now": now, "forgotten": now.Add(-failureWindow)})
	if err != nil {
		return fmt.Errorf("prune accounts: %w", err)
	}
	return nil
}
