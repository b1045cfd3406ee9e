package markup

import (
	"slices"
	"strings"
	"testing"
)

func TestMentionCandidates(t *testing.T) {
	for src, want := range map[string][]string{
		"请@李云龙看一下":                    {"李", "李云", "李云龙", "李云龙看", "李云龙看一", "李云龙看一下"},
		"@AnnaWeber请看":                {"annaweber", "annaweber请", "annaweber请看"},
		"@Anna.":                      {"anna"},
		"@a.b.c...":                   {"a.b.c"},
		"@anna- and":                  {"anna", "anna-"},
		"@anna_w, @x-y":               {"anna_w", "x-y"},
		"(@anna)":                     {"anna"},
		"**@anna**":                   {"anna"},
		"@ＡＮＮＡ":                       {"anna"},
		"@王芳@李雷":                      {"王", "王芳", "李", "李雷"},
		"@李OK吗":                       {"李", "李ok", "李ok吗"},
		"@anna @ANNA":                 {"anna"},
		"> @anna":                     {"anna"},
		"@Jose\u0301":                 {"josé"},
		"Thanks@李雷":                   {"李", "李雷"},
		"mail a@b.example":            nil,
		"中文a@b.example":               nil,
		"a@例子.中国":                     nil,
		"@@anna":                      {"anna"},
		"anna@ anna":                  nil,
		"`@anna`":                     nil,
		"```\n@anna\n```":             nil,
		"    @anna":                   nil,
		`\@anna`:                      nil,
		"@":                           nil,
		"@-anna @.anna @_":            nil,
		"@" + strings.Repeat("a", 32): {strings.Repeat("a", 32)},
		"@" + strings.Repeat("a", 33): nil,
		"https://x.example/@anna":     nil,
		"<https://x.example/@anna>":   nil,
		"@👍":                          nil,
	} {
		if got := MentionCandidates(src); !slices.Equal(got, want) {
			t.Errorf("MentionCandidates(%q)\n got %q\nwant %q", src, got, want)
		}
	}
}

func TestMentionCandidates_bounded(t *testing.T) {
	got := MentionCandidates("@" + strings.Repeat("李", 500))
	if len(got) != 12 {
		t.Errorf("%d candidates for an endless name, want 12", len(got))
	}
	var src strings.Builder
	for i := range 200 {
		src.WriteString("@" + strings.Repeat("b", i%20+1) + string(rune('a'+i%26)) + " ")
	}
	if got := MentionCandidates(src.String()); len(got) != 50 {
		t.Errorf("%d candidates of 200 mentions, want 50", len(got))
	}
}

func TestRender_mentions(t *testing.T) {
	known := Mentions{
		"李云龙":       {ID: 12, Name: "李云龙"},
		"李云":        {ID: 13, Name: "李云"},
		"annaweber": {ID: 7, Name: "Anna Weber"},
		"anna":      {ID: 8},
		"a_b_":      {ID: 9},
	}
	link := func(id, label string) string {
		return `<a class="mention" href="/m/` + id + `" data-member="` + id + `">@` + label + `</a>`
	}
	for src, want := range map[string]string{
		"请@李云龙看一下":                "请" + link("12", "李云龙") + "看一下",
		"请@李云看一下":                 "请" + link("13", "李云") + "看一下",
		"@AnnaWeber请看":            link("7", "Anna Weber") + "请看",
		"@ANNA.":                  link("8", "ANNA") + ".",
		"@annaX":                  "@annaX",
		"*@a_b_*":                 "<em>" + link("9", "a_b_") + "</em>",
		"[@anna](/x)":             `<a href="/x">@anna</a>`,
		"`@anna` \\@anna":         "<code>@anna</code> @anna",
		"x@anna.example":          `<a href="mailto:x@anna.example" rel="nofollow ugc noopener noreferrer">x@anna.example</a>`,
		"@anna's @anna’s (@anna)": link("8", "anna") + "&#39;s " + link("8", "anna") + "’s (" + link("8", "anna") + ")",
	} {
		if got := body(Render(src, Options{Mentions: known})); got != want {
			t.Errorf("%q\n got %s\nwant %s", src, got, want)
		}
	}
}

