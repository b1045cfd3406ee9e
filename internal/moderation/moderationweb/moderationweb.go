// Package moderationweb is where moderators act on what others wrote and read the log of it, and where
// administrators curate the challenges. Every page and form of it is behind a guard.
package moderationweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify/notifyweb"
)

// Handlers serve moderation and the administration of challenges and roles.
type Handlers struct {
	moderation *moderation.Service
	forum      *forum.Service
	reasons    *notifyweb.Reasons
}

// New makes the handlers; words are those of every language, in which reasons may have been picked.
func New(m *moderation.Service, f *forum.Service, words *i18n.Bundle) *Handlers {
	return &Handlers{moderation: m, forum: f, reasons: notifyweb.NewReasons(words)}
}

// Mount registers the pages and the calls of the API. Each act has a page with its form at the same address, for
// links from places that cannot hold a form.
func (h *Handlers) Mount(pages, api fiber.Router) {
	pages.Get("/moderation", httpx.Moderator, h.log)
	pages.Post("/moderation/undo/:log", httpx.Moderator, h.undo)
	pages.Get("/moderation/posts/:id/:act", httpx.Moderator, h.ask(postActs))
	pages.Post("/moderation/posts/:id/:act", httpx.Moderator, h.do(postActs))
	pages.Get("/moderation/messages/:id/:act", httpx.Moderator, h.ask(messageActs))
	pages.Post("/moderation/messages/:id/:act", httpx.Moderator, h.do(messageActs))
	pages.Get("/moderation/questions/:id/:act", httpx.Moderator, h.ask(questionActs))
	pages.Post("/moderation/questions/:id/:act", httpx.Moderator, h.do(questionActs))
	pages.Get("/moderation/polls/:id/:act", httpx.Moderator, h.ask(pollActs))
	pages.Post("/moderation/polls/:id/:act", httpx.Moderator, h.do(pollActs))
	pages.Get("/moderation/threads/:id/:act", httpx.Moderator, h.ask(threadActs))
	pages.Post("/moderation/threads/:id/:act", httpx.Moderator, h.do(threadActs))
	pages.Get("/moderation/members/:id/:act", httpx.Moderator, h.ask(trustActs))
	pages.Post("/moderation/members/:id/:act", httpx.Moderator, h.do(trustActs))

	pages.Get("/admin", httpx.Admin, h.overview)
	pages.Get("/admin/challenges", httpx.Admin, h.challenges)
	pages.Get("/admin/challenges/new", httpx.Admin, h.newChallenge)
	pages.Post("/admin/challenges/new", httpx.Admin, h.saveChallenge)
	pages.Post("/admin/challenges/order", httpx.Admin, h.orderChallenges)
	pages.Get("/admin/challenges/:id", httpx.Admin, h.editChallenge)
	pages.Post("/admin/challenges/:id", httpx.Admin, h.saveChallenge)
	pages.Post("/admin/challenges/:id/archive", httpx.Admin, h.archive)
	pages.Post("/admin/challenges/:id/unarchive", httpx.Admin, h.unarchive)
	pages.Get("/admin/members/:id/role", httpx.Admin, h.ask(memberActs))
	pages.Post("/admin/members/:id/role", httpx.Admin, h.do(memberActs))

	pages.Post("/rooms/:id/sanctions", httpx.SignedIn, h.sanctionForm)
	api.Post("/rooms/:id/sanctions", httpx.SignedIn, h.sanction)
	api.Post("/posts/:id/hide", httpx.Moderator, h.apiAct(postActs, moderation.Hide))
	api.Post("/posts/:id/unhide", httpx.Moderator, h.apiAct(postActs, moderation.Unhide))
	api.Post("/messages/:id/hide", httpx.Moderator, h.apiAct(messageActs, moderation.Hide))
	api.Post("/messages/:id/unhide", httpx.Moderator, h.apiAct(messageActs, moderation.Unhide))
	api.Post("/questions/:id/hide", httpx.Moderator, h.apiAct(questionActs, moderation.Hide))
	api.Post("/questions/:id/unhide", httpx.Moderator, h.apiAct(questionActs, moderation.Unhide))
	api.Post("/polls/:id/hide", httpx.Moderator, h.apiAct(pollActs, moderation.Hide))
	api.Post("/polls/:id/unhide", httpx.Moderator, h.apiAct(pollActs, moderation.Unhide))
}
