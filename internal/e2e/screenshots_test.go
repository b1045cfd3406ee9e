package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"senet/internal/i18n"
)

// TestScreenshots saves pictures of the pages of the demo, for reviews and the README, where SENET_SCREENSHOTS names
// a directory: thread-zh-dark-390.png.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SENET_SCREENSHOTS")
	if dir == "" {
		t.Skip("SENET_SCREENSHOTS names no directory")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	long := longThread(t)
	moderate(t)
	for _, l := range i18n.Locales {
		someone, anna, clara := signIn(t, "wang.jing@example.org", l), moderator(t, l), signIn(t, "clara.dubois@example.org", l)
		for _, shot := range []struct {
			name, path string
			as         *member
		}{
			{"home", "", nil},
			{"challenges", "/challenges", nil},
			{"challenge", "/c/infection-amr", nil},
			{"thread", long, nil},
			{"thread-member", long + "?after=30", someone},
			{"write", "/c/infection-amr/new", someone},
			{"history", firstEdited(t), nil},
			{"room", "/c/infection-amr/room", someone},
			{"join", "/join", nil},
			{"sign-in", "/sign-in", nil},
			{"settings", "/settings", someone},
			{"inbox", "/inbox", someone},
			{"bookmarks", "/bookmarks", anna},
			{"about", "/about", nil},
			{"moderation", "/moderation", anna},
			{"thread-moderator", long, anna},
			{"admin", "/admin", clara},
			{"admin-challenges", "/admin/challenges", clara},
			{"admin-members", "/admin/members", clara},
			{"admin-translation", "/admin/translation", clara},
			{"admin-memory", "/admin/memory", clara},
			{"glossary", "/glossary", nil},
			{"glossary-import", "/glossary/import", clara},
			{"privacy", "/privacy", nil},
			{"not-found", "/t/999999", nil},
		} {
			t.Run(shot.name+"-"+string(l), func(t *testing.T) {
				t.Parallel()
				w := open(t, setting{as: shot.as})
				for _, width := range []int64{390, 1280} {
					for _, theme := range []string{"light", "dark"} {
						w.do("set the size", screen(width, 900, theme))
						w.do("visit", chromedp.Navigate(w.origin+"/"+string(l)+shot.path))
						w.picture(filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.png", shot.name, l, theme, width)), width, theme)
					}
				}
			})
		}
	}
}

// moderate does something for the moderation log to show.
func moderate(t *testing.T) {
	t.Helper()
	anna := moderator(t, i18n.En)
	newcomer := join(t, texts[i18n.En].name, i18n.En)
	th := newcomer.start(t, "Our clinic buys pulse oximeters in bulk", "Write to us for a **special price**.")
	call[any](t, anna, http.MethodPost, fmt.Sprintf("/posts/%d/hide", th.PostID), map[string]string{"reason": "Advertising"})
	p := newcomer.reply(t, newcomer.start(t, "Which oximeter at night?", "Asking for a home study."), "Nobody?")
	call[any](t, anna, http.MethodPost, fmt.Sprintf("/posts/%d/hide", p.ID), map[string]string{"reason": "Off topic"})
	call[any](t, moderator(t, i18n.Zh), http.MethodPost, fmt.Sprintf("/posts/%d/unhide", p.ID), map[string]string{"reason": "催一下回复，没有跑题。"})
}

// firstEdited is the history of a post of the demo that was edited.
func firstEdited(t *testing.T) string {
	t.Helper()
	w := open(t, setting{})
	w.visit("/en" + longThread(t))
	return eval[string](w, `document.querySelector("main a[href$='/history']").getAttribute("href").replace("/en", "")`)
}

// tallest bounds a picture: nobody looks at more of a page.
const tallest = 3000

func (w *window) picture(file string, width int64, theme string) {
	w.t.Helper()
	height := min(eval[int64](w, "document.documentElement.scrollHeight"), tallest)
	w.do("make room for all of the page", screen(width, height, theme))
	w.until("the page has taken its room", fmt.Sprintf("innerWidth === %d && innerHeight === %d", width, height))
	w.do("wait for the next frame", nextFrame)
	png := ask(w, "take a picture", chromedp.CaptureScreenshot())
	if err := os.WriteFile(file, png, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// nextFrame waits until the page has been drawn.
func nextFrame(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	return chromedp.Evaluate[chromedp.Void](`document.fonts.ready.then(() =>
		new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn()))))`, chromedp.EvalAwaitPromise)(ctx, t)
}
