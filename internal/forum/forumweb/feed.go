package forumweb

import (
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/translation"
	"senet/internal/translation/translationweb"
)

// An Atom feed (RFC 4287), in one language of the interface; texts carry their own language.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type atomEntry struct {
	Lang      string   `xml:"xml:lang,attr,omitempty"`
	ID        string   `xml:"id"`
	Title     atomLine `xml:"title"`
	Updated   string   `xml:"updated"`
	Published string   `xml:"published"`
	Author    string   `xml:"author>name"`
	Link      atomLink `xml:"link"`
	Content   atomText `xml:"content"`
}

// atomLine is a line in a language that need not be the entry's.
type atomLine struct {
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func (h *Handlers) challengeFeed(c *fiber.Ctx) error {
	r := httpx.Of(c)
	ch, err := h.forum.FindChallenge(c.UserContext(), c.Params("slug"))
	if err != nil {
		return err
	}
	threads, _, err := h.forum.ListThreads(c.UserContext(), forum.ThreadFilter{Locale: r.Locale, Challenge: ch.ID, Sort: forum.ByNewest})
	if err != nil {
		return err
	}
	ids := make([]forum.ThreadID, len(threads))
	for i, t := range threads {
		ids[i] = t.ID
	}
	openings, err := h.forum.Openings(c.UserContext(), r.Locale, ids)
	if err != nil {
		return err
	}
	title, _ := ch.Title().In(r.Locale)
	f := feedOf(r, title, "/c/"+ch.Slug)
	for _, t := range threads {
		if p, ok := openings[t.ID]; ok {
			f.add(r, p, t.TitleIn(r.Locale), t.Path())
		}
	}
	return sendFeed(c, f)
}

func (h *Handlers) threadFeed(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	t, err := h.forum.FindThread(c.UserContext(), r.Viewer, r.Locale, id)
	if err != nil {
		return err
	}
	posts, err := h.forum.NewestPosts(c.UserContext(), r.Locale, id, forum.PageSize)
	if err != nil {
		return err
	}
	title := t.TitleIn(r.Locale)
	f := feedOf(r, title.Text, t.Path())
	for _, p := range posts {
		f.add(r, p, title, fmt.Sprintf("/p/%d", p.ID))
	}
	return sendFeed(c, f)
}

func feedOf(r *httpx.Request, title, path string) *atomFeed {
	page := r.BaseURL + r.URL(path)
	return &atomFeed{Lang: r.Locale.Tag(), ID: page, Title: title, Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Links: []atomLink{{Rel: "alternate", Href: page, Type: "text/html"}, {Rel: "self", Href: r.BaseURL + r.URL(r.Path), Type: "application/atom+xml"}}}
}

func (f *atomFeed) add(r *httpx.Request, p forum.Post, title translation.Shown, path string) {
	shown := p.Content(r.Locale)
	updated := p.CreatedAt
	if p.EditedAt != nil {
		updated = *p.EditedAt
	}
	if shown.At != nil && shown.At.After(updated) {
		updated = *shown.At
	}
	if at := updated.UTC().Format(time.RFC3339); at > f.Updated {
		f.Updated = at
	}
	f.Entries = append(f.Entries, atomEntry{
		Lang: langTag(shown.Lang), ID: fmt.Sprintf("%s/p/%d", r.BaseURL, p.ID), Title: atomLine{langTag(title.Lang), title.Text}, Author: p.AuthorName,
		Updated: updated.UTC().Format(time.RFC3339), Published: p.CreatedAt.UTC().Format(time.RFC3339),
		Link:    atomLink{Rel: "alternate", Href: r.BaseURL + r.URL(path)},
		Content: atomText{Type: "html", Text: strings.ReplaceAll(shown.HTML, `href="/`, `href="`+r.BaseURL+"/") + provenance(r, shown)},
	})
}

// provenance says below a translated text where it comes from.
func provenance(r *httpx.Request, s translation.Shown) string {
	if !s.Translated() {
		return ""
	}
	return "<p><small>" + html.EscapeString(translationweb.Label(r, s)) + "</small></p>"
}

func sendFeed(c *fiber.Ctx, f *atomFeed) error {
	c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "private, max-age=60")
	out, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return c.Send(append([]byte(xml.Header), out...))
}
