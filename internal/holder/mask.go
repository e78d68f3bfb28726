package holder

import (
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Code is a holder's code (持证主体代码): it formats itself masked, so that it cannot slip into a message or a
// log. Reveal gives the whole.
type Code string

// String is the masked code.
func (c Code) String() string { return MaskCode(string(c)) }

// GoString is the masked code too.
func (c Code) GoString() string { return MaskCode(string(c)) }

// LogValue keeps the code out of logs.
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Reveal gives the code in full; the caller must have a ground.
func (c Code) Reveal() string { return string(c) }

// MaskCode keeps the first three and last four characters of a code. GB/T 35273-2020.
func MaskCode(code string) string {
	r := []rune(code)
	if len(r) <= 7 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
}

// MaskName masks a person's name: of two characters the second is hidden, of more all between first and last.
func MaskName(name string) string {
	n := utf8.RuneCountInString(name)
	first, size := utf8.DecodeRuneInString(name)
	switch {
	case n == 0:
		return ""
	case n == 1:
		return "*"
	case n == 2:
		return string(first) + "*"
	default:
		last, _ := utf8.DecodeLastRuneInString(name[size:])
		return string(first) + "*" + string(last)
	}
}
