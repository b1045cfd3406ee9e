package markup

import "testing"

func TestUnlink(t *testing.T) {
	for src, want := range map[string]string{
		"See [the data](https://a.example/x?y=(1)) now": "See the data now",
		"![a picture](//pic.example/p.png \"t\")":       "a picture",
		"Buy at https://shop.example/x, today":          "Buy at … today",
		"见https://shop.example/路径，谢谢":                   "见…，谢谢",
		"<https://a.example> and www.b.example":         "… and …",
		"See [it][1].\n\n[1]: https://a.example":        "See [it][1].\n\n",
		"No link, a [list] (with words)":                "No link, a [list] (with words)",
	} {
		got := Unlink(src)
		if got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
		if links := Links(got); len(links) != 0 {
			t.Errorf("%q still leads to %v", src, links)
		}
	}
}
