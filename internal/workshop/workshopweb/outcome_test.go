package workshopweb_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
	"senet/internal/workshop"
)

// meeting is an event whose room is open, with people in it.
type meeting struct {
	*apptest.Site
	path  string // of the event, without the language
	id    workshop.ID
	room  chat.RoomID
	anna  apptest.Person // a moderator, its organiser
	host  apptest.Person
	wang  apptest.Person // who comes
	marie apptest.Person // who comes, too
}

func meet(t *testing.T, changes ...string) *meeting {
	t.Helper()
	m := &meeting{Site: apptest.New(t, pgtest.DB(t))}
	m.Hub.Chat.Start()
	t.Cleanup(m.Hub.Chat.Stop)
	m.anna = m.Person("Anna Weber", account.RoleModerator, i18n.En)
	m.host = m.Person("Hugo Host", account.RoleMember, i18n.En)
	m.wang = m.Person("王敏", account.RoleMember, i18n.Zh)
	m.marie = m.Person("Marie Curie", account.RoleMember, i18n.En)
	m.path = announced(t, m.Site, m.anna, append([]string{"capacity", "9"}, changes...)...)
	m.Submit(m.wang, "/zh"+m.path+"/register", nil).Want(303)
	m.Submit(m.marie, "/en"+m.path+"/register", nil).Want(303)
	m.Submit(m.anna, "/en"+m.path+"/staff", url.Values{"handle": {"hugohost"}, "role": {"host"}}).Want(303)
	number, _, _ := strings.Cut(strings.TrimPrefix(m.path, "/w/"), "-")
	id, err := strconv.ParseInt(number, 10, 64)
	m.must(err)
	m.id = workshop.ID(id)
	room, err := m.Hub.Chat.RoomOfWorkshop(t.Context(), m.anna.Viewer, id)
	m.must(err)
	m.room = room.ID
	open := chat.Open
	m.set(chat.Change{State: &open})
	return m
}

func (m *meeting) must(err error) {
	m.T.Helper()
	if err != nil {
		m.T.Fatal(err)
	}
}

func (m *meeting) set(c chat.Change) {
	m.T.Helper()
	_, err := m.Hub.Chat.SetRoom(m.T.Context(), m.anna.Viewer, m.room, c)
	m.must(err)
}

func (m *meeting) say(by apptest.Person, body string) (id chat.MessageID, seq int64) {
	m.T.Helper()
	seq, err := m.Hub.Chat.Say(m.T.Context(), by.Viewer, chat.Say{Room: m.room, ClientID: uuid.New(), Body: body})
	m.must(err)
	m.must(m.Store.QueryRow(m.T.Context(), `select id from messages where room_id = $1 and seq = $2`, m.room, seq).Scan(&id))
	return id, seq
}

func (m *meeting) mark(id chat.MessageID, mark chat.Mark) {
	m.T.Helper()
	m.must(m.Hub.Chat.SetMark(m.T.Context(), m.anna.Viewer, id, mark, true))
}

func (m *meeting) translate(kind translation.SubjectKind, id int64, l i18n.Locale, text string) {
	m.T.Helper()
	_, err := m.Hub.Translation.Write(m.T.Context(), m.wang.Viewer, translation.Subject{Kind: kind, ID: id}, l, translation.Form{Text: text})
	m.must(err)
}

