package config

import (
	"errors"
	"fmt"
	"strings"

	"senet/internal/fault"
)

// Flag is one that a single command takes beside the settings.
type Flag struct {
	Name     string // without the dashes
	Key      string // what it is for, as a message key
	Value    string // what stands for its value in --help: "ADDRESS"
	Switch   bool   // needs no value
	Required bool
}

// ErrHelp says that --help was asked for.
var ErrHelp = errors.New("help was asked for")

// Misuse is a wrong use of the command line: exit code 2. Its message is for the user, in their language.
type Misuse struct{ fault.Message }

func (m *Misuse) Error() string {
	text := m.Key
	for name, value := range m.Args {
		text += fmt.Sprintf(" %s=%v", name, value)
	}
	return text
}

func misuse(key string, args ...string) *Misuse {
	m := &Misuse{fault.Message{Key: key, Args: fault.Args{}}}
	for i := 0; i+1 < len(args); i += 2 {
		m.Args[args[i]] = args[i+1]
	}
	return m
}

// parseFlags reads "--name value", "--name=value" and "--switch"; one dash does as well.
func parseFlags(args []string, own []Flag) (map[string]string, error) {
	known := map[string]bool{} // name → is a switch
	for _, s := range settings {
		known[s.Flag] = s.Switch
	}
	for _, f := range own {
		known[f.Name] = f.Switch
	}
	given := map[string]string{}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--help" || arg == "-help" || arg == "-h" {
			return nil, ErrHelp
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		isSwitch, ok := known[name]
		switch {
		case !strings.HasPrefix(arg, "-") || name == "":
			return nil, misuse("config.error.argument", "Name", arg)
		case !ok:
			return nil, misuse("config.error.flag", "Name", "--"+name)
		case isSwitch && !hasValue:
			value = "true"
		case !hasValue:
			if len(args) == 0 {
				return nil, misuse("config.error.value", "Name", "--"+name)
			}
			value, args = args[0], args[1:]
		}
		if _, twice := given[name]; twice {
			return nil, misuse("config.error.twice", "Name", "--"+name)
		}
		if value == "" {
			return nil, misuse("config.error.value", "Name", "--"+name)
		}
		given[name] = value
	}
	for _, f := range own {
		if f.Required && given[f.Name] == "" {
			return nil, misuse("config.error.missing", "Name", "--"+f.Name)
		}
	}
	return given, nil
}

// SplitOperands takes what is no flag, such as the names of files, out of the arguments of a command with these flags.
// "-" is an operand, and so is everything after "--". The rest is for ParseCommand.
func SplitOperands(args []string, own []Flag) (flags, operands []string) {
	needsValue := map[string]bool{}
	for _, s := range settings {
		needsValue[s.Flag] = !s.Switch
	}
	for _, f := range own {
		needsValue[f.Name] = !f.Switch
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return flags, append(operands, args...)
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			operands = append(operands, arg)
			continue
		}
		flags = append(flags, arg)
		if needsValue[strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")] && len(args) > 0 {
			flags = append(flags, args[0])
			args = args[1:]
		}
	}
	return flags, operands
}
