package markup

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// asker is a program for node: the language of each text that it reads. The module is imported as data because its name
// would make it something else than a module outside a browser.
const asker = `
const { source, texts } = JSON.parse(require("fs").readFileSync(0, "utf8"));
import("data:text/javascript;charset=utf-8," + encodeURIComponent(source)).then(({ guess }) => {
	process.stdout.write(JSON.stringify(texts.map(guess)));
});`

// The browser guesses while somebody writes, the hub decides: a writer must not see the one and get the other.
func TestLang_script(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no node on PATH")
		}
		t.Skip("no node on PATH: web/static/js/lang.js cannot be run")
	}
	source, err := os.ReadFile(filepath.Join(moduleRoot(t), "web", "static", "js", "lang.js"))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for text := range mixedTexts() {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	mixed := len(texts)
	for _, p := range sentencePairs(t) {
		texts = append(texts, p["en"], p["zh"], p["en"]+" "+p["zh"])
	}
	input, err := json.Marshal(map[string]any{"source": string(source), "texts": texts})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", asker)
	cmd.Stdin = bytes.NewReader(input)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, complaints.String())
	}
	var answers []string
	if err := json.Unmarshal(output, &answers); err != nil || len(answers) != len(texts) {
		t.Fatalf("node answered %d of %d texts: %v", len(answers), len(texts), err)
	}
	differ := [2]int{}
	for i, text := range texts {
		if want := Lang(text); answers[i] != want {
			if i < mixed {
				differ[0]++
			} else {
				differ[1]++
			}
			t.Logf("guess(%q) = %q, Lang says %q", text, answers[i], want)
		}
	}
	t.Logf("guess and Lang differ on %d of %d mixed texts and %d of %d sentences", differ[0], mixed, differ[1], len(texts)-mixed)
	if 200*differ[0] > mixed || 200*differ[1] > len(texts)-mixed {
		t.Error("guess and Lang agree on less than 99.5 %")
	}
}
