// Package local runs the hub's private Postgres: found on the machine or fetched once, kept in the data directory,
// reached over a Unix socket only, and gone when the hub is gone, also when the hub is killed.
//
// It owns the server process, the directories postgres and run and the file lock of the data directory. It does not
// know what is stored: package schema does. Postgres must not share the hub's fate too early: a service manager should
// signal the hub alone (KillMode=mixed in systemd).
package local

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running private Postgres. It starts Postgres again when it ends by itself.
type Server struct {
	cluster *cluster
	reach   reach
	args    []string
	dir     string // of the socket
	lock    *os.File
	logger  *slog.Logger

	life     context.Context // ends when Stop is called
	stopping context.CancelFunc
	rush     context.Context // ends when Stop may not wait any longer
	hurry    context.CancelFunc
	done     chan struct{}

	mu  sync.Mutex
	err error
}

// Start brings the private Postgres of cfg.DataDir up, making it first where there is none, and returns when it
// accepts connections. ctx bounds the start only; recovery after a power cut may take minutes, so give it time.
//
// Errors: ErrInUse when another hub has the directory, *MissingError without server binaries, *StartError with what
// Postgres said when it does not come up.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	var err error
	if cfg.DataDir, err = filepath.Abs(cfg.DataDir); err != nil {
		return nil, fmt.Errorf("local: data directory: %w", err)
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("local: make data directory: %w", err)
	}
	s := &Server{logger: cfg.Logger, done: make(chan struct{})}
	if s.lock, err = lockDir(cfg.DataDir); err != nil {
		return nil, err
	}
	s.life, s.stopping = context.WithCancel(context.Background())
	s.rush, s.hurry = context.WithCancel(context.Background())
	fresh, err := s.prepare(ctx, cfg)
	if err != nil {
		s.release()
		return nil, err
	}
	p, err := s.boot(ctx)
	if err != nil {
		s.release()
		return nil, err
	}
	if err := s.ensureDatabase(ctx); err != nil {
		p.end()
		s.release()
		return nil, err
	}
	go s.supervise(p, fresh && !cfg.NoSync)
	return s, nil
}

// URL is a connection string for the database senet, as the owner of everything in the cluster.
func (s *Server) URL() string { return urlFor(s.dir, database) }

// Done is closed when Postgres is gone for good: after Stop, or when it could not be started again (see Err).
func (s *Server) Done() <-chan struct{} { return s.done }

// Err tells, once Done is closed, why Postgres is gone; nil after Stop.
func (s *Server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Stop disconnects everybody and shuts Postgres down in good order. When ctx ends first, Postgres drops everything
// at once; what was committed is safe even so. It may be called more than once. No process is left when it returns.
func (s *Server) Stop(ctx context.Context) error {
	s.stopping()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
	}
	s.hurry()
	<-s.done
	return fmt.Errorf("local: stopped in a hurry: %w", ctx.Err())
}

func (s *Server) prepare(ctx context.Context, cfg Config) (fresh bool, err error) {
	if s.cluster, fresh, err = openCluster(ctx, cfg); err != nil {
		return false, err
	}
	if err := s.cluster.clear(ctx); err != nil {
		return false, err
	}
	if s.dir, err = makeSocketDir(cfg.DataDir, s.cluster.owner); err != nil {
		return false, err
	}
	s.reach = reach{owner: s.cluster.owner}
	data, err := s.reach.path(s.cluster.dir)
	if err != nil {
		return false, err
	}
	sockets, err := s.reach.path(s.dir)
	if err != nil {
		return false, err
	}
	s.args = []string{"-D", data}
	settings := cfg.settings(sockets)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		s.args = append(s.args, "-c", name+"="+settings[name])
	}
	return fresh, nil
}

// launch starts the server process without waiting for it.
func (s *Server) launch() (*process, error) {
	orphan := syscall.SIGINT // a fast shutdown: the next start need not recover
	if s.cluster.cfg.NoSync {
		orphan = syscall.SIGQUIT
	}
	return start(command{path: s.cluster.bin.program("postgres"), args: s.args, owner: s.cluster.owner,
		files: s.reach.files, orphan: orphan, logger: s.logger})
}

