package notifyweb

import (
	"strconv"
	"time"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/translation"
)

// inboxView is what the inbox page shows.
type inboxView struct {
	Rows   []row
	Unread bool  // there is something to mark as read
	Before int64 // the cursor of this page; 0: the newest
	Next   notify.ID
}

// row is a notice in the reader's words.
type row struct {
	Icon      string
	Sentence  string
	URL       string // "": it leads nowhere
	Title     string // of the thread; "" when there is none
	TitleLang string // of Title as it was written
	Shown     translation.Shown
	Was       string // the former title
	WasLang   string
	Reason    string
	At        time.Time
	Unread    bool
}

func (h *Handlers) row(r *httpx.Request, n notify.Item) row {
	v := row{
		Icon: icons[n.Kind], Sentence: sentence(r, n), Title: n.Data.Title, TitleLang: n.Data.Lang, Shown: n.Title(r.Locale),
		Was: n.Data.Was, WasLang: htmlLang("", n.Data.Was), Reason: h.reasons.In(r, n.Data.Reason), At: n.CreatedAt, Unread: n.ReadAt == nil,
	}
	if v.Icon == "" {
		v.Icon = "info"
	}
	if n.Path != "" {
		v.URL = r.URL("/inbox/" + strconv.FormatInt(int64(n.ID), 10))
	}
	return v
}

var icons = map[notify.Kind]string{
	notify.KindReply: "reply", notify.KindMention: "person", notify.KindQuote: "quote", notify.KindThread: "chat",
	notify.KindHidden: "hide", notify.KindRestored: "show", notify.KindLocked: "lock", notify.KindUnlocked: "unlock",
	notify.KindTranslated: "translate", notify.KindOutdated: "translate", notify.KindMoved: "move", notify.KindRenamed: "edit", notify.KindRole: "shield",
	notify.KindTrusted: "translate", notify.KindDistrusted: "translate",
	notify.KindMuted: "lock", notify.KindEjected: "lock", notify.KindReadmitted: "unlock",
}

// sentence puts a notice into words.
func sentence(r *httpx.Request, n notify.Item) string {
	name := n.ActorName
	if name == "" {
		name = r.T("notify.somebody")
	}
	inRoom := n.About() == "message"
	switch n.Kind {
	case notify.KindReply:
		return r.T("notify.reply", "Name", name)
	case notify.KindMention:
		return either(r, inRoom, "notify.mention_room", "notify.mention", "Name", name)
	case notify.KindQuote:
		return r.T("notify.quote", "Name", name)
	case notify.KindThread:
		return either(r, n.Data.Challenge != nil, "notify.thread_in", "notify.thread", "Name", name, "Challenge", challenge(r, n))
	case notify.KindHidden:
		return either(r, inRoom, "notify.hidden_message", "notify.hidden_post")
	case notify.KindRestored:
		return either(r, inRoom, "notify.restored_message", "notify.restored_post")
	case notify.KindLocked:
		return r.T("notify.locked")
	case notify.KindUnlocked:
		return r.T("notify.unlocked")
	case notify.KindMoved:
		return either(r, n.Data.Challenge != nil, "notify.moved_to", "notify.moved", "Challenge", challenge(r, n))
	case notify.KindRenamed:
		return r.T("notify.renamed")
	case notify.KindTranslated:
		return r.T("notify.translated", "Name", name, "Language", r.T("lang."+string(n.Data.Into)))
	case notify.KindOutdated:
		return r.T("notify.outdated")
	case notify.KindTrusted:
		return r.T("notify.trusted")
	case notify.KindDistrusted:
		return r.T("notify.distrusted")
	case notify.KindMuted:
		return r.T("notify.muted", "Room", challenge(r, n))
	case notify.KindEjected:
		return r.T("notify.ejected", "Room", challenge(r, n))
	case notify.KindReadmitted:
		return r.T("notify.readmitted", "Room", challenge(r, n))
	case notify.KindRole:
		return role(r, n.Data.Role)
	}
	return r.T("notify.something")
}

func either(r *httpx.Request, first bool, a, b string, args ...any) string {
	if first {
		return r.T(a, args...)
	}
	return r.T(b, args...)
}

func challenge(r *httpx.Request, n notify.Item) string {
	if n.Data.Challenge == nil {
		return ""
	}
	title, _ := n.Data.Challenge.In(r.Locale)
	return title
}

func role(r *httpx.Request, to account.Role) string {
	switch to {
	case account.RoleAdmin:
		return r.T("notify.role_admin")
	case account.RoleModerator:
		return r.T("notify.role_moderator")
	}
	return r.T("notify.role_member")
}

// htmlLang is the value of a lang attribute for a text whose language may be unknown: then it is guessed.
func htmlLang(lang, text string) string {
	if lang == "" {
		lang = markup.Lang(text)
	}
	return i18n.TextTag(lang)
}
