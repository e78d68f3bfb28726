package hall

import (
	"iter"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/matter"
)

var writtenDate = regexp.MustCompile(`^(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})日?$`)

// sameValue reports whether two values agree: they may differ in width, case, spaces and the way a date is written.
func sameValue(a, b string) bool { return plainValue(a) == plainValue(b) }

func plainValue(s string) string {
	s = strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s)))
	d := writtenDate.FindStringSubmatch(s)
	if d == nil {
		return s
	}
	for i := 2; i <= 3; i++ {
		if len(d[i]) == 1 {
			d[i] = "0" + d[i]
		}
	}
	return d[1] + "-" + d[2] + "-" + d[3]
}

// asForm is a license's value as a form shows it.
func asForm(value string) string { return strings.ReplaceAll(value, "^", "、") }

// sourceOf takes "1.CZZT" apart: the material and the field that fill a form field.
func sourceOf(f matter.FormField) (seq int, field string) {
	from, name, ok := strings.Cut(f.From, ".")
	n, err := strconv.Atoi(from)
	if !ok || err != nil {
		return 0, ""
	}
	return n, name
}

// filledBy goes through the form fields that a material's license fills, each with its value as the form shows it.
func filledBy(m matter.Matter, seq int, fields []access.Field) iter.Seq2[matter.FormField, string] {
	return func(yield func(matter.FormField, string) bool) {
		for _, f := range m.Form {
			n, name := sourceOf(f)
			if n != seq {
				continue
			}
			for _, x := range fields {
				if x.Name == name && !yield(f, asForm(x.Value)) {
					return
				}
			}
		}
	}
}

// differing names the form fields whose value a material's license contradicts. What nobody filled in contradicts nothing.
func differing(c casefile.Case, m matter.Matter, seq int, fields []access.Field) []string {
	var out []string
	for f, value := range filledBy(m, seq, fields) {
		if written := c.Form[f.Name].Text; written != "" && !sameValue(written, value) {
			out = append(out, f.Name)
		}
	}
	return out
}
