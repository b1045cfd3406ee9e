package config

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Translator says which machine translation engines there are. An engine without its settings is off. Its fields are
// those of engine.Settings, so that one converts to the other.
type Translator struct {
	Order  []string // names of engines, the preferred first
	Inside []string // names of those that run in the institute's own house

	DeepLKey string // "": off
	DeepLURL string // "": the free or the paid service, as the key says

	LibreTranslateURL string // "": off
	LibreTranslateKey string

	OpenAIURL   string // the base, such as https://host/v1; "": off
	OpenAIKey   string
	OpenAIModel string // given when OpenAIURL is

	Timeout time.Duration // of one HTTP call with its answer
	Rate    float64       // HTTP calls a second to one engine
	Budget  int64         // characters a month to one engine; 0: no limit
}

// String names the engines and no key: a Config may be printed.
func (t Translator) String() string { return fmt.Sprintf("%v", t.Order) }

// GoString is String, for %#v.
func (t Translator) GoString() string { return t.String() }

// check is the key of what does not go together, or "".
func (t Translator) check() string {
	if (t.OpenAIURL == "") != (t.OpenAIModel == "") {
		return "config.error.openai"
	}
	return ""
}

// setEngines takes names of engines, each once.
func setEngines(to *[]string, value string) string {
	var out []string
	for name := range strings.SplitSeq(value, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{"deepl", "libretranslate", "openai"}, name) || slices.Contains(out, name) {
			return "config.error.engines"
		}
		out = append(out, name)
	}
	*to = out
	return ""
}

// setSecret takes what an HTTP header can carry. What is wrong with it is told without it.
func setSecret(to *string, value string) string {
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "config.error.secret"
	}
	*to = value
	return ""
}

// setEndpoint takes a web address that a path can be added to.
func setEndpoint(to *string, value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" ||
		u.ForceQuery || u.Fragment != "" {
		return "config.error.endpoint"
	}
	*to = strings.TrimRight(value, "/")
	return ""
}

func setTimeout(to *time.Duration, value string) string {
	d, err := time.ParseDuration(value)
	if err != nil || d < time.Second || d > 5*time.Minute {
		return "config.error.timeout"
	}
	*to = d
	return ""
}

func setRate(to *float64, value string) string {
	rate, err := strconv.ParseFloat(value, 64)
	if err != nil || !(rate >= 0.01 && rate <= 1000) { // not NaN either
		return "config.error.rate"
	}
	*to = rate
	return ""
}

func setBudget(to *int64, value string) string {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return "config.error.budget"
	}
	*to = n
	return ""
}
