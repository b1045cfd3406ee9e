package chatweb

import (
	"strconv"
	"strings"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
	"senet/internal/translation/translationweb"
)

// AgendaItem is an item of a workshop's agenda.
type AgendaItem struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Title   i18n.Text `json:"title"`
	Speaker string    `json:"speaker,omitempty"`
}

// document is a room to be written, and who reads it.
type document struct {
	r      *httpx.Request
	x      *chat.Export
	agenda []AgendaItem
}

// newDocument keeps of the request what outlives it.
func newDocument(r *httpx.Request, x *chat.Export) document {
	reader := &httpx.Request{Viewer: r.Viewer, Locale: r.Locale, P: r.P, BaseURL: r.BaseURL, Now: r.Now}
	return document{r: reader, x: x}
}

func (d document) room() chat.Room { return d.x.Room }

// url is a page of the hub, from outside; path without the locale.
func (d document) url(path string) string { return d.r.BaseURL + d.r.URL(path) }

func (d document) messageURL(m *chat.Message) string {
	return d.url(d.room().Path() + "?at=" + strconv.FormatInt(m.Seq, 10) + "#m-" + number(m.ID))
}

func (d document) questionURL(id chat.QuestionID) string {
	return d.url(d.room().Path() + "#q-" + number(id))
}

func (d document) pollURL(id chat.PollID) string {
	return d.url(d.room().Path() + "#poll-" + number(id))
}

// side is a text in one of the languages that texts are written in, as its readers see it.
type side struct {
	lang   i18n.Locale
	shown  translation.Shown
	source string // where it comes from, in the reader's words; "" of a number
	none   bool   // it is not in this language yet
}

// sides are a text in every language, as translation decides; content is what readers of a language see. Numbers, which have
// no language, are the same in each.
func (d document) sides(content func(i18n.Locale) translation.Shown) []side {
	all := make([]side, len(i18n.Written))
	for i, l := range i18n.Written {
		s := side{lang: l, shown: content(l)}
		switch {
		case s.shown.Translated():
			s.source = translationweb.Label(d.r, s.shown)
			if s.shown.Reviewed {
				s.source = joined([]string{s.source, d.r.T("translations.reviewed")})
			}
		case s.shown.Lang == string(l):
			s.source = d.r.T("room.export.original")
		case s.shown.Lang != "":
			s.none, s.source = true, d.r.T("room.export.untranslated")
		}
		all[i] = s
	}
	return all
}

// utc and local are a moment by the clocks of the world and by the reader's, both with their zone.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

func (d document) local(t time.Time) string { return d.r.In(t).Format("2006-01-02 15:04:05 MST") }

// moment is both, the reader's clock without its day where that is the same.
func (d document) moment(t time.Time) string {
	if d.r.In(t).Format(time.DateTime) == t.UTC().Format(time.DateTime) {
		return utc(t)
	}
	if d.r.In(t).Day() == t.UTC().Day() {
		return utc(t) + " / " + d.r.In(t).Format("15:04:05 MST")
	}
	return utc(t) + " / " + d.local(t)
}

func (d document) day(t time.Time) string { return d.r.P.Date(d.r.In(t)) }

// fact is a line of the head. The value is the hub's own words or, of names, somebody else's.
type fact struct {
	label, value string
	own          bool
}

// facts say what was exported, when, and what is promised.
func (d document) facts() []fact {
	room, r := d.room(), d.r
	fs := []fact{
		{r.T("room.export.address"), d.url(room.Path()), true},
		{r.T("room.export.as_of"), r.T("room.export.as_of_seq", "Seq", r.P.Number(int(d.x.Seq)), "Time", d.moment(d.x.At)), true},
	}
	if room.OpenedAt != nil {
		fs = append(fs, fact{r.T("room.export.opened"), d.moment(*room.OpenedAt), true})
	}
	if room.EndedAt != nil {
		fs = append(fs, fact{r.T("room.export.ended"), d.moment(*room.EndedAt), true})
	}
	if names := staffNames(d.x.Staff); len(names) > 0 {
		fs = append(fs, fact{r.T("room.export.staff"), r.P.List(names...), false})
	}
	if keep := keepWord(r, room); keep != "" {
		fs = append(fs, fact{r.T("room.export.keeping"), keep, true})
	}
	return append(fs, fact{r.T("room.export.what"), r.T("room.export.note"), true})
}

func staffNames(staff []chat.StaffMember) []string {
	names := make([]string, len(staff))
	for i, s := range staff {
		names[i] = s.Name
	}
	return names
}

