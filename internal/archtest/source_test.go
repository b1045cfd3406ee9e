// Package archtest holds the rules of the house as tests, each of which says why when it fails: who imports whom, who
// writes which table, that every word is in both locale files and nowhere else, that the README tells the truth. The
// rules that need the built hub (guards of routes, the API's document) are tests of internal/app.
package archtest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the module's directory as seen from this package.
const root = "../.."

// pkg is a package of ours as go list tells it, without its tests.
type pkg struct {
	ImportPath string
	Imports    []string
	path       string // without the module: "internal/forum"
}

var listed = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var ps []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return ps, nil
		} else if err != nil {
			return nil, err
		}
		p.path = strings.TrimPrefix(p.ImportPath, "senet/")
		ps = append(ps, p)
	}
})

func packages(t *testing.T) []pkg {
	t.Helper()
	ps, err := listed()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if len(ps) < 10 {
		t.Fatalf("go list found %d packages only", len(ps))
	}
	return ps
}

// ours are the imports that are packages of this module, without the module's name.
func (p pkg) ours() []string {
	var out []string
	for _, i := range p.Imports {
		if rest, ok := strings.CutPrefix(i, "senet/"); ok {
			out = append(out, rest)
		}
	}
	return out
}

// source is a file of the module.
type source struct {
	path string // from the root: "internal/forum/post.go"
	text string
}

// dir is the package's directory.
func (s source) dir() string { return filepath.ToSlash(filepath.Dir(s.path)) }

func (s source) isTest() bool      { return strings.HasSuffix(s.path, "_test.go") }
func (s source) isGenerated() bool { return strings.HasSuffix(s.path, "_templ.go") }

// at is the file and line of an offset, to click on.
func (s source) at(offset int) string {
	return s.path + ":" + itoa(1+strings.Count(s.text[:offset], "\n"))
}

var sources = sync.OnceValues(func() ([]source, error) {
	var out []source
	for _, top := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if d.IsDir() || !slices.Contains([]string{".go", ".templ", ".js"}, filepath.Ext(path)) {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			out = append(out, source{path: filepath.ToSlash(rel), text: string(text)})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
})

// files are the sources with that extension, tests and generated files left out.
func files(t *testing.T, ext string) []source {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	var out []source
	for _, s := range all {
		if filepath.Ext(s.path) == ext && !s.isTest() && !s.isGenerated() {
			out = append(out, s)
		}
	}
	return out
}

// goFile is a parsed Go file.
type goFile struct {
	source
	tree *ast.File
	fset *token.FileSet
}

func (f goFile) line(n ast.Node) string {
	return f.path + ":" + itoa(f.fset.Position(n.Pos()).Line)
}

var parsedGo = sync.OnceValues(func() ([]goFile, error) {
	all, err := sources()
	if err != nil {
		return nil, err
	}
	var out []goFile
	for _, s := range all {
		if filepath.Ext(s.path) != ".go" || s.isTest() {
			continue
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, s.path, s.text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		out = append(out, goFile{s, tree, fset})
	}
	return out, nil
})

// goFiles are the Go files, with the generated ones (what templ makes of expressions in views) and without tests.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	fs, err := parsedGo()
	if err != nil {
		t.Fatal(err)
	}
	return fs
}
