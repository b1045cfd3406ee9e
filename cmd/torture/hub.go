package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// readyTime is how long the hub may take to start: Postgres may have to recover.
const readyTime = 90 * time.Second

// hub is a running senet with a private Postgres, which end and begin together.
type hub struct {
	addr, dir, program string
	log                *os.File

	mu   sync.Mutex
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
}

// newHub builds the hub, unless program names one, and starts it with the demo in an empty directory.
func newHub(ctx context.Context, program string) (*hub, error) {
	dir, err := os.MkdirTemp("", "senet-torture-")
	if err != nil {
		return nil, err
	}
	h := &hub{dir: dir, program: program}
	if h.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	if h.program == "" {
		h.program = filepath.Join(dir, "senet")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", h.program, "senet/cmd/senet").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the hub: %w\n%s", err, out)
		}
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.addr = ln.Addr().String() // the same after every restart
	ln.Close()
	if err := h.revive(ctx); err != nil {
		h.remove()
		return nil, err
	}
	return h, nil
}

// url is of the hub's database.
func (h *hub) url() string {
	return "postgres:///senet?user=senet&host=" + filepath.Join(h.dir, "data", "run")
}

// command runs another command of the hub's beside it, and returns what it prints.
func (h *hub) command(ctx context.Context, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, h.program, append(args, "--data-dir", filepath.Join(h.dir, "data"))...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		err = fmt.Errorf("senet %s: %w: %s", args[0], err, failed.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

// revive starts the hub unless it runs, and returns when it is ready.
func (h *hub) revive(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cmd != nil {
		select {
		case <-h.gone:
		default:
			return h.ready(ctx)
		}
	}
	cmd := exec.Command(h.program, "serve", "--demo", "--data-dir", filepath.Join(h.dir, "data"), "--listen", h.addr)
	cmd.Stderr = h.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	h.cmd, h.gone = cmd, make(chan struct{})
	go func(gone chan struct{}) {
		for lines := bufio.NewScanner(out); lines.Scan(); {
		}
		_ = cmd.Wait()
		close(gone)
	}(h.gone)
	return h.ready(ctx)
}

func (h *hub) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	for {
		resp, err := http.Get("http://" + h.addr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-h.gone:
			return fmt.Errorf("the hub has ended; its log:\n%s", h.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("the hub does not get ready; its log:\n%s", h.lastWords())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (h *hub) lastWords() []byte {
	all, _ := os.ReadFile(h.log.Name())
	return all[max(0, len(all)-4000):]
}

// end stops the hub, in good order or by killing it, and waits for it.
func (h *hub) end(sig syscall.Signal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cmd == nil {
		return
	}
	_ = h.cmd.Process.Signal(sig)
	select {
	case <-h.gone:
	case <-time.After(30 * time.Second):
		_ = h.cmd.Process.Kill()
		<-h.gone
	}
}

func (h *hub) remove() {
	h.end(syscall.SIGTERM)
	h.log.Close()
	os.RemoveAll(h.dir)
}
