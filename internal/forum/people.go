package forum

import (
	"context"
	"fmt"
	"sync"
	"time"

	"senet/internal/pg"
)

// peopleAge is how old the counts of people may be: they look at every post, so they are not counted for each page.
const peopleAge = time.Minute

// people is how many write in a challenge, by side.
type people struct {
	ChallengeID ChallengeID
	Europe      int
	China       int
	Elsewhere   int
}

// peopleCache counts at most once in peopleAge; who asks meanwhile gets the counts at hand.
type peopleCache struct {
	mu     sync.Mutex
	at     time.Time
	counts map[ChallengeID]people
}

const countPeople = `
select challenge_id, count(*) filter (where region = 'eu') as europe, count(*) filter (where region = 'cn') as china,
	count(*) filter (where region = 'other') as elsewhere
from (select distinct t.challenge_id, m.id, m.region from posts p
	join threads t on t.id = p.thread_id join members m on m.id = p.author_id
	where p.hidden_at is null and t.hidden_at is null) writers
group by challenge_id`

func (c *peopleCache) of(ctx context.Context, db pg.DB) (map[ChallengeID]people, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts != nil && time.Since(c.at) < peopleAge {
		return c.counts, nil
	}
	rows, err := pg.All[people](ctx, db, countPeople)
	if err != nil {
		return nil, fmt.Errorf("count people: %w", err)
	}
	counts := make(map[ChallengeID]people, len(rows))
	for _, p := range rows {
		counts[p.ChallengeID] = p
	}
	c.at, c.counts = time.Now(), counts
	return counts, nil
}
