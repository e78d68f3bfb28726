package sheet

import (
	"iter"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// Column is one column that a form knows.
type Column struct {
	Name     string // as errors and the interface name it
	Zh, En   string // its headings
	Aliases  []string
	Required bool // a row without it is refused
	Holds    Holds
	Width    int // characters of a code of fixed length; 0: any text
	Choices  []Choice
	Example  string
	Note     string // what to write, in Chinese
	NoteEn   string
}

// Holds is what a column is for.
type Holds int

// What columns hold. Texts and codes are kept as they stand.
const (
	AnyText Holds = iota
	WholeNumber
	Day    // 2006-01-02
	YesNo  // "true" or "false"
	OneOf  // the value of one of the choices
	SomeOf // values of choices, joined by ^
)

// Choice is a value and the words for it in a cell, of which the first are shown.
type Choice struct {
	Value string
	Words []string
}

// Form is a sheet's columns.
type Form struct {
	Zh, En  string // names of the sheet
	Columns []Column
	// Headings names the heading that each column stands under, where people said so: then no others count, and what
	// stands under any other heading is not read.
	Headings map[string]string
}

// ErrorColumn is the heading of the column in which an error file says what is wrong. It is ignored when read.
const ErrorColumn = "错误"

var errorHeadings = []string{"错误", "error", "errors"}

// headRows is how far down the row of headings is looked for: below a title, a date of print.
const headRows = 10

// Table is a sheet whose headings were understood.
type Table struct {
	Name    string
	book    *Book
	sheet   int
	head    int   // number of the row of headings
	columns []int // by column of the form: column of the sheet, -1 for none
	ignored []int // columns of the sheet that do not count
	form    Form
}

// Record is one row of a table, by the columns of its form. Where Problems name a column, its value is "".
type Record struct {
	Row      int
	Values   []string
	Raw      []string // as written
	Problems []*errs.Error
}

// Table finds the sheet of a form and its headings. The main form of a file may stand on a sheet of any name, as
// long as it is the first; a further one goes by its name, and sheet.absent says that it is not there.
func (b *Book) Table(f Form, main bool) (*Table, error) {
	names := b.Sheets()
	at := slices.IndexFunc(names, func(n string) bool {
		return strings.EqualFold(n, f.En) || n == f.Zh
	})
	if at < 0 && main {
		at = slices.IndexFunc(names, func(n string) bool { return n != notesZh && n != notesEn })
	}
	if at < 0 {
		return nil, errs.New(errs.Invalid, "sheet.absent").With("sheet", f.Zh).With("sheetEn", f.En)
	}
	t := &Table{Name: names[at], book: b, sheet: at, form: f}
	seen := 0
	var fault error
	best := 0
	for row, err := range b.Rows(at) {
		if err != nil {
			return nil, err
		}
		if seen++; seen > headRows {
			break
		}
		known := t.known(row)
		if known > best || fault == nil && best == 0 {
			best = known
			if fault = t.headings(row); fault == nil {
				return t, nil
			}
		}
	}
	if seen == 0 {
		return nil, errs.New(errs.Invalid, "sheet.empty")
	}
	return nil, fault
}

func (t *Table) known(row Row) int {
	n := 0
	for _, c := range row.Cells {
		if t.find(c.Text) >= 0 {
			n++
		}
	}
	return n
}

// find is the column of the form that a heading names, or -1.
func (t *Table) find(heading string) int {
	h := folded(heading)
	if h == "" {
		return -1
	}
	return slices.IndexFunc(t.form.Columns, func(c Column) bool {
		if t.form.Headings != nil {
			return h == folded(t.form.Headings[c.Name])
		}
		return h == folded(c.Zh) || h == folded(c.En) || h == folded(c.Name) ||
			slices.ContainsFunc(c.Aliases, func(a string) bool { return h == folded(a) })
	})
}

var decoration = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "*", "", "(必填)", "", "(required)", "", ":", "", "_", "")

// folded is a heading as headings are compared: without case, width, spaces and the mark of what must be filled in.
func folded(s string) string {
	return decoration.Replace(strings.ToLower(norm.NFKC.String(s)))
}

