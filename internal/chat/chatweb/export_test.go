package chatweb_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/chat"
	"senet/internal/chat/chatweb"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

// meeting is the room of a workshop in which things were said, some of them hostile.
type meeting struct {
	*house
	room              chat.RoomID
	hello, evil, gone chat.MessageID
}

const (
	formula  = `=HYPERLINK("http://evil.example","click")`
	breakout = "</article></main><script>alert(1)</script>\n\n> quoted\n\n# A heading\n\n```\nunclosed"
)

func newMeeting(t *testing.T) *meeting {
	m := &meeting{house: newHouse(t)}
	m.handlers.Tools.Agenda = func(_ context.Context, workshop int64) ([]chatweb.AgendaItem, error) {
		return []chatweb.AgendaItem{{ID: 3, At: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), Title: i18n.Text{En: "Welcome", Zh: "开场"}, Speaker: "Anna Weber"}}, nil
	}
	m.in(func(tx *pg.Tx) (err error) {
		m.room, err = m.service.OpenEventRoom(t.Context(), tx, chat.EventRoom{Workshop: 5, Title: i18n.Text{En: "Sharing data", Zh: "数据共享"}, Path: "/w/5-sharing-data/room", Retention: 30})
		if err != nil {
			return err
		}
		if err := m.service.SetStaff(t.Context(), tx, m.admin.ID, m.room, m.admin.ID, chat.Organiser); err != nil {
			return err
		}
		return m.service.MoveRoom(t.Context(), tx, m.room, chat.Open)
	})
	item := int64(3)
	_, err := m.service.SetRoom(t.Context(), m.admin.viewer(), m.room, chat.Change{Item: &item})
	m.must(err)
	m.hello = m.said(m.anna, "Good **morning**, see /m/1", 0)
	m.evil = m.said(m.li, breakout, m.hello)
	m.said(m.anna, formula, 0)
	m.gone = m.said(m.li, "UNSPEAKABLE", 0)
	m.in(func(tx *pg.Tx) error {
		_, err := m.service.Hide(t.Context(), tx, m.admin.viewer(), m.gone)
		return err
	})
	m.must(m.service.SetMark(t.Context(), m.admin.viewer(), m.hello, chat.Decision, true))
	m.must(m.service.React(t.Context(), m.li.viewer(), m.hello, "thanks", true))
	_, err = m.words.Write(t.Context(), m.li.viewer(), translation.Subject{Kind: translation.Message, ID: int64(m.hello)}, i18n.Zh, translation.Form{Text: "**早上**好"})
	m.must(err)
	_, err = m.pool.Exec(t.Context(), `insert into translations (subject_kind, subject_id, locale, source_lang, source_version, kind, text, html, provider)
		values ('message', $1, 'zh', 'en', 0, 'machine', '恶意', '<p>恶意</p>', 'Mill & <b>Co</b>')`, m.evil)
	m.must(err)
	m.asks()
	return m
}

func (m *meeting) in(f func(tx *pg.Tx) error) {
	m.t.Helper()
	m.must(m.store.InTx(m.t.Context(), f))
}

func (m *meeting) said(by member, body string, to chat.MessageID) (id chat.MessageID) {
	m.t.Helper()
	seq, err := m.service.Say(m.t.Context(), by.viewer(), chat.Say{Room: m.room, ClientID: uuid.New(), Body: body, Lang: "en", ReplyTo: to})
	m.must(err)
	m.must(m.pool.QueryRow(m.t.Context(), `select id from messages where room_id = $1 and seq = $2`, m.room, seq).Scan(&id))
	return id
}

// asks has an anonymous question, a poll with results and one whose results are not for now.
func (m *meeting) asks() {
	m.t.Helper()
	ctx := m.t.Context()
	q, err := m.service.Ask(ctx, m.li.viewer(), chat.Ask{Room: m.room, ClientID: uuid.New(), Body: "谁来付费？", Anonymous: true})
	m.must(err)
	m.must(m.service.Vote(ctx, m.anna.viewer(), q, true))
	m.must(m.service.SetQuestion(ctx, m.admin.viewer(), q, chat.Answered))
	for _, results := range []chat.Results{chat.ResultsLive, chat.ResultsClosed} {
		id, err := m.service.OpenPoll(ctx, m.admin.viewer(), chat.NewPoll{Room: m.room, ClientID: uuid.New(), Kind: chat.Single,
			Body: "Shall we? " + string(results), Options: []string{"Yes|`x`", "-1+1"}, Results: results})
		m.must(err)
		polls, err := m.service.Polls(ctx, m.anna.viewer(), m.room)
		m.must(err)
		for _, p := range polls {
			if p.ID == id {
				m.must(m.service.CastBallot(ctx, m.anna.viewer(), id, []chat.OptionID{p.Options[0].ID}))
			}
		}
	}
}

