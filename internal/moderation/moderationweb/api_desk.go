package moderationweb

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
)

// mountDesk registers what the desk does as calls of the API.
func (h *Handlers) mountDesk(api fiber.Router) {
	api.Get("/rules", h.apiRules)
	api.Get("/moderation/queue", httpx.Desk, h.apiQueue)
	api.Get("/moderation/cases/:id", httpx.Desk, h.apiCase)
	api.Post("/moderation/cases/:id/claim", httpx.Desk, h.apiClaim)
	api.Post("/moderation/cases/:id/release", httpx.Desk, h.apiRelease)
	api.Post("/moderation/decisions", httpx.Desk, h.apiDecide)
	api.Get("/moderation/log", httpx.Moderator, h.apiLog)
	api.Post("/moderation/log/:id/undo", httpx.Desk, h.apiUndo)
}

// ruleItem is a rule as the API tells it.
type ruleItem struct {
	Key     string    `json:"key"`
	Title   i18n.Text `json:"title"`
	Urgency int       `json:"urgency"`
}

func (h *Handlers) apiRules(c *fiber.Ctx) error {
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return err
	}
	items := []ruleItem{}
	for _, rule := range rules {
		if !rule.Archived {
			items = append(items, ruleItem{rule.Key, rule.Title, rule.Urgency})
		}
	}
	return c.JSON(fiber.Map{"items": items})
}

// caseItem is a case as the API tells it.
type caseItem struct {
	ID        moderation.CaseID  `json:"id"`
	Subject   moderation.Subject `json:"subject"`
	Locale    i18n.Locale        `json:"locale"` // of the translation it is about
	Kind      moderation.Cause   `json:"kind"`
	Author    account.MemberID   `json:"author_id"`
	Challenge int64              `json:"challenge_id"`
	Lang      string             `json:"lang"`
	Urgency   int                `json:"urgency"`
	Reports   int                `json:"reports"`
	OpenedAt  time.Time          `json:"opened_at"`
	ClaimedBy *actor             `json:"claimed_by"`
	ClosedAt  *time.Time         `json:"closed_at"`
	LogID     moderation.LogID   `json:"log_id"` // of the decision; 0 while it waits
}

func itemOf(k moderation.Case) caseItem {
	item := caseItem{ID: k.ID, Subject: k.Subject(), Locale: k.Locale, Kind: k.Kind, Author: k.AuthorID, Challenge: k.ChallengeID,
		Lang: k.Lang, Urgency: k.Urgency, Reports: k.ReportCount, OpenedAt: k.OpenedAt, ClosedAt: k.ClosedAt, LogID: k.LogID}
	if k.Claimed && k.ClosedAt == nil {
		item.ClaimedBy = &actor{k.ClaimedBy, k.ClaimedName}
	}
	return item
}

// waitingItem is a case in the queue.
type waitingItem struct {
	caseItem
	Text  string   `json:"text"` // the beginning of the subject
	Path  string   `json:"path"`
	Gone  bool     `json:"gone"`
	Rules []string `json:"rules"`
}