// headings takes a row for the headings. Unknown columns are named by their letters: what stands there may be data.
func (t *Table) headings(row Row) error {
	t.head, t.ignored = row.No, nil
	t.columns = slices.Repeat([]int{-1}, len(t.form.Columns))
	var unknown []string
	for i, c := range row.Cells {
		h := folded(c.Text)
		at := t.find(c.Text)
		switch {
		case slices.Contains(errorHeadings, h):
			t.ignored = append(t.ignored, i)
		case h == "":
		case at < 0 && t.form.Headings != nil:
			t.ignored = append(t.ignored, i)
		case at < 0:
			unknown = append(unknown, letters(i+1))
		case t.columns[at] >= 0:
			return errs.New(errs.Invalid, "sheet.heading.twice").On(t.form.Columns[at].Name).With("column", t.form.Columns[at].Zh).With("columnEn", t.form.Columns[at].En)
		default:
			t.columns[at] = i
		}
	}
	var missing, missingEn []string
	for i, c := range t.form.Columns {
		if c.Required && t.columns[i] < 0 {
			missing, missingEn = append(missing, c.Zh), append(missingEn, c.En)
		}
	}
	if len(missing) > 0 {
		return errs.New(errs.Invalid, "sheet.heading.missing").With("columns", strings.Join(missing, "、")).With("columnsEn", strings.Join(missingEn, ", "))
	}
	if len(unknown) > 0 {
		return errs.New(errs.Invalid, "sheet.heading.unknown").With("columns", strings.Join(unknown, "、")).With("columnsEn", strings.Join(unknown, ", "))
	}
	return nil
}

// letters names a column, from 1: A, Z, AA.
func letters(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// Has tells whether the table has a column of the form.
func (t *Table) Has(name string) bool {
	at := t.form.Index(name)
	return at >= 0 && t.columns[at] >= 0
}

// Columns are the columns of the form that the table has, as indexes, in the order of the table.
func (t *Table) Columns() []int {
	var list []int
	for i, c := range t.columns {
		if c >= 0 {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return t.columns[a] - t.columns[b] })
	return list
}

// Index is the place of a column by its name, or -1.
func (f Form) Index(name string) int {
	return slices.IndexFunc(f.Columns, func(c Column) bool { return c.Name == name })
}

// Records reads the rows below the headings. The example of a template is no row, if it is left as it was.
func (t *Table) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for row, err := range t.book.Rows(t.sheet) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			if row.No <= t.head || t.empty(row) {
				continue
			}
			r := t.record(row)
			if t.example(r) {
				continue
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// empty is a row that has something in ignored columns only.
func (t *Table) empty(row Row) bool {
	for i, c := range row.Cells {
		if (c.Text != "" || c.Code != "") && !slices.Contains(t.ignored, i) {
			return false
		}
	}
	return true
}

func (t *Table) record(row Row) Record {
	n := len(t.form.Columns)
	cells := make([]string, 2*n)
	r := Record{Row: row.No, Values: cells[:n:n], Raw: cells[n:]}
	known := 0
	for i, c := range t.form.Columns {
		cell := row.cell(t.columns[i])
		if t.columns[i] >= 0 && (cell.Text != "" || cell.Code != "") {
			known++
		}
		r.Raw[i] = cell.Text
		v, fault := c.value(cell)
		if fault != nil {
			r.Problems = append(r.Problems, fault.On(c.Name))
			continue
		}
		r.Values[i] = v
	}
	for i, c := range row.Cells {
		if (c.Text != "" || c.Code != "") && !slices.Contains(t.columns, i) && !slices.Contains(t.ignored, i) {
			r.Problems = append(r.Problems, errs.New(errs.Invalid, "sheet.headless").With("column", letters(i+1)))
			break
		}
	}
	return r
}

func (t *Table) example(r Record) bool {
	some := false
	for i, c := range t.form.Columns {
		if t.columns[i] >= 0 && r.Raw[i] != c.Example {
			return false
		}
		some = some || c.Example != ""
	}
	return some
}

// Guess tells which of some rows holds the headings, and under which of them each column of the form seems to stand. Of
// rows in which nothing is known it is the first.
func (f Form) Guess(rows [][]string) (head int, headings map[string]string) {
	t := Table{form: f}
	headings = map[string]string{}
	for no, row := range rows {
		found := map[string]string{}
		for _, h := range row {
			if at := t.find(h); at >= 0 && found[f.Columns[at].Name] == "" {
				found[f.Columns[at].Name] = h
			}
		}
		if len(found) > len(headings) {
			head, headings = no, found
		}
	}
	return head, headings
}
