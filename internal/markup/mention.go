package markup

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// MaxHandle is the longest handle, in characters.
const MaxHandle = 32

// maxHandleHan is how far a run of Han characters after "@" is tried: no name is longer.
const maxHandleHan = 12

// Target is the member that a mention leads to. Name is shown after the "@"; where it is empty, the handle as typed.
type Target struct {
	ID   int64
	Name string
}

// href is the path of the member's page without a language; the server sends the reader on to theirs.
func (t Target) href() string { return "/m/" + strconv.FormatInt(t.ID, 10) }

// Mentions maps a handle, folded with Fold, to its member.
type Mentions map[string]Target

// MentionCandidates lists, folded and each once, every handle that the text could mention. Chinese runs on without
// spaces, so each beginning of a run of Han characters is one; the longest that exists wins when the text is
// rendered. Mail addresses and code mention nobody. At most 50 places of a text count.
func MentionCandidates(src string) []string {
	if !strings.ContainsAny(src, "@＠") {
		return nil
	}
	seeker := &mentionSeeker{}
	parse(src, seeker)
	return seeker.candidates
}

// Mentioned lists the members that the text mentions, in order and each once: who is to be told. What is quoted tells
// nobody, nor does a name inside the text of a link.
func Mentioned(src string, known Mentions) []Target {
	if len(known) == 0 {
		return nil
	}
	doc, _ := parse(src, &mentionSeeker{known: known})
	var found []Target
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.Kind() {
		case ast.KindBlockquote, ast.KindLink, ast.KindImage:
			return ast.WalkSkipChildren, nil
		}
		if m, ok := n.(*mention); ok && entering && !slices.Contains(found, m.target) {
			found = append(found, m.target)
		}
		return ast.WalkContinue, nil
	})
	return found
}

// mentionSeeker is what the inline parser works with for one text: with known members it makes nodes, without it
// collects candidates.
type mentionSeeker struct {
	known      Mentions
	candidates []string
	places     int
}

var mentionSeekerKey = parser.NewContextKey()

// mention is an inline node: a member's name with a link.
type mention struct {
	ast.BaseInline
	target Target
	typed  string // with the "@"
}

var kindMention = ast.NewNodeKind("Mention")

func (m *mention) Kind() ast.NodeKind { return kindMention }

func (m *mention) Dump(source []byte, level int) {
	ast.DumpHelper(m, source, level, map[string]string{"Typed": m.typed}, nil)
}

func (m *mention) label() string {
	if m.target.Name == "" {
		return m.typed
	}
	return "@" + m.target.Name
}

// mentionParser reads "@handle".
type mentionParser struct{}

func (mentionParser) Trigger() []byte { return []byte{'@'} }

func (mentionParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	seeker, _ := pc.Get(mentionSeekerKey).(*mentionSeeker)
	if seeker == nil || seeker.places >= maxMentions {
		return nil
	}
	line, _ := block.PeekLine()
	handles := handlesAt(block.PrecendingCharacter(), line[1:])
	if len(handles) == 0 {
		return nil
	}
	seeker.places++
	if seeker.known == nil {
		for _, handle := range handles {
			if folded := Fold(handle); !slices.Contains(seeker.candidates, folded) {
				seeker.candidates = append(seeker.candidates, folded)
			}
		}
		return nil
	}
	for _, handle := range slices.Backward(handles) {
		if target, ok := seeker.known[Fold(handle)]; ok {
			block.Advance(1 + len(handle))
			return &mention{target: target, typed: "@" + handle}
		}
	}
	return nil
}

// handlesAt lists the handles that may start here, shortest first, or none where before makes the "@" part of a mail
// address or of another word.
func handlesAt(before rune, after []byte) []string {
	first, _ := utf8.DecodeRune(after)
	if !unicode.IsLetter(first) && !unicode.IsDigit(first) {
		return nil
	}
	if joinsHandle(before) && !runOn(before) {
		// "name@host" is an address; "Thanks@李云龙" is not, unless a dot follows as in "name@例子.中国".
		if !runOn(first) || dotFollows(after) {
			return nil
		}
	}
	return handlePrefixes(after)
}

// joinsHandle reports whether r before "@" makes it part of a word or an address.
func joinsHandle(r rune) bool {
	return r < utf8.RuneSelf && isLocalPart(byte(max(r, 0))) || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func dotFollows(s []byte) bool {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			next, _ := utf8.DecodeRune(s[i+size:])
			return r == '.' && unicode.IsLetter(next)
		}
		i += size
	}
	return false
}

// handlePrefixes lists the beginnings of s that are handles and may end where they do: at the end of the run, and
// before or after each character of a script without spaces.
func handlePrefixes(s []byte) []string {
	var found []string
	var previous rune
	han := 0
	for i, count := 0, 0; ; count++ {
		r, size := utf8.DecodeRune(s[i:])
		ends := !isHandleRune(r) || size == 0 || r == '.' && !continuesAfterDot(s[i+size:])
		if i > 0 && (ends || runOn(r) || runOn(previous)) {
			found = appendEndings(found, string(s[:i]), ends)
		}
		if runOn(r) {
			han++
		}
		if ends || count == MaxHandle || han > maxHandleHan {
			return found
		}
		previous = r
		i += size
	}
}

// appendEndings adds the handle; at the end of a run also without the dashes of the sentence: "@anna- and".
func appendEndings(found []string, handle string, ends bool) []string {
	trimmed := handle
	for trimmed != "" && (trimmed[len(trimmed)-1] == '-' || trimmed[len(trimmed)-1] == '_') {
		trimmed = trimmed[:len(trimmed)-1]
	}
	if trimmed != handle && trimmed != "" && !slices.Contains(found, trimmed) {
		found = append(found, trimmed)
	}
	if handle[len(handle)-1] == '.' || slices.Contains(found, handle) {
		return found
	}
	return append(found, handle)
}

func continuesAfterDot(s []byte) bool {
	r, _ := utf8.DecodeRune(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isHandleRune: letters, their marks, digits, "_", "-" and ".".
func isHandleRune(r rune) bool {
	if r == utf8.RuneError {
		return false
	}
	return r == '_' || r == '-' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// HandlesAt lists the handles that after, which follows an "@", may begin with, shortest first: none where before, the
// character in front of the "@", makes it part of an address or of another word. Use ' ' at the start of a text.
func HandlesAt(before rune, after string) []string {
	// Longer than any handle, and than any label of the host that would make it an address.
	return handlesAt(before, []byte(after[:min(len(after), 16*MaxHandle)]))
}
