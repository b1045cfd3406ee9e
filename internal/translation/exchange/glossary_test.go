package exchange_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"senet/internal/fault"
	"senet/internal/translation/exchange"
)

func matches(model, children string) bool {
	return regexp.MustCompile("^(?:" + model + ")$").MatchString(children)
}

// liveHeap is what is held after a collection.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestReadTermsCSV_refused(t *testing.T) {
	t.Parallel()
	hold(t, readCSV, []refusal{
		{"empty", "", "exchange.empty", 1, nil},
		{"mark only", "\xEF\xBB\xBF", "exchange.empty", 1, nil},
		{"blank", "  ", "exchange.empty", 1, nil},
		{"blank first row", "\nen,zh\n", "exchange.csv.header", 1, nil},
		{"spreadsheet", "PK\x03\x04", "exchange.packed", 1, nil},
		{"web page", "<!doctype html>\n<html>", "exchange.csv.header", 1, nil},
		{"no header", "flu,流感\ncough,咳嗽\n", "exchange.csv.header", 1, nil},
		{"one language", "en,note\n", "exchange.languages", 1, fault.Args{"Detail": "en"}},
		{"other languages", "en,fr,zh-TW\n", "exchange.languages", 1, fault.Args{"Detail": "en, fr, zh-TW"}},
		{"misspelt", "en,zh,challange\n", "exchange.csv.column", 1, fault.Args{"Detail": "challange"}},
		{"twice", "en,zh,EN-us\n", "exchange.csv.twice", 1, fault.Args{"Detail": "EN-us"}},
		{"twice a note", "en,zh,note,Note\n", "exchange.csv.twice", 1, nil},
		{"endless header", "en,zh" + strings.Repeat(",a", 1<<20), "exchange.csv.header", 1, nil},
		{"too many columns", "en,zh" + strings.Repeat(",", 200), "exchange.csv.columns", 1, nil},
		{"open header", "en,\"zh\na,b", "exchange.csv.open", 1, nil},
		{"short row", "en,zh\na,b\n\nc\n", "exchange.csv.cells", 4, fault.Args{"Want": 2, "Found": 1}},
		{"long row", "en,zh\na,b,c\n", "exchange.csv.cells", 2, fault.Args{"Want": 2, "Found": 3}},
		{"endless row", "en,zh\n" + strings.Repeat(",", 1<<20), "exchange.csv.columns", 2, nil},
		{"quotation mark inside", "en,zh\na,b\n5\" pipe,b\n", "exchange.csv.quote", 3, nil},
		{"after quotes", "en,zh\n\"a\nb\"c,d\n", "exchange.csv.quote", 3, nil},
		{"never closed", "en,zh\na,b\n\"c,d\ne,f\n", "exchange.csv.open", 3, nil},
		{"long cell", "en,zh\na," + strings.Repeat("字", exchange.MaxText+1) + "\n", "exchange.too_long", 2, nil},
		{"long quoted cell", "en,zh\na,\"" + strings.Repeat("字\n", exchange.MaxText), "exchange.too_long", 2, nil},
		{"long id", "en,zh,id\na,b," + strings.Repeat("x", exchange.MaxID+1) + "\n", "exchange.long_id", 2, nil},
		{"duplicate", "en,zh,id\na,b,1\nc,d,2\ne,,1\n", "exchange.duplicate", 4, fault.Args{"Detail": "1", "First": 2}},
		{"GBK", "en,zh\na,\xc1\xf7\xb8\xd0\n", "exchange.bytes", 2, nil},
		{"NUL", "en,zh\r\na,b\r\nc,\x00\r\n", "exchange.control", 3, nil},
		{"UTF-16", utf16File(binary.LittleEndian, true, "en\tzh\r\na\r\n"), "exchange.csv.cells", 2, nil},
		{"nothing translated", "en,zh\na,\nb,\n", "exchange.languages", 4, fault.Args{"Detail": "en"}},
	})
}

