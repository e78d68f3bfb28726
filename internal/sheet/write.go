package sheet

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The sheet of a template that explains its columns; it is never read.
const (
	notesZh = "填表说明"
	notesEn = "Notes"
)

// trigger are the characters with which a formula begins. A cell that a spreadsheet would compute can fetch what it
// likes from where it likes (CSV injection), also when a text is only pasted or saved anew.
const trigger = "=+-@\t\r"

// guard puts an apostrophe before what a spreadsheet might compute, and unguard takes it away: each text comes back
// as it was.
func guard(s string) string {
	if rest := strings.TrimLeft(s, "'"); rest != "" && strings.ContainsRune(trigger, rune(rest[0])) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest := strings.TrimLeft(s, "'"); rest != s && rest != "" && strings.ContainsRune(trigger, rune(rest[0])) {
		return s[1:]
	}
	return s
}

// Page is a sheet to be written.
type Page struct {
	Name     string
	Headings []string
	Wide     []int // columns of long text, from 0
	Example  []string
	Rows     iter.Seq2[[]string, error] // nil: none
}

// Write streams pages out as .xlsx. All cells are text, so that codes stay as they are when people correct them.
func Write(w io.Writer, pages ...Page) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	styles, err := newStyles(f)
	if err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	for i, p := range pages {
		if i == 0 {
			err = f.SetSheetName("Sheet1", p.Name)
		} else {
			_, err = f.NewSheet(p.Name)
		}
		if err == nil {
			err = writePage(f, p, styles)
		}
		if err != nil {
			return fmt.Errorf("write sheet: %w", err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	return nil
}

type styles struct{ text, head, example int }

// textFormat is the built-in format "@".
const textFormat = 49

func newStyles(f *excelize.File) (s styles, err error) {
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	for _, x := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.text, excelize.Style{NumFmt: textFormat, Alignment: wrap}},
		{&s.head, excelize.Style{NumFmt: textFormat, Font: &excelize.Font{Bold: true}, Alignment: wrap,
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DCE8F3"}}}},
		{&s.example, excelize.Style{NumFmt: textFormat, Font: &excelize.Font{Italic: true, Color: "55606B"}, Alignment: wrap}},
	} {
		if *x.id, err = f.NewStyle(&x.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Widths of columns, in characters.
const (
	narrow = 22
	broad  = 60
)

func writePage(f *excelize.File, p Page, s styles) error {
	sw, err := f.NewStreamWriter(p.Name)
	if err != nil {
		return err
	}
	columns := len(p.Headings)
	if err := sw.SetColStyle(1, columns, s.text); err != nil {
		return err
	}
	for i := range columns {
		width := float64(narrow)
		if slices.Contains(p.Wide, i) {
			width = broad
		}
		if err := sw.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	no := 0
	put := func(values []string, style int) error {
		no++
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = excelize.Cell{StyleID: style, Value: guard(v)}
		}
		return sw.SetRow(fmt.Sprintf("A%d", no), row)
	}
	if err := put(p.Headings, s.head); err != nil {
		return err
	}
	if p.Example != nil {
		if err := put(p.Example, s.example); err != nil {
			return err
		}
	}
	if p.Rows != nil {
		for values, err := range p.Rows {
			if err != nil {
				return err
			}
			if err := put(values, s.text); err != nil {
				return err
			}
		}
	}
	return sw.Flush()
}

// Template writes an empty file for forms: headings, an example that is skipped if it is left, and what to write.
func Template(w io.Writer, english bool, forms ...Form) error {
	var pages []Page
	var notes [][]string
	for _, f := range forms {
		p := Page{Name: f.Zh}
		if english {
			p.Name = f.En
		}
		for _, c := range f.Columns {
			heading, note := c.Zh, c.Note
			if english {
				heading, note = c.En, c.NoteEn
			}
			must := ""
			if c.Required {
				must = map[bool]string{false: "必填", true: "required"}[english]
				heading += "*"
			}
			p.Headings = append(p.Headings, heading)
			p.Example = append(p.Example, c.Example)
			notes = append(notes, []string{p.Name, strings.TrimSuffix(heading, "*"), must, strings.TrimSpace(note + " " + c.choiceNote(english)), c.Example})
		}
		pages = append(pages, p)
	}
	page := Page{Name: notesZh, Headings: []string{"工作表", "列", "是否必填", "说明", "示例"}, Wide: []int{3}, Rows: all(notes)}
	if english {
		page.Name, page.Headings = notesEn, []string{"Sheet", "Column", "Required", "What to write", "Example"}
	}
	return Write(w, append(pages, page)...)
}

func (c Column) choiceNote(english bool) string {
	if len(c.Choices) == 0 {
		return ""
	}
	if english {
		return "One of: " + strings.Join(c.english(), ", ") + "."
	}
	var words []string
	for _, x := range c.Choices {
		words = append(words, x.Words[0])
	}
	return "可填：" + strings.Join(words, "、") + "。"
}

func all(rows [][]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
