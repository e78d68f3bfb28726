package sealing

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// StandingIn is somebody's word that a colleague seals in their stead for a time (用印代理).
type StandingIn struct {
	ID      string
	UnitID  string
	GiverID string // account with the power to use the seal
	TakerID string // account
	Until   time.Time
	Reason  string
	At      time.Time
	EndedAt time.Time // taken back before its time; zero: not
}

// Active reports whether it counts at a moment.
func (x StandingIn) Active(now time.Time) bool { return x.EndedAt.IsZero() && now.Before(x.Until) }

// sealsFor are the units whose seal an actor may let be set: the own one by the power to use it, and those of whoever
// handed their work over for a time.
func (s *Store) sealsFor(ctx context.Context, q *db.Tx, actor *authn.Actor) ([]string, error) {
	var units []string
	if actor.Has(authn.RoleSealUser) {
		units = append(units, actor.UnitID)
	}
	rows, err := q.Query(ctx, `
		SELECT DISTINCT unit_id
		FROM seal_delegate
		WHERE taker_id = $1 AND ended_at = 0 AND until > $2 AND unit_id <> $3
		ORDER BY unit_id`, actor.AccountID, db.Micros(s.o.Clock.Now()), append(units, "")[0])
	if err != nil {
		return nil, fmt.Errorf("find whom one stands in for: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var unit string
		if err := rows.Scan(&unit); err != nil {
			return nil, fmt.Errorf("find whom one stands in for: %w", err)
		}
		units = append(units, unit)
	}
	return units, rows.Err()
}

// maxStandIn bounds for how long somebody can stand in.
const maxStandIn = 31 * 24 * time.Hour

// MayStandIn reports whether a colleague can seal in an actor's stead: another active account of the unit, and none that reads
// the log of use or makes accounts.
func MayStandIn(actor *authn.Actor, taker authn.Standing) bool {
	if taker.ID == actor.AccountID || !taker.Active || taker.UnitID != actor.UnitID {
		return false
	}
	for _, r := range taker.Roles {
		if r == authn.RoleSealAuditor || r == authn.RoleAdmin {
			return false
		}
	}
	return true
}

// StandIn lets another account seal with the own unit's seal until a moment (用印代理).
func (s *Store) StandIn(ctx context.Context, tx *db.Tx, actor *authn.Actor, taker authn.Standing, until time.Time, reason string) error {
	now := s.o.Clock.Now()
	switch {
	case !actor.Has(authn.RoleSealUser):
		return errs.New(errs.Denied, "seal.not-user")
	case !until.After(now) || until.Sub(now) > maxStandIn:
		return errs.New(errs.Invalid, "seal.until").On("until")
	case !MayStandIn(actor, taker):
		return errs.New(errs.Invalid, "seal.stand-in").On("accountId")
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO seal_delegate (delegate_id, unit_id, giver_id, taker_id, until, reason, at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		db.NewID(), actor.UnitID, actor.AccountID, taker.ID, db.Micros(until), reason, db.Micros(now))
	if err != nil {
		return fmt.Errorf("let another seal: %w", err)
	}
	return s.o.Trail.Record(ctx, tx, change.Of(actor, reason), change.Entry{Subject: change.Seal, SubjectID: actor.UnitID, Action: "delegate",
		After: map[string]any{"account": taker.ID, "until": until}})
}

// EndStandIn takes back before its time that a colleague seals in somebody's stead: the one who said so, or another of the unit
// who may use its seal.
func (s *Store) EndStandIn(ctx context.Context, tx *db.Tx, actor *authn.Actor, id, reason string) error {
	if !actor.Has(authn.RoleSealUser) {
		return errs.New(errs.Denied, "seal.not-user")
	}
	now := db.Micros(s.o.Clock.Now())
	n, err := tx.Exec(ctx, `
		UPDATE seal_delegate
		SET ended_at = $1
		WHERE delegate_id = $2 AND unit_id = $3 AND ended_at = 0 AND until > $1`, now, id, actor.UnitID)
	if err != nil {
		return fmt.Errorf("end standing in: %w", err)
	}
	if n == 0 {
		return errs.New(errs.NotFound, "seal.no-stand-in")
	}
	return s.o.Trail.Record(ctx, tx, change.Of(actor, reason), change.Entry{Subject: change.Seal, SubjectID: actor.UnitID, Action: "delegate-end",
		After: map[string]any{"delegate": id}})
}

// StandIns lists who seals or sealed in whose stead in a unit, the last word first.
func (s *Store) StandIns(ctx context.Context, q *db.Tx, unitID string) ([]StandingIn, error) {
	rows, err := q.Query(ctx, `
		SELECT delegate_id, unit_id, giver_id, taker_id, until, reason, at, ended_at
		FROM seal_delegate
		WHERE unit_id = $1
		ORDER BY delegate_id DESC
		LIMIT 50`, unitID)
	if err != nil {
		return nil, fmt.Errorf("list who stands in: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []StandingIn
	for rows.Next() {
		var x StandingIn
		var until, at, ended int64
		if err := rows.Scan(&x.ID, &x.UnitID, &x.GiverID, &x.TakerID, &until, &x.Reason, &at, &ended); err != nil {
			return nil, fmt.Errorf("list who stands in: %w", err)
		}
		x.Until, x.At, x.EndedAt = db.Time(until), db.Time(at), db.Time(ended)
		found = append(found, x)
	}
	return found, rows.Err()
}
