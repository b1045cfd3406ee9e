package workshopweb

import (
	"time"

	"github.com/a-h/templ"

	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/workshop"
)

// clocks are the times of an event for who looks. A visitor's zone is not known.
func clocks(r *httpx.Request, start, end time.Time) []workshop.Clock {
	var yours *time.Location
	if r.Viewer.SignedIn() {
		yours = r.Viewer.Zone
	}
	return workshop.Clocks(start, end, yours)
}

// instant is a moment for machines.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// langOf marks a text that is in another language than the page.
func langOf(r *httpx.Request, lang i18n.Locale) templ.Attributes {
	if lang == r.Locale {
		return nil
	}
	return templ.Attributes{"lang": lang.Tag()}
}

// coming says how many come, and of how many seats.
func coming(r *httpx.Request, e workshop.Event) string {
	switch {
	case e.Over(r.Now):
		return r.N("workshop.came", e.Registered)
	case e.Capacity > 0:
		return r.T("workshop.seats", "Taken", e.Registered, "Seats", e.Capacity)
	}
	return r.N("workshop.coming", e.Registered)
}
