package ui

import (
	"encoding/xml"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Anna Weber": "AW", "Inês Carvalho": "IC", "Jean-Luc de la Tour": "JT", "Plato": "P", "": "", "  ": "",
		"李明": "明", "王小红": "小红", "欧阳娜娜": "娜娜", "李": "李", "Éva Nagy": "ÉN", "...": ".",
	} {
		if got := initials(name); got != want {
			t.Errorf("initials(%q) = %q, want %q", name, got, want)
		}
	}
}

// Icon panics on an unknown name, and a page may show an icon only now and then.
func TestIcon_everyNameUsedExists(t *testing.T) {
	name := regexp.MustCompile(`\bIcon\("([^"]*)"\)`)
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".templ" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range name.FindAllSubmatch(src, -1) {
			seen++
			if _, ok := icons[string(m[1])]; !ok {
				t.Errorf("%s uses the icon %q, which does not exist", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Errorf("only %d icons found in use: the search is broken", seen)
	}
}

// An icon is written into every page that shows it: it must be well-formed and short.
func TestIcon_shapes(t *testing.T) {
	for name, shape := range icons {
		if err := xml.Unmarshal([]byte("<g>"+shape+"</g>"), new(struct{})); err != nil {
			t.Errorf("icon %s: %v", name, err)
		}
		if len(shape) > 300 {
			t.Errorf("icon %s is %d bytes long", name, len(shape))
		}
	}
}
