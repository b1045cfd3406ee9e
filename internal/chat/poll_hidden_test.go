package chat

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

// everything is all that a viewer can read of the room: polls, log, messages.
func (m *meeting) everything(v account.Viewer) string {
	m.t.Helper()
	ps, err := m.service.Polls(m.t.Context(), v, m.room)
	m.must(err)
	ms, _, err := m.service.Before(m.t.Context(), v, m.room, math.MaxInt64, 50)
	m.must(err)
	all := jsonOf(m.t, ps) + jsonOf(m.t, ms)
	for _, e := range m.events(0) {
		all += wire(m.t, e) + jsonOf(m.t, e.Poll)
	}
	return all
}

// TestPoll_resultsWhenClosed: until then nobody, hosts included, is told more than how many have voted.
func TestPoll_resultsWhenClosed(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	id := m.poll(NewPoll{Kind: Single, Results: ResultsClosed, Options: []string{"yes", "no"}})
	cloud := m.poll(NewPoll{Kind: Cloud, Results: ResultsClosed})
	yes := m.options(id)[0]
	before := m.head()
	for _, v := range []account.Viewer{m.anna, m.li, m.mod} {
		m.must(m.service.CastBallot(t.Context(), v, id, []OptionID{yes}))
		m.must(m.send(v, cloud, []string{"secret", "秘密"}))
	}
	for _, v := range []account.Viewer{m.host, m.mod, account.Visitor()} {
		p, c := m.seen(v, id), m.seen(v, cloud)
		if p.Voters != 3 || p.Options[0].Votes != 0 || c.Voters != 3 || len(c.Options) != 0 {
			t.Errorf("%s sees %+v and %+v", v.Role, p, c)
		}
		if v.ID != m.mod.ID {
			mustNotTell(t, "to "+string(v.Role)+" something", m.everything(v))
		}
	}
	if got := m.seen(m.li, cloud); fmt.Sprint(got.OwnWords) != "[secret 秘密]" || len(got.Own) != 2 {
		t.Errorf("his own words are %v", got.OwnWords)
	}
	for _, f := range m.frames(0) {
		raw := jsonOf(t, f.Data)
		if f.Kind == KindBallot && (f.Data["counts"] != nil || f.Data["voters"] == nil) || strings.Contains(raw, `"votes"`) {
			t.Errorf("%s tells %s", f.Kind, raw)
		}
	}
	for _, e := range m.events(before) {
		if e.Shows(i18n.En) {
			t.Errorf("%s has html", e.Kind)
		}
	}
	var word int64
	m.must(m.pool.QueryRow(t.Context(), `select min(id) from poll_options where poll_id = $1`, cloud).Scan(&word))
	subject := translation.Subject{Kind: translation.PollOption, ID: word}
	_, err := m.service.words.Text(t.Context(), subject, i18n.Zh)
	mustFault(t, "the text of a word nobody may see", err, fault.NotFound, "translations.text_not_found")
	if n, err := m.service.words.CountMissing(t.Context(), i18n.Zh); err != nil || n != 4 { // two questions and two answers
		t.Errorf("%d texts wait for a Chinese translation, %v; want 4", n, err)
	}

	for _, id := range []PollID{id, cloud} {
		m.must(m.service.ClosePoll(t.Context(), m.host, id, true))
	}
	if got := m.tally(id) + "; " + m.tally(cloud); got != "yes 3, no 0 of 3; secret 3, 秘密 3 of 3" {
		t.Errorf("closed, they count %s", got)
	}
	if _, err := m.service.words.Text(t.Context(), subject, i18n.Zh); err != nil {
		t.Errorf("closed, its words cannot be translated: %v", err)
	}
	m.must(m.service.ClosePoll(t.Context(), m.host, cloud, false))
	mustNotTell(t, "opened again, the poll", jsonOf(t, m.seen(m.host, cloud)))
}

