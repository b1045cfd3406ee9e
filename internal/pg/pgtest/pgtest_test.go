package pgtest_test

import (
	"testing"
	"time"

	"senet/internal/pg/pgtest"
)

func TestTx(t *testing.T) {
	for range 3 {
		t0 := time.Now()
		tx := pgtest.Tx(t)
		var n int
		if err := tx.QueryRow(t.Context(), "select count(*) from members").Scan(&n); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(t0))
	}
}

func TestDB(t *testing.T) {
	for range 4 {
		t0 := time.Now()
		db := pgtest.DB(t)
		t.Log(time.Since(t0))
		var n int
		if err := db.QueryRow(t.Context(), "select count(*) from members").Scan(&n); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(t0))
	}
}
