package config

import (
	"os/user"
	"path/filepath"
	"runtime"
	"strings"

	"senet/internal/i18n"
)

// dataDir is where a program of this user keeps its data: XDG's data home, macOS's Application Support, Windows'
// AppData. "" when the user has no home.
func dataDir(env Env) string {
	home := env("HOME")
	if home == "" {
		if u, err := user.Current(); err == nil {
			home = u.HomeDir
		}
	}
	switch runtime.GOOS {
	case "windows":
		if dir := env("AppData"); dir != "" {
			return filepath.Join(dir, "senet")
		}
	case "darwin":
		if home != "" {
			return filepath.Join(home, "Library", "Application Support", "senet")
		}
	default:
		if dir := env("XDG_DATA_HOME"); filepath.IsAbs(dir) { // a relative one counts for nothing, says XDG
			return filepath.Join(dir, "senet")
		}
		if home != "" {
			return filepath.Join(home, ".local", "share", "senet")
		}
	}
	return ""
}

// CLILocale is the language of commands: LC_ALL, else LC_MESSAGES, else LANG; the hub's first when they say nothing we know.
func CLILocale(env Env) i18n.Locale {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			v, _, _ = strings.Cut(v, "@") // language_TERRITORY.codeset@modifier, says POSIX
			v, _, _ = strings.Cut(v, ".")
			return i18n.Match(strings.ReplaceAll(v, "_", "-"))
		}
	}
	return i18n.Match("")
}
