// Package segment is the text machinery of translation: it cuts a text into sentences and puts it together again,
// holds back what must not be translated, brings a translation's sentences beside the original's, and tells which
// sentences are alike. It owns these rules for English and Chinese and nothing else: pure functions, no database, no
// HTTP, no translation service. The dialect of Markdown is that of internal/markup.
//
// A text goes through it like this: Split into pieces; of each sentence the Key and the Signature are looked up in the
// memory, what is found there judged by Similarity and Numbers; what is not found is unwrapped, masked, translated and
// restored; Weave makes the translated text of the pieces. A human translation comes the other way, through Blocks
// and Join, and Align makes pairs for the memory of it.
//
// All work is bounded by the length of the text; no input makes a function panic.
package segment

import "senet/internal/markup"

// Piece is a run of a text: a sentence to translate, or what is copied as it is.
type Piece struct {
	Text      string
	Translate bool
	// Block is the number, from 0, of the block that the piece belongs to: paragraph, heading, item of a list, cell
	// of a table, and whatever is copied whole. Marks belong to the block they mark, white space to the block before it.
	Block int
}

// Split cuts a text into pieces; joined again they are src, byte for byte. Sentences are translated. Copied are white
// space, the marks of lists, headings and tables, code blocks, quotations, definitions of links, display formulas,
// emphasis around whole sentences, and sentences without a word of their own: an address, a formula, a number, code.
//
// A line break inside a paragraph does not end a sentence (see Unwrap), an empty line or a hard line break does. No
// sentence ends inside a link, a code span, a formula, or brackets of up to some 300 bytes. Where markdown is false
// the text is plain, a title for instance, and only empty lines and sentences divide it.
func Split(src string, markdown bool) []Piece {
	s := splitter{src: src, markdown: markdown}
	block := 0
	for i, section := range sections(src, markdown) {
		if i > 0 {
			block++
		}
		s.copyTo(section.Start, max(block-1, 0))
		for j, text := range section.Texts {
			if j > 0 {
				block++
			}
			s.copyTo(text.Start, block)
			s.text(text, block)
		}
		s.copyTo(section.Stop, block)
	}
	s.copyTo(len(src), block)
	return s.pieces
}

// splitter collects pieces; done is where the last one ends.
type splitter struct {
	src      string
	markdown bool
	done     int
	pieces   []Piece
}

func (s *splitter) copyTo(stop, block int) { s.add(stop, false, block) }

func (s *splitter) add(stop int, translate bool, block int) {
	if stop <= s.done {
		return
	}
	s.pieces = append(s.pieces, Piece{s.src[s.done:stop], translate, block})
	s.done = stop
}

func (s *splitter) text(text markup.Span, block int) {
	for _, sentence := range sentences(s.src[text.Start:text.Stop], s.markdown) {
		start, stop := text.Start+sentence.start, text.Start+sentence.stop
		if !worded(s.src[start:stop]) {
			continue
		}
		s.copyTo(start, block)
		s.add(stop, true, block)
	}
	s.copyTo(text.Stop, block)
}
