package account

import (
	"context"
	"fmt"
	"sync"
	"time"

	"senet/internal/pg"
)

// Service is the members' door: joining, signing in, sessions, roles, settings. It is safe for concurrent use.
type Service struct {
	store     *pg.Store
	passwords *hasher
	viewers   *viewerCache
	zones     sync.Map // name → *time.Location: loading one reads the time zone database
	keys      formKeys
	now       func() time.Time
	// AboutChanged hears, in its transaction, that a member says something else of themselves, and in which language.
	AboutChanged func(ctx context.Context, tx *pg.Tx, id MemberID, lang string) error
	// Door says how people may come in now; nil: at once, with forms that are timed.
	Door func(ctx context.Context) (Door, error)
	// Applied hears, in its transaction, that somebody waits for a moderator. Where there is a raid it must not be nil.
	Applied func(ctx context.Context, tx *pg.Tx, a Application) error
}

// New makes the service; it keeps nothing of value in memory and needs no stop.
func New(store *pg.Store) *Service {
	return &Service{store: store, passwords: newHasher(), viewers: newViewerCache(), now: time.Now}
}

// Subject is the name under which pg.Changes tells that something of the member has changed: name, role, settings,
// sessions.
func Subject(id MemberID) string { return fmt.Sprintf("member:%d", id) }

// zone is the location of an IANA name; false when there is none. "Local" and "" are not names.
func (s *Service) zone(name string) (*time.Location, bool) {
	if loc, ok := s.zones.Load(name); ok {
		return loc.(*time.Location), true
	}
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	s.zones.Store(name, loc)
	return loc, true
}

// stamp is the time as Postgres keeps it: to the microsecond.
func (s *Service) stamp() time.Time { return s.now().Truncate(time.Microsecond) }
