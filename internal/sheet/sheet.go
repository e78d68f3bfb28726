// Package sheet reads and writes the spreadsheets (电子表格) by which people bring in and take out lists: .xlsx and CSV. It reads
// JSON Lines alike, whose names are the headings.
//
// It reads in a stream, row by row, and holds what a stranger's file may cost within Limits: size, unpacked size,
// ratio, rows, columns, length of a cell. What is wrong with one cell is told with the cell and does not stop the
// rest. It corrects nothing silently: a code that lost its leading zeros is reported, never padded.
//
// It knows no meaning of any column; who reads declares the columns (Form).
package sheet

import (
	"bytes"
	"iter"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// Limits bound what one file may cost.
type Limits struct {
	File     int   // bytes as uploaded
	Unpacked int64 // bytes of one packed part
	Ratio    int64 // unpacked to packed, of one part
	Rows     int   // rows with something in them, of one sheet
	Columns  int
	Cell     int // characters
}

// Standard are the limits of every import.
var Standard = Limits{File: 20 << 20, Unpacked: 256 << 20, Ratio: 250, Rows: 100_000, Columns: 200, Cell: 4_000}

// Kind is what a cell held. Dates are text already, as 2006-01-02.
type Kind int

// The kinds of cells.
const (
	Text Kind = iota
	Number
	Date
	Flag // a truth value
)

// Cell is one cell. Code says what is wrong with it, as a code of errs; "" when nothing is.
type Cell struct {
	Text string
	Kind Kind
	Code string
}

// Row is one row with something in it. No counts as the spreadsheet does, from 1. Cells are valid until the next row.
type Row struct {
	No    int
	Cells []Cell
}

func (r Row) blank() bool {
	return !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Text != "" || c.Code != "" })
}

func (r Row) cell(i int) Cell {
	if i < 0 || i >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[i]
}

// source is a file of one format.
type source interface {
	names() []string
	rows(sheet int) iter.Seq2[Row, error]
}

// Book is an open file.
type Book struct {
	source source
	limits Limits
}

// The beginnings of files.
var (
	magicZip = []byte("PK\x03\x04")
	magicOLE = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
)

// Large are the limits of lists that are read once in a stream and whose rows are kept elsewhere.
var Large = Limits{File: 64 << 20, Unpacked: 1 << 30, Ratio: 250, Rows: 1_048_576, Columns: 200, Cell: 64_000}

// Open recognises a file by its content. Old (.xls), encrypted and unknown files are refused in words.
func Open(data []byte, l Limits) (*Book, error) {
	switch {
	case len(data) == 0:
		return nil, errs.New(errs.Invalid, "sheet.empty")
	case len(data) > l.File:
		return nil, errs.New(errs.TooLarge, "body.too-large")
	case bytes.HasPrefix(data, magicOLE):
		if bytes.Contains(data, wide("EncryptedPackage")) {
			return nil, errs.New(errs.Invalid, "sheet.encrypted")
		}
		return nil, errs.New(errs.Invalid, "sheet.old")
	case bytes.HasPrefix(data, magicZip):
		x, err := openWorkbook(data, l)
		if err != nil {
			return nil, err
		}
		return &Book{source: x, limits: l}, nil
	}
	if lines, ok := openLines(data, l); ok {
		return &Book{source: lines, limits: l}, nil
	}
	c, err := openCSV(data, l)
	if err != nil {
		return nil, err
	}
	return &Book{source: c, limits: l}, nil
}

// wide is a text as old Office files hold names: UTF-16, low byte first.
func wide(s string) []byte {
	return []byte(strings.Join(strings.Split(s, ""), "\x00") + "\x00")
}

// Sheets are the names of the visible sheets; a CSV file has one without name.
func (b *Book) Sheets() []string { return b.source.names() }

// Rows gives the rows of a sheet that have something in them. After an error there is nothing more.
func (b *Book) Rows(sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		count := 0
		for row, err := range b.source.rows(sheet) {
			if err != nil {
				yield(Row{}, err)
				return
			}
			if row.blank() {
				continue
			}
			if count++; count > b.limits.Rows {
				yield(Row{}, errs.New(errs.TooLarge, "sheet.rows").With("max", itoa(b.limits.Rows)))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
