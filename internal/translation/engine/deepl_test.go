package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"senet/internal/translation/engine/enginetest"
)

func withTerms(r Request, pairs ...string) Request {
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Terms = append(r.Terms, Term{pairs[i], pairs[i+1]})
	}
	return r
}

// sent is the body of the last translation that a server was asked for.
func sent(t *testing.T, s *enginetest.Server) map[string]any {
	t.Helper()
	calls := s.Translations()
	var out map[string]any
	if err := json.Unmarshal(calls[len(calls)-1].Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDeepL_request(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	req := toZh("Ask ⟦3⟧ & others.")
	req.Context = strings.Repeat("语", 1500)
	if _, err := r.Translate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	body := sent(t, r.server)
	for key, want := range map[string]any{
		"source_lang": "EN", "target_lang": "ZH-HANS", "tag_handling": "xml", "preserve_formatting": true, "split_sentences": "nonewlines",
		"context": strings.Repeat("语", 1000), "text": []any{`Ask <m id="3"/> &amp; others.`},
	} {
		if fmt.Sprint(body[key]) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", key, body[key], want)
		}
	}
	if _, there := body["glossary_id"]; there {
		t.Error("a glossary without terms")
	}
	if _, err := r.Translate(t.Context(), toEn("好的")); err != nil {
		t.Fatal(err)
	}
	if body := sent(t, r.server); body["source_lang"] != "ZH" || body["target_lang"] != "EN-GB" {
		t.Errorf("languages %v and %v", body["source_lang"], body["target_lang"])
	}
	header := r.server.Calls()[0].Header
	if header.Get("User-Agent") != "SENET-Hub" || strings.Contains(r.server.Calls()[0].Path, "?") {
		t.Errorf("header %v", header)
	}
}

func TestDeepL_glossary(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	terms := []string{"loneliness", "孤独感", "stroke", "脑卒中"}
	translate := func(r *rig, req Request, want string) {
		t.Helper()
		if got, err := r.Translate(t.Context(), req); err != nil || got[0] != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	translate(r, withTerms(toZh("On loneliness after a stroke."), terms...), "译：On 孤独感 after a 脑卒中.")
	translate(r, withTerms(toZh("A stroke again."), "stroke", "脑卒中", "loneliness", "孤独感"), "译：A 脑卒中 again.")
	if got := r.server.Glossaries(); len(got) != 1 || !strings.HasPrefix(got[0], "senet-en-zh-") {
		t.Errorf("glossaries %q, want one for the same terms in another order", got)
	}
	if got := len(r.server.Calls()); got != 4 { // list, create, translate, translate
		t.Errorf("%d calls", got)
	}
	translate(r, withTerms(toEn("脑卒中之后"), "脑卒中", "stroke"), "[en] stroke之后")
	if got := r.server.Glossaries(); len(got) != 2 || !strings.HasPrefix(got[1], "senet-zh-en-") {
		t.Errorf("glossaries %q, want one a direction", got)
	}

	again := &rig{server: r.server, clock: newClock(), log: &ledger{}} // the hub after a restart
	engines, err := New(settings(NameDeepL, r.server), WithClock(again.clock.now, again.clock.sleep))
	if err != nil {
		t.Fatal(err)
	}
	again.Guarded = engines[0].(*Guarded)
	translate(again, withTerms(toZh("After a stroke."), terms...), "译：After a 脑卒中.")
	if got := r.server.Glossaries(); len(got) != 2 {
		t.Errorf("glossaries %q: the one that is there was not found again", got)
	}
}

// TestDeepL_oldGlossaries: the hub deletes its own of the pair but the newest, and nobody else's.
func TestDeepL_oldGlossaries(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	r.server.AddGlossary("somebody else's", "en", "zh")
	for i := range 8 {
		if _, err := r.Translate(t.Context(), withTerms(toZh("A term is here."), "term", fmt.Sprintf("术语%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = r.Translate(t.Context(), withTerms(toEn("术语"), "术语", "term"))
	got := r.server.Glossaries()
	mine := slices.DeleteFunc(slices.Clone(got), func(name string) bool { return !strings.HasPrefix(name, "senet-en-zh-") })
	if len(mine) != keptGlossaries+1 || !slices.Contains(got, "somebody else's") || len(got) != len(mine)+2 {
		t.Errorf("glossaries %q", got)
	}
	if got := r.server.Texts(); len(got) != 9 {
		t.Errorf("%d texts", len(got))
	}
}

// TestDeepL_withoutGlossary: what stands in the way of a glossary does not stand in the way of a translation.
func TestDeepL_withoutGlossary(t *testing.T) {
	t.Parallel()
	req := withTerms(toZh("After a stroke it is."), "stroke", "脑卒中")
	for what, spoil := range map[string]func(s *enginetest.Server){
		"the account takes none": func(s *enginetest.Server) { s.MaxGlossaries = 0 },
		"it is not ready":        func(s *enginetest.Server) { s.Unready = true },
		"the list fails":         func(s *enginetest.Server) { s.FailAt("/v2/glossaries", enginetest.Status(503), 4) },
		"the list is wrong":      func(s *enginetest.Server) { s.FailAt("/v2/glossaries", enginetest.WrongJSON(), 1) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, NameDeepL)
			spoil(r.server)
			for range 2 {
				if got, err := r.Translate(t.Context(), req); err != nil || got[0] != "译：After a stroke it is." {
					t.Fatalf("%q, %v", got, err)
				}
			}
			calls := len(r.server.Calls())
			if r.State().LastError != "" {
				t.Errorf("state %+v", r.State())
			}
			r.clock.pass(time.Minute)
			_, _ = r.Translate(t.Context(), req)
			if n := len(r.server.Calls()) - calls; n != 1 {
				t.Errorf("%d calls a minute later: it is tried again too soon", n)
			}
			r.clock.pass(retryGlossary)
			_, _ = r.Translate(t.Context(), req)
			if n := len(r.server.Calls()) - calls; n < 3 {
				t.Errorf("%d calls later: it is never tried again", n)
			}
			for _, c := range r.server.Translations() {
				if c.Status != 200 {
					t.Errorf("a translation was asked for with a glossary that is of no use: %s", c.Complaint)
				}
			}
			if n := len(r.server.Glossaries()); n > 1 {
				t.Errorf("%d glossaries of the same terms", n)
			}
		})
	}
}

// TestDeepL_slowGlossary: texts do not wait for a glossary longer than for a translation.
func TestDeepL_slowGlossary(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	r.server.FailAt("/v2/glossaries", enginetest.Slow(), 100)
	r.late.Store(true)
	got, err := r.Translate(t.Context(), withTerms(toZh("After a stroke it is."), "stroke", "脑卒中"))
	if err != nil || got[0] != "译：After a stroke it is." || r.State().LastError != "" {
		t.Errorf("%q, %v, state %+v", got, err, r.State())
	}
	if n := len(r.server.Calls()); n > maxAttempts+1 {
		t.Errorf("%d calls", n)
	}
}

// TestDeepL_glossaryIsGone: somebody deleted it; the text is translated without, and the glossary made again later.
func TestDeepL_glossaryIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	req := withTerms(toZh("After a stroke it is."), "stroke", "脑卒中")
	if got, err := r.Translate(t.Context(), req); err != nil || got[0] != "译：After a 脑卒中 it is." {
		t.Fatalf("%q, %v", got, err)
	}
	r.server.DropGlossaries()
	if got, err := r.Translate(t.Context(), req); err != nil || got[0] != "译：After a stroke it is." || r.State().LastError != "" {
		t.Errorf("%q, %v, state %+v", got, err, r.State())
	}
	r.clock.pass(retryGlossary)
	if got, err := r.Translate(t.Context(), req); err != nil || got[0] != "译：After a 脑卒中 it is." {
		t.Errorf("%q, %v", got, err)
	}
}

// TestDeepL_wrongKeyWithTerms: the refusal of the key is told, not hidden behind the glossary.
func TestDeepL_wrongKeyWithTerms(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL, func(s *Settings) { s.DeepLKey = "wrong" })
	if _, err := r.Translate(t.Context(), withTerms(toZh("After a stroke it is."), "stroke", "脑卒中")); !errors.Is(err, ErrRefusedByProvider) {
		t.Errorf("%v", err)
	}
}

func TestTSV(t *testing.T) {
	t.Parallel()
	got := tsv([]Term{
		{" stroke ", "脑卒中"}, {"ageing", "老龄化"}, {"stroke", "中风"}, {"", "空"}, {"empty", " "}, {"a\tb", "制表"}, {"line\nbreak", "换行"},
		{"long", strings.Repeat("长", 342)}, {"fits", strings.Repeat("长", 341)}, {"nul\x00", "零"}, {"sep\u2028", "分"},
	})
	want := "ageing\t老龄化\n" + "fits\t" + strings.Repeat("长", 341) + "\nsep\t分\nstroke\t中风\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if tsv(nil) != "" {
		t.Error("no terms are something")
	}
}