// export takes the room as by, over the API.
func (m *meeting) export(by member, query string, header ...string) (int, http.Header, string) {
	m.t.Helper()
	res := m.request(by, fmt.Sprintf("/api/v1/rooms/%d/export%s", m.room, query), header...)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	m.must(err)
	return res.StatusCode, res.Header, string(b)
}

func (h *house) request(by member, path string, header ...string) *http.Response {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://"+h.addr+path, nil)
	h.must(err)
	if by.token != "" {
		req.Header.Set("Authorization", "Bearer "+by.token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	return res
}

func (m *meeting) mustHold(what, body string, want ...string) {
	m.t.Helper()
	for _, w := range want {
		if !strings.Contains(body, w) {
			m.t.Errorf("%s: %q is not in it:\n%s", what, w, body)
		}
	}
	for _, w := range []string{"UNSPEAKABLE", "<script"} {
		if strings.Contains(strings.ReplaceAll(body, `\<script`, ""), w) && what != "json" && what != "csv" || w == "UNSPEAKABLE" && strings.Contains(body, w) {
			m.t.Errorf("%s: %q is in it:\n%s", what, w, body)
		}
	}
}

func TestExport_html(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	status, header, body := m.export(m.anna, "?format=html&locale=zh")
	if status != 200 || header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment; ") {
		t.Fatalf("%d %v", status, header)
	}
	m.mustHold("html", body, "将在活动结束30天后清除", "进入议程：开场", "此消息已被版主移除")
	page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	m.must(err)
	for selector, want := range map[string]string{
		"h1 [lang=en]":      "Sharing data",
		"h1 [lang=zh-Hans]": "数据共享",
		fmt.Sprintf("#m-%d .sides > div:nth-child(1) [lang=en] strong", m.hello):      "morning",
		fmt.Sprintf("#m-%d .sides > div:nth-child(2) [lang=zh-Hans] strong", m.hello): "早上",
		fmt.Sprintf("#m-%d .sides > div:nth-child(2) .about", m.hello):                "中文 · 译者：李云龙",
		fmt.Sprintf("#m-%d .sides > div:nth-child(2) .about", m.evil):                 "中文 · 机器翻译：Mill & <b>Co</b>，译文可能已过时",
		fmt.Sprintf("#m-%d mark", m.hello):                                            "决议",
		fmt.Sprintf("#m-%d > .about", m.hello):                                        "感谢 1",
		fmt.Sprintf("#m-%d .reply a[href='#m-%d']", m.evil, m.hello):                  "回复Anna Weber：",
		"article[id^=q-] b": "匿名提问",
		"article[id^=q-] .sides > div:nth-child(1) .about": "英文 · 暂无译文",
	} {
		if got := strings.TrimSpace(page.Find(selector).First().Text()); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if n := page.Find("main > section").Length(); n != 3 {
		t.Errorf("%d sections, want 3: what was said has closed one", n)
	}
	if n := page.Find("script, link, img, iframe, [src], [onclick]").Length(); n != 0 {
		t.Errorf("it needs %d things from elsewhere", n)
	}
	page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		if href := a.AttrOr("href", ""); !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "#") {
			t.Errorf("a link leads to %q", href)
		}
	})
	votes := page.Find("td.n").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	if strings.Join(votes, ",") != "1,0,," {
		t.Errorf("the votes are %q: those of the open poll are not for now", votes)
	}
}

