package chat

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

func TestAsk(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	for _, c := range []struct {
		what string
		who  account.Viewer
		ask  Ask
		want string
	}{
		{"a visitor", account.Visitor(), Ask{Body: "Why?"}, "error.sign_in"},
		{"nothing", h.li, Ask{Body: " \n\u200b"}, "chat.question.empty"},
		{"too long in Latin", h.li, Ask{Body: strings.Repeat("a", MaxQuestion+1)}, "chat.question.long"},
		{"too long in Chinese", h.li, Ask{Body: strings.Repeat("问", MaxQuestion/2+1)}, "chat.question.long"},
		{"as long as can be", h.li, Ask{Body: strings.Repeat("问", MaxQuestion/2)}, ""},
		{"broken UTF-8", h.li, Ask{Body: "\xff"}, "error.utf8"},
		{"a language nobody writes", h.li, Ask{Body: "Why?", Lang: "tlh"}, "chat.lang.unknown"},
		{"a script", h.li, Ask{Body: "<script>alert(1)</script> **why**?"}, ""},
	} {
		c.ask.Room, c.ask.ClientID = h.room, uuid.New()
		_, err := h.service.Ask(t.Context(), c.who, c.ask)
		wantFault(t, c.what, err, c.want)
	}
	_, err := h.service.Ask(t.Context(), h.li, Ask{Room: 1 << 40, ClientID: uuid.New(), Body: "Why?"})
	wantFault(t, "a room that is not there", err, "chat.room.not_found")

	id := h.ask(h.li, "数据从哪里来？ <img src=x onerror=alert(1)>")
	q := h.question(h.li, id)
	if q.Lang != "zh" || q.State != Queued || q.Votes != 0 || !q.Own || q.Author.Name != h.li.Name || strings.Contains(q.HTML, "<img") {
		t.Errorf("the question is %+v", q)
	}
	if q := h.question(h.anna, id); q.Own || q.Voted {
		t.Errorf("another's question is mine: %+v", q)
	}
}

func TestAsk_twiceIsOnce(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	client := uuid.New()
	ids := make([]QuestionID, 12)
	h.must(allOf(together(len(ids), func(i int) (err error) {
		ids[i], err = h.service.Ask(t.Context(), h.li, Ask{Room: h.room, ClientID: client, Body: fmt.Sprintf("Why, the %d. time?", i)})
		return err
	})))
	if len(slices.Compact(slices.Clone(ids))) != 1 || ids[0] == 0 {
		t.Errorf("one question has the ids %v", ids)
	}
	if events := of(KindQuestion, h.log()); len(events) != 1 {
		t.Errorf("the log has it %d times", len(events))
	}
	other, err := h.service.Ask(t.Context(), h.anna, Ask{Room: h.room, ClientID: client, Body: "Mine"})
	h.must(err)
	if other == ids[0] {
		t.Error("another member's client id gives the same question")
	}
}

// TestAsk_whenItMay walks through the states of a room and who is what in it.
func TestAsk_whenItMay(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	muted, removed, interpreter := h.member("Muted", account.Europe, account.RoleMember), h.member("Removed", account.China, account.RoleMember),
		h.member("译员", account.China, account.RoleMember)
	h.staff(interpreter, Interpreter)
	question := h.ask(h.anna, "To be voted for")
	h.sanction(muted, Muted)
	h.sanction(removed, Removed)
	for _, c := range []struct {
		state State
		who   account.Viewer
		want  string
		raise string // where it differs
	}{
		{Waiting, h.li, "", "chat.room.waiting"},
		{Waiting, h.anna, "", "chat.room.waiting"},
		{Open, h.li, "", ""},
		{Open, muted, "chat.room.muted", "chat.room.muted"},
		{Open, removed, "chat.room.removed", "chat.room.removed"},
		{Open, account.Visitor(), "error.sign_in", "error.sign_in"},
		{Paused, h.li, "chat.room.paused", "chat.room.paused"},
		{Paused, interpreter, "", "chat.room.paused"},
		{Paused, h.anna, "", "chat.room.paused"},
		{Paused, h.mod, "", "chat.room.paused"},
		{Ended, h.li, "chat.room.ended", "chat.room.ended"},
		{Ended, h.anna, "chat.room.ended", "chat.room.ended"},
		{Ended, removed, "chat.room.removed", "chat.room.removed"},
	} {
		h.move(c.state)
		what := fmt.Sprintf("%s, %s", c.state, c.who.Name)
		_, err := h.service.Ask(t.Context(), c.who, Ask{Room: h.room, ClientID: uuid.New(), Body: "May I?"})
		wantFault(t, what+" asks", err, c.want)
		wantFault(t, what+" votes", h.service.Vote(t.Context(), c.who, question, true), c.want)
		wantFault(t, what+" takes the vote back", h.service.Vote(t.Context(), c.who, question, false), c.want)
		wantFault(t, what+" raises a hand", h.service.RaiseHand(t.Context(), c.who, h.room), c.raise)
	}
}

