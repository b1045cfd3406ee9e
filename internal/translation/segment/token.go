package segment

import "unicode"

// token is what sentences are compared by: a word of a script with spaces, a number, a Han character, or a mark.
type token struct {
	text string
	kind tokenKind
}

type tokenKind uint8

const (
	tokenWord tokenKind = iota
	tokenHan
	tokenMark
)

// tokens reads the tokens of a key.
func tokens(key string) []token {
	var out []token
	start := -1
	end := func(at int) {
		if start >= 0 {
			out = append(out, token{key[start:at], tokenWord})
		}
		start = -1
	}
	for at, r := range key {
		if isWordRune(r) || unicode.IsMark(r) || isRaisedOrLowered(r) {
			if start < 0 {
				start = at
			}
			continue
		}
		end(at)
		text := string(r)
		switch {
		case unicode.IsSpace(r):
		case isHan(r):
			out = append(out, token{text, tokenHan})
		default:
			out = append(out, token{text, tokenMark})
		}
	}
	end(len(key))
	return out
}
