package mail

import (
	"context"
	"fmt"

	"senet/internal/pg"
)

const countLetters = `
	select count(*) filter (where state = 'waiting' and not_before <= now()) as waiting,
		count(*) filter (where state = 'failed' and done_at > now() - interval '7 days') as failed
	from mail_letters where state in ('waiting', 'failed')`

// Count is how mail goes, for the operator.
type Count struct {
	Waiting int // letters that are due and not sent yet
	Failed  int // letters given up in the last seven days
}

// Tally counts the letters that are not where they should be.
func Tally(ctx context.Context, db pg.DB) (Count, error) {
	c, err := pg.One[Count](ctx, db, countLetters)
	if err != nil {
		return c, fmt.Errorf("count letters: %w", err)
	}
	return c, nil
}
