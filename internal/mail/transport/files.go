package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// MaxFiles is how many letters Files keeps: the newest.
const MaxFiles = 1000

const (
	suffix     = ".eml"
	unfinished = ".letter-"
)

// Files keeps messages as files in a directory, for a hub without a mail server: RFC 5322, to be opened with any mail
// program. Their names sort by time. The directory and the files are the hub's user's alone.
type Files struct {
	dir string
	mu  sync.Mutex
}

// NewFiles keeps messages in dir, which is made with the first of them.
func NewFiles(dir string) *Files { return &Files{dir: dir} }

// Where implements Transport.
func (f *Files) Where() string { return f.dir }

// Send implements Transport: a file appears when it is whole, and the oldest beyond MaxFiles go.
func (f *Files) Send(_ context.Context, m Message) error {
	msg, err := compose(m)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("mail: keep a letter: %w", err)
	}
	to, err := os.CreateTemp(f.dir, unfinished+"*") // 0600
	if err != nil {
		return fmt.Errorf("mail: keep a letter: %w", err)
	}
	defer os.Remove(to.Name()) // once it is moved there is nothing to remove
	defer to.Close()
	if _, err := msg.WriteTo(to); err != nil {
		return fmt.Errorf("mail: write a letter: %w", err)
	}
	for _, step := range []func() error{to.Sync, to.Close, func() error { return os.Rename(to.Name(), f.name(m)) }, f.prune} {
		if err := step(); err != nil {
			return fmt.Errorf("mail: keep a letter: %w", err)
		}
	}
	return nil
}

// name is a file's: 20261123T140512.123456789Z-letter-7.eml.
func (f *Files) name(m Message) string {
	first, _, _ := strings.Cut(m.ID, "@")
	return filepath.Join(f.dir, time.Now().UTC().Format("20060102T150405.000000000Z")+"-"+fileName(first)+suffix)
}

// prune removes the oldest letters beyond MaxFiles, and what an unfinished write left behind.
func (f *Files) prune() error {
	entries, err := os.ReadDir(f.dir) // sorted by name
	if err != nil {
		return err
	}
	var letters, doomed []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == suffix {
			letters = append(letters, e.Name())
		} else if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), unfinished) && time.Since(info.ModTime()) > time.Hour {
			doomed = append(doomed, e.Name())
		}
	}
	doomed = append(doomed, letters[:max(0, len(letters)-MaxFiles)]...)
	for _, name := range doomed {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
