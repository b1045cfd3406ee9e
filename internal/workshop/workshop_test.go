package workshop

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
)

func TestCreate_isForModerators(t *testing.T) {
	h := txHouse(t)
	for _, v := range []account.Viewer{account.Visitor(), h.member("Li", account.RoleMember)} {
		if _, err := h.Create(t.Context(), v, h.form()); fault.Of(err) == nil {
			t.Errorf("%q announced an event: %v", v.Name, err)
		}
	}
}

func TestCreate_twiceIsOnce(t *testing.T) {
	h := txHouse(t)
	f := h.form()
	f.Every, f.Times = Weekly, 3
	if a, b := h.create(f), h.create(f); a != b {
		t.Errorf("the same form made %d and %d", a, b)
	}
	events, _, err := h.List(t.Context(), account.Visitor(), Filter{})
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events, %v; want 3", len(events), err)
	}
	for _, e := range events { // Brussels puts its clocks forward between the first and the second
		if got := e.StartsAt.In(mustLoad(Brussels)).Format("15:04"); got != "14:00" || e.SeriesID == nil {
			t.Errorf("%s begins at %s, series %v", e.StartsAt, got, e.SeriesID)
		}
	}
	if !slices.IsSortedFunc(events, func(a, b Event) int { return a.StartsAt.Compare(b.StartsAt) }) {
		t.Error("the list is not in the order of time")
	}
}

func TestCreate_wrong(t *testing.T) {
	h := txHouse(t)
	for name, c := range map[string]struct {
		change func(*Form)
		field  string
	}{
		"no title":             {func(f *Form) { f.Title = i18n.Text{}; f.Announce = false }, "title_en"},
		"one title":            {func(f *Form) { f.Title.Zh = "" }, "title_zh"},
		"no summary":           {func(f *Form) { f.Summary.En = " " }, "summary_en"},
		"a long title":         {func(f *Form) { f.Title.Zh = strings.Repeat("耐", 101) }, "title_zh"},
		"a long description":   {func(f *Form) { f.Description.Zh = strings.Repeat("药", 10_001) }, "description_zh"},
		"a kind of its own":    {func(f *Form) { f.Kind = "party" }, "kind"},
		"no such zone":         {func(f *Form) { f.Zone = "Europe/Atlantis" }, "zone"},
		"a path as zone":       {func(f *Form) { f.Zone = "../etc/passwd" }, "zone"},
		"Local":                {func(f *Form) { f.Zone = "Local" }, "zone"},
		"a script as link":     {func(f *Form) { f.Link = "javascript:alert(1)" }, "link"},
		"no seat":              {func(f *Form) { f.Capacity = -1 }, "capacity"},
		"too many seats":       {func(f *Form) { f.Capacity = MaxCapacity + 1 }, "capacity"},
		"for ever and a day":   {func(f *Form) { f.Retention = MaxRetention + 1 }, "retention"},
		"no such challenge":    {func(f *Form) { f.Challenge = "nothing" }, "challenge"},
		"an item after end":    {func(f *Form) { after := 120; f.Agenda = []ItemForm{{After: &after, Minutes: 5, Title: f.Title}} }, "item_0_after"},
		"an item before start": {func(f *Form) { after := -1; f.Agenda = []ItemForm{{After: &after, Minutes: 5, Title: f.Title}} }, "item_0_after"},
		"an item too long":     {func(f *Form) { f.Agenda = []ItemForm{{Minutes: 100, Title: f.Title}, {Minutes: 30, Title: f.Title}} }, "item_1_minutes"},
		"an item of no time":   {func(f *Form) { f.Agenda = []ItemForm{{Title: f.Title}} }, "item_0_minutes"},
		"a nameless item":      {func(f *Form) { f.Agenda = []ItemForm{{Minutes: 5, Speaker: "Li"}} }, "item_0_title_en"},
		"a nameless speaker":   {func(f *Form) { f.Speakers = []SpeakerForm{{Affiliation: "KU Leuven"}} }, "speaker_0_name"},
		"nobody's handle":      {func(f *Form) { f.Speakers = []SpeakerForm{{Handle: "nobody-at-all"}} }, "speaker_0_handle"},
		"too many items": {func(f *Form) {
			for range MaxItems + 1 {
				f.Agenda = append(f.Agenda, ItemForm{Minutes: 1, Title: f.Title})
			}
		}, "agenda"},
		"too often":          {func(f *Form) { f.Every, f.Times = Weekly, MaxRepeat+1 }, "times"},
		"a rhythm of no one": {func(f *Form) { f.Every, f.Times = "yearly", 3 }, "every"},
	} {
		f := h.form()
		c.change(&f)
		_, err := h.Create(t.Context(), h.anna, f)
		if got := fault.Of(err); got == nil || got.Kind != fault.Invalid || got.Fields[c.field].Key == "" {
			t.Errorf("%s: %v, want %s to be wrong", name, err, c.field)
		}
	}
	f := h.form()
	f.Title.En = "broken \xff"
	if _, err := h.Create(t.Context(), h.anna, f); fault.KindOf(err) != fault.Malformed {
		t.Errorf("broken UTF-8: %v", err)
	}
}

