package glossary

import (
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

// trie holds the variants of terms, token by token: they are added, then it is settled, and from then on only read. A nil
// trie is empty.
type trie struct {
	first []int32  // token → node; 0: none
	ends  [][]form // by node: what ends there, what is written so before what is derived

	edges map[uint64]int32 // while it is built: node and token → node, beyond the first

	start  []int32 // node → where its edges begin in tokens and nodes; they end where the next node's begin
	tokens []int32 // of each node's edges, ascending
	nodes  []int32
}

func newTrie() *trie { return &trie{edges: map[uint64]int32{}, ends: make([][]form, 1)} }

func edge(node, token int32) uint64 { return uint64(uint32(node))<<32 | uint64(uint32(token)) }

// settle lays the edges out in rows, in which a search takes a fraction of the time that a map does.
func (t *trie) settle() {
	t.start = make([]int32, len(t.ends)+1)
	for _, e := range slices.Sorted(maps.Keys(t.edges)) {
		t.tokens = append(t.tokens, int32(uint32(e)))
		t.nodes = append(t.nodes, t.edges[e])
		t.start[e>>32+1]++
	}
	for i := 1; i < len(t.start); i++ {
		t.start[i] += t.start[i-1]
	}
	t.edges = nil
}

// next is where a token leads from a node of a settled trie, of which 0 is the root; 0: nowhere.
func (t *trie) next(node, token int32) int32 {
	if node == 0 {
		return t.begin(token)
	}
	low, high := t.start[node], t.start[node+1]
	for low < high {
		middle := (low + high) / 2
		if t.tokens[middle] < token {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < t.start[node+1] && t.tokens[low] == token {
		return t.nodes[low]
	}
	return 0
}

func (t *trie) begin(token int32) int32 {
	if int(token) < len(t.first) {
		return t.first[token]
	}
	return 0
}

func (t *trie) add(v variant, vocab *vocabulary) {
	node := int32(0)
	for _, tok := range v.tokens {
		id := vocab.add(tok)
		next := t.begin(id)
		if node != 0 {
			next = t.edges[edge(node, id)]
		}
		if next == 0 {
			next = int32(len(t.ends))
			t.ends = append(t.ends, nil)
			if node != 0 {
				t.edges[edge(node, id)] = next
			} else {
				for int(id) >= len(t.first) {
					t.first = append(t.first, 0)
				}
				t.first[id] = next
			}
		}
		node = next
	}
	forms := t.ends[node]
	at := len(forms)
	for at > 0 && !v.inflected && forms[at-1].inflected {
		at--
	}
	t.ends[node] = append(forms[:at:at], append([]form{v.form}, forms[at:]...)...)
}

// walk follows the tokens from first on, until before stop, and gives each place where something ends.
func (t *trie) walk(tokens []token, first, stop int, found func(last int, node int32)) {
	if t == nil {
		return
	}
	node := int32(0)
	for i := first; i < stop; i++ {
		tok := &tokens[i]
		if tok.id == unknown || i > first && tok.apart {
			return
		}
		if node = t.next(node, tok.id); node == 0 {
			return
		}
		if t.ends[node] != nil {
			found(i, node)
		}
	}
}

// goesOn reports whether a word is followed by a number that belongs to it: SARS-CoV is not in SARS-CoV-2, nor pH 7 in
// pH 7.4.
func goesOn(text string, last token) bool {
	rest := text[last.end:]
	r, size := utf8.DecodeRuneInString(rest)
	if last.kind != word || size >= len(rest) || !isDigit(rest[size]) {
		return false
	}
	if r == '.' || r == ',' {
		return isDigit(text[last.end-1])
	}
	return kindOf(fold(r)) == gap && !unicode.IsSpace(r)
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// fitting are the forms, of those that end at a node, that a piece of a text may be.
func fitting(forms []form, text string, from, last token) []form {
	if goesOn(text, last) {
		return nil
	}
	piece := text[from.start:last.end]
	misfit := func(f form) bool { return f.cased && !inCapitals(piece, f.inflected) }
	for i, f := range forms {
		if !misfit(f) {
			continue
		}
		out := append([]form(nil), forms[:i]...)
		for _, g := range forms[i+1:] {
			if !misfit(g) {
				out = append(out, g)
			}
		}
		return out
	}
	return forms
}