// TestAsk_withoutName reads everything that leaves the core for the name of who asked.
func TestAsk_withoutName(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	id, err := h.service.Ask(t.Context(), h.li, Ask{Room: h.room, ClientID: uuid.New(), Body: "不便署名的问题是什么？", Anonymous: true})
	h.must(err)
	h.must(h.service.Vote(t.Context(), h.li, id, true))
	h.must(h.service.SetQuestion(t.Context(), h.anna, id, Live))
	h.hideQuestion(id)
	h.unhideQuestion(id)
	_, err = h.service.words.Write(t.Context(), h.anna, translation.Subject{Kind: translation.Question, ID: int64(id)}, i18n.En, translation.Form{Text: "What may not be signed?", Revision: -1})
	h.must(err)

	var all strings.Builder
	for _, e := range h.log() {
		if e.Kind.about() != translation.Question {
			continue
		}
		all.WriteString(wire(t, e))
		if e.By.ID == h.li.ID || e.Question.Author != (By{}) {
			t.Errorf("%s is by %+v, of %+v", e.Kind, e.By, e.Question.Author)
		}
	}
	for _, viewer := range []account.Viewer{account.Visitor(), h.anna, h.mod} {
		qs, err := h.service.Questions(t.Context(), viewer, h.room)
		h.must(err)
		all.WriteString(jsonOf(t, qs))
	}
	for _, secret := range []string{h.li.Name, h.li.Handle, fmt.Sprintf(`"id":%d,"name"`, h.li.ID), string(account.China), "member_id"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("what was asked without a name tells %q: %s", secret, all.String())
		}
	}
	var named int
	h.must(h.pool.QueryRow(t.Context(), `select count(*) from room_events where kind in ('question', 'vote', 'question_restore') and member_id is not null`).Scan(&named))
	if named > 0 {
		t.Errorf("%d rows of the log name somebody", named)
	}
	if !h.question(h.li, id).Own {
		t.Error("the asker does not know the question again")
	}

	_, err = h.service.SetRoom(t.Context(), h.anna, h.room, Change{Anonymous: ptr(false)})
	h.must(err)
	_, err = h.service.Ask(t.Context(), h.li, Ask{Room: h.room, ClientID: uuid.New(), Body: "Still?", Anonymous: true})
	wantFault(t, "where names are asked for", err, "chat.question.named")
}

func (h *house) hideQuestion(id QuestionID) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.HideQuestion(h.t.Context(), tx, h.mod, id)
		return err
	}))
}

func (h *house) unhideQuestion(id QuestionID) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.UnhideQuestion(h.t.Context(), tx, h.mod, id)
		return err
	}))
}

func (h *house) members(n int) []account.Viewer {
	h.t.Helper()
	vs := make([]account.Viewer, n)
	for i := range vs {
		vs[i] = h.member(fmt.Sprintf("Member %d", i), []account.Region{account.Europe, account.China, account.Elsewhere}[i%3], account.RoleMember)
	}
	return vs
}

// votes are the rows of a question, by member.
func (h *house) votes(id QuestionID) []account.MemberID {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), `select member_id from question_votes where question_id = $1 order by member_id`, id)
	h.must(err)
	defer rows.Close()
	var all []account.MemberID
	for rows.Next() {
		var m account.MemberID
		h.must(rows.Scan(&m))
		all = append(all, m)
	}
	h.must(rows.Err())
	return all
}

// mustCount checks that a question, its rows and the last word of the log about it agree.
func (h *house) mustCount(id QuestionID, want int) {
	h.t.Helper()
	if q := h.question(h.anna, id); q.Votes != want || len(h.votes(id)) != want {
		h.t.Errorf("question %d has %d votes and %d rows, want %d", id, q.Votes, len(h.votes(id)), want)
	}
	told := -1
	for _, e := range h.log() {
		switch {
		case e.Kind.about() != translation.Question || e.Subject != int64(id):
		case e.Kind == KindVote:
			told = int(e.Frame("").Data.(map[string]any)["votes"].(float64))
		case e.Kind == KindQuestionState: // as of a merge
			told = e.Frame("").Data.(questionData).Votes
		}
	}
	if told != want && (told != -1 || want != 0) {
		h.t.Errorf("the log ends with %d votes for question %d, want %d", told, id, want)
	}
}