func TestDraft_isSeenByItsStaffOnly(t *testing.T) {
	h := txHouse(t)
	host, li := h.member("Host", account.RoleMember), h.member("Li", account.RoleMember)
	f := h.form()
	f.Announce, f.Link = false, "https://meet.example/x"
	id := h.create(f)
	sees := func(v account.Viewer) bool {
		_, err := h.Find(t.Context(), v, id)
		listed, _, err2 := h.List(t.Context(), v, Filter{})
		h.must(err2)
		if (err == nil) != (len(listed) == 1) {
			t.Errorf("%s: found %v, listed %d", v.Name, err, len(listed))
		}
		return err == nil
	}
	if sees(li) || sees(account.Visitor()) || sees(host) || !sees(h.anna) {
		t.Error("a draft is seen by others than its staff and moderators")
	}
	h.must(h.SetStaff(t.Context(), h.anna, id, host.Handle, chat.Host))
	if !sees(host) || sees(li) {
		t.Error("a host who was named does not see the draft, or somebody else does")
	}
	if err := h.Edit(t.Context(), host, id, h.form()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a host edits: %v", err)
	}
	for name, do := range map[string]func() error{
		"register": func() error { _, err := h.Register(t.Context(), li, id); return err },
		"edit":     func() error { return h.Edit(t.Context(), li, id, h.form()) },
		"announce": func() error { return h.Announce(t.Context(), li, id) },
		"staff":    func() error { return h.SetStaff(t.Context(), li, id, li.Handle, chat.Host) },
		"discard":  func() error { return h.Discard(t.Context(), li, id) },
	} {
		if err := do(); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s by somebody who must not know of it: %v", name, err)
		}
	}
	if events, err := h.Next(t.Context(), 0, 5); err != nil || len(events) != 0 {
		t.Errorf("the home page would tell of a draft: %v, %v", events, err)
	}
	h.must(h.Announce(t.Context(), h.anna, id))
	if e := h.event(id); e.RoomID == 0 || e.RoomState != chat.Waiting {
		t.Errorf("the room is %d, %q", e.RoomID, e.RoomState)
	}
	staff, err := h.Staff(t.Context(), h.event(id))
	if err != nil || len(staff) != 2 || staff[0].StaffRole != chat.Organiser || staff[1].ID != host.ID {
		t.Errorf("the staff of the room is %+v, %v", staff, err)
	}
	if e, err := h.Find(t.Context(), li, id); err != nil || e.Link != "" || !e.HasLink {
		t.Errorf("who has no seat sees the link %q, %v", e.Link, err)
	}
	h.register(li, id)
	if e, err := h.Find(t.Context(), li, id); err != nil || e.Link == "" {
		t.Errorf("who has a seat does not see the link: %v", err)
	}
}

func TestStaff_lastOrganiserStays(t *testing.T) {
	h := txHouse(t)
	for _, announce := range []bool{false, true} {
		f := h.form()
		f.Announce = announce
		id := h.create(f)
		for _, role := range []chat.StaffRole{"", chat.Host} {
			if err := h.SetStaff(t.Context(), h.anna, id, h.anna.Handle, role); fault.KindOf(err) != fault.Conflict {
				t.Errorf("announced %v: the last organiser became %q: %v", announce, role, err)
			}
		}
		li := h.member("Li", account.RoleMember)
		h.must(h.SetStaff(t.Context(), h.anna, id, "@"+li.Handle, chat.Organiser))
		h.must(h.SetStaff(t.Context(), li, id, h.anna.Handle, ""))
		if got := h.told(li); !slices.Equal(got, []notify.Kind{notify.KindEventStaff}) {
			t.Errorf("who was given a role was told %v", got)
		}
	}
}

