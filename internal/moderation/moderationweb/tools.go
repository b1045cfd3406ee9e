package moderationweb

import (
	"net/url"
	"strconv"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/moderation"
)

func threadPath(t forum.Thread) string {
	return "/moderation/threads/" + strconv.FormatInt(int64(t.ID), 10)
}

func memberPath(m account.Member) string {
	return "/moderation/members/" + strconv.FormatInt(int64(m.ID), 10)
}

// askURL is the page with the form of an act, which leads back here.
func askURL(r *httpx.Request, path string, a moderation.Action) string {
	return r.URL(path+"/"+string(a)) + "?back=" + url.QueryEscape(here(r, ""))
}

func icon(a moderation.Action) string {
	switch a {
	case moderation.Hide, moderation.Reject, moderation.Erase:
		return "hide"
	case moderation.Unhide:
		return "show"
	case moderation.Lock:
		return "lock"
	case moderation.Unlock:
		return "unlock"
	case moderation.Slow:
		return "history"
	case moderation.Pin, moderation.Unpin:
		return "pin"
	case moderation.Move, moderation.Merge, moderation.Split:
		return "move"
	case moderation.Rename, moderation.Edit:
		return "edit"
	case moderation.Trust, moderation.Distrust:
		return "translate"
	case moderation.Mute, moderation.Eject, moderation.Silence, moderation.Suspend:
		return "lock"
	case moderation.Readmit, moderation.Unsilence, moderation.Unsuspend:
		return "unlock"
	case moderation.Warn:
		return "warning"
	case moderation.Dismiss, moderation.Approve:
		return "check"
	case moderation.Uphold, moderation.Propose, moderation.Appoint, moderation.Recall:
		return "shield"
	case moderation.Create:
		return "plus"
	}
	return "settings"
}

// inRoom is where acts on something of a room go: a host's way is another than a moderator's.
func inRoom(r *httpx.Request, kind string, id int64) string {
	if r.Viewer.Moderates() {
		return "/moderation" + kind + strconv.FormatInt(id, 10)
	}
	return "/hosting" + kind + strconv.FormatInt(id, 10)
}
