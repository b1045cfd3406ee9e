package memory

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// invented is a sentence of 6 to 25 words, of which some are common.
func invented(r *rand.Rand) string {
	words := make([]string, 6+r.IntN(20))
	for i := range words {
		words[i] = "w" + strconv.Itoa(int(3000*r.Float64()*r.Float64()*r.Float64()))
	}
	return strings.Join(words, " ")
}

// inventedMemory is a file of n units, and some of their sentences with a word added.
func inventedMemory(n int) (file string, changed []string) {
	r := rand.New(rand.NewPCG(1, 2))
	var s strings.Builder
	s.WriteString("<tmx version=\"1.4\"><header/><body>")
	for i := range n {
		en := invented(r)
		if i%(n/50) == 0 {
			changed = append(changed, en+" changed")
		}
		fmt.Fprintf(&s, "<tu><tuv xml:lang=\"en\"><seg>%s</seg></tuv><tuv xml:lang=\"zh\"><seg>句%d%s</seg></tuv></tu>", en, i, en)
	}
	return s.String() + "</body></tmx>", changed
}

// explainer keeps the plan of every query.
type explainer struct {
	pg.DB
	plans []string
}

func (e *explainer) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := e.DB.Query(ctx, "explain "+sql, args...)
	if err != nil {
		return nil, err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	e.plans = append(e.plans, strings.Join(lines, "\n"))
	return e.DB.Query(ctx, sql, args...)
}

// TestFind_plans: what is asked for each segment is answered by an index, of the signatures alone where it is alike.
func TestFind_plans(t *testing.T) {
	t.Parallel()
	pool := pgtest.DB(t)
	s := New(pg.NewStore(pool))
	file, segments := inventedMemory(5000)
	if _, err := s.Import(t.Context(), strings.NewReader(file), 0, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `analyze`); err != nil {
		t.Fatal(err)
	}
	e := &explainer{DB: pool}
	found, err := s.Find(t.Context(), e, "en", "zh", segments)
	if err != nil || len(e.plans) != 2 {
		t.Fatalf("%d queries, %v", len(e.plans), err)
	}
	for i, want := range []string{"memory_texts_key", "memory_texts_signature"} {
		if p := e.plans[i]; !strings.Contains(p, want) || strings.Contains(p, "Seq Scan") || strings.Contains(p, "BitmapAnd") {
			t.Errorf("not by %s alone:\n%s", want, p)
		}
	}
	missed := 0
	for _, m := range found {
		if m == nil {
			missed++
		}
	}
	if missed > 5 { // short sentences, of which one word more is more than 15 percent
		t.Errorf("%d of %d sentences with a word added are not found", missed, len(found))
	}
}

func BenchmarkFind(b *testing.B) {
	pool := pgtest.DB(b)
	s := New(pg.NewStore(pool))
	file, segments := inventedMemory(20_000)
	if _, err := s.Import(b.Context(), strings.NewReader(file), 0, nil); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(b.Context(), `vacuum analyze`); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Find(b.Context(), pool, "en", "zh", segments); err != nil {
			b.Fatal(err)
		}
	}
}
