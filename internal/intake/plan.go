package intake

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// plan says how the rows of a kind become what they stand for.
type plan struct {
	kind  Kind
	roles []string // who may import it; the first one held counts
	main  sheet.Form
	sub   sheet.Form // a further sheet whose rows belong to those of the main one; without columns there is none
	key   string     // column of the main sheet that names a record
	link  func(values row) string
	subs  string // how the domain names the list made of the further rows, in errors: "materials"
	// columns are those that the domain knows by another name.
	columns map[string]string
	// above is the key of the record that must come first, if it is in the same file.
	above func(values row) string
	// ready turns a record into the step that writes it. It touches no database; the step runs in a transaction, may
	// run again, and must refuse before it writes.
	ready func(b *batch, r *record) (step, []Fault)
}

// step writes one record and tells whether anything changed.
type step func(ctx context.Context, tx *db.Tx, by change.By) (bool, error)

// batch is a file as read, with what its records need to know of each other.
type batch struct {
	plan    plan
	role    string
	mainTab *sheet.Table
	subTab  *sheet.Table // nil: the file has no further sheet
	records []record

	// What steps note for those after them: settled is durable, fresh belongs to the transaction under way.
	settled, fresh map[string]bool
}

// noted tells whether a step has noted a thing in this transaction or before it.
func (b *batch) noted(what string) bool { return b.settled[what] || b.fresh[what] }

func (b *batch) note(what string) { b.fresh[what] = true }

// attempt forgets what a transaction noted that did not come to its end.
func (b *batch) attempt() { clear(b.fresh) }

func (b *batch) settle() { maps.Copy(b.settled, b.fresh) }

// row reads a record's values by the names of columns.
type row struct {
	form   *sheet.Form
	values []string
}

func (r row) get(name string) string {
	if i := r.form.Index(name); i >= 0 && i < len(r.values) {
		return r.values[i]
	}
	return ""
}

func (r row) int(name string) int {
	n, _ := strconv.Atoi(r.get(name)) // the column holds whole numbers, or nothing
	return n
}

func (r row) bool(name string) bool { return r.get(name) == "true" }

func (r row) list(name string) []string { return sheet.SplitList(r.get(name)) }

// record is a row of the main sheet with its further rows. A further row that belongs to none is a record of its own
// with Row 0.
type record struct {
	row    int
	values []string
	subs   []subRow
	faults []Fault
}

type subRow struct {
	row    int
	values []string
}

func (b *batch) main(r *record) row { return row{&b.plan.main, r.values} }

func (b *batch) sub(s subRow) row { return row{&b.plan.sub, s.values} }

// maxHeld bounds the text of one file that is held while it is imported, in bytes.
const maxHeld = 128 << 20

// read takes a file apart into records: further rows beside their main rows, those first that others need.
func (p plan) read(data []byte, role string) (*batch, error) {
	b, err := p.open(data)
	if err != nil {
		return nil, err
	}
	b.role = role
	held := 0
	at := map[string]int{}
	for rec, err := range b.mainTab.Records() {
		if err != nil {
			return nil, err
		}
		r := record{row: rec.Row, values: pack(rec.Values, &held), faults: faultsOf(0, rec)}
		key := row{&p.main, r.values}.get(p.key)
		if first, twice := at[key]; twice && key != "" {
			r.faults = append(r.faults, Fault{Row: rec.Row, Field: p.key, Code: "import.twice", Args: map[string]string{"row": strconv.Itoa(b.records[first].row)}})
		} else if key != "" {
			at[key] = len(b.records)
		}
		b.records = append(b.records, r)
		if held > maxHeld {
			return nil, errs.New(errs.TooLarge, "sheet.bomb")
		}
	}
	if err := b.readSubs(&held); err != nil {
		return nil, err
	}
	if len(b.records) == 0 {
		return nil, errs.New(errs.Invalid, "import.empty")
	}
	if p.above != nil {
		b.order(at)
	}
	for i := range b.records {
		for j := range b.records[i].faults {
			b.records[i].faults[j].Record = i
		}
	}
	return b, nil
}

// open recognises a file and its headings.
func (p plan) open(data []byte) (*batch, error) {
	book, err := sheet.Open(data, sheet.Standard)
	if err != nil {
		return nil, err
	}
	b := &batch{plan: p, settled: map[string]bool{}, fresh: map[string]bool{}}
	if b.mainTab, err = book.Table(p.main, true); err != nil {
		return nil, err
	}
	if len(p.sub.Columns) == 0 {
		return b, nil
	}
	b.subTab, err = book.Table(p.sub, false)
	if errs.Code(err) == "sheet.absent" {
		return b, nil
	}
	return b, err
}

