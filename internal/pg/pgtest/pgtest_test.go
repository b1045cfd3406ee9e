package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"senet/internal/pg/pgtest"
	"senet/internal/schema"
)

func TestTx_rolledBack(t *testing.T) {
	t.Run("writes", func(t *testing.T) {
		begin := time.Now()
		tx := pgtest.Tx(t)
		t.Logf("took %v", time.Since(begin))
		if _, err := tx.Exec(t.Context(), "create table left_behind (n int)"); err != nil {
			t.Fatal(err)
		}
	})
	if exists(t, pgtest.Tx(t), "left_behind") {
		t.Error("a table outlived its transaction")
	}
	if !exists(t, pgtest.Tx(t), "members") {
		t.Error("the migrations are not applied")
	}
}

func TestDB_ownDatabase(t *testing.T) {
	var gone string
	t.Run("writes", func(t *testing.T) {
		begin := time.Now()
		db := pgtest.DB(t)
		t.Logf("took %v", time.Since(begin))
		gone = db.Config().ConnString()
		if _, err := db.Exec(t.Context(), "create table mine (n int)"); err != nil {
			t.Fatal(err)
		}
		if exists(t, pgtest.DB(t), "mine") {
			t.Error("a second database holds what was written to the first")
		}
		if exists(t, pgtest.Tx(t), "mine") {
			t.Error("the shared database holds what was written to a test's own")
		}
	})
	_, err := pgx.Connect(t.Context(), gone)
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Code != "3D000" {
		t.Errorf("connecting after the test: got %v, want that the database does not exist", err)
	}
}

func TestURL_upToDate(t *testing.T) {
	pending, err := schema.Pending(t.Context(), pgtest.URL(t))
	if err != nil || pending {
		t.Errorf("pending migrations: %v, %v", pending, err)
	}
}

func TestURL_dropsConnected(t *testing.T) {
	t.Run("forgets to close", func(t *testing.T) {
		conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			// Cleanup runs last in, first out: the database is still there.
			if err := conn.Ping(context.Background()); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestURL_parallel(t *testing.T) {
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			if _, err := pgtest.DB(t).Exec(t.Context(), "create table mine (n int)"); err != nil {
				t.Error(err)
			}
		})
	}
}

// childEnv makes TestChild the body of another test binary, and says how it ends.
const childEnv = "SENET_TEST_CHILD"

func TestChild(t *testing.T) {
	how := os.Getenv(childEnv)
	if how == "" {
		t.Skip("runs in a process of its own")
	}
	fmt.Println(pgtest.URL(t))
	_, _ = os.Stdin.Read(make([]byte, 1))
	switch how {
	case "exit":
		os.Exit(3)
	case "panic":
		go panic("on purpose")
		select {}
	}
}

func TestCluster_endsWithTestBinary(t *testing.T) {
	for _, how := range []string{"pass", "exit", "panic", "kill"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			child := startChild(t, how, "")
			u := child.url(t)
			dir := scratchDir(t, u)
			if how == "kill" {
				_ = child.cmd.Process.Kill()
			}
			child.stdin.Close()
			_ = child.cmd.Wait()
			eventually(t, "the directory is removed", func() bool {
				_, err := os.Stat(dir)
				_, err2 := os.Stat(dir + ".hold")
				return os.IsNotExist(err) && os.IsNotExist(err2)
			})
			if conn, err := pgx.Connect(t.Context(), u); err == nil {
				conn.Close(t.Context())
				t.Error("postgres still answers")
			}
		})
	}
}

func TestCluster_templateMadeOnce(t *testing.T) {
	cache := t.TempDir()
	var wg sync.WaitGroup
	for range 3 {
		child := startChild(t, "pass", cache)
		wg.Go(func() {
			child.url(t)
			child.stdin.Close()
			if err := child.cmd.Wait(); err != nil {
				t.Errorf("child: %v", err)
			}
		})
	}
	wg.Wait()
	made, _ := filepath.Glob(filepath.Join(cache, "senet-test", "*", "PG_VERSION"))
	if len(made) != 1 {
		t.Errorf("the cache holds %d templates, want 1: %v", len(made), made)
	}
}

type child struct {
	cmd   *exec.Cmd
	stdin interface{ Close() error }
	out   *bufio.Reader
}

func startChild(t *testing.T, how, cache string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"="+how)
	if cache != "" {
		cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+cache)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGKILL); _ = cmd.Wait() })
	return &child{cmd: cmd, stdin: stdin, out: bufio.NewReader(out)}
}

// url waits until the child has its database.
func (c *child) url(t *testing.T) string {
	t.Helper()
	for {
		line, err := c.out.ReadString('\n')
		if err != nil {
			t.Errorf("child ended: %v", err)
			return ""
		}
		if strings.HasPrefix(line, "postgres:") {
			return strings.TrimSpace(line)
		}
	}
}

func scratchDir(t *testing.T, dbURL string) string {
	t.Helper()
	u, err := url.Parse(dbURL)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(u.Query().Get("host"))
}

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func exists(t *testing.T, db queryer, table string) bool {
	t.Helper()
	var yes bool
	if err := db.QueryRow(t.Context(), "select to_regclass($1) is not null", table).Scan(&yes); err != nil {
		t.Fatal(err)
	}
	return yes
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func BenchmarkTx(b *testing.B) {
	for b.Loop() {
		pgtest.Tx(b)
	}
}

func BenchmarkURL(b *testing.B) {
	pgtest.URL(b)
	for b.Loop() {
		pgtest.URL(b)
	}
}
