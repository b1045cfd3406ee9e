package workshop

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
)

// Which of two moments is meant when the clocks of a zone show a time twice.
const (
	Earlier = "earlier"
	Later   = "later"
)

// Form is an event as its organiser writes it.
type Form struct {
	Kind        Kind
	Title       i18n.Text
	Summary     i18n.Text
	Description i18n.Text // Markdown
	Challenge   string    // slug; "": none
	Zone        string    // IANA
	Start       string    // on the clocks of Zone, "2027-03-28T14:30", or a moment (RFC 3339)
	End         string
	Twice       string // Earlier or Later, when the clocks show Start or End twice; "" has the organiser asked
	Place       string
	Link        string
	Capacity    int // 0: no limit
	KeepInside  bool
	Retention   int // days; 0: kept
	Agenda      []ItemForm
	Speakers    []SpeakerForm
	Every       Every // of a new event: it is made several times
	Times       int   // how many events all together
	Announce    bool  // not only a draft
	ClientID    uuid.UUID
	Version     int // of the event as it was when the form was filled in; 0: whatever it is
}

// ItemForm is an agenda item as typed.
type ItemForm struct {
	ID      int64 // 0: a new one
	After   *int  // minutes after the start; nil: where the one before ends
	Minutes int
	Title   i18n.Text
	Speaker string
}

// SpeakerForm is a speaker as typed.
type SpeakerForm struct {
	ID          int64 // 0: a new one
	Name        string
	Affiliation string
	Role        i18n.Text
	Handle      string // of a member; "": none
}

// blank reports whether nothing was typed into it: a row that was offered and not used.
func (f ItemForm) blank() bool {
	return f.After == nil && f.Minutes == 0 && markup.Blank(f.Title.En+f.Title.Zh+f.Speaker)
}

func (f SpeakerForm) blank() bool {
	return markup.Blank(f.Name + f.Affiliation + f.Role.En + f.Role.Zh + f.Handle)
}

// span is when an event is.
type span struct{ start, end time.Time }

// plan is a form that passed the rules.
type plan struct {
	Form
	spans     []span // one for each time; of a change there is one
	challenge int64
	html      i18n.Text
	slug      string
	items     []Item
	speakers  []Speaker
}

// check applies the rules. was is the event that is changed; nil: a new one.
func (s *Service) check(ctx context.Context, f Form, was *Event) (plan, error) {
	p := plan{Form: f}
	var wrong fault.Fields
	if err := p.checkTexts(&wrong, was); err != nil {
		return p, err
	}
	if err := p.checkPlace(&wrong); err != nil {
		return p, err
	}
	p.checkTimes(&wrong, s.now(), was)
	if err := p.checkItems(&wrong); err != nil {
		return p, err
	}
	if err := s.checkSpeakers(ctx, &p, &wrong); err != nil {
		return p, err
	}
	if err := s.checkChallenge(ctx, &p, &wrong, was); err != nil {
		return p, err
	}
	p.render()
	return p, wrong.Err()
}

// line cleans a text of one line and holds it against its limit.
func line(wrong *fault.Fields, field string, text *string, most int) error {
	clean, ok := markup.CleanLine(*text)
	if !ok {
		return fault.New(fault.Malformed, "error.utf8")
	}
	*text = clean
	if markup.Weight(clean) > most {
		wrong.Add(field, "workshop.long", fault.Args{"Max": most})
	}
	return nil
}

func (p *plan) checkTexts(wrong *fault.Fields, was *Event) error {
	if !slices.Contains(Kinds, p.Kind) {
		wrong.Add("kind", "workshop.kind_unknown", nil)
	}
	for _, l := range i18n.Written {
		if err := p.checkSide(wrong, l); err != nil {
			return err
		}
	}
	switch {
	case p.Announce || was != nil && was.State == Announced:
		complete(wrong, p.Title, p.Summary)
	case markup.Blank(p.Title.En + p.Title.Zh):
		wrong.Add("title_"+string(i18n.Written[0]), "workshop.title_missing", nil)
	}
	return nil
}