// hold has the people say, ask, answer, vote and decide.
func (m *meeting) hold() (decision chat.MessageID, seq int64) {
	m.T.Helper()
	ctx := m.T.Context()
	pinned, _ := m.say(m.wang, "下次会议在成都")
	m.mark(pinned, chat.Pin)
	q, err := m.Hub.Chat.Ask(ctx, m.wang.Viewer, chat.Ask{Room: m.room, ClientID: uuid.New(), Body: "谁来付费？"})
	m.must(err)
	m.translate(translation.Question, int64(q), "en", "Who pays?")
	m.must(m.Hub.Chat.SetQuestion(ctx, m.anna.Viewer, q, chat.Live))
	answer, _ := m.say(m.marie, "The hospitals pay.\n\n```\n# no heading of the thread")
	m.translate(translation.Message, int64(answer), "zh", "由医院付费。")
	m.must(m.Hub.Chat.SetQuestion(ctx, m.anna.Viewer, q, chat.Answered))
	poll, err := m.Hub.Chat.OpenPoll(ctx, m.anna.Viewer, chat.NewPoll{Room: m.room, ClientID: uuid.New(), Kind: chat.Single, Body: "Shall we share | all?", Options: []string{"Yes", "No"}, Results: chat.ResultsClosed})
	m.must(err)
	m.translate(translation.Poll, int64(poll), "zh", "是否全部共享？")
	polls, err := m.Hub.Chat.Polls(ctx, m.wang.Viewer, m.room)
	m.must(err)
	m.must(m.Hub.Chat.CastBallot(ctx, m.wang.Viewer, poll, []chat.OptionID{polls[0].Options[0].ID}))
	m.must(m.Hub.Chat.ClosePoll(ctx, m.anna.Viewer, poll, true))
	decision, seq = m.say(m.anna, "We publish in **March**.")
	m.translate(translation.Message, int64(decision), "zh", "我们**三月**发表。")
	m.mark(decision, chat.Decision)
	return decision, seq
}

// form is what the form of a page holds.
func (m *meeting) form(a apptest.Answer, do string, changes ...string) url.Values {
	m.T.Helper()
	v := url.Values{"do": {do}}
	a.Find("form.stack input[name], form.stack textarea[name], form.stack select[name]").Each(func(_ int, s *goquery.Selection) {
		value := s.AttrOr("value", "")
		if s.Is("textarea") {
			value = strings.TrimPrefix(s.Text(), "\n")
		}
		if s.Is("select") {
			value = s.Find("option[selected]").AttrOr("value", s.Find("option").First().AttrOr("value", ""))
		}
		v.Set(s.AttrOr("name", ""), value)
	})
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// TestOutcome_life goes from a meeting to a thread that both sides read.
func TestOutcome_life(t *testing.T) {
	t.Parallel()
	m := meet(t)
	decision, seq := m.hold()
	at := m.path + "/outcome"
	m.Visit(apptest.Person{}, "/en"+at).Want(303)
	m.Visit(m.wang, "/zh"+at).Want(403)
	if m.Visit(m.host, "/en"+m.path).Find(`a[href="/en`+at+`"]`).Length() != 1 {
		t.Error("the event does not lead its host to the outcome")
	}
	if m.Visit(m.host, "/en"+m.path+"/room").Find(`a[href="/en`+at+`"]`).Length() != 1 {
		t.Error("the room does not lead its host to the outcome")
	}

	page := m.Visit(m.host, "/en"+at).Want(200)
	en, zh := page.Find("#body_en").Text(), page.Find("#body_zh").Text()
	place := fmt.Sprintf("(%s/room?at=%d#m-%d)", m.path, seq, decision)
	for text, wants := range map[string][]string{
		en: {"## Decisions", "> We publish in **March**.", "[Anna Weber]" + place, "### Who pays?", "Asked by 王敏", "> The hospitals pay.",
			`### Shall we share \| all?`, "| Yes | 1 | 100% |", "## Also worth keeping", "> 下次会议在成都", "*not translated yet*", "Translated by 王敏"},
		zh: {"## 决议", "> 我们**三月**发表。", "[Anna Weber]" + place, "### 谁来付费？", "提问者：王敏", "> 由医院付费。", "### 是否全部共享？",
			`| Yes *暂无译文* | 1 | 100% |`, "> 下次会议在成都"},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in the draft:\n%s", want, text)
			}
		}
	}
	if got := page.Find("#title_zh").AttrOr("value", ""); got != "活动成果：耐药数据的比对" {
		t.Errorf("the title is %q", got)
	}
	if got := page.Text(".outcome-lacks"); !strings.Contains(got, "English: 1 part") || !strings.Contains(got, "Chinese: 2 parts") {
		t.Errorf("of what lacks a translation it says %q", got)
	}

	// A host saves it, the organiser goes on, and the host's next version meets hers.
	m.Submit(m.host, "/en"+at, m.form(page, "save", "title_en", "Three things we agreed on")).Want(303)
	hers := m.Visit(m.anna, "/zh"+at).Want(200)
	if got := hers.Find("#title_en").AttrOr("value", ""); got != "Three things we agreed on" || hers.Find("#body_zh").Text() != zh {
		t.Errorf("the draft that was kept begins %q", got)
	}
	shown := m.Submit(m.anna, "/zh"+at, m.form(hers, "preview", "title_en", "What we agreed on")).Want(200)
	if got := shown.Text(".outcome-preview [lang=zh-Hans] .prose"); !strings.Contains(got, "决议") || shown.Find(".outcome-preview [lang=en] .prose table").Length() != 1 {
		t.Errorf("the preview has %q", got)
	}
	met := m.Submit(m.host, "/en"+at, m.form(page, "save", "version", "1", "title_en", "My own title")).Want(409)
	if met.Find("#title_en").AttrOr("value", "") != "My own title" || !strings.Contains(met.Text(".notice.attention"), "Anna Weber has saved") || !strings.Contains(met.Text(".outcome-theirs"), "What we agreed on") {
		t.Errorf("a conflict is shown as %s", met.Body)
	}
	m.Submit(m.host, "/en"+at, m.form(page, "publish", "version", "1")).Want(409)

	m.Address(m.wang, "wang@example.org")
	before := len(m.Letters())
	ready := m.Visit(m.anna, "/en"+at).Want(200)
	sent := m.form(ready, "publish", "lang", "zh", "kind", "announcement")
	done := m.Submit(m.anna, "/en"+at, sent).Want(303)
	thread := strings.TrimPrefix(done.Header.Get("Location"), "/en")
	if again := m.Submit(m.anna, "/en"+at, sent).Want(303); again.Header.Get("Location") != done.Header.Get("Location") {
		t.Errorf("sent again it leads to %s", again.Header.Get("Location"))
	}
	told := letterTo(t, m.Letters()[before:], "wang")
	if !strings.HasPrefix(told.Subject, "活动成果：") || !strings.Contains(told.Text, "http://hub.test/zh"+thread) || told.Calendar != "" {
		t.Errorf("who came is written %q, with the calendar %q:\n%s", told.Subject, told.Calendar, told.Text)
	}
	m.read(thread, place)
}

