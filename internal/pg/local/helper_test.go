package local

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// helperEnv makes this test binary a small hub on the data directory that it names.
const helperEnv = "SENET_TEST_HUB"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		hub(dir)
		return
	}
	code := m.Run()
	if dir, err := seed(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// hub starts Postgres, prints its URL, and runs until it is killed or its standard input ends.
func hub(dir string) {
	srv, err := Start(context.Background(), Config{DataDir: dir})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(srv.URL())
	_, _ = os.Stdin.Read(make([]byte, 1))
	_ = srv.Stop(context.Background())
}

// startHub runs a hub in a process of its own and returns when its Postgres is up.
func startHub(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperEnv+"="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres:") {
		t.Fatalf("hub said %q, %v", line, err)
	}
	return cmd
}

// memory is where tests put clusters: writing forty megabytes each to a disk is what would take their time.
func memory() string {
	if dir := "/dev/shm"; unix.Access(dir, unix.W_OK) == nil {
		return dir
	}
	return os.TempDir()
}

// scratch returns a directory that is closed to other users, as root's directories often are.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), "senet-local-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// seed is a cluster that was made once; tests of what comes later copy it.
var seed = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(memory(), "senet-local-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	srv, err := Start(context.Background(), Config{DataDir: dir, NoSync: true})
	if err != nil {
		return "", err
	}
	if err := srv.Stop(context.Background()); err != nil {
		return "", err
	}
	keep, err := os.MkdirTemp(memory(), "senet-local-")
	if err != nil {
		return "", err
	}
	return keep, os.CopyFS(filepath.Join(keep, "postgres"), os.DirFS(filepath.Join(dir, "postgres")))
})

// dataDir returns a data directory with a cluster in it.
func dataDir(t *testing.T) string {
	t.Helper()
	from, err := seed()
	if err != nil {
		t.Fatalf("make seed: %v", err)
	}
	dir := scratch(t)
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// openDir returns a directory that every user may enter, which scratch is not.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "senet-open-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustStart(t *testing.T, cfg Config) *Server {
	t.Helper()
	srv, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := srv.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
		if left := serversIn(srv.cluster.dir, 0); len(left) > 0 {
			t.Errorf("processes %v are left", left)
		}
	})
	return srv
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func mustExec(t *testing.T, url, sql string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	var s string
	if err := connect(t, url).QueryRow(t.Context(), sql).Scan(&s); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return s
}

// eventually polls until ok, for at most half a minute.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !ok() {
		if !pause(ctx, 5*time.Millisecond) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
