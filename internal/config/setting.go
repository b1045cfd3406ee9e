package config

import "slices"

// Setting documents one setting.
type Setting struct {
	Flag       string // without the dashes
	Env        string
	Default    string // "": unset
	DefaultKey string // what it means to be unset, as a message key; "" where Default says it
	Key        string // what it is for, as a message key
	Switch     bool   // needs no value: --demo

	set func(c *Config, value string) (wrong string) // "" or the key of what is wrong
}

// Settings are all there are, in the order of --help.
func Settings() []Setting { return slices.Clone(settings) }

var settings = []Setting{
	{Flag: "listen", Env: "SENET_LISTEN", Default: "127.0.0.1:8080", Key: "config.listen",
		set: func(c *Config, v string) string { return setAddress(&c.Listen, v) }},
	{Flag: "base-url", Env: "SENET_BASE_URL", Key: "config.base_url", DefaultKey: "config.unset.base_url",
		set: func(c *Config, v string) string { return setBase(&c.BaseURL, v) }},
	{Flag: "data-dir", Env: "SENET_DATA_DIR", Key: "config.data_dir", DefaultKey: "config.unset.data_dir",
		set: func(c *Config, v string) string { c.DataDir = v; return "" }},
	{Flag: "database-url", Env: "SENET_DATABASE_URL", Key: "config.database_url", DefaultKey: "config.unset.database_url",
		set: func(c *Config, v string) string {
			return setURL(&c.DatabaseURL, v, "config.error.database_url", "postgres", "postgresql")
		}},
	{Flag: "nats-url", Env: "SENET_NATS_URL", Key: "config.nats_url", DefaultKey: "config.unset.nats_url",
		set: func(c *Config, v string) string {
			return setURL(&c.NATSURL, v, "config.error.nats_url", "nats", "tls", "ws", "wss")
		}},
	{Flag: "smtp-url", Env: "SENET_SMTP_URL", Key: "config.smtp_url", DefaultKey: "config.unset.smtp_url",
		set: func(c *Config, v string) string {
			return setURL(&c.SMTPURL, v, "config.error.smtp_url", "smtp", "smtps")
		}},
	{Flag: "mail-from", Env: "SENET_MAIL_FROM", Key: "config.mail_from", DefaultKey: "config.unset.mail_from",
		set: func(c *Config, v string) string { return setAddressee(&c.MailFrom, v) }},
	{Flag: "metrics-listen", Env: "SENET_METRICS_LISTEN", Key: "config.metrics_listen", DefaultKey: "config.unset.off",
		set: func(c *Config, v string) string { return setAddress(&c.MetricsListen, v) }},
	{Flag: "demo", Env: "SENET_DEMO", Key: "config.demo", DefaultKey: "config.unset.off", Switch: true,
		set: func(c *Config, v string) string { return setBool(&c.Demo, v) }},
	{Flag: "postgres-mirror", Env: "SENET_POSTGRES_MIRROR", Key: "config.postgres_mirror", DefaultKey: "config.unset.postgres_mirror",
		set: func(c *Config, v string) string {
			return setURL(&c.PostgresMirror, v, "config.error.mirror", "http", "https")
		}},
	{Flag: "translator-order", Env: "SENET_TRANSLATOR_ORDER", Default: "deepl,openai,libretranslate", Key: "config.translator_order",
		set: func(c *Config, v string) string { return setEngines(&c.Translator.Order, v) }},
	{Flag: "translator-deepl-key", Env: "SENET_TRANSLATOR_DEEPL_KEY", Key: "config.translator_deepl_key", DefaultKey: "config.unset.off",
		set: func(c *Config, v string) string { return setSecret(&c.Translator.DeepLKey, v) }},
	{Flag: "translator-deepl-url", Env: "SENET_TRANSLATOR_DEEPL_URL", Key: "config.translator_deepl_url", DefaultKey: "config.unset.deepl_url",
		set: func(c *Config, v string) string { return setEndpoint(&c.Translator.DeepLURL, v) }},
	{Flag: "translator-libretranslate-url", Env: "SENET_TRANSLATOR_LIBRETRANSLATE_URL", Key: "config.translator_libretranslate_url", DefaultKey: "config.unset.off",
		set: func(c *Config, v string) string { return setEndpoint(&c.Translator.LibreTranslateURL, v) }},
	{Flag: "translator-libretranslate-key", Env: "SENET_TRANSLATOR_LIBRETRANSLATE_KEY", Key: "config.translator_libretranslate_key", DefaultKey: "config.unset.none",
		set: func(c *Config, v string) string { return setSecret(&c.Translator.LibreTranslateKey, v) }},
	{Flag: "translator-openai-url", Env: "SENET_TRANSLATOR_OPENAI_URL", Key: "config.translator_openai_url", DefaultKey: "config.unset.off",
		set: func(c *Config, v string) string { return setEndpoint(&c.Translator.OpenAIURL, v) }},
	{Flag: "translator-openai-key", Env: "SENET_TRANSLATOR_OPENAI_KEY", Key: "config.translator_openai_key", DefaultKey: "config.unset.none",
		set: func(c *Config, v string) string { return setSecret(&c.Translator.OpenAIKey, v) }},
	{Flag: "translator-openai-model", Env: "SENET_TRANSLATOR_OPENAI_MODEL", Key: "config.translator_openai_model", DefaultKey: "config.unset.none",
		set: func(c *Config, v string) string { c.Translator.OpenAIModel = v; return "" }},
	{Flag: "translator-inside", Env: "SENET_TRANSLATOR_INSIDE", Key: "config.translator_inside", DefaultKey: "config.unset.none",
		set: func(c *Config, v string) string { return setEngines(&c.Translator.Inside, v) }},
	{Flag: "translator-timeout", Env: "SENET_TRANSLATOR_TIMEOUT", Default: "20s", Key: "config.translator_timeout",
		set: func(c *Config, v string) string { return setTimeout(&c.Translator.Timeout, v) }},
	{Flag: "translator-rate", Env: "SENET_TRANSLATOR_RATE", Default: "5", Key: "config.translator_rate",
		set: func(c *Config, v string) string { return setRate(&c.Translator.Rate, v) }},
	{Flag: "translator-budget", Env: "SENET_TRANSLATOR_BUDGET", Default: "0", Key: "config.translator_budget",
		set: func(c *Config, v string) string { return setBudget(&c.Translator.Budget, v) }},
}
