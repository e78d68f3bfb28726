package license

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/org"
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
}

// Bulk opens the making of many licenses. It refuses what a single draft would be refused for its type or issuer.
func (s *Store) Bulk(ctx context.Context, o Order) (*Bulk, error) {
	if o.MakerID == o.ReviewerID {
		return nil, errs.New(errs.Denied, "license.same-person")
	}
	b := &Bulk{s: s, o: o}
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if b.t, b.issuer, err = s.makable(ctx, q, o.TypeCode, o.IssuerID, false); err != nil {
			return err
		}
		b.steps, err = s.sealPlan(ctx, q, b.t, License{IssuerID: o.IssuerID})
		return err
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Check judges a row by all that can be known without the database: its fields, its holders, its period, and whether
// every value fits its place on the face and can be drawn.
func (b *Bulk) Check(row Row) error {
	values, err := b.values(row)
	if err != nil {
		return err
	}
	_, err = b.s.o.Faces.License(b.t, face.Input{Values: values, Code: strings.ToLower(rand.Text())}, len(b.steps), b.s.o.Clock.Now())
	return err
}

// values are what a row puts on the face, with a number as long as any where it has none yet.
func (b *Bulk) values(row Row) (map[string]string, error) {
	if err := countHolders(b.t, len(row.Holders)); err != nil {
		return nil, err
	}
	if err := b.t.CheckFields(row.Fields); err != nil {
		return nil, err
	}
	var holders []holder.Holder
	for _, p := range row.Holders {
		h := holder.Holder{Kind: p.Kind(), Profile: p}
		if b.t.HolderKind != catalog.Mixed && b.t.HolderKind != h.Kind {
			return nil, errs.New(errs.Invalid, "license.holder-kind")
		}
		holders = append(holders, h)
	}
	d := b.draft(row)
	if _, _, err := b.t.Validity.Period(clock.Date(d.IssuedOn), d.Fields[endOfValidity]); err != nil {
		return nil, err
	}
	number := row.Number
	if number == "" {
		number = strings.Repeat("8", longestNumber)
	}
	return b.s.elements(b.t, holders, b.issuer, d, number, ""), nil
}

func (b *Bulk) draft(row Row) Draft {
	return Draft{TypeCode: b.t.Code, IssuerID: b.issuer.ID, Fields: row.Fields, Number: row.Number, MakerID: b.o.MakerID,
		IssuedOn: row.IssuedOn, DueAt: b.o.DueAt, Origin: b.o.Origin, OriginID: b.o.OriginID, ConverterID: b.o.ConverterID,
		PaperSerial: row.PaperSerial}
}

// Sample draws a row's face as SVG, for whoever reviews it. It has no seal, and its number may be made up.
func (b *Bulk) Sample(row Row) ([]byte, error) {
	values, err := b.values(row)
	if err != nil {
		return nil, err
	}
	p, err := b.s.o.Faces.License(b.t, face.Input{Values: values, Code: strings.ToLower(rand.Text())}, len(b.steps), b.s.o.Clock.Now())
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

// Chunk is some rows drawn and sealed, their files not yet anybody's.
type Chunk struct {
	b    *Bulk
	rows []Row
}

// Draw draws and seals rows and lays their files down. Nothing is published yet, and the next chunk may be drawn
// while this one commits: chunks are committed in the order in which they were drawn. Whatever happens before Commit
// leaves no more than bytes that nobody reads.
func (b *Bulk) Draw(_ context.Context, rows []Row) (*Chunk, error) {
	return &Chunk{b: b, rows: rows}, nil
}

// Commit publishes a chunk in one durable transaction, and also() with it. A row that can no longer be made, because
// its number is taken, is refused by itself; an error means that nothing of the chunk was written.
func (c *Chunk) Commit(ctx context.Context, also Also) (made []License, refused []error, err error) {
	err = c.b.s.o.DB.Write(ctx, func(tx *db.Tx) error {
		made, refused = make([]License, len(c.rows)), make([]error, len(c.rows))
		for i, row := range c.rows {
			l, err := c.b.make1(ctx, tx, row)
			switch {
			case errs.Code(err) == "license.duplicate":
				refused[i] = err
			case err != nil:
				return err
			default:
				made[i] = l
			}
		}
		return also(ctx, tx, made, refused)
	})
	if err != nil {
		return nil, nil, err
	}
	return made, refused, nil
}

// Make draws a chunk and commits it.
func (b *Bulk) Make(ctx context.Context, rows []Row, also Also) (made []License, refused []error, err error) {
	c, err := b.Draw(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	return c.Commit(ctx, also)
}

func (b *Bulk) make1(ctx context.Context, tx *db.Tx, row Row) (License, error) {
	d := b.draft(row)
	for _, p := range row.Holders {
		id, err := b.s.o.Holders.Put(ctx, tx, p)
		if err != nil {
			return License{}, err
		}
		d.Holders = append(d.Holders, id)
	}
	l, err := b.s.Draft(ctx, tx, d)
	if err != nil {
		return License{}, err
	}
	body, err := b.s.body(ctx, tx, l)
	if err != nil {
		return License{}, err
	}
	key, err := b.s.key(ctx, tx, l.HolderID, l.ID)
	if err != nil {
		return License{}, err
	}
	file, err := b.s.seal(b.t, body, b.steps)
	if err != nil {
		return License{}, err
	}
	if l.FileRef, err = b.s.store(ctx, key, file, l.ID); err != nil {
		return License{}, err
	}
	l.FileDigest = digest(file)
	if err := b.s.sealed(ctx, tx, &l); err != nil {
		return License{}, err
	}
	return b.s.Review(ctx, tx, Review{HolderID: l.HolderID, LicenseID: l.ID, ReviewerID: b.o.ReviewerID, UnitID: b.o.IssuerID, Publish: true})
}
