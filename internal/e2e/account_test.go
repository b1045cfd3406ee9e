package e2e

import (
	"testing"

	"github.com/google/uuid"

	"senet/internal/i18n"
)

func TestJoin_signOutAndInAgain(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		w := open(t, setting{})
		w.visit("/" + string(l) + "/")
		w.follow(`main a[href$="/join"]`)
		w.fill(`#name`, texts[l].name)
		email := uuid.NewString() + "@example.org"
		w.fill(`#email`, email)
		w.fill(`#password`, password)
		w.fill(`#affiliation`, "University of Galway")
		w.choose("region", "other")
		w.click(submit("main form"))
		if !eval[bool](w, `document.querySelector("#consent").matches(":invalid")`) {
			t.Error("the form can be sent without consent")
		}
		w.click(`#consent`)
		w.follow(submit("main form"))
		w.shows("h1", words(t, l).T("join.welcome.title", "Name", texts[l].name))

		w.click(`header details summary`)
		w.follow(`header form[action$="/sign-out"] button`)
		w.until("nobody is signed in", `document.querySelector("header a[href*='/sign-in']")`)
		w.visit("/" + string(l) + "/sign-in")
		w.fill(`#login`, email)
		w.fill(`#password`, "not the password")
		w.follow(submit("main form"))
		w.shows(`[role=alert]`, words(t, l).T("account.sign_in.wrong"))
		if got := eval[string](w, `document.querySelector("#login").value`); got != email {
			t.Errorf("the form keeps %q, want %q", got, email)
		}
		w.fill(`#password`, password)
		w.follow(submit("main form"))
		w.shows("header details", texts[l].name)
	})
}
