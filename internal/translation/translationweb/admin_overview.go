package translationweb

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/translation"
	"senet/internal/translation/engine"
)

// overviewView is the administrators' page of translation.
type overviewView struct {
	Engines   []engineView
	Able      bool // something but people can translate
	Months    []monthView
	Shares    []share
	Load      jobs.Load
	Languages []languageView
	Past      []translation.Backfill
}

// engineView is an engine with what is left of its month.
type engineView struct {
	translation.EngineState
	Budget int // characters; 0: no bound
	Left   int
}

// monthView is what translation cost in a month.
type monthView struct {
	Month time.Time
	Rows  []translation.Usage
	Most  int64 // characters of the busiest source of all months shown: the length of a whole bar
}

// share is the part of all sentences that came from one source, in percent.
type share struct {
	Key         string // of the source's name
	Month, Year int
}

// languageView is where the translation of older texts into a language stands.
type languageView struct {
	Locale  i18n.Locale
	Running *translation.Backfill
	Missing int // texts; not counted while they are being handed on
	Waiting int // texts in the queue
}

func (h *Handlers) overview(c *fiber.Ctx) error {
	v, err := h.readOverview(c.UserContext(), httpx.Of(c).Now)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, overviewPage(httpx.Of(c), v))
}

func (h *Handlers) readOverview(ctx context.Context, now time.Time) (v overviewView, err error) {
	usage, err := h.translation.Usage(ctx)
	if err != nil {
		return v, err
	}
	v.Engines = h.engines(usage, now)
	v.Months = months(usage)
	v.Shares = shares(usage, now)
	if v.Load, err = h.translation.Load(ctx); err != nil {
		return v, err
	}
	units, err := h.memory.Size(ctx)
	if err != nil {
		return v, err
	}
	v.Able = len(v.Engines) > 0 || units > 0
	backfills, err := h.translation.Backfills(ctx)
	if err != nil {
		return v, err
	}
	for _, l := range i18n.Written {
		one := languageView{Locale: l, Waiting: v.Load.Waiting}
		if i := slices.IndexFunc(backfills, func(b translation.Backfill) bool { return b.Locale == l && b.Running() }); i >= 0 {
			one.Running = &backfills[i]
		} else {
			n, err := h.translation.CountMissing(ctx, l)
			if err != nil {
				return v, err
			}
			one.Missing = int(n)
		}
		v.Languages = append(v.Languages, one)
	}
	for _, b := range backfills {
		if !b.Running() {
			v.Past = append(v.Past, b)
		}
	}
	return v, nil
}

func (h *Handlers) engines(usage []translation.Usage, now time.Time) (views []engineView) {
	month := translation.Month(now)
	for _, e := range h.translation.Engines() {
		v := engineView{EngineState: e, Budget: int(h.translation.Budget())}
		v.Left = v.Budget
		for _, u := range usage {
			if u.Source == e.Name && u.Month.Equal(month) {
				v.Left = max(0, v.Budget-int(u.Characters))
			}
		}
		views = append(views, v)
	}
	return views
}

// months gathers usage, the newest first, by its month.
func months(usage []translation.Usage) (ms []monthView) {
	var most int64 = 1
	for _, u := range usage {
		most = max(most, u.Characters)
		if len(ms) == 0 || !ms[len(ms)-1].Month.Equal(u.Month) {
			ms = append(ms, monthView{Month: u.Month})
		}
		ms[len(ms)-1].Rows = append(ms[len(ms)-1].Rows, u)
	}
	for i := range ms {
		ms[i].Most = most
	}
	return ms
}

// shares says where sentences came from; nil when there were none.
func shares(usage []translation.Usage, now time.Time) []share {
	out := []share{{Key: "translations.admin.from_memory"}, {Key: "translations.admin.from_kept"}, {Key: "translations.admin.from_engine"}}
	var month, year [3]int64
	var allMonth, allYear int64
	for _, u := range usage {
		i := 2
		switch u.Source {
		case translation.UsedMemory:
			i = 0
		case translation.UsedAgain:
			i = 1
		}
		year[i] += u.Texts
		allYear += u.Texts
		if u.Month.Equal(translation.Month(now)) {
			month[i] += u.Texts
			allMonth += u.Texts
		}
	}
	if allYear == 0 {
		return nil
	}
	for i := range out {
		out[i].Month, out[i].Year = percent(month[i], allMonth), percent(year[i], allYear)
	}
	return out
}

// percent is a part of a whole, rounded; 0 of nothing.
func percent(part, whole int64) int {
	if whole == 0 {
		return 0
	}
	return int((200*part + whole) / (2 * whole))
}

// sourceName is a source of usage in words; own says that it is a product's own name.
func sourceName(r *httpx.Request, engines []engineView, source string) (name string, own bool) {
	switch source {
	case translation.UsedMemory:
		return r.T("translations.admin.from_memory"), false
	case translation.UsedAgain:
		return r.T("translations.admin.from_kept"), false
	case engine.NameDeepL:
		return "DeepL", true
	case engine.NameLibre:
		return "LibreTranslate", true
	}
	for _, e := range engines {
		if e.Name == source {
			return e.Label, true
		}
	}
	return source, true // it is off by now
}

// setting is a setting that switches an engine on.
type setting struct{ Env, Key string }

func settings() []setting {
	return []setting{
		{"SENET_TRANSLATOR_DEEPL_KEY", "translations.admin.set_deepl"},
		{"SENET_TRANSLATOR_LIBRETRANSLATE_URL", "translations.admin.set_libretranslate"},
		{"SENET_TRANSLATOR_OPENAI_URL", "translations.admin.set_openai"},
		{"SENET_TRANSLATOR_OPENAI_MODEL", "translations.admin.set_openai_model"},
		{"SENET_TRANSLATOR_INSIDE", "translations.admin.set_inside"},
		{"SENET_TRANSLATOR_BUDGET", "translations.admin.set_budget"},
	}
}

func (h *Handlers) startBackfill(c *fiber.Ctx) error {
	locale, err := httpx.Field(c, "locale")
	if err != nil {
		return err
	}
	if err := h.translation.StartBackfill(c.UserContext(), httpx.Of(c).Viewer, i18n.Locale(locale)); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/translation#backfill")
}

func (h *Handlers) stopBackfill(c *fiber.Ctx) error {
	id, err := httpx.ID[translation.BackfillID](c, "id")
	if err != nil {
		return err
	}
	if err := h.translation.StopBackfill(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/translation#backfill")
}

// backfillProgress is the part of the page that tells how far one has come, for the script that renews it; nothing once
// it is over.
func (h *Handlers) backfillProgress(c *fiber.Ctx) error {
	id, err := httpx.ID[translation.BackfillID](c, "id")
	if err != nil {
		return err
	}
	backfills, err := h.translation.Backfills(c.UserContext())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(backfills, func(b translation.Backfill) bool { return b.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if !backfills[i].Running() {
		return c.SendStatus(fiber.StatusNoContent)
	}
	load, err := h.translation.Load(c.UserContext())
	if err != nil {
		return err
	}
	v := languageView{Locale: backfills[i].Locale, Running: &backfills[i], Waiting: load.Waiting}
	return httpx.Render(c, fiber.StatusOK, progress(httpx.Of(c), v))
}
