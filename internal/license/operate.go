package license

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Operate does something to a published license, inside the caller's transaction, and gives it as it is then. Nothing
// else ends a license or places and lifts its holds.
func (s *Store) Operate(ctx context.Context, tx *db.Tx, l License, o Operation) (License, error) {
	r, known := rules[o.Action]
	if !known {
		return License{}, errs.New(errs.Invalid, "license.action").On("action")
	}
	after, err := r.apply(situation{License: l, Operation: o, now: s.o.Clock.Now()})
	if err != nil {
		return License{}, err
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET ended = $1, hold = $2, row_version = row_version + 1
		WHERE holder_id = $3 AND license_id = $4 AND row_version = $5`, after.Ended, string(after.Holds), l.HolderID, l.ID, l.RowVersion)
	if err != nil {
		return License{}, fmt.Errorf("operate on license: %w", err)
	}
	if n == 0 {
		return License{}, errs.New(errs.Conflict, "conflict")
	}
	after.RowVersion++
	if err := after.tell(ctx, tx); err != nil {
		return License{}, err
	}
	if o.Reason == "" {
		o.Reason = r.reason
	}
	if err := s.record(ctx, tx, after, o); err != nil || !r.ends || o.Action == Supersede {
		return after, err
	}
	return after, s.remakeWholes(ctx, tx, after)
}

// Lose marks a license as lost (挂失): from this moment it is not lent and not shown, and all data stay.
func (s *Store) Lose(ctx context.Context, tx *db.Tx, l License, accountID string) error {
	_, err := s.Operate(ctx, tx, l, Operation{Action: Lose, AccountID: accountID})
	return err
}

// Recover ends a report of loss (解挂): the license is found, and in force again if nothing else holds or has ended it.
func (s *Store) Recover(ctx context.Context, tx *db.Tx, l License, accountID string) error {
	_, err := s.Operate(ctx, tx, l, Operation{Action: Recover, AccountID: accountID})
	return err
}

// carried are the holds that a new version takes over: what others have a claim on is not shaken off by a change.
var carried = []State{Disputed, Pledged}

// carryOn places on a new version what stood on the one before, with the same ground.
func (s *Store) carryOn(ctx context.Context, tx *db.Tx, before, l License, accountID string) (License, error) {
	for _, hold := range carried {
		if !before.Holds.Has(hold) {
			continue
		}
		l.Holds = l.Holds.With(hold)
		n, err := tx.Exec(ctx, `
			UPDATE license
			SET hold = $1, row_version = row_version + 1
			WHERE holder_id = $2 AND license_id = $3 AND row_version = $4`, string(l.Holds), l.HolderID, l.ID, l.RowVersion)
		if err != nil {
			return License{}, fmt.Errorf("carry hold on: %w", err)
		}
		if n == 0 {
			return License{}, errs.New(errs.Conflict, "conflict")
		}
		l.RowVersion++
		if err := l.tell(ctx, tx); err != nil {
			return License{}, err
		}
		if err := s.record(ctx, tx, l, Operation{Action: Action(hold), Reason: "08", AccountID: accountID, UnitID: l.IssuerID, Ground: before.Identifier}); err != nil {
			return License{}, err
		}
	}
	return l, nil
}
