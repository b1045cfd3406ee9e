package engine

import (
	"fmt"
	"strings"
)

// pair are the locales of a request: "en" and "zh", or "zh" and "en".
func pair(source, target string) (string, string, error) {
	s, t := locale(source), locale(target)
	if s == "" || t == "" || s == t {
		return "", "", fmt.Errorf("%w: %.20q to %.20q", ErrLanguage, source, target)
	}
	return s, t, nil
}

// locale is "en", "zh" (simplified, as the hub writes it) or "".
func locale(code string) string {
	switch code = strings.ToLower(strings.ReplaceAll(code, "_", "-")); {
	case code == "en" || strings.HasPrefix(code, "en-"):
		return "en"
	case code == "zh" || code == "zh-cn" || code == "zh-sg" || code == "zh-hans" || strings.HasPrefix(code, "zh-hans-"):
		return "zh"
	}
	return ""
}
