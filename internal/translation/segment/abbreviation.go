package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stopEnds decides whether a single "." with white space behind it ends the English sentence before it. lower says that
// a word in small letters follows, closed that a closing mark stands between.
func stopEnds(sentence, rest string, lower, closed bool) bool {
	word := lastWord(sentence)
	before := sentence[:len(sentence)-len(word)]
	atStart := len(before) < 16 && strings.Trim(before, "\"'“‘([*_ ") == ""
	next := strings.TrimLeft(rest, "\"'“‘([*_")
	first, _ := utf8.DecodeRuneInString(next)
	switch {
	case word != "" && atStart && isLabel(word):
		return false // "1. Methods", "A. Patients"
	case lower:
		return false
	case closed:
		return true
	}
	folded := strings.ToLower(word)
	switch {
	case opensNumber(folded):
		return !unicode.IsDigit(first)
	case goesOn(folded):
		return false
	case mayEnd(folded) || utf8.RuneCountInString(word) == 1 && !unicode.IsDigit(firstRune(word)) || isDotted(word):
		return isStarter(next)
	}
	return true
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// lastWord is the Latin word at the end of a text, inner dots included.
func lastWord(text string) string {
	start := len(text)
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if !isWordRune(r) && r != '.' && r != '-' && r != '’' && r != '\'' {
			break
		}
		start -= size
	}
	return strings.TrimLeft(text[start:], "'’-.")
}

// firstWord is the Latin word that a text begins with.
func firstWord(text string) string {
	for i, r := range text {
		if !isWordRune(r) && r != '\'' && r != '’' {
			return text[:i]
		}
	}
	return text
}

// isLabel reports whether a word before a dot numbers what follows: "1", "12", "2.1", "A", "iv".
func isLabel(word string) bool {
	if len(word) > 5 {
		return false
	}
	digits := strings.Trim(word, "0123456789.") == ""
	roman := len(word) <= 4 && (strings.Trim(word, "ivx") == "" || strings.Trim(word, "IVX") == "")
	return digits && len(word) <= 4 || roman && word != "I" || len(word) == 1 && word != "I" && isAlnum(word[0])
}

// isDotted: "U.S", "Ph.D", "a.m": letters with dots between.
func isDotted(word string) bool {
	parts := strings.Split(word, ".")
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		if n := utf8.RuneCountInString(p); n == 0 || n > 2 || strings.ContainsAny(p, "0123456789") {
			return false
		}
	}
	return true
}

// opensNumber: abbreviations that are one before a number only.
func opensNumber(word string) bool {
	switch word {
	case "no", "nos", "nr", "p", "pp", "vol", "vols", "art", "ch", "chap", "par", "para", "sec", "sect", "ser", "iss", "v":
		return true
	}
	return false
}

// goesOn: abbreviations after which a sentence always goes on, whatever stands behind them.
func goesOn(word string) bool {
	switch word {
	case "dr", "prof", "mr", "mrs", "ms", "mx", "messrs", "st", "mt", "gen", "lt", "capt", "sgt", "rev", "hon", "sen", "gov",
		"assoc", "asst", "e.g", "eg", "i.e", "ie", "viz", "cf", "vs", "ca", "approx", "fig", "figs", "eq", "eqs", "eqn", "ref",
		"refs", "tab", "suppl", "incl", "excl", "dept", "univ", "inst", "mme", "mlle", "dipl", "ing":
		return true
	}
	return false
}

// mayEnd: abbreviations that may stand at the end of a sentence; it ends there before a word that starts one.
func mayEnd(word string) bool {
	switch word {
	case "al", "etc", "inc", "ltd", "co", "corp", "llc", "plc", "gmbh", "jr", "sr", "bros", "sp", "spp", "ssp", "subsp", "var",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "phd", "msc", "bsc", "ave", "blvd",
		"rd", "min", "max", "hr", "hrs", "wk", "wks", "yr", "yrs", "mos", "avg", "temp", "conc", "est", "resp", "esp", "col",
		"ed", "eds", "med", "clin", "sci", "int", "natl", "intl", "app", "res", "rep", "soc", "assn", "biol", "chem":
		return true
	}
	return false
}

// isStarter reports whether text begins with a word that starts English sentences and hardly a name.
func isStarter(text string) bool {
	word := firstWord(text)
	if word == "" {
		return unicode.Is(unicode.Han, firstRune(text))
	}
	if strings.HasPrefix(text[len(word):], ".") || !unicode.IsUpper(firstRune(word)) {
		return false
	}
	if word != "I" && word != "A" && strings.ToUpper(word) == word {
		return false
	}
	switch strings.ToLower(word) {
	case "a", "additionally", "after", "all", "also", "although", "among", "an", "and", "another", "any", "are", "as", "at",
		"because", "before", "between", "both", "but", "by", "can", "compared", "could", "despite", "did", "do", "does",
		"due", "during", "each", "even", "every", "finally", "first", "following", "for", "four", "from", "furthermore",
		"further", "given", "has", "have", "he", "hence", "her", "here", "his", "how", "however", "i", "if", "in", "indeed",
		"instead", "is", "it", "its", "let", "many", "more", "moreover", "most", "my", "neither", "nevertheless", "no",
		"none", "nor", "not", "now", "of", "on", "once", "one", "only", "or", "other", "our", "overall", "participants",
		"patients", "please", "results", "second", "several", "she", "should", "similarly", "since", "so", "some", "such",
		"thanks", "that", "the", "their", "then", "there", "therefore", "these", "they", "third", "this", "those", "though",
		"three", "thus", "to", "two", "under", "unfortunately", "unless", "until", "upon", "was", "we", "were", "what", "when",
		"where", "whereas", "whether", "which", "while", "who", "why", "will", "with", "within", "without", "would", "yes",
		"yet", "you", "your":
		return true
	}
	return false
}
