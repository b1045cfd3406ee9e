package web

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The pairs that stand on each other somewhere, with the ratio WCAG 2.2 asks for: 4.5 for text, 3 for the edges of
// controls and for shapes that carry meaning (1.4.3 and 1.4.11).
var pairs = []struct {
	fore, back string
	want       float64
}{
	{"ink", "paper", 7}, {"ink", "sheet", 7}, {"ink", "field", 7},
	{"ink", "accent-wash", 7}, {"ink", "amber-wash", 7}, {"ink", "brick-wash", 7},
	{"ink-soft", "paper", 4.5}, {"ink-soft", "sheet", 4.5}, {"ink-soft", "field", 4.5},
	{"accent", "paper", 4.5}, {"accent", "sheet", 4.5}, {"accent", "field", 4.5}, {"accent", "accent-wash", 4.5},
	{"accent-deep", "paper", 4.5}, {"accent-deep", "accent-wash", 4.5},
	{"on-accent", "accent", 4.5}, {"on-accent", "accent-deep", 4.5},
	{"amber", "paper", 4.5}, {"amber", "amber-wash", 4.5},
	{"brick", "paper", 4.5}, {"brick", "brick-wash", 4.5}, {"brick", "field", 4.5}, {"paper", "brick", 4.5},
	{"rule-strong", "paper", 3}, {"rule-strong", "field", 3}, {"rule-strong", "sheet", 3},
	{"side-eu", "paper", 3}, {"side-cn", "paper", 3}, {"side-elsewhere", "paper", 3},
	{"side-eu", "sheet", 3}, {"side-cn", "sheet", 3}, {"side-elsewhere", "sheet", 3},
}

func TestTokens_contrast(t *testing.T) {
	light, system, chosen := themes(t)
	if !maps.Equal(system, chosen) {
		t.Error("the dark theme of the system and the chosen one differ")
	}
	for name, colours := range map[string]map[string]string{"light": light, "dark": chosen} {
		for _, p := range pairs {
			got := contrast(t, colours[p.fore], colours[p.back])
			if got < p.want {
				t.Errorf("%s: %s (%s) on %s (%s) is %.2f:1, want %.1f:1", name, p.fore, colours[p.fore], p.back, colours[p.back], got, p.want)
			}
		}
	}
}

func TestTokens_darkThemeHasEveryColour(t *testing.T) {
	light, _, dark := themes(t)
	for name := range light {
		if _, ok := dark[name]; !ok {
			t.Errorf("--%s has no dark value", name)
		}
	}
}

func TestAvatars_contrast(t *testing.T) {
	css := readStatic(t, "css/30-forms.css")
	tints := regexp.MustCompile(`\.tint-\d+ \{ --tint: (#[0-9a-f]{6})`).FindAllStringSubmatch(css, -1)
	if len(tints) != 8 {
		t.Fatalf("%d avatar colours, want 8 as in ui.tint", len(tints))
	}
	for _, m := range tints {
		if got := contrast(t, "#ffffff", m[1]); got < 4.5 {
			t.Errorf("initials on %s: %.2f:1, want 4.5:1", m[1], got)
		}
	}
}

// A custom property that nobody set leaves a rule without effect, silently.
func TestTokens_everyUsedPropertyIsSet(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	css, _ := a.Find(a.URL("app.css"))
	set := map[string]bool{}
	for _, m := range regexp.MustCompile(`(--[\w-]+):`).FindAllSubmatch(css.Body, -1) {
		set[string(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`var\((--[\w-]+)\)`).FindAllSubmatch(css.Body, -1) {
		if !set[string(m[1])] {
			t.Errorf("var(%s) is used and never set", m[1])
		}
	}
}

func themes(t *testing.T) (light, system, chosen map[string]string) {
	css := readStatic(t, "css/00-tokens.css")
	part := func(from, to string) map[string]string {
		_, rest, ok := strings.Cut(css, from)
		body, _, ok2 := strings.Cut(rest, to)
		if !ok || !ok2 {
			t.Fatalf("00-tokens.css has no part from %q to %q", from, to)
		}
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([\w-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(body, -1) {
			colours[m[1]] = m[2]
		}
		return colours
	}
	return part(":root {", "}"), part("dark:system", "dark:chosen"), part("dark:chosen", "dark:end")
}

func readStatic(t *testing.T, name string) string {
	t.Helper()
	b, err := static.ReadFile("static/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// contrast is the ratio of WCAG 2.2 between two colours of the form #rrggbb.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + .05) / (math.Min(la, lb) + .05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("%q is not a colour", colour)
	}
	var sum float64
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(fmt.Errorf("colour %s: %w", colour, err))
		}
		v := float64(n) / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
