package ui

import (
	"github.com/a-h/templ"

	"senet/internal/httpx"
)

// mentionWords are where mention.js asks and what it says.
func mentionWords(r *httpx.Request, near string) templ.Attributes {
	url := "/api/v1/members?"
	if near != "" {
		url += near + "&"
	}
	a := templ.Attributes{"data-mentions": url + "q="}
	for form, words := range r.P.Forms("ui.mention.count") {
		a["data-count-"+form] = words
	}
	return a
}
