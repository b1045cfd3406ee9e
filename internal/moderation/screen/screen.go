// Package screen finds words, hosts and repetitions in texts, however they are spelt: full-width, traditional, spaced out, with
// letters of other scripts that look the same, or with something invisible between. It knows no table and nobody.
package screen

import (
	"hash/fnv"
	"math/bits"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"senet/internal/markup"
)

// lookalikes are letters of other scripts that are taken for Latin ones.
var lookalikes = func() map[rune]rune {
	table := map[rune]rune{}
	for _, pair := range [][2]string{
		{"авеѕіјкмнорсԁтухһԛԝгп", "abesijkmhopcdtyxhqwrn"}, // Cyrillic
		{"αβεικνορτυχγηω", "abeiknoptuxynw"},               // Greek
		{"0134578@$", "oieastb" + "as"},
	} {
		from, to := []rune(pair[0]), []rune(pair[1])
		for i := range min(len(from), len(to)) {
			table[from[i]] = to[i]
		}
	}
	for _, digit := range "0134578@$" { // digits stay digits: numbers are what health texts are full of
		delete(table, digit)
	}
	return table
}()

// tokens are the words of a text, folded; every Han character is one, and single letters in a row are one word.
func tokens(s string) []string {
	s = markup.Simplify(strings.ToLower(norm.NFKD.String(markup.Fold(s))))
	var out []string
	var word []rune
	singles := 0 // how many of the last words are one letter
	end := func() {
		if len(word) == 0 {
			return
		}
		if len(word) == 1 && unicode.IsLetter(word[0]) {
			if singles++; singles > 1 {
				out[len(out)-1] += string(word)
				word = word[:0]
				return
			}
		} else {
			singles = 0
		}
		out = append(out, string(word))
		word = word[:0]
	}
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r): // accents and what is invisible
		case unicode.Is(unicode.Han, r):
			end()
			singles = 0
			out = append(out, string(r))
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if to, ok := lookalikes[r]; ok {
				r = to
			}
			word = append(word, r)
		default:
			end()
		}
	}
	end()
	return out
}

const separator = "\x00"

// Folded is a text as it is searched.
type Folded struct {
	joined string
	count  int
}

// Fold makes a text ready to be searched.
func Fold(s string) Folded {
	ts := tokens(s)
	return Folded{separator + strings.Join(ts, separator) + separator, len(ts)}
}

// Empty reports whether nothing is left to search for.
func (f Folded) Empty() bool { return f.count == 0 }

// Has reports whether the words of another text stand in this one, in a row.
func (f Folded) Has(words Folded) bool {
	return words.count > 0 && strings.Contains(f.joined, words.joined)
}

// Print is what texts of nearly the same words have nearly the same of; 0 of a text of fewer than twenty words, which says
// nothing.
func (f Folded) Print() uint64 {
	if f.count < 20 {
		return 0
	}
	ts := strings.Split(strings.Trim(f.joined, separator), separator)
	var weights [64]int
	for i := range len(ts) - 1 {
		h := fnv.New64a()
		h.Write([]byte(ts[i] + separator + ts[i+1]))
		sum := h.Sum64()
		sum ^= sum >> 31
		sum *= 0x9e3779b97f4a7c15 // fnv alone moves the high bits too little
		sum ^= sum >> 29
		for bit := range 64 {
			if sum>>bit&1 == 1 {
				weights[bit]++
			} else {
				weights[bit]--
			}
		}
	}
	var print uint64
	for bit, w := range weights {
		if w > 0 {
			print |= 1 << bit
		}
	}
	return print
}

// Alike reports whether two prints are of nearly the same text.
func Alike(a, b uint64) bool { return a != 0 && b != 0 && bits.OnesCount64(a^b) <= 6 }

// Hosts are those that a text leads to, in lower case; own is the hub's own, which does not count.
func Hosts(body, own string) (hosts []string) {
	for _, link := range markup.Links(body) {
		u, err := url.Parse(link)
		if err != nil || u.Host == "" {
			continue
		}
		host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		if host != "" && host != own {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// Under reports whether a host is that domain or one below it.
func Under(host, domain string) bool {
	domain = strings.TrimPrefix(strings.ToLower(domain), "www.")
	return host == domain || strings.HasSuffix(host, "."+domain)
}
