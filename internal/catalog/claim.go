package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Claim is a unit that issues a type (认领).
type Claim struct {
	UnitID    string
	ClaimedAt time.Time
}

// Claimed reports whether a unit has claimed a type.
func (s *Store) Claimed(ctx context.Context, q *db.Tx, code, unitID string) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*) FROM type_claim
		WHERE type_code = $1 AND unit_id = $2`, code, unitID).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for claim: %w", err)
	}
	return n > 0, nil
}

// Claims lists the units that have claimed a type, the first one first.
func (s *Store) Claims(ctx context.Context, q *db.Tx, code string) ([]Claim, error) {
	rows, err := q.Query(ctx, `
		SELECT unit_id, claimed_at
		FROM type_claim
		WHERE type_code = $1
		ORDER BY claimed_at, unit_id`, code)
	if err != nil {
		return nil, fmt.Errorf("list claims: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Claim
	for rows.Next() {
		var c Claim
		var at int64
		if err := rows.Scan(&c.UnitID, &at); err != nil {
			return nil, fmt.Errorf("list claims: %w", err)
		}
		c.ClaimedAt = db.Time(at)
		found = append(found, c)
	}
	return found, rows.Err()
}

// issuerLevel is a unit's level as GB/T 36902 counts it: 1 国家 2 省 3 地市 4 区县 5 其他.
func issuerLevel(u org.Unit) int {
	return min(int(u.Level)+1, 5)
}

// mayIssue reports whether a type is issued by units of this level; a type that names no levels leaves it open.
func (t *Type) mayIssue(u org.Unit) bool {
	return len(t.IssuerLevels) == 0 || slices.Contains(t.IssuerLevels, issuerLevel(u))
}

// MayClaim reports whether an actor may claim a type for the own unit, which has not done so yet.
func (s *Store) MayClaim(ctx context.Context, q *db.Tx, a *authn.Actor, e Entry) (bool, error) {
	if a == nil || !a.Has(roleCatalog) || e.State != InUse || e.Mine {
		return false, nil
	}
	unit, err := s.o.Units.Get(ctx, q, a.UnitID)
	if err != nil {
		return false, err
	}
	t, err := s.Version(ctx, q, e.Code, e.Version)
	return err == nil && unit.State == org.Active && t.mayIssue(unit), err
}

// Claim lets the actor's unit issue a type (认领). Again, it changes nothing.
func (s *Store) Claim(ctx context.Context, tx *db.Tx, a *authn.Actor, code, reason string) error {
	e, err := s.Entry(ctx, tx, code)
	if err != nil {
		return err
	}
	t, err := s.Version(ctx, tx, code, e.Version)
	if err != nil {
		return err
	}
	unit, err := s.o.Units.Get(ctx, tx, a.UnitID)
	if err != nil {
		return err
	}
	switch {
	case !a.Has(roleCatalog):
		return errs.New(errs.Denied, "denied")
	case e.State == Withdrawn:
		return errs.New(errs.Conflict, "type.withdrawn")
	case unit.State != org.Active:
		return errs.New(errs.Conflict, "unit.ended")
	case !t.mayIssue(unit):
		return errs.New(errs.Denied, "claim.level")
	}
	made, err := s.claim(ctx, tx, code, a.UnitID, s.o.Clock.Now())
	if err != nil || !made {
		return err
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Claim, SubjectID: code, Action: "claim",
		After: map[string]string{"unit": a.UnitID}})
}

func (s *Store) claim(ctx context.Context, tx *db.Tx, code, unitID string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO type_claim (type_code, unit_id, claimed_at) VALUES ($1, $2, $3)
		ON CONFLICT (type_code, unit_id) DO NOTHING`, code, unitID, db.Micros(at))
	if err != nil {
		return false, fmt.Errorf("claim type: %w", err)
	}
	return n > 0, nil
}

// Unclaim ends the claim of the actor's unit; licenses it issued stay.
func (s *Store) Unclaim(ctx context.Context, tx *db.Tx, a *authn.Actor, code, reason string) error {
	if _, err := s.Entry(ctx, tx, code); err != nil {
		return err
	}
	if !a.Has(roleCatalog) {
		return errs.New(errs.Denied, "denied")
	}
	n, err := tx.Exec(ctx, `
		DELETE FROM type_claim
		WHERE type_code = $1 AND unit_id = $2`, code, a.UnitID)
	if err != nil {
		return fmt.Errorf("unclaim type: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "claim.none")
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Claim, SubjectID: code, Action: "unclaim",
		Before: map[string]string{"unit": a.UnitID}})
}
