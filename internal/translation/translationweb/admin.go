package translationweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation/glossary"
)

// Challenge is a health challenge as the glossary names it.
type Challenge struct {
	ID    int64
	Slug  string
	Title i18n.Text
}

// mountAdmin adds the pages of those who look after translation: what it costs, the glossary, the memory. The glossary
// is read by everybody.
func (h *Handlers) mountAdmin(pages fiber.Router) {
	pages.Get("/admin/translation", httpx.Admin, h.overview)
	pages.Post("/admin/translation/backfills", httpx.Admin, h.startBackfill)
	pages.Get("/admin/translation/backfills/:id", httpx.Admin, h.backfillProgress)
	pages.Post("/admin/translation/backfills/:id/stop", httpx.Admin, h.stopBackfill)

	pages.Get("/glossary", h.terms)
	pages.Get("/glossary/export.csv", httpx.SignedIn, h.exportTerms(glossary.CSV))
	pages.Get("/glossary/export.tbx", httpx.SignedIn, h.exportTerms(glossary.TBX))
	pages.Get("/glossary/import", httpx.Admin, h.importPage(termFiles))
	pages.Post("/glossary/import", httpx.Admin, h.importFile(termFiles))
	pages.Get("/glossary/changes", httpx.Moderator, h.termChanges)
	pages.Get("/glossary/new", httpx.Admin, h.newTerm)
	pages.Post("/glossary/new", httpx.Admin, h.saveTerm)
	pages.Get("/glossary/:id", httpx.Admin, h.editTerm)
	pages.Post("/glossary/:id", httpx.Admin, h.saveTerm)
	pages.Post("/glossary/:id/delete", httpx.Admin, h.deleteTerm)
	pages.Post("/glossary/:id/restore", httpx.Admin, h.restoreTerm)
	pages.Get("/glossary/:id/changes", httpx.Moderator, h.termChanges)

	pages.Get("/admin/memory", httpx.Admin, h.units)
	pages.Get("/admin/memory/export.tmx", httpx.Admin, h.exportUnits)
	pages.Get("/admin/memory/import", httpx.Admin, h.importPage(unitFiles))
	pages.Post("/admin/memory/import", httpx.Admin, h.importFile(unitFiles))
	pages.Get("/admin/memory/:id", httpx.Admin, h.editUnit)
	pages.Post("/admin/memory/:id", httpx.Admin, h.saveUnit)
	pages.Get("/admin/memory/:id/delete", httpx.Admin, h.askDeleteUnit)
	pages.Post("/admin/memory/:id/delete", httpx.Admin, h.deleteUnit)
}

// Uploads are the pages, without the locale, to which administrators send files.
func (h *Handlers) Uploads() []string { return []string{"/glossary/import", "/admin/memory/import"} }
