package catalog

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of a numbering rule.
const (
	maxNumber   = 64 // characters of a rule
	maxSequence = 12 // digits of the running part
)

// Numbering is a numbering rule (编号规则): literals with {region} {year} {month} {seqN} {holderCode}.
type Numbering struct{ parts []numberPart }

// numberPart is a literal or, with a name, a placeholder; width is the number of digits of {seqN}.
type numberPart struct {
	text  string
	name  string
	width int
}

// lengths of what placeholders stand for, at most.
var placeholders = map[string]int{"region": 6, "year": 4, "month": 2, "holderCode": 18}

// ParseNumbering reads a rule. The finding says what is wrong with it; its Path is "number".
func ParseNumbering(rule string) (Numbering, *Finding) {
	fail := func(code string, args ...string) (Numbering, *Finding) {
		f := finding("number", code, args...)
		return Numbering{}, &f
	}
	if strings.TrimSpace(rule) == "" || utf8.RuneCountInString(rule) > maxNumber || strings.ContainsFunc(rule, unfit) {
		return fail("type.number-form", "max", strconv.Itoa(maxNumber))
	}
	var n Numbering
	running := false
	for rest := rule; rest != ""; {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			open = len(rest)
		}
		literal := rest[:open]
		if strings.ContainsRune(literal, '}') {
			return fail("type.number-brace")
		}
		if literal != "" {
			n.parts = append(n.parts, numberPart{text: literal})
		}
		if rest = rest[open:]; rest == "" {
			break
		}
		name, after, closed := strings.Cut(rest[1:], "}")
		if !closed {
			return fail("type.number-brace")
		}
		rest = after
		p, ok := placeholder(name)
		if !ok {
			return fail("type.number-unknown")
		}
		if p.width > 0 {
			if running {
				return fail("type.number-twice")
			}
			running = true
		}
		n.parts = append(n.parts, p)
	}
	return n, nil
}

// unfit: characters that a number cannot hold. "^" separates several values.
func unfit(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || r == '^' || r == '|' || r == utf8.RuneError
}

func placeholder(name string) (numberPart, bool) {
	if _, ok := placeholders[name]; ok {
		return numberPart{name: name}, true
	}
	digits, ok := strings.CutPrefix(name, "seq")
	width, err := strconv.Atoi(digits)
	if !ok || err != nil || width < 1 || width > maxSequence || strconv.Itoa(width) != digits {
		return numberPart{}, false
	}
	return numberPart{name: "seq", width: width}, true
}

// NumberFacts are what the placeholders of a rule stand for.
type NumberFacts struct {
	Region     string
	IssuedOn   time.Time // in Beijing time
	HolderCode string
}

// Filled is a number without its running part: all before it, all after it, and how many digits it has; Width is
// 0 where the rule has none.
type Filled struct {
	Before, After string
	Width         int
}

// Fill puts the facts in.
func (n Numbering) Fill(f NumberFacts) Filled {
	var out Filled
	for _, p := range n.parts {
		text := p.text
		switch p.name {
		case "region":
			text = f.Region
		case "year":
			text = f.IssuedOn.Format("2006")
		case "month":
			text = f.IssuedOn.Format("01")
		case "holderCode":
			text = f.HolderCode
		case "seq":
			out.Width = p.width
			continue
		}
		if out.Width > 0 {
			out.After += text
		} else {
			out.Before += text
		}
	}
	return out
}

// Number is the whole number with its running part.
func (f Filled) Number(n int64) string {
	if f.Width == 0 {
		return f.Before + f.After
	}
	digits := strconv.FormatInt(n, 10)
	return f.Before + strings.Repeat("0", max(f.Width-len(digits), 0)) + digits + f.After
}

// Scope is what numbers that run on together have in common.
func (f Filled) Scope() string {
	if f.Width == 0 {
		return f.Before + f.After
	}
	return f.Before + "{seq" + strconv.Itoa(f.Width) + "}" + f.After
}

// Longest is the longest number the rule can give.
func (n Numbering) Longest() string {
	var b strings.Builder
	for _, p := range n.parts {
		b.WriteString(p.text)
		b.WriteString(strings.Repeat("8", placeholders[p.name]+p.width))
	}
	return b.String()
}
