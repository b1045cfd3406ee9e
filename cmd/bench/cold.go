package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"senet/internal/pg/local"
)

// cold is the time from starting the program to its line "ready:", on a data directory that is there and from
// nothing, against the start of a private Postgres alone.
func (b *bench) cold(ctx context.Context) ([]row, error) {
	senet := filepath.Join(b.dir, "senet")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", senet, "senet/cmd/senet").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build senet: %w\n%s", err, out)
	}
	n := 0
	fresh := func(measure func(dir string) (float64, error)) func() (float64, error) {
		return func() (float64, error) {
			n++
			dir := filepath.Join(b.dir, fmt.Sprintf("cold-%d", n))
			defer os.RemoveAll(dir)
			return measure(dir)
		}
	}
	kept := func(name string, measure func(dir string) (float64, error)) (func() (float64, error), error) {
		dir := filepath.Join(b.dir, name)
		_, err := measure(dir)
		return func() (float64, error) { return measure(dir) }, err
	}
	hub := func(dir string) (float64, error) { return startHub(ctx, senet, dir) }
	postgres := func(dir string) (float64, error) { return startPostgres(ctx, dir) }

	hubAgain, err := kept("cold-hub", hub)
	if err != nil {
		return nil, err
	}
	postgresAgain, err := kept("cold-postgres", postgres)
	if err != nil {
		return nil, err
	}
	again, err := alternate(pick(b, 9, 3), hubAgain, postgresAgain)
	if err != nil {
		return nil, err
	}
	nothing, err := alternate(pick(b, 3, 1), fresh(hub), fresh(postgres))
	if err != nil {
		return nil, err
	}
	return []row{
		against("existing data directory to ready", "s", again[0], again[1]).within(1),
		against("from nothing to ready", "s", nothing[0], nothing[1]).within(5),
	}, nil
}

// startHub is how long senet takes until it is ready.
func startHub(ctx context.Context, senet, dir string) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, senet, "serve", "--listen", "127.0.0.1:0", "--data-dir", dir)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "ready: ") {
			continue
		}
		took := time.Since(begun).Seconds()
		cancel()
		for lines.Scan() {
		}
		_ = cmd.Wait() // it was told to end
		return took, nil
	}
	return 0, fmt.Errorf("senet ended before it was ready: %w\n%s", cmd.Wait(), said.Bytes())
}

// startPostgres is how long a private Postgres takes by itself, initdb included when there is no cluster yet.
func startPostgres(ctx context.Context, dir string) (float64, error) {
	begun := time.Now()
	own, err := local.Start(ctx, local.Config{DataDir: dir, Logger: quiet})
	if err != nil {
		return 0, err
	}
	took := time.Since(begun).Seconds()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return took, own.Stop(stop)
}
