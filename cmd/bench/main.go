// Command bench is the hub's standing performance table: it starts its own Postgres, its own hub and, for every
// measure, a floor that does the bare minimum of the same work on the same machine in the same run, and prints the
// ratios. Seconds and rates depend on the machine and on what else it does; the ratios are what is quoted and bound.
//
// Everything stays on 127.0.0.1 and in a temporary directory. Hub and floors run in child processes, their clients in
// this one; rounds of hub and floor alternate, and what counts is the median of the rounds' ratios.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// bench is one run.
type bench struct {
	short   bool
	profile string // a directory for CPU profiles of the hub; "": none
	dir     string // scratch
	world   world
	log     io.Writer
}

// benchCase is a group of rows that can be measured alone.
type benchCase struct {
	name string
	run  func(*bench, context.Context) ([]row, error)
}

var cases = []benchCase{
	{"thread", (*bench).thread},
	{"fanout", (*bench).fanout},
	{"sends", (*bench).sends},
	{"rooms", (*bench).rooms},
	{"join", (*bench).join},
	{"queue", (*bench).queue},
	{"memory", (*bench).memory},
	{"cold", (*bench).cold},
	{"bytes", (*bench).bytes},
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == childArg {
		os.Exit(childMain())
	}
	names := make([]string, len(cases))
	for i, c := range cases {
		names[i] = c.name
	}
	b := &bench{log: os.Stderr}
	only := flag.String("case", "", "measure only `NAME`: "+strings.Join(names, ", "))
	json := flag.String("json", "", "keep the table in `FILE` as JSON")
	noFail := flag.Bool("no-fail", false, "exit 0 even when a wanted bound is missed")
	flag.BoolVar(&b.short, "short", false, "fewer and shorter rounds")
	flag.StringVar(&b.profile, "profile", "", "write profiles of the hub into `DIR`: CPU (thread, fanout, sends) and heap (memory)")
	flag.Parse()
	if flag.NArg() > 0 || *only != "" && !slices.Contains(names, *only) {
		flag.Usage()
		os.Exit(2)
	}
	if b.profile != "" {
		dir, err := filepath.Abs(b.profile)
		if err == nil {
			err = os.MkdirAll(dir, 0o755)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		b.profile = dir
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	rows, err := b.run(ctx, *only)
	stop()
	printTable(os.Stdout, rows)
	if *json != "" && len(rows) > 0 {
		err = errors.Join(err, keep(*json, rows, b.short))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if !*noFail && slices.ContainsFunc(rows, func(r row) bool { return !r.OK }) {
		os.Exit(1)
	}
}

// run measures the cases, or the one of that name. What was measured before an error is returned with it.
func (b *bench) run(ctx context.Context, only string) ([]row, error) {
	var err error
	if b.dir, err = os.MkdirTemp("", "senet-bench-"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(b.dir)
	if only != "cold" { // that one starts its own
		b.say("preparing Postgres and the demo")
		close, err := b.prepare(ctx)
		if err != nil {
			return nil, err
		}
		defer close()
	}
	var rows []row
	for _, c := range cases {
		if only != "" && c.name != only {
			continue
		}
		begun := time.Now()
		b.say("measuring %s", c.name)
		more, err := c.run(b, ctx)
		for i := range more {
			more[i].Case = c.name
		}
		rows = append(rows, more...)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", c.name, err)
		}
		b.say("measured %s in %.0f s", c.name, time.Since(begun).Seconds())
	}
	return rows, nil
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.log, "bench: "+format+"\n", args...) }

// pick is long, or brief in a short run.
func pick[T any](b *bench, long, brief T) T {
	if b.short {
		return brief
	}
	return long
}
