package accountweb

import (
	"cmp"
	"slices"
	"time"

	"senet/internal/httpx"
)

// place is a time zone by the name of a place that people know; any other IANA zone is taken as well.
type place struct{ zone, key string }

// places are where the hub's members are likely to be, by part of the world.
var places = []struct {
	key    string
	places []place
}{
	{"zone.europe", []place{
		{"Europe/Amsterdam", "zone.amsterdam"}, {"Europe/Athens", "zone.athens"}, {"Europe/Belgrade", "zone.belgrade"},
		{"Europe/Berlin", "zone.berlin"}, {"Europe/Bratislava", "zone.bratislava"}, {"Europe/Brussels", "zone.brussels"},
		{"Europe/Bucharest", "zone.bucharest"}, {"Europe/Budapest", "zone.budapest"}, {"Europe/Chisinau", "zone.chisinau"},
		{"Europe/Copenhagen", "zone.copenhagen"}, {"Europe/Dublin", "zone.dublin"}, {"Europe/Helsinki", "zone.helsinki"},
		{"Europe/Istanbul", "zone.istanbul"}, {"Europe/Kyiv", "zone.kyiv"}, {"Europe/Lisbon", "zone.lisbon"},
		{"Europe/Ljubljana", "zone.ljubljana"}, {"Europe/London", "zone.london"}, {"Europe/Luxembourg", "zone.luxembourg"},
		{"Europe/Madrid", "zone.madrid"}, {"Europe/Malta", "zone.malta"}, {"Asia/Nicosia", "zone.nicosia"}, {"Europe/Oslo", "zone.oslo"},
		{"Europe/Paris", "zone.paris"}, {"Europe/Podgorica", "zone.podgorica"}, {"Europe/Prague", "zone.prague"},
		{"Atlantic/Reykjavik", "zone.reykjavik"}, {"Europe/Riga", "zone.riga"}, {"Europe/Rome", "zone.rome"},
		{"Europe/Sarajevo", "zone.sarajevo"}, {"Europe/Skopje", "zone.skopje"}, {"Europe/Sofia", "zone.sofia"},
		{"Europe/Stockholm", "zone.stockholm"}, {"Europe/Tallinn", "zone.tallinn"}, {"Asia/Tbilisi", "zone.tbilisi"},
		{"Europe/Tirane", "zone.tirana"}, {"Europe/Vienna", "zone.vienna"}, {"Europe/Vilnius", "zone.vilnius"},
		{"Europe/Warsaw", "zone.warsaw"}, {"Europe/Zagreb", "zone.zagreb"}, {"Europe/Zurich", "zone.zurich"}}},
	{"zone.asia", []place{
		{"Asia/Shanghai", "zone.beijing"}, {"Asia/Urumqi", "zone.urumqi"}, {"Asia/Hong_Kong", "zone.hong_kong"},
		{"Asia/Macau", "zone.macau"}, {"Asia/Taipei", "zone.taipei"}, {"Asia/Singapore", "zone.singapore"},
		{"Asia/Tokyo", "zone.tokyo"}, {"Asia/Seoul", "zone.seoul"}, {"Asia/Bangkok", "zone.bangkok"},
		{"Asia/Ho_Chi_Minh", "zone.hanoi"}, {"Asia/Jakarta", "zone.jakarta"}, {"Asia/Kolkata", "zone.kolkata"},
		{"Asia/Almaty", "zone.almaty"}, {"Asia/Dubai", "zone.dubai"}, {"Asia/Jerusalem", "zone.jerusalem"},
		{"Australia/Sydney", "zone.sydney"}, {"Pacific/Auckland", "zone.auckland"}}},
	{"zone.americas", []place{
		{"America/New_York", "zone.new_york"}, {"America/Chicago", "zone.chicago"}, {"America/Denver", "zone.denver"},
		{"America/Los_Angeles", "zone.los_angeles"}, {"America/Toronto", "zone.toronto"},
		{"America/Mexico_City", "zone.mexico_city"}, {"America/Sao_Paulo", "zone.sao_paulo"},
		{"America/Argentina/Buenos_Aires", "zone.buenos_aires"}}},
	{"zone.africa", []place{
		{"Africa/Cairo", "zone.cairo"}, {"Africa/Nairobi", "zone.nairobi"}, {"Africa/Lagos", "zone.lagos"},
		{"Africa/Johannesburg", "zone.johannesburg"}}},
	{"zone.worldwide", []place{{"UTC", "zone.utc"}}},
}

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
	for _, g := range places {
		if slices.ContainsFunc(g.places, func(p place) bool { return p.zone == zone }) {
			return true
		}
	}
	return false
}

// zoneGroups are the zones in the reader's words with what they differ from UTC today, from west to east, and those of
// the same time in the order of the reader's language.
func zoneGroups(r *httpx.Request) []zoneGroup {
	groups := make([]zoneGroup, 0, len(places))
	compare := r.P.Compare()
	for _, g := range places {
		group := zoneGroup{Name: r.T(g.key)}
		for _, p := range g.places {
			loc, err := time.LoadLocation(p.zone)
			if err != nil {
				continue // a machine with an old zone database lacks a zone, not the page
			}
			now := r.Now.In(loc)
			_, offset := now.Zone()
			group.Zones = append(group.Zones, zoneOption{ID: p.zone, Label: r.T("zone.option", "Place", r.T(p.key), "Offset", now.Format("UTC-07:00")), offset: offset})
		}
		slices.SortStableFunc(group.Zones, func(a, b zoneOption) int { return cmp.Or(cmp.Compare(a.offset, b.offset), compare(a.Label, b.Label)) })
		groups = append(groups, group)
	}
	return groups
}
