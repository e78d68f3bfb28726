package license

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/register"
)

// Chunk is some rows drawn and sealed, their files laid down but nobody's yet.
type Chunk struct {
	b     *Bulk
	rows  []Row
	round int
	pile  *blob.Pile
	done  []drawn
	asked []register.Verdict // what base registers said of the rows; nil where none is asked
	first map[string]int64   // by scope: the last number before the chunk's
	last  map[string]int64   // and the chunk's last
	// careful says that a number which the rule came to was given before, to an old license: each is looked up first.
	careful bool
	stated  map[string]bool // numbers that rows name themselves
}

// drawn is what has become of a row: all that the database is to hold, encrypted already.
type drawn struct {
	refused error
	license License
	holders []*holder.Entrant
	number  []byte // blind index
	code    []byte // hash of the check code
	keys    [][]byte
	data    []byte
	leaf    evidence.Prepared

	given string // number
	scope string // of the running number, "" where it has none
}

// Draw draws and seals rows, several at once, and lays their files down. Nothing is published yet, and the next chunk
// may be drawn while this one commits: chunks are committed in the order in which they were drawn, and every chunk is
// committed or dropped. What is dropped leaves no more than bytes that nobody reads.
func (b *Bulk) Draw(ctx context.Context, rows []Row) (*Chunk, error) {
	c := &Chunk{b: b, rows: rows, stated: map[string]bool{}}
	for _, r := range rows {
		c.stated[r.Number] = r.Number != ""
	}
	if err := c.ask(ctx); err != nil {
		return nil, err
	}
	return c, c.draw(ctx, false)
}

// Drop gives a chunk up that will not be committed, and with it all that were drawn after it.
func (c *Chunk) Drop() {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	c.b.forget()
	c.pile.Drop()
}

// forget lets all that is drawn and not committed be drawn anew. The caller holds mu.
func (b *Bulk) forget() {
	b.round++
	b.next, b.fresh = map[string]int64{}, map[string]*holder.Entrant{}
}

// draw draws the chunk; again says that what it and those behind it counted on has changed.
func (c *Chunk) draw(ctx context.Context, again bool) error {
	for {
		if err := c.plan(ctx, again); err != nil {
			return err
		}
		c.pile = c.b.s.o.Files.Pile()
		gap, err := c.fill(ctx)
		if err == nil && !gap {
			return nil
		}
		c.pile.Drop()
		c.giveBack()
		if err != nil {
			return err
		}
		again = false // a row with a running number could not be drawn: the numbers after it are others
	}
}

// giveBack lets the numbers that the chunk was given be given again.
func (c *Chunk) giveBack() {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	if c.round == c.b.round {
		maps.Copy(c.b.next, c.first)
	}
}

