package segment

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// quantitySpans finds numbers with the symbol of a unit ("5–10 mg/kg", "95%"), powers of ten ("3 × 10⁵") and comparisons
// of statistics ("p < 0.05"), with the sign before them.
func quantitySpans(text string, offset int) []span {
	var out []span
	free := 0 // where the last one ends
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if digitOf(r) < 0 && !(r == '.' && at+1 < len(text) && digitOf(rune(text[at+1])) >= 0) {
			at += size
			continue
		}
		start, stop := quantityAt(text, at, free)
		if stop == 0 {
			// The rest of a number is no number.
			at += size
			at += len(text[at:]) - len(strings.TrimLeft(text[at:], "0123456789.,"))
			continue
		}
		out = append(out, span{offset + start, offset + stop})
		at, free = stop, stop
	}
	return out
}

// quantityAt reads the quantity whose first number stands at a place; it begins at free or later. stop is 0 when
// there is none.
func quantityAt(text string, at, free int) (start, stop int) {
	start, statistic := beforeNumber(text, at, free)
	if !startsQuantity(text, start) {
		return 0, 0
	}
	end, scaled := number(text, at)
	if stop = unitAfter(text, end); stop > 0 {
		return start, stop
	}
	if next := afterAny(text, skipSpace(text, end), "-", "–", "—", "~", "～", "±", "+/-"); next > 0 {
		if until, _ := number(text, skipSpace(text, next)); until > 0 {
			if stop = unitAfter(text, until); stop > 0 {
				return start, stop
			}
		}
	}
	if scaled {
		for _, per := range []string{"/kg", "/dL", "/mL", "/ml", "/µL", "/μL", "/L", "/l", "/g"} {
			if strings.HasPrefix(text[end:], per) && endsSymbol(text, end+len(per)) {
				return start, end + len(per)
			}
		}
	}
	if (scaled || statistic) && endsSymbol(text, end) {
		return start, end
	}
	return 0, 0
}

// startsQuantity: no letter, digit or the hyphen of a name ("IL-6") goes before.
func startsQuantity(text string, at int) bool {
	before, size := utf8.DecodeLastRuneInString(text[:at])
	switch {
	case isWordRune(before) || strings.ContainsRune("_.^,", before):
		return false
	case before == '-' || before == '‑':
		earlier, _ := utf8.DecodeLastRuneInString(text[:at-size])
		return !isWordRune(earlier)
	}
	return true
}

// endsSymbol: what stands before is not the beginning of a word.
func endsSymbol(text string, at int) bool {
	after, _ := utf8.DecodeRuneInString(text[at:])
	return !isWordRune(after) && !(after == '-' && at+1 < len(text) && isAlnum(text[at+1]))
}

// skipSpace skips one space.
func skipSpace(text string, at int) int {
	if r, size := utf8.DecodeRuneInString(text[at:]); r == ' ' || r == '\u00A0' || r == '\u2009' || r == '\u202F' {
		return at + size
	}
	return at
}

// skipSpaceBack skips one space before a place, not beyond floor.
func skipSpaceBack(text string, at, floor int) int {
	r, size := utf8.DecodeLastRuneInString(text[floor:at])
	if r == ' ' || r == '\u00A0' || r == '\u2009' || r == '\u202F' {
		return at - size
	}
	return at
}

// afterAny is the place behind the first of the prefixes that stands at a place; 0 for none.
func afterAny(text string, at int, prefixes ...string) int {
	for _, p := range prefixes {
		if strings.HasPrefix(text[at:], p) {
			return at + len(p)
		}
	}
	return 0
}

// beforeNumber is where the sign or the comparison before a number begins, or the number where there is none.
func beforeNumber(text string, at, floor int) (start int, statistic bool) {
	end := skipSpaceBack(text, at, floor)
	for _, sign := range []string{"<=", ">=", "=", "<", ">", "≤", "≥", "≈", "＝", "＜", "＞", "-", "−", "+", "±", "~"} {
		if !strings.HasSuffix(text[floor:end], sign) {
			continue
		}
		sign := end - len(sign)
		if name := statisticBefore(text, skipSpaceBack(text, sign, floor), floor); name >= 0 {
			return name, true
		}
		if text[sign] == '=' || strings.HasPrefix(text[sign:], "＝") || end < at && (text[sign] == '-' || text[sign] == '+' || text[sign] == '~') {
			return at, false
		}
		return sign, false
	}
	return at, false
}

// statisticBefore is where the symbol of a statistic that ends at a place begins, in emphasis or not ("*p* < 0.05"), or
// -1.
func statisticBefore(text string, end, floor int) int {
	for _, name := range statistics() {
		for _, mark := range []string{"", "*", "_"} {
			symbol := mark + name + mark
			if strings.HasSuffix(text[floor:end], symbol) && startsQuantity(text, end-len(symbol)) {
				return end - len(symbol)
			}
		}
	}
	return -1
}

var statistics = sync.OnceValue(func() []string {
	return strings.Fields("aOR aHR HR OR RR SD SE df R₀ R0 Re Rt χ² χ2 I² I2 R² R2 p P n N r R t F z Z d α β κ")
})

// number reads a number, and times a power of ten; scaled tells that there is such a power. end is 0 for none.
func number(text string, at int) (end int, scaled bool) {
	if end := powerOfTen(text, at); end > 0 {
		return end, true
	}
	if end = figures(text, at); end == 0 {
		return 0, false
	}
	if times := afterAny(text, skipSpace(text, end), "×", "x", "X", "*", "·"); times > 0 {
		if power := powerOfTen(text, skipSpace(text, times)); power > 0 {
			return power, true
		}
	}
	return end, false
}

