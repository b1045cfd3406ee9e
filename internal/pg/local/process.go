package local

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// command is a program of Postgres to run as the owner of a cluster.
type command struct {
	path   string
	args   []string
	owner  owner
	files  []*os.File     // 3, 4, … in the program
	orphan syscall.Signal // what the program gets when this process dies, however it dies
	logger *slog.Logger   // nil: nowhere
}

// process is a running program. It belongs to a thread that lives as long as it does: the kernel sends the orphan
// signal when the thread that started a child ends, not only when the process does.
type process struct {
	pid    int
	log    *logWriter
	exited chan struct{} // closed when the program has ended; err is set before
	err    error
}

func start(c command) (*process, error) {
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.ExtraFiles = c.files
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C is for the hub, which stops Postgres last
	if c.owner.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: c.owner.uid, Gid: c.owner.gid}
	}
	// A backend that outlives its postmaster for a moment must not keep Wait from returning.
	cmd.WaitDelay = time.Second
	p := &process{log: &logWriter{logger: c.logger}, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.log, p.log

	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		release, err := startBound(cmd, c.orphan)
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		release()
		p.log.flush()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, &StartError{Program: c.path, Cause: err}
	}
	return p, nil
}

// run starts a program and waits for its end; when ctx ends first, the program is killed.
func run(ctx context.Context, c command) error {
	p, err := start(c)
	if err != nil {
		return err
	}
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.signal(syscall.SIGKILL)
		<-p.exited
		return ctx.Err()
	}
	if p.err != nil {
		return &StartError{Program: c.path, Cause: p.err, Log: p.log.tail()}
	}
	return nil
}

// signal sends sig unless the program has ended.
func (p *process) signal(sig syscall.Signal) {
	select {
	case <-p.exited:
	default:
		_ = syscall.Kill(p.pid, sig)
	}
}

// environment keeps the hub's PG… variables, and its secrets, away from Postgres.
func environment() []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

const tailLines = 20

// logWriter passes on what Postgres says line by line, and remembers its last words.
type logWriter struct {
	mu     sync.Mutex
	logger *slog.Logger
	part   []byte
	last   []string
}

func (w *logWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.part = append(w.part, b...)
	for {
		line, rest, ok := bytes.Cut(w.part, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		w.line(string(line))
		w.part = append(w.part[:0], rest...)
	}
}

func (w *logWriter) line(s string) {
	if s = strings.TrimSpace(s); s == "" {
		return
	}
	if len(w.last) == tailLines {
		w.last = w.last[1:]
	}
	w.last = append(w.last, s)
	if w.logger == nil {
		return
	}
	w.logger.Log(context.Background(), severity(s), "postgres", "says", s)
}

// severity maps a line to the hub's log: what one query did wrong is told to its caller, so here it is detail.
func severity(line string) slog.Level {
	word, _, _ := strings.Cut(line, ":")
	switch word {
	case "PANIC":
		return slog.LevelError
	case "FATAL", "WARNING":
		return slog.LevelWarn
	default:
		return slog.LevelDebug
	}
}

func (w *logWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line(string(w.part))
	w.part = nil
}

func (w *logWriter) tail() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.last, "\n")
}

var errEnded = errors.New("ended before it was ready")
