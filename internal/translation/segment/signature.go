package segment

import (
	"hash/fnv"
	"math"
	"strings"
)

// Bands of a signature, and hashes in each. Measured on the sentences of ../shared/data: see TestSignature_finds.
const (
	Bands    = 24
	bandRows = 2
)

// Signature is what similar sentences are found by: Bands numbers, of which two sentences as alike as Similarity 0.75
// share at least one with a probability of more than 98 %, and two unrelated ones hardly any. Keep it in an int[]
// column with a GIN index and ask with "signature && $1"; then judge what comes with Similarity. It is nil for a
// sentence without letters and digits.
//
// It is MinHash over shingles: words, pairs of words, Han characters and pairs of them, of the Key without marks; the
// smallest words and commonest characters count in pairs only. The hashes are written down here and must not change:
// they are stored.
func Signature(s string) []int32 {
	shingles := shinglesOf(Key(s))
	if len(shingles) == 0 {
		return nil
	}
	out := make([]int32, Bands)
	for band := range out {
		sum := uint64(band + 1)
		for row := range bandRows {
			sum = mix(sum ^ smallest(shingles, uint64(band*bandRows+row)))
		}
		out[band] = int32(uint32(sum >> 32))
	}
	return out
}

// smallest is the least hash of all shingles under one of the hash functions.
func smallest(shingles []uint64, function uint64) uint64 {
	least := uint64(math.MaxUint64)
	seed := mix(function*0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019)
	for _, s := range shingles {
		least = min(least, mix(s^seed))
	}
	return least
}

// mix is the finaliser of SplitMix64: every bit of x reaches every bit of the result.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 27
	x *= 0x94D049BB133111EB
	return x ^ x>>31
}

// shinglesOf are the hashes of a key's shingles.
func shinglesOf(key string) []uint64 {
	var out []uint64
	add := func(parts ...string) {
		h := fnv.New64a()
		for _, p := range parts {
			_, _ = h.Write([]byte(p)) // cannot fail
			_, _ = h.Write([]byte{0})
		}
		out = append(out, h.Sum64())
	}
	before := ""
	for _, t := range tokens(key) {
		if t.kind == tokenMark {
			continue
		}
		if !isCommon(t) {
			add(t.text)
		}
		if before != "" {
			add(before, t.text)
		}
		before = t.text
	}
	if len(out) == 0 && before != "" {
		add(before)
	}
	return out
}

// isCommon: words and characters that are in most sentences and say nothing about one.
func isCommon(t token) bool {
	if t.kind == tokenHan {
		return strings.Contains("的了是在和与有不为以及我你您他她它们这那个一上中大来到时要就出会可也对生能而子得于下自之年发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日者意无力把被等", t.text)
	}
	switch t.text {
	case "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "as", "and", "or", "but", "is", "are",
		"was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "it", "its", "this", "that", "these", "those",
		"i", "you", "he", "she", "we", "they", "my", "your", "his", "her", "our", "their", "not", "no", "can", "may", "will",
		"which", "who", "there", "than", "also", "s", "t":
		return true
	}
	return false
}
