package mail

import (
	"context"
	"fmt"
)

// A job that was lost (a panic, ten times) leaves its letter waiting; its time comes all the same.
const prune = `
	with lost as (
		update mail_letters set state = 'failed', done_at = now(), outcome = case outcome when '' then 'never sent' else outcome end
		where state = 'waiting' and not_after < now() - interval '6 hours'
	)
	delete from mail_letters where done_at < now() - interval '30 days' and not_after < now() - interval '30 days'`

// Prune forgets letters that were done a month ago. Call it now and then.
func (s *Service) Prune(ctx context.Context) error {
	if s == nil {
		return nil
	}
	if _, err := s.store.Exec(ctx, prune); err != nil {
		return fmt.Errorf("prune letters: %w", err)
	}
	return nil
}