// plan judges the rows and settles what is one after the other: their holders and their numbers.
func (c *Chunk) plan(ctx context.Context, again bool) error {
	b := c.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if again {
		b.forget()
	}
	earlier := c.done
	c.round, c.done = b.round, make([]drawn, len(c.rows))
	c.first, c.last = map[string]int64{}, map[string]int64{}
	var profiles []holder.Profile
	for i, row := range c.rows {
		d := &c.done[i]
		if earlier != nil {
			d.refused = earlier[i].refused
		}
		if d.refused == nil {
			d.refused = b.admit(row)
		}
		if d.refused == nil && c.asked != nil {
			d.refused = c.asked[i].Err(b.t)
		}
		if d.refused != nil {
			continue
		}
		for _, p := range row.Holders {
			if b.fresh[b.s.o.Holders.Index(p.Code)] == nil {
				profiles = append(profiles, p)
			}
		}
	}
	return b.s.o.DB.Read(ctx, func(q *db.Tx) error {
		known, err := b.s.o.Holders.Prepare(ctx, q, profiles)
		if err != nil {
			return err
		}
		for i, row := range c.rows {
			d := &c.done[i]
			if d.refused != nil {
				continue
			}
			for _, p := range row.Holders {
				index := b.s.o.Holders.Index(p.Code)
				e := known[index]
				if e == nil {
					e = b.fresh[index]
				}
				if e.Fresh() {
					b.fresh[index] = e
				}
				d.holders = append(d.holders, e)
				if d.refused, err = c.held(ctx, q, e, d.refused); err != nil {
					return err
				}
			}
			if d.refused != nil {
				continue
			}
			if err := c.number(ctx, q, d, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// held refuses a row whose holder has a license of the type in force, where the type forbids a second one.
func (c *Chunk) held(ctx context.Context, q *db.Tx, e *holder.Entrant, refused error) (error, error) {
	if refused != nil || c.b.t.Duplicate != catalog.Block || c.b.o.Origin == Stock || e.Fresh() {
		return refused, nil
	}
	has, err := c.b.s.inForce(ctx, q, e.ID, c.b.t.Code)
	if has {
		return errs.New(errs.Conflict, "license.held").On("CZZT"), err
	}
	return nil, err
}

// number gives a row its number. The caller holds mu.
func (c *Chunk) number(ctx context.Context, q *db.Tx, d *drawn, row Row) error {
	if d.given = row.Number; d.given != "" {
		return nil
	}
	filled, scope, err := fill(c.b.t, c.b.issuer, row.Holders[0].Code, row.IssuedOn)
	if err != nil || filled.Width == 0 {
		d.given = filled.Number(0)
		return err
	}
	last, known := c.b.next[scope]
	if !known {
		if err := q.QueryRow(ctx, `SELECT last FROM numbering WHERE scope = $1`, scope).Scan(&last); err != nil && !errors.Is(err, db.ErrNoRows) {
			return fmt.Errorf("look at numbers: %w", err)
		}
	}
	if _, known := c.first[scope]; !known {
		c.first[scope] = last
	}
	for last++; ; last++ {
		taken := c.stated[filled.Number(last)]
		if !taken && c.careful {
			if taken, err = c.b.s.given(ctx, q, c.b.t.Code, c.b.issuer.ID, filled.Number(last)); err != nil {
				return err
			}
		}
		if !taken {
			break
		}
	}
	c.b.next[scope], c.last[scope] = last, last
	d.given, d.scope = filled.Number(last), scope
	return nil
}

// fill draws the rows on all processors; gap says that one with a running number could not be drawn.
func (c *Chunk) fill(ctx context.Context) (gap bool, err error) {
	now := c.b.s.o.Clock.Now().UTC()
	var at atomic.Int64
	var workers sync.WaitGroup
	failed := make([]error, runtime.GOMAXPROCS(0))
	for w := range failed {
		workers.Go(func() {
			var room []byte
			for failed[w] == nil && ctx.Err() == nil {
				i := int(at.Add(1)) - 1
				if i >= len(c.rows) {
					return
				}
				if d := &c.done[i]; d.refused == nil {
					failed[w] = c.one(ctx, d, c.rows[i], &room, now)
				}
			}
		})
	}
	workers.Wait()
	if err := errors.Join(append(failed, ctx.Err())...); err != nil {
		return false, err
	}
	for i := range c.done {
		gap = gap || c.done[i].refused != nil && c.done[i].scope != ""
	}
	return gap, nil
}

// one draws, seals and encrypts one row, in a room that is used again. What is the row's own fault refuses it.
func (c *Chunk) one(ctx context.Context, d *drawn, row Row, room *[]byte, now time.Time) error {
	b := c.b
	identifier, err := mint(b.t, b.issuer)
	if err != nil {
		return err
	}
	draft := b.draft(row)
	holders := make([]holder.Holder, len(d.holders))
	for i, e := range d.holders {
		draft.Holders = append(draft.Holders, e.ID)
		holders[i] = holder.Holder{ID: e.ID, Profile: row.Holders[i]}
	}
	d.license = License{
		HolderID: draft.Holders[0], ID: db.NewID(), TypeCode: b.t.Code, TypeVersion: b.t.Version, IssuerID: b.issuer.ID,
		VersionNo: 1, Holders: draft.Holders, Step: StepPublished, Identifier: identifier, MakerID: b.o.MakerID, ReviewerID: b.o.ReviewerID,
		IssuedOn: clock.Date(row.IssuedOn), MadeAt: now, DueAt: b.o.DueAt, PublishedAt: now,
		Origin: b.o.Origin, OriginID: b.o.OriginID, ConverterID: b.o.ConverterID, PaperSerial: row.PaperSerial, RowVersion: 1,
	}
	l := &d.license
	if l.ValidFrom, l.ValidTo, err = b.t.Validity.Period(l.IssuedOn, row.Fields[endOfValidity]); err != nil {
		return err
	}
	l.begin(b.t, License{})
	body := body{Values: b.s.elements(b.t, holders, b.issuer, draft, d.given, identifier), Code: strings.ToLower(rand.Text())}
	sealed, err := b.s.seal(b.press, body, b.steps)
	if refusal, ok := errors.AsType[*errs.Error](err); ok && refusal.Kind == errs.Invalid {
		d.refused = err
		return nil
	}
	if err != nil {
		return err
	}
	return sealed.Borrow(func(file []byte) error { return c.keep(ctx, d, body, file, room, now) })
}

// keep encrypts what a license says and its file, and lays the file down.
func (c *Chunk) keep(ctx context.Context, d *drawn, b body, file []byte, room *[]byte, now time.Time) error {
	s, l := c.b.s, &d.license
	l.FileDigest = digest(file)
	key, err := gm.NewKey()
	if err != nil {
		return err
	}
	if *room, err = gm.AppendEncrypted((*room)[:0], key, file, []byte("file:"+l.ID)); err != nil {
		return err
	}
	if l.FileRef, err = c.pile.Add(ctx, *room); err != nil {
		return err
	}
	plain, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode license data: %w", err)
	}
	if d.data, err = gm.Encrypt(key, plain, []byte(l.ID)); err != nil {
		return err
	}
	for _, e := range d.holders {
		wrapped, err := e.Seal(key)
		if err != nil {
			return err
		}
		d.keys = append(d.keys, wrapped)
	}
	d.number, d.code = s.numberIndex(*l, b), codeHash(b.Code)
	d.leaf, err = s.o.Book.Prepare(s.leaf(*l, "publish", now, l.ReviewerID, l.IssuerID, l.OriginID), d.holders[0].Seal)
	return err
}

// admit judges a row as Draft does, but for its face.
func (b *Bulk) admit(row Row) error {
	if err := countHolders(b.t, len(row.Holders)); err != nil {
		return err
	}
	if err := b.t.CheckFields(row.Fields); err != nil {
		return err
	}
	for _, p := range row.Holders {
		if b.t.HolderKind != catalog.Mixed && b.t.HolderKind != p.Kind() {
			return errs.New(errs.Invalid, "license.holder-kind")
		}
	}
	_, _, err := b.t.Validity.Period(clock.Date(row.IssuedOn), row.Fields[endOfValidity])
	return err
}