// read reads the thread as both sides do, and what leads to it.
func (m *meeting) read(thread, place string) {
	m.T.Helper()
	t := m.T
	zh := m.Visit(m.wang, "/zh"+thread).Want(200)
	if got := zh.Text("h1"); !strings.Contains(got, "活动成果：耐药数据的比对") {
		t.Errorf("the title in Chinese is %q", got)
	}
	if zh.Find(".post .bitext").Length() != 0 || !strings.Contains(zh.Text(".post .prose"), "由医院付费。") {
		t.Errorf("in Chinese it is not the original: %s", zh.Body)
	}
	en := m.Visit(m.marie, "/en"+thread).Want(200)
	if got := en.Text("h1 .translated"); !strings.HasPrefix(got, "What we agreed on") {
		t.Errorf("the title in English is %q", got)
	}
	if got := en.Text(".post .provenance .translated"); !strings.Contains(got, "Translated by Anna Weber") {
		t.Errorf("of where the English comes from it says %q", got)
	}
	href := strings.Trim(place, "()")
	if en.Find(`.post .translated a[href="`+href+`"]`).Length() != 1 {
		t.Errorf("no link to %s", href)
	}
	m.Visit(m.marie, href[:strings.IndexByte(href, '#')]).Want(302)
	if en.Find(".post .translated h1, .post .translated blockquote h2").Length() != 0 {
		t.Error("what was quoted has made a heading")
	}
	for _, p := range []apptest.Person{m.wang, m.marie, m.host} {
		if n := m.Visit(p, "/en/inbox").Find(".inbox-list").Text(); !strings.Contains(n, "What came of a workshop is published") {
			t.Errorf("%s is told %q", p.Name, n)
		}
	}
	if m.Visit(apptest.Person{}, "/zh"+m.path).Find(`a[href="/zh`+thread+`"]`).Length() == 0 {
		t.Error("the event does not lead to its outcome")
	}
	if got := m.Visit(m.host, "/en"+m.path+"/outcome").Want(200); got.Find("form textarea").Length() != 0 || got.Find(`main a[href="/en`+thread+`"]`).Length() != 1 {
		t.Error("what is published can still be changed as a draft")
	}
	var left int
	m.must(m.Store.QueryRow(t.Context(), `select count(*) from workshop_outcomes where body_en || body_zh || title_en || title_zh <> ''`).Scan(&left))
	if left != 0 {
		t.Error("the draft's texts are kept twice")
	}
}