// boot starts the server and waits until it is ready.
func (s *Server) boot(ctx context.Context) (*process, error) {
	deadline := time.Now().Add(patience)
	for {
		if err := s.cluster.clear(ctx); err != nil {
			return nil, err
		}
		p, err := s.launch()
		if err != nil {
			return nil, err
		}
		if err = s.waitReady(ctx, p); err == nil {
			return p, nil
		}
		p.end()
		// The last backend of a killed server may need a moment to notice.
		busy := strings.Contains(p.log.tail(), "pre-existing shared memory block")
		if !busy || time.Now().After(deadline) || !pause(ctx, 20*time.Millisecond) {
			return nil, &StartError{Program: "postgres", Cause: err, Log: p.log.tail()}
		}
	}
}

func (s *Server) waitReady(ctx context.Context, p *process) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if m, ok := s.cluster.readPostmaster(); ok && m.ready && m.pid == p.pid {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.exited:
			return errEnded
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ensureDatabase makes the database senet, which the first start finds missing. It asks before it connects, so that
// an operator's first log has no error in it.
func (s *Server) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, urlFor(s.dir, "postgres"))
	if sqlState(err) == "3D000" { // a cluster of tests: it has the database senet and no other
		return ping(ctx, s.URL())
	}
	if err != nil {
		return fmt.Errorf("local: connect: %w", err)
	}
	defer conn.Close(ctx)
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", database).Scan(&exists); err != nil {
		return fmt.Errorf("local: look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "create database "+database); err != nil {
		return fmt.Errorf("local: create database: %w", err)
	}
	return nil
}

// supervise keeps Postgres up until Stop.
func (s *Server) supervise(p *process, flush bool) {
	defer close(s.done)
	defer s.release()
	if flush {
		flushed := make(chan struct{})
		go func() {
			defer close(flushed)
			if err := s.cluster.flush(s.rush); err != nil {
				s.logger.Warn("new cluster was not flushed to disk", "err", err)
			}
		}()
		defer func() { <-flushed }()
	}
	for {
		up := time.Now()
		select {
		case <-s.life.Done():
			s.shutdown(p)
			return
		case <-p.exited:
		}
		s.logger.Error("postgres ended by itself; starting it again", "cause", p.err, "log", p.log.tail())
		var err error
		if p, err = s.reboot(time.Since(up)); err != nil {
			s.fail(err)
			return
		}
	}
}

// restarts is how often in a row Postgres may fail to start, with pauses that double: about a minute in all.
const restarts = 7

// reboot starts Postgres again after it had been up for a time. It gives up after some attempts, and on Stop.
func (s *Server) reboot(up time.Duration) (*process, error) {
	wait := s.cluster.cfg.retry
	if up < wait && !pause(s.life, wait) {
		return nil, s.life.Err()
	}
	for attempt := 1; ; attempt++ {
		p, err := s.boot(s.life)
		if err == nil {
			return p, nil
		}
		if s.life.Err() != nil {
			return nil, err
		}
		s.logger.Error("postgres does not start", "attempt", attempt, "err", err)
		if attempt == restarts || !pause(s.life, wait) {
			return nil, err
		}
		wait *= 2
	}
}

func (s *Server) fail(err error) {
	if s.life.Err() != nil {
		return // asked to stop meanwhile
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = fmt.Errorf("local: postgres is gone: %w", err)
}

func (s *Server) shutdown(p *process) {
	p.signal(syscall.SIGINT)
	select {
	case <-p.exited:
	case <-s.rush.Done():
		p.end()
	}
}

// end stops a server at once: it drops all work, or is killed when it has not within five seconds.
func (p *process) end() {
	p.signal(syscall.SIGQUIT)
	select {
	case <-p.exited:
		return
	case <-time.After(5 * time.Second):
	}
	p.signal(syscall.SIGKILL)
	<-p.exited
}

// release gives the data directory back.
func (s *Server) release() {
	s.stopping()
	s.hurry()
	s.reach.close()
	if s.cluster != nil {
		removeSocketDir(s.cluster.cfg.DataDir)
	}
	s.lock.Close()
}
