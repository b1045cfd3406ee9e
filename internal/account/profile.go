package account

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
)

// Longest values. Names and affiliations are weighed (markup.Weight): a Han character counts 2.
const (
	MaxName        = 60
	MaxAffiliation = 160
	MaxEmail       = 254 // RFC 5321: a path of 256 with its brackets
)

// profile is what a member says of themselves, when joining and in the settings.
type profile struct {
	name, affiliation string
	locale            i18n.Locale
	zone              string
	region            Region
}

// clean tidies the profile and notes what is wrong with it.
func (s *Service) clean(p profile, wrong *fault.Fields) profile {
	p.name = cleanShort(p.name)
	switch {
	case p.name == "":
		wrong.Add("name", "account.name.empty", nil)
	case markup.Weight(p.name) > MaxName || utf8.RuneCountInString(p.name) > 2*MaxName: // marks weigh nothing
		wrong.Add("name", "account.name.long", fault.Args{"Max": MaxName})
	case !strings.ContainsFunc(p.name, unicode.IsLetter) || markup.Handle(p.name) == "":
		wrong.Add("name", "account.name.letters", nil)
	}
	p.affiliation = cleanShort(p.affiliation)
	if markup.Weight(p.affiliation) > MaxAffiliation {
		wrong.Add("affiliation", "account.affiliation.long", fault.Args{"Max": MaxAffiliation})
	}
	if _, ok := i18n.Parse(string(p.locale)); !ok {
		wrong.Add("locale", "account.locale.unknown", nil)
	}
	if _, ok := s.zone(p.zone); !ok {
		wrong.Add("time_zone", "account.zone.unknown", nil)
	}
	switch p.region {
	case Europe, China, Elsewhere:
	default:
		wrong.Add("region", "account.region.unknown", nil)
	}
	return p
}

// cleanShort is a line without anything unprintable; empty when it is no valid UTF-8. What is far longer than any valid
// value is cut first, so that hostile input costs little; it stays too long.
func cleanShort(s string) string {
	const far = 4096
	if len(s) > far {
		s = s[:far]
		for !utf8.ValidString(s) && len(s) > far-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	s, _ = markup.CleanLine(s)
	return s
}

var domain = regexp.MustCompile(`^([\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}]$`)

// cleanEmail is an address as typed and the key it is unique by; false when it is no address. Empty is fine.
func cleanEmail(s string) (email, key string, ok bool) {
	email = cleanShort(s)
	if email == "" {
		return "", "", true
	}
	if len(email) > MaxEmail || strings.ContainsAny(email, "<>\"() ") {
		return email, "", false
	}
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email {
		return email, "", false
	}
	if at := strings.LastIndexByte(email, '@'); at > 64 || !domain.MatchString(email[at+1:]) {
		return email, "", false
	}
	return email, emailKey(email), true
}

func emailKey(email string) string { return strings.ToLower(norm.NFKC.String(email)) }