// TestOutcome_refused sends what must not be published.
func TestOutcome_refused(t *testing.T) {
	t.Parallel()
	m := meet(t)
	decision, _ := m.hold()
	at := "/en" + m.path + "/outcome"
	page := m.Visit(m.host, at)
	publish := func(by apptest.Person, want int, changes ...string) apptest.Answer {
		t.Helper()
		return m.Submit(by, at, m.form(page, "publish", changes...)).Want(want)
	}
	m.Submit(m.wang, at, m.form(page, "save")).Want(403)
	m.Submit(apptest.Person{}, at, m.form(page, "save")).Want(403)
	for field, changes := range map[string][]string{
		"kind":     {"kind", "announcement"}, // for moderators
		"lang":     {"lang", "fr"},
		"title_en": {"title_en", " "},
		"body_en":  {"body_en", "\u200b"},
		"title_zh": {"title_zh", ""},
		"body_zh":  {"body_zh", "This is not Chinese at all, and somebody has forgotten to translate it."},
	} {
		a := publish(m.host, 422, changes...)
		if a.Find(`.notice.danger a[href="#`+field+`"]`).Length() != 1 {
			t.Errorf("%v: %s", changes, a.Text(".notice.danger"))
		}
	}
	publish(m.host, 422, "title_en", strings.Repeat("x", 300))
	publish(m.host, 400, "body_en", "broken \xff")
	publish(m.host, 422, "kind", "<script>")
	publish(m.host, 409, "version", "7")
	if n := m.threads(); n != 0 {
		t.Fatalf("%d threads were started", n)
	}
	// What a moderator removes from the room does not come back in the thread.
	m.must(m.Store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := m.Hub.Chat.Hide(t.Context(), tx, m.anna.Viewer, decision)
		return err
	}))
	a := publish(m.host, 422)
	if a.Find(`.notice.danger a[href="#body_en"]`).Length() != 1 || a.Find(`.notice.danger a[href="#body_zh"]`).Length() != 1 {
		t.Errorf("a removed message is published: %s", a.Text(".notice.danger"))
	}
	fresh := m.Visit(m.host, at)
	if strings.Contains(fresh.Body, "March") || strings.Contains(fresh.Body, "三月") {
		t.Error("a removed message is in a new draft")
	}
	// One language is enough.
	done := m.Submit(m.host, at, m.form(fresh, "publish", "title_zh", "", "body_zh", "")).Want(303)
	if got := m.Visit(m.wang, strings.Replace(done.Header.Get("Location"), "/en", "/zh", 1)).Want(200).Text(".post .provenance"); !strings.Contains(got, "暂无译文") {
		t.Errorf("without a translation it says %q", got)
	}
}

func (m *meeting) threads() (n int) {
	m.T.Helper()
	m.must(m.Store.QueryRow(m.T.Context(), `select count(*) from threads`).Scan(&n))
	return n
}

