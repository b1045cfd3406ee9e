package ui

import (
	"net/url"
	"strconv"

	"senet/internal/httpx"
)

// ReportTranslationURL is the page on which a text's translation into a language is reported.
func ReportTranslationURL(r *httpx.Request, kind string, id int64, into string, back string) string {
	return r.URL("/report/" + kind + "/" + strconv.FormatInt(id, 10) + "?" + url.Values{"into": {into}, "back": {back}}.Encode())
}

// ReportURL is the page on which a text is reported; back is where it leads again, "" nowhere.
func ReportURL(r *httpx.Request, kind string, id int64, back string) string {
	u := r.URL("/report/" + kind + "/" + strconv.FormatInt(id, 10))
	if back != "" {
		u += "?" + url.Values{"back": {back}}.Encode()
	}
	return u
}
