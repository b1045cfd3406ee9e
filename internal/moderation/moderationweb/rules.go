package moderationweb

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/moderation"
)

// ruleView is the form of a rule.
type ruleView struct {
	Form  moderation.RuleForm
	Fault *fault.Fault
}

func (v ruleView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

func (h *Handlers) editRules(c *fiber.Ctx) error {
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, rulesAdmin(httpx.Of(c), rules))
}

// readRule is the rule of the address as it stands; a new one has none.
func (h *Handlers) readRule(c *fiber.Ctx) (moderation.RuleForm, error) {
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil || c.Params("id") == "" {
		return moderation.RuleForm{Urgency: 1, Position: len(rules) + 1}, err
	}
	id, err := httpx.ID[moderation.RuleID](c, "id")
	if err != nil {
		return moderation.RuleForm{}, err
	}
	i := slices.IndexFunc(rules, func(r moderation.Rule) bool { return r.ID == id })
	if i < 0 {
		return moderation.RuleForm{}, fault.New(fault.NotFound, "error.not_found")
	}
	return moderation.RuleForm(rules[i]), nil
}

func (h *Handlers) editRule(c *fiber.Ctx) error {
	f, err := h.readRule(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, rulePage(httpx.Of(c), ruleView{Form: f}))
}

func (h *Handlers) saveRule(c *fiber.Ctx) error {
	f, err := h.readRule(c)
	if err != nil {
		return err
	}
	var urgency, position, archived, key string
	for name, to := range map[string]*string{"key": &key, "title_en": &f.Title.En, "title_zh": &f.Title.Zh, "text_en": &f.Text.En,
		"text_zh": &f.Text.Zh, "urgency": &urgency, "position": &position, "archived": &archived} {
		if *to, err = httpx.Field(c, name); err != nil {
			return err
		}
	}
	if f.ID == 0 {
		f.Key = key
	}
	if f.Urgency, err = strconv.Atoi(urgency); err != nil {
		f.Urgency = -1 // which the core refuses
	}
	if n, err := strconv.ParseInt(position, 10, 16); err == nil {
		f.Position = int(n)
	}
	f.Archived = archived != ""
	_, err = h.moderation.SaveRule(c.UserContext(), httpx.Of(c).Viewer, f)
	if fl := fault.Of(err); fl != nil && (fl.Kind == fault.Invalid || fl.Kind == fault.Conflict) {
		return httpx.Render(c, httpx.Status(fl.Kind), rulePage(httpx.Of(c), ruleView{Form: f, Fault: fl}))
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/rules")
}