// TestOutcome_together publishes twice at once: one thread, one notice for each.
func TestOutcome_together(t *testing.T) {
	t.Parallel()
	m := meet(t)
	m.hold()
	e, err := m.Hub.Workshops.Find(t.Context(), m.anna.Viewer, m.id)
	m.must(err)
	outcomes := workshop.NewOutcomes(m.Hub.Workshops, m.Hub.Forum, m.Hub.Translation)
	draft := workshop.Outcome{Kind: "discussion", Lang: "en", Title: i18n.Text{En: "What we agreed on", Zh: "达成的共识"}, Body: i18n.Text{En: "Much, and more.", Zh: "很多。"}}
	version, err := outcomes.Save(t.Context(), m.anna.Viewer, e, draft)
	m.must(err)
	draft.Version = version
	if again, err := outcomes.Save(t.Context(), m.host.Viewer, e, draft); err != nil || again != version {
		t.Errorf("saving the same again: version %d, %v", again, err)
	}
	type result struct {
		id  int64
		err error
	}
	results := make(chan result, 4)
	for i := range 4 {
		go func() {
			by := []apptest.Person{m.anna, m.host}[i%2]
			started, err := outcomes.Publish(t.Context(), by.Viewer, e, draft)
			results <- result{int64(started.ID), err}
		}()
	}
	var thread int64
	for range 4 {
		r := <-results
		m.must(r.err)
		if thread != 0 && r.id != thread {
			t.Errorf("threads %d and %d", thread, r.id)
		}
		thread = r.id
	}
	var notices int
	m.must(m.Store.QueryRow(t.Context(), `select count(*) from notices where kind = 'event_outcome' and member_id = $1`, m.wang.ID).Scan(&notices))
	if m.threads() != 1 || notices != 1 {
		t.Errorf("%d threads, %d notices", m.threads(), notices)
	}
}

// TestOutcome_erasedWithTheRoom: a draft that nobody published quotes nothing when the room's time is over.
func TestOutcome_erasedWithTheRoom(t *testing.T) {
	t.Parallel()
	m := meet(t)
	m.hold()
	at := "/en" + m.path + "/outcome"
	m.Submit(m.host, at, m.form(m.Visit(m.host, at), "save")).Want(303)
	ended := chat.Ended
	m.set(chat.Change{State: &ended})
	_, err := m.Store.Exec(t.Context(), `update rooms set ended_at = now() - interval '31 days' where id = $1`, m.room)
	m.must(err)
	if n, err := m.Hub.Chat.EraseOver(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if a := m.Visit(m.host, at).Want(200); strings.Contains(a.Body, "March") || strings.Contains(a.Body, "hospitals") {
		t.Error("the draft still quotes what was said")
	}
	var left int
	m.must(m.Store.QueryRow(t.Context(), `select count(*) from workshop_outcomes`).Scan(&left))
	if left != 0 {
		t.Error("the draft is still there")
	}
}

// TestOutcome_withoutChallenge: of an event that is about no challenge its hosts choose where the thread goes.
func TestOutcome_withoutChallenge(t *testing.T) {
	t.Parallel()
	m := meet(t, "challenge", "")
	m.hold()
	at := "/zh" + m.path + "/outcome"
	page := m.Visit(m.anna, at).Want(200)
	if page.Find("select#challenge option").Length() != 1 {
		t.Fatal("there is no challenge to choose")
	}
	nowhere := m.Submit(m.anna, at, m.form(page, "publish", "challenge", "nowhere")).Want(422)
	if nowhere.Find(`.notice.danger a[href="#challenge"]`).Length() != 1 {
		t.Errorf("of a challenge that is not there it says %q", nowhere.Text(".notice.danger"))
	}
	done := m.Submit(m.anna, at, m.form(page, "publish")).Want(303)
	if !strings.Contains(m.Visit(m.wang, done.Header.Get("Location")).Want(200).Text(".eyebrow"), "抗微生物药物耐药性") {
		t.Error("the thread is not in the challenge that was chosen")
	}
}
