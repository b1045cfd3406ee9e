// Command senet is the hub in one binary: the server and the operator's commands. Exit codes: 0 done, 1 failed,
// 2 wrong use.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // members' time zones work on machines without a zone database

	"senet/internal/app"
	"senet/internal/config"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg/local"
	"senet/locales"
)

// console is what a command talks to.
type console struct {
	in       io.Reader
	out, err io.Writer
	env      config.Env
	words    *i18n.Printer
}

// command is one of the operator's verbs.
type command struct {
	name string
	run  func(ctx context.Context, c console, args []string) error
}

var commands = []command{{"serve", serve}, {"migrate", migrate}, {"demo", loadDemo}, {"admin", admin},
	{"import", importFile}, {"export", exportFile}, {"doctor", doctor}}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := console{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, words: words.For(config.CLILocale(os.Getenv))}
	os.Exit(run(ctx, c, os.Args[1:]))
}

// run finds the command, runs it and turns its error into words and an exit code.
func run(ctx context.Context, c console, args []string) int {
	name := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && (args[0] == "--help" || args[0] == "-h") {
		name = "help"
	}
	if name == "help" {
		help(c)
		return 0
	}
	for _, cmd := range commands {
		if cmd.name != name {
			continue
		}
		return report(c, cmd.run(ctx, c, args))
	}
	fmt.Fprintln(c.err, c.words.T("cli.unknown", "Name", name))
	return 2
}

// report tells the operator what went wrong. Unlike members, operators see the error itself.
func report(c console, err error) int {
	if err == nil {
		return 0
	}
	var misuse *config.Misuse
	if errors.As(err, &misuse) {
		fmt.Fprintln(c.err, c.words.Message(misuse.Message))
		return 2
	}
	var missing *local.MissingError
	if errors.As(err, &missing) {
		apt, brew, apk := missing.Packages()
		fmt.Fprintln(c.err, c.words.T("cli.postgres_missing", "Apt", apt, "Brew", brew, "Apk", apk, "Cause", missing.Cause))
		return 1
	}
	if errors.Is(err, local.ErrInUse) {
		fmt.Fprintln(c.err, c.words.T("cli.in_use"))
		return 1
	}
	var in *inFile
	if f := fault.Of(err); f != nil && errors.As(err, &in) {
		fmt.Fprintf(c.err, "%s: %s\n", in.name, c.words.Message(f.Message))
		return 1
	}
	if taken := (*net.OpError)(nil); errors.Is(err, syscall.EADDRINUSE) && errors.As(err, &taken) && taken.Op == "listen" {
		fmt.Fprintln(c.err, c.words.T("cli.listen_taken", "Address", taken.Addr))
		return 1
	}
	if f := fault.Of(err); f != nil && f.Kind != fault.Internal {
		fmt.Fprintln(c.err, c.words.Message(f.Message))
		return 1
	}
	fmt.Fprintln(c.err, "senet:", err)
	return 1
}

func help(c console) {
	fmt.Fprintln(c.out, c.words.T("cli.usage"))
	fmt.Fprintln(c.out)
	for _, cmd := range commands {
		fmt.Fprintf(c.out, "  %-10s %s\n", cmd.name, c.words.T("cli.command."+cmd.name))
	}
	fmt.Fprintln(c.out)
	config.WriteSettings(c.out, c.words)
}

// wantsHelp prints the help of a command with the common settings only.
func wantsHelp(c console, name string, args []string) bool {
	for _, a := range args {
		if a == "--help" || a == "-h" {
			fmt.Fprintf(c.out, "senet %s: %s\n\n", name, c.words.T("cli.command."+name))
			config.WriteSettings(c.out, c.words)
			return true
		}
	}
	return false
}

func logger(c console) *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func serve(ctx context.Context, c console, args []string) error {
	if wantsHelp(c, "serve", args) {
		return nil
	}
	cfg, err := config.Parse(args, c.env)
	if err != nil {
		return err
	}
	return app.Run(ctx, cfg, logger(c), func(base, link string, demoLoaded bool) {
		if demoLoaded {
			fmt.Fprintln(c.out, c.words.T("cli.demo_loaded", "Password", app.DemoPassword))
		}
		if link != "" {
			fmt.Fprintln(c.out, c.words.T("cli.setup_link", "Link", link))
		}
		fmt.Fprintln(c.out, "ready: "+base)
	})
}
