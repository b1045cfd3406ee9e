package exchange_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"senet/internal/fault"
	"senet/internal/translation/exchange"
)

const good = `<tu tuid="1"><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="zh"><seg>b</seg></tuv></tu>`

func TestReadTMX_refused(t *testing.T) {
	t.Parallel()
	in := func(body string) string {
		return "<tmx version=\"1.4\">\n<header/>\n<body>\n" + body + "\n</body></tmx>"
	}
	hold(t, readTMX, []refusal{
		{"empty", "", "exchange.empty", 1, nil},
		{"blank", "\n\n", "exchange.empty", 3, nil},
		{"mark only", "\xEF\xBB\xBF", "exchange.empty", 1, nil},
		{"only declared", "<?xml version=\"1.0\"?>\n", "exchange.empty", 2, nil},
		{"zip", "PK\x03\x04\x14\x00", "exchange.packed", 1, fault.Args{"Detail": "ZIP"}},
		{"gzip", "\x1f\x8b\x08\x00", "exchange.packed", 1, fault.Args{"Detail": "gzip"}},
		{"web page", "<!doctype html>\n<html><body><p>Sign in<br></body></html>", "exchange.not_tmx", 2, fault.Args{"Detail": "html"}},
		{"glossary", "<tbx/>", "exchange.not_tmx", 1, fault.Args{"Detail": "tbx"}},
		{"text", "en,zh\na,b\n", "exchange.not_xml", 1, nil},
		{"picture", "\x89PNG\r\n\x1a\n\x00", "exchange.not_xml", 1, nil},
		{"GBK", "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<tmx>\xc4\xe3", "exchange.encoding", 1, fault.Args{"Detail": "GBK"}},
		{"Latin 1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><tmx/>", "exchange.encoding", 1, fault.Args{"Detail": "ISO-8859-1"}},
		{"UTF-32", "\xff\xfe\x00\x00<\x00\x00\x00", "exchange.encoding", 1, fault.Args{"Detail": "UTF-32"}},
		{"bytes", in("<tu>\n\xff</tu>"), "exchange.bytes", 5, fault.Args{"Detail": "UTF-8"}},
		{"half a character", "<tmx>\n\xe4\xbd", "exchange.bytes", 2, nil},
		{"lone surrogate", utf16File(binary.LittleEndian, true, "<tmx>\n") + "\x00\xd8a\x00", "exchange.bytes", 2, fault.Args{"Detail": "UTF-16"}},
		{"lone surrogate at the end", utf16File(binary.BigEndian, true, "<tmx>\n") + "\xd8\x00", "exchange.bytes", 2, nil},
		{"half a unit", utf16File(binary.BigEndian, true, "<tmx>\n") + "a", "exchange.bytes", 2, nil},
		{"NUL", in("<tu>\n\n\x00</tu>"), "exchange.control", 6, fault.Args{"Detail": "U+0000"}},
		{"bell", in("\a"), "exchange.control", 4, fault.Args{"Detail": "U+0007"}},
		{"C1", in("\u0093"), "exchange.control", 4, fault.Args{"Detail": "U+0093"}},
		{"no character", in("\uFFFE"), "exchange.control", 4, fault.Args{"Detail": "U+FFFE"}},
		{"NUL by reference", in("<tu>\n&#0;</tu>"), "exchange.control", 5, fault.Args{"Detail": "U+0000"}},
		{"C1 by reference", in("<tu><tuv lang='en'><seg>a\n&#x93;</seg></tuv></tu>"), "exchange.control", 5, fault.Args{"Detail": "U+0093"}},
		{"control in an id", in("\n<tu tuid='&#x7f;'/>"), "exchange.control", 5, fault.Args{"Detail": "U+007F"}},
		{"UTF-16 line", utf16File(binary.LittleEndian, true, in("\r\n\r\n\a")), "exchange.control", 6, nil},
		{"UTF-16 broken", utf16File(binary.BigEndian, true, in("<tu>\n</tuv>")), "exchange.xml.mismatch", 5, nil},
		{"old Mac lines", "<tmx>\r<body>\r\a", "exchange.control", 3, nil},
		{"laughs", "<?xml version=\"1.0\"?>\n<!DOCTYPE tmx [\n<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\n<tmx>&b;</tmx>", "exchange.xml.dtd", 2, nil},
		{"external entity", "<!DOCTYPE tmx [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><tmx>&f;</tmx>", "exchange.xml.dtd", 1, nil},
		{"entity outside", "<!ENTITY a \"b\">\n<tmx/>", "exchange.xml.dtd", 1, nil},
		{"endless declaration", "<!DOCTYPE tmx [" + strings.Repeat("<!ENTITY a 'b'>\n", 1<<16), "exchange.too_long", 1, nil},
		{"late doctype", "<tmx>\n<!DOCTYPE tmx></tmx>", "exchange.xml.syntax", 2, nil},
		{"unknown entity", in("<tu>\n&nbsp;</tu>"), "exchange.xml.entity", 5, fault.Args{"Detail": "&nbsp;"}},
		{"mismatch", in("<tu>\n\n</body>"), "exchange.xml.mismatch", 6, fault.Args{"Detail": "body", "Open": "tu", "First": 4}},
		{"bare <", in("a\n< b"), "exchange.xml.syntax", 5, nil},
		{"no quotes", in("<tu tuid=1/>"), "exchange.xml.syntax", 4, nil},
		{"attribute twice", in("\n<tu tuid='1' tuid='2'/>"), "exchange.xml.syntax", 5, nil},
		{"XML 1.1", "<?xml version=\"1.1\"?><tmx/>", "exchange.xml.syntax", 1, nil},
		{"blank before", "\n<?xml version=\"1.0\"?><tmx/>", "exchange.xml.syntax", 2, nil},
		{"two roots", "<tmx></tmx>\n<tmx/>", "exchange.xml.syntax", 2, nil},
		{"text after", "<tmx></tmx>\n\nand so on", "exchange.xml.syntax", 3, nil},
		{"closed too often", "<tmx></tmx>\n</tmx>", "exchange.xml.syntax", 2, nil},
		{"deep", in(strings.Repeat("<a>", 100)), "exchange.xml.deep", 4, nil},
		{"cut between units", "<tmx><body>\n" + good + "\n", "exchange.xml.truncated", 3, nil},
		{"cut in a tag", "<tmx><body>\n" + good + "\n<tu tuid", "exchange.xml.truncated", 3, nil},
		{"cut in a value", "<tmx><body>\n" + good + "\n<tu tuid=\"", "exchange.xml.truncated", 3, nil},
		{"cut in a segment", "<tmx><body>\n" + good + "\n<tu><tuv lang='en'><seg>a\nb", "exchange.xml.truncated", 4, nil},
		{"cut in a comment", "<tmx><body>\n<!-- a\n", "exchange.xml.truncated", 3, nil},
		{"cut in CDATA", "<tmx><body>\n<![CDATA[ a\n", "exchange.xml.truncated", 3, nil},
		{"cut before the end", in(good)[:len(in(good))-3], "exchange.xml.truncated", 5, nil},
		{"duplicate", in(good + "\n\n" + good), "exchange.duplicate", 6, fault.Args{"Detail": "1", "First": 4}},
		{"duplicate of one left out", in("<tu tuid='a'/>\n<tu tuid='a'/>"), "exchange.duplicate", 5, fault.Args{"First": 4}},
		{"long id", in("<tu tuid='" + strings.Repeat("x", exchange.MaxID+1) + "'/>"), "exchange.long_id", 4, nil},
		{"long segment", in(good + "\n<tu>\n<tuv lang='en'><seg>" + strings.Repeat("字", exchange.MaxText+1) + "</seg></tuv></tu>"), "exchange.too_long", 6, fault.Args{"Max": exchange.MaxText}},
		{"long by parts", in("<tu><tuv lang='en'>\n<seg>" + strings.Repeat("字<!-- -->\n", exchange.MaxText) + "</seg></tuv></tu>"), "exchange.too_long", 5, nil},
		{"endless segment", in("<tu><tuv lang='en'>\n<seg>" + strings.Repeat("x\n", 1<<20)), "exchange.too_long", 5, nil},
		{"endless comment", in("\n<!--" + strings.Repeat("x\n", 1<<20)), "exchange.too_long", 5, nil},
		{"endless attribute", in("\n<tu tuid='" + strings.Repeat("x", 1<<20)), "exchange.too_long", 5, nil},
		{"long notes", in("<tu>" + strings.Repeat("<note>"+strings.Repeat("x", 6000)+"</note>\n", 2) + "</tu>"), "exchange.too_long", 4, nil},
		{"no language", in("<tu>\n<tuv><seg>a</seg></tuv></tu>"), "exchange.no_language", 5, fault.Args{"Detail": "tuv"}},
		{"two segments", in("<tu><tuv lang='en'><seg>a</seg>\n<seg>b</seg></tuv></tu>"), "exchange.misplaced", 5, fault.Args{"Detail": "seg"}},
		{"unit outside", "<tmx>\n<tu/></tmx>", "exchange.misplaced", 2, fault.Args{"Detail": "tu"}},
		{"unit in a unit", in("<tu>\n<tu/></tu>"), "exchange.misplaced", 5, nil},
		{"other languages", in("<tu><tuv lang='en'><seg>a</seg></tuv><tuv lang='fr-FR'><seg>b</seg></tuv><tuv lang='zh-TW'><seg>c</seg></tuv></tu>"),
			"exchange.languages", 5, fault.Args{"Detail": "en, fr-FR, zh-TW"}},
		{"no texts", in("<tu><tuv lang='en'><seg> </seg></tuv></tu>"), "exchange.languages", 5, fault.Args{"Detail": "–"}},
	})
}

