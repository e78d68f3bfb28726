package license

import (
	"context"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// before reads the version that a draft follows (变更、延续、换证), or gives the zero License for a first one. A license
// keeps its first holder through all its versions; to pass to another one it is ended, and a new one is issued. What
// comes back bears the highest version that was used up: one that the review refused has a file that bears it.
func (s *Store) before(ctx context.Context, q *db.Tx, d Draft) (License, error) {
	if d.Why != "" && !slices.Contains(Followings, d.Why) {
		return License{}, errs.New(errs.Invalid, "license.reason").On("why")
	}
	if d.Follows == "" {
		return License{}, nil
	}
	l, err := s.Get(ctx, q, d.Holders[0], d.Follows)
	if err != nil {
		return License{}, err
	}
	if l.TypeCode != d.TypeCode || l.IssuerID != d.IssuerID {
		return License{}, errs.New(errs.Conflict, "license.other")
	}
	return s.followable(ctx, q, l, d.origin())
}

// Follow refuses a license of which no new version can be made here now.
func (s *Store) Follow(ctx context.Context, q *db.Tx, l License) error {
	_, err := s.followable(ctx, q, l, Offline)
	return err
}

// followable gives a license with the highest version of it that was used up, where it can be followed.
func (s *Store) followable(ctx context.Context, q *db.Tx, l License, by Origin) (License, error) {
	switch {
	case l.Step != StepPublished:
		return License{}, errs.New(errs.Conflict, "license.stage")
	case l.Ended != "":
		return License{}, ended(l)
	case l.Holds.Has(Suspended) && by != Pushed: // the system that made it knows better
		return License{}, standing(situation{License: l, now: s.o.Clock.Now()})
	}
	var open int
	if err := q.QueryRow(ctx, `
		SELECT coalesce(sum(CASE WHEN step <> $3 THEN 1 ELSE 0 END), 0), coalesce(max(version_no), $4)
		FROM license
		WHERE holder_id = $1 AND follows = $2`, l.HolderID, l.ID, string(StepRefused), l.VersionNo).Scan(&open, &l.VersionNo); err != nil {
		return License{}, fmt.Errorf("look for a next version: %w", err)
	}
	if open > 0 {
		return License{}, errs.New(errs.Conflict, "license.followed")
	}
	return l, nil
}

func ended(l License) error {
	state := State(l.Ended)
	return errs.New(errs.Conflict, "license.ended").With("state", state.Text("zh")).With("stateEn", state.Text("en"))
}

// nextIdentifier is a license's identifier with the next version: all versions are the same license.
func nextIdentifier(before License) (string, error) {
	id, err := gbcode.ParseIdentifier(before.Identifier)
	if err != nil {
		return "", fmt.Errorf("read identifier: %w", err)
	}
	id.Version = before.VersionNo + 1
	identifier, err := gbcode.MintIdentifier(id)
	if err != nil {
		return "", fmt.Errorf("mint identifier: %w", err)
	}
	return identifier, nil
}

// claimNumber takes a number (证照编号) for a license. A next version takes the number over from the one before.
func (s *Store) claimNumber(ctx context.Context, tx *db.Tx, l License, b body) error {
	index := s.numberIndex(l, b)
	n, err := tx.Exec(ctx, `
		INSERT INTO license_number (number_index, holder_id, license_id) VALUES ($1, $2, $3)
		ON CONFLICT (number_index) DO NOTHING`, index, l.HolderID, l.ID)
	if err == nil && n == 0 && l.Follows != "" {
		n, err = tx.Exec(ctx, `
			UPDATE license_number SET license_id = $1
			WHERE number_index = $2 AND license_id = $3`, l.ID, index, l.Follows)
	}
	if err != nil {
		return fmt.Errorf("claim number: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "license.duplicate")
	}
	return nil
}

// freeNumber gives back the number of a license that the review refused, to the version before where that one bears it
// too: where the number is the holder's code, the same one must be given when the case is decided anew.
func (s *Store) freeNumber(ctx context.Context, tx *db.Tx, l License) error {
	b, err := s.body(ctx, tx, l)
	if err != nil {
		return err
	}
	index := s.numberIndex(l, b)
	if l.Follows != "" {
		before, err := s.body(ctx, tx, License{HolderID: l.HolderID, ID: l.Follows})
		if err != nil {
			return err
		}
		if before.Values["ZZBH"] == b.Values["ZZBH"] {
			_, err = tx.Exec(ctx, `
				UPDATE license_number SET license_id = $1
				WHERE number_index = $2 AND license_id = $3`, l.Follows, index, l.ID)
			if err != nil {
				return fmt.Errorf("give number back: %w", err)
			}
			return nil
		}
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM license_number
		WHERE number_index = $1 AND license_id = $2`, index, l.ID); err != nil {
		return fmt.Errorf("free number: %w", err)
	}
	return nil
}

// supersede ends the version before one that is published, in the same transaction: at no moment are both in force, and
// at none neither. It gives that version as it stood.
func (s *Store) supersede(ctx context.Context, tx *db.Tx, l License, accountID string) (before License, err error) {
	if l.Follows == "" {
		return License{}, nil
	}
	if before, err = s.Get(ctx, tx, l.HolderID, l.Follows); err != nil {
		return License{}, err
	}
	var why string
	if err := tx.QueryRow(ctx, `
		SELECT coalesce(max(reason), '') FROM license_event
		WHERE holder_id = $1 AND license_id = $2 AND action = 'draft'`, l.HolderID, l.ID).Scan(&why); err != nil {
		return License{}, fmt.Errorf("read why a version was made: %w", err)
	}
	_, err = s.Operate(ctx, tx, before, Operation{Action: Supersede, Reason: why, AccountID: accountID, UnitID: l.IssuerID, Ground: l.Identifier})
	return before, err
}

// Followings are the codes of why a next version is made: changed, renewed, issued again, corrected.
var Followings = []string{"08", "09", "10", "07"}

// rename gives a holder the name that a version says they bear from now on, in the transaction that publishes it. Under the
// same code they stay the same holder; the versions before keep the name that they were made with.
func (s *Store) rename(ctx context.Context, tx *db.Tx, l License) error {
	if l.Follows == "" {
		return nil
	}
	b, err := s.body(ctx, tx, l)
	if err != nil || b.Renamed == "" {
		return err
	}
	return s.o.Holders.Rename(ctx, tx, l.HolderID, b.Renamed)
}
