package ui

import (
	"github.com/a-h/templ"

	"senet/internal/httpx"
)

func pageTitle(r *httpx.Request, m Meta) string {
	if m.Title == "" {
		return r.T("ui.hub_title")
	}
	return m.Title + " · " + r.T("ui.hub")
}

func description(r *httpx.Request, m Meta) string {
	if m.Description == "" {
		return r.T("ui.hub_description")
	}
	return m.Description
}

// colorScheme tells the browser how to draw its own parts: scroll bars, form controls, the page before its style.
func colorScheme(r *httpx.Request) string {
	if r.Theme == "" {
		return "light dark"
	}
	return r.Theme
}

// neutral is this page without a language; the hub then picks the reader's.
func neutral(r *httpx.Request) string {
	u := r.Path
	if u == "" {
		u = "/"
	}
	if r.Query != "" {
		u += "?" + r.Query
	}
	return u
}

func current(m Meta, section string) templ.Attributes {
	if m.Section != section {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}

func inboxLabel(r *httpx.Request) string {
	if r.Unread == 0 {
		return r.T("ui.nav.inbox")
	}
	return r.N("ui.nav.inbox_unread", r.Unread)
}

func unreadCount(r *httpx.Request) string {
	if r.Unread > 99 {
		return "99+"
	}
	return r.P.Number(r.Unread)
}