func TestSeats_fifo(t *testing.T) {
	h := txHouse(t)
	f := h.form()
	f.Capacity = 2
	id := h.create(f)
	var people []account.Viewer
	for i := range 5 {
		v := h.member("Member", account.RoleMember)
		people = append(people, v)
		want := Registered
		if i >= 2 {
			want = Waiting
		}
		if got := h.register(v, id); got != want {
			t.Errorf("number %d has %q, want %q", i+1, got, want)
		}
		h.register(v, id) // again: nothing changes
	}
	if n, err := h.InLine(t.Context(), people[3], id); n != 2 || err != nil {
		t.Errorf("number 4 is %d in line, %v", n, err)
	}
	h.must(h.Unregister(t.Context(), people[0], id))
	h.must(h.Unregister(t.Context(), people[0], id))
	h.must(h.Unregister(t.Context(), people[3], id)) // from the list: nobody moves up
	seats := func() (s string) {
		for _, v := range people {
			e, err := h.Find(t.Context(), v, id)
			h.must(err)
			s += string(e.Mine[:min(len(e.Mine), 1)]) + "."
		}
		return s
	}
	if got := seats(); got != ".r.r..w." {
		t.Errorf("seats are %q, want the third moved up", got)
	}
	if h.register(people[0], id) != Waiting || seats() != "w.r.r..w." {
		t.Errorf("who comes back is not last in line: %q", seats())
	}
	h.must(h.edit(id, func(f *Form) { f.Capacity = 3 }))
	if got := seats(); got != "w.r.r..r." {
		t.Errorf("with a third seat they are %q", got)
	}
	h.must(h.edit(id, func(f *Form) { f.Capacity = 1 }))
	if got := seats(); got != "w.r.r..r." {
		t.Errorf("with fewer seats somebody was thrown out: %q", got)
	}
	h.must(h.edit(id, func(f *Form) { f.Capacity = 0 }))
	if got := seats(); got != "r.r.r..r." {
		t.Errorf("without a limit they are %q", got)
	}
	if got, want := h.told(people[4]), []notify.Kind{notify.KindWaiting, notify.KindMovedUp}; !slices.Equal(got, want) {
		t.Errorf("who moved up was told %v, want %v", got, want)
	}
	if e := h.event(id); e.Registered != 4 || e.Waiting != 0 || e.Europe+e.China+e.Elsewhere != 4 {
		t.Errorf("counts are %d, %d, %d/%d/%d", e.Registered, e.Waiting, e.Europe, e.China, e.Elsewhere)
	}
}

func TestRegister_notFor(t *testing.T) {
	h := txHouse(t)
	li := h.member("Li", account.RoleMember)
	id := h.create(h.form())
	if _, err := h.Register(t.Context(), account.Visitor(), id); fault.KindOf(err) != fault.Unauthorised {
		t.Errorf("a visitor: %v", err)
	}
	h.at(h.event(id).EndsAt)
	if _, err := h.Register(t.Context(), li, id); !errors.Is(err, errOver) {
		t.Errorf("when it is over: %v", err)
	}
	h.at(h.event(id).StartsAt.Add(-time.Hour))
	h.must(h.Cancel(t.Context(), h.anna, id, ""))
	if _, err := h.Register(t.Context(), li, id); !errors.Is(err, errCancelled) {
		t.Errorf("when it is cancelled: %v", err)
	}
}

func TestEdit_tellsOfTimeAndPlaceOnly(t *testing.T) {
	h := txHouse(t)
	li, wang := h.member("Li", account.RoleMember), h.member("Wang", account.RoleMember)
	f := h.form()
	f.Capacity = 1
	id := h.create(f)
	h.register(li, id)
	h.register(wang, id)
	h.must(h.edit(id, func(f *Form) { f.Title.En = "Another title"; f.Description.En = "More *words*." }))
	h.must(h.edit(id, func(f *Form) { f.Start, f.End = "2027-03-29T14:00", "2027-03-29T16:00" }))
	h.must(h.edit(id, func(f *Form) { f.Place = "Leuven" }))
	h.must(h.Cancel(t.Context(), h.anna, id, "The speaker is ill."))
	want := []notify.Kind{notify.KindEventChanged, notify.KindEventChanged, notify.KindEventCancelled}
	if got := h.told(li)[1:]; !slices.Equal(got, want) {
		t.Errorf("who has a seat was told %v, want %v", got, want)
	}
	if got := h.told(wang)[1:]; !slices.Equal(got, want) {
		t.Errorf("who waits was told %v, want %v", got, want)
	}
	if got := h.told(h.anna); len(got) != 0 {
		t.Errorf("who did it was told %v", got)
	}
	e := h.event(id)
	if e.Version != 6 || e.Path() != path(id, "another-title") || e.RoomState != chat.Ended || e.HTMLEn == "" {
		t.Errorf("version %d, path %s, room %s, html %q", e.Version, e.Path(), e.RoomState, e.HTMLEn)
	}
	if err := h.edit(id, func(f *Form) {}); !errors.Is(err, errCancelled) {
		t.Errorf("a cancelled event is edited: %v", err)
	}
}

