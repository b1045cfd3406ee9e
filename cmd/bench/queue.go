package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"senet/internal/pg"
)

// A case in five thousand is an appeal; the closed ones have fifty reports each. The locale makes many cases of one post.
const (
	openCases = `
		insert into cases (subject_kind, subject_id, kind, lang, urgency, report_count, opened_at, challenge_id)
		select 'post', (select min(id) from posts) + n % (select count(*) from posts), case when n % 5000 = 0 then 'appeal' else 'report' end,
			case n % 2 when 0 then 'en' else 'zh' end, n % 4, 1, now() - n * interval '1 second', (select min(id) + n % 3 from challenges)
		from generate_series(1, $1::int) n
		on conflict do nothing`
	manyOpen = `
		insert into cases (subject_kind, subject_id, locale, kind, lang, urgency, report_count, opened_at, challenge_id)
		select 'post', (select min(id) from posts) + n % (select count(*) from posts), n::text, case when n % 5000 = 0 then 'appeal' else 'report' end,
			case n % 2 when 0 then 'en' else 'zh' end, n % 4, 1, now() - n * interval '1 second', (select min(id) + n % 3 from challenges)
		from generate_series(1, $1::int) n`
	reportOpen = `
		insert into reports (case_id, reporter_id, rule_id) select id, (select min(id) from members), 1 + id % 7 from cases where closed_at is null
		on conflict do nothing`
	closedCases = `
		insert into cases (subject_kind, subject_id, kind, lang, urgency, report_count, opened_at, closed_at)
		select 'post', 1 + n % 1000, 'report', 'en', n % 4, 50, now() - n * interval '1 minute', now() - n * interval '30 seconds'
		from generate_series(1, $1::int) n`
	reportClosed = `
		insert into reports (case_id, reporter_id, rule_id) select c.id, null, 1 + n % 7 from cases c, generate_series(1, 50) n
		where c.closed_at is not null`
)

// queue is the moderators' queue with 100,000 open cases and 5,000,000 closed reports, its first page and those of its
// filters, against the same page of a queue with a hundred cases and nothing behind it.
func (b *bench) queue(ctx context.Context) ([]row, error) {
	hub, err := b.start(spec{Mode: "hub"})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	pool, err := pg.Open(ctx, b.world.URL, 0)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	fill := func(steps ...any) error {
		for _, step := range steps {
			var err error
			switch s := step.(type) {
			case string:
				_, err = pool.Exec(ctx, s)
			case counted:
				_, err = pool.Exec(ctx, s.sql, s.n)
			}
			if err != nil {
				return fmt.Errorf("fill the queue: %w", err)
			}
		}
		return nil
	}
	if err := fill(counted{openCases, 100}, reportOpen, `analyze cases, reports`); err != nil {
		return nil, err
	}
	n := pick(b, 300, 100)
	if _, err := b.pages(hub, "/en/moderation/queue", n/4); err != nil { // warm
		return nil, err
	}
	few, err := b.pages(hub, "/en/moderation/queue", n)
	if err != nil {
		return nil, err
	}
	err = fill(counted{closedCases, pick(b, 100_000, 4_000)}, reportClosed, counted{manyOpen, pick(b, 100_000, 10_000)}, reportOpen, `vacuum analyze cases, reports`)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, page := range []struct{ name, path string }{
		{"the first page", ""}, {"a page in the middle", "?after=1.100"}, {"appeals", "?kind=appeal"}, {"one language", "?lang=zh"}, {"mine", "?mine=1"},
	} {
		many, err := b.pages(hub, "/en/moderation/queue"+page.path, n)
		if err != nil {
			return nil, err
		}
		rows = append(rows, against("queue, "+page.name+", p99", "ms", []float64{many}, []float64{few}).within(50))
	}
	return rows, nil
}

// counted is a statement with a number.
type counted struct {
	sql string
	n   int
}

// pages is the 99th percentile of how long a page takes of n requests one after the other, in milliseconds.
func (b *bench) pages(hub *child, path string, n int) (float64, error) {
	times := make([]float64, n)
	for i := range times {
		req, err := http.NewRequest(http.MethodGet, "http://"+hub.Addr+path, nil)
		if err != nil {
			return 0, err
		}
		req.Header.Set("Authorization", "Bearer "+b.world.Token)
		begun := time.Now()
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, fmt.Errorf("ask for %s: %w", path, err)
		}
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("%s answered %d: %w", path, res.StatusCode, err)
		}
		times[i] = float64(time.Since(begun).Microseconds()) / 1000
	}
	slices.Sort(times)
	return times[(n*99-1)/100], nil
}
