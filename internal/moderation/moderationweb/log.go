package moderationweb

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/moderation"
	"senet/web/ui"
)

// logView is a page of the log.
type logView struct {
	Filter  moderation.Filter
	Before  int64
	Entries []moderation.Entry
	Next    string // URL
}

func (h *Handlers) log(c *fiber.Ctx) error {
	r := httpx.Of(c)
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	filter := moderation.Filter{Action: moderation.Action(c.Query("action"))}
	if filter.Action != "" && !filter.Action.Known() {
		return fault.New(fault.Malformed, "error.parameter").With("Name", "action")
	}
	page, err := h.moderation.Log(c.UserContext(), r.Viewer, filter, moderation.LogID(before))
	if err != nil {
		return err
	}
	for i := range page.Entries {
		page.Entries[i].Reason = h.reasons.In(r.P, page.Entries[i].Reason)
	}
	v := logView{Filter: filter, Before: before, Entries: page.Entries}
	if page.Next != 0 {
		q := url.Values{"before": {strconv.FormatInt(int64(page.Next), 10)}}
		if filter.Action != "" {
			q.Set("action", string(filter.Action))
		}
		v.Next = r.URL("/moderation?" + q.Encode())
	}
	return httpx.Render(c, fiber.StatusOK, logPage(r, v))
}

// actionOptions are the choices of the log's filter.
func actionOptions(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("moderation.all")}}
	for _, a := range moderation.Actions {
		options = append(options, ui.Option{Value: string(a), Label: actionName(r, a)})
	}
	return options
}

// entryAnchor is the anchor of a row.
func entryAnchor(id moderation.LogID) string { return "log-" + strconv.FormatInt(int64(id), 10) }