func TestExport_markdown(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	_, _, body := m.export(m.anna, "?format=md&locale=en")
	m.mustHold("md", body, "# Sharing data\n", "## 数据共享\n", "> Good **morning**, see /m/1\n", "> **早上**好\n",
		`> \</article>\</main>\<script>alert(1)\</script>`+"\n>\n> > quoted\n>\n> # A heading\n>\n> ```\n> unclosed\n",
		"Asked without a name", "> 谁来付费？\n", "Answered", "1 vote", `| Yes\|\`+"`x\\`", "is erased 30 days after the end", "Welcome", "UTC",
		fmt.Sprintf("[#4](http://hub.example/en/w/5-sharing-data/room?at=4#m-%d)", m.hello), "complete up to event")
}

func TestExport_csv(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	_, _, body := m.export(m.anna, "?format=csv&locale=zh")
	if !strings.HasPrefix(body, "\uFEFF") || !strings.Contains(body, "\r\n") {
		t.Errorf("no byte order mark, or no line ends of the standard: %.40q", body)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
	m.must(err)
	m.mustHold("csv", body, "'=HYPERLINK", "早上", "匿名提问", "类别")
	for _, row := range rows {
		for _, cell := range row {
			if strings.IndexAny(strings.TrimSpace(cell), "=+-@") == 0 {
				t.Errorf("a spreadsheet computes %q", cell)
			}
		}
	}
	if strings.Count(body, "'-1+1") < 2 {
		t.Error("the answers of polls are not disarmed")
	}
}

func TestExport_json(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	_, _, body := m.export(m.anna, "") // what the API gives unless told otherwise
	m.mustHold("json", body, `"complete":true`)
	var x struct {
		AsOf struct {
			Seq int64
		} `json:"as_of"`
		Retention int `json:"retention_days"`
		Agenda    []struct{ ID int64 }
		Log       []struct {
			ID       int64
			Seq      int64
			Kind     string
			Removed  bool
			Decision bool
			By       *struct{ Name string }
			ReplyTo  int64 `json:"reply_to"`
			Original struct{ Text, Lang string }
			Content  map[string]struct {
				Text, Kind, By, Provider string
				Stale, Untranslated      bool
			}
		}
		Questions []struct {
			By        *struct{ Name string }
			Anonymous bool
			Votes     int
			State     string
		}
		Polls []struct {
			Voters  int
			Options []struct{ Votes *int }
		}
	}
	m.must(json.Unmarshal([]byte(body), &x))
	if x.Retention != 30 || len(x.Agenda) != 1 || x.AsOf.Seq == 0 || len(x.Log) != 6 {
		t.Fatalf("%+v", x)
	}
	hello, evil, gone := x.Log[2], x.Log[3], x.Log[5]
	if hello.Content["zh"].Kind != "human" || hello.Content["zh"].By != "李云龙" || hello.Content["en"].Kind != "original" || !hello.Decision {
		t.Errorf("the message is %+v", hello)
	}
	if c := evil.Content["zh"]; c.Kind != "machine" || !c.Stale || c.Provider != "Mill & <b>Co</b>" || evil.ReplyTo != hello.ID || evil.Original.Text != breakout {
		t.Errorf("the answer is %+v", evil)
	}
	if !gone.Removed || gone.ID != 0 || gone.By != nil {
		t.Errorf("the removed message is %+v", gone)
	}
	if q := x.Questions[0]; q.By != nil || !q.Anonymous || q.Votes != 1 || q.State != "answered" {
		t.Errorf("the question is %+v", q)
	}
	if *x.Polls[0].Options[0].Votes != 1 || x.Polls[1].Options[0].Votes != nil || x.Polls[1].Voters != 1 {
		t.Errorf("the polls are %+v", x.Polls)
	}
}

func TestExport_refused(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	for _, c := range []struct {
		by    member
		query string
		want  int
	}{
		{member{}, "?format=csv", 401}, {m.anna, "?format=exe", 400}, {m.anna, "?format=../csv", 400}, {m.anna, "?format=csv", 200},
	} {
		if got, _, body := m.export(c.by, c.query); got != c.want {
			t.Errorf("%s of %s: %d, want %d: %.100s", c.query, c.by.Name, got, c.want, body)
		}
	}
	if res := m.request(m.anna, "/api/v1/rooms/999999/export"); res.StatusCode != 404 {
		t.Errorf("no room: %d", res.StatusCode)
	}
	if res := m.request(m.anna, fmt.Sprintf("/en/rooms/%d/export?format=md", m.room)); res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/markdown; charset=utf-8" {
		t.Errorf("the page's address: %d %v", res.StatusCode, res.Header)
	}
	last := 0
	for range 8 {
		last, _, _ = m.export(m.li, "?format=csv")
	}
	if last != 429 {
		t.Errorf("the eighth at once is %d, want 429", last)
	}
}

func TestExport_packed(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	_, header, body := m.export(m.anna, "?format=json", "Accept-Encoding", "br, gzip")
	if header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v", header)
	}
	z, err := gzip.NewReader(bytes.NewReader([]byte(body)))
	m.must(err)
	plain, err := io.ReadAll(z)
	m.must(err)
	if !json.Valid(plain) {
		t.Errorf("%s", plain)
	}
	if _, header, body := m.export(m.anna, "?format=json", "Accept-Encoding", "br"); header.Get("Content-Encoding") != "" || !json.Valid([]byte(body)) {
		t.Errorf("%v %.100q", header, body)
	}
}

// TestExport_broken: whoever is removed from the room while reading gets a broken answer, not one that looks whole; and
// nothing is left of his export, so that he can begin another.
func TestExport_broken(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	m.house.room = m.room
	m.backfill(3000, "<p>m</p>")
	_, err := m.pool.Exec(t.Context(), `update messages set body = repeat('x', 4000) where body like 'm%' and room_id = $1`, m.room)
	m.must(err)
	path := fmt.Sprintf("/api/v1/rooms/%d/export", m.room)
	res := m.request(m.anna, path, "Accept-Encoding", "identity")
	defer res.Body.Close()
	_, err = io.ReadFull(res.Body, make([]byte, 1000))
	m.must(err)
	if second := m.request(m.anna, path); second.StatusCode != 429 || second.Header.Get("Retry-After") == "" {
		t.Errorf("a second one beside it: %d", second.StatusCode)
	}
	m.in(func(tx *pg.Tx) error {
		return m.service.Sanction(t.Context(), tx, m.room, m.anna.ID, chat.Removed, nil)
	})
	rest, err := io.ReadAll(res.Body)
	if err == nil || bytes.Contains(rest, []byte(`"complete"`)) {
		t.Errorf("%d bytes came and %v, want a broken answer", len(rest), err)
	}
	m.in(func(tx *pg.Tx) error {
		return m.service.Sanction(t.Context(), tx, m.room, m.anna.ID, "", nil)
	})
	whole := m.request(m.anna, path)
	for deadline := time.Now().Add(time.Minute); whole.StatusCode == 429 && time.Now().Before(deadline); { // the first one ends behind our back
		whole.Body.Close()
		whole = m.request(m.anna, path)
	}
	defer whole.Body.Close()
	if b, err := io.ReadAll(whole.Body); err != nil || !json.Valid(b) {
		t.Errorf("once more: %d bytes, %v", len(b), err)
	}
}

// TestErased: of a room whose time is over nothing is left on its page, in a replay or in an export, in either language.
func TestErased(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	m.in(func(tx *pg.Tx) error { return m.service.MoveRoom(t.Context(), tx, m.room, chat.Ended) })
	_, err := m.pool.Exec(t.Context(), `update rooms set ended_at = now() - interval '31 days' where id = $1`, m.room)
	m.must(err)
	ways := []string{"/en/w/5-sharing-data/room", "/zh/w/5-sharing-data/room", fmt.Sprintf("/api/v1/rooms/%d/events?after=0", m.room)}
	for _, l := range i18n.Written {
		for _, f := range []string{"html", "md", "csv", "json"} {
			ways = append(ways, fmt.Sprintf("/api/v1/rooms/%d/export?format=%s&locale=%s", m.room, f, l))
		}
	}
	said := []string{"morning", "早上", "heading", "恶意", "evil.example", "谁来付费", "Shall we", "-1+1"}
	seen := func(way string) (all string, found []string) {
		res := m.request(m.admin, way)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		m.must(err)
		for _, s := range said {
			if bytes.Contains(b, []byte(s)) {
				found = append(found, s)
			}
		}
		return string(b), found
	}
	for _, way := range ways {
		if _, found := seen(way); len(found) < 3 {
			t.Fatalf("%s tells only %q before", way, found)
		}
	}
	if n, err := m.service.EraseOver(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	for i, way := range ways {
		body, found := seen(way)
		if len(found) > 0 {
			t.Errorf("%s still tells %q", way, found)
		}
		if i != 2 && !strings.Contains(body, "as promised") && !strings.Contains(body, "已按约定") && !strings.Contains(body, `"erased_at":"`) {
			t.Errorf("%s does not say that it was erased: %s", way, body)
		}
	}
	body, _ := seen(ways[2])
	if strings.Count(body, `"removed":true`) < 8 || strings.Contains(body, "李云龙") {
		t.Errorf("the log is replayed as %s", body)
	}
}
