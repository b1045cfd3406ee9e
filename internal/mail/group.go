package mail

// Group is what members turn on and off at once.
type Group string

const (
	Events    Group = "events"    // events that the member has registered for; on until turned off
	Replies   Group = "replies"   // replies, mentions and quotes; off until turned on
	Decisions Group = "decisions" // what moderators decided about the member and what they wrote; off until turned on
	Accounts  Group = "accounts"  // whether an application was accepted; on until turned off
)

// Groups are all there are, in the order of the settings.
func Groups() []Group { return []Group{Events, Accounts, Replies, Decisions} }

// rule is how letters of a group go.
type rule struct {
	wanted   bool // by members who have not chosen
	aDay     int  // letters that one member gets in 24 hours, so that nobody can be flooded through the hub
	priority int  // of its jobs
}

// rules are those of the groups; false for a group that there is not.
func (g Group) rule() (rule, bool) {
	switch g {
	case Events:
		return rule{wanted: true, aDay: 60, priority: 1}, true
	case Accounts:
		return rule{wanted: true, aDay: 10, priority: 1}, true
	case Replies:
		return rule{aDay: 40, priority: 2}, true
	case Decisions:
		return rule{aDay: 40, priority: 2}, true
	}
	return rule{}, false
}
