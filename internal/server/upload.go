package server

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"senet/internal/httpx"
)

const (
	uploadLimit = 8<<20 + 64<<10 // a file of 8 MiB in its form
	uploadTime  = 5 * time.Minute
)

// Uploads is a Feature that takes files: the addresses, without the locale, of its pages to which administrators may
// send more than others.
type Uploads interface{ Uploads() []string }

// admitUploads decides, once the header of a request is there, how much of a body is read. A large one is held in memory
// whole, so it is read from administrators only: who sends it is asked before, not after.
func admitUploads(auth httpx.Authenticator, features []Feature) func(*fasthttp.RequestHeader) fasthttp.RequestConfig {
	var paths []string
	for _, f := range features {
		if u, ok := f.(Uploads); ok {
			paths = append(paths, u.Uploads()...)
		}
	}
	return func(h *fasthttp.RequestHeader) (usual fasthttp.RequestConfig) {
		if !h.IsPost() {
			return usual
		}
		address, _, _ := strings.Cut(string(h.RequestURI()), "?")
		_, page, _ := strings.Cut(strings.TrimPrefix(address, "/"), "/")
		if !slices.Contains(paths, "/"+page) {
			return usual
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if v, err := auth.BySession(ctx, string(h.Cookie(httpx.SessionCookie))); err != nil || !v.Administers() {
			return usual
		}
		return fasthttp.RequestConfig{MaxRequestBodySize: uploadLimit, ReadTimeout: uploadTime}
	}
}
