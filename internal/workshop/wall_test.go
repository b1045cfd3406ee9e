package workshop

import (
	"slices"
	"testing"
	"time"

	"senet/internal/fault"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := time.Parse("2006-01-02T15:04Z", s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// The clocks of Brussels are put forward on 28 March 2027 and back on 31 October 2027, both at 01:00 UTC; those of
// Beijing never.
func TestInstants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, wall string
		want       []string
	}{
		{Brussels, "2027-03-28T01:59", []string{"2027-03-28T00:59Z"}},
		{Brussels, "2027-03-28T02:00", nil},
		{Brussels, "2027-03-28T02:59", nil},
		{Brussels, "2027-03-28T03:00", []string{"2027-03-28T01:00Z"}},
		{Brussels, "2027-10-31T01:59", []string{"2027-10-30T23:59Z"}},
		{Brussels, "2027-10-31T02:00", []string{"2027-10-31T00:00Z", "2027-10-31T01:00Z"}},
		{Brussels, "2027-10-31T02:59", []string{"2027-10-31T00:59Z", "2027-10-31T01:59Z"}},
		{Brussels, "2027-10-31T03:00", []string{"2027-10-31T02:00Z"}},
		{Beijing, "2027-03-28T09:00", []string{"2027-03-28T01:00Z"}},
		{Beijing, "2027-10-31T02:30", []string{"2027-10-30T18:30Z"}},
		{"Pacific/Kiritimati", "2027-03-28T02:30", []string{"2027-03-27T12:30Z"}},
		{"Australia/Lord_Howe", "2027-04-04T01:45", []string{"2027-04-03T14:45Z", "2027-04-03T15:15Z"}}, // half an hour
	} {
		wall, ok := parseWall(c.wall)
		if !ok {
			t.Fatalf("%s is not read", c.wall)
		}
		var got []string
		for _, i := range instants(wall, mustLoad(c.zone)) {
			got = append(got, i.Format("2006-01-02T15:04Z"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s in %s is %v, want %v", c.wall, c.zone, got, c.want)
		}
	}
}

func TestClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, start, end, yours string
		want                    []string
	}{
		{"the hour before the clocks go forward", "2027-03-28T00:30Z", "2027-03-28T01:30Z", "",
			[]string{"Europe/Brussels 28 01:30–28 03:30", "Asia/Shanghai 28 08:30–28 09:30"}},
		{"the hour before they go back", "2027-10-31T00:30Z", "2027-10-31T01:30Z", "",
			[]string{"Europe/Brussels 31 02:30–31 02:30", "Asia/Shanghai 31 08:30–31 09:30"}},
		{"another day in Beijing", "2027-03-28T17:00Z", "2027-03-28T18:00Z", "",
			[]string{"Europe/Brussels 28 19:00–28 20:00", "Asia/Shanghai 29 01:00–29 02:00 other"}},
		{"midnight in Beijing", "2027-03-28T15:30Z", "2027-03-28T16:30Z", "",
			[]string{"Europe/Brussels 28 17:30–28 18:30", "Asia/Shanghai 28 23:30–29 00:30 overnight"}},
		{"in New York", "2027-03-28T02:00Z", "2027-03-28T03:00Z", "America/New_York",
			[]string{"America/New_York 27 22:00–27 23:00 yours", "Europe/Brussels 28 04:00–28 05:00 other", "Asia/Shanghai 28 10:00–28 11:00"}},
		{"Berlin's clocks are those of Brussels", "2027-03-28T00:30Z", "2027-03-28T01:30Z", "Europe/Berlin",
			[]string{"Europe/Brussels 28 01:30–28 03:30 yours", "Asia/Shanghai 28 08:30–28 09:30"}},
		{"Singapore's are those of Beijing", "2027-03-28T00:30Z", "2027-03-28T01:30Z", "Asia/Singapore",
			[]string{"Europe/Brussels 28 01:30–28 03:30", "Asia/Shanghai 28 08:30–28 09:30 yours"}},
		{"Lagos is with Brussels in winter only", "2027-03-28T00:30Z", "2027-03-28T01:30Z", "Africa/Lagos",
			[]string{"Africa/Lagos 28 01:30–28 02:30 yours", "Europe/Brussels 28 01:30–28 03:30", "Asia/Shanghai 28 08:30–28 09:30"}},
	} {
		var yours *time.Location
		if c.yours != "" {
			yours = mustLoad(c.yours)
		}
		var got []string
		for _, k := range Clocks(at(t, c.start), at(t, c.end), yours) {
			line := k.Zone + " " + k.Start.Format("2 15:04") + "–" + k.End.Format("2 15:04")
			for word, is := range map[string]bool{" yours": k.Yours, " other": k.OtherDay, " overnight": k.Overnight} {
				if is {
					line += word
				}
			}
			got = append(got, line)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestRepeat: the same time on the clock, whatever the clocks do between.
func TestRepeat(t *testing.T) {
	t.Parallel()
	now := at(t, "2027-01-01T00:00Z")
	for _, c := range []struct {
		name, zone, start, end string
		every                  Every
		times                  int
		want                   []string
		wrong                  string
	}{
		{"weekly over the spring", Brussels, "2027-03-23T14:00", "2027-03-23T15:00", Weekly, 3,
			[]string{"2027-03-23T13:00Z", "2027-03-30T12:00Z", "2027-04-06T12:00Z"}, ""},
		{"fortnightly over the autumn", Brussels, "2027-10-26T09:00", "2027-10-26T10:00", Fortnightly, 2,
			[]string{"2027-10-26T07:00Z", "2027-11-09T08:00Z"}, ""},
		{"in Beijing nothing changes", Beijing, "2027-03-23T14:00", "2027-03-23T15:00", Weekly, 2,
			[]string{"2027-03-23T06:00Z", "2027-03-30T06:00Z"}, ""},
		{"every third Tuesday", Brussels, "2027-02-16T14:00", "2027-02-16T15:00", Monthly, 3,
			[]string{"2027-02-16T13:00Z", "2027-03-16T13:00Z", "2027-04-20T12:00Z"}, ""},
		{"the fifth Friday, else the last", Brussels, "2027-01-29T14:00", "2027-01-29T15:00", Monthly, 3,
			[]string{"2027-01-29T13:00Z", "2027-02-26T13:00Z", "2027-03-26T13:00Z"}, ""},
		{"one of them falls into the gap", Brussels, "2027-03-21T02:30", "2027-03-21T03:30", Weekly, 2, nil, "start"},
		{"one of them is there twice", Brussels, "2027-10-24T02:30", "2027-10-24T03:30", Weekly, 2, nil, "twice"},
		{"only one", Brussels, "2027-10-24T02:30", "2027-10-24T03:30", Weekly, 1, nil, "times"},
	} {
		p := plan{Form: Form{Zone: c.zone, Start: c.start, End: c.end, Every: c.every, Times: c.times}}
		var wrong fault.Fields
		p.checkTimes(&wrong, now, nil)
		if c.wrong != "" {
			if _, ok := wrong[c.wrong]; !ok {
				t.Errorf("%s: %v, want %s to be wrong", c.name, wrong, c.wrong)
			}
			continue
		}
		var got []string
		for _, s := range p.spans {
			got = append(got, s.start.Format("2006-01-02T15:04Z"))
			if d := s.end.Sub(s.start); d != time.Hour {
				t.Errorf("%s: it lasts %s", c.name, d)
			}
		}
		if len(wrong) > 0 || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, wrong, c.want)
		}
	}
}

func TestTimes_typed(t *testing.T) {
	t.Parallel()
	now := at(t, "2027-01-01T00:00Z")
	for _, c := range []struct{ start, end, twice, wantStart, wrong string }{
		{"2027-03-28T02:30", "2027-03-28T04:00", "", "", "start"},
		{"2027-03-28T01:30", "2027-03-28T02:30", "", "", "end"},
		{"2027-10-31T02:30", "2027-10-31T04:00", "", "", "twice"},
		{"2027-10-31T02:30", "2027-10-31T04:00", Earlier, "2027-10-31T00:30Z", ""},
		{"2027-10-31T02:30", "2027-10-31T04:00", Later, "2027-10-31T01:30Z", ""},
		{"2027-10-31T01:30:00Z", "2027-10-31T03:00:00Z", "", "2027-10-31T01:30Z", ""}, // a moment says it itself
		{"2027-10-31T00:30:00Z", "2027-10-31T03:00:00Z", "", "2027-10-31T00:30Z", ""},
		{"2027-10-31T08:30:00+08:00", "2027-10-31T03:00:00Z", "", "2027-10-31T00:30Z", ""},
		{"2027-05-01T10:00", "2027-05-01T10:00", "", "", "end"},
		{"2027-05-01T10:00", "2027-05-01T10:02", "", "", "end"},
		{"2027-05-01T10:00", "2027-05-20T10:00", "", "", "end"},
		{"2026-12-31T10:00", "2026-12-31T11:00", "", "", "start"},
		{"2037-05-01T10:00", "2037-05-01T11:00", "", "", "start"},
		{"tomorrow", "2027-05-01T11:00", "", "", "start"},
		{"2027-02-30T10:00", "2027-03-01T11:00", "", "", "start"},
		{"2027-05-01T25:00", "2027-05-02T11:00", "", "", "start"},
		{"", "", "", "", "start"},
		{"0000-01-01T00:00", "9999-12-31T23:59", "", "", "end"},
	} {
		p := plan{Form: Form{Zone: Brussels, Start: c.start, End: c.end, Twice: c.twice}}
		var wrong fault.Fields
		p.checkTimes(&wrong, now, nil)
		if c.wrong != "" {
			if _, ok := wrong[c.wrong]; !ok {
				t.Errorf("%s to %s: %v, want %s to be wrong", c.start, c.end, wrong, c.wrong)
			}
			continue
		}
		if len(wrong) > 0 || p.spans[0].start.UTC().Format("2006-01-02T15:04Z") != c.wantStart {
			t.Errorf("%s to %s: %v, %v, want %s", c.start, c.end, p.spans, wrong, c.wantStart)
		}
	}
}

func TestIsLink(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"https://meet.example/a?b=c#d": true, "http://例子.测试/会": true, "HTTPS://meet.example": true, "https://[::1]/x": true,
		"javascript:alert(1)": false, "data:text/html,x": false, "//meet.example": false, "meet.example": false, "ftp://x.example": false,
		"https://": false, "https://user:pass@x.example": false, "https://x.example/a b": false, "https://x.example/\"": false,
		"https:\\\\x.example": false, "https://x.example/\n": false, "": false,
	} {
		if got := isLink(s); got != want {
			t.Errorf("isLink(%q) = %v", s, got)
		}
	}
}
