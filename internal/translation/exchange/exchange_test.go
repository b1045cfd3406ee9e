package exchange_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/translation/exchange"
	"senet/locales"
)

// reading is one of the three readers, with what it gives reduced to lines of text.
type reading func(io.Reader) ([]string, exchange.Summary, error)

func readTMX(r io.Reader) ([]string, exchange.Summary, error) {
	var got []string
	sum, err := exchange.ReadTMX(r, nil, func(u exchange.Unit) error {
		got = append(got, fmt.Sprintf("%d %s %s", u.Line, u.ID, textsOf(u.Texts)))
		return nil
	})
	return got, sum, err
}

func readTBX(r io.Reader) ([]string, exchange.Summary, error) {
	var got []string
	sum, err := exchange.ReadTBX(r, nil, func(c exchange.Term) error {
		got = append(got, fmt.Sprintf("%d %s %s|%s|%s", c.Line, c.ID, textsOf(c.Texts), c.Note, c.Challenge))
		return nil
	})
	return got, sum, err
}

func readCSV(r io.Reader) ([]string, exchange.Summary, error) {
	var got []string
	sum, err := exchange.ReadTermsCSV(r, nil, func(c exchange.Term) error {
		got = append(got, fmt.Sprintf("%d %s %s|%s|%s", c.Line, c.ID, textsOf(c.Texts), c.Note, c.Challenge))
		return nil
	})
	return got, sum, err
}

func textsOf(texts map[string]string) string {
	var out []string
	for _, l := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, l+"="+texts[l])
	}
	return strings.Join(out, " ")
}

// refusal is what a reader is to say of a file.
type refusal struct {
	name, file string
	key        string
	line       int
	args       fault.Args // some of those that it carries
}

// hold reads every file and holds what is said against what is wanted, and puts it into words of both languages.
func hold(t *testing.T, read reading, cases []refusal) {
	t.Helper()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(onlyReader{strings.NewReader(c.file)})
			var refused *exchange.Error
			if !errors.As(err, &refused) {
				t.Fatalf("err = %v, want an *exchange.Error %s", err, c.key)
			}
			f := fault.Of(err)
			if f == nil || f.Key != c.key || refused.Line != c.line || f.Args["Line"] != c.line {
				t.Fatalf("refused by %v (args %v), want line %d: %s", err, f.Args, c.line, c.key)
			}
			for name, want := range c.args {
				if f.Args[name] != want {
					t.Errorf("%s = %v, want %v", name, f.Args[name], want)
				}
			}
			for _, l := range i18n.Locales {
				said := words.For(l).Message(f.Message)
				if strings.Contains(said, "<no value>") || said == f.Key || !strings.Contains(said, fmt.Sprint(c.line)) {
					t.Errorf("in %s it says %q: the line is missing, or a value", l, said)
				}
			}
		})
	}
}

// onlyReader hides that a reader can seek.
type onlyReader struct{ io.Reader }

// utf16File is a text as UTF-16.
func utf16File(order binary.AppendByteOrder, mark bool, text string) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// each makes a sequence of values that are all good.
func each[V any](values []V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// broken is a sequence that ends in an error after the values.
func broken[V any](err error, values ...V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
		var none V
		yield(none, err)
	}
}

// shared opens a file of the data beside the checkout.
func shared(t *testing.T, name string) io.Reader {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skipf("no ../shared/data/%s beside the checkout: nothing to read", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestLanguages(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "en", "EN-US": "en", "en-GB": "en", "en_US": "en", "eng": "en", "en-Latn-GB": "en",
		"zh": "zh", "zh-CN": "zh", "ZH-cn": "zh", "zh_CN": "zh", "zh-Hans": "zh", "zh-Hans-CN": "zh", "zh-SG": "zh",
		"zh-Hans-HK": "zh", "zho": "zh", "zh-CHS": "zh",
		"zh-TW": "", "zh-Hant": "", "zh-HK": "", "zh-MO": "", "zh-Hant-CN": "", "zh-CHT": "",
		"fr": "", "yue": "", "": "", "*all*": "", "english": "", "x-en": "", "en\x00": "",
		strings.Repeat("en-", 1000): "",
	} {
		if got, ok := exchange.Languages(tag); got != want || ok != (want != "") {
			t.Errorf("Languages(%.20q) = %q, %v, want %q", tag, got, ok, want)
		}
	}
}

// endless gives a file that never ends, and counts what was taken of it.
type endless struct {
	head, body string
	taken      int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		at := e.taken + i
		if at < len(e.head) {
			p[i] = e.head[at]
		} else {
			p[i] = e.body[(at-len(e.head))%len(e.body)]
		}
	}
	e.taken += len(p)
	return len(p), nil
}