// checkSide cleans the texts of one language in place.
func (p *plan) checkSide(wrong *fault.Fields, l i18n.Locale) error {
	title, description := p.Title.Side(l), p.Description.Side(l)
	if err := line(wrong, "title_"+string(l), title, MaxTitle); err != nil {
		return err
	}
	if w := markup.Weight(*title); w > 0 && w < MinTitle {
		wrong.Add("title_"+string(l), "workshop.title_short", nil)
	}
	if err := line(wrong, "summary_"+string(l), p.Summary.Side(l), MaxSummary); err != nil {
		return err
	}
	clean, ok := markup.Clean(*description)
	if !ok {
		return fault.New(fault.Malformed, "error.utf8")
	}
	if *description = clean; markup.Blank(clean) {
		*description = ""
	}
	if markup.Weight(clean) > MaxDescription {
		wrong.Add("description_"+string(l), "workshop.long", fault.Args{"Max": MaxDescription})
	}
	return nil
}

// complete says what an event lacks to be announced: everybody who may come reads its title and summary in their own
// language.
func complete(wrong *fault.Fields, title, summary i18n.Text) {
	for _, l := range i18n.Written {
		if markup.Blank(title.Only(l)) {
			wrong.Add("title_"+string(l), "workshop.title_in_both", nil)
		}
		if markup.Blank(summary.Only(l)) {
			wrong.Add("summary_"+string(l), "workshop.summary_in_both", nil)
		}
	}
}

func (p *plan) checkPlace(wrong *fault.Fields) error {
	if err := line(wrong, "place", &p.Place, MaxLine); err != nil {
		return err
	}
	p.Link = strings.TrimSpace(p.Link)
	if p.Link != "" && !isLink(p.Link) {
		wrong.Add("link", "workshop.link_shape", nil)
	}
	if p.Capacity < 0 || p.Capacity > MaxCapacity {
		wrong.Add("capacity", "workshop.capacity_bounds", fault.Args{"Max": MaxCapacity})
	}
	if p.Retention < 0 || p.Retention > MaxRetention {
		wrong.Add("retention", "workshop.retention_bounds", fault.Args{"Max": MaxRetention})
	}
	return nil
}

// isLink reports whether a text is the address of a page elsewhere, and nothing that a browser would run.
func isLink(s string) bool {
	if len(s) > MaxLink || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '"' || r == '<' || r == '>' || r == '\\' }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

// horizon is how far ahead an event may be.
const horizon = 5 * 366 * 24 * time.Hour

func (p *plan) checkTimes(wrong *fault.Fields, now time.Time, was *Event) {
	zone, err := loadZone(p.Zone)
	if err != nil {
		wrong.Add("zone", "workshop.zone_unknown", nil)
		return
	}
	start, startOK := p.moment(wrong, "start", p.Start, zone)
	end, endOK := p.moment(wrong, "end", p.End, zone)
	if !startOK || !endOK {
		return
	}
	times := 1
	if was == nil && p.Every != Once {
		times = p.Times
		if !slices.Contains(Everies, p.Every) {
			wrong.Add("every", "workshop.every_unknown", nil)
			return
		}
		if times < 2 || times > MaxRepeat {
			wrong.Add("times", "workshop.times_bounds", fault.Args{"Max": MaxRepeat})
			return
		}
	}
	for n := range times {
		first, ok1 := p.resolve(wrong, "start", p.Every.after(start, n), zone)
		last, ok2 := p.resolve(wrong, "end", p.Every.after(start, n).Add(end.Sub(start)), zone)
		if !ok1 || !ok2 {
			return
		}
		p.spans = append(p.spans, span{first, last})
	}
	p.checkSpan(wrong, now, was)
}

func (p *plan) checkSpan(wrong *fault.Fields, now time.Time, was *Event) {
	first, last := p.spans[0], p.spans[len(p.spans)-1]
	switch length := first.end.Sub(first.start); {
	case length <= 0:
		wrong.Add("end", "workshop.end_before_start", nil)
	case length < MinLength:
		wrong.Add("end", "workshop.too_brief", fault.Args{"Min": int(MinLength / time.Minute)})
	case length > MaxLength:
		wrong.Add("end", "workshop.too_long", fault.Args{"Max": int(MaxLength / (24 * time.Hour))})
	}
	moved := was == nil || !was.StartsAt.Equal(first.start)
	switch {
	case moved && !first.start.After(now):
		wrong.Add("start", "workshop.start_past", nil)
	case last.start.After(now.Add(horizon)):
		wrong.Add("start", "workshop.start_far", nil)
	}
}

