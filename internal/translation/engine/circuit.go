package engine

import (
	"sync"
	"time"
)

const (
	failuresToOpen = 5
	firstPause     = 30 * time.Second
	longestPause   = 10 * time.Minute
)

// Circuit says whether calls go through to an engine.
type Circuit string

const (
	Closed   Circuit = "closed"    // they do
	Open     Circuit = "open"      // none does
	HalfOpen Circuit = "half-open" // one is let through to see
)

// State is how an engine is, for the administrators' page.
type State struct {
	Circuit   Circuit
	Since     time.Time // when the circuit came to be so
	Retry     time.Time // of an open circuit: when the next call is let through
	LastError string    // Kind of the last failure, "" if there was none; stays after the engine is well again
	LastAt    time.Time // when that was
}

// circuit opens after failuresToOpen failed calls in a row, lets one call through after a pause, and closes when that
// one is well. Each probe that fails doubles the pause, up to longestPause.
type circuit struct {
	mu       sync.Mutex
	state    State
	failures int           // in a row
	pause    time.Duration // of the present or the last opening
}

func newCircuit(now time.Time) *circuit { return &circuit{state: State{Circuit: Closed, Since: now}} }

// allow says whether a call may go through. Who is allowed calls done.
func (c *circuit) allow(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state.Circuit == Closed:
		return true
	case c.state.Circuit == Open && !now.Before(c.state.Retry):
		c.become(HalfOpen, now)
		return true
	}
	return false
}

// outcome is what a call says of its engine.
type outcome int

const (
	well    outcome = iota // it answered
	failed                 // it did not, or wrongly
	neither                // the call was given up by its caller, or by the budget
)

func (c *circuit) done(now time.Time, o outcome, kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch o {
	case well:
		c.failures = 0
		if c.state.Circuit == HalfOpen {
			c.become(Closed, now)
		}
	case neither:
		if c.state.Circuit == HalfOpen { // the next call is the probe
			c.become(Open, now)
			c.state.Retry = now
		}
	case failed:
		c.state.LastError, c.state.LastAt = kind, now
		c.fail(now)
	}
}

func (c *circuit) fail(now time.Time) {
	c.failures++
	switch {
	case c.state.Circuit == HalfOpen:
		c.pause = min(2*c.pause, longestPause)
	case c.state.Circuit == Closed && c.failures >= failuresToOpen:
		c.pause = firstPause
	default:
		return
	}
	c.become(Open, now)
	c.state.Retry = now.Add(c.pause)
}

func (c *circuit) become(to Circuit, now time.Time) {
	c.state.Circuit, c.state.Since, c.state.Retry = to, now, time.Time{}
}

func (c *circuit) now() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}
