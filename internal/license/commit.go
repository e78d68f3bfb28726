package license

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// errOvertaken says that others took the numbers or entered the holders that a chunk counted on.
var errOvertaken = errors.New("overtaken")

// redraws bounds how often a chunk is drawn anew because others were faster.
const redraws = 8

// Commit publishes a chunk in one durable transaction, and also() with it. A row that can no longer be made, because
// its number is taken, is refused by itself; an error means that nothing of the chunk was written.
//
// Numbers are given without gaps and without being reserved: the transaction takes them only if nobody has taken any
// since the chunk was drawn, and else the chunk is drawn anew.
func (c *Chunk) Commit(ctx context.Context, also Also) (made []License, refused []error, err error) {
	for range redraws {
		if c.stale() {
			c.pile.Drop()
			if err := c.draw(ctx, false); err != nil {
				return nil, nil, c.fail(err)
			}
		}
		if err := c.pile.Sync(); err != nil {
			return nil, nil, c.fail(err)
		}
		err = c.b.s.o.DB.Write(ctx, func(tx *db.Tx) error {
			made, refused, err = c.publish(ctx, tx)
			if err != nil {
				return err
			}
			return also(ctx, tx, made, refused)
		})
		if !errors.Is(err, errOvertaken) && !errors.Is(err, holder.ErrMeanwhile) {
			break
		}
		if err := c.draw(ctx, true); err != nil {
			return nil, nil, c.fail(err)
		}
	}
	if err != nil {
		return nil, nil, c.fail(err)
	}
	c.settle(refused)
	return made, refused, nil
}

// stale reports that the chunk counts on one before it that was not committed.
func (c *Chunk) stale() bool {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	return c.round != c.b.round
}

// fail ends the chunk, and has those behind it drawn anew.
func (c *Chunk) fail(err error) error {
	c.Drop()
	return err
}

// settle notes which holders stand in the database now, and forgets of those of the chunk.
func (c *Chunk) settle(refused []error) {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	for i := range c.done {
		for _, e := range c.done[i].holders {
			if refused[i] == nil {
				e.Entered()
			}
			delete(c.b.fresh, c.b.s.o.Holders.Index(e.Profile.Code))
		}
	}
}

