package translation_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/app/apptest"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
	"senet/internal/translation/engine/enginetest"
)

// Pages, feeds, frames, the API and the inbox show the same: what Content says.
func TestContent_sameEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.DB(t), enginetest.Libre(t))
	s.Hub.Chat.Start()
	t.Cleanup(s.Hub.Chat.Stop)
	for name, c := range map[string]struct {
		prepare func(translation.Subject)
		kind    translation.Kind
		label   string
		stale   bool
	}{
		"none":    {func(translation.Subject) {}, translation.Original, "暂无译文", false},
		"machine": {func(sub translation.Subject) { s.work(sub, i18n.Zh) }, translation.Machine, "机器翻译：LibreTranslate", false},
		"human":   {func(sub translation.Subject) { s.write(s.li, sub, i18n.Zh, "人工译文一句，写得清楚。") }, translation.Human, "译者：Li Yunlong", false},
		"outdated": {func(sub translation.Subject) {
			s.write(s.li, sub, i18n.Zh, "人工译文一句，后来过时了。")
			s.edit(s.anna, sub, "Words that were changed since "+uuid.NewString()[:8])
		}, translation.Human, "译文可能已过时", true},
	} {
		t.Run(name, func(t *testing.T) {
			s.T = t
			st := s.Thread(s.anna, "Everywhere "+name, 0)
			sub := s.reply(s.anna, st.ID, "Words to be seen in many places "+uuid.NewString()[:8], "en")
			c.prepare(sub)
			want := s.shown(sub, i18n.Zh)
			if want.Kind != c.kind || want.Stale != c.stale {
				t.Fatalf("the API says %+v", want)
			}
			anchor := fmt.Sprintf("#post-%d", sub.ID)
			for _, reader := range []struct {
				who string
				as  func() apptest.Answer
			}{
				{"visitor", func() apptest.Answer { return s.Visit(visitor, "/zh"+st.Path()).Want(200) }},
				{"member", func() apptest.Answer { return s.Visit(s.li, "/zh"+st.Path()).Want(200) }},
				{"moderator", func() apptest.Answer { return s.Visit(s.mod, "/zh"+st.Path()).Want(200) }},
			} {
				page := reader.as()
				if got := page.Text(anchor + " .prose:not(.original)"); got != plain(want.HTML) {
					t.Errorf("%s: the page shows %q, want %q", reader.who, got, plain(want.HTML))
				}
				if got := page.Text(anchor + " .provenance"); !strings.Contains(got, c.label) {
					t.Errorf("%s: the label is %q, want %q in it", reader.who, got, c.label)
				}
			}
			var list struct {
				Items []struct{ Content translation.Shown }
			}
			s.API(visitor, "GET", fmt.Sprintf("/threads/%d/posts?locale=zh", st.ID), nil).Want(200).JSON(&list)
			if got := list.Items[1].Content; got.Text != want.Text || got.Kind != want.Kind || got.Stale != want.Stale {
				t.Errorf("the list of posts says %+v", got)
			}
			var feed struct {
				Entries []struct {
					Content string `xml:"content"`
				} `xml:"entry"`
			}
			body := s.Visit(visitor, fmt.Sprintf("/zh/t/%d/feed.atom", st.ID)).Want(200).Body
			if err := xml.Unmarshal([]byte(body), &feed); err != nil {
				t.Fatal(err)
			}
			if got := feed.Entries[0].Content; !strings.HasPrefix(got, want.HTML) || want.Translated() && !strings.Contains(got, c.label) {
				t.Errorf("the feed shows %q", got)
			}
		})
	}

	t.Run("room", func(t *testing.T) {
		s.T = t
		room, err := s.Hub.Chat.RoomOfSlug(t.Context(), s.anna.Viewer, s.Challenge)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Hub.Chat.Say(t.Context(), s.anna.Viewer, chat.Say{Room: room.ID, ClientID: uuid.New(), Body: "Words said in a room", Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		events := s.events(room.ID, "zh")
		sub := translation.Subject{Kind: translation.Message, ID: events[0].Data.ID}
		s.work(sub, i18n.Zh)
		for _, l := range []string{"zh", "en"} {
			events = s.events(room.ID, l)
			if len(events) != 2 || events[1].Kind != "translation" || events[1].Data.Kind != translation.Machine || events[1].Data.Locale != i18n.Zh {
				t.Fatalf("in %s the room tells %+v", l, events)
			}
			if shows := strings.Contains(events[1].HTML, events[1].Data.Text); shows != (l == "zh") {
				t.Errorf("in %s the event draws %q", l, events[1].HTML)
			}
		}
		page := s.Visit(visitor, "/zh/c/"+s.Challenge+"/room").Want(200)
		shown := fmt.Sprintf("#m-%d .prose.translated", sub.ID)
		if got, want := page.Text(shown), events[1].Data.Text; got != want {
			t.Errorf("the room's page shows %q, want %q", got, want)
		}
	})

	t.Run("titles", func(t *testing.T) {
		s.T = t
		st := s.Thread(s.anna, "A title in many places", 0)
		sub := translation.Subject{Kind: translation.Thread, ID: int64(st.ID)}
		s.write(s.li, sub, i18n.Zh, "处处可见的标题")
		s.reply(s.li, st.ID, "请看 @annaweber 的帖子", "zh")
		for _, path := range []string{"/zh" + st.Path(), "/zh", "/zh/c/" + s.Challenge, fmt.Sprintf("/zh/t/%d/feed.atom", st.ID), "/zh/c/" + s.Challenge + "/feed.atom", "/zh/inbox"} {
			if body := s.Visit(s.anna, path).Want(200).Body; !strings.Contains(body, "处处可见的标题") {
				t.Errorf("%s does not show the translated title", path)
			}
		}
		var thread struct{ Content translation.Shown }
		s.API(visitor, "GET", fmt.Sprintf("/threads/%d?locale=zh", st.ID), nil).Want(200).JSON(&thread)
		if thread.Content.Text != "处处可见的标题" {
			t.Errorf("the API says %+v", thread.Content)
		}
	})
}

type roomEvent struct {
	Kind string
	HTML string
	Data struct {
		ID     int64
		Body   string
		Text   string
		Locale i18n.Locale
		Kind   translation.Kind
	}
}

func (s *site) events(room chat.RoomID, locale string) []roomEvent {
	s.T.Helper()
	var page struct{ Items []roomEvent }
	s.API(visitor, "GET", fmt.Sprintf("/rooms/%d/events?after=0&locale=%s", room, locale), nil).Want(200).JSON(&page)
	return page.Items
}

// What is hidden is gone in every language: no fragment of the text or of its translation is left at any address.
func TestHide_leavesNoFragment(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.DB(t), enginetest.Libre(t))
	s.Hub.Chat.Start()
	t.Cleanup(s.Hub.Chat.Stop)
	admin := s.Person("Ada Admin", "admin", i18n.En)
	st := s.Thread(s.anna, "A thread with something to hide", 1)
	sub := s.reply(s.anna, st.ID, "Xylophone is the word that nobody should read.", "en")
	s.work(sub, i18n.Zh)
	s.write(s.li, sub, i18n.Zh, "木琴是谁也不该读到的词。")
	tr := s.write(s.li, sub, i18n.Zh, "木琴一词，谁都不该读到。")
	if _, err := s.Hub.Translation.Review(t.Context(), s.mod.Viewer, sub, i18n.Zh, tr.Revision); err != nil {
		t.Fatal(err)
	}
	room, err := s.Hub.Chat.RoomOfSlug(t.Context(), s.anna.Viewer, s.Challenge)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hub.Chat.Say(t.Context(), s.anna.Viewer, chat.Say{Room: room.ID, ClientID: uuid.New(), Body: "Xylophone was said in the room as well.", Lang: "en"}); err != nil {
		t.Fatal(err)
	}
	message := translation.Subject{Kind: translation.Message, ID: s.events(room.ID, "en")[0].Data.ID}
	s.write(s.li, message, i18n.Zh, "木琴也在聊天室里说过。")

	paths := func() (ps []string) {
		for _, l := range []string{"en", "zh"} {
			ps = append(ps, "/"+l, "/"+l+st.Path(), "/"+l+"/c/"+s.Challenge, "/"+l+"/c/"+s.Challenge+"/room", "/"+l+"/c/"+s.Challenge+"/feed.atom",
				fmt.Sprintf("/%s/t/%d/feed.atom", l, st.ID), "/"+l+"/inbox", "/"+l+"/bookmarks", "/"+l+"/glossary", "/"+l+"/admin/memory",
				fmt.Sprintf("/api/v1/threads/%d/posts?locale=%s", st.ID, l), fmt.Sprintf("/api/v1/posts/%d?locale=%s", sub.ID, l),
				fmt.Sprintf("/api/v1/rooms/%d/events?after=0&locale=%s", room.ID, l), fmt.Sprintf("/api/v1/rooms/%d/events?locale=%s", room.ID, l),
				fmt.Sprintf("/%s/p/%d/history", l, sub.ID), fmt.Sprintf("/%s/p/%d/quote", l, sub.ID), fmt.Sprintf("/%s/p/%d/edit", l, sub.ID))
			for _, of := range []translation.Subject{sub, message} {
				for _, to := range []string{"en", "zh"} {
					ps = append(ps, fmt.Sprintf("/%s/translate/%s/%d/%s", l, of.Kind, of.ID, to), fmt.Sprintf("/%s/translate/%s/%d/%s/history", l, of.Kind, of.ID, to),
						fmt.Sprintf("/api/v1/%ss/%d/translations/%s", of.Kind, of.ID, to), fmt.Sprintf("/api/v1/%ss/%d/translations/%s/history", of.Kind, of.ID, to))
				}
			}
		}
		return ps
	}
	look := func(who string, as func(string) string) (found []string) {
		for _, p := range paths() {
			body := as(p)
			for _, fragment := range []string{"Xylophone", "xylophone", "木琴"} {
				if strings.Contains(body, fragment) {
					found = append(found, who+" at "+p+": "+fragment)
				}
			}
		}
		return found
	}
	everybody := func() (found []string) {
		found = append(found, look("visitor", func(p string) string { return s.Visit(visitor, p).Body })...)
		found = append(found, look("member", func(p string) string { return s.Visit(s.li, p).Body })...)
		found = append(found, look("author", func(p string) string { return s.Visit(s.anna, p).Body })...)
		return append(found, look("administrator", func(p string) string { return s.Visit(admin, p).Body })...)
	}
	if before := everybody(); len(before) < 20 {
		t.Fatalf("only %d places show it before it is hidden: the test looks nowhere", len(before))
	}
	for _, of := range []translation.Subject{sub, message} {
		s.API(s.mod, "POST", fmt.Sprintf("/%ss/%d/hide", of.Kind, of.ID), map[string]string{"reason": "It is the wrong word."}).Want(http.StatusOK)
	}
	for _, place := range everybody() {
		t.Errorf("still there for a %s", place)
	}
	var memory int
	err = s.Store.QueryRow(t.Context(), `select count(*) from memory_texts x join memory_units u on u.id = x.unit_id
		where u.withdrawn_at is null and (x.text like '%木琴%' or x.text ilike '%xylophone%')`).Scan(&memory)
	if err != nil || memory != 0 {
		t.Errorf("the memory still uses %d texts of it, %v", memory, err)
	}
	calls := len(s.engine.Translations())
	s.work(sub, i18n.Zh)
	s.work(message, i18n.Zh)
	if len(s.engine.Translations()) != calls {
		t.Error("what is hidden was sent to an engine")
	}
	for _, of := range []translation.Subject{sub, message} {
		s.API(s.mod, "POST", fmt.Sprintf("/%ss/%d/unhide", of.Kind, of.ID), map[string]string{"reason": "It was the right word."}).Want(http.StatusOK)
	}
	if got := s.shown(sub, i18n.Zh); got.Kind != translation.Human || got.Text != tr.Text || !got.Reviewed {
		t.Errorf("shown again, the reader sees %+v", got)
	}
}
