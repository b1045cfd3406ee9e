package account

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"senet/internal/fault"
	"senet/internal/i18n"
)

// MemberID names a member.
type MemberID int64

// Role is what a member may do everywhere on the hub.
type Role string

const (
	RoleMember    Role = "member"
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin"
)

// Region is the side a member works on.
type Region string

const (
	Europe    Region = "eu"
	China     Region = "cn"
	Elsewhere Region = "other"
)

// Viewer is who is looking. The zero Viewer is a visitor. It is a value, at most 5 s old: what a viewer may see is
// part of every query, so a Viewer is handed down to the cores.
type Viewer struct {
	ID          MemberID
	Name        string
	Handle      string
	Locale      i18n.Locale
	Zone        *time.Location // never nil
	Region      Region
	Affiliation string
	Role        Role
	Translator  bool  // trusted with other people's translations
	Session     int64 // the session's id; 0 with an API token

	Within        string    // the ids of the challenges that they moderate, with spaces; Role is not of it
	Muted         string    // the ids of those whose texts are folded away, with spaces
	SilencedUntil time.Time // until then they may read and report, and write nothing
	Waiting       bool      // for a moderator who looks at their application; until then they may read only
}

// Visitor is a viewer who has not signed in, in UTC.
func Visitor() Viewer { return Viewer{Zone: time.UTC} }

// SignedIn reports whether the viewer is a member.
func (v Viewer) SignedIn() bool { return v.ID != 0 }

// Admitted is nil when the viewer takes part in the hub; else the fault of not being signed in, or of waiting for a moderator.
func (v Viewer) Admitted() error {
	switch {
	case !v.SignedIn():
		return fault.New(fault.Unauthorised, "error.sign_in")
	case v.Waiting:
		return errWaiting
	}
	return nil
}

// MayWrite is nil when the viewer may write something that others read; else the fault of Admitted, or of being silenced and
// until when.
func (v Viewer) MayWrite() error {
	switch err := v.Admitted(); {
	case err != nil:
		return err
	case v.SilencedUntil.After(time.Now()):
		return errSilenced(v.SilencedUntil)
	}
	return nil
}

// Moderates reports whether the viewer may act on what others wrote.
func (v Viewer) Moderates() bool { return v.Role == RoleModerator || v.Role == RoleAdmin }

// ModeratesIn reports whether the viewer may act on what others wrote in a challenge.
func (v Viewer) ModeratesIn(challenge int64) bool {
	return v.Moderates() || v.Within != "" && slices.Contains(strings.Fields(v.Within), strconv.FormatInt(challenge, 10))
}

// AtDesk reports whether the viewer moderates anything at all.
func (v Viewer) AtDesk() bool { return v.Moderates() || v.Within != "" }

// Reviews reports whether the viewer may mark translations as reviewed, and change those that are.
func (v Viewer) Reviews() bool { return v.Translator || v.Moderates() }

// Administers reports whether the viewer may change the hub itself.
func (v Viewer) Administers() bool { return v.Role == RoleAdmin }
