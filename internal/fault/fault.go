// Package fault is how a core says no: a kind, which the edge turns into an HTTP status, a message key and its
// arguments, which the edge turns into words of the reader's language, and the fields that are wrong. It owns no
// words and knows neither HTTP nor SQL; it imports the standard library only.
package fault

import (
	"errors"
	"maps"
	"time"
)

// Kind says what sort of "no" it is. The zero Kind is Internal: an error nobody meant for a user.
type Kind int

const (
	Internal     Kind = iota
	Malformed         // the request cannot be read at all: broken JSON, broken UTF-8, a wrong id
	Unauthorised      // sign in first
	Forbidden         // signed in, and not allowed
	NotFound          // not there, or not for this viewer: the two are never told apart
	Conflict          // the state has moved on: locked, already decided, already set up
	TooLarge          // the request is bigger than any valid one
	Invalid           // readable, and a field is wrong
	TooMany           // later: RetryAfter says when
	Unavailable       // not now: starting, stopping, the database is away
)

// Args are the named values of a message: {"Max": 120}.
type Args map[string]any

// Message is a key of the locale files with its values. A value "Count" selects the plural form.
type Message struct {
	Key  string
	Args Args
}

// Fault is an error meant for a user. Its Key doubles as the stable code of the API's errors.
type Fault struct {
	Kind       Kind
	Message    // what happened, as a key
	Fields     map[string]Message
	RetryAfter time.Duration // of TooMany and Unavailable; 0: unknown
	cause      error
}

// New makes a fault of that kind; key names its message.
func New(kind Kind, key string) *Fault {
	return &Fault{Kind: kind, Message: Message{Key: key}}
}

// With returns a copy with a value for the message.
func (f *Fault) With(name string, value any) *Fault {
	g := *f
	g.Args = maps.Clone(f.Args)
	if g.Args == nil {
		g.Args = Args{}
	}
	g.Args[name] = value
	return &g
}

// After returns a copy that tells the caller how long to wait.
func (f *Fault) After(d time.Duration) *Fault {
	g := *f
	g.RetryAfter = d
	return &g
}

// Because returns a copy that keeps its cause for the log; users never see it.
func (f *Fault) Because(err error) *Fault {
	g := *f
	g.cause = err
	return &g
}

func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Key + ": " + f.cause.Error()
	}
	return f.Key
}

func (f *Fault) Unwrap() error { return f.cause }

// Is makes errors.Is(err, fault.New(kind, key)) compare kind and key.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Kind == f.Kind && t.Key == f.Key
}

// Of finds the fault in err; nil when there is none.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// KindOf is the kind of err: Internal when no fault is in it.
func KindOf(err error) Kind {
	if f := Of(err); f != nil {
		return f.Kind
	}
	return Internal
}

// Fields collects what is wrong with an input, field by field, so that a form shows everything at once.
type Fields map[string]Message

// Add notes that a field is wrong; the first complaint about a field stays.
func (fs *Fields) Add(field, key string, args Args) {
	if *fs == nil {
		*fs = Fields{}
	}
	if _, ok := (*fs)[field]; !ok {
		(*fs)[field] = Message{Key: key, Args: args}
	}
}

// Err is nil when nothing was added, else an Invalid fault with the fields. Where one field alone is wrong, the
// fault's own key is that field's, so that the code says what happened.
func (fs Fields) Err() error {
	if len(fs) == 0 {
		return nil
	}
	f := New(Invalid, "error.invalid")
	if len(fs) == 1 {
		for _, m := range fs {
			f.Message = m
		}
	}
	f.Fields = fs
	return f
}