func TestReadTermsCSV_taken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		want       []string
		skipped    int
	}{
		{"plain", "en,zh\na,b\n", []string{"2  en=a zh=b||"}, 0},
		{"no line break at the end", "en,zh\na,b", []string{"2  en=a zh=b||"}, 0},
		{"no rows", "en,zh\n", nil, 0},
		{"mark", "\xEF\xBB\xBFen,zh\na,b\n", []string{"2  en=a zh=b||"}, 0},
		{"any order", "ID;Challenge;zh-CN;Note;EN\n7;flu;b;n;a\n", []string{"2 7 en=a zh=b|n|flu"}, 0},
		{"tabs", "zh\ten\nb, c; d\ta\n", []string{"2  en=a zh=b, c; d||"}, 0},
		{"quoted header", "\"en\";\"zh\"\na;b,\n", []string{"2  en=a zh=b,||"}, 0},
		{"quotes", "en,zh\n\"a \"\"b\"\",\nc\",\"d\"\n\"\",e\nf,g\n", []string{"2  en=a \"b\",\nc zh=d||", "5  en=f zh=g||"}, 1},
		{"white space", " en , zh\n a ,\u3000b \n", []string{"2  en=a zh=b||"}, 0},
		{"empty rows", "en,zh\n\n,\n , \na,b\n\n", []string{"5  en=a zh=b||"}, 0},
		{"another language and no name", "en,fr,zh,\na,x,b,\n", []string{"2  en=a zh=b||"}, 0},
		{"no formula", "en,zh\n'=a,'-b\n'tis,+c\n", []string{"2  en==a zh=-b||", "3  en='tis zh=+c||"}, 0},
		{"old Mac", "en,zh\ra,b\rc,\r", []string{"2  en=a zh=b||"}, 1},
		{"UTF-16 of a spreadsheet", utf16File(binary.LittleEndian, true, "en\tzh\r\na\t流感\r\n"), []string{"2  en=a zh=流感||"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, sum, err := readCSV(strings.NewReader(c.file))
			if want := (exchange.Summary{Units: len(c.want), Skipped: c.skipped}); err != nil || !slices.Equal(got, c.want) || sum != want {
				t.Errorf("got %q, %+v, %v\nwant %q, %+v", got, sum, err, c.want, want)
			}
		})
	}
}

func TestReadTermsCSV_real(t *testing.T) {
	t.Parallel()
	sum, err := exchange.ReadTermsCSV(shared(t, "health-terms.csv"), nil, func(c exchange.Term) error {
		if len(c.Texts) != 2 || c.Note+c.Challenge+c.ID != "" {
			return fmt.Errorf("line %d: %+v", c.Line, c)
		}
		return nil
	})
	if want := (exchange.Summary{Units: 204}); err != nil || sum != want {
		t.Errorf("read %+v, %v; want %+v", sum, err, want)
	}
}

func awkwardTerms() []exchange.Term {
	var terms []exchange.Term
	ids := []string{"c1", "", "42", "_x", "_-.7", "_..a", "a b", "编号", "a_b-c.d", "=1", "-1", "é"}
	for i, s := range awkward {
		c := exchange.Term{Texts: map[string]string{"en": s, "zh": "术语"}, Note: s, Challenge: "long-covid"}
		if s == awkward[len(awkward)-1] {
			c.Note = ""
		}
		if i < len(ids) {
			c.ID = ids[i]
		}
		terms = append(terms, c)
	}
	return append(terms, exchange.Term{Texts: map[string]string{"en": "a", "zh": "b"}})
}

func TestWriteTermsCSV_roundTrip(t *testing.T) {
	t.Parallel()
	roundTrip(t, awkwardTerms(),
		func(w io.Writer, terms []exchange.Term) error {
			return exchange.WriteTermsCSV(w, []string{"zh", "en"}, each(terms))
		},
		func(r io.Reader, take func(exchange.Term) error) (exchange.Summary, error) {
			return exchange.ReadTermsCSV(r, nil, take)
		})
}

func TestWriteTBX_roundTrip(t *testing.T) {
	t.Parallel()
	roundTrip(t, awkwardTerms(),
		func(w io.Writer, terms []exchange.Term) error {
			return exchange.WriteTBX(w, exchange.Header{Source: "zh"}, each(terms))
		},
		func(r io.Reader, take func(exchange.Term) error) (exchange.Summary, error) {
			return exchange.ReadTBX(r, nil, take)
		})
}

