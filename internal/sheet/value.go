package sheet

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/yinxin-org/yinxin/internal/errs"
)

var (
	digits   = regexp.MustCompile(`^[0-9]+$`)
	exponent = regexp.MustCompile(`^[0-9](\.[0-9]+)?[Ee]\+?[0-9]+$`)
)

// offered is the longest code of which the padded form is offered in words: beyond it, what stands there may be
// the number of a person.
const offered = 12

// value reads a cell as its column wants it.
func (c Column) value(cell Cell) (string, *errs.Error) {
	if cell.Code != "" {
		return "", errs.New(errs.Invalid, cell.Code)
	}
	if cell.Text == "" {
		if c.Required {
			return "", errs.New(errs.Invalid, "field.required")
		}
		return "", nil
	}
	switch c.Holds {
	case WholeNumber:
		return whole(cell.Text)
	case Day:
		d, ok := date(cell)
		if !ok {
			return "", errs.New(errs.Invalid, "sheet.date")
		}
		return d, nil
	case YesNo:
		return yesNo(cell.Text)
	case OneOf:
		return c.choice(cell.Text)
	case SomeOf:
		return c.choices(cell.Text)
	case AnyText:
	}
	if fault := c.lost(cell); fault != nil {
		return "", fault
	}
	return cell.Text, nil
}

// lost tells what a spreadsheet does to codes that it takes for numbers: it drops zeros in front, and digits beyond
// the fifteenth. Nothing is put back silently.
func (c Column) lost(cell Cell) *errs.Error {
	if c.Width == 0 || len(cell.Text) == c.Width && cell.Kind != Number {
		return nil
	}
	numeric := digits.MatchString(cell.Text)
	switch {
	case exponent.MatchString(cell.Text), cell.Kind == Number && c.Width > exact:
		return errs.New(errs.Invalid, "sheet.lost-digits").With("width", itoa(c.Width))
	case numeric && len(cell.Text) < c.Width && c.Width <= offered:
		return errs.New(errs.Invalid, "sheet.lost-zeros").With("width", itoa(c.Width)).With("found", itoa(len(cell.Text))).
			With("padded", strings.Repeat("0", c.Width-len(cell.Text))+cell.Text)
	case numeric && len(cell.Text) < c.Width:
		return errs.New(errs.Invalid, "sheet.short").With("width", itoa(c.Width)).With("found", itoa(len(cell.Text)))
	}
	return nil
}

func whole(s string) (string, *errs.Error) {
	s = strings.TrimSuffix(norm.NFKC.String(s), ".0")
	n, err := strconv.Atoi(s)
	if err != nil || n < -1_000_000_000 || n > 1_000_000_000 {
		return "", errs.New(errs.Invalid, "sheet.number")
	}
	return itoa(n), nil
}

var (
	yes = []string{"是", "有", "y", "yes", "true", "1", "√", "✓", "对"}
	no  = []string{"否", "无", "n", "no", "false", "0", "×", "✗", "x", "错"}
)

func yesNo(s string) (string, *errs.Error) {
	s = strings.ToLower(norm.NFKC.String(s))
	switch {
	case slices.Contains(yes, s):
		return "true", nil
	case slices.Contains(no, s):
		return "false", nil
	}
	return "", errs.New(errs.Invalid, "sheet.yes-no")
}

func (c Column) choice(s string) (string, *errs.Error) {
	f := folded(s)
	for _, x := range c.Choices {
		if f == folded(x.Value) || slices.ContainsFunc(x.Words, func(w string) bool { return f == folded(w) }) {
			return x.Value, nil
		}
	}
	var words []string
	for _, x := range c.Choices {
		words = append(words, x.Words[0])
	}
	return "", errs.New(errs.Invalid, "sheet.choice").With("words", strings.Join(words, "、")).With("wordsEn", strings.Join(c.english(), ", "))
}

// english are the words of the choices for readers of English: the last of each.
func (c Column) english() []string {
	var words []string
	for _, x := range c.Choices {
		words = append(words, x.Words[len(x.Words)-1])
	}
	return words
}

// SplitList parts what people write several values with: ^ as the standard has it, and the Chinese and Latin stops.
func SplitList(s string) []string {
	var list []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("^、，,；;\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func (c Column) choices(s string) (string, *errs.Error) {
	var values []string
	for _, part := range SplitList(s) {
		v, fault := c.choice(part)
		if fault != nil {
			return "", fault
		}
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return strings.Join(values, "^"), nil
}
