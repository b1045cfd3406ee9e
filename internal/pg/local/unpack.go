package local

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/xi2/xz"
)

// maxUnpacked bounds, in bytes, what an archive may become; real ones have about 100 MB.
const maxUnpacked = 1 << 30

// unpack writes the .txz inside a jar to dir. Nothing is written outside dir, whatever the archive says.
func unpack(jar, dir string) error {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return fmt.Errorf("open jar: %w", err)
	}
	defer z.Close()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".txz") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("open %s: %w", f.Name, err)
		}
		defer r.Close()
		x, err := xz.NewReader(r, 0)
		if err != nil {
			return fmt.Errorf("open %s: %w", f.Name, err)
		}
		return untar(x, dir)
	}
	return errors.New("the jar holds no .txz")
}

func untar(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(maxUnpacked)
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if left -= h.Size; left < 0 {
			return fmt.Errorf("the archive is larger than %d bytes", maxUnpacked)
		}
		if err := writeEntry(root, h, t); err != nil {
			return fmt.Errorf("write %s: %w", h.Name, err)
		}
	}
}

// writeEntry leaves modes readable to all: root's Postgres runs as another user.
func writeEntry(root *os.Root, h *tar.Header, r io.Reader) error {
	name := filepath.Clean(h.Name)
	if !filepath.IsLocal(name) {
		return errors.New("the path leaves the archive")
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return makeDirs(root, name)
	case tar.TypeSymlink:
		if !filepath.IsLocal(path.Join(path.Dir(name), h.Linkname)) || path.IsAbs(h.Linkname) {
			return errors.New("the link leaves the archive")
		}
		if err := makeDirs(root, filepath.Dir(name)); err != nil {
			return err
		}
		return root.Symlink(h.Linkname, name)
	case tar.TypeLink:
		if err := makeDirs(root, filepath.Dir(name)); err != nil {
			return err
		}
		return root.Link(filepath.Clean(h.Linkname), name)
	case tar.TypeReg:
		if err := makeDirs(root, filepath.Dir(name)); err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if h.Mode&0o100 != 0 {
			mode = 0o755
		}
		return writeFile(root, name, mode, r)
	default:
		return nil // the builds have nothing else that a server needs
	}
}

// makeDirs opens what it makes to all, also under a strict umask.
func makeDirs(root *os.Root, name string) error {
	if name == "." {
		return nil
	}
	if _, err := root.Stat(name); err == nil {
		return nil
	}
	if err := makeDirs(root, filepath.Dir(name)); err != nil {
		return err
	}
	if err := root.Mkdir(name, 0o755); err != nil {
		return err
	}
	return root.Chmod(name, 0o755)
}

func writeFile(root *os.Root, name string, mode fs.FileMode, r io.Reader) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Chmod(mode)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}
