package exchange_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"senet/internal/translation/exchange"
)

// anyTwo takes any two languages, so that what is found by chance is read.
func anyTwo(tag string) (string, bool) {
	if l, ok := exchange.Languages(tag); ok {
		return l, true
	}
	return "x", tag == "x"
}

// sound fails unless the texts are what the package promises of them, and err is a refusal with a line.
func sound(t *testing.T, err error, texts ...map[string]string) {
	t.Helper()
	var refused *exchange.Error
	if err != nil && (!errors.As(err, &refused) || refused.Line < 1 || !strings.HasPrefix(refused.Fault.Key, "exchange.")) {
		t.Fatalf("err = %v, want an *exchange.Error with a line", err)
	}
	for _, of := range texts {
		if len(of) < 2 {
			t.Fatalf("a unit with %d texts", len(of))
		}
		for l, s := range of {
			if strings.TrimSpace(s) == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > exchange.MaxText || strings.ContainsAny(s, "\x00\r\x1b\x7f\u0085") {
				t.Fatalf("%s: %q", l, s)
			}
		}
	}
}

func FuzzReadTMX(f *testing.F) {
	for _, seed := range []string{good, "<![CDATA[]]>", "<tu>&#13;</tu>", "<!DOCTYPE a [", "<?xml version='1.0' encoding='x'?>", "<tu><tuv lang='en'><seg>a<ph>b<sub>c</sub></ph>"} {
		f.Add([]byte(seed))
		f.Add([]byte("<tmx><body>" + seed + "</body></tmx>"))
		f.Add([]byte(utf16File(binary.LittleEndian, true, "<tmx><body>"+seed+"</body></tmx>")))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var units []exchange.Unit
		var texts []map[string]string
		_, err := exchange.ReadTMX(bytes.NewReader(file), anyTwo, func(u exchange.Unit) error {
			texts = append(texts, u.Texts)
			u.Line = 0
			units = append(units, u)
			return nil
		})
		sound(t, err, texts...)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := exchange.WriteTMX(&b, exchange.Header{}, each(units)); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		i := 0
		_, err = exchange.ReadTMX(&b, anyTwo, func(u exchange.Unit) error {
			u.Line = 0
			if !reflect.DeepEqual(u, units[i]) {
				t.Fatalf("read %+v, wrote %+v", u, units[i])
			}
			i++
			return nil
		})
		if err != nil || i != len(units) {
			t.Fatalf("read %d of %d, %v", i, len(units), err)
		}
	})
}

func FuzzReadTermsCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n", "\"a\"\"\n\",'=b\n", "a;b\n", "a\tb", "''=,'\n"} {
		f.Add([]byte(seed))
		f.Add([]byte("en,zh\n" + seed))
		f.Add([]byte("id;zh;en;note;x\n" + seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var terms []exchange.Term
		var texts []map[string]string
		_, err := exchange.ReadTermsCSV(bytes.NewReader(file), anyTwo, func(c exchange.Term) error {
			texts = append(texts, c.Texts)
			c.Line = 0
			terms = append(terms, c)
			return nil
		})
		sound(t, err, texts...)
		if err != nil {
			return
		}
		again(t, terms, func(b *bytes.Buffer) error { return exchange.WriteTermsCSV(b, []string{"en", "zh", "x"}, each(terms)) },
			func(b *bytes.Buffer, take func(exchange.Term) error) error {
				_, err := exchange.ReadTermsCSV(b, anyTwo, take)
				return err
			})
	})
}

func FuzzReadTBX(f *testing.F) {
	const c = `<conceptEntry id="_..a_20"><note>n</note><langSec xml:lang="en"><termSec><term>a</term></termSec></langSec><langSec xml:lang="zh"><termSec><term>b</term><admin type="projectSubset">challenge:c</admin></termSec></langSec></conceptEntry>`
	const v2 = `<termEntry><langSet xml:lang="en"><ntig><termGrp><term>a</term></termGrp></ntig></langSet><langSet xml:lang="x"><tig><term>b</term></tig></langSet></termEntry>`
	for _, seed := range []string{c, v2, "<note>"} {
		f.Add([]byte("<tbx><text><body>" + seed + "</body></text></tbx>"))
		f.Add([]byte("<martif><text><body>" + seed + "</body></text></martif>"))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var terms []exchange.Term
		var texts []map[string]string
		_, err := exchange.ReadTBX(bytes.NewReader(file), anyTwo, func(c exchange.Term) error {
			texts = append(texts, c.Texts)
			c.Line = 0
			terms = append(terms, c)
			return nil
		})
		sound(t, err, texts...)
		if err != nil {
			return
		}
		again(t, terms, func(b *bytes.Buffer) error { return exchange.WriteTBX(b, exchange.Header{}, each(terms)) },
			func(b *bytes.Buffer, take func(exchange.Term) error) error {
				_, err := exchange.ReadTBX(b, anyTwo, take)
				return err
			})
	})
}

// again writes what was read, reads it, and fails unless it is the same.
func again(t *testing.T, terms []exchange.Term, write func(*bytes.Buffer) error, read func(*bytes.Buffer, func(exchange.Term) error) error) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	i := 0
	err := read(&b, func(c exchange.Term) error {
		c.Line = 0
		if !reflect.DeepEqual(c, terms[i]) {
			t.Fatalf("read %+v, wrote %+v", c, terms[i])
		}
		i++
		return nil
	})
	if err != nil || i != len(terms) {
		t.Fatalf("read %d of %d, %v", i, len(terms), err)
	}
}
