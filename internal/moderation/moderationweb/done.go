package moderationweb

import (
	"net/url"
	"strconv"
	"strings"

	"senet/internal/httpx"
	"senet/internal/moderation"
)

// doneParameter carries, over the redirect after an act, what was done and its row of the log: "hide.45".
const doneParameter = "moderated"

type doneAct struct {
	Action moderation.Action
	ID     moderation.LogID
}

// lastAct reads it from the address of the page; the zero value when there is none or it makes no sense.
func lastAct(r *httpx.Request) doneAct {
	if !strings.Contains(r.Query, doneParameter+"=") || !r.Viewer.AtDesk() {
		return doneAct{}
	}
	q, err := url.ParseQuery(r.Query)
	if err != nil {
		return doneAct{}
	}
	name, number, _ := strings.Cut(q.Get(doneParameter), ".")
	id, err := strconv.ParseInt(number, 10, 64)
	if a := moderation.Action(name); err == nil && id > 0 && a.Known() {
		return doneAct{Action: a, ID: moderation.LogID(id)}
	}
	return doneAct{}
}

// here is the address of the page that is shown, at an anchor or at none, without doneParameter: where an act leads
// back to.
func here(r *httpx.Request, anchor string) string {
	u := r.URL(r.Path)
	if q, err := url.ParseQuery(r.Query); err == nil {
		q.Del(doneParameter)
		if s := q.Encode(); s != "" {
			u += "?" + s
		}
	}
	if anchor != "" {
		u += "#" + anchor
	}
	return u
}
