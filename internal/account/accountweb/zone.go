package accountweb

import (
	"cmp"
	"slices"
	"time"

	"senet/internal/account"
	"senet/internal/httpx"
)

type zoneGroup struct {
	Name  string
	Zones []zoneOption
}

type zoneOption struct {
	ID, Label string
	offset    int
}

// listed reports whether a zone is one of places.
func listed(zone string) bool {
	for _, g := range account.Places() {
		if slices.ContainsFunc(g.Places, func(p account.Place) bool { return p.Zone == zone }) {
			return true
		}
	}
	return false
}

// zoneGroups are the zones in the reader's words with what they differ from UTC today, from west to east, and those of
// the same time in the order of the reader's language.
func zoneGroups(r *httpx.Request) []zoneGroup {
	groups := make([]zoneGroup, 0, len(account.Places()))
	compare := r.P.Compare()
	for _, g := range account.Places() {
		group := zoneGroup{Name: r.T(g.Key)}
		for _, p := range g.Places {
			loc, err := time.LoadLocation(p.Zone)
			if err != nil {
				continue // a machine with an old zone database lacks a zone, not the page
			}
			now := r.Now.In(loc)
			_, offset := now.Zone()
			group.Zones = append(group.Zones, zoneOption{ID: p.Zone, Label: r.T("zone.option", "Place", r.T(p.Key), "Offset", now.Format("UTC-07:00")), offset: offset})
		}
		slices.SortStableFunc(group.Zones, func(a, b zoneOption) int { return cmp.Or(cmp.Compare(a.offset, b.offset), compare(a.Label, b.Label)) })
		groups = append(groups, group)
	}
	return groups
}
