package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"senet/internal/i18n"
	"senet/locales"
)

func env(pairs ...string) Env {
	m := map[string]string{"HOME": "/home/op"}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestParse_defaults(t *testing.T) {
	t.Parallel()
	c, err := Parse(nil, env())
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.BaseURL.String() != "http://127.0.0.1:8080" || c.BaseURLGiven || c.Demo ||
		c.DatabaseURL+c.NATSURL+c.SMTPURL+c.MetricsListen+c.PostgresMirror != "" {
		t.Errorf("defaults: %+v", c)
	}
	if want := "/home/op/.local/share/senet"; runtime.GOOS == "linux" && c.DataDir != want {
		t.Errorf("data dir %q, want %q", c.DataDir, want)
	}
}

func TestParse_dataHome(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("XDG is Linux's")
	}
	t.Parallel()
	for home, want := range map[string]string{"/data": "/data/senet", "relative": "/home/op/.local/share/senet"} {
		if c, err := Parse(nil, env("XDG_DATA_HOME", home)); err != nil || c.DataDir != want {
			t.Errorf("XDG_DATA_HOME=%s: %q, %v, want %q", home, c.DataDir, err, want)
		}
	}
}

func TestParse_flagBeatsEnvironment(t *testing.T) {
	t.Parallel()
	c, err := Parse([]string{"--listen", "0.0.0.0:81", "-data-dir=/d", "--demo"}, env("SENET_LISTEN", "1.2.3.4:5", "SENET_DATA_DIR", "/e",
		"SENET_BASE_URL", " https://hub.example/ ", "SENET_DATABASE_URL", "postgres://u:p@h/d", "SENET_DEMO", "0", "SENET_NATS_URL", "nats://n:4222",
		"SENET_SMTP_URL", "smtps://u:p@m:465", "SENET_MAIL_FROM", "SENET Hub <hub@hub.example>", "SENET_METRICS_LISTEN", ":9100", "SENET_POSTGRES_MIRROR", "https://mirror.example/maven2"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "0.0.0.0:81" || c.DataDir != "/d" || !c.Demo {
		t.Errorf("flags lose: %+v", c)
	}
	if c.BaseURL.String() != "https://hub.example" || !c.BaseURLGiven || c.DatabaseURL == "" || c.NATSURL == "" || c.SMTPURL == "" || c.MailFrom == "" ||
		c.MetricsListen != ":9100" || c.PostgresMirror == "" {
		t.Errorf("the environment is lost: %+v", c)
	}
}

func TestParse_misuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  string
		args []string
		env  Env
	}{
		{"config.error.flag", []string{"--nonsense"}, env()},
		{"config.error.flag", []string{"--x", "--help"}, env()},
		{"config.error.argument", []string{"extra"}, env()},
		{"config.error.argument", []string{"-"}, env()},
		{"config.error.argument", []string{"--"}, env()},
		{"config.error.value", []string{"--listen"}, env()},
		{"config.error.value", []string{"--listen="}, env()},
		{"config.error.twice", []string{"--demo", "--demo"}, env()},
		{"config.error.address", []string{"--listen", "8080"}, env()},
		{"config.error.address", []string{"--listen", ":http"}, env()},
		{"config.error.address", nil, env("SENET_METRICS_LISTEN", "x:65536")},
		{"config.error.base_url", []string{"--base-url", "hub.example"}, env()},
		{"config.error.base_url", []string{"--base-url", "https://hub.example/path"}, env()},
		{"config.error.base_url", []string{"--base-url", "javascript://x"}, env()},
		{"config.error.base_url", []string{"--base-url", "https://u:p@hub.example"}, env()},
		{"config.error.database_url", []string{"--database-url", "mysql://h/d"}, env()},
		{"config.error.nats_url", []string{"--nats-url", "http://n"}, env()},
		{"config.error.smtp_url", nil, env("SENET_SMTP_URL", "mail.example")},
		{"config.error.mail_from", nil, env("SENET_MAIL_FROM", "hub.example")},
		{"config.error.mail_from", nil, env("SENET_MAIL_FROM", "hub@hub.example, all@hub.example")},
		{"config.error.mirror", []string{"--postgres-mirror", "ftp://m"}, env()},
		{"config.error.switch", nil, env("SENET_DEMO", "perhaps")},
		{"config.error.switch", []string{"--demo=maybe"}, env()},
		{"config.error.engines", nil, env("SENET_TRANSLATOR_ORDER", "deepl,babelfish")},
		{"config.error.engines", nil, env("SENET_TRANSLATOR_ORDER", "deepl,deepl")},
		{"config.error.engines", nil, env("SENET_TRANSLATOR_INSIDE", ",")},
		{"config.error.secret", nil, env("SENET_TRANSLATOR_DEEPL_KEY", "two words")},
		{"config.error.secret", nil, env("SENET_TRANSLATOR_OPENAI_KEY", "sk-\r\nX: y")},
		{"config.error.secret", nil, env("SENET_TRANSLATOR_LIBRETRANSLATE_KEY", "钥匙")},
		{"config.error.endpoint", nil, env("SENET_TRANSLATOR_DEEPL_URL", "api.deepl.com")},
		{"config.error.endpoint", nil, env("SENET_TRANSLATOR_LIBRETRANSLATE_URL", "http://u:p@h")},
		{"config.error.endpoint", nil, env("SENET_TRANSLATOR_OPENAI_URL", "https://h/v1?key=x")},
		{"config.error.endpoint", nil, env("SENET_TRANSLATOR_OPENAI_URL", "file:///v1")},
		{"config.error.openai", nil, env("SENET_TRANSLATOR_OPENAI_URL", "https://h/v1")},
		{"config.error.openai", nil, env("SENET_TRANSLATOR_OPENAI_MODEL", "m")},
		{"config.error.timeout", nil, env("SENET_TRANSLATOR_TIMEOUT", "20")},
		{"config.error.timeout", nil, env("SENET_TRANSLATOR_TIMEOUT", "6m")},
		{"config.error.rate", nil, env("SENET_TRANSLATOR_RATE", "0")},
		{"config.error.rate", nil, env("SENET_TRANSLATOR_RATE", "NaN")},
		{"config.error.budget", nil, env("SENET_TRANSLATOR_BUDGET", "-1")},
		{"config.error.budget", nil, env("SENET_TRANSLATOR_BUDGET", "1e6")},
	} {
		_, err := Parse(c.args, c.env)
		var m *Misuse
		if !errors.As(err, &m) || m.Key != c.key {
			t.Errorf("%v: %v, want %s", c.args, err, c.key)
		}
	}
	if _, err := Parse([]string{"--listen", "x:1", "--help"}, env()); !errors.Is(err, ErrHelp) {
		t.Errorf("--help: %v", err)
	}
	if _, err := Parse([]string{"--database-url", "mysql://u:secret@h/d"}, env()); strings.Contains(words(t, i18n.En).Message(err.(*Misuse).Message), "secret") {
		t.Error("the message shows a password")
	}
}

