package local

import (
	"errors"
	"fmt"
)

// ErrInUse means that another hub holds the data directory. Find tells how to reach its Postgres.
var ErrInUse = errors.New("another senet is running on this data directory")

// MissingError means that this machine has no usable Postgres and none could be fetched.
type MissingError struct {
	Major int   // the major version that an existing cluster needs; 0: any from 14 on
	Cause error // why fetching failed
}

// Key names the message for the interface; the words for operators are in Error.
func (e *MissingError) Key() string { return "postgres.missing" }

func (e *MissingError) Unwrap() error { return e.Cause }

func (e *MissingError) Error() string {
	what, version, brew := fmt.Sprintf("no PostgreSQL server (version %d or newer)", oldest), "", "postgresql@17"
	apk := "postgresql"
	if e.Major != 0 {
		what = fmt.Sprintf("no PostgreSQL %d server, which the data directory was made with,", e.Major)
		version = fmt.Sprintf("-%d", e.Major)
		brew = fmt.Sprintf("postgresql@%d", e.Major)
		apk = fmt.Sprintf("postgresql%d", e.Major)
	}
	return fmt.Sprintf(`%s was found, and it could not be fetched: %v
Install it:
  Debian, Ubuntu:  apt install postgresql%s
  macOS:           brew install %s
  Alpine:          apk add %s
or use a database of your own: --database-url`, what, e.Cause, version, brew, apk)
}

// StartError means that Postgres did not come up; Log holds its last words.
type StartError struct {
	Program string
	Cause   error
	Log     string
}

func (e *StartError) Unwrap() error { return e.Cause }

func (e *StartError) Error() string {
	if e.Log == "" {
		return fmt.Sprintf("%s: %v", e.Program, e.Cause)
	}
	return fmt.Sprintf("%s: %v\n%s", e.Program, e.Cause, e.Log)
}
