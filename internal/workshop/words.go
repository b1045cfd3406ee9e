package workshop

import (
	"time"

	"senet/internal/account"
	"senet/internal/i18n"
)

// ZoneName is a zone as readers of p's language know it: by a place, else by what it differs from UTC at that time.
func ZoneName(p *i18n.Printer, zone string, at time.Time) string {
	if zone == Beijing {
		return p.T("workshop.beijing")
	}
	if key := account.ZoneKey(zone); key != "" {
		return p.T(key)
	}
	return at.Format("UTC-07:00")
}
