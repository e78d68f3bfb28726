package batch

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// Upload is a file of rows.
type Upload struct {
	Kind     Kind
	TypeCode string
	IssuerID string // of old licenses that another unit issued; "" is the own unit
	FileName string // as shown; may be empty
	Data     []byte
}

// Bounds of what a unit may pile up, and of a file's name.
const (
	maxOpen = 20
	maxName = 120
)

// Begin takes a file in, whose maker then says which column is which. What can be seen at once is refused at once: a file
// of no known kind, a type that the unit may not issue or that is not made here.
func (d *Desk) Begin(ctx context.Context, a *authn.Actor, u Upload) (Batch, error) {
	if u.Kind != New && u.Kind != Stock {
		return Batch{}, errs.New(errs.Invalid, "field.option").On("kind")
	}
	issuer := cmp.Or(u.IssuerID, a.UnitID)
	if issuer != a.UnitID && u.Kind != Stock {
		return Batch{}, errs.New(errs.Denied, "license.not-issuer")
	}
	if _, err := d.bulk(ctx, Batch{Kind: u.Kind, TypeCode: u.TypeCode, IssuerID: issuer, UnitID: a.UnitID, MakerID: a.AccountID}); err != nil {
		return Batch{}, err
	}
	if err := d.o.DB.Read(ctx, func(q *db.Tx) error { return d.room(ctx, q, a.UnitID) }); err != nil {
		return Batch{}, err // before a file is kept for nothing
	}
	now := d.o.Clock.Now()
	b := Batch{ID: db.NewID(), Kind: u.Kind, TypeCode: u.TypeCode, IssuerID: issuer, UnitID: a.UnitID, State: Mapping, MakerID: a.AccountID,
		FileName: nameOf(u.FileName), CreatedAt: now, UpdatedAt: now, RowVersion: 1}
	key, err := gm.NewKey()
	if err != nil {
		return Batch{}, err
	}
	if b.key, err = d.o.Keys.Wrap(key, []byte("batch:"+b.ID)); err != nil {
		return Batch{}, fmt.Errorf("keep batch: %w", err)
	}
	if b.fileRef, err = d.keep(ctx, vault{key, b.ID}, u.Data); err != nil {
		return Batch{}, err
	}
	if err := d.o.DB.Write(ctx, func(tx *db.Tx) error { return d.insert(ctx, tx, a, b) }); err != nil {
		d.discard(ctx, b.fileRef)
		return Batch{}, err
	}
	return b, nil
}

// bulk opens the making of a batch's licenses.
func (d *Desk) bulk(ctx context.Context, b Batch) (*license.Bulk, error) {
	origin, converter := license.Batch, ""
	if b.Kind == Stock {
		origin = license.Stock
		if b.UnitID != b.IssuerID {
			converter = b.UnitID
		}
	}
	return d.o.Licenses.Bulk(ctx, license.Order{TypeCode: b.TypeCode, IssuerID: b.IssuerID, MakerID: b.MakerID, ReviewerID: b.ReviewerID,
		Origin: origin, OriginID: b.ID, ConverterID: converter, DueAt: b.DueAt})
}

// keep stores a file that can be read as a list.
func (d *Desk) keep(ctx context.Context, v vault, data []byte) (string, error) {
	book, err := sheet.Open(data, sheet.Large)
	if err != nil {
		return "", err
	}
	if _, err := book.Head(1); err != nil {
		return "", err
	}
	sealed, err := gm.Encrypt(v.key, data, v.aad(0))
	if err != nil {
		return "", err
	}
	return d.o.Files.Put(ctx, sealed)
}

// file opens the file that waits to be read.
func (d *Desk) file(ctx context.Context, b Batch, v vault) (*sheet.Book, error) {
	sealed, err := d.o.Files.Get(ctx, b.fileRef)
	if err != nil {
		return nil, fmt.Errorf("get file: %w", err)
	}
	data, err := gm.Decrypt(v.key, sealed, v.aad(0))
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return sheet.Open(data, sheet.Large)
}

