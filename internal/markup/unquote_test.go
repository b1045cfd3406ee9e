package markup

import "testing"

func TestCutQuotes(t *testing.T) {
	t.Parallel()
	const hidden = "Call Professor Zebra on 0123 456.\n\n我家在上海东边，请来电话联系我。\n\nYes."
	for src, want := range map[string]string{
		Quote("anna", hidden) + "I agree.":                     "> […]\n\nI agree.",
		"> Call Professor Zebra on 0123 456.\n\nReally?":       "> […]\n\nReally?",
		"Before\n> Professor Zebra on 0123\n> and more\nafter": "Before\n> […]\nafter",
		"> **anna**\n>\n> 我家在上海东边，请来电话联系我。\n\n好的。\n\n> 别人说的话":  "> […]\n\n好的。\n\n> 别人说的话",
		">> Call Professor Zebra on 0123 456.":                 "> […]",
		"> Yes.\n\nYes.":                                       "",
		"> Something else that was said here":                  "",
		"Call Professor Zebra on 0123 456. It is no quote.":    "",
		"a > b and Professor Zebra on 0123":                    "",
	} {
		got, cut := CutQuotes(src, hidden)
		if want == "" {
			want = src
		}
		if got != want || cut != (got != src) {
			t.Errorf("%q\n got %q, %v\nwant %q", src, got, cut, want)
		}
	}
}
