package moderationweb

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/translation"
	"senet/web/ui"
)

// queueView is a page of the queue.
type queueView struct {
	Filter     moderation.QueueFilter
	Waiting    []moderation.Waiting
	Rules      map[string]string // titles by key
	Challenges []ui.Option
	Next       string
}

func (v queueView) filtered() bool { return v.Filter != (moderation.QueueFilter{}) }

// readFilter reads what the queue is filtered by from the address; a case carries it on to the next one.
func readFilter(c *fiber.Ctx) (moderation.QueueFilter, error) {
	challenge, err := httpx.Int(c, "challenge", 0, 0, 1<<62)
	return moderation.QueueFilter{Kind: moderation.Cause(c.Query("kind")), Challenge: challenge, Lang: c.Query("lang"), Mine: c.Query("mine") == "1"}, err
}

// filterQuery is the filter as it stands in an address, with one more value under a name, and with the question mark; ""
// when there is nothing.
func filterQuery(f moderation.QueueFilter, name, value string) string {
	q := url.Values{}
	for name, value := range map[string]string{"kind": string(f.Kind), "lang": f.Lang, name: value} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Challenge != 0 {
		q.Set("challenge", strconv.FormatInt(f.Challenge, 10))
	}
	if f.Mine {
		q.Set("mine", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (h *Handlers) queue(c *fiber.Ctx) error {
	r := httpx.Of(c)
	filter, err := readFilter(c)
	if err != nil {
		return err
	}
	after, err := readCursor(c.Query("after"))
	if err != nil {
		return err
	}
	v := queueView{Filter: filter}
	waiting, next, err := h.moderation.Queue(c.UserContext(), r.Viewer, v.Filter, after)
	if err != nil {
		return err
	}
	v.Waiting = waiting
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return err
	}
	v.Rules = ruleNames(r, rules)
	if v.Challenges, err = h.challengeOptions(c); err != nil {
		return err
	}
	if next.ID != 0 {
		v.Next = r.URL("/moderation/queue" + filterQuery(filter, "after", writeCursor(next)))
	}
	return httpx.Render(c, fiber.StatusOK, queuePage(r, v))
}

// challengeOptions are the challenges that are not archived.
func (h *Handlers) challengeOptions(c *fiber.Ctx) ([]ui.Option, error) {
	r := httpx.Of(c)
	cs, err := h.forum.Challenges(c.UserContext(), r.Viewer)
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, ch := range cs {
		if ch.ArchivedAt == nil {
			title, _ := ch.Title().In(r.Locale)
			options = append(options, ui.Option{Value: strconv.FormatInt(int64(ch.ID), 10), Label: title})
		}
	}
	return options, nil
}

// caseForm is how a case is decided.
type caseForm struct {
	Action moderation.Action
	Rule   string
	Picked string
	Reason string
	Lasts  string
}

// caseView is the page of a case.
type caseView struct {
	moderation.Look
	Form    caseForm
	Fault   *fault.Fault
	Rules   []moderation.Rule
	Reports []moderation.ReportOf
	More    string // URL of older reports
}

// open reports whether the viewer may decide the case now.
func (v caseView) open(r *httpx.Request) bool {
	return v.Case.ClosedAt == nil && v.Case.ClaimedBy == r.Viewer.ID && v.Case.AuthorID != r.Viewer.ID
}

// waits reports whether the case waits for a yes or a no: a held post, or an application.
func (v caseView) waits() bool {
	return v.Case.Kind == moderation.Joining || v.Case.Kind == moderation.Held && v.Case.SubjectKind == moderation.Post
}

// names are the titles of the rules by their keys.
func (v caseView) names(r *httpx.Request) map[string]string { return ruleNames(r, v.Rules) }

// ruleOptions are the rules that a decision may apply, the one that most reports name chosen.
func (v caseView) ruleOptions(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("case.no_rule")}}
	for _, rule := range v.Rules {
		if !rule.Archived {
			options = append(options, ui.Option{Value: rule.Key, Label: ruleTitle(r, rule)})
		}
	}
	return options
}

func (v caseView) rule() string {
	if v.Form.Action != "" || len(v.Reports) == 0 {
		return v.Form.Rule
	}
	return v.Reports[0].Rule
}

// sides are the text as it was written and its translation, each with its language.
func (v caseView) translated() bool { return v.Found.TrText != "" }

func (v caseView) stale() bool {
	return v.Found.TrVersion < v.Text.Version && v.Found.TrKind != translation.Original
}

func (h *Handlers) lookAtCase(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	return h.showCase(c, fiber.StatusOK, id, caseForm{}, nil)
}

