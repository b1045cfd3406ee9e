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

func (e *MissingError) Unwrap() error { return e.Cause }

// Packages are what to install with apt, brew and apk.
func (e *MissingError) Packages() (apt, brew, apk string) {
	if e.Major == 0 {
		return "postgresql", "postgresql@17", "postgresql"
	}
	return fmt.Sprintf("postgresql-%d", e.Major), fmt.Sprintf("postgresql@%d", e.Major), fmt.Sprintf("postgresql%d", e.Major)
}

// Error is for logs; operators are told in their language, with what to install.
func (e *MissingError) Error() string {
	apt, brew, apk := e.Packages()
	return fmt.Sprintf("no PostgreSQL server was found (%d or newer; %d asked for), and it could not be fetched: %v; install it: apt install %s, brew install %s, apk add %s",
		oldest, e.Major, e.Cause, apt, brew, apk)
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