func TestReadTMX_taken(t *testing.T) {
	t.Parallel()
	seg := func(en string) string {
		return "<tmx><body><tu><tuv xml:lang='en'><seg>" + en + "</seg></tuv><tuv xml:lang='zh'><seg>b</seg></tuv></tu></body></tmx>"
	}
	one := []string{"1  en=a zh=b"}
	none := exchange.Summary{}
	first := exchange.Summary{Units: 1}
	for _, c := range []struct {
		name, file string
		want       []string
		sum        exchange.Summary
	}{
		{"no units", "<tmx><header/><body/></tmx>", nil, none},
		{"doctype", "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE tmx SYSTEM \"tmx[14].dtd\">\n<tmx><body>\n" + good + "</body></tmx>", []string{"4 1 en=a zh=b"}, first},
		{"ASCII", "<?xml version='1.0' encoding='US-ASCII'?>" + seg("a"), one, first},
		{"mark", "\xEF\xBB\xBF<?xml version='1.0'?>" + seg("a"), one, first},
		{"UTF-16 LE", utf16File(binary.LittleEndian, true, "<?xml version='1.0' encoding='UTF-16'?>"+seg("𠮷")), []string{"1  en=𠮷 zh=b"}, first},
		{"UTF-16 BE", utf16File(binary.BigEndian, true, seg("a")), one, first},
		{"UTF-16 without mark", utf16File(binary.LittleEndian, false, seg("a")), one, first},
		{"UTF-16 BE without mark", utf16File(binary.BigEndian, false, seg("a")), one, first},
		{"converted, declaration left", "<?xml version='1.0' encoding='utf-16'?>" + seg("a"), one, first},
		{"all languages", "<tmx><header srclang='*all*'/><body>" + good + "</body></tmx>", []string{"1 1 en=a zh=b"}, first},
		{"CDATA", seg("<![CDATA[<b> & ]]>c"), []string{"1  en=<b> & c zh=b"}, first},
		{"references", seg("&lt;&amp;&#x4E2D;&#13;&#10;c"), []string{"1  en=<&中\nc zh=b"}, first},
		{"lines", seg("a\r\nb\rc"), []string{"1  en=a\nb\nc zh=b"}, first},
		{"spaces", seg(" a "), []string{"1  en= a  zh=b"}, first},
		{"codes", seg(`Press <bpt i="1">&lt;b&gt;</bpt><hi>Enter</hi><ept i="1">&lt;/b&gt;</ept><ph x="1">{0}</ph> <it pos="begin">&lt;i&gt;</it>now<ut>x</ut>`),
			[]string{"1  en=Press Enter now zh=b"}, first},
		{"text in a code", seg(`See <ph>&lt;img alt="<sub>a <hi>chart</hi><ph>x</ph></sub>"&gt;</ph> here`), []string{"1  en=See a chart here zh=b"}, first},
		{"longest", seg(strings.Repeat("&#x1F9EC;", exchange.MaxText)), []string{"1  en=" + strings.Repeat("🧬", exchange.MaxText) + " zh=b"}, first},
		{"left out", "<tmx><body>" + good + "\n<tu tuid='2'><tuv lang='en'><seg>a</seg></tuv></tu><tu/></body></tmx>", []string{"1 1 en=a zh=b"}, exchange.Summary{Units: 1, Skipped: 2}},
		{"other languages beside", "<tmx><body><tu><tuv lang='fr'><seg>x</seg></tuv><tuv lang='EN-us'><seg>a</seg></tuv><tuv lang='zh-TW'><seg>y</seg></tuv><tuv lang='zh-Hans'><seg>b</seg></tuv></tu></body></tmx>", one, first},
		{"twice a locale", "<tmx><body><tu><tuv lang='en-GB'><seg>a</seg></tuv><tuv lang='en-US'><seg>x</seg></tuv><tuv lang='zh'><seg>b</seg></tuv></tu></body></tmx>", one, first},
		{"xml:lang before lang", "<tmx><body><tu><tuv lang='zh' xml:lang='en'><seg>a</seg></tuv><tuv xml:lang='zh'><seg>b</seg></tuv></tu></body></tmx>", one, first},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, sum, err := readTMX(strings.NewReader(c.file))
			if err != nil || !slices.Equal(got, c.want) || sum != c.sum {
				t.Errorf("got %.200q, %+v, %v\nwant %.200q, %+v", got, sum, err, c.want, c.sum)
			}
		})
	}
}