// keepWord is what is promised of how long what is said in a room is kept; "" where it is kept for good.
func keepWord(r *httpx.Request, room chat.Room) string {
	at, ends := room.Erases()
	switch {
	case room.Erased():
		return r.T("room.keep.erased", "Date", r.P.Date(r.In(*room.ErasedAt)))
	case ends:
		return r.T("room.keep.until", "Date", r.P.Date(r.In(at)))
	case room.Retention > 0:
		return r.N("room.keep.days", room.Retention)
	}
	return ""
}

// changes say what became other in the room, in words.
func (d document) changes(was, now chat.Settings) (words []string) {
	r := d.r
	if now.State != was.State {
		words = append(words, r.T("room.export.change."+string(now.State)))
	}
	if now.Slow != was.Slow && now.Slow == 0 {
		words = append(words, r.T("room.export.change.slow_off"))
	} else if now.Slow != was.Slow {
		words = append(words, r.N("room.export.slow", now.Slow))
	}
	if now.HostsOnly != was.HostsOnly {
		words = append(words, r.T(either(now.HostsOnly, "room.export.change.hosts_only", "room.export.change.everybody")))
	}
	if now.Anonymous != was.Anonymous {
		words = append(words, r.T(either(now.Anonymous, "room.export.change.anonymous", "room.export.change.named")))
	}
	if now.Item != was.Item {
		words = append(words, d.item(now.Item))
	}
	return words
}

func either(ok bool, yes, no string) string {
	if ok {
		return yes
	}
	return no
}

func (d document) item(id int64) string {
	for _, i := range d.agenda {
		if i.ID == id {
			return d.r.T("room.export.change.item", "Title", name(d.r, i.Title))
		}
	}
	return d.r.T(either(id == 0, "room.export.change.no_item", "room.export.change.other_item"))
}

// removed says why a message is not told.
func (d document) removed(l chat.Line) string {
	return d.r.T(either(l.Taken, "chat.withdrawn", "room.removed"))
}

// marks are what stands on a message besides its words.
func (d document) marks(m *chat.Message) (marks []string) {
	for _, mark := range []struct {
		on  bool
		key string
	}{{m.Announcement, "room.announcement"}, {m.Pinned, "room.pinned"}, {m.Decision, "room.decision"}, {m.Version > 1, "room.export.edited"}} {
		if mark.on {
			marks = append(marks, d.r.T(mark.key))
		}
	}
	return marks
}

func (d document) reactions(m *chat.Message) (counts []string) {
	for _, kind := range chat.Reactions() {
		if n := m.Reactions[kind]; n > 0 {
			counts = append(counts, d.r.T("room.reaction."+string(kind))+" "+d.r.P.Number(n))
		}
	}
	return counts
}

// reply says what a message answers, in the reader's language.
func (d document) reply(to *chat.Reply) (words, quote, lang string) {
	if to.Hidden {
		return d.r.T("room.export.reply_removed"), "", ""
	}
	quote, lang = to.Excerpt(d.r.Locale)
	return d.r.T("room.export.reply", "Name", to.Author), quote, lang
}

// asker is who asked a question.
func (d document) asker(q chat.Question) string {
	if q.Anonymous {
		return d.r.T("room.export.anonymous")
	}
	return q.Author.Name
}

// standing is how far a question has come, and with how many votes.
func (d document) standing(q chat.Question) []string {
	state := d.r.T("room.export.question." + string(q.State))
	if q.State == chat.Merged {
		state = d.r.T("room.export.merged", "ID", number(q.Into))
	}
	return []string{state, d.r.N("room.export.votes", q.Votes)}
}

// tally is what there is to say of a whole poll.
func (d document) tally(p chat.Poll) []string {
	words := []string{d.r.T("room.export.poll." + string(p.Kind)), d.r.T(either(p.Closed, "room.export.closed", "room.export.open")),
		d.r.N("room.export.voters", p.Voters)}
	switch {
	case !p.Shown():
		words = append(words, d.r.T("room.export.results_later"))
	case p.Kind == chat.Scale && p.Voters > 0:
		words = append(words, d.r.T("room.export.mean", "Mean", mean(p)))
	}
	return words
}

func mean(p chat.Poll) string { return strconv.FormatFloat(p.Mean(), 'f', 1, 64) }

// from is where somebody writes from: affiliation and side.
func (d document) from(by chat.By) string {
	if by.Affiliation == "" {
		return d.sideWord(by)
	}
	return by.Affiliation + " · " + d.sideWord(by)
}

// sideWord is the side on which a member works.
func (d document) sideWord(by chat.By) string {
	switch by.Region {
	case account.Europe:
		return d.r.T("side.eu")
	case account.China:
		return d.r.T("side.cn")
	}
	return d.r.T("side.elsewhere")
}

func joined(words []string) string { return strings.Join(words, " · ") }