func (h *Handlers) apiQueue(c *fiber.Ctx) error {
	challenge, err := httpx.Int(c, "challenge", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	after, err := readCursor(c.Query("after"))
	if err != nil {
		return err
	}
	f := moderation.QueueFilter{Kind: moderation.Cause(c.Query("kind")), Challenge: challenge, Lang: c.Query("lang"), Mine: c.Query("mine") == "1"}
	waiting, next, err := h.moderation.Queue(c.UserContext(), httpx.Of(c).Viewer, f, after)
	if err != nil {
		return err
	}
	items := make([]waitingItem, len(waiting))
	for i, w := range waiting {
		items[i] = waitingItem{caseItem: itemOf(w.Case), Text: w.About.Text, Path: w.About.Path, Gone: w.Gone, Rules: append([]string{}, w.Rules...)}
	}
	return c.JSON(fiber.Map{"items": items, "next": writeCursor(next)})
}

// A cursor of the queue is "urgency.id"; "" is the beginning, and after the last page the end.
func readCursor(s string) (moderation.QueueCursor, error) {
	if s == "" {
		return moderation.QueueCursor{}, nil
	}
	urgency, id, _ := strings.Cut(s, ".")
	u, err1 := strconv.Atoi(urgency)
	i, err2 := strconv.ParseInt(id, 10, 64)
	if err1 != nil || err2 != nil || i < 1 || u < 0 || u > moderation.Urgent {
		return moderation.QueueCursor{}, fault.New(fault.Malformed, "error.parameter").With("Name", "after")
	}
	return moderation.QueueCursor{Urgency: u, ID: moderation.CaseID(i)}, nil
}

func writeCursor(q moderation.QueueCursor) string {
	if q.ID == 0 {
		return ""
	}
	return strconv.Itoa(q.Urgency) + "." + strconv.FormatInt(int64(q.ID), 10)
}

// rowCursor is the cursor of a list that goes by ids.
func rowCursor[T ~int64](id T) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// reportItem is a report as moderators get it.
type reportItem struct {
	ID       moderation.ReportID `json:"id"`
	Reporter *actor              `json:"reporter"` // null: a filter of the hub
	Category string              `json:"category"`
	Text     string              `json:"text"`
	Lang     string              `json:"lang"`
	At       time.Time           `json:"at"`
}

func (h *Handlers) apiCase(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	before, err := httpx.Int(c, "after", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	viewer := httpx.Of(c).Viewer
	k, err := h.moderation.FindCase(c.UserContext(), viewer, id)
	if err != nil {
		return err
	}
	reports, next, err := h.moderation.Reports(c.UserContext(), viewer, id, moderation.ReportID(before))
	if err != nil {
		return err
	}
	items := make([]reportItem, len(reports))
	for i, r := range reports {
		items[i] = reportItem{ID: r.ID, Category: r.Rule, Text: r.Text, Lang: r.Lang, At: r.At}
		if r.ReporterID != 0 {
			items[i].Reporter = &actor{r.ReporterID, r.ReporterName}
		}
	}
	return c.JSON(fiber.Map{"case": itemOf(k), "reports": items, "next": rowCursor(next)})
}

func (h *Handlers) apiClaim(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	if err := h.moderation.Claim(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) apiRelease(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	if err := h.moderation.Release(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) apiDecide(c *fiber.Ctx) error {
	var body struct {
		Action    moderation.Action  `json:"action"`
		Subject   moderation.Subject `json:"subject"`
		Reason    string             `json:"reason"`
		Rule      string             `json:"rule"`
		Case      moderation.CaseID  `json:"case"`
		Challenge forum.ChallengeID  `json:"challenge"`
		Into      forum.ThreadID     `json:"into"`
		Posts     []forum.PostID     `json:"posts"`
		Text      string             `json:"text"`
		Title     string             `json:"title"`
		Lang      string             `json:"lang"`
		Role      account.Role       `json:"role"`
		Minutes   int64              `json:"minutes"`
	}
	if err := httpx.JSON(c, &body); err != nil {
		return err
	}
	e, err := h.moderation.Decide(c.UserContext(), httpx.Of(c).Viewer, moderation.Verdict{Action: body.Action, Subject: body.Subject,
		Why:       moderation.Why{Reason: body.Reason, Rule: body.Rule, Case: body.Case},
		Challenge: body.Challenge, Into: body.Into, Posts: body.Posts, Text: body.Text, Title: body.Title, Lang: body.Lang, Role: body.Role,
		For: minutes(body.Minutes)})
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(rowOf(e))
}

// minutes is so long, and too long where a Duration cannot hold it.
func minutes(n int64) time.Duration {
	return time.Duration(max(-1, min(n, int64(2*moderation.MaxFor/time.Minute)))) * time.Minute
}

func (h *Handlers) apiLog(c *fiber.Ctx) error {
	before, err := httpx.Int(c, "after", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	id, err := httpx.Int(c, "id", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	f := moderation.Filter{Action: moderation.Action(c.Query("action")), Subject: moderation.Subject{Kind: c.Query("kind"), ID: id}}
	page, err := h.moderation.Log(c.UserContext(), httpx.Of(c).Viewer, f, moderation.LogID(before))
	if err != nil {
		return err
	}
	items := make([]logRow, len(page.Entries))
	for i, e := range page.Entries {
		items[i] = rowOf(e)
	}
	return c.JSON(fiber.Map{"items": items, "next": rowCursor(page.Next)})
}

func (h *Handlers) apiUndo(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.LogID](c, "id")
	if err != nil {
		return err
	}
	e, err := h.moderation.Undo(c.UserContext(), httpx.Of(c).Viewer, id)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(rowOf(e))
}
