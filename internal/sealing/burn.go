package sealing

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/verify"
)

// BurnFrom revokes a seal whose key is known to others since a moment (失泄). What bears a trusted time stamp from before that moment
// stays valid where the log knew it then too (see verify.Logged); everything else under the seal is refused. A second word
// moves the moment only back.
func (s *Store) BurnFrom(ctx context.Context, tx *db.Tx, by change.By, code string, at time.Time) (Seal, error) {
	if at.IsZero() || at.After(s.o.Clock.Now()) {
		return Seal{}, errs.New(errs.Invalid, "seal.burn-time").On("at")
	}
	if err := s.lock(ctx, tx); err != nil {
		return Seal{}, err
	}
	x, err := s.Get(ctx, tx, code)
	if err != nil {
		return Seal{}, err
	}
	if !x.BurnedAt.IsZero() && !at.Before(x.BurnedAt) {
		return x, nil
	}
	if x, err = s.move(ctx, tx, by, x, Burn); err != nil {
		return Seal{}, err
	}
	leaves := int64(unlogged)
	if x.Purpose == ForLicenses {
		n, err := s.o.Book.Length(ctx, tx, at)
		if err != nil {
			return Seal{}, err
		}
		leaves = int64(n)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE seal
		SET burned_at = $1, burned_leaves = $2
		WHERE seal_code = $3`, db.Micros(at), leaves, code); err != nil {
		return Seal{}, fmt.Errorf("burn seal: %w", err)
	}
	x.BurnedAt = at
	return x, nil
}

// NoteReseal notes in the life of a burned seal that what it sealed is to be sealed anew.
func (s *Store) NoteReseal(ctx context.Context, tx *db.Tx, by change.By, x Seal) error {
	return s.step(ctx, tx, Event{Subject: ofSeal, Of: x.Code, Action: Reseal, From: x.State, To: x.State, By: by})
}

// unlogged marks a seal whose uses do not stand in the log with the files' digests: annotated copies and what firms seal
// themselves. A time stamp must do for them.
const unlogged = -1

// Burned lists the burned seals, as a check of a file must know them.
func (s *Store) Burned(ctx context.Context, q *db.Tx) ([]verify.RevokedSeal, error) {
	rows, err := q.Query(ctx, `SELECT seal_code, burned_at, burned_leaves FROM seal WHERE burned_at <> 0`)
	if err != nil {
		return nil, fmt.Errorf("list burned seals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []verify.RevokedSeal{}
	for rows.Next() {
		r := verify.RevokedSeal{Burned: true}
		var at, leaves int64
		if err := rows.Scan(&r.ID, &at, &leaves); err != nil {
			return nil, fmt.Errorf("list burned seals: %w", err)
		}
		r.At = db.Time(at)
		if leaves != unlogged {
			n := uint64(leaves)
			r.Leaves = &n
		}
		found = append(found, r)
	}
	return found, rows.Err()
}
