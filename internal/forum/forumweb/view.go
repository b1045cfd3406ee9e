package forumweb

import (
	"net/url"
	"slices"
	"strings"

	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
)

// langTag is the lang attribute for a text's language.
func langTag(lang string) string { return i18n.TextTag(lang) }

func escape(s string) string { return url.QueryEscape(s) }

func lastNumber(v threadView) int {
	if len(v.Posts) == 0 {
		return v.First
	}
	return v.Posts[len(v.Posts)-1].Number
}

func count(p forum.Post, k forum.Reaction) int {
	switch k {
	case forum.Agree:
		return p.Agree
	case forum.Thanks:
		return p.Thanks
	}
	return p.Insight
}

func shownCount(r *httpx.Request, n int) string {
	if n == 0 {
		return ""
	}
	return r.P.Number(n)
}

func postSubject(p forum.Post) translation.Subject {
	return translation.Subject{Kind: translation.Post, ID: int64(p.ID)}
}

func titleSubject(t forum.Thread) translation.Subject {
	return translation.Subject{Kind: translation.Thread, ID: int64(t.ID)}
}

func titleOffer(r *httpx.Request, s translation.Shown) string {
	if s.Untranslated {
		return r.T("translations.translate_title")
	}
	return r.T("translations.improve_title")
}

// translatedTitles reports whether any of the threads is listed under a translated title.
func translatedTitles(r *httpx.Request, ts []forum.Thread) bool {
	return slices.ContainsFunc(ts, func(t forum.Thread) bool { return t.TitleIn(r.Locale).Translated() })
}

// translated reports whether any text of the page is shown in a translation.
func (v threadView) translated(r *httpx.Request) bool {
	return v.Title.Translated() || slices.ContainsFunc(v.Posts, func(p forum.Post) bool { return p.Content(r.Locale).Translated() })
}

func bookmarked(v threadView, p forum.Post) bool { return slices.Contains(v.Mine.Bookmarked, p.ID) }

func onOff(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// draftPath leads to where a draft is being written.
func draftPath(d forum.Draft) string {
	kind, of, _ := strings.Cut(d.Place, ":")
	switch kind {
	case "thread":
		return "/t/" + of + "#compose"
	case "challenge":
		return "/c/" + of + "/new"
	}
	return "/p/" + of + "/edit"
}

func draftTitle(r *httpx.Request, d forum.Draft) string {
	if d.Title != "" {
		return d.Title
	}
	kind, _, _ := strings.Cut(d.Place, ":")
	return r.T("forum.drafts." + kind)
}
