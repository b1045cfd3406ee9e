package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const smallTMX = `<tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>Wash your hands.</seg></tuv><tuv xml:lang="zh"><seg>请洗手。</seg></tuv></tu>
<tu><tuv xml:lang="en-GB"><seg>Stay at home.</seg></tuv><tuv xml:lang="zh-CN"><seg>请留在家中。</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Only this.</seg></tuv><tuv xml:lang="fr"><seg>Seulement cela.</seg></tuv></tu>
</body></tmx>
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// says runs a command that must end with that code, with want in what it says, and nothing else on standard output.
func says(t *testing.T, code int, want string, args ...string) string {
	t.Helper()
	out, errs, got := senet(t, "", "C", args...)
	if said := out + errs; got != code || !strings.Contains(said, want) {
		t.Fatalf("senet %s: exit %d, %q, %q; want %d and %q", strings.Join(args, " "), got, out, errs, code, want)
	}
	return out
}

func TestImport_again(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tmx, terms := write(t, "small.tmx", smallTMX), write(t, "terms.txt", "en,zh,note\nlung,肺,\nsepsis,脓毒症,\n")
	says(t, 0, "3 units read: 2 added, 0 known, 1 skipped\nSkipped: ", "import", "tmx", tmx, "--data-dir", dir)
	start(t, "--data-dir", dir) // from now on beside a running hub
	says(t, 0, "3 units read: 0 added, 2 known, 1 skipped", "import", "tmx", "--data-dir", dir, tmx)
	says(t, 0, "2 terms read: 2 added, 0 updated, 0 known, 0 skipped", "import", "glossary", terms, "--data-dir", dir)
	says(t, 0, "2 terms read: 0 added, 0 updated, 2 known, 0 skipped", "import", "glossary", terms, "--data-dir", dir)
	out, errs, code := senet(t, "en,zh,note\nlung,肺,Organ\n", "zh_CN.UTF-8", "import", "glossary", "-", "--data-dir", dir)
	if code != 0 || strings.TrimSpace(out) != "读取 1 个术语：新增 0 个，更新 1 个，已有 0 个，跳过 0 个" {
		t.Errorf("from standard input, in Chinese: exit %d, %q, %q", code, out, errs)
	}
}

func TestImport_brokenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := write(t, "broken.tmx", strings.Replace(smallTMX, "</body>", "<tu>", 1))
	says(t, 1, broken+": Line ", "import", "tmx", broken, "--data-dir", dir)
	says(t, 1, ": Line 3: there is no health challenge", "import", "glossary", "--data-dir", dir,
		write(t, "terms.csv", "en,zh,challenge\nlung,肺,\nsepsis,脓毒症,nowhere\n"))
	says(t, 1, ": Line 1: ", "import", "tmx", write(t, "not.tmx", "en,zh\n"), "--data-dir", dir)
	if out := says(t, 0, "<tmx", "export", "tmx", "--data-dir", dir); strings.Contains(out, "<tu") {
		t.Errorf("a broken file left units behind:\n%s", out)
	}
	if out := says(t, 0, "en,zh", "export", "glossary", "--data-dir", dir); strings.Contains(out, "肺") {
		t.Errorf("a broken file left terms behind:\n%s", out)
	}
}

func TestExport_comesBack(t *testing.T) {
	t.Parallel()
	dir, other, files := t.TempDir(), t.TempDir(), t.TempDir()
	tmx, tbx := filepath.Join(files, "memory.tmx"), filepath.Join(files, "terms.tbx")
	says(t, 0, "2 added", "import", "tmx", write(t, "small.tmx", smallTMX), "--data-dir", dir)
	says(t, 0, "2 added", "import", "glossary", write(t, "terms.csv", "en;zh\nlung;肺\nsepsis;脓毒症\n"), "--data-dir", dir)
	says(t, 0, tmx+" written, 1 kB", "export", "tmx", "--from", "zh", "--to", "en", tmx, "--data-dir", dir)
	says(t, 0, tbx+" written", "export", "glossary", tbx, "--data-dir", dir)
	says(t, 1, "cannot be written", "export", "glossary", filepath.Join(files, "no", "such.csv"), "--data-dir", dir)
	says(t, 1, "is a directory", "export", "tmx", files, "--data-dir", dir)
	if text, err := os.ReadFile(tbx); err != nil || !bytes.Contains(text, []byte("<tbx")) {
		t.Errorf("%s: %v, %.200s", tbx, err, text)
	}
	if left, err := os.ReadDir(files); err != nil || len(left) != 2 {
		t.Errorf("in the directory: %v, %v; want the two files", left, err)
	}
	says(t, 0, "2 units read: 2 added", "import", "tmx", tmx, "--data-dir", other)
	says(t, 0, "2 terms read: 2 added", "import", "glossary", tbx, "--data-dir", other)
	if a, b := says(t, 0, "", "export", "glossary", "--data-dir", dir), says(t, 0, "", "export", "glossary", "-", "--format", "csv", "--data-dir", other); a != b || a == "" {
		t.Errorf("exported as %q, and from the other hub as %q", a, b)
	}
}

func TestTransfer_wrongUse(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"import"}, {"import", "nonsense", "f"}, {"import", "tmx"}, {"import", "tmx", "a", "b"}, {"import", "glossary", "--format", "csv", "a"},
		{"export"}, {"export", "nonsense"}, {"export", "tmx", "--from", "zh", "--to", "zh"}, {"export", "tmx", "--to", "fr"}, {"export", "glossary", "--format", "xls"},
		{"export", "tmx", "a", "b"}, {"import", ""},
	} {
		if out, errs, code := senet(t, "", "C", append(args, "--data-dir", filepath.Join(t.TempDir(), "none"))...); code != 2 || errs == "" || out != "" {
			t.Errorf("senet %v: exit %d, %q, %q; want 2 and a word", args, code, out, errs)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	says(t, 1, "There is no file "+none, "import", "tmx", none, "--data-dir", none)
	if _, err := os.Stat(none); err == nil {
		t.Error("a data directory was made for a file that is not there")
	}
}

func TestTransfer_help(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"en_GB.UTF-8": "Usage:", "zh_CN.UTF-8": "用法："} {
		for _, args := range [][]string{{"import", "--help"}, {"import", "tmx", "--help"}, {"import", "glossary", "FILE", "-h"}, {"export", "help"}, {"export", "tmx", "--help"}} {
			if out, errs, code := senet(t, "", lang, args...); code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "--data-dir") || errs != "" {
				t.Errorf("senet %v: exit %d, %q, %q", args, code, out, errs)
			}
		}
	}
}

// TestImport_realFiles: the real files go in from nothing, once, soon.
func TestImport_realFiles(t *testing.T) {
	t.Parallel()
	const data = "../../../shared/data/"
	if _, err := os.Stat(data + "tico19.tmx"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no ../shared/data beside the module: nothing to import")
	}
	dir := t.TempDir()
	for _, c := range []struct{ noun, file, first, again string }{
		{"tmx", "tico19.tmx", "1,822 units read: 1,822 added, 0 known, 0 skipped", "1,822 units read: 0 added, 1,822 known, 0 skipped"},
		{"glossary", "health-terms.csv", "204 terms read: 204 added, 0 updated, 0 known, 0 skipped", "204 terms read: 0 added, 0 updated, 204 known, 0 skipped"},
	} {
		began := time.Now()
		says(t, 0, c.first, "import", c.noun, data+c.file, "--data-dir", dir)
		t.Logf("%s in %v", c.file, time.Since(began))
		says(t, 0, c.again, "import", c.noun, data+c.file, "--data-dir", dir)
	}
	out := says(t, 0, "", "export", "tmx", "--data-dir", dir)
	if n := strings.Count(out, "<tu "); n != 1822 {
		t.Errorf("%d units are exported, want 1,822", n)
	}
}
