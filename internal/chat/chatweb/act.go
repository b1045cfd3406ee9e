package chatweb

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
)

// act is something that people do in a room: over the API as JSON at /api/v1 + path, and from the forms of its page at
// /{locale} + path, with the same names. room-acts.js sends the forms to the API, so that the page stays.
type act struct {
	path string
	api  fiber.Handler
	page fiber.Handler
}

// done is what came of an act.
type done struct {
	status int // of the API's answer; 0: 204
	body   any // of the API's answer
	room   chat.RoomID
	anchor string // of the page, where a form leads back to: "q-5"
}

// acting makes an act of do, which gets the body of the request. again, if any, shows the room's page once more with what was
// typed into a form that was refused.
func acting[B any](h *Handlers, path string, do func(c *fiber.Ctx, r *httpx.Request, body B) (done, error), again func(p *Page, body B, f *fault.Fault)) act {
	run := func(c *fiber.Ctx, body B) (done, error) {
		r := httpx.Of(c)
		if err := h.acts.Check(r); err != nil {
			return done{}, err
		}
		return do(c, r, body)
	}
	api := func(c *fiber.Ctx) error {
		var body B
		if err := httpx.JSON(c, &body); err != nil {
			return err
		}
		d, err := run(c, body)
		switch {
		case err != nil:
			return err
		case d.body == nil:
			return c.SendStatus(fiber.StatusNoContent)
		}
		return c.Status(d.status).JSON(d.body)
	}
	page := func(c *fiber.Ctx) error {
		var body B
		if err := errors.Join(c.BodyParser(&body), c.QueryParser(&body)); err != nil {
			return fault.New(fault.Malformed, "error.form").Because(err)
		}
		d, err := run(c, body)
		if f := fault.Of(err); f != nil && again != nil && d.room != 0 {
			return h.again(c, d.room, func(p *Page) { again(p, body, f) }, f)
		}
		if err != nil {
			return err
		}
		room, err := h.service.FindRoom(c.UserContext(), httpx.Of(c).Viewer, d.room)
		if err != nil {
			return err
		}
		return httpx.Back(c, room.Path()+"#"+d.anchor)
	}
	return act{path, api, page}
}

