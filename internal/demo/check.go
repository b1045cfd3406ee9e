package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/markup"
)

// check holds the content against the rules that its rows must obey. Every fault is told, with its file and key.
func (c *content) check() error {
	k := &checker{members: map[string]member{}, handles: map[string]bool{}, slugs: map[string]bool{}, over: map[string]bool{}}
	for _, e := range c.Workshops {
		k.over[e.Key] = e.Day < 0
	}
	for _, m := range c.Members {
		k.member(m)
	}
	for _, ch := range c.Challenges {
		k.challenge(ch)
	}
	for _, m := range c.Members {
		for _, slug := range m.Follows {
			k.require(k.slugs[slug], m.place, "follows", "no challenge %q", slug)
		}
	}
	for _, t := range c.Threads {
		k.thread(t)
	}
	rooms := map[string]bool{}
	for _, r := range c.Rooms {
		k.require(!rooms[r.Challenge], r.place, "challenge", "has its room already")
		rooms[r.Challenge] = true
		k.room(r)
	}
	k.workshops(c.Workshops)
	k.terms(c.Terms)
	k.segments(c.Segments)
	return errors.Join(k.wrong...)
}

type checker struct {
	members map[string]member
	handles map[string]bool
	slugs   map[string]bool
	over    map[string]bool // events, by key
	wrong   []error
}

func (k *checker) require(right bool, place, key, format string, args ...any) {
	if !right {
		k.wrong = append(k.wrong, fmt.Errorf("demo: %s: %s: %s", place, key, fmt.Sprintf(format, args...)))
	}
}

// text requires something to be there and to be what cleaning leaves.
func (k *checker) text(place, key, text string) {
	clean, ok := markup.Clean(text)
	k.require(ok && clean == text, place, key, "holds characters that are never stored")
	k.require(!markup.Blank(text), place, key, "is empty")
}

func (k *checker) lang(place, lang string) {
	_, ok := i18n.ParseWritten(lang)
	k.require(ok, place, "lang", "%q is no language of the hub", lang)
}

func (k *checker) by(place, key, who string) {
	_, ok := k.members[who]
	k.require(ok, place, key, "nobody has the key %q", who)
}

func (k *checker) member(m member) {
	_, twice := k.members[m.Key]
	k.require(m.Key != "" && !twice, m.place, "key", "%q is empty or taken", m.Key)
	k.members[m.Key] = m
	k.text(m.place, "name", m.Name)
	k.text(m.place, "affiliation", m.Affiliation)
	folded := markup.Fold(m.Handle)
	k.require(markup.ValidHandle(m.Handle) && !k.handles[folded], m.place, "handle", "%q is no handle or taken", m.Handle)
	k.handles[folded] = true
	k.require(strings.HasSuffix(m.Email, "@example.org") && m.Email == strings.ToLower(m.Email), m.place, "email",
		"%q is not of example.org, which nobody owns", m.Email)
	k.lang(m.place, m.Lang)
	k.require(slices.Contains([]account.Region{account.Europe, account.China, account.Elsewhere}, account.Region(m.Region)),
		m.place, "region", "unknown %q", m.Region)
	_, err := time.LoadLocation(m.TimeZone)
	k.require(err == nil && m.TimeZone != "", m.place, "time_zone", "unknown %q", m.TimeZone)
	_, known := account.ParseRole(m.Role)
	k.require(known, m.place, "role", "unknown %q", m.Role)
}

func (k *checker) challenge(c challenge) {
	k.require(c.Slug != "" && !k.slugs[c.Slug], c.place, "slug", "%q is empty or taken", c.Slug)
	k.slugs[c.Slug] = true
	for key, text := range map[string]string{"title_en": c.TitleEn, "title_zh": c.TitleZh, "summary_en": c.SummaryEn, "summary_zh": c.SummaryZh} {
		k.text(c.place, key, text)
	}
}

