package workshop

import (
	"slices"
	"time"
)

// Brussels and Beijing are the zones in which every event's times are shown.
const (
	Brussels = "Europe/Brussels"
	Beijing  = "Asia/Shanghai"
)

// wallLayout is how a time on a wall clock is typed: as browsers send a date and a time.
const wallLayout = "2006-01-02T15:04"

// parseWall reads a time on a wall clock. The result bears its fields in UTC; it is no moment yet.
func parseWall(s string) (time.Time, bool) {
	for _, layout := range []string{wallLayout, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Truncate(time.Minute), true
		}
	}
	return time.Time{}, false
}

// instants are the moments at which the clocks of a zone show that time, the earliest first: one as a rule, none where
// they are put forward over it, two where they are put back over it.
func instants(wall time.Time, zone *time.Location) []time.Time {
	var found []time.Time
	for _, near := range []time.Duration{-26 * time.Hour, 0, 26 * time.Hour} { // no zone is further from UTC than 14 h
		_, offset := wall.Add(near).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if onWall(t, zone).Equal(wall) && !slices.ContainsFunc(found, t.Equal) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, time.Time.Compare)
	return found
}

// onWall is what the clocks of a zone show at a moment, as fields in UTC.
func onWall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// Wall is a moment as it is typed in that zone.
func Wall(t time.Time, zone *time.Location) string { return t.In(zone).Format(wallLayout) }

// Every is how often an event comes again.
type Every string

const (
	Once        Every = ""
	Weekly      Every = "weekly"
	Fortnightly Every = "fortnightly"
	Monthly     Every = "monthly" // on the same weekday of the month: every third Tuesday; of the fifth one, the last
)

// Everies lists them as they are offered.
var Everies = []Every{Once, Weekly, Fortnightly, Monthly}

// after is the day, at the same wall time, on which an event of that day comes for the n-th time again.
func (e Every) after(wall time.Time, n int) time.Time {
	switch e {
	case Weekly:
		return wall.AddDate(0, 0, 7*n)
	case Fortnightly:
		return wall.AddDate(0, 0, 14*n)
	case Monthly:
		return sameWeekday(wall, n)
	}
	return wall
}

// sameWeekday is n months later, on the weekday that takes the same place in its month.
func sameWeekday(wall time.Time, n int) time.Time {
	place := (wall.Day() - 1) / 7 // 0: the first such weekday of the month
	first := time.Date(wall.Year(), wall.Month()+time.Month(n), 1, wall.Hour(), wall.Minute(), 0, 0, time.UTC)
	day := first.AddDate(0, 0, (int(wall.Weekday())-int(first.Weekday())+7)%7+7*place)
	if day.Month() != first.Month() {
		day = day.AddDate(0, 0, -7)
	}
	return day
}

// Clock is when an event is by the clocks of one zone.
type Clock struct {
	Zone       string // IANA
	Start, End time.Time
	Yours      bool // the zone of who looks, or one whose clocks show the same
	OtherDay   bool // it begins on another day than by the clocks before it in the list
	Overnight  bool // it ends on another day than it begins
}

// Clocks are the times of an event for a reader: in the reader's zone (nil: not known), in Brussels and in Beijing. A
// zone whose clocks show the same as those of one of the two during the event is not listed beside it.
func Clocks(start, end time.Time, yours *time.Location) []Clock {
	zones := []*time.Location{mustLoad(Brussels), mustLoad(Beijing)}
	same := -1
	if yours != nil {
		same = slices.IndexFunc(zones, func(z *time.Location) bool { return sameClock(start, z, yours) && sameClock(end, z, yours) })
		if same < 0 {
			zones, same = slices.Insert(zones, 0, yours), 0
		}
	}
	clocks := make([]Clock, len(zones))
	for i, z := range zones {
		c := Clock{Zone: z.String(), Start: start.In(z), End: end.In(z), Yours: i == same}
		c.OtherDay = i > 0 && !sameDay(c.Start, clocks[i-1].Start)
		c.Overnight = !sameDay(c.Start, c.End)
		clocks[i] = c
	}
	return clocks
}

func sameClock(t time.Time, a, b *time.Location) bool { return onWall(t, a).Equal(onWall(t, b)) }

func sameDay(a, b time.Time) bool {
	y, m, d := a.Date()
	y2, m2, d2 := b.Date()
	return y == y2 && m == m2 && d == d2
}

// mustLoad loads a zone that every time zone database has.
func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic("no time zone database: " + err.Error())
	}
	return zone
}