// publish writes what the chunk holds.
func (c *Chunk) publish(ctx context.Context, tx *db.Tx) (made []License, refused []error, err error) {
	if err := c.takeNumbers(ctx, tx); err != nil {
		return nil, nil, err
	}
	taken, err := c.claimNumbers(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	made, refused = make([]License, len(c.rows)), make([]error, len(c.rows))
	var good []*drawn
	for i := range c.done {
		switch d := &c.done[i]; {
		case d.refused != nil:
			refused[i] = d.refused
		case taken[i] && d.scope != "":
			c.careful = true
			return nil, nil, errOvertaken
		case taken[i]:
			refused[i] = errs.New(errs.Conflict, "license.duplicate")
		default:
			made[i] = d.license
			good = append(good, d)
		}
	}
	if err := c.b.s.o.Holders.Enter(ctx, tx, entrants(good)); err != nil {
		return nil, nil, err
	}
	if err := c.keepAnswers(ctx, tx, made); err != nil {
		return nil, nil, err
	}
	if err := c.b.s.insertMany(ctx, tx, good); err != nil {
		return nil, nil, err
	}
	return made, refused, c.logSeals(ctx, tx, good)
}

// logSeals writes one row a seal for all licenses of the chunk.
func (c *Chunk) logSeals(ctx context.Context, tx *db.Tx, good []*drawn) error {
	if len(good) == 0 {
		return nil
	}
	digests := make([]string, len(good))
	for i, d := range good {
		digests[i] = d.license.FileDigest
	}
	o := c.b.o
	return c.b.s.o.Seals.Log(ctx, tx, c.b.steps, sealing.Subject{Kind: sealing.OfChunk, ID: o.OriginID, TypeCode: o.TypeCode, Count: len(good),
		Digest: sealing.Over(digests), AccountID: o.ReviewerID})
}

// takeNumbers moves the counters on, from where they stood when the chunk was drawn.
func (c *Chunk) takeNumbers(ctx context.Context, tx *db.Tx) error {
	for scope, first := range c.first {
		n, err := tx.Exec(ctx, `
			INSERT INTO numbering (scope, last) VALUES ($1, $2)
			ON CONFLICT (scope) DO UPDATE SET last = excluded.last
			WHERE numbering.last = $3`, scope, c.last[scope], first)
		if err != nil {
			return fmt.Errorf("take numbers: %w", err)
		}
		if n == 0 {
			return errOvertaken
		}
	}
	return nil
}

// claimNumbers claims the numbers of all rows and tells which of them are taken, by another row or another license.
func (c *Chunk) claimNumbers(ctx context.Context, tx *db.Tx) (map[int]bool, error) {
	var rows [][]any
	byIndex := map[string]int{}
	taken := map[int]bool{}
	for i := range c.done {
		d := &c.done[i]
		if d.refused != nil {
			continue
		}
		if _, twice := byIndex[string(d.number)]; twice {
			taken[i] = true
			continue
		}
		byIndex[string(d.number)] = i
		rows = append(rows, []any{d.number, d.license.HolderID, d.license.ID})
	}
	n, err := tx.Insert(ctx, `license_number (number_index, holder_id, license_id)`, `ON CONFLICT (number_index) DO NOTHING`, rows)
	if err != nil {
		return nil, fmt.Errorf("claim numbers: %w", err)
	}
	if n == int64(len(rows)) {
		return taken, nil
	}
	for _, row := range rows {
		var owner string
		if err := tx.QueryRow(ctx, `SELECT license_id FROM license_number WHERE number_index = $1`, row[0]).Scan(&owner); err != nil {
			return nil, fmt.Errorf("claim numbers: %w", err)
		}
		if owner != row[2] {
			taken[byIndex[string(row[0].([]byte))]] = true
		}
	}
	return taken, nil
}

// entrants are the holders of licenses, each once.
func entrants(good []*drawn) []*holder.Entrant {
	var out []*holder.Entrant
	seen := map[*holder.Entrant]bool{}
	for _, d := range good {
		for _, e := range d.holders {
			if !seen[e] {
				seen[e] = true
				out = append(out, e)
			}
		}
	}
	return out
}

// insertMany enters licenses with all that leads to them and their first event.
func (s *Store) insertMany(ctx context.Context, tx *db.Tx, good []*drawn) error {
	tables := []struct{ into, columns string }{
		{"license_index", "identifier, holder_id, license_id"},
		{"license_code", "code_hash, holder_id, license_id"},
		{"license_key", "holder_id, license_id, wrapped"},
		{"license_link", "holder_id, license_id, first_holder_id"},
		{"license", columns + ", data"},
		{"license_event", "holder_id, license_id, seq, action, account_id, unit_id, ground, at, leaf_id"},
	}
	rows := make([][][]any, len(tables))
	leaves := make([]evidence.Prepared, 0, len(good))
	for _, d := range good {
		l := &d.license
		whole, err := l.row()
		if err != nil {
			return err
		}
		add := func(table int, row ...any) { rows[table] = append(rows[table], row) }
		add(0, l.Identifier, l.HolderID, l.ID)
		add(1, d.code, l.HolderID, l.ID)
		for i, id := range l.Holders {
			add(2, id, l.ID, d.keys[i])
			if i > 0 {
				add(3, id, l.ID, l.HolderID)
			}
		}
		add(4, append(whole, d.data)...)
		add(5, l.HolderID, l.ID, 1, "publish", l.ReviewerID, l.IssuerID, l.OriginID, db.Micros(l.PublishedAt), d.leaf.LeafID)
		leaves = append(leaves, d.leaf)
	}
	for i, t := range tables {
		if _, err := tx.Insert(ctx, t.into+" ("+t.columns+")", "", rows[i]); err != nil {
			return fmt.Errorf("enter %s: %w", strings.ReplaceAll(t.into, "_", " "), err)
		}
	}
	return s.o.Book.Enter(ctx, tx, leaves)
}

// row is a license as the database keeps it, in the order of columns.
func (l *License) row() ([]any, error) {
	holders, err := json.Marshal(l.Holders)
	if err != nil {
		return nil, fmt.Errorf("encode holders: %w", err)
	}
	return []any{l.HolderID, l.ID, l.TypeCode, l.TypeVersion, l.IssuerID, l.VersionNo, string(holders), string(l.Step), l.Ended, string(l.Holds),
		l.Identifier, l.CaseNo, l.MakerID, l.ReviewerID, db.Micros(l.IssuedOn), db.Micros(l.ValidFrom), db.Micros(l.ValidTo),
		l.FileRef, l.FileDigest, db.Micros(l.MadeAt), db.Micros(l.DueAt), db.Micros(l.PublishedAt), string(l.Origin), l.OriginID,
		l.ConverterID, l.PaperSerial, l.Follows, db.Micros(l.InspectDue), db.Micros(l.InspectBy), db.Micros(l.RemindAt), l.RowVersion}, nil
}
