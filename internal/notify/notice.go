package notify

import (
	"strconv"
	"strings"
	"time"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/translation"
)

// ID names a notice.
type ID int64

// Kind says what happened.
type Kind string

const (
	KindReply       Kind = "reply"    // somebody replied in a thread the member follows
	KindMention     Kind = "mention"  // somebody named the member
	KindQuote       Kind = "quote"    // somebody quoted a post of the member
	KindThread      Kind = "thread"   // somebody started a thread in a challenge the member follows
	KindHidden      Kind = "hidden"   // a moderator hid the member's post or message
	KindRestored    Kind = "restored" // … and shows it again
	KindLocked      Kind = "locked"   // a moderator locked the member's thread
	KindUnlocked    Kind = "unlocked"
	KindMoved       Kind = "moved"       // … moved it to another challenge
	KindMerged      Kind = "merged"      // … merged it into another one
	KindSplit       Kind = "split"       // … made a thread of its own of some of its replies
	KindRenamed     Kind = "renamed"     // … gave it another title
	KindTranslated  Kind = "translated"  // somebody translated a text of the member, or one the member follows, or corrected that
	KindOutdated    Kind = "outdated"    // a text that the member translated was changed
	KindRole        Kind = "role"        // an administrator changed the member's role
	KindTrusted     Kind = "trusted"     // a moderator trusts the member with reviewing translations
	KindDistrusted  Kind = "distrusted"  // … or no longer
	KindAppointed   Kind = "appointed"   // an administrator made the member moderator of a challenge
	KindRecalled    Kind = "recalled"    // … or no longer
	KindMuted       Kind = "muted"       // a host or moderator muted the member in a room
	KindEjected     Kind = "ejected"     // … removed the member from it
	KindReadmitted  Kind = "readmitted"  // … lets the member take part again
	KindWarned      Kind = "warned"      // a moderator warned the member
	KindUnwarned    Kind = "unwarned"    // … took that back
	KindSilenced    Kind = "silenced"    // … keeps the member from writing for a time
	KindUnsilenced  Kind = "unsilenced"  // … no longer
	KindSuspended   Kind = "suspended"   // … shut the member out
	KindUnsuspended Kind = "unsuspended" // … and let the member in again

	KindAppealUpheld Kind = "appeal_upheld" // a decision stays after the member's appeal

	KindHeld       Kind = "held"        // a post of the member waits for a moderator
	KindEdited     Kind = "edited"      // a moderator took something out of what the member wrote
	KindErased     Kind = "erased"      // an administrator erased it for good
	KindApproved   Kind = "approved"    // … is shown now
	KindRejected   Kind = "rejected"    // … is not
	KindAdmitted   Kind = "admitted"    // a moderator let the applicant take part
	KindTurnedDown Kind = "turned_down" // … did not, and the account is closed

	KindRaid Kind = "raid" // the hub is being flooded, and posts of new members are held

	KindReportActed     Kind = "report_acted"     // a moderator acted on what the member reported
	KindReportDismissed Kind = "report_dismissed" // … found nothing wrong with it

	KindRegistered     Kind = "registered"      // the member has a seat at an event
	KindWaiting        Kind = "waiting"         // … is on its waiting list
	KindMovedUp        Kind = "moved_up"        // … has moved up from there to a seat
	KindEventTomorrow  Kind = "event_tomorrow"  // the event begins in a day
	KindEventSoon      Kind = "event_soon"      // … in an hour
	KindEventNow       Kind = "event_now"       // … is on
	KindEventChanged   Kind = "event_changed"   // its time or place is another one
	KindEventCancelled Kind = "event_cancelled" // it will not take place
	KindEventStaff     Kind = "event_staff"     // the member was given a role in it
	KindEventOutcome   Kind = "event_outcome"   // what came of it was published as a thread
)

// Notice is what one member is told once.
type Notice struct {
	To      account.MemberID
	Kind    Kind
	Actor   account.MemberID // who did it; he is never told himself. 0: the hub
	Subject string           // what it is about: Subject("post", 99)
	Within  string           // what that is part of: Subject("thread", 12), so that hiding a thread retracts it too
	Path    string           // where it leads, without the locale: "/t/12-title#post-99"
	Data    Data
}

// Data are the values a notice is told with.
type Data struct {
	Title     string       `json:"title,omitempty"` // of the thread
	Lang      string       `json:"lang,omitempty"`  // of Title
	Reason    string       `json:"reason,omitempty"`
	Rule      string       `json:"rule,omitempty"`      // the key of the rule that a decision applies
	Was       string       `json:"was,omitempty"`       // the former title
	Challenge *i18n.Text   `json:"challenge,omitempty"` // where a thread was started or moved to; the name of the room it is about
	Role      account.Role `json:"role,omitempty"`
	Until     *time.Time   `json:"until,omitempty"` // the end of a sanction; nil: it has none
	Into      i18n.Locale  `json:"into,omitempty"`  // the language of a translation
	Event     *i18n.Text   `json:"event,omitempty"` // the title of an event
	Start     *time.Time   `json:"start,omitempty"` // of it
	Staff     string       `json:"staff,omitempty"` // chat.StaffRole that was given
}

// Subject names a thing as notices and pg.Changes do: "post:99".
func Subject[T ~int64](kind string, id T) string {
	return kind + ":" + strconv.FormatInt(int64(id), 10)
}

// Item is a notice as its member reads it.
type Item struct {
	ID                ID
	Kind              Kind
	ActorName         string // of replies, mentions, quotes and threads; what moderators do is told without a name
	Subject           string
	Path              string
	Data              Data
	CreatedAt         time.Time
	ReadAt            *time.Time
	translation.Found // of the title
}

// Title is what a reader of that locale sees of the title; the inbox was read for that locale.
func (i Item) Title(l i18n.Locale) translation.Shown {
	lang := i.Data.Lang
	if lang == "" {
		lang = markup.Lang(i.Data.Title)
	}
	return translation.Content(translation.Text{Source: i.Data.Title, Lang: lang}, i.Found, l)
}

// About is the kind of thing the notice is about: "post", "message", "poll", "thread", "member".
func (i Item) About() string {
	kind, _, _ := strings.Cut(i.Subject, ":")
	return kind
}
