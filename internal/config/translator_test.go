package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"senet/internal/i18n"
)

func TestParse_translator(t *testing.T) {
	t.Parallel()
	c, err := Parse(nil, env())
	if err != nil {
		t.Fatal(err)
	}
	got := c.Translator
	if !slices.Equal(got.Order, []string{"deepl", "openai", "libretranslate"}) || got.Timeout != 20*time.Second || got.Rate != 5 || got.Budget != 0 ||
		got.Inside != nil || got.DeepLKey+got.DeepLURL+got.LibreTranslateURL+got.LibreTranslateKey+got.OpenAIURL+got.OpenAIKey+got.OpenAIModel != "" {
		t.Errorf("defaults: %v %v %v %v", got.Order, got.Timeout, got.Rate, got.Budget)
	}
	c, err = Parse([]string{"--translator-rate=0.5"}, env(
		"SENET_TRANSLATOR_ORDER", " OpenAI , libretranslate", "SENET_TRANSLATOR_INSIDE", "libretranslate",
		"SENET_TRANSLATOR_DEEPL_KEY", "secret1:fx", "SENET_TRANSLATOR_DEEPL_URL", "https://deepl.example/",
		"SENET_TRANSLATOR_LIBRETRANSLATE_URL", "http://127.0.0.1:5000", "SENET_TRANSLATOR_LIBRETRANSLATE_KEY", "secret2",
		"SENET_TRANSLATOR_OPENAI_URL", "https://host/v1/", "SENET_TRANSLATOR_OPENAI_KEY", "secret3", "SENET_TRANSLATOR_OPENAI_MODEL", "qwen",
		"SENET_TRANSLATOR_TIMEOUT", "1m30s", "SENET_TRANSLATOR_RATE", "9", "SENET_TRANSLATOR_BUDGET", "500000"))
	if err != nil {
		t.Fatal(err)
	}
	got = c.Translator
	if !slices.Equal(got.Order, []string{"openai", "libretranslate"}) || !slices.Equal(got.Inside, []string{"libretranslate"}) ||
		got.DeepLKey != "secret1:fx" || got.DeepLURL != "https://deepl.example" || got.LibreTranslateURL != "http://127.0.0.1:5000" ||
		got.LibreTranslateKey != "secret2" || got.OpenAIURL != "https://host/v1" || got.OpenAIKey != "secret3" || got.OpenAIModel != "qwen" ||
		got.Timeout != 90*time.Second || got.Rate != 0.5 || got.Budget != 500000 {
		t.Error("what is set is not what is read")
	}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		if strings.Contains(text, "secret") {
			t.Errorf("a printed Config shows a key: %s", text)
		}
	}
}

// TestParse_translatorSecrets: what is wrong with a key or an address is told without it.
func TestParse_translatorSecrets(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--translator-deepl-key", "top secret"}, {"--translator-openai-url", "https://me:secret@host/v1"}} {
		_, err := Parse(args, env())
		var m *Misuse
		if !errors.As(err, &m) {
			t.Fatalf("%v: %v", args, err)
		}
		for _, l := range i18n.Locales {
			if text := words(t, l).Message(m.Message); strings.Contains(text, "secret") || !strings.Contains(text, args[0]) {
				t.Errorf("%v: %s", args, text)
			}
		}
	}
}
