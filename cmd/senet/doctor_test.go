package main

import (
	"bytes"
	"testing"

	"senet/internal/config"
	"senet/internal/i18n"
	"senet/locales"
)

func TestTellEngines(t *testing.T) {
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	set := config.Translator{Order: []string{"deepl", "libretranslate"}, Inside: []string{"libretranslate"}, DeepLKey: "a-secret",
		LibreTranslateURL: "http://127.0.0.1:5000"}
	for _, c := range []struct {
		locale i18n.Locale
		set    config.Translator
		want   string
	}{
		{i18n.En, set, "Translation engines: DeepL and LibreTranslate (inside the house).\n"},
		{i18n.Zh, set, "翻译引擎：DeepL和LibreTranslate（机构内部）。\n"},
		{i18n.En, config.Translator{Order: set.Order}, "No translation engine is set.\n"},
	} {
		var out bytes.Buffer
		if err := tellEngines(console{out: &out, words: words.For(c.locale)}, config.Config{Translator: c.set}); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("doctor says %q, want %q", out.String(), c.want)
		}
	}
}
