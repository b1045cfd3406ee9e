package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"senet/internal/config"
	"senet/internal/i18n"
	"senet/locales"
)

// TestReadme_settings: the README's table is what config documents, line by line.
func TestReadme_settings(t *testing.T) {
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	p := words.For(i18n.En)
	var want []string
	for _, s := range config.Settings() {
		value := "`" + s.Default + "`"
		if s.DefaultKey != "" {
			value = p.T(s.DefaultKey)
		}
		want = append(want, fmt.Sprintf("| `--%s` | `%s` | %s | %s |", s.Flag, s.Env, value, p.T(s.Key)))
	}
	if got := rows(t, "README.md"); !slices.Equal(got, want) {
		t.Errorf("the settings of README.md are\n%s\n\nand config documents\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestReadme_chineseSettings: the short table of README.zh.md names settings that are there, with their variables.
func TestReadme_chineseSettings(t *testing.T) {
	var known []string
	for _, s := range config.Settings() {
		known = append(known, fmt.Sprintf("| `--%s` | `%s` | ", s.Flag, s.Env))
	}
	got := rows(t, "README.zh.md")
	for _, row := range got {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(row, k) }) {
			t.Errorf("README.zh.md: no such setting: %s", row)
		}
	}
	if len(got) == 0 {
		t.Error("README.zh.md has no table of settings")
	}
}

// TestReadme_packages: every package of ours is in the README's map, by its own name or its feature's.
func TestReadme_packages(t *testing.T) {
	text := read(t, "README.md")
	for _, p := range packages(t) {
		name := p.path
		if _, web, ok := rank(p.path); ok && web {
			name = filepath.ToSlash(filepath.Dir(p.path))
		}
		if name == "internal/pg/local" || name == "internal/pg/pgtest" || name == "internal/app/apptest" ||
			name == "internal/app/pseudo" || name == "internal/mail/mailtest" || name == "internal/translation/engine/enginetest" || name == "internal/translation/translationtest" {
			continue // told of with the package above them
		}
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("README.md does not say what %s is for", name)
		}
	}
}

// rows are the lines of the table of settings.
func rows(t *testing.T, name string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(read(t, name)) {
		if strings.HasPrefix(line, "| `--") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