func (k *checker) thread(t thread) {
	k.require(k.slugs[t.Challenge], t.place, "challenge", "no challenge %q", t.Challenge)
	k.require(slices.Contains(forum.Kinds, forum.Kind(t.Kind)), t.place, "kind", "unknown %q", t.Kind)
	k.text(t.place, "title", t.Title)
	w := markup.Weight(t.Title)
	k.require(w >= forum.MinTitle && w <= forum.MaxTitle, t.place, "title", "weighs %d", w)
	k.lang(t.place, t.Lang)
	k.translation(t.translation())
	k.require(markup.Weight(t.TitleTranslated) <= forum.MaxTitle, t.place, "title_translated", "weighs %d", markup.Weight(t.TitleTranslated))
	k.require(t.Outcome == "" || k.over[t.Outcome], t.place, "outcome", "no event %q that is over", t.Outcome)
	k.require(len(t.Posts) > 0, t.place, "post", "has none")
	if len(t.Posts) > 0 && t.Kind == string(forum.Announcement) {
		role := k.members[t.Posts[0].By].Role
		k.require(role != string(account.RoleMember), t.place, "kind", "an announcement by %q, who is no staff", t.Posts[0].By)
	}
	var before age
	for i, p := range t.Posts {
		k.post(p)
		k.require(i == 0 || p.Ago < before, p.place, "ago", "is not after the post before it")
		before = p.Ago
	}
}

func (k *checker) post(p post) {
	k.by(p.place, "by", p.By)
	k.lang(p.place, p.Lang)
	k.require(p.Ago > 0 && time.Duration(p.Ago) < maxAge, p.place, "ago", "is missing or before the hub was opened")
	k.text(p.place, "body", p.Body)
	k.require(p.Was != p.Body, p.place, "was", "is the body")
	k.mentions(p.place, "body", p.Body)
	k.translation(p.translation())
	for kind, who := range p.Reactions {
		k.require(slices.Contains(forum.Reactions, forum.Reaction(kind)), p.place, "reactions", "unknown %q", kind)
		k.each(p.place, "reactions", who)
		k.require(!slices.Contains(who, p.By), p.place, "reactions", "%q reacts to their own post", p.By)
	}
	k.each(p.place, "bookmarks", p.Bookmarks)
}

// each requires members, each named once.
func (k *checker) each(place, key string, who []string) {
	for i, w := range who {
		k.by(place, key, w)
		k.require(!slices.Contains(who[:i], w), place, key, "%q is named twice", w)
	}
}

// mentions requires every "@" that may start a name to name somebody.
func (k *checker) mentions(place, key, text string) {
	named := strings.Count(k.html(text), `class="mention"`)
	k.require(named == strings.Count(text, "@"), place, key, "has %d “@” and %d names", strings.Count(text, "@"), named)
}

// html renders as the hub does, with the handle in place of a member's id.
func (k *checker) html(text string) string {
	known := markup.Mentions{}
	for folded := range k.handles {
		known[folded] = markup.Target{Name: folded}
	}
	href := func(t markup.Target) string { return "/m/" + t.Name }
	return markup.Render(text, markup.Options{Mentions: known, MentionHref: href, IDPrefix: "p-"})
}

func (k *checker) room(r room) {
	k.require(k.slugs[r.Challenge], r.place, "challenge", "no challenge %q", r.Challenge)
	var before age
	for i, m := range r.Messages {
		k.by(m.place, "by", m.By)
		k.lang(m.place, m.Lang)
		k.text(m.place, "body", m.Body)
		k.mentions(m.place, "body", m.Body)
		k.require(markup.Weight(m.Body) <= chat.MaxWeight, m.place, "body", "is too long")
		k.translation(m.translation())
		k.require(markup.Weight(m.Translated) <= chat.MaxWeight, m.place, "translated", "is too long")
		k.require(m.Answers >= 0 && m.Answers <= i, m.place, "answers", "%d is not before it", m.Answers)
		k.require(m.Ago > 0 && time.Duration(m.Ago) < maxAge && (i == 0 || m.Ago < before), m.place, "ago", "is missing or not after the message before it")
		before = m.Ago
	}
}
