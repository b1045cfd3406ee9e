package ui

import (
	"maps"
	"slices"
	"time"

	"senet/internal/fault"
	"senet/internal/httpx"
)

func inputType(t string) string {
	if t == "" {
		return "text"
	}
	return t
}

// fieldNames gives the wrong fields in one order, so that a page drawn twice is the same.
func fieldNames(f *fault.Fault) []string { return slices.Sorted(maps.Keys(f.Fields)) }

// wait puts a waiting time into words, rounded up.
func wait(r *httpx.Request, d time.Duration) string {
	if s := int((d + time.Second - 1) / time.Second); s < 60 {
		return r.N("ui.seconds", s)
	}
	return r.N("ui.minutes", int((d+time.Minute-1)/time.Minute))
}
