package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"senet/internal/i18n"
)

// pagesOf lists the pages somebody can see, without the locale.
func pagesOf(t *testing.T, role string) []string {
	t.Helper()
	long := longThread(t)
	switch role {
	case "visitor":
		return []string{"", "/challenges", "/c/infection-amr", "/c/infection-amr?kind=question&sort=new", "/c/infection-amr/room", long, long + "?after=30",
			"/join", "/sign-in", "/about", "/privacy", "/appearance"}
	case "member":
		return []string{"", long, "/c/infection-amr/new", "/c/infection-amr/room", "/inbox", "/settings", "/bookmarks", "/drafts"}
	}
	return []string{long, "/c/infection-amr/room", "/moderation", "/admin", "/admin/challenges", "/admin/challenges/new", "/admin/members"}
}

// TestPages_areSound opens every page as everybody who may, on a desk and on a small phone: it answers 200, keeps its
// policy, fails no script, asks nobody else for anything (the watch), has one main heading, and is not wider than the screen.
func TestPages_areSound(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"visitor", "member", "admin"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			inBoth(t, func(t *testing.T, l i18n.Locale) {
				s := setting{width: 360}
				switch role {
				case "member":
					s.as = signIn(t, "wang.jing@example.org", l)
				case "admin":
					s.as = signIn(t, "clara.dubois@example.org", l)
				}
				w := open(t, s)
				for _, page := range pagesOf(t, role) {
					w.isSound("/" + string(l) + page)
				}
			})
		})
	}
}

func (w *window) isSound(path string) {
	w.t.Helper()
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
}

// widest names an element that sticks out of the page.
var widest = fmt.Sprintf(`((e) => e ? e.outerHTML.slice(0, %d) : "")([...document.querySelectorAll("main *, header *, footer *")]
	.filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-scroll, pre")).at(-1))`, 300)
