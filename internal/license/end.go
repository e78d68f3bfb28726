package license

import (
	"context"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Ending says how and by whom a license ends.
type Ending struct {
	Cause     State  // Superseded, Cancelled (注销), Revoked (撤销), Penalty (吊销) or Abolished (废止)
	Ground    string // on which it rests, such as the number of a decision; nothing personal
	AccountID string // "" for a system
	UnitID    string
}

var endings = []State{Superseded, Cancelled, Revoked, Penalty, Abolished}

// Ends reports whether a state is one in which a license may be ended by word of its issuer.
func Ends(s State) bool { return s != Superseded && slices.Contains(endings, s) }

// End ends a published license for good, inside the caller's transaction. What ended once is not ended again.
func (s *Store) End(ctx context.Context, tx *db.Tx, l License, e Ending) error {
	switch {
	case !slices.Contains(endings, e.Cause):
		return errs.New(errs.Invalid, "license.cause")
	case l.Step != StepPublished:
		return errs.New(errs.Conflict, "license.stage")
	case l.Ended != "":
		return ended(l)
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET ended = $1, row_version = row_version + 1
		WHERE holder_id = $2 AND license_id = $3 AND row_version = $4`, string(e.Cause), l.HolderID, l.ID, l.RowVersion)
	if err != nil {
		return fmt.Errorf("end license: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	l.Ended, l.RowVersion = string(e.Cause), l.RowVersion+1
	return s.record(ctx, tx, l, string(e.Cause), e.AccountID, e.UnitID, e.Ground)
}

// released is the event that ends a suspension.
const released = "release"

// Suspend holds a license up by word of its issuer (挂起), until Release. Doing it again changes nothing.
func (s *Store) Suspend(ctx context.Context, tx *db.Tx, l License, e Ending) error {
	if l.Hold == string(Suspended) && l.Ended == "" {
		return nil
	}
	return s.hold(ctx, tx, l, string(Suspended), string(Suspended), e)
}

// Release ends a suspension (解挂). A loss that was reported before it and not taken back counts again.
func (s *Store) Release(ctx context.Context, tx *db.Tx, l License, e Ending) error {
	if l.Hold != string(Suspended) && l.Ended == "" {
		return nil
	}
	hold := ""
	var reported, found int64
	err := tx.QueryRow(ctx, `
		SELECT coalesce(max(CASE WHEN action = $3 THEN seq END), 0), coalesce(max(CASE WHEN action = $4 THEN seq END), 0)
		FROM license_event
		WHERE holder_id = $1 AND license_id = $2`, l.HolderID, l.ID, string(Lost), recovered).Scan(&reported, &found)
	if err != nil {
		return fmt.Errorf("look for a report of loss: %w", err)
	}
	if reported > found {
		hold = string(Lost)
	}
	return s.hold(ctx, tx, l, hold, released, e)
}

func (s *Store) hold(ctx context.Context, tx *db.Tx, l License, hold, action string, e Ending) error {
	switch {
	case l.Step != StepPublished:
		return errs.New(errs.Conflict, "license.stage")
	case l.Ended != "":
		return ended(l)
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET hold = $1, row_version = row_version + 1
		WHERE holder_id = $2 AND license_id = $3 AND row_version = $4`, hold, l.HolderID, l.ID, l.RowVersion)
	if err != nil {
		return fmt.Errorf("hold license: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	l.Hold, l.RowVersion = hold, l.RowVersion+1
	return s.record(ctx, tx, l, action, e.AccountID, e.UnitID, e.Ground)
}