// figures reads "1,234.5", "10 000", "120/80", ".05"; 0 for none.
func figures(text string, at int) int {
	start := at
	if strings.HasPrefix(text[at:], ".") {
		at++
	}
	for digits := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		next := runeAt(text, at+size)
		switch {
		case digitOf(r) >= 0:
			digits++
		case digits > 0 && (r == '.' || r == ',' || r == '/' || r == '．') && digitOf(next) >= 0:
			digits = 0
		case digits > 0 && digits <= 3 && skipSpace(text, at) > at && isGroup(text, at+size):
			digits = 0
		default:
			if digits == 0 && at-start < 2 {
				return 0
			}
			return at
		}
		at += size
	}
	return at
}

// isGroup reports whether exactly three digits stand at a place: a group of a long number.
func isGroup(text string, at int) bool {
	digits, _ := digitsAt(text[:min(len(text), at+4)], at)
	return len(digits) == 3
}

// powerOfTen reads "10⁶", "10^6", "10^{-3}"; 0 for none.
func powerOfTen(text string, at int) int {
	if !strings.HasPrefix(text[at:], "10") {
		return 0
	}
	at += len("10")
	if rest := text[at:]; strings.HasPrefix(rest, "^") {
		inner := strings.TrimPrefix(strings.TrimPrefix(rest[1:], "{"), "-")
		inner = strings.TrimPrefix(inner, "−")
		digits := len(inner) - len(strings.TrimLeft(inner, "0123456789"))
		if digits == 0 || digits > 3 {
			return 0
		}
		return len(text) - len(strings.TrimPrefix(inner[digits:], "}"))
	}
	raised := at
	for raised < len(text) {
		r, size := utf8.DecodeRuneInString(text[raised:])
		if !isRaised(r) && r != '⁺' {
			break
		}
		raised += size
	}
	if raised == at {
		return 0
	}
	return raised
}

// unitAfter is the end of the unit that stands at a place, with or without a space before it; 0 for none.
func unitAfter(text string, at int) int {
	at = skipSpace(text, at)
	if end := afterAny(text, at, "°C", "°F", "℃", "℉"); end > 0 && endsSymbol(text, end) {
		return end
	}
	if end := afterAny(text, at, "%", "％", "‰", "°"); end > 0 {
		return end
	}
	if end := afterAny(text, at, "× g", "×g", "x g"); end > 0 && endsSymbol(text, end) {
		return end
	}
	end := symbolAt(text, at)
	for end > 0 {
		next := anotherSymbol(text, end)
		if next == 0 {
			break
		}
		end = next
	}
	if end == 0 || !endsSymbol(text, end) {
		return 0
	}
	return end
}

// anotherSymbol reads what follows the first symbol of a unit: "/kg", "·min⁻¹", " kg⁻¹", "/10⁶ L".
func anotherSymbol(text string, at int) int {
	if next := afterAny(text, at, "/", "·"); next > 0 {
		if power := powerOfTen(text, next); power > 0 {
			next = skipSpace(text, power)
		}
		if end := symbolAt(text, next); end > 0 && endsSymbol(text, end) {
			return end
		}
		return 0
	}
	next := skipSpace(text, at)
	if next == at {
		return 0
	}
	for _, raised := range []string{"⁻¹", "⁻²", "⁻³", "^-1", "^-2", "^-3"} {
		if end := symbolAt(text, next); end > 0 && strings.HasSuffix(text[next:end], raised) {
			return end
		}
	}
	return 0
}

// symbolAt is the end of the symbol of a unit at a place, with its exponent; 0 for none.
func symbolAt(text string, at int) int {
	if at >= len(text) {
		return 0
	}
	for _, symbol := range symbols()[runeAt(text, at)] {
		if !strings.HasPrefix(text[at:], symbol) {
			continue
		}
		end := at + len(symbol)
		if raised := afterAny(text, end, "⁻¹", "⁻²", "⁻³", "²", "³", "^-1", "^-2", "^-3", "^2", "^3", "2", "3"); raised > 0 {
			return raised
		}
		if r := runeAt(text, end); !isWordRune(r) {
			return end
		}
	}
	return 0
}

// symbols are units by their first letter, longest first: those of the SI with their prefixes, and what health
// research measures in beside them. Letters that also number things ("type 1 A", "group 2 C") are left out.
var symbols = sync.OnceValue(func() map[rune][]string {
	byLetter := map[rune][]string{}
	for _, s := range strings.Fields(`
		m km cm mm µm μm nm g kg mg µg μg ug mcg ng pg fg t
		l L dl dL cl cL ml mL µl µL μl μL ul uL nL pL fL
		s ms µs μs min h Hz kHz MHz GHz rpm
		mol kmol mmol µmol μmol umol nmol pmol fmol mM µM μM uM nM pM
		U kU mU IU kIU mIU µIU μIU CFU cfu PFU pfu TCID50 TCID₅₀ mOsm mEq Eq
		Pa hPa kPa MPa mmHg cmH2O cmH₂O bar mbar atm
		J kJ MJ cal kcal W mW kW MW kWh V mV kV µV μV mA µA μA
		Gy cGy mGy Sv mSv µSv μSv Bq kBq MBq GBq Ci mCi
		Da kDa bp kb kbp Mb Mbp Gb kB MB GB TB ppm ppb dB hpf HPF lx`) {
		letter, _ := utf8.DecodeRuneInString(s)
		byLetter[letter] = append(byLetter[letter], s)
	}
	for _, list := range byLetter {
		slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}
	return byLetter
})
