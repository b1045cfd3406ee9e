package markup

import "regexp"

var (
	inlineLink = regexp.MustCompile(`!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+"[^"]*")?\)`)
	linkTarget = regexp.MustCompile(`(?m)^ {0,3}\[[^\]]+\]:\s*\S+.*$`)
	bareLink   = regexp.MustCompile(`(?i)<?(?:https?://|www\.)[^\s<>，。；、）】》]+>?`)
)

// Unlink takes the addresses out of Markdown: of a link its words stay, of a bare address an ellipsis. It is for moderators, who
// see the result before it is saved.
func Unlink(src string) string {
	src = inlineLink.ReplaceAllString(src, "$1")
	src = linkTarget.ReplaceAllString(src, "")
	return bareLink.ReplaceAllString(src, "…")
}
