package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// hub is a running senet, with the demo in it.
type hub struct {
	URL           string // "http://127.0.0.1:1234", no slash at the end
	dir           string
	program, data string
	cmd           *exec.Cmd
	err           error // why it is not running
	log           hubLog
}

var sharedHub = sync.OnceValue(startHub)

// theHub is the hub that all tests share.
func theHub(t testing.TB) *hub {
	t.Helper()
	h := sharedHub()
	if h.err != nil {
		t.Fatalf("start the hub: %v\n%s", h.err, h.log.String())
	}
	return h
}

func startHub() *hub {
	h := &hub{}
	h.err = h.start()
	hubToStop = h
	return h
}

// hubToStop is the hub that TestMain stops: it must not start one for that.
var hubToStop *hub

const patience = 60 * time.Second

func (h *hub) start() error {
	var err error
	if h.dir, err = os.MkdirTemp("", "senet-e2e-"); err != nil {
		return err
	}
	h.program, h.data = filepath.Join(h.dir, "senet"), filepath.Join(h.dir, "data")
	args := []string{"build", "-o", h.program}
	if race {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "senet/cmd/senet")...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	h.cmd = exec.Command(h.program, "--demo", "--data-dir", h.data, "--listen", "127.0.0.1:0")
	h.cmd.Env = append(os.Environ(), "LANG=en_GB.UTF-8")
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // not even a panic leaves it behind
	h.cmd.Stderr = &h.log
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the death signal is tied to the thread that starts the process
		started <- h.cmd.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if url, ok := strings.CutPrefix(lines.Text(), "ready: "); ok {
				ready <- strings.TrimSuffix(url, "/")
			}
		}
	}()
	select {
	case url, ok := <-ready:
		if !ok {
			return fmt.Errorf("it ended before it was ready")
		}
		h.URL = url
		return h.letNewMembersWrite()
	case <-time.After(patience):
		return fmt.Errorf("not ready within %v", patience)
	}
}

// letNewMembersWrite sets the policy past the hub: the members of tests are new, and their texts the same in every test.
func (h *hub) letNewMembersWrite() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, "host="+filepath.Join(h.data, "run")+" user=senet dbname=senet")
	if err != nil {
		return fmt.Errorf("connect to the hub's Postgres: %w", err)
	}
	defer db.Close(ctx)
	_, err = db.Exec(ctx, `update moderation_policy set hold_first = 'none', hold_same = false, join_seconds = 0,
		new_posts = 0, regular_posts = 0, new_linked = 0, regular_linked = 0`)
	return err
}

// stopHub stops it in good order and tells what was wrong with it: how it ended, and every error it has logged.
func stopHub() error {
	h := hubToStop
	if h == nil {
		return nil
	}
	defer os.RemoveAll(h.dir)
	if h.cmd == nil || h.cmd.Process == nil {
		return nil
	}
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	gone := make(chan error, 1)
	go func() { gone <- h.cmd.Wait() }()
	select {
	case err := <-gone:
		if err != nil {
			return fmt.Errorf("the hub ended with %w\n%s", err, h.log.String())
		}
	case <-time.After(20 * time.Second):
		_ = h.cmd.Process.Kill()
		return fmt.Errorf("the hub does not stop\n%s", h.log.String())
	}
	if errs := h.log.errors(); len(errs) > 0 {
		return fmt.Errorf("the hub has logged errors:\n%s", strings.Join(errs, "\n"))
	}
	return nil
}

// hubLog keeps what the hub logs: the end of it, and every line that tells of an error.
type hubLog struct {
	mu    sync.Mutex
	tail  []byte
	wrong []string
	rest  string // of a line that is not complete
}

func (l *hubLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, p...)
	if over := len(l.tail) - 16<<10; over > 0 {
		l.tail = l.tail[over:]
	}
	lines := strings.Split(l.rest+string(p), "\n")
	l.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "DATA RACE") {
			l.wrong = append(l.wrong, line)
		}
	}
	return len(p), nil
}

func (l *hubLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.tail)
}

func (l *hubLog) errors() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wrong
}

// TestHub_answers is what everything else stands on.
func TestHub_answers(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/en/": "SENET", "/zh/": "SENET"} {
		answer, err := http.Get(theHub(t).URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s answers %d, %v; want 200 with %q", path, answer.StatusCode, err, want)
		}
	}
}
