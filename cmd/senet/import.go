package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"senet/internal/fault"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
)

// openFile opens a file that is read; its error is in words.
func openFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.Invalid, "cli.file.missing").With("Name", name)
	case err != nil:
		return nil, fault.New(fault.Invalid, "cli.file.unreadable").With("Name", name).With("Cause", cause(err))
	}
	return f, nil
}

// cause is what the system says of a file, without the file's name.
func cause(err error) string {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}

// input is the file of an import, or standard input.
func (j job) input() (io.ReadCloser, error) {
	if j.file == "-" {
		return io.NopCloser(j.in), nil
	}
	return openFile(j.file)
}

// name is what a file is called in messages.
func (j job) name() string {
	if j.file == "-" {
		return j.words.T("cli.file.standard_input")
	}
	return j.file
}

// inFile is what is wrong with a file.
type inFile struct {
	name string
	err  error
}

func (e *inFile) Error() string { return e.name + ": " + e.err.Error() }
func (e *inFile) Unwrap() error { return e.err }

func importTMX(ctx context.Context, j job) error {
	in, err := j.input()
	if err != nil {
		return err
	}
	defer in.Close()
	p := newProgress(j.console)
	r, err := memory.New(j.store).Import(ctx, in, 0, func(n int) { p.show("cli.import.units_so_far", n) })
	p.end()
	if err != nil {
		return &inFile{j.name(), err}
	}
	fmt.Fprintln(j.out, j.words.N("cli.import.units", r.Read(), "Added", r.Added, "Known", r.Known, "Skipped", r.Skipped))
	j.explainSkipped(r.Skipped)
	return nil
}

func importGlossary(ctx context.Context, j job) error {
	in, err := j.input()
	if err != nil {
		return err
	}
	defer in.Close()
	text := bufio.NewReader(in)
	p := newProgress(j.console)
	r, err := glossary.New(j.store).Import(ctx, text, formatOf(text), 0, func(n int) { p.show("cli.import.terms_so_far", n) })
	p.end()
	if err != nil {
		return &inFile{j.name(), err}
	}
	fmt.Fprintln(j.out, j.words.N("cli.import.terms", r.Read(), "Added", r.Added, "Updated", r.Updated, "Known", r.Known, "Skipped", r.Skipped))
	j.explainSkipped(r.Skipped)
	return nil
}

func (j job) explainSkipped(n int) {
	if n > 0 {
		fmt.Fprintln(j.out, j.words.T("cli.import.why_skipped"))
	}
}

// formatOf tells the format of a glossary by how it begins: TBX with a "<", in whatever encoding.
func formatOf(text *bufio.Reader) glossary.Format {
	begin, _ := text.Peek(512) // what could not be read is found out by reading
	begin = bytes.TrimLeft(begin, "\xEF\xBB\xBF\xFE\xFF\x00 \t\r\n")
	if bytes.HasPrefix(begin, []byte("<")) {
		return glossary.TBX
	}
	return glossary.CSV
}