func TestMentioned(t *testing.T) {
	known := Mentions{"李云龙": {ID: 12, Name: "李云龙"}, "李云": {ID: 13, Name: "李云"}, "anna": {ID: 8, Name: "Anna"}}
	got := Mentioned("> @李云 问\n\n@anna @李云龙看 @Anna [@李云](/x)", known)
	if want := []Target{known["anna"], known["李云龙"]}; !slices.Equal(got, want) {
		t.Errorf("Mentioned = %v, want %v: each once, without the quoted and the linked one", got, want)
	}
	if Mentioned("@anna", nil) != nil {
		t.Error("nobody is known, so nobody is mentioned")
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{"AnnaWeber": "annaweber", "Ａｎｎａ": "anna", "李云龙": "李云龙", "JOSE\u0301": "josé", "ẞ": "ß", "x": "x"} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHandle(t *testing.T) {
	for name, want := range map[string]string{
		"Anna Weber":                            "AnnaWeber",
		"李云龙":                                   "李云龙",
		"José Müller-Lüdenscheidt":              "JoseMuller-Ludenscheidt",
		"Prof. Dr. med. Anna Weber (Charité)":   "AnnaWeber",
		"阿布·杜拉":                                 "阿布杜拉",
		"王芳（四川大学）":                              "王芳",
		"Søren Ærø":                             "SorenAero",
		"Ελένη Παπαδοπούλου":                    "EleniPapadopoulou",
		"Иван Петров":                           "IvanPetrov",
		"Anna-Maria Katharina von Hohenzollern": "Anna-MariaKatharinavon",
		"Abcdefghijklmnopqrstuvwxyz":            "Abcdefghijklmnopqrstuvwx",
		"J. R. R. Tolkien":                      "JRRTolkien",
		"- _ -":                                 "",
		"🎉":                                     "",
		"   ":                                   "",
		"(Anna)":                                "Anna",
	} {
		got := Handle(name)
		if got != want {
			t.Errorf("Handle(%q) = %q, want %q", name, got, want)
		}
		if got != "" && !ValidHandle(got) {
			t.Errorf("Handle(%q) = %q, which is no valid handle", name, got)
		}
	}
}

func TestValidHandle(t *testing.T) {
	for handle, want := range map[string]bool{
		"anna": true, "李云龙": true, "a.b-c_d": true, "a_": true, "a-": true, "1a": true, "José": true,
		"": false, "a.": false, "a..b": false, ".a": false, "-a": false, "a b": false, "a@b": false, "a\xff": false,
		strings.Repeat("a", 32): true, strings.Repeat("a", 33): false, strings.Repeat("李", 12): true, strings.Repeat("李", 13): false,
	} {
		if got := ValidHandle(handle); got != want {
			t.Errorf("ValidHandle(%q) = %v, want %v", handle, got, want)
		}
		if want && !slices.Contains(MentionCandidates("@"+handle), Fold(handle)) {
			t.Errorf("%q is valid and can never be mentioned", handle)
		}
	}
}

func TestHandlesAt(t *testing.T) {
	for _, c := range []struct {
		before rune
		after  string
		want   []string
	}{
		{' ', "anna.b. Thanks", []string{"anna.b"}},
		{'谢', "李云龙", []string{"李", "李云", "李云龙"}},
		{'x', "example.org", nil},
		{' ', " anna", nil},
	} {
		if got := HandlesAt(c.before, c.after); !slices.Equal(got, c.want) {
			t.Errorf("HandlesAt(%q, %q) = %q, want %q", c.before, c.after, got, c.want)
		}
	}
}

func TestInline(t *testing.T) {
	t.Parallel()
	members := Mentions{"anna": {ID: 1, Name: "Anna"}, "张敏": {ID: 2, Name: "张敏"}}
	if !strings.Contains(Render("x @Anna y", Options{Mentions: members}), `class="mention"`) {
		t.Fatal("nobody is mentioned by @Anna")
	}
	for _, text := range []string{"a *b* _c_ `d` [e](f) <b>g</b> &amp; ~h~ # | @Anna ^1^ 5. - + !", `\*`, "中文**重要**@张敏", "[^1]", "https://hub.example/a_b_c", "$x$"} {
		html := Render("x "+Inline(text)+" y", Options{Mentions: members})
		if strings.Contains(html, `class="mention"`) {
			t.Errorf("%q mentions somebody: %s", text, html)
		}
		if got := strings.TrimSpace(Plain("x " + Inline(text) + " y")); got != "x "+text+" y" {
			t.Errorf("%q reads %q", text, got)
		}
	}
}
