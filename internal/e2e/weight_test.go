package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"senet/internal/i18n"
)

// What the first visit of a thread may cost, with everything the page needs.
const (
	maxFirstVisit = 60_000 // bytes over the wire, headers included
	maxRequests   = 6
	postsOnPage   = 30
)

// TestWeight_firstVisitOfAThread measures what a browser without a cache fetches for a page of 30 posts.
func TestWeight_firstVisitOfAThread(t *testing.T) {
	t.Parallel()
	path := longThread(t)
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		w := open(t, setting{})
		w.visit("/" + string(l) + path)
		if n := eval[int](w, `document.querySelectorAll("main article").length`); n != postsOnPage {
			t.Fatalf("the page has %d posts, want %d", n, postsOnPage)
		}
		var urls []string
		var bytes int
		w.untilGo("everything is loaded and the page watches its thread", func() bool {
			var pending []string
			urls, bytes, pending = w.watch.loaded()
			return len(pending) == 1 && strings.Contains(pending[0], "/changes?") && strings.Contains(strings.Join(urls, " "), "/static/icon.")
		})
		t.Logf("%d bytes in %d requests:\n%s", bytes, len(urls), strings.Join(urls, "\n"))
		if bytes > maxFirstVisit {
			t.Errorf("the first visit costs %d bytes, want at most %d", bytes, maxFirstVisit)
		}
		if len(urls) > maxRequests {
			t.Errorf("the first visit takes %d requests, want at most %d", len(urls), maxRequests)
		}
	})
}

// longThread is the path, without the locale, of the demo's thread of more than 30 posts.
func longThread(t *testing.T) string {
	t.Helper()
	answer, err := http.Get(theHub(t).URL + "/api/v1/threads?challenge=infection-amr&limit=100")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var list struct {
		Items []struct {
			URL       string
			PostCount int `json:"post_count"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	for _, th := range list.Items {
		if th.PostCount > postsOnPage {
			u, err := url.Parse(th.URL)
			if err != nil {
				t.Fatal(err)
			}
			return u.Path[len("/en"):]
		}
	}
	t.Fatalf("no thread of infection-amr has more than %d posts", postsOnPage)
	return ""
}
