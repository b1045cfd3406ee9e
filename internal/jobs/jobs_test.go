package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// paint is a job for tests.
type paint struct {
	Colour string `json:"colour"`
}

func (paint) Kind() string { return "paint" }

// shop is a queue with one handler that says what it does.
type shop struct {
	t     *testing.T
	store *pg.Store
	queue *jobs.Queue
	done  chan string
}

func open(t *testing.T, work func(context.Context, string) error) *shop {
	t.Helper()
	pool := pgtest.DB(t)
	s := &shop{t: t, store: pg.NewStore(pool), done: make(chan string, 100)}
	var err error
	if s.queue, err = jobs.New(pool, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	jobs.Handle(s.queue, func(ctx context.Context, p paint) error {
		err := work(ctx, p.Colour)
		s.done <- p.Colour
		return err
	})
	return s
}

func (s *shop) start() {
	s.t.Helper()
	if err := s.queue.Start(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.queue.Stop(ctx)
	})
}

func (s *shop) add(all ...jobs.Job) {
	s.t.Helper()
	err := s.store.InTx(s.t.Context(), func(tx *pg.Tx) error { return s.queue.Add(s.t.Context(), tx, all...) })
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) wait(n int) []string {
	s.t.Helper()
	var got []string
	for range n {
		select {
		case c := <-s.done:
			got = append(got, c)
		case <-time.After(30 * time.Second):
			s.t.Fatalf("only %v was done", got)
		}
	}
	return got
}

func nothing(context.Context, string) error { return nil }

func TestAdd_withTheTransaction(t *testing.T) {
	t.Parallel()
	s := open(t, nothing)
	s.start()
	errOops := errors.New("oops")
	err := s.store.InTx(t.Context(), func(tx *pg.Tx) error {
		if err := s.queue.Add(t.Context(), tx, jobs.Job{Args: paint{"red"}, Priority: jobs.Soon}); err != nil {
			return err
		}
		return errOops
	})
	if !errors.Is(err, errOops) {
		t.Fatal(err)
	}
	s.add(jobs.Job{Args: paint{"blue"}, Priority: jobs.Soon})
	if got := s.wait(1); got[0] != "blue" {
		t.Errorf("%v was done though its transaction was rolled back", got)
	}
}

// One job of the same arguments waits or runs at a time; once it is done there may be another.
func TestAdd_once(t *testing.T) {
	t.Parallel()
	s := open(t, nothing)
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Soon}, jobs.Job{Args: paint{"red"}, Priority: jobs.Soon}, jobs.Job{Args: paint{"blue"}, Priority: jobs.Soon})
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Soon})
	load, err := s.queue.LoadOf(t.Context(), s.store, "paint")
	if err != nil || load.Waiting != 2 {
		t.Fatalf("%+v wait, %v; want red and blue", load, err)
	}
	s.start()
	s.wait(2)
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Soon})
	if got := s.wait(1); got[0] != "red" {
		t.Errorf("done: %v", got)
	}
}

// What is added while a job of the same arguments runs is done after it, once however often it was added.
func TestAdd_whileOneRuns(t *testing.T) {
	t.Parallel()
	running, finish := make(chan bool, 10), make(chan bool)
	s := open(t, func(context.Context, string) error {
		running <- true
		<-finish
		return nil
	})
	s.start()
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Now})
	<-running
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Now})
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Now})
	var waiting int
	err := s.store.QueryRow(t.Context(), `select count(*) from river_job where state in ('available', 'scheduled')`).Scan(&waiting)
	if err != nil || waiting != 1 {
		t.Errorf("%d jobs wait behind the one that runs, %v; want 1", waiting, err)
	}
	close(finish)
	s.wait(2)
}

const order = `select args ->> 'colour' from river_job where state = 'available' order by priority, scheduled_at, id`

func TestAdd_order(t *testing.T) {
	t.Parallel()
	s := open(t, nothing)
	s.add(jobs.Job{Args: paint{"old content"}, Priority: jobs.Whenever})
	s.add(jobs.Job{Args: paint{"a post"}, Priority: jobs.Soon})
	for _, c := range []string{"said first", "said second", "said third"} {
		s.add(jobs.Job{Args: paint{c}, Priority: jobs.Now, NewestFirst: true})
	}
	s.add(jobs.Job{Args: paint{"later"}, Priority: jobs.Now, After: time.Now().Add(time.Hour)})
	s.add(jobs.Job{Args: paint{"another post"}, Priority: jobs.Soon})
	s.add(jobs.Job{Args: paint{"asked for"}, Priority: jobs.Whenever})
	s.add(jobs.Job{Args: paint{"asked for"}, Priority: jobs.Now}) // what waits is hurried
	s.add(jobs.Job{Args: paint{"later"}, Priority: jobs.Now})     // and what waits for its time
	want := []string{"said third", "said second", "said first", "asked for", "later", "a post", "another post", "old content"}
	rows, err := s.store.Query(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		got = append(got, c)
	}
	if rows.Err() != nil || !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q; %v", got, want, rows.Err())
	}
}

const stateOf = `select state, count(*) from river_job where kind = 'paint' group by state`

// What fails is tried again, what will never succeed is not, what is put off is no failure.
func TestWork_errors(t *testing.T) {
	t.Parallel()
	s := open(t, func(_ context.Context, c string) error {
		switch c {
		case "fails":
			return errors.New("oops")
		case "never":
			return jobs.Never(errors.New("oops"))
		case "later":
			return jobs.Later(time.Hour)
		case "panics":
			panic("oops")
		}
		return nil
	})
	s.start()
	s.add(jobs.Job{Args: paint{"fails"}, Priority: jobs.Now}, jobs.Job{Args: paint{"never"}, Priority: jobs.Now},
		jobs.Job{Args: paint{"later"}, Priority: jobs.Now}, jobs.Job{Args: paint{"well"}, Priority: jobs.Now})
	s.wait(4)
	want := map[string]int{"retryable": 1, "cancelled": 1, "scheduled": 1, "completed": 1}
	var got map[string]int
	for range 200 {
		got = map[string]int{}
		rows, err := s.store.Query(t.Context(), stateOf)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var state string
			var n int
			if err := rows.Scan(&state, &n); err != nil {
				t.Fatal(err)
			}
			got[state] = n
		}
		// A retry that is due within seconds may be called either.
		if got["completed"] == 1 && got["cancelled"] == 1 && got["retryable"]+got["scheduled"]+got["available"] == 2 {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-t.Context().Done():
		}
	}
	t.Errorf("the jobs are %v, want %v", got, want)
}

// post is a job of another lane.
type post struct {
	To string `json:"to"`
}

func (post) Kind() string { return "post" }

// What holds up every worker of one lane holds up no other.
func TestAdd_lanes(t *testing.T) {
	t.Parallel()
	release := make(chan bool)
	defer close(release)
	s := open(t, nothing)
	jobs.Handle(s.queue, func(context.Context, post) error { <-release; return nil })
	s.start()
	for i := range 20 {
		s.add(jobs.Job{Args: post{string(rune('a' + i))}, Priority: jobs.Now, Lane: jobs.Mail})
	}
	s.add(jobs.Job{Args: paint{"red"}, Priority: jobs.Whenever})
	s.wait(1)
}
