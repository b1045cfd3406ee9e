package config

import (
	"fmt"
	"io"

	"senet/internal/i18n"
)

// WriteSettings prints the settings for --help, each with its variable, its purpose and its default.
func WriteSettings(w io.Writer, p *i18n.Printer) {
	for _, s := range settings {
		value := s.Default
		if s.DefaultKey != "" {
			value = p.T(s.DefaultKey)
		}
		fmt.Fprintf(w, "  --%s  %s\n      %s\n      %s\n", s.Flag, s.Env, p.T(s.Key), p.T("config.default", "Value", value))
	}
}

// WriteFlags prints a command's own flags.
func WriteFlags(w io.Writer, p *i18n.Printer, flags []Flag) {
	for _, f := range flags {
		value := ""
		if f.Value != "" {
			value = " " + f.Value
		}
		fmt.Fprintf(w, "  --%s%s\n      %s\n", f.Name, value, p.T(f.Key))
	}
}