func TestParseCommand(t *testing.T) {
	t.Parallel()
	own := []Flag{{Name: "email", Required: true}, {Name: "password-stdin", Switch: true}}
	c, given, err := ParseCommand([]string{"--password-stdin", "--email", "a@b.c", "--data-dir", "/d"}, env(), own)
	if err != nil || c.DataDir != "/d" || given["email"] != "a@b.c" || given["password-stdin"] != "true" || len(given) != 2 {
		t.Errorf("%+v %v %v", c, given, err)
	}
	_, _, err = ParseCommand(nil, env(), own)
	var m *Misuse
	if !errors.As(err, &m) || m.Key != "config.error.missing" || m.Args["Name"] != "--email" {
		t.Errorf("a required flag is missing: %v", err)
	}
}

func TestBaseOf(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{":80": "http://127.0.0.1:80", "0.0.0.0:1": "http://127.0.0.1:1", "[::]:1": "http://127.0.0.1:1",
		"[::1]:1": "http://[::1]:1", "hub.example:8080": "http://hub.example:8080"} {
		if got := BaseOf(listen).String(); got != want {
			t.Errorf("BaseOf(%s) = %s, want %s", listen, got, want)
		}
	}
}

func TestCLILocale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  Env
		want i18n.Locale
	}{
		{env(), i18n.En}, {env("LANG", "C.UTF-8"), i18n.En}, {env("LANG", "zh_CN.UTF-8"), i18n.Zh}, {env("LANG", "zh"), i18n.Zh},
		{env("LANG", "de_DE.UTF-8"), i18n.En}, {env("LC_ALL", "en_GB.UTF-8", "LANG", "zh_CN.UTF-8"), i18n.En},
		{env("LC_MESSAGES", "zh_SG", "LANG", "en_US"), i18n.Zh}, {env("LANG", "zha"), i18n.En},
	} {
		if got := CLILocale(c.env); got != c.want {
			t.Errorf("LANG=%q LC_ALL=%q: %s, want %s", c.env("LANG"), c.env("LC_ALL"), got, c.want)
		}
	}
}

