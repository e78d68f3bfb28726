package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// table is a CSV file, as UTF-8.
type table struct {
	text   string
	comma  rune
	limits Limits
}

// openCSV reads text in UTF-8 (with or without mark), UTF-16 with its mark, or GB18030, as spreadsheets write it here.
func openCSV(data []byte, l Limits) (*table, error) {
	var text []byte
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		text, err = decode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), data)
	case bytes.IndexByte(data, 0) >= 0:
		return nil, errs.New(errs.Invalid, "sheet.format")
	case utf8.Valid(data):
		text = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	default:
		text, err = decode(simplifiedchinese.GB18030, data)
	}
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errs.New(errs.Invalid, "sheet.empty")
	}
	s := string(text)
	return &table{text: s, comma: separator(s), limits: l}, nil
}

func decode(e encoding.Encoding, data []byte) ([]byte, error) {
	text, err := e.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, errs.New(errs.Invalid, "sheet.encoding")
	}
	return text, nil
}

// separator is what parts the first line most: comma, tab or semicolon.
func separator(s string) rune {
	line, _, _ := strings.Cut(strings.TrimLeft(s, "\r\n"), "\n")
	best, most := ',', strings.Count(line, ",")
	for _, r := range "\t;" {
		if n := strings.Count(line, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

func (t *table) names() []string { return []string{""} }

func (t *table) rows(sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if sheet != 0 {
			return
		}
		r := csv.NewReader(strings.NewReader(t.text))
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = t.comma, -1, true
		var cells []Cell
		for {
			fields, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if e, ok := errors.AsType[*csv.ParseError](err); ok {
				yield(Row{}, errs.New(errs.Invalid, "sheet.quotes").With("row", itoa(e.StartLine)))
				return
			}
			if err != nil {
				yield(Row{}, broken(err))
				return
			}
			for len(fields) > 0 && strings.TrimSpace(fields[len(fields)-1]) == "" {
				fields = fields[:len(fields)-1]
			}
			if len(fields) > t.limits.Columns {
				yield(Row{}, tooManyColumns(t.limits))
				return
			}
			cells = cells[:0]
			for _, f := range fields {
				cells = append(cells, textCell(f, t.limits))
			}
			line := 0
			if len(fields) > 0 {
				line, _ = r.FieldPos(0)
			}
			if !yield(Row{No: line, Cells: cells}, nil) {
				return
			}
		}
	}
}
