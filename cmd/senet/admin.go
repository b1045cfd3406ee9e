package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"senet/internal/account"
	"senet/internal/config"
	"senet/internal/fault"
	"senet/internal/i18n"
)

func createFlags() []config.Flag {
	locales := make([]string, len(i18n.Locales))
	for i, l := range i18n.Locales {
		locales[i] = string(l)
	}
	return []config.Flag{
		{Name: "email", Key: "cli.admin.email", Value: "E", Required: true},
		{Name: "name", Key: "cli.admin.name", Value: "N", Required: true},
		{Name: "role", Key: "cli.admin.role", Value: "R"},
		{Name: "password-stdin", Key: "cli.admin.password_stdin", Switch: true},
		{Name: "locale", Key: "cli.admin.locale", Value: strings.Join(locales, "|")},
	}
}

var tokenFlags = []config.Flag{{Name: "email", Key: "cli.admin.email", Value: "E", Required: true}}

// admin creates members and API tokens, beside a running hub or without one.
func admin(ctx context.Context, c console, args []string) error {
	if len(args) == 0 {
		return &config.Misuse{Message: fault.Message{Key: "cli.admin.error.subcommand"}}
	}
	var own []config.Flag
	var run func(context.Context, console, *account.Service, map[string]string) error
	switch args[0] {
	case "create":
		own, run = createFlags(), createMember
	case "token":
		own, run = tokenFlags, issueToken
	case "--help", "-h", "help":
		adminHelp(c)
		return nil
	default:
		return &config.Misuse{Message: fault.Message{Key: "cli.admin.error.command", Args: fault.Args{"Name": args[0]}}}
	}
	cfg, given, err := config.ParseCommand(args[1:], c.env, own)
	if errors.Is(err, config.ErrHelp) {
		adminHelp(c)
		return nil
	}
	if err != nil {
		return err
	}
	store, done, err := openStore(ctx, c, cfg)
	if err != nil {
		return err
	}
	err = run(ctx, c, account.New(store), given)
	if closed := done(); err == nil {
		err = closed
	}
	return misused(c, err)
}

// createMember makes a member as the operator says, with the password from standard input.
func createMember(ctx context.Context, c console, accounts *account.Service, given map[string]string) error {
	n := account.NewMember{Email: given["email"], Name: given["name"], Role: account.Role(given["role"]),
		Locale: cmp.Or(i18n.Locale(given["locale"]), i18n.Locales[0])}
	if given["password-stdin"] != "" {
		line, err := bufio.NewReader(io.LimitReader(c.in, 2*account.MaxPassword)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the password: %w", err)
		}
		if n.Password = strings.TrimRight(line, "\r\n"); n.Password == "" {
			return &config.Misuse{Message: fault.Message{Key: "cli.admin.error.password"}}
		}
	}
	m, err := accounts.CreateMember(ctx, n)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, c.words.T("cli.admin.created", "ID", int64(m.ID), "Handle", m.Handle, "Role", string(m.Role)))
	return nil
}

// issueToken prints the token and nothing else, for scripts.
func issueToken(ctx context.Context, c console, accounts *account.Service, given map[string]string) error {
	token, err := accounts.IssueToken(ctx, given["email"])
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, token)
	return nil
}

// misused makes a value that the hub refuses a wrong use of the command, and says everything that is wrong.
func misused(c console, err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid {
		return err
	}
	m := &config.Misuse{Message: f.Message}
	for i, field := range slices.Sorted(maps.Keys(f.Fields)) {
		if i > 0 {
			fmt.Fprintln(c.err, c.words.Message(m.Message))
		}
		m.Message = f.Fields[field]
	}
	return m
}

func adminHelp(c console) {
	fmt.Fprintln(c.out, c.words.T("cli.admin.usage"))
	helpOn(c, "create", "cli.admin.create", createFlags())
	helpOn(c, "token", "cli.admin.token", tokenFlags)
	fmt.Fprintf(c.out, "\n%s\n", c.words.T("cli.admin.settings"))
	config.WriteSettings(c.out, c.words)
}

func helpOn(c console, verb, key string, flags []config.Flag) {
	fmt.Fprintf(c.out, "\n%s\n    %s\n", verb, c.words.T(key))
	config.WriteFlags(c.out, c.words, flags)
}
