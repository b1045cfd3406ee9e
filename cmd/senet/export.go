package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"senet/internal/config"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
)

// languages are those of an export: the given ones, else those that texts are written in.
func languages(given map[string]string) (from, to string) {
	return cmp.Or(given["from"], string(i18n.Written[0])), cmp.Or(given["to"], string(i18n.Written[1]))
}

func checkLanguages(given map[string]string) error {
	from, to := languages(given)
	for _, l := range []string{from, to} {
		if _, ok := i18n.ParseWritten(l); !ok {
			return &config.Misuse{Message: fault.Message{Key: "cli.export.no_language", Args: fault.Args{"Name": l, "Known": known()}}}
		}
	}
	if from == to {
		return &config.Misuse{Message: fault.Message{Key: "cli.export.same_language", Args: fault.Args{"Name": from}}}
	}
	return nil
}

// known are the languages of texts, as they are written in commands.
func known() string {
	codes := make([]string, len(i18n.Written))
	for i, l := range i18n.Written {
		codes[i] = string(l)
	}
	return strings.Join(codes, ", ")
}

func exportTMX(ctx context.Context, j job) error {
	from, to := languages(j.given)
	return j.output(func(w io.Writer) error { return memory.New(j.store).Export(ctx, w, from, to) })
}

func checkFormat(given map[string]string) error {
	switch f := glossary.Format(given["format"]); f {
	case "", glossary.CSV, glossary.TBX:
		return nil
	default:
		return &config.Misuse{Message: fault.Message{Key: "cli.export.no_format", Args: fault.Args{"Name": string(f)}}}
	}
}

func exportGlossary(ctx context.Context, j job) error {
	format := glossary.Format(j.given["format"])
	if format == "" {
		format = glossary.CSV
		if strings.EqualFold(filepath.Ext(j.file), ".tbx") {
			format = glossary.TBX
		}
	}
	return j.output(func(w io.Writer) error { return glossary.New(j.store).Export(ctx, w, format) })
}

// output gives write the file of an export. A new file appears when it is whole, and takes the place of an old one
// then; a write that fails leaves what was there.
func (j job) output(write func(io.Writer) error) error {
	if j.file == "-" {
		return buffered(j.out, write)
	}
	name := j.file
	if info, err := os.Stat(name); err == nil {
		if info.IsDir() {
			return fault.New(fault.Invalid, "cli.file.directory").With("Name", name)
		}
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return fmt.Errorf("write %s: %w", j.file, err)
		}
		if !info.Mode().IsRegular() { // a pipe or a device
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			if err != nil {
				return fault.New(fault.Invalid, "cli.file.unwritable").With("Name", j.file).With("Cause", cause(err))
			}
			defer f.Close()
			return buffered(f, write)
		}
	}
	size, err := replace(name, write)
	if err != nil {
		return err
	}
	fmt.Fprintln(j.out, j.words.T("cli.export.written", "Name", j.file, "Size", (size+1023)/1024))
	return nil
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

// replace writes a file beside its place and moves it there when it is whole.
func replace(name string, write func(io.Writer) error) (size int, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return 0, fault.New(fault.Invalid, "cli.file.unwritable").With("Name", name).With("Cause", cause(err))
	}
	defer os.Remove(f.Name()) // once it is moved there is nothing to remove
	defer f.Close()
	if err := buffered(f, write); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", name, err)
	}
	for _, step := range []func() error{
		func() error { return f.Chmod(0o644) }, f.Sync, f.Close, func() error { return os.Rename(f.Name(), name) },
	} {
		if err := step(); err != nil {
			return 0, fmt.Errorf("write %s: %w", name, err)
		}
	}
	return int(info.Size()), nil
}
