package sheet

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// maxMerges bounds the merged areas of one sheet.
const maxMerges = 100_000

// area is a merged area (合并单元格), from 1, both ends included.
type area struct {
	top, left, bottom, right int
	value                    Cell
}

// rows streams the rows of a sheet. The value of a merged area counts for each of its cells, in rows that have
// something of their own.
func (w *workbook) rows(sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if sheet < 0 || sheet >= len(w.sheets) {
			return
		}
		part := w.sheets[sheet].part
		areas, err := w.merges(part)
		if err != nil {
			yield(Row{}, err)
			return
		}
		r := &rowReader{w: w, areas: areas}
		err = w.archive.each(part, func(d *xml.Decoder, e xml.StartElement) error {
			if e.Name.Local != "row" {
				return nil
			}
			row, err := r.row(d, e)
			if err != nil {
				return err
			}
			if !yield(row, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(Row{}, err)
		}
	}
}

// merges reads the merged areas, which stand behind the rows they are about: most sheets have none, and then the
// part is only looked through, not parsed.
func (w *workbook) merges(part string) ([]area, error) {
	some, err := w.mentions(part, []byte("mergeCell"))
	if err != nil || !some {
		return nil, err
	}
	var areas []area
	err = w.archive.each(part, func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "mergeCell" {
			return nil
		}
		from, to, _ := strings.Cut(attr(e, "ref"), ":")
		left, top, err1 := reference(from)
		right, bottom, err2 := reference(to)
		if err := errors.Join(err1, err2); err != nil || top > bottom || left > right || len(areas) >= maxMerges {
			return errors.New("a merged area that is none")
		}
		areas = append(areas, area{top: top, left: left, bottom: bottom, right: min(right, w.limits.Columns)})
		return nil
	})
	slices.SortStableFunc(areas, func(a, b area) int { return a.top - b.top })
	return areas, err
}

func (w *workbook) mentions(part string, word []byte) (bool, error) {
	f, err := w.archive.open(part)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	r := bufio.NewReaderSize(f, 64<<10)
	for {
		chunk, err := r.Peek(r.Size())
		if bytes.Contains(chunk, word) {
			return true, nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, refused(err)
		}
		// The word may stand across two chunks.
		if _, err := r.Discard(len(chunk) - len(word)); err != nil {
			return false, refused(err)
		}
	}
}

// rowReader reads the rows of one sheet in order.
type rowReader struct {
	w      *workbook
	last   int
	areas  []area // not yet begun
	active []area // begun and not ended
	cells  []Cell
}

func (r *rowReader) row(d *xml.Decoder, e xml.StartElement) (Row, error) {
	no := r.last + 1
	if s := attr(e, "r"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n <= r.last {
			return Row{}, errors.New("rows out of order")
		}
		no = n
	}
	r.last = no
	r.cells = r.cells[:0]
	for column := 0; ; {
		token, err := d.Token()
		if err != nil {
			return Row{}, truncated(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			row := Row{No: no, Cells: r.cells}
			if err := r.merge(&row); err != nil {
				return Row{}, err
			}
			return row, nil
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := passOver(d); err != nil {
					return Row{}, truncated(err)
				}
				continue
			}
			column++
			if ref := attr(t, "r"); ref != "" {
				c, _, err := reference(ref)
				if err != nil || c < column {
					return Row{}, errors.New("cells out of order")
				}
				column = c
			}
			cell, err := r.cell(d, t)
			if err != nil {
				return Row{}, err
			}
			if err := r.put(column, cell); err != nil {
				return Row{}, err
			}
		}
	}
}

func (r *rowReader) put(column int, c Cell) error {
	if c.Text == "" && c.Code == "" {
		return nil
	}
	if column > r.w.limits.Columns {
		return tooManyColumns(r.w.limits)
	}
	for len(r.cells) < column {
		r.cells = append(r.cells, Cell{})
	}
	r.cells[column-1] = c
	return nil
}

// merge remembers the values of areas that begin in a row and fills in those that run through it. A row without
// anything of its own stays blank.
func (r *rowReader) merge(row *Row) error {
	r.active = slices.DeleteFunc(r.active, func(a area) bool { return a.bottom < row.No })
	own := !row.blank()
	for len(r.areas) > 0 && r.areas[0].top <= row.No {
		a := r.areas[0]
		r.areas = r.areas[1:]
		if a.top == row.No {
			a.value = row.cell(a.left - 1)
		}
		if a.bottom >= row.No && a.left <= r.w.limits.Columns {
			r.active = append(r.active, a)
		}
	}
	// Areas do not overlap, so that there are at most as many as columns.
	if len(r.active) > r.w.limits.Columns {
		return errors.New("merged areas overlap")
	}
	if !own {
		return nil
	}
	for _, a := range r.active {
		for c := a.left; c <= a.right; c++ {
			if err := r.put(c, a.value); err != nil {
				return err
			}
		}
	}
	row.Cells = r.cells
	return nil
}

// cell reads one cell: its value, its formula if it has one, or its text written in place.
func (r *rowReader) cell(d *xml.Decoder, e xml.StartElement) (Cell, error) {
	kind, style := attr(e, "t"), attr(e, "s")
	var value string
	formula, hasValue := false, false
	for {
		token, err := d.Token()
		if err != nil {
			return Cell{}, truncated(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if formula && (!hasValue || value == "" && kind != "str") {
				return Cell{Code: "sheet.formula"}, nil
			}
			return r.value(kind, style, value), nil
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				hasValue = true
				value, err = plainText(d, r.w.limits.Cell)
			case "is":
				value, err = richText(d, r.w.limits.Cell)
			case "f":
				formula = true
				err = passOver(d)
			default:
				err = passOver(d)
			}
			if err != nil {
				return Cell{}, truncated(err)
			}
		}
	}
}

func plainText(d *xml.Decoder, most int) (string, error) {
	var b []byte
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return string(b), nil
		case xml.StartElement:
			if err := passOver(d); err != nil {
				return "", err
			}
		case xml.CharData:
			if len(b) <= 4*most {
				b = append(b, t...)
			}
		}
	}
}

func (r *rowReader) value(kind, style, value string) Cell {
	switch kind {
	case "s":
		i, err := strconv.Atoi(value)
		if err != nil || i < 0 || i >= len(r.w.strings) {
			return Cell{Code: "sheet.cell-error"}
		}
		return textCell(r.w.strings[i], r.w.limits)
	case "inlineStr":
		return textCell(value, r.w.limits)
	case "str":
		return textCell(unescape(value), r.w.limits)
	case "e":
		return Cell{Code: "sheet.cell-error"}
	case "b":
		return Cell{Text: map[bool]string{true: "是", false: "否"}[value == "1" || value == "true"], Kind: Flag}
	case "d":
		return isoCell(value)
	}
	if value == "" {
		return Cell{}
	}
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(r.w.dates) && r.w.dates[i] {
		return serialCell(value, r.w.from)
	}
	return numberCell(value)
}

// reference reads a cell's name, as AB12, into its column and row, from 1.
func reference(s string) (column, row int, err error) {
	i := 0
	for i < len(s) && s[i] >= 'A' && s[i] <= 'Z' && i < 3 {
		column = column*26 + int(s[i]-'A'+1)
		i++
	}
	row, err = strconv.Atoi(s[i:])
	if err != nil || column == 0 || row < 1 {
		return 0, 0, errors.New("a cell's name that is none")
	}
	return column, row, nil
}
