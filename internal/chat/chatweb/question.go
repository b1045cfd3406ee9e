package chatweb

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/translation"
)

type questionJSON struct {
	ID        chat.QuestionID    `json:"id"`
	Author    *chat.By           `json:"author"` // null of one that was asked without a name
	Anonymous bool               `json:"anonymous"`
	Content   translation.Shown  `json:"content"`
	Original  originalJSON       `json:"original"`
	Votes     int                `json:"votes"`
	Voted     bool               `json:"voted"` // by the caller
	Own       bool               `json:"own"`
	State     chat.QuestionState `json:"state"`
	Into      *chat.QuestionID   `json:"into"` // of a merged one
	At        string             `json:"at"`
	StateAt   *string            `json:"state_at"`
}

// originalJSON is a text as it was written.
type originalJSON struct {
	Text string `json:"text"`
	Lang string `json:"lang"`
}

func questionOf(r *httpx.Request, q chat.Question) questionJSON {
	j := questionJSON{ID: q.ID, Anonymous: q.Anonymous, Content: q.Content(r.Locale), Original: originalJSON{q.Body, q.Lang}, Votes: q.Votes,
		Voted: q.Voted, Own: q.Own, State: q.State, At: chat.Stamp(q.At), StateAt: stamp(q.StateAt)}
	if !q.Anonymous {
		j.Author = &q.Author
	}
	if q.Into != 0 {
		j.Into = &q.Into
	}
	return j
}

// stamp is a moment that may not have come yet.
func stamp(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := chat.Stamp(*t)
	return &s
}

// questions is GET /rooms/{id}/questions.
func (h *Handlers) questions(c *fiber.Ctx) error {
	r := httpx.Of(c)
	room, err := h.roomOf(c)
	if err != nil {
		return err
	}
	qs, err := h.service.Questions(c.UserContext(), r.Viewer, room.ID)
	if err != nil {
		return err
	}
	items := make([]questionJSON, len(qs))
	for i, q := range qs {
		items[i] = questionOf(r, q)
	}
	return c.JSON(fiber.Map{"items": items, "next": ""})
}

// roomOf is the room that the address names, if the viewer may be in it.
func (h *Handlers) roomOf(c *fiber.Ctx) (chat.Room, error) {
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return chat.Room{}, err
	}
	return h.service.FindRoom(c.UserContext(), httpx.Of(c).Viewer, id)
}

// fold is a part of the list of questions: those of some states.
type fold struct {
	name   string
	states []chat.QuestionState
}

// folds are the parts in their order; the first is open, the others can be opened.
func folds() []fold {
	return []fold{
		{"open", []chat.QuestionState{chat.Live, chat.Queued}},
		{"parked", []chat.QuestionState{chat.Parked}},
		{"answered", []chat.QuestionState{chat.Answered}},
		{"merged", []chat.QuestionState{chat.Merged}},
	}
}

// in are those of the questions that belong to a part.
func (f fold) in(qs []chat.Question) (some []chat.Question) {
	for _, q := range qs {
		if slices.Contains(f.states, q.State) {
			some = append(some, q)
		}
	}
	return some
}

// merging is the question that a host is about to merge, as the address of the page says; 0: none.
func merging(r *httpx.Request) chat.QuestionID {
	q, err := url.ParseQuery(r.Query)
	if err != nil {
		return 0
	}
	id, err := strconv.ParseInt(q.Get("merge"), 10, 64)
	if err != nil {
		return 0
	}
	return chat.QuestionID(id)
}

func questionAct(r *httpx.Request, id chat.QuestionID, act string) string {
	return r.URL("/questions/" + number(id) + "/" + act)
}

func questionText(id chat.QuestionID) translation.Subject {
	return translation.Subject{Kind: translation.Question, ID: int64(id)}
}

// questionTools are the viewer's tools on a question of the page; nil of who has none.
func questionTools(r *httpx.Request, p Page, q chat.Question) templ.Component {
	if !r.Viewer.SignedIn() {
		return nil
	}
	return pageTools(r, p, q)
}

func holds(qs []chat.Question, id chat.QuestionID) bool {
	return slices.ContainsFunc(qs, func(q chat.Question) bool { return q.ID == id })
}

// over reports whether nobody votes for a question any more.
func over(state chat.QuestionState) bool { return state != chat.Queued && state != chat.Live }

// moved is when a question came to its state, in milliseconds, as room-order.js compares it.
func moved(q chat.Question) string { return milliseconds(q.StateAt) }

func milliseconds(t *time.Time) string {
	if t == nil {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// problem is what is wrong with a form, in words.
func problem(r *httpx.Request, f *fault.Fault) string {
	switch {
	case f == nil:
		return ""
	case len(f.Fields) == 0:
		return r.P.Message(f.Message)
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		words = append(words, r.P.Message(f.Fields[name]))
	}
	return strings.Join(words, " ")
}

// refusing is a state of the room in which something cannot be done, and the words for it.
type refusing struct {
	state chat.State
	words string
}

// refusals are those in which the viewer cannot ask and vote, or cannot raise a hand.
func refusals(r *httpx.Request, room chat.Room, asking bool) (all []refusing) {
	if !asking {
		all = append(all, refusing{chat.Waiting, "chat.room.waiting"})
	}
	if !asking || !room.Staff(r.Viewer) {
		all = append(all, refusing{chat.Paused, "chat.room.paused"})
	}
	return append(all, refusing{chat.Ended, "chat.room.ended"})
}

// refusal is the key of why the viewer cannot ask and vote, or raise a hand, now; "" where he can.
func refusal(r *httpx.Request, room chat.Room, asking bool) string {
	if f := fault.Of(room.MayAct(r.Viewer)); f != nil {
		return f.Key
	}
	for _, no := range refusals(r, room, asking) {
		if no.state == room.Settings.State {
			return no.words
		}
	}
	return ""
}
