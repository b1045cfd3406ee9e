package moderationweb

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/web/ui"
)

// reportView is the page on which something is reported.
type reportView struct {
	Form   moderation.ReportForm
	Rules  []moderation.Rule
	Back   string // where it was reported from
	Sent   bool
	Fault  *fault.Fault
	Closed *fault.Fault // why nothing can be reported here
}

// what names the kind of thing that is reported.
func (v reportView) what() string {
	if v.Form.Locale != "" {
		return "report.what_translation"
	}
	return "report.what." + v.Form.Subject.Kind
}

func (v reportView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

// reported are the kinds of subjects that can be reported.
var reported = map[string]bool{moderation.Post: true, moderation.Message: true, moderation.Question: true, moderation.Poll: true,
	moderation.Thread: true, moderation.Member: true}

func readReport(c *fiber.Ctx) (reportView, error) {
	id, err := httpx.ID[int64](c, "id")
	if err != nil {
		return reportView{}, err
	}
	kind := c.Params("kind")
	if !reported[kind] {
		return reportView{}, fault.New(fault.NotFound, "error.not_found")
	}
	v := reportView{Form: moderation.ReportForm{Subject: moderation.Subject{Kind: kind, ID: id}}}
	if l := c.Query("into"); l != "" {
		into, ok := i18n.ParseWritten(l)
		if !ok {
			return reportView{}, fault.New(fault.Malformed, "error.parameter").With("Name", "into")
		}
		v.Form.Locale = into
	}
	if back := c.Query("back"); httpx.LocalPath(back) {
		v.Back = back
	}
	return v, nil
}

func (h *Handlers) askReport(c *fiber.Ctx) error {
	v, err := readReport(c)
	if err != nil {
		return err
	}
	return h.showReport(c, fiber.StatusOK, v)
}

func (h *Handlers) sendReport(c *fiber.Ctx) error {
	v, err := readReport(c)
	if err != nil {
		return err
	}
	for name, to := range map[string]*string{"category": &v.Form.Category, "text": &v.Form.Text, "back": &v.Back} {
		if *to, err = httpx.Field(c, name); err != nil {
			return err
		}
	}
	if !httpx.LocalPath(v.Back) {
		v.Back = ""
	}
	_, err = h.moderation.Report(c.UserContext(), httpx.Of(c).Viewer, v.Form)
	switch f := fault.Of(err); {
	case f != nil && f.Kind == fault.Invalid:
		v.Fault = f
		return h.showReport(c, fiber.StatusUnprocessableEntity, v)
	case f != nil && (f.Kind == fault.Conflict || f.Kind == fault.NotFound):
		v.Closed = f
		return h.showReport(c, httpx.Status(f.Kind), v)
	case err != nil:
		return err
	}
	v.Sent = true
	return h.showReport(c, fiber.StatusOK, v)
}

func (h *Handlers) showReport(c *fiber.Ctx, status int, v reportView) (err error) {
	if v.Rules, err = h.rules(c); err != nil {
		return err
	}
	return httpx.Render(c, status, reportPage(httpx.Of(c), v))
}

// rules are those that can be chosen.
func (h *Handlers) rules(c *fiber.Ctx) ([]moderation.Rule, error) {
	all, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return nil, err
	}
	var rules []moderation.Rule
	for _, rule := range all {
		if !rule.Archived {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// ruleTitle names a rule, in its own words or in those that the program brings.
func ruleTitle(r *httpx.Request, rule moderation.Rule) string {
	if title, _ := rule.Title.In(r.Locale); title != "" {
		return title
	}
	return r.T("rule." + rule.Key + "_title")
}

// ruleText explains it.
func ruleText(r *httpx.Request, rule moderation.Rule) string {
	if text, _ := rule.Text.In(r.Locale); text != "" {
		return text
	}
	if rule.Title != (i18n.Text{}) {
		return "" // a rule of the hub's own, without an explanation
	}
	return r.T("rule." + rule.Key + "_text")
}

// ruleNames gives the titles of rules by their keys.
func ruleNames(r *httpx.Request, rules []moderation.Rule) map[string]string {
	names := make(map[string]string, len(rules))
	for _, rule := range rules {
		names[rule.Key] = ruleTitle(r, rule)
	}
	return names
}

// apiReport is POST /reports.
func (h *Handlers) apiReport(c *fiber.Ctx) error {
	var body struct {
		Subject  moderation.Subject `json:"subject"`
		Locale   i18n.Locale        `json:"locale"`
		Category string             `json:"category"`
		Text     string             `json:"text"`
		Lang     string             `json:"lang"`
	}
	if err := httpx.JSON(c, &body); err != nil {
		return err
	}
	id, err := h.moderation.Report(c.UserContext(), httpx.Of(c).Viewer, moderation.ReportForm{Subject: body.Subject, Locale: body.Locale,
		Category: body.Category, Text: body.Text, Lang: body.Lang})
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"id": id})
}

func (h *Handlers) rulesPage(c *fiber.Ctx) error {
	rules, err := h.rules(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, rulesView(httpx.Of(c), rules))
}

// myReportsView is a page of the viewer's own reports.
type myReportsView struct {
	Reports []moderation.MyReport
	Rules   map[string]string // titles by key
	Next    string
}

func (h *Handlers) myReports(c *fiber.Ctx) error {
	r := httpx.Of(c)
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	reports, next, err := h.moderation.MyReports(c.UserContext(), r.Viewer, moderation.ReportID(before))
	if err != nil {
		return err
	}
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return err
	}
	v := myReportsView{Reports: reports, Rules: ruleNames(r, rules)}
	if next != 0 {
		v.Next = r.URL("/settings/reports?before=" + strconv.FormatInt(int64(next), 10))
	}
	return httpx.Render(c, fiber.StatusOK, myReportsPage(r, v))
}

// outcomeOf says what became of a report.
func outcomeOf(r *httpx.Request, m moderation.MyReport) string {
	switch {
	case m.ClosedAt == nil:
		return r.T("report.waiting")
	case m.Action == moderation.Dismiss:
		return r.T("report.dismissed")
	case m.Action == "":
		return r.T("report.closed")
	}
	return r.T("report.acted")
}

// reportURL is the page on which a text of the page that is shown is reported.
func reportURL(r *httpx.Request, kind string, id int64, anchor string) string {
	return ui.ReportURL(r, kind, id, here(r, anchor))
}
