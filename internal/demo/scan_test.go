package demo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// shortest is the least length of a pattern in bytes. In the ciphertext that a demonstration has, four given bytes turn
// up by chance, and six of any of a thousand names have once. So a name of two characters is looked for only in its
// longer forms, and one of three not as UTF-16; the codes, phones and addresses of the same people are.
const shortest = 7

// scanner finds many texts in many bytes, in every form in which a program might have left them.
type scanner struct {
	first    [1 << 16]bool
	byPrefix map[uint32][]pattern
}

// pattern is one form of a text.
type pattern struct {
	bytes []byte
	what  string // what it is, for the report; never the text itself
	form  string
	// alone is set where the text is a short number. It counts only with no digit beside it: an invented phone
	// such as 100 0000 0013 can be the middle of an invented seal's code, 350100 0000013 5.
	alone bool
}

// at reports whether the pattern stands in data at i.
func (p pattern) at(data []byte, i int) bool {
	end := i + len(p.bytes)
	if end > len(data) || string(data[i:end]) != string(p.bytes) {
		return false
	}
	return !p.alone || (i == 0 || !isDigit(data[i-1])) && (end == len(data) || !isDigit(data[end]))
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// seek enters a text under a name for it.
func (s *scanner) seek(what, text string) {
	wide := make([]byte, 0, 2*len(text))
	escaped := ""
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
		escaped += fmt.Sprintf(`\u%04x`, u)
	}
	s.add(what, "UTF-8", []byte(text))
	s.add(what, "UTF-16", wide)
	s.add(what, "hexadecimal", []byte(hex.EncodeToString([]byte(text))))
	s.add(what, "HEXADECIMAL", []byte(strings.ToUpper(hex.EncodeToString([]byte(text)))))
	if len(text) != len([]rune(text)) {
		s.add(what, "JSON escapes", []byte(escaped))
		s.add(what, "URL escapes", []byte(url.QueryEscape(text)))
	}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			s.add(what, "base64", inBase64(alphabet, text, shift))
		}
	}
}

// inBase64 gives the characters that a text has wherever it stands at a place shift modulo 3 of what was
// encoded: those that share bits with its neighbours are left off.
func inBase64(e *base64.Encoding, text string, shift int) []byte {
	whole := e.EncodeToString(append(make([]byte, shift), text...))
	from := (shift*8 + 5) / 6
	to := (shift + len(text)) * 8 / 6
	return []byte(whole[from:to])
}

func (s *scanner) add(what, form string, b []byte) {
	if len(b) < shortest {
		return
	}
	if s.byPrefix == nil {
		s.byPrefix = map[uint32][]pattern{}
	}
	s.first[prefix2(b)] = true
	s.byPrefix[prefix4(b)] = append(s.byPrefix[prefix4(b)], pattern{bytes: b, what: what, form: form, alone: len(b) < 12 && !bytes.ContainsFunc(b, notDigit)})
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

func prefix2(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

func prefix4(b []byte) uint32 { return uint32(prefix2(b))<<16 | uint32(prefix2(b[2:])) }

// find gives what is in data, each text and form once.
func (s *scanner) find(data []byte) map[string]int {
	found := map[string]int{}
	for i := 0; i+shortest <= len(data); i++ {
		if !s.first[prefix2(data[i:])] {
			continue
		}
		for _, p := range s.byPrefix[prefix4(data[i:])] {
			if p.at(data, i) {
				found[p.what+" as "+p.form]++
			}
		}
	}
	return found
}

func TestScannerFindsEveryForm(t *testing.T) {
	t.Parallel()
	var s scanner
	const code, name = "350199198805120022", "阿卜杜热合曼"
	s.seek("the code", code)
	s.seek("the name", name)
	s.seek("the phone", "10000000013")
	wide := func(text string) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(text)) {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
		return b.String()
	}
	for form, text := range map[string]string{
		"in words":      "x" + code + "x",
		"UTF-16":        "\x00" + wide(code),
		"hex":           hex.EncodeToString([]byte("a" + code + "b")),
		"HEX":           strings.ToUpper(hex.EncodeToString([]byte("a" + code + "b"))),
		"base64":        base64.StdEncoding.EncodeToString([]byte(code)),
		"base64 after1": base64.StdEncoding.EncodeToString([]byte("a" + code + "tail")),
		"base64 after2": base64.URLEncoding.EncodeToString([]byte("ab" + code + "t")),
		"phone":         "tel:10000000013;",
		"name":          "-" + name + "-",
		"name, JSON":    `{"n":"\u963f\u535c\u675c\u70ed\u5408\u66fc"}`,
		"name, URL":     "q=" + url.QueryEscape(name),
		"name, base64":  base64.StdEncoding.EncodeToString([]byte(`{"name":"` + name + `"}`)),
		"name, UTF-16":  wide("我是" + name),
	} {
		if len(s.find([]byte(text))) == 0 {
			t.Errorf("%s: not found", form)
		}
	}
	for _, clean := range []string{"", "3501991988", "350199198805120023", "35010000000135", hex.EncodeToString([]byte("350199198805120023")), "阿卜杜热"} {
		if found := s.find([]byte(clean)); len(found) != 0 {
			t.Errorf("%q: %v", clean, found)
		}
	}
}