func words(t *testing.T, l i18n.Locale) *i18n.Printer {
	t.Helper()
	b, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	return b.For(l)
}

func TestSettings_help(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales {
		var out strings.Builder
		p := words(t, l)
		WriteSettings(&out, p)
		for _, s := range Settings() {
			if !strings.Contains(out.String(), "--"+s.Flag+"  "+s.Env+"\n") || !p.Has(s.Key) || s.DefaultKey != "" && !p.Has(s.DefaultKey) {
				t.Errorf("%s: --%s is not explained", l, s.Flag)
			}
			if (s.Default == "") == (s.DefaultKey == "") {
				t.Errorf("--%s says its default twice or not at all", s.Flag)
			}
		}
	}
}

// TestSettings_readme holds the README's table against the settings.
func TestSettings_readme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| *`--([a-z-]+)` *\\| *`(SENET_[A-Z_]+)` *\\| *([^|]*?) *\\|").FindAllStringSubmatch(string(text), -1)
	told := map[string][2]string{}
	for _, row := range rows {
		told[row[1]] = [2]string{row[2], row[3]}
	}
	for _, s := range Settings() {
		row, ok := told[s.Flag]
		if !ok || row[0] != s.Env || s.Default != "" && !strings.Contains(row[1], s.Default) {
			t.Errorf("the README says of --%s: %v, want %s and its default %s", s.Flag, row, s.Env, s.Default)
		}
		delete(told, s.Flag)
	}
	for flag := range told {
		t.Errorf("the README tells of --%s, which is no setting", flag)
	}
}

func TestSplitOperands(t *testing.T) {
	own := []Flag{{Name: "from", Value: "L"}, {Name: "quiet", Switch: true}}
	for args, want := range map[string][2]string{
		"FILE":                        {"", "FILE"},
		"--from en FILE --quiet":      {"--from en --quiet", "FILE"},
		"--from=en - --data-dir d":    {"--from=en --data-dir d", "-"},
		"--quiet FILE":                {"--quiet", "FILE"},
		"--from":                      {"--from", ""},
		"--nonsense FILE -- --a b":    {"--nonsense", "FILE --a b"},
		"--help FILE":                 {"--help", "FILE"},
		"-from en --database-url x y": {"-from en --database-url x", "y"},
	} {
		flags, operands := SplitOperands(strings.Fields(args), own)
		if got := [2]string{strings.Join(flags, " "), strings.Join(operands, " ")}; got != want {
			t.Errorf("%q: %q, want %q", args, got, want)
		}
	}
}
