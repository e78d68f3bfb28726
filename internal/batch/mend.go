package batch

import (
	"bytes"
	"context"
	"iter"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// mendPage is how many faulty rows are read at once for a file of errors.
const mendPage = 500

// ErrorFile makes a file of the rows that are faulty or were left out, each with what is wrong with it. Corrected, it can
// be handed back: Mend. Only the maker gets it, for what stands there is personal.
func (d *Desk) ErrorFile(ctx context.Context, a *authn.Actor, id string, english bool) ([]byte, error) {
	var b Batch
	var t *catalog.Type
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if b, err = d.own(ctx, q, a, id); err != nil {
			return err
		}
		t, err = d.o.Types.Current(ctx, q, b.TypeCode)
		return err
	})
	if err != nil {
		return nil, err
	}
	if b.Bad == 0 && (b.LeftOut == 0 || !b.State.Ended()) {
		return nil, errs.New(errs.NotFound, "batch.clean")
	}
	v, err := d.vault(b)
	if err != nil {
		return nil, err
	}
	f := corrections(form(t, b.Kind))
	page := sheet.Page{Name: f.Zh, Headings: headings(f, english), Wide: []int{len(f.Columns)}}
	page.Headings = append(page.Headings, map[bool]string{false: sheet.ErrorColumn, true: "Error"}[english])
	page.Rows = d.faulty(ctx, b, v, f, english)
	var out bytes.Buffer
	if err := sheet.Write(&out, page); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func headings(f sheet.Form, english bool) []string {
	var list []string
	for _, c := range f.Columns {
		if english {
			list = append(list, c.En)
		} else {
			list = append(list, c.Zh)
		}
	}
	return list
}

// faulty reads the rows of a file of errors, page by page.
func (d *Desk) faulty(ctx context.Context, b Batch, v vault, f sheet.Form, english bool) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		states := []RowState{Bad}
		if b.State.Ended() {
			states = append(states, Left) // before that, what is left out needs no correction
		}
		for _, state := range states {
			for no := 0; ; {
				var rows []Row
				err := d.o.DB.Read(ctx, func(q *db.Tx) error {
					var err error
					rows, err = d.after(ctx, q, b, state, no, mendPage)
					return err
				})
				if err != nil {
					yield(nil, err)
					return
				}
				for _, r := range rows {
					line, err := mendLine(v, f, r, english)
					if !yield(line, err) || err != nil {
						return
					}
					no = r.No
				}
				if len(rows) < mendPage {
					break
				}
			}
		}
	}
}

func mendLine(v vault, f sheet.Form, r Row, english bool) ([]string, error) {
	values, err := v.open(r)
	if err != nil {
		return nil, err
	}
	values[colRow] = strconv.Itoa(r.FileRow)
	var line, words []string
	for _, c := range f.Columns {
		line = append(line, values[c.Name])
	}
	for _, x := range r.Faults {
		words = append(words, x.Words(f, english))
	}
	return append(line, strings.Join(words, "\n")), nil
}

// Words say what is wrong, with the column.
func (x Fault) Words(f sheet.Form, english bool) string {
	lang, colon := "zh", "："
	if english {
		lang, colon = "en", ": "
	}
	text := errs.Text(x.Code, lang, x.Args)
	i := f.Index(x.Field)
	switch {
	case i < 0:
		return text
	case english:
		return f.Columns[i].En + colon + text
	default:
		return f.Columns[i].Zh + colon + text
	}
}

// Form is the sheet of a batch's type, by which its faults name columns.
func (d *Desk) Form(ctx context.Context, q *db.Tx, b Batch) (sheet.Form, error) {
	t, err := d.o.Types.Current(ctx, q, b.TypeCode)
	if err != nil {
		return sheet.Form{}, err
	}
	return form(t, b.Kind), nil
}

// Template is an empty file for licenses of a type.
func (d *Desk) Template(ctx context.Context, kind Kind, typeCode string, english bool) ([]byte, error) {
	var t *catalog.Type
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		t, err = d.o.Types.Current(ctx, q, typeCode)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := sheet.Template(&out, english, form(t, kind)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Mend takes a corrected file of errors in: its rows take the place of the faulty ones and are judged anew.
func (d *Desk) Mend(ctx context.Context, a *authn.Actor, id, fileName string, data []byte) (Batch, error) {
	var b Batch
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		b, err = d.own(ctx, q, a, id)
		return err
	})
	if err != nil {
		return Batch{}, err
	}
	if b.State != Checked {
		return Batch{}, errs.New(errs.Conflict, "batch.stage")
	}
	if b.Bad == 0 {
		return Batch{}, errs.New(errs.Conflict, "batch.clean")
	}
	v, err := d.vault(b)
	if err != nil {
		return Batch{}, err
	}
	ref, err := d.keep(ctx, v, data)
	if err != nil {
		return Batch{}, err
	}
	b, err = d.step(ctx, a, id, Checked, Checking, "mend", `file_ref = $5, mend_name = $6, headings = '', position = 0, problem = ''`, ref, nameOf(fileName))
	if err != nil {
		d.discard(ctx, ref)
	}
	d.stir()
	return b, err
}

// samples is how many faces a reviewer may look at.
const samples = 3

// Sample draws the face of one of the good rows as it will be, without seals, for the second person or the maker. nth
// counts from 0 over some rows spread over the batch.
func (d *Desk) Sample(ctx context.Context, a *authn.Actor, id string, nth int) ([]byte, error) {
	if nth < 0 || nth >= samples {
		return nil, errs.New(errs.NotFound, "batch.unknown")
	}
	var b Batch
	var rows []Row
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if b, err = d.Get(ctx, q, a, id); err != nil {
			return err
		}
		if b.MakerID != a.AccountID {
			if _, err := d.forReview(ctx, q, a, id); err != nil {
				return err
			}
		}
		rows, err = d.Rows(ctx, q, b, Good, 1, max(0, b.Good-1)*nth/(samples-1))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.New(errs.NotFound, "batch.none-good")
	}
	m, err := d.maker(ctx, b)
	if err != nil {
		return nil, err
	}
	values, err := m.v.open(rows[0])
	if err != nil {
		return nil, err
	}
	row, faults := m.reader.row(values)
	if len(faults) > 0 {
		return nil, errs.New(errs.Conflict, "batch.stage")
	}
	return m.bulk.Sample(row)
}