func TestReadTMX_about(t *testing.T) {
	t.Parallel()
	const file = `<tmx><body>
<tu tuid="a" creationdate="20200125T210600Z"><note> one </note><prop type="x">no</prop><note>two</note><prop type="source">https://a.example/?b=1&amp;c</prop>
<tuv xml:lang="en"><note>not this</note><seg>a</seg></tuv><tuv xml:lang="zh" creationdate="19990101T000000Z"><seg>b</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="zh" creationdate="2021-02-03T04:05:06+08:00"><seg>b</seg></tuv></tu>
<tu creationdate="yesterday"><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="zh"><seg>b</seg></tuv></tu>
</body></tmx>`
	var got []exchange.Unit
	if _, err := exchange.ReadTMX(strings.NewReader(file), nil, func(u exchange.Unit) error { got = append(got, u); return nil }); err != nil {
		t.Fatal(err)
	}
	pair := map[string]string{"en": "a", "zh": "b"}
	want := []exchange.Unit{
		{ID: "a", Texts: pair, Note: "one\ntwo", Source: "https://a.example/?b=1&c", Created: time.Date(2020, 1, 25, 21, 6, 0, 0, time.UTC), Line: 2},
		{Texts: pair, Created: time.Date(2021, 2, 2, 20, 5, 6, 0, time.UTC), Line: 4},
		{Texts: pair, Line: 5},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestReadTMX_real reads what others made.
func TestReadTMX_real(t *testing.T) {
	t.Parallel()
	lines, sources := 0, 0
	sum, err := exchange.ReadTMX(shared(t, "tico19.tmx"), nil, func(u exchange.Unit) error {
		if u.Line <= lines || u.ID == "" || len(u.Texts) != 2 {
			return fmt.Errorf("after line %d: %+v", lines, u)
		}
		if lines = u.Line; u.Source != "" {
			sources++
		}
		return nil
	})
	if want := (exchange.Summary{Units: 1822}); err != nil || sum != want || sources != 1822 {
		t.Errorf("read %+v, %d with a source, %v; want %+v, all with one", sum, sources, err, want)
	}
}

func awkwardUnits() []exchange.Unit {
	var units []exchange.Unit
	for i, s := range awkward {
		units = append(units, exchange.Unit{ID: fmt.Sprintf("%d <\"&\n\t'>", i), Texts: map[string]string{"en": s, "zh": " 译文\n"}, Note: s, Source: s})
	}
	units = append(units, exchange.Unit{Texts: map[string]string{"en": "a", "zh": "b", "zh-CN-x-1": "c"}, Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	return units
}

func TestWriteTMX_roundTrip(t *testing.T) {
	t.Parallel()
	want := awkwardUnits()
	var b bytes.Buffer
	header := exchange.Header{Tool: `a "tool" <&>`, Source: "zh", Created: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	if err := exchange.WriteTMX(&b, header, each(want)); err != nil {
		t.Fatal(err)
	}
	taken := func(tag string) (string, bool) { return tag, true }
	var got []exchange.Unit
	sum, err := exchange.ReadTMX(&b, taken, func(u exchange.Unit) error { u.Line = 0; got = append(got, u); return nil })
	if err != nil || sum.Units != len(want) {
		t.Fatalf("read %+v, %v", sum, err)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("read %.300q\nwrote %.300q", fmt.Sprint(got[i]), fmt.Sprint(want[i]))
		}
	}
	b.Reset()
	texts := map[string]string{"en": "a\r\nb", "zh": "c\rd"}
	if err := exchange.WriteTMX(&b, header, each([]exchange.Unit{{Texts: texts}})); err != nil {
		t.Fatal(err)
	}
	if got, _, err := readTMX(&b); err != nil || !slices.Equal(got, []string{"5  en=a\nb zh=c\nd"}) {
		t.Errorf("line breaks: %q, %v", got, err)
	}
}

// TestWriteTMX_valid holds what is written against the content models and required attributes of tmx14.dtd.
func TestWriteTMX_valid(t *testing.T) {
	t.Parallel()
	models := map[string]string{"tmx": "header body ", "header": "", "body": "(tu )*", "tu": "((note |prop )*)(tuv )+", "tuv": "seg ", "seg": "", "note": "", "prop": ""}
	required := map[string][]string{"tmx": {"version"}, "tuv": {"lang"}, "prop": {"type"},
		"header": {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}}
	for _, units := range [][]exchange.Unit{nil, awkwardUnits()} {
		var b bytes.Buffer
		if err := exchange.WriteTMX(&b, exchange.Header{}, each(units)); err != nil {
			t.Fatal(err)
		}
		conform(t, b.String(), models, required)
	}
}

// conform walks through a document and holds every element against its content model.
func conform(t *testing.T, file string, models map[string]string, required map[string][]string) {
	t.Helper()
	type element struct{ name, children string }
	open := []element{{}}
	for dec := xml.NewDecoder(strings.NewReader(file)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			open[len(open)-1].children += e.Name.Local + " "
			open = append(open, element{name: e.Name.Local})
			for _, name := range required[e.Name.Local] {
				if !slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == name && a.Value != "" }) {
					t.Errorf("<%s> has no %s", e.Name.Local, name)
				}
			}
		case xml.EndElement:
			last := open[len(open)-1]
			open = open[:len(open)-1]
			model, ok := models[last.name]
			if !ok || !matches(model, last.children) {
				t.Errorf("<%s> holds %q, want %q", last.name, last.children, model)
			}
		}
	}
}

// TestRead_memory: what is held does not grow with the file.
func TestRead_memory(t *testing.T) {
	read := func(units int) uint64 {
		source := io.LimitReader(&endless{head: "<tmx><body>", body: strings.Replace(good, ` tuid="1"`, "", 1) + "\n"}, int64(units*len(good)))
		peak := uint64(0)
		n := 0
		_, err := exchange.ReadTMX(source, nil, func(exchange.Unit) error {
			if n++; n%1000 == 0 {
				peak = max(peak, liveHeap())
			}
			return nil
		})
		if err == nil {
			t.Fatal("a file that is cut off was taken")
		}
		return peak
	}
	small, large := read(2_000), read(40_000)
	if large > small+1<<20 {
		t.Errorf("%d bytes are held with 40,000 units, %d with 2,000", large, small)
	}
}

func BenchmarkReadTMX(b *testing.B) {
	var file bytes.Buffer
	var units []exchange.Unit
	for i := range 10_000 {
		units = append(units, exchange.Unit{ID: fmt.Sprint(i), Note: "n", Source: "https://example.org/",
			Texts: map[string]string{"en": fmt.Sprintf("Sentence %d, of which the length is that of a usual one in a report.", i), "zh": fmt.Sprintf("这是第%d句，长度与报告中常见的句子相当。", i)}})
	}
	if err := exchange.WriteTMX(&file, exchange.Header{}, each(units)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		sum, err := exchange.ReadTMX(bytes.NewReader(file.Bytes()), nil, func(exchange.Unit) error { return nil })
		if err != nil || sum.Units != len(units) {
			b.Fatalf("%+v, %v", sum, err)
		}
	}
}