// moment reads a typed time as the fields of a wall clock; a given moment is put on the clocks of the zone, and says by
// itself which of two is meant.
func (p *plan) moment(wrong *fault.Fields, field, typed string, zone *time.Location) (time.Time, bool) {
	typed = strings.TrimSpace(typed)
	if wall, ok := parseWall(typed); ok {
		return wall, true
	}
	t, err := time.Parse(time.RFC3339, typed)
	if err != nil {
		wrong.Add(field, "workshop.time_shape", nil)
		return t, false
	}
	t = t.Truncate(time.Minute)
	wall := onWall(t, zone)
	if all := instants(wall, zone); len(all) == 2 {
		p.Twice = Earlier
		if t.Equal(all[1]) {
			p.Twice = Later
		}
	}
	return wall, true
}

// resolve is the moment at which the clocks show that time. One that they never show is refused; of one that they show
// twice the organiser says which.
func (p *plan) resolve(wrong *fault.Fields, field string, wall time.Time, zone *time.Location) (time.Time, bool) {
	found := instants(wall, zone)
	args := fault.Args{"Date": wall.Format(time.DateOnly), "Time": wall.Format("15:04")}
	switch {
	case len(found) == 0:
		wrong.Add(field, "workshop.time_skipped", args)
		return time.Time{}, false
	case len(found) == 1 || p.Twice == Earlier:
		return found[0], true
	case p.Twice == Later:
		return found[1], true
	}
	args["First"], args["Second"] = found[0].In(zone).Format("UTC-07:00"), found[1].In(zone).Format("UTC-07:00")
	wrong.Add("twice", "workshop.time_twice", args)
	return time.Time{}, false
}

var errZone = errors.New("no such zone")

// loadZone is the location of an IANA name; "Local" and "" are not names.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, errZone
	}
	return time.LoadLocation(name)
}

func (p *plan) checkItems(wrong *fault.Fields) error {
	length := 0
	if len(p.spans) > 0 {
		length = int(p.spans[0].end.Sub(p.spans[0].start) / time.Minute)
	}
	at := 0
	for n, f := range p.Agenda {
		if f.blank() {
			continue
		}
		field := "item_" + strconv.Itoa(n) + "_"
		for _, l := range i18n.Written {
			if err := line(wrong, field+"title_"+string(l), f.Title.Side(l), MaxLine); err != nil {
				return err
			}
		}
		if err := line(wrong, field+"speaker", &f.Speaker, MaxLine); err != nil {
			return err
		}
		if f.Title.En == "" && f.Title.Zh == "" {
			wrong.Add(field+"title_"+string(i18n.Written[0]), "workshop.item_title_missing", nil)
		}
		if f.After != nil {
			at = *f.After
		}
		if at < 0 || length > 0 && at >= length {
			wrong.Add(field+"after", "workshop.item_outside", fault.Args{"Max": length})
			at = 0
		}
		if f.Minutes < 1 || f.Minutes > int(MaxLength/time.Minute) || length > 0 && at+f.Minutes > length {
			wrong.Add(field+"minutes", "workshop.item_minutes", fault.Args{"Max": max(length-at, 1)})
			f.Minutes = 0
		}
		p.items = append(p.items, Item{ID: f.ID, StartsMin: at, Minutes: f.Minutes, TitleEn: f.Title.En, TitleZh: f.Title.Zh, Speaker: f.Speaker})
		at += f.Minutes
	}
	if len(p.items) > MaxItems {
		wrong.Add("agenda", "workshop.too_many_items", fault.Args{"Max": MaxItems})
	}
	return nil
}

func (s *Service) checkSpeakers(ctx context.Context, p *plan, wrong *fault.Fields) error {
	if len(p.Form.Speakers) > 2*MaxSpeakers {
		wrong.Add("speakers", "workshop.too_many_speakers", fault.Args{"Max": MaxSpeakers})
		return nil
	}
	for n, f := range p.Form.Speakers {
		if f.blank() {
			continue
		}
		field := "speaker_" + strconv.Itoa(n) + "_"
		if err := f.clean(wrong, field); err != nil {
			return err
		}
		sp := Speaker{ID: f.ID, Name: f.Name, Affiliation: f.Affiliation, RoleEn: f.Role.En, RoleZh: f.Role.Zh}
		if !markup.Blank(f.Handle) {
			m, err := s.accounts.FindByHandle(ctx, account.Visitor(), f.Handle)
			switch {
			case fault.KindOf(err) == fault.NotFound:
				wrong.Add(field+"handle", "workshop.no_such_member", nil)
			case err != nil:
				return err
			default:
				sp.MemberID = m.ID
				if sp.Name == "" {
					sp.Name = m.Name
				}
				if sp.Affiliation == "" {
					sp.Affiliation = m.Affiliation
				}
			}
		}
		if sp.Name == "" {
			wrong.Add(field+"name", "workshop.speaker_name_missing", nil)
		}
		p.speakers = append(p.speakers, sp)
	}
	if len(p.speakers) > MaxSpeakers {
		wrong.Add("speakers", "workshop.too_many_speakers", fault.Args{"Max": MaxSpeakers})
	}
	return nil
}

