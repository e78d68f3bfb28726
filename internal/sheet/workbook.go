package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// maxStrings bounds the text of the shared strings, which are held in memory.
const maxStrings = 96 << 20

// workbook is an .xlsx file (ECMA-376).
type workbook struct {
	archive *archive
	sheets  []sheetPart
	strings []string
	dates   []bool // by style: is it shown as a date?
	from    epoch
	limits  Limits
}

type sheetPart struct{ name, part string }

func openWorkbook(data []byte, l Limits) (*workbook, error) {
	a, err := openArchive(data, l)
	if err != nil {
		return nil, err
	}
	main := "xl/workbook.xml"
	if !a.has(main) {
		return nil, errs.New(errs.Invalid, "sheet.format")
	}
	w := &workbook{archive: a, limits: l}
	dir := path.Dir(main)
	rels, err := w.relations(path.Join(dir, "_rels", path.Base(main)+".rels"), dir)
	if err != nil {
		return nil, err
	}
	if err := w.readSheets(main, rels); err != nil {
		return nil, err
	}
	for _, r := range rels {
		switch {
		case strings.HasSuffix(r.kind, "/styles") && a.has(r.part):
			err = w.readStyles(r.part)
		case strings.HasSuffix(r.kind, "/sharedStrings") && a.has(r.part):
			err = w.readStrings(r.part)
		}
		if err != nil {
			return nil, err
		}
	}
	return w, nil
}

type relation struct{ kind, part string }

func (w *workbook) relations(part, dir string) (map[string]relation, error) {
	found := map[string]relation{}
	err := w.archive.each(part, func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attr(e, "TargetMode") != "External" {
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join(dir, target)
			}
			found[attr(e, "Id")] = relation{attr(e, "Type"), target}
		}
		return nil
	})
	return found, err
}

func (w *workbook) readSheets(part string, rels map[string]relation) error {
	err := w.archive.each(part, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if v := attr(e, "date1904"); v == "1" || v == "true" {
				w.from = epoch1904
			}
		case "sheet":
			r, ok := rels[attr(e, "id")]
			if state := attr(e, "state"); ok && strings.HasSuffix(r.kind, "/worksheet") && (state == "" || state == "visible") {
				w.sheets = append(w.sheets, sheetPart{strings.TrimSpace(attr(e, "name")), r.part})
			}
		}
		return nil
	})
	if err == nil && len(w.sheets) == 0 {
		return errs.New(errs.Invalid, "sheet.empty")
	}
	return err
}

func (w *workbook) readStyles(part string) error {
	formats := map[string]string{}
	inCells := false
	return w.archive.each(part, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			formats[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id := attr(e, "numFmtId")
				w.dates = append(w.dates, isDateFormat(id, formats[id]))
			}
		}
		return nil
	})
}

// unspoken is what does not count in a number format: quoted and escaped text, colours, conditions.
var unspoken = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)

// isDateFormat tells dates from numbers: by the number of a built-in format, or by the letters of a custom one.
func isDateFormat(id, code string) bool {
	if code != "" {
		return strings.ContainsAny(strings.ToLower(unspoken.ReplaceAllString(code, "")), "ymdhs年月日")
	}
	n, err := strconv.Atoi(id)
	return err == nil && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58)
}

func (w *workbook) readStrings(part string) error {
	total := 0
	return w.archive.each(part, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := richText(d, w.limits.Cell)
		if err != nil {
			return err
		}
		if total += len(s) + 16; total > maxStrings {
			return errs.New(errs.TooLarge, "sheet.bomb")
		}
		w.strings = append(w.strings, s)
		return nil
	})
}

// richText joins the runs of a text up to the end of the element that d stands in; readings (rPh) do not count.
// Of what is too long a little more than allowed is kept, so that it is seen to be too long.
func richText(d *xml.Decoder, most int) (string, error) {
	var b strings.Builder
	var path []string
	for {
		token, err := d.Token()
		if err != nil {
			return "", truncated(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
		case xml.EndElement:
			if len(path) == 0 {
				return unescape(b.String()), nil
			}
			path = path[:len(path)-1]
		case xml.CharData:
			if n := len(path); n > 0 && path[n-1] == "t" && path[0] != "rPh" && b.Len() <= 4*most {
				b.Write(t)
			}
		}
	}
}

// truncated: a part that ends within an element is broken, not finished.
func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads the _x000D_ by which spreadsheets write characters that XML lacks.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(m string) string {
		n, err := strconv.ParseUint(m[2:6], 16, 32)
		if err != nil {
			return m
		}
		return string(rune(n))
	})
}

func (w *workbook) names() []string {
	names := make([]string, len(w.sheets))
	for i, s := range w.sheets {
		names[i] = s.name
	}
	return names
}
