package local

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// mirror serves the documented layout from memory and may have faults.
type mirror struct {
	*httptest.Server
	jar      []byte
	requests atomic.Int64 // for the jar
	fault    func(n int64, w http.ResponseWriter, r *http.Request) bool
}

func newMirror(t *testing.T, jar []byte) *mirror {
	t.Helper()
	m := &mirror{jar: jar}
	name := "embedded-postgres-binaries-" + platform()
	version := published[preferred]
	path := fmt.Sprintf("/maven2/io/zonky/test/postgres/%s/%s/%s-%s.jar", name, version, name, version)
	mux := http.NewServeMux()
	if jar != nil {
		mux.HandleFunc("GET "+path+".sha256", func(w http.ResponseWriter, _ *http.Request) {
			sum := sha256.Sum256(m.jar)
			fmt.Fprint(w, hex.EncodeToString(sum[:]))
		})
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if n := m.requests.Add(1); m.fault != nil && m.fault(n, w, r) {
				return
			}
			w.Write(m.jar)
		})
	}
	m.Server = httptest.NewServer(mux)
	m.URL += "/maven2"
	t.Cleanup(m.Close)
	return m
}

// makeJar packs binaries that pass everything on to this machine's own, under the version that is fetched.
func makeJar(t *testing.T) []byte {
	t.Helper()
	system := systemBinaries(t)
	version := published[preferred]
	return packJar(t, []*tar.Header{
		{Name: "./", Typeflag: tar.TypeDir, Mode: 0o700},
		{Name: "./bin/postgres", Typeflag: tar.TypeReg, Mode: 0o700},
		{Name: "bin/initdb", Typeflag: tar.TypeReg, Mode: 0o700},
		{Name: "lib/libpq.so.5.17", Typeflag: tar.TypeReg, Mode: 0o600},
		{Name: "lib/libpq.so.5", Typeflag: tar.TypeSymlink, Linkname: "libpq.so.5.17"},
	}, map[string]string{
		"./bin/postgres": "#!/bin/sh\n[ \"$1\" = -V ] && { echo 'postgres (PostgreSQL) " + version + "'; exit; }\nexec " + system.program("postgres") + ` "$@"`,
		"bin/initdb":     "#!/bin/sh\nexec " + system.program("initdb") + ` "$@"`,
	})
}