func TestVote_manyTwiceAtOnce(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	id := h.ask(h.li, "多少人有同样的问题？")
	voters := h.members(50)
	h.must(allOf(together(2*len(voters), func(i int) error {
		return h.service.Vote(t.Context(), voters[i/2], id, true)
	})))
	h.mustCount(id, len(voters))
	if n := len(of(KindVote, h.log())); n != len(voters) {
		t.Errorf("the log has %d votes, want %d", n, len(voters))
	}
	if !h.question(voters[7], id).Voted || h.question(h.anna, id).Voted {
		t.Error("one's own vote is not one's own")
	}
	h.must(allOf(together(2*len(voters), func(i int) error {
		return h.service.Vote(t.Context(), voters[i/2], id, i/2%2 == 0)
	})))
	h.mustCount(id, len(voters)/2)
}

// TestVote_amongHosts votes while hosts move and merge the questions: nobody waits for the other in a circle, no vote is lost
// and none counts twice.
func TestVote_amongHosts(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	voters := h.members(24)
	into := h.ask(h.li, "Into this")
	merged := []QuestionID{h.ask(h.li, "One"), h.ask(h.li, "Two"), h.ask(h.li, "Three")}
	all := append([]QuestionID{into}, merged...)
	errs := together(len(voters)+2, func(i int) error {
		switch i {
		case len(voters): // one host merges
			for _, id := range merged {
				if err := h.service.Merge(t.Context(), h.anna, id, into); err != nil {
					return err
				}
			}
			return nil
		case len(voters) + 1: // another moves
			for n := range 6 {
				if err := h.service.SetQuestion(t.Context(), h.mod, into, []QuestionState{Live, Queued}[n%2]); err != nil {
					return err
				}
			}
			return nil
		}
		for n := range 4 {
			if err := h.service.Vote(t.Context(), voters[i], all[(i+n)%4], true); err != nil {
				return err
			}
		}
		return nil
	})
	h.must(allOf(errs))
	h.mustCount(into, len(voters))
	for _, id := range merged {
		if q := h.question(h.anna, id); q.State != Merged || q.Into != into {
			t.Errorf("question %d is %s into %d", id, q.State, q.Into)
		}
	}
}

func TestVote_harmlessAndRefused(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	id := h.ask(h.li, "Once?")
	for range 3 {
		h.must(h.service.Vote(t.Context(), h.anna, id, true))
	}
	h.mustCount(id, 1)
	for range 3 {
		h.must(h.service.Vote(t.Context(), h.anna, id, false))
	}
	h.mustCount(id, 0)
	wantFault(t, "a question that is not there", h.service.Vote(t.Context(), h.anna, 1<<40, true), "chat.question.not_found")
	for _, state := range []QuestionState{Answered, Parked} {
		h.must(h.service.SetQuestion(t.Context(), h.anna, id, state))
		wantFault(t, string(state), h.service.Vote(t.Context(), h.li, id, true), "chat.question.over")
	}
	h.hideQuestion(id)
	wantFault(t, "a hidden one", h.service.Vote(t.Context(), h.li, id, true), "chat.question.not_found")
}

func TestMerge_countsVotersOnce(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	v := h.members(5)
	a, b, c := h.ask(h.li, "同一个问题"), h.ask(h.anna, "The same question"), h.ask(h.anna, "The same again")
	for i, id := range []QuestionID{a, a, a, b, b, c} { // 0 1 2 for a, 2 3 for b, 4 for c
		h.must(h.service.Vote(t.Context(), v[[]int{0, 1, 2, 2, 3, 4}[i]], id, true))
	}
	h.must(h.service.Merge(t.Context(), h.anna, a, b))
	if q := h.question(v[0], b); q.Votes != 4 || !q.Voted {
		t.Errorf("after the first merge the question has %d votes", q.Votes)
	}
	h.must(h.service.Merge(t.Context(), h.anna, b, c))
	if q := h.question(v[3], c); q.Votes != 5 || !q.Voted || len(h.votes(c)) != 5 {
		t.Errorf("after the second it has %d votes, %d rows", q.Votes, len(h.votes(c)))
	}
	if q := h.question(h.anna, a); q.State != Merged || q.Into != c {
		t.Errorf("what was merged before is %s into %d, want into %d", q.State, q.Into, c)
	}
	// Whoever presses the old one votes for the new one.
	late := h.member("Late", account.China, account.RoleMember)
	h.must(h.service.Vote(t.Context(), late, a, true))
	h.must(h.service.Vote(t.Context(), late, b, true))
	h.mustCount(c, 6)

	h.must(h.service.SetQuestion(t.Context(), h.anna, a, Queued))
	if q := h.question(h.anna, a); q.State != Queued || q.Into != 0 || q.Votes != 3 {
		t.Errorf("taken out again it is %+v", q)
	}
	h.mustCount(c, 6)
	for _, e := range of(KindQuestionState, h.log()) {
		if e.By.ID != h.anna.ID {
			t.Errorf("who merged was not told: %+v", e.By)
		}
	}
}

