package main

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// serverFrame is a frame as a server sends it.
func serverFrame(op byte, payload string) []byte {
	f := []byte{0x80 | op}
	switch n := len(payload); {
	case n < 126:
		f = append(f, byte(n))
	case n < 1<<16:
		f = binary.BigEndian.AppendUint16(append(f, 126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, 127), uint64(n))
	}
	return append(f, payload...)
}

func TestScanner_countsFramesHoweverTheyAreCut(t *testing.T) {
	var stream []byte
	for _, f := range [][]byte{
		serverFrame(opText, `{"op":"joined","room":1}`),
		serverFrame(opText, `{"op":"event","html":"`+strings.Repeat("a", 200)+`"}`),
		serverFrame(opPing, ""),
		serverFrame(opText, `{"op":"event","html":"`+strings.Repeat("字", 30_000)+`"}`),
		serverFrame(opText, `{"op":"presence"}`),
		serverFrame(opText, `{"op":"error"}`),
		serverFrame(opText, `{}`),
		serverFrame(opClose, "\x0f\xa0"),
	} {
		stream = append(stream, f...)
	}
	want := []frameKind{frameJoined, frameEvent, framePing, frameEvent, frameOther, frameError, frameOther, frameClose}
	for _, size := range []int{1, 2, 3, 7, 1000, len(stream)} {
		var s scanner
		var got []frameKind
		for piece := range slices.Chunk(stream, size) {
			s.feed(piece, func(k frameKind) { got = append(got, k) })
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %v, want %v", size, got, want)
		}
	}
}

func TestAgainst_isTheMedianOfTheRoundsRatios(t *testing.T) {
	// The second round fell into a noisy moment: both sides are slow, the ratio is not.
	r := against("x", "req/s", []float64{50, 5, 60}, []float64{100, 10, 100})
	if r.Ratio != 0.5 || r.Value != 50 || r.Floor != 100 {
		t.Errorf("got %+v", r)
	}
	if r.atLeast(0.5).OK != true || r.atLeast(0.51).OK != false || r.within(49).OK != false {
		t.Error("a bound is judged wrongly")
	}
}

func TestReferences(t *testing.T) {
	page := `<link rel="stylesheet" href="/a.css"><link rel="canonical" href="http://x/"><link rel="alternate" href="/feed">
		<link rel="icon" href="/i.svg"><script type="module" src="/a.js"></script><a href="/b"><img src="/p.png"></a>`
	if got, want := references("text/html; charset=utf-8", []byte(page), false), []string{"/a.css", "/i.svg", "/a.js", "/p.png"}; !slices.Equal(got, want) {
		t.Errorf("page: %q, want %q", got, want)
	}
	script := `import { a } from "./a.js";import"./b.js";if (x) import("./c.js");`
	if got, want := references("text/javascript", []byte(script), false), []string{"./a.js", "./b.js"}; !slices.Equal(got, want) {
		t.Errorf("script: %q, want %q", got, want)
	}
	if got := references("text/javascript", []byte(script), true); len(got) != 3 {
		t.Errorf("with what may come later: %q, want three", got)
	}
	style := `a{background:url(data:image/png;base64,AA)}b{background:url("/x.png")}`
	if got, want := references("text/css", []byte(style), false), []string{"/x.png"}; !slices.Equal(got, want) {
		t.Errorf("style: %q, want %q", got, want)
	}
}

func TestCutTexts_wholeCharacters(t *testing.T) {
	got := cutTexts([]string{strings.Repeat("药", 150), strings.Repeat("物", 100), strings.Repeat("字", 199), "short"}, 600)
	if len(got) != 2 {
		t.Fatalf("%d texts, want 2", len(got))
	}
	for _, s := range got {
		if n := len(s); n < 590 || n > 600 || !utf8.ValidString(s) {
			t.Errorf("%d bytes, valid %v", n, utf8.ValidString(s))
		}
	}
}