// room refuses a further batch of a unit that has many open.
func (d *Desk) room(ctx context.Context, q *db.Tx, unitID string) error {
	var open int
	if err := q.QueryRow(ctx, `
		SELECT count(*) FROM batch
		WHERE unit_id = $1 AND ended_at = 0`, unitID).Scan(&open); err != nil {
		return fmt.Errorf("count batches: %w", err)
	}
	if open >= maxOpen {
		return errs.New(errs.Conflict, "batch.many").With("max", fmt.Sprint(maxOpen))
	}
	return nil
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, a *authn.Actor, b Batch) error {
	if err := d.room(ctx, tx, b.UnitID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO batch (`+columns+`, node, lease)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', $8, '', $9, '', 0, 0, 0, 0, 0, 0, '', $10, 0, 0, $11, $11, 0, 1, '', 0)`,
		b.ID, string(b.Kind), b.TypeCode, b.IssuerID, b.UnitID, string(b.State), b.MakerID, b.FileName, b.fileRef, b.key, db.Micros(b.CreatedAt))
	if err != nil {
		return fmt.Errorf("enter batch: %w", err)
	}
	return d.tell(ctx, tx, a, b, "create", "批量制证")
}

// tell writes a step of a batch on the trail.
func (d *Desk) tell(ctx context.Context, tx *db.Tx, a *authn.Actor, b Batch, action, reason string) error {
	return d.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Batch, SubjectID: b.ID, Action: action,
		After: map[string]any{"kind": b.Kind, "type": b.TypeCode, "state": b.State, "total": b.Total, "good": b.Good, "bad": b.Bad}})
}

// nameOf is a file's name as it is shown: without its folder, and not too long.
func nameOf(s string) string {
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	if r := []rune(s); len(r) > maxName {
		s = string(r[:maxName])
	}
	return s
}

// Preview is the beginning of a file, and what its columns seem to be.
type Preview struct {
	Rows     [][]string        // the row of headings first
	Columns  []sheet.Column    // that the type has
	Headings map[string]string // heading by column, as proposed
}

// previewRows is how much of a file is shown.
const previewRows = 8

// Preview shows the beginning of the file of a batch, to its maker alone: what stands there is personal.
func (d *Desk) Preview(ctx context.Context, a *authn.Actor, id string) (Preview, error) {
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
		return Preview{}, err
	}
	if b.State != Mapping {
		return Preview{}, errs.New(errs.Conflict, "batch.stage")
	}
	v, err := d.vault(b)
	if err != nil {
		return Preview{}, err
	}
	book, err := d.file(ctx, b, v)
	if err != nil {
		return Preview{}, err
	}
	f := form(t, b.Kind)
	rows, err := book.Head(previewRows)
	if err != nil {
		return Preview{}, err
	}
	head, headings := f.Guess(rows)
	return Preview{Rows: rows[head:], Columns: f.Columns, Headings: headings}, nil
}

// own is a batch in its maker's hands.
func (d *Desk) own(ctx context.Context, q *db.Tx, a *authn.Actor, id string) (Batch, error) {
	b, err := d.Get(ctx, q, a, id)
	if err == nil && b.MakerID != a.AccountID {
		return Batch{}, errs.New(errs.Denied, "batch.not-yours")
	}
	return b, err
}

// Map says under which heading each column of the type stands; then the rows are read and judged.
func (d *Desk) Map(ctx context.Context, a *authn.Actor, id string, headings map[string]string) (Batch, error) {
	p, err := d.Preview(ctx, a, id)
	if err != nil {
		return Batch{}, err
	}
	chosen := map[string]string{}
	for name, heading := range headings {
		if heading == "" {
			continue
		}
		if !slices.ContainsFunc(p.Columns, func(c sheet.Column) bool { return c.Name == name }) || !slices.Contains(p.Rows[0], heading) {
			return Batch{}, errs.New(errs.Invalid, "batch.heading").On("headings")
		}
		for other, h := range chosen {
			if h == heading {
				return Batch{}, errs.New(errs.Invalid, "batch.heading-twice").On("headings").With("columns", labels(p.Columns, other, name))
			}
		}
		chosen[name] = heading
	}
	var missing []string
	for _, c := range p.Columns {
		if c.Required && chosen[c.Name] == "" {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) > 0 {
		return Batch{}, errs.New(errs.Invalid, "batch.heading-missing").On("headings").With("columns", labels(p.Columns, missing...))
	}
	text, err := json.Marshal(chosen)
	if err != nil {
		return Batch{}, fmt.Errorf("encode headings: %w", err)
	}
	b, err := d.step(ctx, a, id, Mapping, Checking, "map", `headings = $5`, string(text))
	d.stir()
	return b, err
}

func labels(columns []sheet.Column, names ...string) string {
	var list []string
	for _, c := range columns {
		if slices.Contains(names, c.Name) {
			list = append(list, c.Zh)
		}
	}
	return strings.Join(list, "、")
}
