package chatweb

import (
	"math"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
	"senet/internal/translation/translationweb"
)

// Seat is who looks at a poll. In a frame it is empty, because a frame is for everybody: room-polls.js then adds what is the
// reader's own.
type Seat struct {
	OnPage bool // of the viewer; false in a frame
	Member bool
	Acts   bool // may vote now
	Hosts  bool
	tools  Tools
}

// seat is the viewer's.
func (p Page) seat(r *httpx.Request) Seat {
	return Seat{OnPage: true, Member: r.Viewer.SignedIn(), Acts: p.Room.MayAct(r.Viewer) == nil, Hosts: p.Room.Hosts(r.Viewer), tools: p.Tools}
}

// votes reports whether the form of a poll is drawn.
func (s Seat) votes(poll chat.Poll) bool { return !poll.Closed && (!s.OnPage || s.Member) }

func pollAct(r *httpx.Request, id chat.PollID, act string) templ.SafeURL {
	return templ.SafeURL(r.URL("/polls/" + number(id) + "/" + act))
}

// pollData is what room-polls.js needs to know of a poll.
func pollData(poll chat.Poll) templ.Attributes {
	return templ.Attributes{"data-poll": number(poll.ID), "data-kind": string(poll.Kind), "data-closed": strconv.FormatBool(poll.Closed),
		"data-shown": strconv.FormatBool(poll.Shown()), "data-voters": strconv.Itoa(poll.Voters),
		"data-at": chat.Stamp(poll.At), "data-by": poll.Author.Name}
}

// pollWords are the words that room-polls.js counts with and says.
func pollWords(r *httpx.Request) templ.Attributes {
	a := templ.Attributes{"data-w-mean": r.T("room.poll.mean", "Mean", "{mean}"), "data-w-take-out": r.T("room.poll.take_out", "Word", "{word}"),
		"data-w-vote": r.T("room.poll.vote"), "data-w-change": r.T("room.poll.change"),
		"data-w-counted": r.T("room.poll.counted"), "data-w-withdrawn": r.T("room.poll.withdrawn"),
		"data-w-opened": r.T("room.poll.opened", "Name", "{name}", "Question", "{question}")}
	for form, text := range r.P.Forms("room.poll.voters") {
		a["data-w-voters-"+form] = text
	}
	return a
}

// mine reports whether an answer is the viewer's own.
func mine(poll chat.Poll, o chat.Option) bool { return slices.Contains(poll.Own, o.ID) }

// wordSize is how large a word of a cloud stands, from 1 to 5; room-polls.js sizes them alike.
func wordSize(poll chat.Poll, votes int) string {
	most := 1
	for _, o := range poll.Options {
		most = max(most, o.Votes)
	}
	if most == 1 {
		return "2"
	}
	return strconv.Itoa(1 + int(math.Floor(4*float64(max(votes-1, 0))/float64(most-1)+.5)))
}

// ownWord is the n-th word that the viewer has sent; "" without one.
func ownWord(poll chat.Poll, n int) string {
	if n < len(poll.OwnWords) {
		return poll.OwnWords[n]
	}
	return ""
}

// source is the translation that the label of a poll tells of: the question's, else the first of an answer.
func source(poll chat.Poll, l i18n.Locale) (shown translation.Shown, lang string) {
	if s := poll.Content(l); s.Translated() {
		return s, poll.Lang
	}
	for _, o := range poll.Options {
		if s := o.Content(l); s.Translated() {
			return s, o.Lang
		}
	}
	return poll.Content(l), poll.Lang
}

// foreign reports whether a text can be translated into the language that the reader reads.
func foreign(lang string, l i18n.Locale) bool {
	return lang != "" && lang != string(translation.Reading(l))
}

// toTranslate reports whether the poll has something to translate, or to improve.
func toTranslate(poll chat.Poll, l i18n.Locale) bool {
	return foreign(poll.Lang, l) || slices.ContainsFunc(poll.Options, func(o chat.Option) bool { return foreign(o.Lang, l) })
}

func translateURL(r *httpx.Request, sub translation.Subject) templ.SafeURL {
	return translationweb.Address(r, sub)
}

// wrong is what was wrong with a field of the form in which a poll is written.
func (p Polling) wrong(field string) (fault.Message, bool) {
	if p.Problem == nil {
		return fault.Message{}, false
	}
	m, ok := p.Problem.Fields[field]
	return m, ok
}

// refused reports whether what was wrong belongs to no field.
func (p Polling) refused() bool { return p.Problem != nil && len(p.Problem.Fields) == 0 }

// chosen is the kind that the form begins with.
func (p Polling) chosen(kind chat.PollKind) bool {
	return p.Kind == kind || p.Kind == "" && kind == chat.Single
}

func isWrong(p Page, field string) bool {
	_, ok := p.Polling.wrong(field)
	return ok
}

func pollState(r *httpx.Request, poll chat.Poll) string {
	if poll.Closed {
		return r.T("room.poll.state.closed")
	}
	return r.T("room.poll.state.open")
}

// roleOf is written out in a cloud.
func roleOf(poll chat.Poll, role string) templ.Attributes {
	if poll.Kind == chat.Cloud {
		return templ.Attributes{"role": role}
	}
	return nil
}
