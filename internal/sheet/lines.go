package sheet

import (
	"bytes"
	"encoding/json"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// lines is a file of JSON Lines: an object a line. Its first row are the names of all objects, in the order in which
// they first appear.
type lines struct {
	data   []byte
	fields []string
	limits Limits
}

// openLines recognises JSON Lines: the first thing in the file is an object.
func openLines(data []byte, l Limits) (*lines, bool) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if start := bytes.TrimLeft(data, " \t\r\n"); !bytes.HasPrefix(start, []byte("{")) || !utf8.Valid(start) {
		return nil, false
	}
	x := &lines{data: data, limits: l}
	seen := map[string]bool{}
	for _, line := range x.each() {
		members, _ := members(line)
		for _, m := range members {
			if !seen[m.name] && len(x.fields) <= l.Columns {
				seen[m.name] = true
				x.fields = append(x.fields, m.name)
			}
		}
	}
	return x, len(x.fields) > 0
}

// each gives the lines with something in them, by their numbers from 1.
func (x *lines) each() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		no := 0
		for line := range bytes.Lines(x.data) {
			no++
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(no, line) {
				return
			}
		}
	}
}

type member struct {
	name string
	cell Cell
}

// members reads an object's members in their order.
func members(line []byte) ([]member, bool) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	var list []member
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return list, false
		}
		var v any
		if d.Decode(&v) != nil {
			return list, false
		}
		list = append(list, member{name, jsonCell(v)})
	}
	_, err := d.Token()
	return list, err == nil && !d.More()
}

// jsonCell is a value as a cell: several texts are joined as the standard joins them, and what has parts of its own is
// no value of a list.
func jsonCell(v any) Cell {
	switch v := v.(type) {
	case nil:
		return Cell{}
	case string:
		return Cell{Text: v}
	case json.Number:
		return Cell{Text: v.String(), Kind: Number}
	case bool:
		if v {
			return Cell{Text: "true", Kind: Flag}
		}
		return Cell{Text: "false", Kind: Flag}
	case []any:
		var parts []string
		for _, p := range v {
			s, ok := p.(string)
			if !ok {
				return Cell{Code: "sheet.json-value"}
			}
			parts = append(parts, s)
		}
		return Cell{Text: strings.Join(parts, "^")}
	default:
		return Cell{Code: "sheet.json-value"}
	}
}

func (x *lines) names() []string { return []string{""} }

func (x *lines) rows(sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if sheet != 0 {
			return
		}
		if len(x.fields) > x.limits.Columns {
			yield(Row{}, tooManyColumns(x.limits))
			return
		}
		at := map[string]int{}
		head := make([]Cell, len(x.fields))
		for i, n := range x.fields {
			at[n], head[i] = i, textCell(n, x.limits)
		}
		if !yield(Row{No: 0, Cells: head}, nil) {
			return
		}
		cells := make([]Cell, len(x.fields))
		for no, line := range x.each() {
			clear(cells)
			list, whole := members(line)
			for _, m := range list {
				if m.cell.Code == "" {
					kind := m.cell.Kind
					m.cell = textCell(m.cell.Text, x.limits)
					m.cell.Kind = kind
				}
				cells[at[m.name]] = m.cell
			}
			if !whole {
				cells[0] = Cell{Code: "sheet.json"}
			}
			if !yield(Row{No: no, Cells: cells}, nil) {
				return
			}
		}
	}
}

// Head gives the first rows of the first sheet as they are, so that people can say what stands where.
func (b *Book) Head(n int) ([][]string, error) {
	var list [][]string
	for row, err := range b.Rows(0) {
		if err != nil {
			return nil, err
		}
		texts := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			texts[i] = c.Text
		}
		if list = append(list, texts); len(list) == n {
			break
		}
	}
	if len(list) == 0 {
		return nil, errs.New(errs.Invalid, "sheet.empty")
	}
	return list, nil
}