// clean cleans what was typed of a speaker.
func (f *SpeakerForm) clean(wrong *fault.Fields, field string) error {
	lines := map[string]*string{"name": &f.Name, "affiliation": &f.Affiliation}
	for _, l := range i18n.Written {
		lines["role_"+string(l)] = f.Role.Side(l)
	}
	for name, text := range lines {
		if err := line(wrong, field+name, text, MaxLine); err != nil {
			return err
		}
	}
	return nil
}

const challengeBySlug = `select id from challenges where slug = @slug and (archived_at is null or id = @was)`

// checkChallenge finds the challenge. An archived one takes no new event; one that is about it already stays.
func (s *Service) checkChallenge(ctx context.Context, p *plan, wrong *fault.Fields, was *Event) error {
	if p.Challenge == "" {
		return nil
	}
	args := pgx.StrictNamedArgs{"slug": p.Challenge, "was": int64(0)}
	if was != nil {
		args["was"] = was.ChallengeID
	}
	err := s.store.QueryRow(ctx, challengeBySlug, args).Scan(&p.challenge)
	if errors.Is(err, pgx.ErrNoRows) {
		wrong.Add("challenge", "workshop.challenge_unknown", nil)
		return nil
	}
	if err != nil {
		return fmt.Errorf("find challenge of workshop: %w", err)
	}
	return nil
}

// render makes what is derived from the texts.
func (p *plan) render() {
	for _, l := range i18n.Written {
		if text := p.Description.Only(l); text != "" && markup.Weight(text) <= MaxDescription {
			*p.html.Side(l) = markup.Render(text, markup.Options{Lang: string(l), IDPrefix: "w-" + string(l) + "-"})
		}
	}
	for _, l := range i18n.Written {
		if title := p.Title.Only(l); p.slug == "" && title != "" {
			p.slug = markup.Slug(title, string(l))
		}
	}
}

// Form is the event as a form, to be changed and given to Edit.
func (s *Service) Form(ctx context.Context, e Event) (Form, error) {
	zone, err := loadZone(e.Zone)
	if err != nil {
		zone = mustLoad(Brussels)
	}
	f := Form{Kind: e.Kind, Title: e.Title(), Summary: e.Summary(), Description: e.Description(), Challenge: e.ChallengeSlug, Zone: zone.String(),
		Start: Wall(e.StartsAt, zone), End: Wall(e.EndsAt, zone), Place: e.Place, Link: e.Link, Capacity: e.Capacity,
		KeepInside: e.KeepInside, Retention: e.RetentionDays, Version: e.Version}
	for _, t := range []time.Time{e.StartsAt, e.EndsAt} {
		if all := instants(onWall(t, zone), zone); len(all) == 2 {
			f.Twice = Earlier
			if t.Equal(all[1]) {
				f.Twice = Later
			}
		}
	}
	items, err := s.Agenda(ctx, e.ID)
	if err != nil {
		return f, err
	}
	at := 0
	for _, i := range items {
		row := ItemForm{ID: i.ID, Minutes: i.Minutes, Title: i.Title(), Speaker: i.Speaker}
		if i.StartsMin != at {
			row.After = &i.StartsMin
		}
		at = i.StartsMin + i.Minutes
		f.Agenda = append(f.Agenda, row)
	}
	speakers, err := s.Speakers(ctx, e.ID)
	if err != nil {
		return f, err
	}
	for _, sp := range speakers {
		f.Speakers = append(f.Speakers, SpeakerForm{ID: sp.ID, Name: sp.Name, Affiliation: sp.Affiliation, Role: sp.Role(), Handle: sp.Handle})
	}
	return f, nil
}
