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
		Icon: icons[n.Kind], Sentence: sentence(r.P, n), Title: n.Data.Title, TitleLang: n.Data.Lang, Shown: n.Title(r.Locale),
		Was: n.Data.Was, WasLang: htmlLang("", n.Data.Was), Reason: h.reasons.In(r.P, n.Data.Reason), At: n.CreatedAt, Unread: n.ReadAt == nil,
	}
	if v.Icon == "" {
		v.Icon = "info"
	}
	if n.Data.Event != nil && n.Data.Start != nil {
		v.Sentence = event(r, n)
		title, lang := n.Data.Event.In(r.Locale)
		v.Title, v.TitleLang = title, string(lang)
		v.Shown = translation.Content(translation.Text{Source: title, Lang: string(lang)}, translation.Found{}, r.Locale)
	}
	if n.Path != "" {
		v.URL = r.URL("/inbox/" + strconv.FormatInt(int64(n.ID), 10))
	}
	return v
}

var icons = map[notify.Kind]string{
	notify.KindReply: "reply", notify.KindMention: "person", notify.KindQuote: "quote", notify.KindThread: "chat",
	notify.KindHidden: "hide", notify.KindRestored: "show", notify.KindLocked: "lock", notify.KindUnlocked: "unlock",
	notify.KindTranslated: "translate", notify.KindOutdated: "translate", notify.KindMoved: "move", notify.KindRenamed: "edit", notify.KindMerged: "move", notify.KindSplit: "move", notify.KindRole: "shield",
	notify.KindTrusted: "translate", notify.KindDistrusted: "translate", notify.KindAppointed: "shield", notify.KindRecalled: "shield",
	notify.KindWarned: "warning", notify.KindUnwarned: "shield", notify.KindSilenced: "lock", notify.KindUnsilenced: "unlock", notify.KindSuspended: "lock",
	notify.KindUnsuspended: "unlock", notify.KindAppealUpheld: "shield",
	notify.KindHeld: "history", notify.KindApproved: "check", notify.KindEdited: "edit", notify.KindRejected: "hide", notify.KindErased: "hide", notify.KindRaid: "warning",
	notify.KindAdmitted: "check", notify.KindTurnedDown: "lock",
	notify.KindReportActed: "shield", notify.KindReportDismissed: "shield",
	notify.KindMuted: "lock", notify.KindEjected: "lock", notify.KindReadmitted: "unlock",
	notify.KindRegistered: "check", notify.KindWaiting: "history", notify.KindMovedUp: "check", notify.KindEventTomorrow: "calendar",
	notify.KindEventSoon: "calendar", notify.KindEventNow: "people", notify.KindEventChanged: "calendar", notify.KindEventCancelled: "warning",
	notify.KindEventStaff: "person", notify.KindEventOutcome: "chat",
}

