package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func systemBinaries(t *testing.T) binaries {
	t.Helper()
	b, err := findBinaries(t.Context(), Config{}.withDefaults(), runner(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func script(t *testing.T, dir, name, body string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// pretend makes binaries that only know their version.
func pretend(t *testing.T, dir, version string) {
	t.Helper()
	script(t, dir, "postgres", fmt.Sprintf("echo 'postgres (PostgreSQL) %s'", version))
	script(t, dir, "initdb", "exit 1")
}

func TestFindBinaries(t *testing.T) {
	root := openDir(t)
	pretend(t, filepath.Join(root, "lib/9.6/bin"), "9.6.24")
	pretend(t, filepath.Join(root, "lib/13/bin"), "13.21")
	pretend(t, filepath.Join(root, "lib/14/bin"), "14.18 (Debian 14.18-1)")
	pretend(t, filepath.Join(root, "lib/16/bin"), "16.9")
	pretend(t, filepath.Join(root, "old/bin"), "12.1")
	script(t, filepath.Join(root, "lib/17/bin"), "postgres", "echo 'postgres (PostgreSQL) 17.5'") // a client package
	script(t, filepath.Join(root, "lib/18/bin"), "postgres", "exit 127")
	script(t, filepath.Join(root, "lib/18/bin"), "initdb", "exit 127")
	linked := filepath.Join(root, "path")
	if err := os.Mkdir(linked, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../lib/14/bin/postgres", filepath.Join(linked, "postgres")); err != nil {
		t.Fatal(err)
	}
	lib := filepath.Join(root, "lib/*/bin")
	for _, c := range []struct {
		name  string
		roots []string
		major int
		want  string
	}{
		{"the newest that works", []string{lib}, 0, "lib/16/bin"},
		{"the first root, past a version too old", []string{filepath.Join(root, "old/bin"), linked, lib}, 0, "lib/14/bin"},
		{"what the cluster was made with", []string{lib}, 14, "lib/14/bin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := findBinaries(t.Context(), Config{roots: c.roots}.withDefaults(), runner(), c.major)
			if err != nil || b.dir != filepath.Join(root, c.want) {
				t.Errorf("got %s, %v, want %s", b.dir, err, c.want)
			}
		})
	}
}

func TestStart_missing(t *testing.T) {
	m := newMirror(t, nil)
	_, err := Start(t.Context(), Config{DataDir: scratch(t), Mirror: m.URL, CacheDir: openDir(t), roots: []string{}, retry: time.Millisecond})
	var missing *MissingError
	if !errors.As(err, &missing) {
		t.Fatalf("got %v, want a MissingError", err)
	}
	for _, want := range []string{"apt install postgresql", "brew install postgresql@17", "apk add postgresql", "404", m.URL} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message lacks %q:\n%v", want, err)
		}
	}
}

func TestStart_missingForCluster(t *testing.T) {
	m := newMirror(t, nil)
	root := openDir(t)
	pretend(t, root, "18.3")
	_, err := Start(t.Context(), Config{DataDir: dataDir(t), Mirror: m.URL, CacheDir: openDir(t), roots: []string{root}})
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Major != systemBinaries(t).major {
		t.Fatalf("got %v, want a MissingError for the cluster's version", err)
	}
}

func TestParseVersion(t *testing.T) {
	for in, want := range map[string]int{
		"postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)": 15,
		"postgres (PostgreSQL) 17beta1":                        17,
		"postgres (PostgreSQL) 9.6.24":                         9,
		"postgres: command not found":                          0,
		"postgres (PostgreSQL) x":                              0,
		"":                                                     0,
	} {
		if got, err := parseVersion(in); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: got %d, %v, want %d", in, got, err, want)
		}
	}
}

func TestCompareNatural(t *testing.T) {
	order := []string{"/pg/9.6/bin", "/pg/14/bin", "/pg/15/bin", "/pg/100/bin", "/pg/x/bin"}
	for i := range order {
		for j := range order {
			if got := compareNatural(order[i], order[j]); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s, %s: got %d", order[i], order[j], got)
			}
		}
	}
}
