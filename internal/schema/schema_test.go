package schema_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"senet/internal/pg/pgtest"
	"senet/internal/schema"
)

// TestUp_lateNumbers: a database that a hub made before migrations 8 to 10 came, and after 12 had, is brought up to date.
func TestUp_lateNumbers(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{
		`drop table memory_texts, memory_units`,
		`delete from goose_db_version where version_id = 9`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if pending, err := schema.Pending(t.Context(), url); err != nil || !pending {
		t.Errorf("pending %v, %v; want true", pending, err)
	}
	if err := schema.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := conn.QueryRow(t.Context(), `select to_regclass('memory_texts') is not null`).Scan(&there); err != nil || !there {
		t.Errorf("the table is there: %v, %v", there, err)
	}
}
