package license

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
)

// Order says what all the licenses of a bulk have in common. They were reviewed before they are made: ReviewerID is
// the second person who let them be made.
type Order struct {
	TypeCode    string
	IssuerID    string
	MakerID     string
	ReviewerID  string
	Origin      Origin
	OriginID    string
	ConverterID string
	DueAt       time.Time
}

// Row is one license to be made.
type Row struct {
	Holders     []holder.Profile // the first one's shard keeps the license
	Fields      map[string]string
	Number      string    // "": the next one by the type's rule
	IssuedOn    time.Time // civil day in Beijing time
	PaperSerial string
}

// Bulk makes many licenses of one type by one issuer. Type, issuer and seals are looked up once, when it is opened.
// One goroutine at a time may draw, and one commit.
type Bulk struct {
	s      *Store
	o      Order
	t      *catalog.Type
	issuer org.Unit
	steps  []sealing.Step
	press  *face.Press

	mu sync.Mutex
	// What the chunks that are drawn and not committed yet count on. When one of them fails, all behind it are drawn anew.
	round int                        // grows when that happens
	next  map[string]int64           // by scope: the last number given
	fresh map[string]*holder.Entrant // by index of the code: whom they will enter
}

// Bulk opens the making of many licenses. It refuses what a single draft would be refused for its type or issuer.
func (s *Store) Bulk(ctx context.Context, o Order) (*Bulk, error) {
	if o.MakerID == o.ReviewerID {
		return nil, errs.New(errs.Denied, "license.same-person")
	}
	b := &Bulk{s: s, o: o}
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if b.t, b.issuer, err = s.madeHere(ctx, q, o.TypeCode, o.IssuerID, false); err != nil {
			return err
		}
		if len(b.t.Parts) > 0 {
			return errs.New(errs.Conflict, "license.parts-single")
		}
		keeper, err := s.keeper(ctx, q, o)
		if err != nil {
			return err
		}
		b.steps, err = s.sealPlan(ctx, q, b.t, keeper)
		if err == nil && !allAuto(b.steps) {
			err = errs.New(errs.Conflict, "seal.by-hand")
		}
		return err
	})
	if err != nil {
		return nil, s.unsealed(ctx, sealing.Subject{Kind: sealing.OfChunk, ID: o.OriginID, TypeCode: o.TypeCode, AccountID: o.ReviewerID}, err)
	}
	if b.press, err = s.o.Faces.Press(b.t); err != nil {
		return nil, err
	}
	b.forget()
	return b, nil
}

// Check judges a row by all that can be known without the database: its fields, its holders, its period, and whether
// every value fits its place on the face and can be drawn.
func (b *Bulk) Check(row Row) error {
	values, err := b.values(row)
	if err != nil {
		return err
	}
	return b.press.Check(face.Input{Values: values, Code: sampleCode}, b.s.o.Clock.Now())
}

// values are what a row puts on the face, with a number as long as any where it has none yet.
func (b *Bulk) values(row Row) (map[string]string, error) {
	if err := b.admit(row); err != nil {
		return nil, err
	}
	holders := make([]holder.Holder, len(row.Holders))
	for i, p := range row.Holders {
		holders[i] = holder.Holder{Kind: p.Kind(), Profile: p}
	}
	number := row.Number
	if number == "" {
		number = strings.Repeat("8", longestNumber)
	}
	return b.s.elements(b.t, holders, b.issuer, b.draft(row), number, ""), nil
}

func (b *Bulk) draft(row Row) Draft {
	return Draft{TypeCode: b.t.Code, IssuerID: b.issuer.ID, Fields: row.Fields, Number: row.Number, MakerID: b.o.MakerID,
		IssuedOn: row.IssuedOn, DueAt: b.o.DueAt, Origin: b.o.Origin, OriginID: b.o.OriginID, ConverterID: b.o.ConverterID,
		PaperSerial: row.PaperSerial}
}

// sampleCode stands for the check code where a face is drawn for the eye only; nothing is found under it.
const sampleCode = "abcdefghijklmnopqrstuvwxyz"

// Ask asks the base registers of the type's rules about rows, many in one question, when they are checked: faults[i] says
// that a register contradicts row i so that it cannot be made. One that does not answer is nobody's fault; Make asks again.
func (b *Bulk) Ask(ctx context.Context, rows []Row) (said []register.Verdict, faults []error, err error) {
	if said, err = b.s.ask(ctx, b.t, rows); err != nil {
		return nil, nil, err
	}
	faults = make([]error, len(rows))
	for i, v := range said {
		if v.Effect == catalog.Block {
			faults[i] = v.Err(b.t)
		}
	}
	return said, faults, nil
}

// Sample draws a row's face as SVG, for whoever reviews it. It has no seal, and its number may be made up.
func (b *Bulk) Sample(row Row) ([]byte, error) {
	values, err := b.values(row)
	if err != nil {
		return nil, err
	}
	p, err := b.press.License(face.Input{Values: values, Code: sampleCode}, len(b.steps), b.s.o.Clock.Now())
	if err != nil {
		return nil, err
	}
	pages, err := p.RenderAll(ofd.RenderOptions{})
	if err != nil {
		return nil, err
	}
	return ofd.Stack(pages).SVG(), nil
}

// Also is what a caller writes in the transaction that publishes a chunk. made[i] is zero where refused[i] says why.
type Also func(ctx context.Context, tx *db.Tx, made []License, refused []error) error

// Make draws a chunk and commits it.
func (b *Bulk) Make(ctx context.Context, rows []Row, also Also) (made []License, refused []error, err error) {
	c, err := b.Draw(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	return c.Commit(ctx, also)
}
