package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// isSound checks what holds of every page.
func (w *window) isSound(path string) {
	w.t.Helper()
	w.do("use the light theme", screen(360, 900, "light"))
	answer := ask(w, "visit "+path, chromedp.NavigateResponse(w.origin+path))
	if answer.Status != http.StatusOK {
		w.t.Errorf("%s answers %d", path, answer.Status)
		return
	}
	if n := eval[int](w, `document.querySelectorAll("h1").length`); n != 1 {
		w.t.Errorf("%s has %d main headings, want 1", path, n)
	}
	if wide := eval[int](w, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		w.t.Errorf("%s is %d px wider than a phone: %s", path, wide, eval[string](w, widest))
	}
	if ids := eval[string](w, `[...document.querySelectorAll("[id]")].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i).join(" ")`); ids != "" {
		w.t.Errorf("%s gives ids twice: %s", path, ids)
	}
	for _, nameless := range w.nameless() {
		w.t.Errorf("%s: a %s has no name for who cannot see it", path, nameless)
	}
	for _, theme := range []string{"light", "dark"} {
		w.do("use the theme", screen(360, 900, theme))
		for _, pale := range eval[[]string](w, pale) {
			w.t.Errorf("%s is hard to read in the %s theme: %s", path, theme, pale)
		}
	}
}

// widest names an element that sticks out of the page.
var widest = fmt.Sprintf(`((e) => e ? e.outerHTML.slice(0, %d) : "")([...document.querySelectorAll("main *, header *, footer *")]
	.filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-scroll, pre")).at(-1))`, 300)

// named are the roles that mean nothing without a name.
var named = []string{"button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "heading", "image", "DisclosureTriangle", "navigation"}

// nameless are the things of the page that a screen reader could only call by their role.
func (w *window) nameless() (found []string) {
	w.t.Helper()
	tree := ask(w, "read the accessibility tree", request(accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}))
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		role := strings.Trim(string(n.Role.Value), `"`)
		if !slices.Contains(named, role) {
			continue
		}
		if n.Name == nil || strings.Trim(string(n.Name.Value), `" `) == "" {
			found = append(found, role)
		}
	}
	return found
}

// pale lists texts whose contrast to what is behind them is below 4.5:1, or 3:1 of large ones (WCAG 2.2, 1.4.3).
// Disabled controls and what is not drawn do not count.
const pale = `(() => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const rgba = (color) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = color;
		canvas.fillRect(0, 0, 1, 1);
		const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
		return [r, g, b, a / 255];
	};
	const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3]));
	const behind = (e) => {
		if (!e) return rgba(getComputedStyle(document.body).backgroundColor).slice(0, 3);
		const own = rgba(getComputedStyle(e).backgroundColor);
		return own[3] === 1 ? own.slice(0, 3) : over(own, behind(e.parentElement));
	};
	const light = (rgb) => {
		const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const found = new Set();
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement;
		if (!texts.currentNode.data.trim() || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
		if (e.closest("option, :disabled, svg, .visually-hidden, .skip")) continue;
		const style = getComputedStyle(e);
		const back = behind(e);
		const front = over(rgba(style.color), back);
		const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < (large ? 3 : 4.5)) found.add(ratio.toFixed(2) + " “" + texts.currentNode.data.trim().slice(0, 40) + "” in " + e.cloneNode().outerHTML.slice(0, 120));
	}
	return [...found];
})()`

// TestSound_notices spoils a page, so that the silence of isSound means something.
func TestSound_notices(t *testing.T) {
	t.Parallel()
	w := open(t, setting{width: 360})
	w.visit("/en/about")
	if found := append(eval[[]string](w, pale), w.nameless()...); len(found) != 0 {
		t.Fatalf("the page is not sound: %q", found)
	}
	w.do("spoil the page", evaluateQuietly(`(() => {
		document.querySelector("h1").style.color = "#ccc";
		document.querySelector("main p").style.color = "rgb(0 0 0 / 40%)";
		document.querySelector("main").append(document.createElement("button"));
		document.querySelector("main").append(Object.assign(document.createElement("img"), { src: "data:image/gif;base64,R0lGODlhAQABAAAAACw=" }));
	})()`))
	if found := eval[[]string](w, pale); len(found) != 2 {
		t.Errorf("two pale texts are noticed as %q", found)
	}
	if found := w.nameless(); !slices.Equal(found, []string{"button", "image"}) {
		t.Errorf("a button and an image without names are noticed as %q", found)
	}
}
