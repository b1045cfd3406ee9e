package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"senet/internal/translation/engine/enginetest"
)

func TestLibre_languages(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"zh", "zh-Hans"} {
		r := newRig(t, NameLibre)
		r.server.Chinese = code
		for range 2 {
			if got, err := r.Translate(t.Context(), toZh("It is well.")); err != nil || got[0] != "译：It is well." {
				t.Errorf("%s: %q, %v", code, got, err)
			}
		}
		if body := sent(t, r.server); body["target"] != code || body["source"] != "en" || body["format"] != "html" {
			t.Errorf("it asks for %v", body)
		}
		if n := len(r.server.Calls()); n != 3 {
			t.Errorf("%d calls: the languages are asked for once", n)
		}
	}
	r := newRig(t, NameLibre)
	r.server.Chinese = "zt" // traditional only
	if _, err := r.Translate(t.Context(), toZh("It is well.")); !errors.Is(err, ErrRefusedByProvider) || len(r.server.Texts()) != 0 {
		t.Errorf("a server without simplified Chinese: %v", err)
	}
}

// TestLibre_languagesChange: a server that is replaced by one with other codes is asked again.
func TestLibre_languagesChange(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameLibre)
	if _, err := r.Translate(t.Context(), toZh("It is well.")); err != nil {
		t.Fatal(err)
	}
	r.server.Chinese = "zh"
	if _, err := r.Translate(t.Context(), toZh("It is well.")); !errors.Is(err, ErrRefusedByProvider) {
		t.Errorf("%v", err)
	}
	if got, err := r.Translate(t.Context(), toZh("It is well.")); err != nil || got[0] != "译：It is well." {
		t.Errorf("%q, %v", got, err)
	}
}

func TestLibre_languagesFail(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameLibre)
	for _, c := range []struct {
		fault enginetest.Fault
		want  error
	}{{enginetest.WrongJSON(), ErrAnswer}, {enginetest.Status(404), ErrRefusedByProvider}, {enginetest.Body("[]"), ErrRefusedByProvider}} {
		r.server.FailAt("/languages", c.fault, 1)
		if _, err := r.Translate(t.Context(), toZh("It is well.")); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
	if len(r.log.reserved) != 0 {
		t.Errorf("reserved %v for texts that were not sent", r.log.reserved)
	}
}

func TestLibre_keys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "wrong"} {
		r := newRig(t, NameLibre, func(s *Settings) { s.LibreTranslateKey = key })
		if _, err := r.Translate(t.Context(), toZh("It is well.")); !errors.Is(err, ErrRefusedByProvider) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	r := newRig(t, NameLibre, func(s *Settings) { s.LibreTranslateKey = "" })
	r.server.Key = ""
	if _, err := r.Translate(t.Context(), toZh("It is well.")); err != nil {
		t.Errorf("a server that asks for no key: %v", err)
	}
	if _, there := sent(t, r.server)["api_key"]; there {
		t.Error("a key that is not set is sent")
	}
}

// TestLibre_limits: the limits of a server are found by halving.
func TestLibre_limits(t *testing.T) {
	t.Parallel()
	texts := slices.Repeat([]string{"Ten words are in this text, or a few less."}, 9)
	for what, limit := range map[string]func(*enginetest.Server){
		"texts": func(s *enginetest.Server) { s.BatchLimit = 2 }, "characters": func(s *enginetest.Server) { s.CharLimit = 100 },
	} {
		r := newRig(t, NameLibre)
		limit(r.server)
		got, err := r.Translate(t.Context(), toZh(texts...))
		if err != nil || len(got) != 9 || slices.Contains(got, "") {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	r := newRig(t, NameLibre)
	r.server.CharLimit = 10
	if _, err := r.Translate(t.Context(), toZh(texts...)); !errors.Is(err, ErrRefusedByProvider) {
		t.Errorf("no text fits: %v", err)
	}
}

// TestLibre_escaped: a server that leaves its answer escaped is understood, and one that does not is not unescaped twice.
func TestLibre_escaped(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameLibre)
	r.server.Escaped = true
	text := "Use ⟦2⟧ for p < 0.05 & n > 30.\nAlways."
	if got, err := r.Translate(t.Context(), toZh(text)); err != nil || got[0] != "译："+text {
		t.Errorf("%q, %v", got, err)
	}
}

// TestLibre_terms: it has no glossary; terms are left to the caller.
func TestLibre_terms(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameLibre)
	if got, err := r.Translate(t.Context(), withTerms(toZh("After a stroke."), "stroke", "脑卒中")); err != nil || got[0] != "译：After a stroke." {
		t.Errorf("%q, %v", got, err)
	}
	if strings.Contains(string(r.server.Translations()[0].Body), "脑卒中") {
		t.Error("a term was sent")
	}
}
