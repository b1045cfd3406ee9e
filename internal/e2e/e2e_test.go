// Package e2e drives the real hub with a real browser: the program is built and started once with the demo, Chromium
// once, and every test opens windows of its own in it, in both languages. What no unit can show is shown here:
// scripts, sockets, keyboards and two people at once.
//
// Over all tests a watch is kept: no request leaves the hub, no page breaks its security policy, no script fails.
// Without a Chromium the tests are skipped; with CI=true that is a failure.
package e2e

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"senet/internal/i18n"
	"senet/locales"
)

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	if err := stopHub(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// inBoth runs a test in every language.
func inBoth(t *testing.T, f func(t *testing.T, l i18n.Locale)) {
	t.Helper()
	for _, l := range i18n.Locales {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			f(t, l)
		})
	}
}

var bundle = sync.OnceValues(func() (*i18n.Bundle, error) { return i18n.Load(locales.FS) })

// words are the messages of the interface, by which people find their way.
func words(t testing.TB, l i18n.Locale) *i18n.Printer {
	t.Helper()
	b, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	return b.For(l)
}