// again shows a room's page with a form that was refused.
func (h *Handlers) again(c *fiber.Ctx, id chat.RoomID, put func(*Page), f *fault.Fault) error {
	r := httpx.Of(c)
	room, err := h.service.FindRoom(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	p, err := h.load(c, room)
	if err != nil {
		return err
	}
	put(&p)
	httpx.RetryAfter(c, f)
	return httpx.Render(c, httpx.Status(f.Kind), RoomPage(r, p))
}

type askBody struct {
	ClientID  string `json:"client_id" form:"client_id"`
	Body      string `json:"body" form:"body"`
	Lang      string `json:"lang" form:"lang"`
	Anonymous bool   `json:"anonymous" form:"anonymous"`
}

type voteBody struct {
	On bool `json:"on" form:"on"`
}

type questionBody struct {
	State chat.QuestionState `json:"state" form:"state"`
	Into  chat.QuestionID    `json:"into" form:"into"` // of state merged
}

type pollBody struct {
	ClientID string        `json:"client_id" form:"client_id"`
	Kind     chat.PollKind `json:"kind" form:"kind"`
	Body     string        `json:"body" form:"body"`
	Options  []string      `json:"options" form:"options"` // of a form: one, with a line each
	Lang     string        `json:"lang" form:"lang"`
	Results  chat.Results  `json:"results" form:"results"`
}

type ballotBody struct {
	Options []chat.OptionID `json:"options" form:"options"`
	Words   []string        `json:"words" form:"words"`
}

// ballotJSON is what the member has chosen now; of a cloud, what his words are in it.
type ballotJSON struct {
	Options []chat.OptionID `json:"options"`
}

type pollStateBody struct {
	Closed bool `json:"closed" form:"closed"`
}

type handBody struct {
	Up bool `json:"up" form:"up"`
}

type nextBody struct {
	After *chat.HandID `json:"after" form:"after"` // who has the floor, as the host sees it
}

type handStateBody struct {
	State chat.HandState `json:"state" form:"state"`
}

type reactionBody struct {
	Kind chat.Reaction `json:"kind" form:"kind"`
	On   bool          `json:"on" form:"on" query:"on"` // the button of a form tells it in its address
}

type markBody struct {
	Mark chat.Mark `json:"mark" form:"mark"`
	On   bool      `json:"on" form:"on" query:"on"`
}

type editBody struct {
	Body    string `json:"body" form:"body"`
	Lang    string `json:"lang" form:"lang"`
	Version int    `json:"version" form:"version"`
}

type settingsBody struct {
	State     *chat.State `json:"state" form:"state"`
	Slow      *int        `json:"slow_seconds" form:"slow_seconds"`
	HostsOnly *bool       `json:"hosts_only" form:"hosts_only"`
	Anonymous *bool       `json:"anonymous" form:"anonymous"`
	Item      *int64      `json:"item" form:"item"`
}

type staffBody struct {
	Member account.MemberID `json:"member" form:"member"`
	Handle string           `json:"handle" form:"handle"` // instead of member
	Role   chat.StaffRole   `json:"role" form:"role"`
}

type noBody struct{}

// acts are what people do in a room.
func (h *Handlers) roomActs() []act {
	s := h.service
	return []act{
		acting(h, "/rooms/:id/questions", h.ask, func(p *Page, b askBody, f *fault.Fault) {
			p.Ask = Asking{b.Body, b.Lang, b.Anonymous, f}
		}),
		acting(h, "/questions/:id/vote", func(c *fiber.Ctx, r *httpx.Request, b voteBody) (done, error) {
			return onQuestion(h, c, func(id chat.QuestionID) error { return s.Vote(c.UserContext(), r.Viewer, id, b.On) })
		}, nil),
		acting(h, "/questions/:id/state", func(c *fiber.Ctx, r *httpx.Request, b questionBody) (done, error) {
			return onQuestion(h, c, func(id chat.QuestionID) error {
				if b.State == chat.Merged {
					return s.Merge(c.UserContext(), r.Viewer, id, b.Into)
				}
				return s.SetQuestion(c.UserContext(), r.Viewer, id, b.State)
			})
		}, nil),
		acting(h, "/rooms/:id/polls", h.openPoll, func(p *Page, b pollBody, f *fault.Fault) {
			p.Polling = Polling{b.Kind, b.Body, strings.Join(b.Options, "\n"), b.Lang, b.Results, f}
		}),
		acting(h, "/polls/:id/ballot", func(c *fiber.Ctx, r *httpx.Request, b ballotBody) (done, error) {
			own := ballotJSON{Options: append([]chat.OptionID{}, b.Options...)}
			d, err := onPoll(h, c, func(id chat.PollID) (err error) {
				if len(b.Words) > 0 {
					own.Options, err = s.SendWords(c.UserContext(), r.Viewer, id, b.Words)
					return err
				}
				return s.CastBallot(c.UserContext(), r.Viewer, id, b.Options)
			})
			d.status, d.body = fiber.StatusOK, own
			return d, err
		}, nil),
		acting(h, "/polls/:id/state", func(c *fiber.Ctx, r *httpx.Request, b pollStateBody) (done, error) {
			return onPoll(h, c, func(id chat.PollID) error { return s.ClosePoll(c.UserContext(), r.Viewer, id, b.Closed) })
		}, nil),
		acting(h, "/polls/:id/words/:word/remove", func(c *fiber.Ctx, r *httpx.Request, _ noBody) (done, error) {
			word, err := httpx.ID[chat.OptionID](c, "word")
			if err != nil {
				return done{}, err
			}
			return onPoll(h, c, func(id chat.PollID) error { return s.HideWord(c.UserContext(), r.Viewer, id, word) })
		}, nil),
		acting(h, "/rooms/:id/hand", func(c *fiber.Ctx, r *httpx.Request, b handBody) (done, error) {
			return onRoom(c, "hands", func(id chat.RoomID) error {
				if b.Up {
					return s.RaiseHand(c.UserContext(), r.Viewer, id)
				}
				return s.LowerHand(c.UserContext(), r.Viewer, id)
			})
		}, nil),
		acting(h, "/rooms/:id/next-speaker", func(c *fiber.Ctx, r *httpx.Request, b nextBody) (done, error) {
			return onRoom(c, "hands", func(id chat.RoomID) error {
				_, _, err := s.NextSpeaker(c.UserContext(), r.Viewer, id, b.After)
				return err
			})
		}, nil),
		acting(h, "/hands/:id/state", h.moveHand, nil),
		acting(h, "/messages/:id/reaction", func(c *fiber.Ctx, r *httpx.Request, b reactionBody) (done, error) {
			return h.onMessage(c, func(id chat.MessageID) error { return s.React(c.UserContext(), r.Viewer, id, b.Kind, b.On) })
		}, nil),
		acting(h, "/messages/:id/mark", func(c *fiber.Ctx, r *httpx.Request, b markBody) (done, error) {
			return h.onMessage(c, func(id chat.MessageID) error { return s.SetMark(c.UserContext(), r.Viewer, id, b.Mark, b.On) })
		}, nil),
		acting(h, "/messages/:id/edit", func(c *fiber.Ctx, r *httpx.Request, b editBody) (done, error) {
			return h.onMessage(c, func(id chat.MessageID) error { return s.Edit(c.UserContext(), r.Viewer, id, b.Version, b.Body, b.Lang) })
		}, nil),
		acting(h, "/messages/:id/withdraw", func(c *fiber.Ctx, r *httpx.Request, _ noBody) (done, error) {
			return h.onMessage(c, func(id chat.MessageID) error { return s.Withdraw(c.UserContext(), r.Viewer, id) })
		}, nil),
		acting(h, "/rooms/:id/settings", h.setRoom, nil),
		acting(h, "/rooms/:id/staff", h.setStaff, nil),
	}
}

// created is the answer to a create.
type created[T ~int64] struct {
	ID T `json:"id"`
}

func (h *Handlers) ask(c *fiber.Ctx, r *httpx.Request, b askBody) (done, error) {
	room, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return done{}, err
	}
	client, err := clientID(c, b.ClientID)
	if err != nil {
		return done{}, err
	}
	if err := h.asks.Check(r); err != nil {
		return done{room: room}, err
	}
	id, err := h.service.Ask(c.UserContext(), r.Viewer, chat.Ask{Room: room, ClientID: client, Body: b.Body, Lang: b.Lang, Anonymous: b.Anonymous})
	return done{fiber.StatusCreated, created[chat.QuestionID]{id}, room, "q-" + number(id)}, err
}