func roundTrip(t *testing.T, want []exchange.Term, write func(io.Writer, []exchange.Term) error,
	read func(io.Reader, func(exchange.Term) error) (exchange.Summary, error)) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, want); err != nil {
		t.Fatal(err)
	}
	var got []exchange.Term
	sum, err := read(&b, func(c exchange.Term) error { c.Line = 0; got = append(got, c); return nil })
	if err != nil || sum.Units != len(want) {
		t.Fatalf("read %+v of %d, %v", sum, len(want), err)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("read %.300q\nwrote %.300q", fmt.Sprint(got[i]), fmt.Sprint(want[i]))
		}
	}
}

// TestWriteTermsCSV_noFormula: no cell begins with what a spreadsheet computes.
func TestWriteTermsCSV_noFormula(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	terms := []exchange.Term{{ID: "=id", Texts: map[string]string{"en": "=HYPERLINK(\"http://x\")", "zh": "＝1"}, Note: "+1", Challenge: "@c"}}
	if err := exchange.WriteTermsCSV(&b, []string{"en", "zh"}, each(terms)); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFFen,zh,note,challenge,id\r\n\"'=HYPERLINK(\"\"http://x\"\")\",'＝1,'+1,'@c,'=id\r\n"
	if b.String() != want {
		t.Errorf("wrote %q, want %q", b.String(), want)
	}
}

func TestReadTBX_refused(t *testing.T) {
	t.Parallel()
	in := func(body string) string { return "<tbx><tbxHeader/>\n<text><body>\n" + body + "\n</body></text></tbx>" }
	const c = `<conceptEntry id="1"><langSec xml:lang="en"><termSec><term>a</term></termSec></langSec></conceptEntry>`
	hold(t, readTBX, []refusal{
		{"empty", "", "exchange.empty", 1, nil},
		{"memory", "<tmx/>", "exchange.not_tbx", 1, fault.Args{"Detail": "tmx"}},
		{"text", "a", "exchange.not_xml", 1, nil},
		{"laughs", "<!DOCTYPE martif SYSTEM 'a.dtd' [\n<!ENTITY a 'b'>]>\n<martif/>", "exchange.xml.dtd", 1, nil},
		{"cut", in(c)[:100], "exchange.xml.truncated", 3, nil},
		{"duplicate", in(c + "\n" + c), "exchange.duplicate", 4, fault.Args{"First": 3}},
		{"no language", in("<conceptEntry>\n<langSec/></conceptEntry>"), "exchange.no_language", 4, fault.Args{"Detail": "langSec"}},
		{"long term", in("<conceptEntry><langSec xml:lang='en'>\n<termSec><term>" + strings.Repeat("x", exchange.MaxText+1)), "exchange.too_long", 4, nil},
		{"two terms", in("<conceptEntry><langSec xml:lang='en'><termSec><term>a</term>\n<term>b</term></termSec></langSec></conceptEntry>"), "exchange.misplaced", 4, nil},
		{"mixed versions", in("<conceptEntry>\n<langSet xml:lang='en'/></conceptEntry>"), "exchange.misplaced", 4, fault.Args{"Detail": "langSet"}},
		{"term outside", in("\n<term>a</term>"), "exchange.misplaced", 4, nil},
		{"one language", in(c), "exchange.languages", 4, fault.Args{"Detail": "en"}},
	})
}

