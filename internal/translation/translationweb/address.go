package translationweb

import (
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
)

// Address is the page on which a text is translated into the language that the reader reads.
func Address(r *httpx.Request, sub translation.Subject) templ.SafeURL {
	return address(r, sub, translation.Reading(r.Locale), "")
}

// address is that page for any language, or what is below it: "/history".
func address(r *httpx.Request, sub translation.Subject, into i18n.Locale, below string) templ.SafeURL {
	return templ.SafeURL(r.URL(path(sub, into) + below))
}

// path is the page's path without the locale.
func path(sub translation.Subject, into i18n.Locale) string {
	return fmt.Sprintf("/translate/%s/%d/%s", sub.Kind, sub.ID, into)
}

// switchAddress turns the texts of the page over. The page is named without its locale and comes back in it.
func switchAddress(r *httpx.Request) templ.SafeURL {
	show := "original"
	if r.Texts == "original" {
		show = "translation"
	}
	return templ.SafeURL(r.URL("/texts") + "?show=" + show + "&back=" + url.QueryEscape(r.InLocale(r.Locale)))
}

// reported is the kind under which moderators know a text whose translation is reported; "" of one that they do not look at.
func reported(sub translation.Subject) string {
	switch sub.Kind {
	case translation.Profile:
		return "member"
	case translation.PollOption:
		return ""
	}
	return string(sub.Kind)
}