func TestMerge_refused(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	a, b, hidden := h.ask(h.li, "A"), h.ask(h.li, "B"), h.ask(h.li, "C")
	h.hideQuestion(hidden)
	elsewhere := h.room
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) (err error) {
		h.room, err = h.service.OpenEventRoom(t.Context(), tx, EventRoom{Workshop: 2, Title: i18n.Text{En: "Other", Zh: "另一场"}, Path: "/w/2-other/room"})
		return err
	}))
	other := h.ask(h.li, "In another room")
	h.room = elsewhere
	wantFault(t, "into itself", h.service.Merge(t.Context(), h.anna, a, a), "chat.question.merge_self")
	wantFault(t, "into a hidden one", h.service.Merge(t.Context(), h.anna, a, hidden), "chat.question.over")
	wantFault(t, "a hidden one", h.service.Merge(t.Context(), h.anna, hidden, a), "chat.question.not_found")
	wantFault(t, "into another room's", h.service.Merge(t.Context(), h.anna, a, other), "chat.question.over")
	wantFault(t, "another room's", h.service.Merge(t.Context(), h.anna, other, a), "error.forbidden")
	wantFault(t, "by who does not host", h.service.Merge(t.Context(), h.li, a, b), "error.forbidden")
	wantFault(t, "moved by who does not host", h.service.SetQuestion(t.Context(), h.li, a, Live), "error.forbidden")
	wantFault(t, "to no state", h.service.SetQuestion(t.Context(), h.anna, a, "gone"), "chat.question.unknown_state")
	wantFault(t, "to be merged into nothing", h.service.SetQuestion(t.Context(), h.anna, a, Merged), "chat.question.unknown_state")
	h.must(h.service.Merge(t.Context(), h.anna, a, b))
	wantFault(t, "twice", h.service.Merge(t.Context(), h.anna, a, b), "chat.question.over")
	wantFault(t, "in a circle", h.service.Merge(t.Context(), h.anna, b, a), "chat.question.over")
}

// TestSetQuestion_oneIsLive has two hosts take up questions at once.
func TestSetQuestion_oneIsLive(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	ids := make([]QuestionID, 8)
	for i := range ids {
		ids[i] = h.ask(h.li, fmt.Sprintf("Question %d", i))
	}
	hosts := []account.Viewer{h.anna, h.mod}
	h.must(allOf(together(len(ids), func(i int) error { return h.service.SetQuestion(t.Context(), hosts[i%2], ids[i], Live) })))
	live := 0
	for _, id := range ids {
		switch q := h.question(h.anna, id); q.State {
		case Live:
			live++
		case Answered:
		default:
			t.Errorf("question %d is %s", id, q.State)
		}
	}
	if live != 1 {
		t.Errorf("%d questions are live, want one", live)
	}
	before := len(h.log())
	h.must(h.service.SetQuestion(t.Context(), h.anna, ids[0], Parked))
	h.must(h.service.SetQuestion(t.Context(), h.anna, ids[0], Parked))
	if n := len(h.log()) - before; n > 1 {
		t.Errorf("moving to where it is makes %d events", n)
	}
}

