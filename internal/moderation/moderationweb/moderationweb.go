// Package moderationweb is where moderators act on what others wrote and read the log of it, and where
// administrators curate the challenges. Every page and form of it is behind a guard.
package moderationweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify/notifyweb"
)

// Handlers serve moderation and the administration of challenges and roles.
type Handlers struct {
	moderation *moderation.Service
	accounts   *account.Service
	forum      *forum.Service
	reasons    *notifyweb.Reasons
}

// New makes the handlers; words are those of every language, in which reasons may have been picked.
func New(m *moderation.Service, a *account.Service, f *forum.Service, words *i18n.Bundle) *Handlers {
	return &Handlers{moderation: m, accounts: a, forum: f, reasons: notifyweb.NewReasons(words)}
}

// Mount registers the pages and the calls of the API. Each act has a page with its form at the same address, for
// links from places that cannot hold a form.
func (h *Handlers) Mount(pages, api fiber.Router) {
	pages.Get("/moderation", httpx.Moderator, h.log)
	pages.Get("/moderation/queue", httpx.Desk, h.queue)
	pages.Get("/moderation/cases/:id", httpx.Desk, h.lookAtCase)
	pages.Post("/moderation/cases/:id", httpx.Desk, h.decideCase)
	pages.Post("/moderation/cases/:id/evidence", httpx.Desk, h.evidence)
	pages.Post("/moderation/cases/:id/release", httpx.Desk, h.releaseCase)
	pages.Get("/moderation/statistics", httpx.Moderator, h.statistics)
	pages.Get("/transparency", h.transparency)
	pages.Get("/transparency/:half", h.transparency)
	pages.Post("/moderation/evidence/:kind/:id", httpx.Moderator, h.evidenceOf)
	pages.Post("/moderation/undo/:log", httpx.Desk, h.undo)
	pages.Get("/moderation/posts/:id/:act", httpx.Desk, h.ask(moderation.Post))
	pages.Post("/moderation/posts/:id/:act", httpx.Desk, h.do(moderation.Post))
	pages.Get("/moderation/messages/:id/:act", httpx.Desk, h.ask(moderation.Message))
	pages.Post("/moderation/messages/:id/:act", httpx.Desk, h.do(moderation.Message))
	pages.Get("/moderation/questions/:id/:act", httpx.Moderator, h.ask(moderation.Question))
	pages.Post("/moderation/questions/:id/:act", httpx.Moderator, h.do(moderation.Question))
	pages.Get("/moderation/polls/:id/:act", httpx.Moderator, h.ask(moderation.Poll))
	pages.Post("/moderation/polls/:id/:act", httpx.Moderator, h.do(moderation.Poll))
	pages.Post("/hosting/messages/:id/:act", httpx.SignedIn, h.do(moderation.Message))
	pages.Post("/hosting/questions/:id/:act", httpx.SignedIn, h.do(moderation.Question))
	pages.Post("/hosting/polls/:id/:act", httpx.SignedIn, h.do(moderation.Poll))
	pages.Get("/moderation/threads/:id/:act", httpx.Desk, h.ask(moderation.Thread))
	pages.Post("/moderation/threads/:id/:act", httpx.Desk, h.do(moderation.Thread))
	pages.Get("/moderation/members/:id/:act", httpx.Moderator, h.ask(moderation.Member))
	pages.Post("/moderation/members/:id/:act", httpx.Moderator, h.do(moderation.Member))

	pages.Get("/rules", h.rulesPage)
	pages.Get("/report/:kind/:id", httpx.SignedIn, h.askReport)
	pages.Post("/report/:kind/:id", httpx.SignedIn, h.sendReport)
	pages.Get("/settings/reports", httpx.SignedIn, h.myReports)
	pages.Get("/settings/record", httpx.SignedIn, h.record)
	pages.Get("/decisions/:log", httpx.SignedIn, h.statement)
	pages.Post("/decisions/:log", httpx.SignedIn, h.appeal)
	pages.Get("/appeal", h.askShutOut)
	pages.Post("/appeal", h.appealShutOut)

	pages.Get("/admin", httpx.Admin, h.overview)
	pages.Get("/admin/rules", httpx.Admin, h.editRules)
	pages.Get("/admin/rules/new", httpx.Admin, h.editRule)
	pages.Post("/admin/rules/new", httpx.Admin, h.saveRule)
	pages.Get("/admin/rules/:id", httpx.Admin, h.editRule)
	pages.Post("/admin/rules/:id", httpx.Admin, h.saveRule)
	pages.Get("/admin/screening", httpx.Admin, h.screening)
	pages.Post("/admin/screening", httpx.Admin, h.addFilter)
	pages.Post("/admin/screening/policy", httpx.Admin, h.setPolicy)
	pages.Post("/admin/screening/:id", httpx.Admin, h.setFilter)
	pages.Get("/admin/challenges", httpx.Admin, h.challenges)
	pages.Get("/admin/challenges/new", httpx.Admin, h.newChallenge)
	pages.Post("/admin/challenges/new", httpx.Admin, h.saveChallenge)
	pages.Post("/admin/challenges/order", httpx.Admin, h.orderChallenges)
	pages.Get("/admin/challenges/:id", httpx.Admin, h.editChallenge)
	pages.Post("/admin/challenges/:id", httpx.Admin, h.saveChallenge)
	pages.Post("/admin/challenges/:id/moderators", httpx.Admin, h.appoint)
	pages.Post("/admin/challenges/:id/archive", httpx.Admin, h.archive)
	pages.Post("/admin/challenges/:id/unarchive", httpx.Admin, h.unarchive)
	pages.Get("/admin/members/:id/role", httpx.Admin, h.ask(moderation.Member))
	pages.Post("/admin/members/:id/role", httpx.Admin, h.do(moderation.Member))

	pages.Post("/rooms/:id/sanctions", httpx.SignedIn, h.sanctionForm)
	api.Post("/rooms/:id/sanctions", httpx.SignedIn, h.sanction)
	h.mountDesk(api)
	api.Post("/reports", httpx.SignedIn, h.apiReport)
	api.Post("/posts/:id/hide", httpx.Desk, h.apiAct(moderation.Post, moderation.Hide))
	api.Post("/posts/:id/unhide", httpx.Desk, h.apiAct(moderation.Post, moderation.Unhide))
	api.Post("/messages/:id/hide", httpx.SignedIn, h.apiAct(moderation.Message, moderation.Hide))
	api.Post("/messages/:id/unhide", httpx.SignedIn, h.apiAct(moderation.Message, moderation.Unhide))
	api.Post("/questions/:id/hide", httpx.SignedIn, h.apiAct(moderation.Question, moderation.Hide))
	api.Post("/questions/:id/unhide", httpx.SignedIn, h.apiAct(moderation.Question, moderation.Unhide))
	api.Post("/polls/:id/hide", httpx.SignedIn, h.apiAct(moderation.Poll, moderation.Hide))
	api.Post("/polls/:id/unhide", httpx.SignedIn, h.apiAct(moderation.Poll, moderation.Unhide))
}
