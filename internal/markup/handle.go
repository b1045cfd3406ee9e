package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxDerived is the longest handle derived from a name; it leaves room for a number that makes it unique.
const maxDerived = 24

// ValidHandle reports whether somebody may call themselves so: 1 to MaxHandle letters, digits, "_", "-" and ".",
// beginning with a letter or digit, not ending with ".", and without two dots in a row. Han characters are letters;
// more than 12 of them would never be found in a text.
func ValidHandle(handle string) bool {
	if !utf8.ValidString(handle) || utf8.RuneCountInString(handle) > MaxHandle {
		return false
	}
	prefixes := handlePrefixes([]byte(handle))
	if len(prefixes) == 0 || prefixes[len(prefixes)-1] != handle {
		return false
	}
	first, _ := utf8.DecodeRuneInString(handle)
	return unicode.IsLetter(first) || unicode.IsDigit(first)
}

// Handle derives a handle from a display name: words joined as they are written ("Anna Weber" → "AnnaWeber"), accents
// dropped because not every keyboard has them ("José Müller" → "JoseMuller"), titles and brackets left out, Han
// characters kept. It has at most 24 characters, whole words if possible, and is "" when nothing usable is left.
func Handle(name string) string {
	var handle strings.Builder
	length := 0
	for _, word := range strings.FieldsFunc(withoutBrackets(greek.Replace(norm.NFKC.String(name))), isNameSpace) {
		if isTitle(word) {
			continue
		}
		part := []rune(handlePart(word))
		if length+len(part) > maxDerived {
			if length > 0 {
				break
			}
			part = part[:maxDerived]
		}
		handle.WriteString(string(part))
		length += len(part)
	}
	return limitHan(strings.TrimRight(strings.TrimLeft(handle.String(), "-_"), "-_"))
}

// withoutBrackets drops "(Charité)" and "（医生）", unless nothing stands outside.
func withoutBrackets(name string) string {
	at := strings.IndexAny(name, "([（【")
	if at <= 0 || strings.TrimSpace(name[:at]) == "" {
		return name
	}
	return name[:at]
}

func isNameSpace(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",，、·・/|;；", r)
}

func isTitle(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ".")) {
	case "dr", "prof", "mr", "mrs", "ms", "med", "phd", "md", "msc", "bsc", "mph":
		return true
	}
	return false
}

// handlePart is what of a word may stand in a handle. Letters without a Latin form stay as they are.
func handlePart(word string) string {
	var out strings.Builder
	for _, r := range word {
		if r == '-' || r == '_' {
			out.WriteRune(r)
			continue
		}
		if s := latin(r); s != "" {
			out.WriteString(s)
			continue
		}
		_, silent := romanised(r)
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !silent {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// limitHan keeps a handle within the run of Han characters that MentionCandidates tries.
func limitHan(handle string) string {
	han := 0
	for i, r := range handle {
		if runOn(r) {
			if han++; han > maxHandleHan {
				return handle[:i]
			}
		}
	}
	return handle
}
