package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"senet/internal/config"
	"senet/internal/fault"
	"senet/internal/pg"
)

// job is an import or an export: what to do, with which file.
type job struct {
	console
	store *pg.Store
	given map[string]string // the values of its own flags
	file  string            // "-": standard input or output
}

// noun is what can be imported or exported.
type noun struct {
	name  string
	flags []config.Flag
	check func(given map[string]string) error // of the flags; nil: none needed
	run   func(ctx context.Context, j job) error
}

// transfer is a verb with its nouns: senet import tmx FILE.
type transfer struct {
	verb     string
	nouns    []noun
	needFile bool // else standard output does
}

func importFile(ctx context.Context, c console, args []string) error {
	return transfer{"import", []noun{
		{name: "tmx", run: importTMX},
		{name: "glossary", run: importGlossary},
	}, true}.run(ctx, c, args)
}

func exportFile(ctx context.Context, c console, args []string) error {
	return transfer{"export", []noun{
		{name: "tmx", flags: []config.Flag{{Name: "from", Key: "cli.export.from", Value: "L"}, {Name: "to", Key: "cli.export.to", Value: "L"}},
			check: checkLanguages, run: exportTMX},
		{name: "glossary", flags: []config.Flag{{Name: "format", Key: "cli.export.format", Value: "F"}}, check: checkFormat, run: exportGlossary},
	}, false}.run(ctx, c, args)
}

// run does what the arguments say, beside a running hub or without one.
func (t transfer) run(ctx context.Context, c console, args []string) error {
	if len(args) == 0 {
		return &config.Misuse{Message: fault.Message{Key: "cli.transfer.noun", Args: fault.Args{"Verb": t.verb, "Nouns": t.names()}}}
	}
	if args[0] == "--help" || args[0] == "-h" || args[0] == "help" {
		t.help(c, t.nouns)
		return nil
	}
	at := slices.IndexFunc(t.nouns, func(n noun) bool { return n.name == args[0] })
	if at < 0 {
		return &config.Misuse{Message: fault.Message{Key: "cli.transfer.unknown", Args: fault.Args{"Verb": t.verb, "Name": args[0], "Nouns": t.names()}}}
	}
	n := t.nouns[at]
	flags, operands := config.SplitOperands(args[1:], n.flags)
	cfg, given, err := config.ParseCommand(flags, c.env, n.flags)
	if errors.Is(err, config.ErrHelp) {
		t.help(c, []noun{n})
		return nil
	}
	if err != nil {
		return err
	}
	j := job{console: c, given: given, file: "-"}
	switch {
	case len(operands) > 1:
		return &config.Misuse{Message: fault.Message{Key: "config.error.argument", Args: fault.Args{"Name": operands[1]}}}
	case len(operands) == 1 && operands[0] != "":
		j.file = operands[0]
	case t.needFile:
		return &config.Misuse{Message: fault.Message{Key: "cli.transfer.file", Args: fault.Args{"Verb": t.verb, "Noun": n.name}}}
	}
	if n.check != nil {
		if err := n.check(given); err != nil {
			return err
		}
	}
	if t.needFile && j.file != "-" { // before a Postgres is started for nothing
		f, err := openFile(j.file)
		if err != nil {
			return err
		}
		f.Close()
	}
	store, done, err := openStore(ctx, c, cfg)
	if err != nil {
		return err
	}
	j.store = store
	err = n.run(ctx, j)
	if closed := done(); err == nil {
		err = closed
	}
	return err
}

func (t transfer) names() string {
	names := make([]string, len(t.nouns))
	for i, n := range t.nouns {
		names[i] = n.name
	}
	return strings.Join(names, ", ")
}

func (t transfer) help(c console, nouns []noun) {
	fmt.Fprintln(c.out, c.words.T("cli."+t.verb+".usage"))
	for _, n := range nouns {
		helpOn(c, n.name, "cli."+t.verb+"."+n.name, n.flags)
	}
	fmt.Fprintf(c.out, "\n%s\n", c.words.T("cli.admin.settings"))
	config.WriteSettings(c.out, c.words)
}
