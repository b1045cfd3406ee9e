package e2e

import (
	"testing"

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

// TestPages_areSound opens every page as everybody who may, on a small phone: it answers 200, keeps its policy, fails
// no script, asks nobody else for anything (the watch), has one main heading, is not wider than the screen, tells
// assistive technology what everything is, and can be read in both themes.
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