func packJar(t *testing.T, entries []*tar.Header, bodies map[string]string) []byte {
	t.Helper()
	var tarred bytes.Buffer
	tw := tar.NewWriter(&tarred)
	for _, h := range entries {
		h.Size = int64(len(bodies[h.Name]))
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(bodies[h.Name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("xz", "-c")
	cmd.Stdin = &tarred
	packed, err := cmd.Output()
	if err != nil {
		t.Skipf("needs xz: %v", err)
	}
	var jar bytes.Buffer
	zw := zip.NewWriter(&jar)
	for name, body := range map[string][]byte{"META-INF/MANIFEST.MF": nil, "postgres-" + platform() + ".txz": packed} {
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(body)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return jar.Bytes()
}

func fetchConfig(t *testing.T, m *mirror) Config {
	return Config{DataDir: scratch(t), Mirror: m.URL, CacheDir: openDir(t), NoSync: true, roots: []string{}, retry: time.Millisecond}.withDefaults()
}

func TestStart_fetched(t *testing.T) {
	m := newMirror(t, makeJar(t))
	cfg := fetchConfig(t, m)
	defer syscall.Umask(syscall.Umask(0o077)) // strict administrators have this; Postgres must still reach its binaries
	srv := mustStart(t, cfg)
	if got := query(t, srv.URL(), "select 'yes'"); got != "yes" {
		t.Errorf("got %q, want yes", got)
	}
	cfg.DataDir = scratch(t)
	if _, err := fetch(t.Context(), cfg, preferred); err != nil {
		t.Errorf("second fetch: %v", err)
	}
	if n := m.requests.Load(); n != 1 {
		t.Errorf("fetched %d times, want once", n)
	}
	if left, _ := filepath.Glob(filepath.Join(cfg.CacheDir, "*")); len(left) != 1 {
		t.Errorf("the cache holds %v, want only what was unpacked", left)
	}
	if to, err := os.Readlink(filepath.Join(cfg.CacheDir, "embedded-postgres-binaries-"+platform()+"-"+published[preferred], "lib/libpq.so.5")); err != nil || to != "libpq.so.5.17" {
		t.Errorf("link: got %q, %v", to, err)
	}
}

func TestFetch_faults(t *testing.T) {
	jar := makeJar(t)
	cut := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", fmt.Sprint(len(jar)))
		w.Write(jar[:len(jar)/2])
	}
	for _, c := range []struct {
		name     string
		fault    func(n int64, w http.ResponseWriter, r *http.Request) bool
		requests int64
		want     string // in the error; empty: it works in the end
	}{
		{"not there", func(_ int64, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(404); return true }, 1, "404"},
		{"overloaded at first", func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			if n < 3 {
				w.WriteHeader(503)
			}
			return n < 3
		}, 3, ""},
		{"overloaded", func(_ int64, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }, 3, "503"},
		{"cut at first", func(n int64, w http.ResponseWriter, _ *http.Request) bool {
			if n == 1 {
				cut(w)
			}
			return n == 1
		}, 2, ""},
		{"cut", func(_ int64, w http.ResponseWriter, _ *http.Request) bool { cut(w); return true }, 3, "unexpected EOF"},
		{"cut unnoticed", func(_ int64, w http.ResponseWriter, _ *http.Request) bool { w.Write(jar[:len(jar)/2]); return true }, 3, "checksum"},
		{"altered", func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
			w.Write(append([]byte("x"), jar[1:]...))
			return true
		}, 3, "checksum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMirror(t, jar)
			m.fault = c.fault
			cfg := fetchConfig(t, m)
			dir, err := fetch(t.Context(), cfg, 0)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if n := m.requests.Load(); n != c.requests {
				t.Errorf("asked %d times, want %d", n, c.requests)
			}
			left, _ := filepath.Glob(filepath.Join(cfg.CacheDir, "*"))
			if c.want != "" && len(left) > 0 {
				t.Errorf("left %v", left)
			}
			if c.want == "" {
				mustStat(t, filepath.Join(dir, "postgres"))
			}
		})
	}
}

func TestFetch_hostileArchive(t *testing.T) {
	for name, h := range map[string]*tar.Header{
		"path out":      {Name: "../evil", Typeflag: tar.TypeReg, Mode: 0o644},
		"absolute path": {Name: "/tmp/evil", Typeflag: tar.TypeReg, Mode: 0o644},
		"link out":      {Name: "bin/evil", Typeflag: tar.TypeSymlink, Linkname: "../../evil"},
		"absolute link": {Name: "bin/evil", Typeflag: tar.TypeSymlink, Linkname: "/etc"},
		"hard link out": {Name: "bin/evil", Typeflag: tar.TypeLink, Linkname: "../../../etc/passwd"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := fetchConfig(t, newMirror(t, packJar(t, []*tar.Header{h}, nil)))
			if _, err := fetch(t.Context(), cfg, 0); err == nil {
				t.Error("unpacked")
			}
			if left, _ := filepath.Glob(filepath.Join(cfg.CacheDir, "*")); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

func TestFetch_notAJar(t *testing.T) {
	for name, jar := range map[string][]byte{"text": []byte("<html>please sign in</html>"), "without archive": emptyZip(t)} {
		t.Run(name, func(t *testing.T) {
			if _, err := fetch(t.Context(), fetchConfig(t, newMirror(t, jar)), 0); err == nil || !strings.Contains(err.Error(), "unpack") {
				t.Errorf("got %v, want an error of unpacking", err)
			}
		})
	}
}

func emptyZip(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := zip.NewWriter(&b).Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
