package local

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestQuick(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		t0 := time.Now()
		s, err := Start(t.Context(), Config{DataDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		c, err := pgx.Connect(t.Context(), s.URL())
		if err != nil {
			t.Fatal(err)
		}
		var v string
		if err := c.QueryRow(t.Context(), "select upper('é')||version()").Scan(&v); err != nil {
			t.Fatal(err)
		}
		t.Log(v, time.Since(t0))
		t.Log(Find(dir))
		t0 = time.Now()
		c.Close(t.Context())
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(t0))
	}
}
