package mail

import (
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/mail/transport"
	"senet/internal/pg"
)

// Options are what the service is built with. All but the last two must be there.
type Options struct {
	Transport transport.Transport
	From      netmail.Address // what letters come from; a name that is empty is the hub's
	BaseURL   *url.URL        // how browsers reach the hub
	Words     *i18n.Bundle
	Queue     *jobs.Queue
	Log       *slog.Logger
	// Barred says whether a member is to get no letters now, as one who is suspended; nil: nobody is.
	Barred func(ctx context.Context, id account.MemberID) (bool, error)
	// Pause is how long to wait after so many failures (1, 2, …) before sending is tried again; nil: Pause.
	Pause func(failures int) time.Duration
}

// Service takes letters and sends them. It is safe for concurrent use. A nil Service takes letters and drops them, so
// that a feature can be tested without mail.
type Service struct {
	store *pg.Store
	with  Options
	rate  *rate.Limiter
	zones sync.Map // name → *time.Location
	kinds map[Kind]registered
}

type registered struct {
	group   Group
	compose Compose
}

// perSecond is how many letters a node sends at most: what providers take without calling it a flood.
const perSecond = 10

const hubName = "SENET Hub"

// New makes the service. Its jobs begin with the queue's Start: register the kinds before.
func New(store *pg.Store, o Options) *Service {
	if o.From.Name == "" {
		o.From.Name = hubName
	}
	if o.Pause == nil {
		o.Pause = Pause
	}
	s := &Service{store: store, with: o, rate: rate.NewLimiter(perSecond, perSecond), kinds: map[Kind]registered{}}
	jobs.Handle(o.Queue, func(ctx context.Context, job deliver) error { return s.Send(ctx, job.Letter) })
	return s
}

// DefaultFrom is the address that letters come from on a hub at that URL when none is given: senet@hub.example; on an
// address that is no name, senet@localhost.
func DefaultFrom(base *url.URL) netmail.Address {
	return netmail.Address{Name: hubName, Address: "senet@" + domainOf(base)}
}

// Register says which group a kind belongs to and how its letters are put into words. Call it while the hub is built;
// a kind twice, or a group that there is not, is a mistake and panics.
func (s *Service) Register(kind Kind, group Group, compose Compose) {
	if s == nil {
		return
	}
	_, twice := s.kinds[kind]
	if _, ok := group.rule(); !ok || twice {
		panic(fmt.Sprintf("mail: kind %q of group %q cannot be registered", kind, group))
	}
	s.kinds[kind] = registered{group, compose}
}

// zone is the location of an IANA name; UTC when there is none.
func (s *Service) zone(name string) *time.Location {
	if loc, ok := s.zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = time.UTC
	}
	s.zones.Store(name, loc)
	return loc
}
