package moderationweb

import (
	"slices"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/moderation"
)

// actionName names an action, as in the filter of the log.
func actionName(r *httpx.Request, a moderation.Action) string {
	return r.T("moderation.action." + string(a))
}

// verb is what the button of an act says.
func verb(r *httpx.Request, a moderation.Action) string { return r.T("moderation.verb." + string(a)) }

// sameWords are the acts that are told in the same words of whatever they are about.
var sameWords = []moderation.Action{moderation.Dismiss, moderation.EditOut, moderation.Erase, moderation.EditFilter, moderation.EditRule, moderation.TakeEvidence}

// question heads the page of an act.
func question(r *httpx.Request, v actView) string {
	switch {
	case slices.Contains(sameWords, v.Action):
	case v.Kind == moderation.Member && answers(v.Action):
		return r.T("moderation.ask_member." + string(v.Action))
	case v.Kind == moderation.Message:
		return r.T("moderation.ask_message." + string(v.Action))
	case v.Kind == moderation.Question:
		return r.T("moderation.ask_question." + string(v.Action))
	case v.Kind == moderation.Poll:
		return r.T("moderation.ask_poll." + string(v.Action))
	}
	return r.T("moderation.ask." + string(v.Action))
}

// sentence says who did what, as in a row of the log.
func sentence(r *httpx.Request, e moderation.Entry) string {
	key := "moderation.did." + string(e.Action)
	switch kind := e.SubjectKind; {
	case slices.Contains(sameWords, e.Action):
	case kind == moderation.Member && answers(e.Action):
		key = "moderation.did_member." + string(e.Action)
	case kind == moderation.Message:
		key = "moderation.did_message." + string(e.Action)
	case kind == moderation.Question:
		key = "moderation.did_question." + string(e.Action)
	case kind == moderation.Poll:
		key = "moderation.did_poll." + string(e.Action)
	}
	var from, to string
	switch e.Action {
	case moderation.Move:
		from, to = challengeTitle(r, e.Data.WasChallenge), challengeTitle(r, e.Data.NowChallenge)
	case moderation.Mute, moderation.Eject, moderation.Readmit:
		to = roomTitle(r, e.Data.Room)
	case moderation.Merge, moderation.Split:
		from, to = e.Data.Was, e.Data.Now
	case moderation.Slow:
		from, to = r.T("forum.slow.s"+e.Data.Was), r.T("forum.slow.s"+e.Data.Now)
	case moderation.EditFilter, moderation.EditRule:
		to = e.Data.Title
	case moderation.Role:
		from, to = roleName(r, e.Data.Was), roleName(r, e.Data.Now)
	case moderation.Create, moderation.Edit, moderation.Archive, moderation.Unarchive, moderation.Appoint, moderation.Recall:
		to = challengeTitle(r, e.Data.NowChallenge)
	}
	return r.T(key, "Name", e.ActorName, "Author", e.AuthorName, "From", from, "To", to)
}

// answers reports whether an action answers what waits: a held post, or of a member the application.
func answers(a moderation.Action) bool { return a == moderation.Approve || a == moderation.Reject }

// insideKeys say what an edit of a challenge changed of where its texts may go.
func insideKeys(e moderation.Entry) (keys []string) {
	was, now := e.Data.WasChallenge, e.Data.NowChallenge
	if e.Action != moderation.Edit || was == nil || now == nil {
		return nil
	}
	for _, c := range []struct {
		was, now *bool
		on, off  string
	}{
		{was.KeepInside, now.KeepInside, "moderation.inside.on", "moderation.inside.off"},
		{was.RoomInside, now.RoomInside, "moderation.inside.room_on", "moderation.inside.room_off"},
	} {
		switch {
		case c.was == nil || c.now == nil || *c.was == *c.now:
		case *c.now:
			keys = append(keys, c.on)
		default:
			keys = append(keys, c.off)
		}
	}
	return keys
}

func challengeTitle(r *httpx.Request, c *moderation.ChallengeState) string {
	if c == nil {
		return ""
	}
	title, _ := c.Title.In(r.Locale)
	return title
}

func roomTitle(r *httpx.Request, room *moderation.RoomState) string {
	if room == nil {
		return ""
	}
	title, _ := room.Title.In(r.Locale)
	return title
}

func roleName(r *httpx.Request, role string) string {
	switch account.Role(role) {
	case account.RoleAdmin:
		return r.T("moderation.role.admin")
	case account.RoleModerator:
		return r.T("moderation.role.moderator")
	}
	return r.T("moderation.role.member")
}

// textLang is the value of a lang attribute for a text of unknown language; "" when nothing tells.
func textLang(text string) string { return i18n.TextTag(markup.Lang(text)) }
