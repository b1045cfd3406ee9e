package main

import (
	"fmt"
	"os"
	"time"
)

// Progress is told this often: on a terminal, where one line changes, and elsewhere, where each is a line.
const (
	progressTerminal = 100 * time.Millisecond
	progressPlain    = 5 * time.Second
)

// progress tells on standard error how far a command has come.
type progress struct {
	console
	terminal bool
	every    time.Duration
	last     time.Time
	shown    bool
}

func newProgress(c console) *progress {
	p := &progress{console: c, every: progressPlain, last: time.Now()}
	if f, ok := c.err.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if p.terminal {
		p.every, p.last = progressTerminal, time.Time{}
	}
	return p
}

// show tells a number by a message that counts.
func (p *progress) show(key string, n int) {
	if time.Since(p.last) < p.every {
		return
	}
	p.last, p.shown = time.Now(), true
	if p.terminal {
		fmt.Fprint(p.err, "\r\x1b[K"+p.words.N(key, n))
		return
	}
	fmt.Fprintln(p.err, p.words.N(key, n))
}

// end clears the line on a terminal.
func (p *progress) end() {
	if p.terminal && p.shown {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
}