// TestRead_tooLarge: a file whose size is known is refused unread, another one at the limit.
func TestRead_tooLarge(t *testing.T) {
	t.Parallel()
	source := &endless{head: "en,zh\n", body: "a" + strings.Repeat("b", 3000) + ",\n"}
	_, sum, err := readCSV(source)
	if f := fault.Of(err); f == nil || f.Kind != fault.TooLarge || f.Key != "exchange.too_large" || f.Args["Max"] != 64 {
		t.Errorf("err = %v after %d bytes and %+v, want exchange.too_large", err, source.taken, sum)
	}
	if source.taken < exchange.MaxBytes || source.taken > exchange.MaxBytes+1<<20 {
		t.Errorf("%d bytes were read, want those that may be and hardly more", source.taken)
	}
	for name, read := range map[string]reading{"TMX": readTMX, "TBX": readTBX, "CSV": readCSV} {
		known := &sized{size: 100 << 20}
		if _, _, err := read(known); fault.KindOf(err) != fault.TooLarge || known.reads > 0 {
			t.Errorf("%s: of a file of 100 MiB: %v after %d reads, want TooLarge after none", name, err, known.reads)
		}
		if _, _, err := read(&sized{size: exchange.MaxBytes}); fault.KindOf(err) == fault.TooLarge {
			t.Errorf("%s: a file of MaxBytes is refused: %v", name, err)
		}
	}
}

// sized is a file of which only the size is there.
type sized struct {
	size, at int64
	reads    int
}

func (s *sized) Read([]byte) (int, error) { s.reads++; return 0, io.EOF }

func (s *sized) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	s.at = offset
	return offset, nil
}

// TestRead_tooMany: ids are kept, so there is an end to them.
func TestRead_tooMany(t *testing.T) {
	t.Parallel()
	_, sum, err := readTMX(&endless{head: "<tmx><body>", body: "<tu/>\n"})
	if f := fault.Of(err); f == nil || f.Kind != fault.TooLarge || f.Key != "exchange.too_many" || sum.Skipped != exchange.MaxUnits {
		t.Errorf("err = %v after %+v, want exchange.too_many after %d", err, sum, exchange.MaxUnits)
	}
}

