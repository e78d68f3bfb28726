package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// epoch is the day before which a spreadsheet's days are counted.
type epoch int

// Workbooks count from 1900, those of old Macs from 1904.
const (
	epoch1900 epoch = iota
	epoch1904
)

// exact is how many digits a spreadsheet keeps of a number.
const exact = 15

func tooManyColumns(l Limits) error {
	return errs.New(errs.TooLarge, "sheet.columns").With("max", itoa(l.Columns))
}

// textCell is a text without the spaces around it and without the guard of an exported cell.
func textCell(s string, l Limits) Cell {
	s = unguard(strings.TrimSpace(s))
	switch {
	case utf8.RuneCountInString(s) > l.Cell:
		return Cell{Code: "sheet.cell-long"}
	case strings.ContainsFunc(s, forbidden):
		return Cell{Code: "sheet.cell-control"}
	}
	return Cell{Text: s}
}

// forbidden characters stand in no text that people write.
func forbidden(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f || r == utf8.RuneError || r == 0xfffe || r == 0xffff ||
		r >= 0xd800 && r <= 0xdfff
}

// numberCell shows a number as the spreadsheet does: with at most fifteen digits that count, and no exponent.
func numberCell(value string) Cell {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) >= 1e21 {
		return Cell{Code: "sheet.cell-error"}
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', exact-1, 64), 64)
	if err != nil {
		return Cell{Code: "sheet.cell-error"}
	}
	return Cell{Text: strconv.FormatFloat(rounded, 'f', -1, 64), Kind: Number}
}

// lastSerial is 9999-12-31.
const lastSerial = 2_958_465

// serialCell turns a count of days into a date. In the 1900 count day 60 is a 29 February that never was.
func serialCell(value string, from epoch) Cell {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || !(f >= 0 && f <= lastSerial) {
		return Cell{Code: "sheet.cell-error"}
	}
	t, ok := serial(f, from)
	if !ok {
		return Cell{Code: "sheet.cell-error"}
	}
	return Cell{Text: t.Format(time.DateOnly), Kind: Date}
}

func serial(days float64, from epoch) (time.Time, bool) {
	n := int(math.Floor(days))
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from == epoch1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n == 60 || n < 1:
		return time.Time{}, false
	case n < 60:
		n++
	}
	return start.AddDate(0, 0, n), true
}

func isoCell(value string) Cell {
	if len(value) >= len(time.DateOnly) {
		if t, err := time.Parse(time.DateOnly, value[:len(time.DateOnly)]); err == nil {
			return Cell{Text: t.Format(time.DateOnly), Kind: Date}
		}
	}
	return Cell{Code: "sheet.cell-error"}
}

// written are the ways in which people write a day: 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301; a time
// behind it does not count.
var written = []*regexp.Regexp{
	regexp.MustCompile(`^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T][0-9:.]+Z?)?$`),
	regexp.MustCompile(`^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?(?: ?[0-9:]+)?$`),
	regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})$`),
}

// date reads a day from a cell of any kind.
func date(c Cell) (string, bool) {
	if c.Kind == Date {
		return c.Text, true
	}
	s := strings.Join(strings.Fields(strings.NewReplacer("／", "/", "－", "-", "．", ".").Replace(c.Text)), " ")
	for _, form := range written {
		m := form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		t, err := time.Parse("2006-1-2", strings.TrimLeft(m[1], "0")+"-"+m[2]+"-"+m[3])
		return t.Format(time.DateOnly), err == nil
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && c.Kind == Number && n >= 1 && n <= lastSerial {
		// A day whose cell lost the format of a date. Workbooks that count from 1904 are too rare to ask.
		t, ok := serial(n, epoch1900)
		return t.Format(time.DateOnly), ok
	}
	return "", false
}
