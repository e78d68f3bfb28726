package intake

import (
	"bytes"
	"context"
	"iter"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// errorRows bounds the faults that one file shows.
const errorRows = 200_000

// ErrorFile makes a file of the records that were left out, with the columns they had and what is wrong with each
// row. It can be corrected and imported again: the column of faults is not read.
func (d *Desk) ErrorFile(ctx context.Context, t Task, english bool) ([]byte, error) {
	var faults []Fault
	if err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		faults, _, err = d.Faults(ctx, q, t.ID, errorRows, 0)
		return err
	}); err != nil {
		return nil, err
	}
	if len(faults) == 0 {
		return nil, errs.New(errs.NotFound, "import.clean")
	}
	data, err := d.file(ctx, t)
	if err != nil {
		return nil, err
	}
	p, err := d.plan(t.Kind)
	if err != nil {
		return nil, err
	}
	b, err := p.read(data, t.Role)
	if err != nil {
		return nil, err
	}
	x := errorFile{batch: b, english: english, words: map[place][]string{}, wanted: [2]map[int]bool{{}, {}}}
	for _, f := range faults {
		x.note(f)
	}
	pages := []sheet.Page{x.page(0, p.main, b.mainTab)}
	if b.subTab != nil {
		pages = append(pages, x.page(1, p.sub, b.subTab))
	}
	var out bytes.Buffer
	if err := sheet.Write(&out, pages...); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type place struct{ sheet, row int }

type errorFile struct {
	batch   *batch
	english bool
	words   map[place][]string
	wanted  [2]map[int]bool // rows to show, by sheet
}

// note takes a fault up: its words at its row, and every row of its record, so that the record is whole when it is
// imported again.
func (x *errorFile) note(f Fault) {
	form, lang, colon := x.batch.plan.main, "zh", "："
	if f.Sheet == 1 {
		form = x.batch.plan.sub
	}
	text := errs.Text(f.Code, lang, f.Args)
	if x.english {
		lang, colon = "en", ": "
		text = errs.Text(f.Code, lang, f.Args)
	}
	if i := form.Index(f.Field); i >= 0 {
		label := form.Columns[i].Zh
		if x.english {
			label = form.Columns[i].En
		}
		text = label + colon + text
	}
	at := place{f.Sheet, f.Row}
	x.words[at] = append(x.words[at], text)
	if f.Record >= 0 && f.Record < len(x.batch.records) {
		r := x.batch.records[f.Record]
		x.wanted[0][r.row] = true
		for _, s := range r.subs {
			x.wanted[1][s.row] = true
		}
	}
	x.wanted[f.Sheet][f.Row] = true
}

func (x *errorFile) page(no int, form sheet.Form, t *sheet.Table) sheet.Page {
	p := sheet.Page{Name: form.Zh}
	if x.english {
		p.Name = form.En
	}
	columns := t.Columns()
	for _, i := range columns {
		heading := form.Columns[i].Zh
		if x.english {
			heading = form.Columns[i].En
		}
		p.Headings = append(p.Headings, heading)
	}
	p.Wide = []int{len(columns)}
	p.Headings = append(p.Headings, map[bool]string{false: sheet.ErrorColumn, true: "Error"}[x.english])
	p.Rows = x.rows(no, columns, t)
	return p
}

func (x *errorFile) rows(no int, columns []int, t *sheet.Table) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for rec, err := range t.Records() {
			if err != nil {
				yield(nil, err)
				return
			}
			if !x.wanted[no][rec.Row] {
				continue
			}
			out := make([]string, 0, len(columns)+1)
			for _, i := range columns {
				out = append(out, rec.Raw[i])
			}
			out = append(out, strings.Join(x.words[place{no, rec.Row}], "\n"))
			if !yield(out, nil) {
				return
			}
		}
	}
}

// Where names the sheet and the column of a fault.
func (d *Desk) Where(k Kind, f Fault, english bool) (sheetName, column string) {
	form := d.plans[k].main
	if f.Sheet == 1 {
		form = d.plans[k].sub
	}
	sheetName = form.Zh
	if english {
		sheetName = form.En
	}
	if i := form.Index(f.Field); i >= 0 {
		column = form.Columns[i].Zh
		if english {
			column = form.Columns[i].En
		}
	}
	return sheetName, column
}