func TestQuestions_order(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	v := h.members(3)
	ids := map[string]QuestionID{}
	for _, name := range []string{"answered first", "answered last", "parked", "two votes", "old", "young", "live", "one vote", "merged"} {
		ids[name] = h.ask(h.li, name)
	}
	for i, name := range []string{"two votes", "two votes", "one vote"} {
		h.must(h.service.Vote(t.Context(), v[i], ids[name], true))
	}
	for _, m := range []struct {
		name string
		to   QuestionState
	}{{"old", Parked}, {"old", Queued}, {"answered first", Answered}, {"answered last", Answered}, {"parked", Parked}, {"live", Live}} {
		h.must(h.service.SetQuestion(t.Context(), h.anna, ids[m.name], m.to))
	}
	h.must(h.service.Merge(t.Context(), h.anna, ids["merged"], ids["live"]))
	qs, err := h.service.Questions(t.Context(), h.li, h.room)
	h.must(err)
	var got []string
	for _, q := range qs {
		got = append(got, q.Body)
	}
	if want := []string{"live", "two votes", "one vote", "old", "young", "parked", "answered last", "answered first", "merged"}; !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

// TestHideQuestion_leavesNothing reads what is left of a hidden question with a translation, in both languages.
func TestHideQuestion_leavesNothing(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	id := h.ask(h.li, "秘密的问题是什么？")
	subject := translation.Subject{Kind: translation.Question, ID: int64(id)}
	_, err := h.service.words.Write(t.Context(), h.anna, subject, i18n.En, translation.Form{Text: "What is the secret question?", Revision: -1})
	h.must(err)
	h.must(h.service.Vote(t.Context(), h.anna, id, true))
	h.must(h.service.SetQuestion(t.Context(), h.anna, id, Live))
	if e := of(KindQuestionTranslation, h.log())[0]; e.By.ID != 0 || !strings.Contains(wire(t, e), "What is the secret") || !e.Shows(i18n.En) || e.Shows(i18n.Zh) {
		t.Fatalf("its translation is told as %s", wire(t, e))
	}
	if got := h.question(h.li, id).Content(i18n.En); got.Text != "What is the secret question?" || got.Kind != translation.Human {
		t.Fatalf("in English it reads %+v", got)
	}

	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.HideQuestion(t.Context(), tx, h.li, id)
		wantFault(t, "by who neither hosts nor moderates", err, "error.forbidden")
		return nil
	}))
	h.hideQuestion(id)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.HideQuestion(t.Context(), tx, h.mod, id)
		wantFault(t, "twice", err, "chat.already")
		return nil
	}))
	events := h.log()
	mustNotTell(t, "the log", jsonOf(t, events))
	for _, e := range events {
		if e.Kind.about() != translation.Question {
			continue
		}
		got := wire(t, e)
		if e.Kind != KindQuestionRemove && !strings.Contains(got, `"removed":true`) || strings.Contains(got, "html") || strings.Contains(got, "votes") {
			t.Errorf("a hidden question's %s on the wire: %s", e.Kind, got)
		}
		if e.Shows(i18n.En) || e.Shows(i18n.Zh) {
			t.Errorf("a hidden question's %s shows something", e.Kind)
		}
	}
	for _, viewer := range []account.Viewer{h.li, h.anna, h.mod} {
		qs, err := h.service.Questions(t.Context(), viewer, h.room)
		h.must(err)
		if len(qs) != 0 {
			t.Errorf("%s is shown %+v", viewer.Name, qs)
		}
	}
	if removed := of(KindQuestionRemove, events); len(removed) != 1 || removed[0].By.ID != 0 {
		t.Errorf("the removal is told as %+v", removed)
	}
	_, err = h.service.words.Write(t.Context(), h.anna, subject, i18n.En, translation.Form{Text: "The secret again", Revision: -1})
	if err == nil {
		t.Error("a hidden question can be translated")
	}
	wantFault(t, "moved while hidden", h.service.SetQuestion(t.Context(), h.anna, id, Answered), "chat.question.not_found")

	h.unhideQuestion(id)
	q := h.question(h.anna, id)
	if q.Votes != 1 || !q.Voted || q.Content(i18n.En).Text != "What is the secret question?" || q.State != Live {
		t.Errorf("shown again it is %+v", q)
	}
	if back := of(KindQuestionRestore, h.log()); len(back) != 1 || back[0].By.ID != h.li.ID || !strings.Contains(wire(t, back[0]), "秘密的问题") {
		t.Errorf("the return is told as %+v", back)
	}
}

// TestHideQuestion_amongVotes hides and shows a question while many vote for it, and others translate it.
func TestHideQuestion_amongVotes(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	id := h.ask(h.li, "还有别的办法吗？")
	voters := h.members(20)
	subject := translation.Subject{Kind: translation.Question, ID: int64(id)}
	errs := together(len(voters)+2, func(i int) error {
		switch i {
		case len(voters):
			for n := range 5 {
				change := []func(QuestionID){h.hideQuestion, h.unhideQuestion}[n%2]
				change(id)
			}
			return nil
		case len(voters) + 1:
			for n := range 5 {
				_, err := h.service.words.Write(t.Context(), h.anna, subject, i18n.En, translation.Form{Text: fmt.Sprintf("Another way, %d?", n), Revision: -1})
				if err != nil && !strings.Contains(err.Error(), "not_found") {
					return err
				}
			}
			return nil
		}
		return h.service.Vote(t.Context(), voters[i], id, true)
	})
	for _, err := range errs {
		if err != nil {
			wantFault(t, "at the same time", err, "chat.question.not_found")
		}
	}
	h.unhideQuestion(id)
	h.mustCount(id, len(h.votes(id)))
}