func (h *Handlers) openPoll(c *fiber.Ctx, r *httpx.Request, b pollBody) (done, error) {
	room, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return done{}, err
	}
	client, err := clientID(c, b.ClientID)
	if err != nil {
		return done{}, err
	}
	n := chat.NewPoll{Room: room, ClientID: client, Kind: b.Kind, Body: b.Body, Lang: b.Lang, Results: b.Results}
	for _, o := range b.Options {
		n.Options = append(n.Options, strings.Split(o, "\n")...)
	}
	id, err := h.service.OpenPoll(c.UserContext(), r.Viewer, n)
	return done{fiber.StatusCreated, created[chat.PollID]{id}, room, "poll-" + number(id)}, err
}

// clientID is the client's name of something new; a form without one gets one, the API insists.
func clientID(c *fiber.Ctx, s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil && !isForm(c) {
		return id, fault.New(fault.Malformed, "error.client_id")
	}
	if err != nil {
		return uuid.New(), nil
	}
	return id, nil
}

func isForm(c *fiber.Ctx) bool { return !strings.HasPrefix(c.Path(), "/api/") }

func (h *Handlers) moveHand(c *fiber.Ctx, r *httpx.Request, b handStateBody) (done, error) {
	id, err := httpx.ID[chat.HandID](c, "id")
	if err != nil {
		return done{}, err
	}
	room, err := h.service.RoomOfHand(c.UserContext(), id)
	if err != nil {
		return done{}, err
	}
	return done{room: room, anchor: "hands"}, h.service.MoveHand(c.UserContext(), r.Viewer, id, b.State)
}

func (h *Handlers) setRoom(c *fiber.Ctx, r *httpx.Request, b settingsBody) (done, error) {
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return done{}, err
	}
	now, err := h.service.SetRoom(c.UserContext(), r.Viewer, id, chat.Change(b))
	return done{fiber.StatusOK, now, id, "host"}, err
}

func (h *Handlers) setStaff(c *fiber.Ctx, r *httpx.Request, b staffBody) (done, error) {
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return done{}, err
	}
	if b.Member == 0 && b.Handle != "" {
		if b.Member, err = h.service.MemberByHandle(c.UserContext(), b.Handle); err != nil {
			return done{room: id}, err
		}
	}
	return done{room: id, anchor: "host"}, h.service.HandOver(c.UserContext(), r.Viewer, id, b.Member, b.Role)
}

func onRoom(c *fiber.Ctx, anchor string, do func(chat.RoomID) error) (done, error) {
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return done{}, err
	}
	return done{room: id, anchor: anchor}, do(id)
}

func onQuestion(h *Handlers, c *fiber.Ctx, do func(chat.QuestionID) error) (done, error) {
	id, err := httpx.ID[chat.QuestionID](c, "id")
	if err != nil {
		return done{}, err
	}
	room, err := h.service.RoomOfQuestion(c.UserContext(), id)
	if err != nil {
		return done{}, err
	}
	return done{room: room, anchor: "q-" + number(id)}, do(id)
}

func onPoll(h *Handlers, c *fiber.Ctx, do func(chat.PollID) error) (done, error) {
	id, err := httpx.ID[chat.PollID](c, "id")
	if err != nil {
		return done{}, err
	}
	room, err := h.service.RoomOfPoll(c.UserContext(), id)
	if err != nil {
		return done{}, err
	}
	return done{room: room, anchor: "poll-" + number(id)}, do(id)
}

func (h *Handlers) onMessage(c *fiber.Ctx, do func(chat.MessageID) error) (done, error) {
	id, err := httpx.ID[chat.MessageID](c, "id")
	if err != nil {
		return done{}, err
	}
	room, err := h.service.RoomOfMessage(c.UserContext(), id)
	if err != nil {
		return done{}, err
	}
	return done{room: room, anchor: "m-" + number(id)}, do(id)
}

// actPace lets somebody vote on everything he sees at once, and then a few times a second.
func actPace() *httpx.Limiter { return httpx.NewLimiter(30, 200*time.Millisecond) }