// TestPoll_closingIsTheEnd: whoever votes while a host closes is counted before it or told that it is over.
func TestPoll_closingIsTheEnd(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	const voters = 24
	id := m.poll(NewPoll{Kind: Single, Options: []string{"a", "b"}})
	o := m.options(id)
	var all sync.WaitGroup
	for i := range voters {
		v := m.member(fmt.Sprintf("Voter %d", i), account.Europe, account.RoleMember)
		all.Go(func() {
			for n := range 6 {
				err := m.service.CastBallot(t.Context(), v, id, o[n%2:][:1])
				if f := fault.Of(err); err != nil && (f == nil || f.Key != "chat.poll.closed") {
					t.Error(err)
				}
			}
		})
	}
	for _, by := range []account.Viewer{m.host, m.mod} {
		all.Go(func() {
			if err := m.service.ClosePoll(t.Context(), by, id, true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m.isExact(id)
	closings := 0
	for _, f := range m.frames(0) {
		switch {
		case f.Kind == KindPollState:
			closings++
		case f.Kind == KindBallot && closings > 0:
			t.Errorf("event %d counts a vote after the closing", f.Seq)
		}
	}
	if closings != 1 {
		t.Errorf("the log tells of %d closings, want 1", closings)
	}
}

func TestSendWords(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	id := m.poll(NewPoll{Kind: Cloud})
	send := func(v account.Viewer, words ...string) error { return m.send(v, id, words) }
	m.must(send(m.anna, "Privacy", " privacy ", "数据伦理"))
	m.must(send(m.li, "ＰＲＩＶＡＣＹ", "數據倫理", "trust"))
	if got := m.tally(id); got != "Privacy 2, 数据伦理 2, trust 1 of 2" {
		t.Errorf("the cloud is %s", got)
	}
	if p := m.seen(m.li, id); p.Options[1].Lang != "zh" || p.Options[2].Lang != "en" || fmt.Sprint(p.OwnWords) != "[Privacy 数据伦理 trust]" {
		t.Errorf("the languages are %q and %q, his words %v", p.Options[1].Lang, p.Options[2].Lang, p.OwnWords)
	}
	for what, c := range map[string]struct {
		words []string
		key   string
	}{
		"four words":  {[]string{"a", "b", "c", "d"}, "chat.poll.words"},
		"no words":    {[]string{" ", "\u200b"}, "chat.poll.words"},
		"a long word": {[]string{strings.Repeat("长", MaxWord/2+1)}, "chat.poll.word_long"},
	} {
		mustFault(t, what, send(m.anna, c.words...), fault.Invalid, c.key)
	}
	mustFault(t, "broken UTF-8", send(m.anna, "a\xff"), fault.Malformed, "error.utf8")
	mustFault(t, "no words of a visitor", send(account.Visitor()), fault.Unauthorised, "error.sign_in")

	// What nobody stands by any more is gone, and back when somebody sends it again.
	before := m.head()
	m.must(send(m.li, "privacy", "ethics"))
	if got := m.tally(id); got != "Privacy 2, 数据伦理 1, ethics 1 of 2" {
		t.Errorf("after another thought the cloud is %s", got)
	}
	m.must(send(m.li, "trust"))
	if got := m.tally(id); got != "Privacy 1, 数据伦理 1, trust 1 of 2" {
		t.Errorf("after a third the cloud is %s", got)
	}
	var kinds []string
	for _, f := range m.frames(before) {
		kinds = append(kinds, string(f.Kind))
	}
	if got := strings.Join(kinds, " "); got != "option ballot option ballot" {
		t.Errorf("the log tells %s", got)
	}
	m.isExact(id)
	m.must(m.service.CastBallot(t.Context(), m.li, id, nil))
	if got := m.tally(id); got != "Privacy 1, 数据伦理 1 of 1" {
		t.Errorf("after a withdrawal the cloud is %s", got)
	}
}

// TestHideWord: a word that a host takes out is gone from everywhere, in both languages, and stays out.
func TestHideWord(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	id := m.poll(NewPoll{Kind: Cloud})
	m.must(m.send(m.anna, id, []string{"Secret", "trust"}))
	m.must(m.send(m.li, id, []string{"secret"}))
	word := m.options(id)[0]
	m.translateSubject(translation.Subject{Kind: translation.PollOption, ID: int64(word)}, i18n.Zh, "秘密")
	mustFault(t, "a member takes a word out", m.service.HideWord(t.Context(), m.anna, id, word), fault.Forbidden, "error.forbidden")
	before := m.head()
	for range 2 {
		m.must(m.service.HideWord(t.Context(), m.host, id, word))
	}
	if fs := m.frames(before); len(fs) != 1 || fs[0].Kind != KindOptionRemove || fs[0].Data["option"] != float64(word) || fs[0].By != nil {
		t.Errorf("the log tells %+v", fs)
	}
	mustNotTell(t, "a page or the log", strings.ToLower(m.everything(m.anna)))
	mustFault(t, "the word again", m.send(m.mod, id, []string{"ＳＥＣＲＥＴ"}), fault.Invalid, "chat.poll.word_hidden")
	before = m.head()
	m.must(m.send(m.li, id, []string{"secret", "trust"}))
	if got := m.tally(id); got != "trust 2 of 2" {
		t.Errorf("the cloud is %s", got)
	}
	if fs := m.frames(before); len(fs) != 1 || len(fs[0].Data["counts"].(map[string]any)) != 1 || fs[0].Data["counts"].(map[string]any)[str(word)] != nil {
		t.Errorf("the log still counts it: %+v", fs)
	}
	m.must(m.service.CastBallot(t.Context(), m.anna, id, nil))
	m.must(m.service.CastBallot(t.Context(), m.li, id, nil))
	mustFault(t, "the word, once nobody stands by it", m.send(m.mod, id, []string{"secret"}), fault.Invalid, "chat.poll.word_hidden")

	single := m.poll(NewPoll{Kind: Single, Options: []string{"yes", "no"}})
	mustFault(t, "an answer taken out", m.service.HideWord(t.Context(), m.host, single, m.options(single)[0]), fault.Invalid, "chat.poll.choice")
}

func (m *meeting) translateSubject(sub translation.Subject, l i18n.Locale, text string) {
	m.t.Helper()
	_, err := m.service.words.Write(m.t.Context(), m.anna, sub, l, translation.Form{Text: text, Revision: -1})
	m.must(err)
}

// TestPoll_translations: those of the question and of the answers come as events, each to its readers.
func TestPoll_translations(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	id := m.poll(NewPoll{Kind: Single, Body: "Which data do you share?", Options: []string{"Genomes", "None at all"}})
	o := m.options(id)[0]
	before := m.head()
	m.translateSubject(translation.Subject{Kind: translation.Poll, ID: int64(id)}, i18n.Zh, "您共享哪些数据？")
	m.translateSubject(translation.Subject{Kind: translation.PollOption, ID: int64(o)}, i18n.Zh, "基因组")
	events := m.events(before)
	if len(events) != 2 || events[0].Kind != KindPollTranslation || events[1].Kind != KindOptionTranslation {
		t.Fatalf("the log tells %+v", events)
	}
	for _, e := range events {
		if e.By.ID != 0 || !e.Shows(i18n.Zh) || e.Shows(i18n.En) {
			t.Errorf("%s is by %d, shows in Chinese %v, in English %v; want nobody, true, false", e.Kind, e.By.ID, e.Shows(i18n.Zh), e.Shows(i18n.En))
		}
	}
	fs := m.frames(before)
	if d := fs[0].Data; d["text"] != "您共享哪些数据？" || d["locale"] != "zh" || d["kind"] != "human" || d["by"] != "Anna Weber" || d["id"] != float64(id) {
		t.Errorf("the question's data is %v", d)
	}
	if d := fs[1].Data; d["option"] != float64(o) || d["id"] != float64(id) || d["content"].(map[string]any)["text"] != "基因组" {
		t.Errorf("the answer's data is %v", d)
	}
	p := m.seen(m.li, id)
	if zh, en := p.Content(i18n.Zh), p.Content(i18n.En); zh.Text != "您共享哪些数据？" || en.Text != p.Body || en.Translated() {
		t.Errorf("the page shows %q in Chinese, %q in English", zh.Text, en.Text)
	}
	if got := p.Options[0].Content(i18n.Zh).Text + p.Options[1].Content(i18n.Zh).Text; got != "基因组None at all" {
		t.Errorf("its answers read %s", got)
	}
	writing, err := m.service.words.Text(t.Context(), translation.Subject{Kind: translation.PollOption, ID: int64(o)}, i18n.Zh)
	if err != nil || writing.Path != fmt.Sprintf("/w/1-sepsis/room#poll-%d", id) || !writing.Plain {
		t.Errorf("translators get %+v, %v", writing, err)
	}
}

// TestHidePoll: question, answers, results and translations go, from everywhere, and come again.
func TestHidePoll(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	id := m.poll(NewPoll{Kind: Single, Body: "What is the secret?", Options: []string{"the secret", "none"}})
	o := m.options(id)
	m.translateSubject(translation.Subject{Kind: translation.Poll, ID: int64(id)}, i18n.Zh, "什么是秘密？")
	m.translateSubject(translation.Subject{Kind: translation.PollOption, ID: int64(o[0])}, i18n.Zh, "这个秘密")
	m.must(m.service.CastBallot(t.Context(), m.anna, id, o[:1]))
	set := func(v account.Viewer, f func(*pg.Tx) (Subject, error)) (sub Subject, err error) {
		err = m.store.InTx(t.Context(), func(tx *pg.Tx) error { sub, err = f(tx); return err })
		return sub, err
	}
	hide := func(v account.Viewer) (Subject, error) {
		return set(v, func(tx *pg.Tx) (Subject, error) { return m.service.HidePoll(t.Context(), tx, v, id) })
	}
	_, err := hide(m.anna)
	mustFault(t, "who does not host hides a poll", err, fault.Forbidden, "error.forbidden")
	before := m.head()
	sub, err := hide(m.mod)
	m.must(err)
	if sub.AuthorID != m.host.ID || sub.Room != m.room || sub.Excerpt != "What is the secret?" || sub.Path != fmt.Sprintf("/w/1-sepsis/room#poll-%d", id) {
		t.Errorf("the decision is about %+v", sub)
	}
	_, err = hide(m.mod)
	mustFault(t, "hiding it again", err, fault.Conflict, "chat.already")
	mustNotTell(t, "a page or the log", m.everything(m.anna))
	for _, f := range m.frames(0) {
		about := f.Data["id"] == float64(id)
		if about && f.Kind != KindPollRemove && (f.Data["removed"] != true || len(f.Data) != 2) {
			t.Errorf("%s of a hidden poll tells %v", f.Kind, f.Data)
		}
	}
	for _, e := range m.events(0) {
		if e.Shows(i18n.En) || e.Shows(i18n.Zh) {
			t.Errorf("%s of a hidden poll has html", e.Kind)
		}
	}
	if fs := m.frames(before); len(fs) != 1 || fs[0].Kind != KindPollRemove || fs[0].By != nil || len(fs[0].Data) != 1 {
		t.Errorf("the log tells %+v", fs)
	}
	mustFault(t, "a vote in it", m.service.CastBallot(t.Context(), m.li, id, o[:1]), fault.NotFound, "chat.poll.not_found")
	mustFault(t, "closing it", m.service.ClosePoll(t.Context(), m.host, id, true), fault.NotFound, "chat.poll.not_found")
	_, err = m.service.words.Text(t.Context(), translation.Subject{Kind: translation.PollOption, ID: int64(o[0])}, i18n.Zh)
	mustFault(t, "translating its answer", err, fault.NotFound, "translations.text_not_found")

	before = m.head()
	_, err = set(m.mod, func(tx *pg.Tx) (Subject, error) { return m.service.UnhidePoll(t.Context(), tx, m.mod, id) })
	m.must(err)
	events := m.events(before)
	if len(events) != 1 || events[0].Kind != KindPollRestore || events[0].By.ID != 0 || !events[0].Shows(i18n.Zh) {
		t.Fatalf("the log tells %+v", events)
	}
	var data struct{ Voters int }
	m.must(json.Unmarshal([]byte(jsonOf(t, events[0].Frame("").Data)), &data))
	if got := m.seen(m.li, id).Content(i18n.Zh).Text; got != "什么是秘密？" || data.Voters != 1 || m.tally(id) != "the secret 1, none 0 of 1" {
		t.Errorf("shown again, it reads %s and counts %s, %d voters", got, m.tally(id), data.Voters)
	}
}
