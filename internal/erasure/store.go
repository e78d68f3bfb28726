package erasure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/holder"
)

const columns = `erasure_id, holder_id, state, reason, words, asked_by, asked_role, asked_at, decided_by, decided_at, codes, step, counts,
	ended_at, leaf_id, row_version`

// Get gives one erasure, or errs "erasure.unknown".
func (d *Desk) Get(ctx context.Context, q *db.Tx, id string) (Erasure, error) {
	found, err := d.list(ctx, q, `SELECT `+columns+` FROM erasure WHERE erasure_id = $1`, id)
	if err != nil {
		return Erasure{}, err
	}
	if len(found) == 0 {
		return Erasure{}, errs.New(errs.NotFound, "erasure.unknown")
	}
	return found[0], nil
}

// List gives the newest erasures, at most limit of them.
func (d *Desk) List(ctx context.Context, q *db.Tx, limit int) ([]Erasure, error) {
	return d.list(ctx, q, `SELECT `+columns+` FROM erasure ORDER BY erasure_id DESC LIMIT $1`, limit)
}

func (d *Desk) list(ctx context.Context, q *db.Tx, query string, args ...any) ([]Erasure, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	var found []Erasure
	var sealed [][]byte
	for rows.Next() {
		var e Erasure
		var asked, decided, ended int64
		var text []byte
		var codes, counts string
		err := rows.Scan(&e.ID, &e.HolderID, &e.State, &e.Reason, &text, &e.AskedBy, &e.AskedRole, &asked, &e.DecidedBy, &decided, &codes,
			&e.Step, &counts, &ended, &e.LeafID, &e.RowVersion)
		if err == nil {
			err = errors.Join(json.Unmarshal([]byte(codes), &e.codes), json.Unmarshal([]byte(counts), &e.Counts))
		}
		if err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list erasures: %w", err)
		}
		e.AskedAt, e.DecidedAt, e.EndedAt = db.Time(asked), db.Time(decided), db.Time(ended)
		found, sealed = append(found, e), append(sealed, text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	for i := range found {
		if err := d.open(ctx, q, &found[i], sealed[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// open fills in what stands under the person's key, while there is one.
func (d *Desk) open(ctx context.Context, q *db.Tx, e *Erasure, sealed []byte) error {
	h, err := d.o.Holders.Get(ctx, q, e.HolderID)
	if err != nil {
		return err
	}
	e.Masked = h.Profile.Masked()
	if h.Erased || len(sealed) == 0 { // what was written of an earlier asking went with the person's key
		return nil
	}
	plain, err := d.o.Holders.Open(ctx, q, e.HolderID, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, &e.words); err != nil {
		return fmt.Errorf("decode erasure: %w", err)
	}
	e.Ground, e.Answer = e.words.Ground, e.words.Answer
	return nil
}

// seal encrypts what was written, for as long as the person has a key.
func (d *Desk) seal(ctx context.Context, tx *db.Tx, e Erasure) ([]byte, error) {
	if e.words == (words{}) {
		return []byte{}, nil
	}
	plain, err := json.Marshal(e.words)
	if err != nil {
		return nil, fmt.Errorf("encode erasure: %w", err)
	}
	return d.o.Holders.Seal(ctx, tx, e.HolderID, plain)
}

// openKey keeps a person from being erased twice; what came to nothing frees it.
func (e Erasure) openKey() string {
	if e.State == Refused || e.State == Withdrawn || e.State == Halted {
		return e.ID
	}
	return e.HolderID
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, e Erasure) error {
	sealed, err := d.seal(ctx, tx, e)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO erasure (erasure_id, holder_id, open_key, state, reason, words, asked_by, asked_role, asked_at, decided_by, decided_at,
			codes, step, counts, ended_at, leaf_id, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, '[]', '', '{}', 0, '', 1)
		ON CONFLICT (open_key) DO NOTHING`,
		e.ID, e.HolderID, e.openKey(), string(e.State), string(e.Reason), sealed, e.AskedBy, e.AskedRole, db.Micros(e.AskedAt))
	switch {
	case err != nil:
		return fmt.Errorf("ask for erasure: %w", err)
	case n == 0:
		return errs.New(errs.Conflict, "erasure.open")
	}
	return nil
}

// update writes what changed, if nobody was faster.
func (d *Desk) update(ctx context.Context, tx *db.Tx, e Erasure) error {
	sealed, err := d.seal(ctx, tx, e)
	if err != nil {
		return err
	}
	codes, err := json.Marshal(append([][]byte{}, e.codes...))
	if err != nil {
		return fmt.Errorf("encode erasure: %w", err)
	}
	counts, err := json.Marshal(e.Counts)
	if err != nil {
		return fmt.Errorf("encode erasure: %w", err)
	}
	n, err := tx.Exec(ctx, `
		UPDATE erasure
		SET open_key = $1, state = $2, words = $3, decided_by = $4, decided_at = $5, codes = $6, step = $7, counts = $8, ended_at = $9,
			leaf_id = $10, row_version = row_version + 1
		WHERE erasure_id = $11 AND row_version = $12`,
		e.openKey(), string(e.State), sealed, e.DecidedBy, db.Micros(e.DecidedAt), string(codes), e.Step, string(counts), db.Micros(e.EndedAt),
		e.LeafID, e.ID, e.RowVersion)
	switch {
	case err != nil:
		return fmt.Errorf("step of erasure: %w", err)
	case n == 0:
		return errs.New(errs.Conflict, "conflict")
	}
	return nil
}

// Certificate is the record of an erasure that is done (清除证明), opened, and the proof that it stands in the log: anyone
// can check both with `yinxin log verify`. Until the log has it, it is errs "evidence.pending".
func (d *Desk) Certificate(ctx context.Context, id string) (leaf.Receipt, leaf.Proof, error) {
	var e Erasure
	err := d.o.DB.Read(ctx, func(q *db.Tx) (err error) {
		e, err = d.Get(ctx, q, id)
		return err
	})
	if err != nil {
		return leaf.Receipt{}, leaf.Proof{}, err
	}
	if e.State != Done {
		return leaf.Receipt{}, leaf.Proof{}, errs.New(errs.Conflict, "erasure.step")
	}
	r, err := d.o.Book.Receipt(ctx, holder.PlatformID, e.LeafID)
	if err != nil {
		return leaf.Receipt{}, leaf.Proof{}, err
	}
	p, err := d.o.Book.Proof(ctx, e.LeafID)
	return r, p, err
}
