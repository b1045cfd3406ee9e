package demo

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestContent_isValid(t *testing.T) {
	t.Parallel()
	if err := mustRead(t).check(); err != nil {
		t.Error(err)
	}
}

func TestContent_isALivingHub(t *testing.T) {
	t.Parallel()
	c := mustRead(t)
	if got := len(c.Members); got != 16 {
		t.Errorf("%d members, want 16", got)
	}
	if got := len(c.Challenges); got < 6 {
		t.Errorf("%d challenges, want at least 6", got)
	}
	if got := len(c.Threads); got < 24 {
		t.Errorf("%d threads, want at least 24", got)
	}
	longest, most := 0, 0
	posts := map[string]int{}
	for _, th := range c.Threads {
		if len(th.Posts) < 3 {
			t.Errorf("%s has %d posts, want at least 3", th.place, len(th.Posts))
		}
		longest = max(longest, len(th.Posts))
		for _, p := range th.Posts {
			posts[p.Lang]++
		}
	}
	if longest <= 30 {
		t.Errorf("the longest thread has %d posts, want more than 30", longest)
	}
	for _, r := range c.Rooms {
		most = max(most, len(r.Messages))
	}
	if most < 60 {
		t.Errorf("the liveliest room has %d messages, want at least 60", most)
	}
	for _, lang := range []string{"en", "zh"} {
		share := 100 * posts[lang] / (posts["en"] + posts["zh"])
		if share < 40 || share > 60 {
			t.Errorf("%d%% of the posts are in %s, want 40 to 60", share, lang)
		}
	}
	for _, lang := range []string{"en", "zh"} {
		if !slices.ContainsFunc(c.Threads, func(th thread) bool {
			return slices.ContainsFunc(th.Posts, func(p post) bool { return p.Was != "" && p.Lang == lang })
		}) {
			t.Errorf("no post in %s was edited", lang)
		}
	}
}

func TestContent_isReadInBothLanguages(t *testing.T) {
	t.Parallel()
	c := mustRead(t)
	whole, reviewed, translated := 0, 0, map[string]int{}
	people := map[string]bool{}
	for _, th := range c.Threads {
		n := 0
		for _, p := range th.Posts {
			if p.Translated == "" {
				continue
			}
			n++
			translated[p.Lang]++
			people[p.Translator] = true
			if p.Reviewed {
				reviewed++
			}
		}
		if n > 0 && th.TitleTranslated == "" {
			t.Errorf("%s has translated posts under a title that is not", th.place)
		}
		if n == len(th.Posts) && n > 30 {
			whole++
		}
	}
	if whole == 0 {
		t.Error("no long thread is translated from its first post to its last")
	}
	for _, lang := range []string{"en", "zh"} {
		if translated[lang] < 30 {
			t.Errorf("%d posts in %s are translated, want at least 30", translated[lang], lang)
		}
	}
	if share := 100 * reviewed / (translated["en"] + translated["zh"]); share < 20 || share > 50 {
		t.Errorf("%d%% of the translations are reviewed, want about a third", share)
	}
	if len(people) < 8 {
		t.Errorf("%d people have translated, want at least 8", len(people))
	}
	for _, r := range c.Rooms {
		n := 0
		for _, m := range r.Messages {
			if m.Translated != "" {
				n++
			}
		}
		if share := 100 * n / len(r.Messages); share < 40 || share > 60 {
			t.Errorf("%s: %d%% is translated, want about half", r.place, share)
		}
	}
	if len(c.Terms) < 60 || len(c.Segments) < 80 {
		t.Errorf("%d terms and %d segments, want at least 60 and 80", len(c.Terms), len(c.Segments))
	}
}

func TestCheck_tellsWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(c *content)
		want  string
	}{
		"unknown author":          {func(c *content) { c.Threads[2].Posts[1].By = "nobody" }, `thread 3: post 2: by: nobody has the key "nobody"`},
		"unknown mention":         {func(c *content) { c.Threads[0].Posts[0].Body += "\n@somebody" }, "post 1: body: has 1 “@” and 0 names"},
		"order of time":           {func(c *content) { c.Threads[0].Posts[1].Ago = c.Threads[0].Posts[0].Ago }, "post 2: ago: is not after"},
		"announcement by member":  {func(c *content) { c.Threads[0].Kind = "announcement"; c.Threads[0].Posts[0].By = "marek" }, "kind: an announcement by"},
		"own reaction":            {func(c *content) { react(&c.Threads[0].Posts[0], c.Threads[0].Posts[0].By) }, "reacts to their own post"},
		"second room":             {func(c *content) { c.Rooms = append(c.Rooms, c.Rooms[0]) }, "has its room already"},
		"answer to what is later": {func(c *content) { c.Rooms[0].Messages[3].Answers = 4 }, "message 4: answers: 4 is not before it"},
		"unknown challenge":       {func(c *content) { c.Members[0].Follows = []string{"peace"} }, `members.toml: member 1 (anna): follows: no challenge "peace"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := mustRead(t)
			c.spoil(content)
			err := content.check()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("told %v, want %q", err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), ".toml: ") {
				t.Errorf("told %v, want the file", err)
			}
		})
	}
}

func react(p *post, who string) { p.Reactions = map[string][]string{"agree": {who}} }

func TestAge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"74d6h": 74*24*time.Hour + 6*time.Hour, "1d4h52m": 28*time.Hour + 52*time.Minute, "9m": 9 * time.Minute, "92d": 92 * 24 * time.Hour,
	} {
		var a age
		if err := a.UnmarshalText([]byte(text)); err != nil || time.Duration(a) != want {
			t.Errorf("%s is %v, %v; want %v", text, time.Duration(a), err, want)
		}
	}
	for _, text := range []string{"", "5", "2m1h", "3 d", "-1d", "1w"} {
		if err := new(age).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for an age", text)
		}
	}
}

func mustRead(t *testing.T) *content {
	t.Helper()
	c, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
