package chatweb

import (
	"context"

	"github.com/a-h/templ"

	"senet/internal/chat"
	"senet/internal/httpx"
)

// Tools are those of moderators and of who runs the room, drawn by the package that owns them; each may be nil. Nothing of them is in a frame,
// because a form belongs to its viewer: room.js puts those of message 0 to the messages that arrive.
type Tools struct {
	moderate bool // of a page: its viewer may use them

	Message  func(r *httpx.Request, id int64, hidden bool) templ.Component // on one message
	Question func(r *httpx.Request, id int64, hidden bool) templ.Component // on one question
	Reasons  func(r *httpx.Request) templ.Component                        // offered to every reason field of the page
	Done     func(r *httpx.Request) templ.Component                        // on top: what was done, with its undo
	Poll     func(r *httpx.Request, id int64) templ.Component              // on one poll
	// Aside is what the room of a workshop is about; the item of its agenda that is on now is marked.
	Aside func(ctx context.Context, r *httpx.Request, workshop, item int64) (templ.Component, error)
	// Agenda is the agenda of a workshop, for an export of its room.
	Agenda func(ctx context.Context, workshop int64) ([]AgendaItem, error)
}

func (t Tools) message(r *httpx.Request, id chat.MessageID, hidden bool) templ.Component {
	if t.Message == nil || !t.moderate {
		return templ.NopComponent
	}
	return t.Message(r, int64(id), hidden)
}

func (t Tools) question(r *httpx.Request, id chat.QuestionID) templ.Component {
	if t.Question == nil || !t.moderate {
		return templ.NopComponent
	}
	return t.Question(r, int64(id), false)
}

func (t Tools) poll(r *httpx.Request, id chat.PollID) templ.Component {
	if t.Poll == nil || !t.moderate {
		return templ.NopComponent
	}
	return t.Poll(r, int64(id))
}

func (t Tools) reasons(r *httpx.Request) templ.Component {
	if t.Reasons == nil {
		return templ.NopComponent
	}
	return t.Reasons(r)
}

func (t Tools) done(r *httpx.Request) templ.Component {
	if t.Done == nil {
		return templ.NopComponent
	}
	return t.Done(r)
}