// TestRead_sourceFails: what the source of the file says is not taken for a fault of the file.
func TestRead_sourceFails(t *testing.T) {
	t.Parallel()
	gone := errors.New("connection lost")
	for name, c := range map[string]struct {
		read reading
		head string
	}{"TMX": {readTMX, "<tmx><body>"}, "TBX": {readTBX, "<tbx>"}, "CSV": {readCSV, "en,zh\na,"}, "nothing": {readTMX, ""}} {
		_, _, err := c.read(io.MultiReader(strings.NewReader(c.head), failing{gone}))
		if !errors.Is(err, gone) || fault.Of(err) != nil {
			t.Errorf("%s: err = %v, want the source's own and no fault", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestRead_callerStops: an error of each ends the reading and comes back as it is.
func TestRead_callerStops(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	const two = "<tu><tuv xml:lang='en'><seg>a</seg></tuv><tuv xml:lang='zh'><seg>b</seg></tuv></tu>"
	calls := 0
	sum, err := exchange.ReadTMX(strings.NewReader("<tmx><body>"+two+two+"</body></tmx>"), nil, func(exchange.Unit) error { calls++; return stop })
	if err != stop || calls != 1 || sum.Units != 1 {
		t.Errorf("err = %v after %d calls, %+v; want stop after one", err, calls, sum)
	}
	_, err = exchange.ReadTermsCSV(strings.NewReader("en,zh\na,b\nc,d\n"), nil, func(exchange.Term) error { return stop })
	if err != stop {
		t.Errorf("CSV: err = %v, want stop", err)
	}
}

// TestRead_languagesAsked: whoever reads says which languages count, and is asked once a tag.
func TestRead_languagesAsked(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	french := func(tag string) (string, bool) {
		asked[tag]++
		return tag, tag == "fr" || tag == "en"
	}
	const unit = "<tu><tuv lang='en'><seg>a</seg></tuv><tuv lang='fr'><seg>b</seg></tuv><tuv lang='zh'><seg>c</seg></tuv></tu>"
	var got []string
	_, err := exchange.ReadTMX(strings.NewReader("<tmx><body>"+unit+unit+"</body></tmx>"), french, func(u exchange.Unit) error {
		got = append(got, textsOf(u.Texts))
		return nil
	})
	if want := []string{"en=a fr=b", "en=a fr=b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for tag, n := range asked {
		if n != 1 {
			t.Errorf("asked %d times for %s", n, tag)
		}
	}
}

// TestWrite_failures: what could not be read again is not written, and errors come back.
func TestWrite_failures(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	pair := map[string]string{"en": "a", "zh": "b"}
	long := map[string]string{"en": strings.Repeat("字", exchange.MaxText+1), "zh": "b"}
	for name, texts := range map[string]map[string]string{
		"one text": {"en": "a"}, "blank": {"en": "a", "zh": " \n"}, "control": {"en": "a\x07", "zh": "b"},
		"broken": {"en": "a\xff", "zh": "b"}, "long": long,
	} {
		var b bytes.Buffer
		if err := exchange.WriteTMX(&b, exchange.Header{}, each([]exchange.Unit{{Texts: texts}})); err == nil {
			t.Errorf("TMX, %s: written", name)
		}
		if err := exchange.WriteTBX(&b, exchange.Header{}, each([]exchange.Term{{Texts: texts}})); err == nil {
			t.Errorf("TBX, %s: written", name)
		}
		if err := exchange.WriteTermsCSV(&b, []string{"en", "zh"}, each([]exchange.Term{{Texts: texts}})); err == nil {
			t.Errorf("CSV, %s: written", name)
		}
	}
	for name, err := range map[string]error{
		"TMX":            exchange.WriteTMX(io.Discard, exchange.Header{}, broken(stop, exchange.Unit{Texts: pair})),
		"TBX":            exchange.WriteTBX(io.Discard, exchange.Header{}, broken(stop, exchange.Term{Texts: pair})),
		"CSV":            exchange.WriteTermsCSV(io.Discard, []string{"en", "zh"}, broken(stop, exchange.Term{Texts: pair})),
		"TMX, full disk": exchange.WriteTMX(fullDisk{stop}, exchange.Header{}, each([]exchange.Unit{{Texts: pair}})),
		"TBX, full disk": exchange.WriteTBX(fullDisk{stop}, exchange.Header{}, each([]exchange.Term{{Texts: pair}})),
		"CSV, full disk": exchange.WriteTermsCSV(fullDisk{stop}, []string{"en", "zh"}, each([]exchange.Term{{Texts: pair}})),
	} {
		if !errors.Is(err, stop) {
			t.Errorf("%s: err = %v, want stop", name, err)
		}
	}
	if err := exchange.WriteTermsCSV(io.Discard, []string{"en", "note"}, each([]exchange.Term{})); err == nil {
		t.Error("a language called note was taken")
	}
}

type fullDisk struct{ err error }

func (f fullDisk) Write([]byte) (int, error) { return 0, f.err }

// awkward are texts that formats like to spoil.
var awkward = []string{
	"plain", "a & b < c > d", `"quoted" and 'so'`, "]]> <![CDATA[ &amp; &#10;", "two\nlines\n\nmore", "tab\there",
	"“你好”，世界。", "𠮷野家 🧬", "=1+1", "+86 10", "-ase", "@home", "'=1", "''=1", "'tis", "''", "＝1", "a,b;c", "\u200b", "é e\u0301", "\uFEFFx",
	"\u202Eabc", strings.Repeat("字", exchange.MaxText),
}