func TestReadTBX_taken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		want       []string
		skipped    int
	}{
		{"version 3, DCA", `<?xml version="1.0" encoding="UTF-8"?>
<?xml-model href="TBXcoreStructV03.rng"?>
<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"><tbxHeader><fileDesc><sourceDesc><p>x</p></sourceDesc></fileDesc></tbxHeader>
<text><body>
<conceptEntry id="c1"><descrip type="subjectField">medicine</descrip><note>n</note>
<langSec xml:lang="en"><descrip type="definition">d</descrip>
<termSec><term>grippe</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec>
<termSec><term>influenza</term><termNote type="partOfSpeech">noun</termNote></termSec>
<termSec><term>flu</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termSec></langSec>
<langSec xml:lang="zh-CN"><termSec><term>流<hi>感</hi></term><admin type="projectSubset">Project X</admin></termSec></langSec>
<langSec xml:lang="fr"><termSec><term>grippe</term></termSec></langSec></conceptEntry>
</body></text></tbx>`, []string{"5 c1 en=flu zh=流感|n|"}, 0},
		{"version 3, DCT", `<tbx style="dct" xmlns="urn:iso:std:iso:30042:ed-2" xmlns:min="http://www.tbxinfo.net/ns/min" xmlns:basic="http://www.tbxinfo.net/ns/basic"><text><body>
<conceptEntry id="c1"><min:subjectField>x</min:subjectField><langSec xml:lang="en">
<termSec><term>a</term><min:administrativeStatus>supersededTerm-admn-sts</min:administrativeStatus></termSec>
<termSec><term>b</term><basic:projectSubset>challenge:flu</basic:projectSubset></termSec></langSec>
<langSec xml:lang="zh"><termSec><term>c</term></termSec><termSec><term>d</term></termSec></langSec></conceptEntry></body></text></tbx>`,
			[]string{"2 c1 en=b zh=c||flu"}, 0},
		{"version 2", `<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">
<martif type="TBX-Basic" xml:lang="en"><martifHeader/><text><body>
<termEntry id="1"><langSet xml:lang="en"><tig><term>a</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></tig></langSet>
<langSet lang="zh"><ntig><termGrp><term>old</term><termNoteGrp><termNote type="normativeAuthorization">deprecatedTerm</termNote></termNoteGrp></termGrp></ntig>
<ntig><termGrp><term>b</term></termGrp></ntig></langSet></termEntry>
<termEntry><langSet xml:lang="en"><tig><term>c</term></tig></langSet></termEntry></body></text></martif>`, []string{"3 1 en=a zh=b||"}, 1},
		{"only deprecated", `<tbx><text><body><conceptEntry><langSec xml:lang="en"><termSec><term>a</term></termSec></langSec>
<langSec xml:lang="zh"><termSec><term>b</term></termSec></langSec></conceptEntry>
<conceptEntry><langSec xml:lang="en"><termSec><term>a</term></termSec></langSec><langSec xml:lang="zh"><termSec><term>b</term>
<termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec></langSec></conceptEntry></body></text></tbx>`, []string{"1  en=a zh=b||"}, 1},
		{"no concepts", "<tbx><text/></tbx>", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, sum, err := readTBX(strings.NewReader(c.file))
			if want := (exchange.Summary{Units: len(c.want), Skipped: c.skipped}); err != nil || !slices.Equal(got, c.want) || sum != want {
				t.Errorf("got %q, %+v, %v\nwant %q, %+v", got, sum, err, c.want, want)
			}
		})
	}
}

// TestWriteTBX_valid holds what is written against the grammar of TBX-Basic (TBXcoreStructV03) in DCA style, and ids
// against what an XML name may be.
func TestWriteTBX_valid(t *testing.T) {
	t.Parallel()
	models := map[string]string{"tbx": "tbxHeader text ", "tbxHeader": "fileDesc ", "fileDesc": "sourceDesc ", "sourceDesc": "(p )+", "p": "",
		"text": "(body )?", "body": "(conceptEntry )+", "conceptEntry": "(note )*(langSec )+", "langSec": "(termSec )+", "termSec": "term (admin )*",
		"term": "", "note": "", "admin": ""}
	required := map[string][]string{"tbx": {"type", "style", "lang", "xmlns"}, "conceptEntry": {"id"}, "langSec": {"lang"}, "admin": {"type"}}
	for _, terms := range [][]exchange.Term{nil, awkwardTerms()} {
		var b bytes.Buffer
		if err := exchange.WriteTBX(&b, exchange.Header{}, each(terms)); err != nil {
			t.Fatal(err)
		}
		conform(t, b.String(), models, required)
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(b.String(), -1) {
			if !matches(`[A-Za-z_][A-Za-z0-9._-]*`, m[1]) || seen[m[1]] {
				t.Errorf("the id %q is no XML name, or is there twice", m[1])
			}
			seen[m[1]] = true
		}
	}
}
