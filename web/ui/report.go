package ui

import (
	"net/url"
	"strconv"

	"senet/internal/httpx"
)

// ReportURL is the page on which a text is reported; back is where it leads again, "" nowhere.
func ReportURL(r *httpx.Request, kind string, id int64, back string) string {
	u := r.URL("/report/" + kind + "/" + strconv.FormatInt(id, 10))
	if back != "" {
		u += "?" + url.Values{"back": {back}}.Encode()
	}
	return u
}
