// Package config reads the settings of the hub, from flags and from the environment, and documents each of them once:
// Settings is what --help prints and what the README's table is held against. It is the only reader of the environment.
package config

import (
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// Config is what the hub is told. Every value has been checked.
type Config struct {
	Listen         string   // host:port
	BaseURL        *url.URL // how browsers reach the hub; no path, no slash at the end
	DataDir        string   // absolute or relative to the working directory
	DatabaseURL    string   // "": a private Postgres in DataDir
	NATSURL        string   // "": one node. Read and checked; the relay between nodes is not built yet
	SMTPURL        string   // "": mail is kept as files in DataDir
	MailFrom       string   // what letters come from: an address, or Name <address>; "": senet@ the host of BaseURL
	MetricsListen  string   // host:port; "": off
	Demo           bool     // load the demo when the hub is empty
	PostgresMirror string   // where Postgres is fetched from when none is installed; "": Maven Central
	BaseURLGiven   bool     // false: BaseURL follows Listen, and a Listen with port 0 makes it BaseOf the real address

	Translator Translator
}

// Env reads an environment variable; "" when it is not set. os.Getenv is one.
type Env func(name string) string

// Parse reads the settings of serve and of every command without flags of its own. A flag beats the environment, which
// beats the default. The error is a *Misuse.
func Parse(args []string, env Env) (Config, error) {
	cfg, _, err := ParseCommand(args, env, nil)
	return cfg, err
}

// ParseCommand is Parse for a command with flags of its own; their values come back by name. A required one that is
// missing, an unknown one, one given twice and anything that is no flag are misuse.
func ParseCommand(args []string, env Env, own []Flag) (Config, map[string]string, error) {
	given, err := parseFlags(args, own)
	if err != nil {
		return Config{}, nil, err
	}
	var cfg Config
	for _, s := range settings {
		value, from := given[s.Flag], "--"+s.Flag
		if value == "" {
			value, from = strings.TrimSpace(env(s.Env)), s.Env
		}
		delete(given, s.Flag)
		if value == "" {
			value = s.Default
		}
		if value == "" {
			continue
		}
		if key := s.set(&cfg, value); key != "" {
			return Config{}, nil, misuse(key, "Name", from, "Value", value)
		}
	}
	if cfg.DataDir == "" {
		if cfg.DataDir = dataDir(env); cfg.DataDir == "" {
			return Config{}, nil, misuse("config.error.data_dir")
		}
	}
	if key := cfg.Translator.check(); key != "" {
		return Config{}, nil, misuse(key)
	}
	cfg.BaseURLGiven = cfg.BaseURL != nil
	if !cfg.BaseURLGiven {
		cfg.BaseURL = BaseOf(cfg.Listen)
	}
	return cfg, given, nil
}

// BaseOf is the base URL of a hub that listens there and was told nothing else: of every address, the local one.
func BaseOf(listen string) *url.URL {
	host, port, _ := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
}

func setAddress(to *string, value string) string {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return "config.error.address"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return "config.error.address"
	}
	*to = value
	return ""
}

func setBase(to **url.URL, value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return "config.error.base_url"
	}
	*to = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return ""
}

// setAddressee takes an address of mail, alone or with a name: SENET Hub <hub@hub.example>.
func setAddressee(to *string, value string) string {
	if _, err := mail.ParseAddress(value); err != nil {
		return "config.error.mail_from"
	}
	*to = value
	return ""
}

// setURL takes a URL with a host and one of the schemes.
func setURL(to *string, value, wrong string, schemes ...string) string {
	u, err := url.Parse(value)
	if err != nil {
		return wrong
	}
	for _, s := range schemes {
		if u.Scheme == s && (u.Host != "" || u.Query().Has("host")) {
			*to = value
			return ""
		}
	}
	return wrong
}

func setBool(to *bool, value string) string {
	switch strings.ToLower(value) {
	case "1", "true", "yes", "on":
		*to = true
	case "0", "false", "no", "off":
		*to = false
	default:
		return "config.error.switch"
	}
	return ""
}