// sentence puts a notice into words.
func sentence(p *i18n.Printer, n notify.Item) string {
	name := n.ActorName
	if name == "" {
		name = p.T("notify.somebody")
	}
	inRoom := n.About() == "message"
	switch n.Kind {
	case notify.KindReply:
		return p.T("notify.reply", "Name", name)
	case notify.KindMention:
		if inRoom {
			return either(p, n.Data.Challenge != nil, "notify.mention_in", "notify.mention_room", "Name", name, "Challenge", challenge(p, n))
		}
		return p.T("notify.mention", "Name", name)
	case notify.KindQuote:
		return p.T("notify.quote", "Name", name)
	case notify.KindThread:
		return either(p, n.Data.Challenge != nil, "notify.thread_in", "notify.thread", "Name", name, "Challenge", challenge(p, n))
	case notify.KindHidden:
		return p.T("notify.hidden_" + kindOf(n))
	case notify.KindRestored:
		return p.T("notify.restored_" + kindOf(n))
	case notify.KindLocked:
		return p.T("notify.locked")
	case notify.KindUnlocked:
		return p.T("notify.unlocked")
	case notify.KindMoved:
		return either(p, n.Data.Challenge != nil, "notify.moved_to", "notify.moved", "Challenge", challenge(p, n))
	case notify.KindMerged:
		return p.T("notify.merged")
	case notify.KindSplit:
		return p.T("notify.split")
	case notify.KindRenamed:
		return p.T("notify.renamed")
	case notify.KindTranslated:
		return p.T("notify.translated", "Name", name, "Language", p.T("lang."+string(n.Data.Into)))
	case notify.KindOutdated:
		return p.T("notify.outdated")
	case notify.KindTrusted:
		return p.T("notify.trusted")
	case notify.KindDistrusted:
		return p.T("notify.distrusted")
	case notify.KindAppointed:
		return p.T("notify.appointed", "Challenge", challenge(p, n))
	case notify.KindRecalled:
		return p.T("notify.recalled", "Challenge", challenge(p, n))
	case notify.KindMuted:
		return p.T("notify.muted", "Room", challenge(p, n))
	case notify.KindEjected:
		return p.T("notify.ejected", "Room", challenge(p, n))
	case notify.KindReadmitted:
		return p.T("notify.readmitted", "Room", challenge(p, n))
	case notify.KindWarned:
		return p.T("notify.warned")
	case notify.KindUnwarned:
		return p.T("notify.unwarned")
	case notify.KindSilenced:
		return p.T("notify.silenced")
	case notify.KindUnsilenced:
		return p.T("notify.unsilenced")
	case notify.KindSuspended:
		return p.T("notify.suspended")
	case notify.KindUnsuspended:
		return p.T("notify.unsuspended")
	case notify.KindAppealUpheld:
		return p.T("notify.appeal_upheld")
	case notify.KindHeld:
		return p.T("notify.held")
	case notify.KindErased:
		return p.T("notify.erased")
	case notify.KindEdited:
		return p.T("notify.edited")
	case notify.KindApproved:
		return p.T("notify.approved")
	case notify.KindRejected:
		return p.T("notify.rejected")
	case notify.KindAdmitted:
		return p.T("notify.admitted")
	case notify.KindTurnedDown:
		return p.T("notify.turned_down")
	case notify.KindRaid:
		return p.T("notify.raid")
	case notify.KindReportActed:
		return p.T("notify.report_acted")
	case notify.KindReportDismissed:
		return p.T("notify.report_dismissed")
	case notify.KindRole:
		return role(p, n.Data.Role)
	}
	return p.T("notify.something")
}

// event puts a notice about an event into words, with its beginning by the reader's clocks.
func event(r *httpx.Request, n notify.Item) string {
	if n.Kind == notify.KindEventStaff {
		return r.T("notify.event_staff_" + n.Data.Staff)
	}
	key, ok := eventKeys[n.Kind]
	if !ok {
		return r.T("notify.something")
	}
	return r.T(key, "When", r.P.DateTime(r.In(*n.Data.Start)))
}

var eventKeys = map[notify.Kind]string{
	notify.KindRegistered: "notify.registered", notify.KindWaiting: "notify.waiting", notify.KindMovedUp: "notify.moved_up",
	notify.KindEventTomorrow: "notify.event_tomorrow", notify.KindEventSoon: "notify.event_soon", notify.KindEventNow: "notify.event_now",
	notify.KindEventChanged: "notify.event_changed", notify.KindEventCancelled: "notify.event_cancelled",
	notify.KindEventOutcome: "notify.event_outcome",
}

// kindOf is the kind of text that a notice is about.
func kindOf(n notify.Item) string {
	switch kind := n.About(); kind {
	case "message", "question", "poll":
		return kind
	}
	return "post"
}

func either(p *i18n.Printer, first bool, a, b string, args ...any) string {
	if first {
		return p.T(a, args...)
	}
	return p.T(b, args...)
}

func challenge(p *i18n.Printer, n notify.Item) string {
	if n.Data.Challenge == nil {
		return ""
	}
	title, _ := n.Data.Challenge.In(p.Locale)
	return title
}

func role(p *i18n.Printer, to account.Role) string {
	switch to {
	case account.RoleAdmin:
		return p.T("notify.role_admin")
	case account.RoleModerator:
		return p.T("notify.role_moderator")
	}
	return p.T("notify.role_member")
}

// htmlLang is the value of a lang attribute for a text whose language may be unknown: then it is guessed.
func htmlLang(lang, text string) string {
	if lang == "" {
		lang = markup.Lang(text)
	}
	return i18n.TextTag(lang)
}
