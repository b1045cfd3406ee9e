package ui

import "testing"

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
