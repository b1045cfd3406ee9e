package moderation_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"senet/internal/fault"
	"senet/internal/moderation"
)

// TestEvidence: everything about a hidden post is in the file, with its hashes, and the log tells who took it.
func TestEvidence(t *testing.T) {
	b := setup(t)
	if err := b.report(b.reader, moderation.Post, int64(b.answer), "spam"); err != nil {
		t.Fatal(err)
	}
	b.must(b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"))
	of := moderation.Subject{Kind: moderation.Post, ID: int64(b.answer)}
	if err := b.Evidence(t.Context(), b.reader, of, io.Discard); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member: %v, want Forbidden", err)
	}
	if err := b.Evidence(t.Context(), b.mod, moderation.Subject{Kind: moderation.Post, ID: 1 << 40}, io.Discard); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of nothing: %v, want NotFound", err)
	}
	var out bytes.Buffer
	if err := b.Evidence(t.Context(), b.mod, of, &out); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	var manifest struct{ SHA256 map[string]string }
	if err := json.Unmarshal([]byte(files["manifest.json"]), &manifest); err != nil {
		t.Fatal(err)
	}
	body := value[string](b, `select body from posts where id = $1`, b.answer)
	for name, want := range map[string]string{"subject.json": body, "context.json": body, "reports.json": `"rule": "spam"`, "decisions.json": "Advertising",
		"cases.json": `"kind": "report"`, "versions.json": "[", "translated.json": "["} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s holds %.200q, want %q in it", name, files[name], want)
		}
		sum := sha256.Sum256([]byte(files[name]))
		if manifest.SHA256[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: its hash is not the one of the manifest", name)
		}
	}
	if action := value[string](b, `select action from moderation_log order by id desc limit 1`); action != string(moderation.TakeEvidence) {
		t.Errorf("the log ends with %s", action)
	}
}
