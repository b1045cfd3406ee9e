package engine

import (
	"errors"
	"fmt"
)

// What may go wrong. Errors of Translate are one of these for errors.Is, with the engine's name before it.
var (
	ErrTimeout           = errors.New("the engine did not answer in time")
	ErrUnavailable       = errors.New("the engine cannot be reached or is broken") // connection, 5xx
	ErrLimited           = errors.New("the engine asks for fewer calls")           // 429, or the hub's own rate leaves no time
	ErrQuota             = errors.New("the engine's quota is used up")             // DeepL's 456
	ErrBudget            = errors.New("the budget is used up")                     // Budget refused
	ErrOpen              = errors.New("the engine is paused after failures")       // the circuit is open
	ErrAnswer            = errors.New("the engine's answer is not one")            // not JSON, too few, too large, cut
	ErrRefusedByProvider = errors.New("the engine refuses the call")               // other 4xx: key, model, language
	ErrLanguage          = errors.New("not a pair of languages of the hub")        // of the request
)

// Kind is a short stable key of an error of this package, for the administrators' page and for metrics: "timeout",
// "unavailable", "limited", "quota", "budget", "open", "answer", "refused", "language", "texts" (a *Refused),
// "cancelled" for everything else, "" for nil.
func Kind(err error) string {
	if err == nil {
		return ""
	}
	var refused *Refused
	if errors.As(err, &refused) {
		return "texts"
	}
	for _, k := range []struct {
		err error
		key string
	}{
		{ErrTimeout, "timeout"}, {ErrUnavailable, "unavailable"}, {ErrLimited, "limited"}, {ErrQuota, "quota"}, {ErrBudget, "budget"},
		{ErrOpen, "open"}, {ErrAnswer, "answer"}, {ErrRefusedByProvider, "refused"}, {ErrLanguage, "language"},
	} {
		if errors.Is(err, k.err) {
			return k.key
		}
	}
	return "cancelled"
}

// Reasons for which a single text is refused.
const (
	ReasonEmpty    = "empty"    // nothing came back for something
	ReasonScript   = "script"   // it came back in the language it was written in
	ReasonSize     = "size"     // over 8 × the source + 200 characters
	ReasonEncoding = "encoding" // with NUL, or with U+FFFD where the source has none
)

// Refused says that an answer is good except for some texts, which are "" in what Translate returns beside it. The
// caller keeps the others and asks the next engine for these, or leaves them untranslated.
type Refused struct {
	Engine    string
	Positions []int    // in Request.Texts, ascending
	Reasons   []string // of each position: one of the Reason…
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%s: %d texts of the answer are refused", r.Engine, len(r.Positions))
}
