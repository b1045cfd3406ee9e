// Package web owns the static files: it joins and minifies the style sheets, gives every file a URL that carries its
// content's hash, and keeps a gzip and a brotli form of each. It knows no HTTP; internal/server serves what Find finds.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed static
var static embed.FS

// prefix begins every URL of a static file.
const prefix = "/static/"

// File is a static file as it goes over the wire. It never changes: its URL changes with its content.
type File struct {
	Body        []byte
	Gzip        []byte // nil when compression does not pay
	Brotli      []byte // nil when compression does not pay
	ContentType string
	ETag        string // quoted; the same for all three forms of the body, so send it with Vary: Accept-Encoding
}

// Assets are the static files by name and by URL. It is safe for concurrent use.
type Assets struct {
	urls    map[string]string
	files   map[string]*entry
	imports map[string][]string // of each module the names of those that it cannot start without, theirs first
}

type entry struct {
	file File
	once sync.Once
}

// Load reads the embedded files. It fails when a module imports one that is not there, or two import each other.
func Load() (*Assets, error) {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return load(sub)
}

func load(fsys fs.FS) (*Assets, error) {
	sources, err := read(fsys)
	if err != nil {
		return nil, err
	}
	a := &Assets{urls: map[string]string{}, files: map[string]*entry{}, imports: map[string][]string{}}
	for name := range sources {
		if err := a.add(sources, name, nil); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// read collects the sources by name. The style sheets become one, app.css, in the order of their names.
func read(fsys fs.FS) (map[string][]byte, error) {
	sources := map[string][]byte{}
	var css bytes.Buffer
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		switch {
		case err != nil:
			return err
		case path.Ext(name) == ".css":
			css.Write(body)
			css.WriteByte('\n')
		case path.Ext(name) == ".js":
			sources[name] = stripJS(body)
		default:
			sources[name] = body
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web: read static files: %w", err)
	}
	sources["app.css"] = minifyCSS(css.Bytes())
	return sources, nil
}

// imports finds the relative module names in import and export statements and in import("…").
var imports = regexp.MustCompile(`(\bfrom\s*|\bimport\s*\(?\s*)"(\.{1,2}/[^"]+)"`)

// add hashes a file after the modules it imports, whose hashed names are part of its content. trail is the chain of
// importers, to find a circle.
func (a *Assets) add(sources map[string][]byte, name string, trail []string) error {
	if _, done := a.urls[name]; done {
		return nil
	}
	body, ok := sources[name]
	if !ok {
		return fmt.Errorf("web: %s imports %s, which is not there", trail[len(trail)-1], name)
	}
	if slices.Contains(trail, name) {
		return fmt.Errorf("web: modules import each other: %s", strings.Join(append(trail, name), " → "))
	}
	if path.Ext(name) == ".js" {
		var errs []error
		body = imports.ReplaceAllFunc(body, func(m []byte) []byte {
			part := imports.FindSubmatch(m)
			target := path.Join(path.Dir(name), string(part[2]))
			if err := a.add(sources, target, append(trail, name)); err != nil {
				errs = append(errs, err)
				return m
			}
			if !bytes.ContainsRune(part[1], '(') { // import("…") comes later, if at all
				a.needs(name, target)
			}
			return fmt.Appendf(nil, `%s"%s"`, part[1], a.urls[target])
		})
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:5])
	ext := path.Ext(name)
	url := prefix + strings.TrimSuffix(name, ext) + "." + hash + ext
	a.urls[name] = url
	a.files[url] = &entry{file: File{Body: body, ContentType: contentType(ext), ETag: `"` + hash + `"`}}
	return nil
}

// needs notes that a module imports another, whose own imports are known.
func (a *Assets) needs(name, target string) {
	for _, module := range append(slices.Clone(a.imports[target]), target) {
		if !slices.Contains(a.imports[name], module) {
			a.imports[name] = append(a.imports[name], module)
		}
	}
}

// Imports are the addresses of the modules that a module cannot start without, theirs included. A page names them all, so that
// a browser need not fetch one to learn of the next.
func (a *Assets) Imports(name string) []string {
	urls := make([]string, len(a.imports[name]))
	for i, module := range a.imports[name] {
		urls[i] = a.urls[module]
	}
	return urls
}

// URL is the address of a static file: URL("js/room.js") is "/static/js/room.4f2a….js". It panics on an unknown
// name: names are constants of the code, and a page without its script should not look as if it worked.
func (a *Assets) URL(name string) string {
	url, ok := a.urls[name]
	if !ok {
		panic("web: no static file " + name)
	}
	return url
}

// Find is the file of a URL's path; false when there is none. The compressed forms are made when first asked for.
func (a *Assets) Find(path string) (File, bool) {
	e, ok := a.files[path]
	if !ok {
		return File{}, false
	}
	e.once.Do(e.compress)
	return e.file, true
}

// Brotli's level 9 is within 2 % of level 11 here at a tenth of the time.
const brotliLevel = 9

func (e *entry) compress() {
	body := e.file.Body
	if len(body) < 200 {
		return
	}
	var gz, br bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	_, _ = zw.Write(body) // neither writer nor buffer can fail
	_ = zw.Close()
	bw := brotli.NewWriterLevel(&br, brotliLevel)
	_, _ = bw.Write(body)
	_ = bw.Close()
	if gz.Len() < len(body) {
		e.file.Gzip = gz.Bytes()
	}
	if br.Len() < len(body) {
		e.file.Brotli = br.Bytes()
	}
}

// contentType does not ask the system's table, which differs from machine to machine.
func contentType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return "application/octet-stream"
}
