package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

func TestLoad_everyFileHasItsURL(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app.css", "js/app.js", "icon.svg"} {
		f, ok := a.Find(a.URL(name))
		if !ok || len(f.Body) == 0 || f.ContentType == "application/octet-stream" {
			t.Errorf("Find(URL(%q)) = %v, %q with %d bytes", name, ok, f.ContentType, len(f.Body))
		}
	}
	if _, ok := a.Find("/static/js/app.js"); ok {
		t.Error("a file is found without its hash: it would be cached for ever")
	}
}

func TestLoad_importsCarryHashes(t *testing.T) {
	files := fstest.MapFS{
		"js/room.js": {Data: []byte("import { a } from \"./keys.js\";\nimport \"./b/c.js\";\nexport * from \"./keys.js\";\nimport(\"./keys.js\");\n")},
		"js/keys.js": {Data: []byte("export const a = 1;\n")},
		"js/b/c.js":  {Data: []byte("import { a } from \"../keys.js\";\n")},
	}
	before := mustLoad(t, files)
	room, _ := before.Find(before.URL("js/room.js"))
	if n := strings.Count(string(room.Body), `"`+before.URL("js/keys.js")+`"`); n != 3 {
		t.Errorf("room.js names the hashed keys.js %d times, want 3:\n%s", n, room.Body)
	}
	files["js/keys.js"] = &fstest.MapFile{Data: []byte("export const a = 2;\n")}
	after := mustLoad(t, files)
	for _, name := range []string{"js/keys.js", "js/b/c.js", "js/room.js"} {
		if before.URL(name) == after.URL(name) {
			t.Errorf("%s keeps its URL although a module below it changed", name)
		}
	}
}

func TestImports_allThatAModuleNeeds(t *testing.T) {
	a := mustLoad(t, fstest.MapFS{
		"js/room.js":  {Data: []byte("import { a } from \"./log.js\";\nimport \"./keys.js\";\nif (a) import(\"./late.js\");\n")},
		"js/log.js":   {Data: []byte("export * from \"./patch.js\";\nimport { k } from \"./keys.js\";\n")},
		"js/patch.js": {Data: []byte("export const a = 1;\n")}, "js/keys.js": {Data: []byte("export const k = 1;\n")},
		"js/late.js": {Data: []byte("import \"./patch.js\";\n")},
	})
	want := []string{a.URL("js/patch.js"), a.URL("js/keys.js"), a.URL("js/log.js")}
	if got := a.Imports("js/room.js"); !slices.Equal(got, want) {
		t.Errorf("room.js needs %q, want %q", got, want)
	}
	if got := a.Imports("js/keys.js"); len(got) != 0 {
		t.Errorf("keys.js needs %q", got)
	}
}

func TestLoad_brokenImports(t *testing.T) {
	_, err := load(fstest.MapFS{"js/a.js": {Data: []byte(`import "./gone.js";`)}})
	if err == nil || !strings.Contains(err.Error(), "js/gone.js") {
		t.Errorf("a missing module: %v, want an error that names it", err)
	}
	_, err = load(fstest.MapFS{"js/a.js": {Data: []byte(`import "./b.js";`)}, "js/b.js": {Data: []byte(`import "./a.js";`)}})
	if err == nil || !strings.Contains(err.Error(), "each other") {
		t.Errorf("a circle of modules: %v, want an error", err)
	}
}

func TestURL_unknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of an unknown name does not panic")
		}
	}()
	mustLoad(t, fstest.MapFS{}).URL("js/nowhere.js")
}

func TestFind_compressedFormsAreTheSameBytes(t *testing.T) {
	body := strings.Repeat("body { color: black }\n", 100)
	a := mustLoad(t, fstest.MapFS{"css/a.css": {Data: []byte(body)}, "tiny.svg": {Data: []byte("<svg/>")}})
	f, _ := a.Find(a.URL("app.css"))
	zr, err := gzip.NewReader(bytes.NewReader(f.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(zr); !bytes.Equal(got, f.Body) {
		t.Error("gzip form differs from the body")
	}
	if got, _ := io.ReadAll(brotli.NewReader(bytes.NewReader(f.Brotli))); !bytes.Equal(got, f.Body) {
		t.Error("brotli form differs from the body")
	}
	if tiny, _ := a.Find(a.URL("tiny.svg")); tiny.Gzip != nil || tiny.Brotli != nil {
		t.Error("a file of six bytes is compressed")
	}
}

func TestMinifyCSS(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/* a */ a { color : red ; }\n\nb > c , d { x: y }", "a{color :red}b > c,d{x:y}"},
		{`a::before { content: "/* no */  ;"; }`, `a::before{content:"/* no */  ;"}`},
		{`a { content: 'it\'s  "x"' }`, `a{content:'it\'s  "x"'}`},
		{"a { width: calc(1px + 2 * (3px)); margin: 0 auto }", "a{width:calc(1px + 2 * (3px));margin:0 auto}"},
		{"@media (min-width: 10px) and (hover) { a :hover { b: c } }", "@media (min-width:10px) and (hover){a :hover{b:c}}"},
		{"a/**/b { c: d }", "a b{c:d}"},
		{"a { --x: ; b: c !important; }", "a{--x:;b:c !important}"},
	} {
		if got := string(minifyCSS([]byte(c.in))); got != c.want {
			t.Errorf("minifyCSS(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestStripJS(t *testing.T) {
	in := "// head\n/* block\n   more */\n\n  const a = 1; // kept\n/* one line */\n  b(`x // y`);\n"
	if got, want := string(stripJS([]byte(in))), "const a = 1; // kept\nb(`x // y`);\n"; got != want {
		t.Errorf("stripJS = %q, want %q", got, want)
	}
	literal := "a = `\n// text\n`;\n"
	if got := string(stripJS([]byte(literal))); got != literal {
		t.Errorf("a literal over several lines was changed: %q", got)
	}
}

// A page names its scripts in Go; a name without a file would be a page that fails to render.
func TestAssets_everyNameUsedExists(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`"(js/[\w./-]+\.js|[\w-]+\.(?:css|svg|png|webmanifest))"`)
	comment := regexp.MustCompile(`(?m)(^|\s)// .*$`)
	seen := 0
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || (filepath.Ext(path) != ".templ" && filepath.Ext(path) != ".go") ||
			strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range name.FindAllSubmatch(comment.ReplaceAll(src, nil), -1) {
			seen++
			if _, ok := a.urls[string(m[1])]; !ok {
				t.Errorf("%s uses %s, which is not in web/static", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 3 {
		t.Errorf("only %d names found: the search is broken", seen)
	}
}

func mustLoad(t *testing.T, files fstest.MapFS) *Assets {
	t.Helper()
	a, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