func (h *Handlers) showCase(c *fiber.Ctx, status int, id moderation.CaseID, f caseForm, wrong *fault.Fault) error {
	r := httpx.Of(c)
	look, err := h.moderation.Look(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	v := caseView{Look: look, Form: f, Fault: wrong}
	if v.Rules, err = h.moderation.Rules(c.UserContext()); err != nil {
		return err
	}
	before, err := httpx.Int(c, "reports", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	reports, next, err := h.moderation.Reports(c.UserContext(), r.Viewer, id, moderation.ReportID(before))
	if err != nil {
		return err
	}
	v.Reports = reports
	if next != 0 {
		filter, err := readFilter(c)
		if err != nil {
			return err
		}
		v.More = filterQuery(filter, "reports", strconv.FormatInt(int64(next), 10))
	}
	for _, entries := range [][]moderation.Entry{v.Before, v.Against} {
		for i := range entries {
			entries[i].Reason = h.reasons.In(r.P, entries[i].Reason)
		}
	}
	return httpx.Render(c, status, casePage(r, v))
}

// decideCase decides what the case is about, and leads to the next one.
func (h *Handlers) decideCase(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	var f caseForm
	var action string
	for name, to := range map[string]*string{"action": &action, "rule": &f.Rule, "picked": &f.Picked, "reason": &f.Reason, "lasts": &f.Lasts} {
		if *to, err = httpx.Field(c, name); err != nil {
			return err
		}
	}
	f.Action = moderation.Action(action)
	k, err := h.moderation.FindCase(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	e, err := h.decide(c, k, f)
	if fl := fault.Of(err); fl != nil && (fl.Kind == fault.Invalid || fl.Kind == fault.Conflict || fl.Kind == fault.Forbidden) {
		return h.showCase(c, httpx.Status(fl.Kind), id, f, fl)
	}
	if err != nil {
		return err
	}
	filter, err := readFilter(c)
	if err != nil {
		return err
	}
	next, err := h.moderation.Next(c.UserContext(), r.Viewer, filter, id)
	if err != nil {
		return err
	}
	if next == 0 {
		return done(c, e, r.URL("/moderation/queue"+filterQuery(filter, "", "")))
	}
	return done(c, e, caseURL(r, next)+filterQuery(filter, "", ""))
}

// overturn is what the button says that takes back what was appealed against.
const overturn = "overturn"

// decide decides about what the case is about, or about its author.
func (h *Handlers) decide(c *fiber.Ctx, k moderation.Case, f caseForm) (moderation.Entry, error) {
	viewer := httpx.Of(c).Viewer
	why := moderation.Why{Reason: form{Picked: f.Picked, Reason: f.Reason}.reason(), Rule: f.Rule, Case: k.ID}
	if f.Action == overturn {
		return h.moderation.Overturn(c.UserContext(), viewer, moderation.LogID(k.SubjectID), why)
	}
	v := moderation.Verdict{Action: f.Action, Subject: k.Subject(), Why: why, For: lengths[f.Lasts]}
	about := moderation.Possible(k.SubjectKind, f.Action)
	if about && k.Locale != "" && f.Action != moderation.Dismiss { // whoever wrote the text does not answer for its translation
		return moderation.Entry{}, fault.New(fault.NotFound, "error.not_found")
	}
	if !about { // it is the author whom it is about
		v.Subject = moderation.Subject{Kind: moderation.Member, ID: int64(k.AuthorID)}
	}
	return h.moderation.Decide(c.UserContext(), viewer, v)
}

func (h *Handlers) releaseCase(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	if err := h.moderation.Release(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return err
	}
	return c.Redirect(httpx.Of(c).URL("/moderation/queue"), fiber.StatusSeeOther)
}

func caseURL(r *httpx.Request, id moderation.CaseID) string {
	return r.URL("/moderation/cases/" + strconv.FormatInt(int64(id), 10))
}

// threadActs are what can be decided about the thread in which a case's subject stands.
var threadActs = []moderation.Action{moderation.Lock, moderation.Slow, moderation.Rename, moderation.Split, moderation.Merge, moderation.Move}

// threadActURL is the page of an act about that thread, for the case.
func threadActURL(r *httpx.Request, v caseView, a moderation.Action) string {
	return r.URL("/moderation/threads/" + strconv.FormatInt(int64(v.Thread), 10) + "/" + string(a) + "?case=" + strconv.FormatInt(int64(v.Case.ID), 10))
}

// actURL is the page of an act about what the case is about, for the case.
func actURL(r *httpx.Request, v caseView, a moderation.Action) string {
	return r.URL("/moderation/" + v.Case.SubjectKind + "s/" + strconv.FormatInt(v.Case.SubjectID, 10) + "/" + string(a) +
		"?case=" + strconv.FormatInt(int64(v.Case.ID), 10) + "&rule=" + v.rule())
}

// subjectName names what a case is about.
func subjectName(r *httpx.Request, k moderation.Case) string {
	if k.Locale != "" {
		return r.T("case.subject_translation")
	}
	if k.Kind == moderation.Joining {
		return r.T("case.subject_application")
	}
	return r.T("case.subject." + k.SubjectKind)
}

// ruleList names the rules that reports name.
func ruleList(r *httpx.Request, names map[string]string, keys []string) string {
	titles := make([]string, len(keys))
	for i, key := range keys {
		titles[i] = names[key]
	}
	return r.P.List(titles...)
}

// causeOptions are the choices of the queue's filter.
func causeOptions(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("case.all")}}
	for _, k := range moderation.Causes {
		options = append(options, ui.Option{Value: string(k), Label: r.T("case.kind." + string(k))})
	}
	return options
}

func languageOptions(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("case.any_language")}}
	for _, l := range i18n.Written {
		options = append(options, ui.Option{Value: string(l), Label: r.T("lang." + string(l))})
	}
	return options
}
