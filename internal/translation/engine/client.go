package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

const (
	maxAttempts   = 4
	maxBody       = 4 << 20                // bytes of an answer
	firstWait     = 500 * time.Millisecond // before the second attempt; doubles, ± half of it
	longestWait   = time.Minute            // an engine that asks for more is not waited for
	maxHeaders    = 64 << 10               // bytes of an answer's
	maxComplaint  = 4 << 10                // bytes of an error's body that are looked at, never kept
	idleTransport = 90 * time.Second
)

// client sends the HTTP calls of one engine: with its rate, the budget, time-outs and retries. It goes through the
// system's proxy, if there is one (HTTPS_PROXY), as institutes often demand.
type client struct {
	name    string
	base    string // without a slash at the end
	header  http.Header
	timeout time.Duration
	http    *http.Client
	rate    *rate.Limiter
	options
}

func newClient(name, base string, s Settings, o options) *client {
	if s.Timeout <= 0 {
		s.Timeout = 20 * time.Second
	}
	if s.Rate <= 0 {
		s.Rate = 5
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = maxHeaders
	t.IdleConnTimeout = idleTransport
	return &client{
		name: name, base: strings.TrimRight(base, "/"), header: http.Header{"User-Agent": {"SENET-Hub"}}, timeout: s.Timeout, options: o,
		rate: rate.NewLimiter(rate.Limit(s.Rate), max(1, int(s.Rate))),
		// A redirect would carry texts to a server that nobody has set.
		http: &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// call is one thing asked of an engine.
type call struct {
	method, path string
	body         any // sent as JSON; nil: none
	into         any // what the answer is read into; nil: it is not looked at
	characters   int // of the texts that are sent
	texts        int
	// look turns an answer with an error's status into an error of its own, by what the engine says; nil leaves it to
	// the status. What it returns is not retried.
	look func(status int, complaint []byte) error
}

// do sends a call, again when that may help, and reads its answer. Its errors are the package's or the caller's context.
func (c *client) do(ctx context.Context, what call) error {
	var body []byte
	if what.body != nil {
		var err error
		if body, err = encode(what.body); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	charged := true // nothing is reserved yet
	for n := 1; ; n++ {
		if err := c.turn(ctx); err != nil {
			return err
		}
		if charged && what.characters > 0 && c.budget != nil {
			if err := c.budget.Reserve(ctx, c.name, what.characters); err != nil {
				return fmt.Errorf("%s: %w: %w", c.name, ErrBudget, err)
			}
		}
		began := c.clock.now()
		err := c.try(ctx, what, body)
		if c.meter != nil {
			c.meter.Count(c.name, what.characters, what.texts, c.clock.now().Sub(began), err)
		}
		var again *passing
		if !errors.As(err, &again) {
			return err
		}
		if n == maxAttempts || again.after > longestWait {
			return again.err
		}
		charged = again.charged
		if err := c.wait(ctx, max(again.after, c.backoff(n))); errors.Is(err, context.Canceled) {
			return err
		} else if err != nil {
			return again.err // there is no time for another attempt; why the last one failed says more
		}
	}
}

// encode is JSON with < and & as they are: the placeholders of some protocols are tags.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// passing is a failure that another attempt may not meet.
type passing struct {
	err     error
	after   time.Duration // what the engine asks for
	charged bool          // the engine may have done the work
}

func (p *passing) Error() string { return p.err.Error() }
func (p *passing) Unwrap() error { return p.err }

// errTurn says that the hub's own rate did not let a call through in time: the engine is not to blame.
var errTurn = errors.New("too many calls wait")

// turn waits until the rate lets a call through.
func (c *client) turn(ctx context.Context) error {
	if ctx.Err() != nil {
		return c.ended(ctx.Err())
	}
	now := c.clock.now()
	place := c.rate.ReserveN(now, 1)
	err := c.wait(ctx, place.DelayFrom(now))
	if err == nil {
		return nil
	}
	place.CancelAt(now)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w: %w", c.name, ErrLimited, errTurn)
	}
	return err
}

// backoff is what to wait after the nth attempt.
func (c *client) backoff(n int) time.Duration {
	return time.Duration(float64(firstWait<<(n-1)) * (0.5 + c.clock.jitter()))
}

// wait sleeps, or says at once that the caller's context ends before.
func (c *client) wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return c.ended(err)
	}
	if end, ok := ctx.Deadline(); ok && d > time.Until(end) {
		return c.ended(context.DeadlineExceeded)
	}
	if d <= 0 {
		return nil
	}
	if err := c.clock.sleep(ctx, d); err != nil {
		return c.ended(err)
	}
	return nil
}

// ended is what the end of the caller's context is: too late, or cancelled.
func (c *client) ended(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w: %w", c.name, ErrTimeout, err)
	}
	return fmt.Errorf("%s: %w", c.name, err)
}

// try is one attempt.
func (c *client) try(parent context.Context, what call, body []byte) error {
	ctx, cancel := c.clock.within(parent, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, what.method, c.base+what.path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, ErrRefusedByProvider) // the address is not one; err would show it
	}
	req.Header = c.header.Clone()
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return c.unanswered(parent, err)
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return c.status(res, what)
	}
	return c.read(parent, res.Body, what.into)
}

// unanswered is what became of a call without an answer. The error of net/http is not kept: it shows the address.
func (c *client) unanswered(parent context.Context, err error) error {
	if parent.Err() != nil {
		return c.ended(parent.Err())
	}
	if isTimeout(err) {
		return &passing{err: fmt.Errorf("%s: %w", c.name, ErrTimeout), charged: true}
	}
	var dial *net.OpError
	sent := !errors.As(err, &dial) || dial.Op != "dial"
	return &passing{err: fmt.Errorf("%s: %w", c.name, ErrUnavailable), charged: sent}
}

// status is what an answer with an error's status says.
func (c *client) status(res *http.Response, what call) error {
	complaint, _ := io.ReadAll(io.LimitReader(res.Body, maxComplaint))
	if what.look != nil {
		if err := what.look(res.StatusCode, complaint); err != nil {
			return fmt.Errorf("%s: status %d: %w", c.name, res.StatusCode, err)
		}
	}
	of := func(kind error) error { return fmt.Errorf("%s: status %d: %w", c.name, res.StatusCode, kind) }
	switch {
	case res.StatusCode == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %w", of(ErrRefusedByProvider), errHalve)
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode == 529: // 529: DeepL's, of its own load
		return &passing{err: of(ErrLimited), after: c.retryAfter(res)}
	case res.StatusCode == 456:
		return of(ErrQuota)
	case res.StatusCode >= 500:
		return &passing{err: of(ErrUnavailable), after: c.retryAfter(res)}
	}
	return of(ErrRefusedByProvider)
}

// retryAfter reads the header, which has seconds or a date; 0: it is not there or not readable.
func (c *client) retryAfter(res *http.Response) time.Duration {
	value := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(c.clock.now()))
	}
	return 0
}

// read reads the answer of a call that went well.
func (c *client) read(parent context.Context, body io.Reader, into any) error {
	if into == nil {
		return nil
	}
	bad := fmt.Errorf("%s: %w", c.name, ErrAnswer)
	text, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	switch {
	case err != nil && (parent.Err() != nil || isTimeout(err)):
		return c.unanswered(parent, err)
	case err != nil: // it breaks off
		return &passing{err: bad, charged: true}
	case len(text) > maxBody || !utf8.Valid(text):
		return bad
	}
	if err := json.Unmarshal(text, into); err != nil {
		return bad
	}
	return nil
}

func isTimeout(err error) bool {
	var late net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout()
}
