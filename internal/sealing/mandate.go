package sealing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Mandate is what was said about sealing a type's licenses with a unit's seal without a hand (自动用印授权).
type Mandate struct {
	ID        string
	TypeCode  string
	UnitID    string
	Given     bool
	Until     time.Time // zero: no end
	AccountID string
	Reason    string
	At        time.Time
}

// good reports whether the platform may seal under it at a moment.
func (m Mandate) good(now time.Time) bool {
	return m.Given && (m.Until.IsZero() || now.Before(m.Until))
}

// GiveMandate lets the platform seal a type's licenses with the own unit's seal, until a moment or without end, or takes
// that back. It is the word of somebody who may use the seal.
func (s *Store) GiveMandate(ctx context.Context, tx *db.Tx, actor *authn.Actor, m Mandate) (Mandate, error) {
	if !actor.Has(authn.RoleSealUser) || m.UnitID != actor.UnitID {
		return Mandate{}, errs.New(errs.Denied, "seal.not-user")
	}
	now := s.o.Clock.Now()
	if m.Given && !m.Until.IsZero() && !m.Until.After(now) {
		return Mandate{}, errs.New(errs.Invalid, "seal.until").On("until")
	}
	m.ID, m.AccountID, m.At = db.NewID(), actor.AccountID, now
	given, action := 0, "mandate-end"
	if m.Given {
		given, action = 1, "mandate"
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO seal_mandate (mandate_id, type_code, unit_id, given, until, account_id, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m.ID, m.TypeCode, m.UnitID, given, db.Micros(m.Until), m.AccountID, m.Reason, db.Micros(m.At))
	if err != nil {
		return Mandate{}, fmt.Errorf("give mandate to seal: %w", err)
	}
	return m, s.o.Trail.Record(ctx, tx, change.Of(actor, m.Reason), change.Entry{Subject: change.Seal, SubjectID: m.UnitID, Action: action,
		After: map[string]any{"type": m.TypeCode, "until": m.Until}})
}

const mandateColumns = `mandate_id, type_code, unit_id, given, until, account_id, reason, at`

func scanMandate(scan func(...any) error) (Mandate, error) {
	var m Mandate
	var given, until, at int64
	if err := scan(&m.ID, &m.TypeCode, &m.UnitID, &given, &until, &m.AccountID, &m.Reason, &at); err != nil {
		return Mandate{}, err
	}
	m.Given, m.Until, m.At = given == 1, db.Time(until), db.Time(at)
	return m, nil
}

// Mandated finds under what the platform may seal licenses of a type with a unit's seal; "" where a person must. Where
// nobody of the unit has said anything, it is the plan that was published with the type's version.
func (s *Store) Mandated(ctx context.Context, q *db.Tx, typeCode string, version int, unitID string) (string, error) {
	m, err := scanMandate(q.QueryRow(ctx, `
		SELECT `+mandateColumns+`
		FROM seal_mandate
		WHERE type_code = $1 AND unit_id = $2
		ORDER BY mandate_id DESC
		LIMIT 1`, typeCode, unitID).Scan)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return fmt.Sprintf("plan:%s/%d", typeCode, version), nil
	case err != nil:
		return "", fmt.Errorf("find mandate to seal: %w", err)
	case m.good(s.o.Clock.Now()):
		return m.ID, nil
	default:
		return "", nil
	}
}

// Mandates lists what was said for a unit's seal, the last word first.
func (s *Store) Mandates(ctx context.Context, q *db.Tx, unitID string) ([]Mandate, error) {
	rows, err := q.Query(ctx, `
		SELECT `+mandateColumns+`
		FROM seal_mandate
		WHERE unit_id = $1
		ORDER BY mandate_id DESC
		LIMIT 200`, unitID)
	if err != nil {
		return nil, fmt.Errorf("list mandates to seal: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Mandate
	for rows.Next() {
		m, err := scanMandate(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list mandates to seal: %w", err)
		}
		found = append(found, m)
	}
	return found, rows.Err()
}