func TestEdit_keepsPartsByTheirIDs(t *testing.T) {
	h := txHouse(t)
	f := h.form()
	f.Agenda = []ItemForm{{Minutes: 10, Title: i18n.Text{En: "Welcome"}}, {Minutes: 20, Title: i18n.Text{En: "Talk"}}, {}}
	f.Speakers = []SpeakerForm{{Name: "张敏"}, {Handle: h.anna.Handle}}
	id, other := h.create(f), h.create(func() Form {
		g := h.form()
		g.Agenda = []ItemForm{{Minutes: 5, Title: i18n.Text{En: "Other"}}}
		return g
	}())
	was, err := h.Agenda(t.Context(), id)
	h.must(err)
	foreign, err := h.Agenda(t.Context(), other)
	h.must(err)
	if len(was) != 2 || was[1].StartsMin != 10 || !was[1].EndsAt.Equal(h.event(id).StartsAt.Add(30*time.Minute)) {
		t.Fatalf("the agenda is %+v", was)
	}
	h.must(h.edit(id, func(f *Form) {
		if f.Speakers[1].Name != "Anna Weber" {
			t.Errorf("the speaker who is a member is %+v", f.Speakers[1])
		}
		f.Agenda = []ItemForm{f.Agenda[1], {Minutes: 5, Title: i18n.Text{En: "Questions"}}, {ID: foreign[0].ID, Minutes: 5, Title: i18n.Text{En: "Mine now"}}}
	}))
	now, err := h.Agenda(t.Context(), id)
	h.must(err)
	if len(now) != 3 || now[0].ID != was[1].ID || now[0].StartsMin != 0 || now[2].ID == foreign[0].ID {
		t.Errorf("the agenda became %+v", now)
	}
	if again, err := h.Agenda(t.Context(), other); err != nil || len(again) != 1 || again[0].TitleEn != "Other" {
		t.Errorf("another event's agenda became %+v, %v", again, err)
	}
}

func TestOutcome(t *testing.T) {
	h := txHouse(t)
	id := h.create(h.form())
	var thread int64
	h.must(h.store.QueryRow(t.Context(), `with c as (insert into challenges (slug, title_en) values ('amr', 'AMR') returning id)
		insert into threads (challenge_id, kind, title, lang, slug, author_id, client_id) select id, 'discussion', 'Recap', 'en', 'recap', $1, gen_random_uuid() from c returning id`, h.anna.ID).Scan(&thread))
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error { return h.SetOutcome(t.Context(), tx, id, thread) }))
	if got := h.event(id).OutcomePath(); !strings.HasSuffix(got, "-recap") {
		t.Errorf("the outcome is at %q", got)
	}
	_, err := h.store.Exec(t.Context(), `update threads set hidden_at = now() where id = $1`, thread)
	h.must(err)
	if got := h.event(id).OutcomePath(); got != "" {
		t.Errorf("a hidden outcome is at %q", got)
	}
}

func TestList_pages(t *testing.T) {
	h := txHouse(t)
	f := h.form()
	f.Every, f.Times = Weekly, 7
	h.create(f)
	var seen []ID
	filter := Filter{Limit: 3}
	for {
		page, more, err := h.List(t.Context(), account.Visitor(), filter)
		h.must(err)
		for _, e := range page {
			seen = append(seen, e.ID)
		}
		if !more {
			break
		}
		last := page[len(page)-1]
		filter.AfterAt, filter.AfterID = last.StartsAt, last.ID
	}
	if len(seen) != 7 || !slices.IsSorted(seen) {
		t.Errorf("the pages hold %v", seen)
	}
	h.at(h.clock.AddDate(1, 0, 0))
	if page, more, err := h.List(t.Context(), account.Visitor(), Filter{Past: true, Limit: 3}); err != nil || !more || page[0].ID != seen[6] {
		t.Errorf("the past begins with %v, %v", page, err)
	}
}
