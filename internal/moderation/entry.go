package moderation

import (
	"strconv"
	"time"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/i18n"
)

// LogID names a row of the log.
type LogID int64

// What a decision can be about.
const (
	Post       = "post"
	Message    = "message"
	Question   = "question" // asked in a room
	Poll       = "poll"
	FilterKind = "filter"
	RuleKind   = "rule"
	PolicyKind = "policy"   // 0 is the one there is
	Decided    = "decision" // a row of the log that is appealed against
	Thread     = "thread"
	Member     = "member"
	Challenge  = "challenge" // 0 is all of them
)

// Subject is what a decision is about.
type Subject struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// String is the subject as notices and pg.Changes name it: "post:99".
func (s Subject) String() string { return s.Kind + ":" + strconv.FormatInt(s.ID, 10) }

// Entry is a row of the log.
type Entry struct {
	ID          LogID
	At          time.Time
	ActorID     account.MemberID
	ActorName   string
	Action      Action
	SubjectKind string
	SubjectID   int64
	AuthorID    account.MemberID // whose it was; 0: nobody's
	AuthorName  string
	Reason      string
	Rule        string // the key of the rule that it applies; "": none
	Case        CaseID // what it was decided for; 0: of itself
	Data        Data
	Undoes      LogID // the row it undoes; 0: none
	UndoneBy    LogID // the row that undoes it; 0: none
	Stands      bool  // no later row decides the same of the same subject
}

// Subject is what the entry is about.
func (e Entry) Subject() Subject { return Subject{Kind: e.SubjectKind, ID: e.SubjectID} }

// Undoable reports whether the viewer may take the decision back now.
func (e Entry) Undoable(viewer account.Viewer) bool {
	return e.Stands && e.Action.Undoable() && permit(viewer, e.Action) == nil
}

// Data is what a row says beyond its columns: how the subject was called and where it was at that time, and what it
// was before, which is what undoing needs.
type Data struct {
	Title        string          `json:"title,omitempty"` // of the thread, or the member's name
	Path         string          `json:"path,omitempty"`  // without the locale
	Was          string          `json:"was,omitempty"`   // the former title or role
	Now          string          `json:"now,omitempty"`   // the title or role given
	WasChallenge *ChallengeState `json:"was_challenge,omitempty"`
	NowChallenge *ChallengeState `json:"now_challenge,omitempty"`
	ChallengeIDs []int64         `json:"order,omitempty"`
	Room         *RoomState      `json:"room,omitempty"`
	Moved        *forum.Moved    `json:"moved,omitempty"` // posts, from one thread to another
	Until        *time.Time      `json:"until,omitempty"` // the end of a sanction; account.ForEver: it does not end by itself
}

// ChallengeState is a challenge as it was when the row was written.
type ChallengeState struct {
	ID      int64     `json:"id"`
	Slug    string    `json:"slug"`
	Title   i18n.Text `json:"title"`
	Summary i18n.Text `json:"summary,omitzero"`

	// Whether texts of it, and what is said in its room, are kept from engines outside the house; nil in rows that are
	// older than the question.
	KeepInside *bool `json:"keep_inside,omitempty"`
	Slow       *int  `json:"slow_seconds,omitempty"`
	RoomInside *bool `json:"room_inside,omitempty"`
}