func (b *batch) readSubs(held *int) error {
	if b.subTab == nil {
		return nil
	}
	// One main row may share its further rows with others: they go by the key that link makes of it.
	owners := map[string][]int{}
	for i := range b.records {
		k := b.plan.link(b.main(&b.records[i]))
		owners[k] = append(owners[k], i)
	}
	for rec, err := range b.subTab.Records() {
		if err != nil {
			return err
		}
		s := subRow{row: rec.Row, values: pack(rec.Values, held)}
		faults := faultsOf(1, rec)
		list := owners[b.sub(s).values[0]]
		if len(list) == 0 {
			if len(faults) == 0 {
				faults = []Fault{{Sheet: 1, Row: rec.Row, Field: b.plan.sub.Columns[0].Name, Code: "import.orphan"}}
			}
			b.records = append(b.records, record{subs: []subRow{s}, faults: faults})
		}
		for _, i := range list {
			b.records[i].subs = append(b.records[i].subs, s)
			b.records[i].faults = append(b.records[i].faults, faults...)
		}
		if *held > maxHeld {
			return errs.New(errs.TooLarge, "sheet.bomb")
		}
	}
	return nil
}

// pack copies values, so that a row does not keep the whole line alive that it was cut from.
func pack(values []string, held *int) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.Clone(v)
		*held += len(v) + 16
	}
	return out
}

func faultsOf(sheetNo int, rec sheet.Record) []Fault {
	var list []Fault
	for _, e := range rec.Problems {
		list = append(list, Fault{Sheet: sheetNo, Row: rec.Row, Field: e.Field, Code: e.Code, Args: e.Args})
	}
	return list
}

// order puts records behind those that they name as their parents. Circles stay; the owner refuses them.
func (b *batch) order(at map[string]int) {
	out := make([]record, 0, len(b.records))
	placed := make([]bool, len(b.records))
	for i := range b.records {
		var chain []int
		for j := i; !placed[j] && !slices.Contains(chain, j); {
			chain = append(chain, j)
			next, ok := at[b.plan.above(b.main(&b.records[j]))]
			if !ok {
				break
			}
			j = next
		}
		for _, j := range slices.Backward(chain) {
			placed[j] = true
			out = append(out, b.records[j])
		}
	}
	b.records = out
}

// dotted writes fields[2].name as fields.2.name.
var dotted = strings.NewReplacer("[", ".", "]", "")

// blame finds the cell that an error of the domain is about: "materials.2.name" is the column name of the third
// further row.
func (b *batch) blame(i int, err *errs.Error) Fault {
	r := &b.records[i]
	f := Fault{Record: i, Row: r.row, Code: err.Code, Args: err.Args}
	first, rest, _ := strings.Cut(dotted.Replace(err.Field), ".")
	if b.plan.subs != "" && first == b.plan.subs {
		number, column, _ := strings.Cut(rest, ".")
		column, _, _ = strings.Cut(column, ".")
		if n, fault := strconv.Atoi(number); fault == nil && n >= 0 && n < len(r.subs) {
			f.Sheet, f.Row = 1, r.subs[n].row
			f.Field = b.plan.column(b.plan.sub, column)
			return f
		}
	}
	f.Field = b.plan.column(b.plan.main, first)
	return f
}

// column is the column that the domain means by a name, "" if a form has none.
func (p plan) column(f sheet.Form, name string) string {
	if other, ok := p.columns[name]; ok {
		name = other
	}
	if f.Index(name) < 0 {
		return ""
	}
	return name
}

// authority is the role under which an actor may import a kind.
func (p plan) authority(a *authn.Actor) (string, error) {
	for _, r := range p.roles {
		if a.Has(r) {
			return r, nil
		}
	}
	return "", errs.New(errs.Denied, "denied")
}

func (d *Desk) plan(k Kind) (plan, error) {
	p, ok := d.plans[k]
	if !ok {
		return plan{}, errs.New(errs.NotFound, "import.kind")
	}
	return p, nil
}

// Template is an empty file of a kind.
func (d *Desk) Template(k Kind, english bool) ([]byte, error) {
	p, err := d.plan(k)
	if err != nil {
		return nil, err
	}
	forms := []sheet.Form{p.main}
	if len(p.sub.Columns) > 0 {
		forms = append(forms, p.sub)
	}
	var b bytes.Buffer
	if err := sheet.Template(&b, english, forms...); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// refusal is a refusal of the domain, as against a failure of ours.
func refusal(err error) (*errs.Error, bool) {
	e, ok := errors.AsType[*errs.Error](err)
	return e, ok && e.Kind != errs.Internal && e.Kind != errs.Unavailable
}
