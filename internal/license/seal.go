package license

import (
	"cmp"
	"context"
	"errors"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// wantsSeal is the refusal of a seal, with the unit whose it would have been.
type wantsSeal struct {
	unit string
	err  error
}

func (e *wantsSeal) Error() string { return e.err.Error() }
func (e *wantsSeal) Unwrap() error { return e.err }

// sealPlan turns the type's plan into seals and places. The places stand in the face. A step is the platform's own to do
// where the plan says so and the unit has not taken its mandate back.
func (s *Store) sealPlan(ctx context.Context, q *db.Tx, t *catalog.Type, issuerID string) ([]sealing.Step, error) {
	var steps []sealing.Step
	for _, p := range t.Seals {
		unit := SealUnit(t, p, issuerID)
		seal, err := s.o.Seals.Usable(ctx, q, unit, sealing.ForLicenses)
		if err != nil {
			return nil, &wantsSeal{unit, err}
		}
		place, err := face.Place(t.Face, p.Step)
		if err != nil {
			return nil, err
		}
		step := sealing.Step{Seal: seal, Places: []sealing.Place{{Box: place}}, Mode: cmp.Or(p.Mode, sealing.Auto)}
		if step.Mode == sealing.Auto {
			if step.Mandate, err = s.o.Seals.Mandated(ctx, q, t.Code, t.Version, unit); err != nil {
				return nil, err
			}
			if step.Mandate == "" {
				step.Mode = sealing.Manual
			}
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// byHand notes with the steps that people must do who has let the seal be set, and gives the tasks that are still to be
// done. One refusal is the end of the license: seal.declined.
func (s *Store) byHand(ctx context.Context, q *db.Tx, t *catalog.Type, l License, steps []sealing.Step) ([]sealing.Task, error) {
	if allAuto(steps) {
		return nil, nil
	}
	laid, err := s.o.Seals.TasksOf(ctx, q, l.ID)
	if err != nil {
		return nil, err
	}
	byStep := map[int]sealing.Task{}
	for _, x := range laid {
		if byStep[x.Step] = x; x.State == sealing.No {
			return nil, errs.New(errs.Conflict, "seal.declined").With("reason", x.Reason)
		}
	}
	var waiting []sealing.Task
	for i, p := range t.Seals {
		if steps[i].Mode == sealing.Auto {
			continue
		}
		if x := byStep[p.Step]; x.State == sealing.Agreed {
			steps[i].AccountID = x.AccountID
			continue
		}
		waiting = append(waiting, sealing.Task{LicenseID: l.ID, HolderID: l.HolderID, IssuerID: l.IssuerID, TypeCode: l.TypeCode, Step: p.Step,
			Mode: steps[i].Mode, UnitID: steps[i].Seal.UnitID})
	}
	return waiting, nil
}

func allAuto(steps []sealing.Step) bool {
	for _, x := range steps {
		if x.Mode != sealing.Auto {
			return false
		}
	}
	return true
}

// sealedOne is what the log of seals says of one license.
func sealedOne(l License) sealing.Subject {
	return sealing.Subject{Kind: sealing.OfLicense, ID: l.ID, TypeCode: l.TypeCode, Count: 1, Digest: l.FileDigest, AccountID: l.MakerID}
}

// unsealed logs a refusal that was a seal's, and gives it back.
func (s *Store) unsealed(ctx context.Context, of sealing.Subject, err error) error {
	if w, ok := errors.AsType[*wantsSeal](err); ok {
		return s.o.Seals.Refused(ctx, w.unit, sealing.ForLicenses, of, err)
	}
	return err
}

// CanBeUsed reports whether a license may be used now, for the seal that lives with it. A newer version takes the place of
// one that it superseded: the seal of a firm outlives a change of its address.
func (s *Store) CanBeUsed(ctx context.Context, q *db.Tx, holderID, licenseID string) (bool, error) {
	l, err := s.Get(ctx, q, holderID, licenseID)
	for err == nil && l.State(s.o.Clock.Now()) == Superseded {
		err = q.QueryRow(ctx, `
			SELECT license_id
			FROM license
			WHERE holder_id = $1 AND follows = $2 AND step = $3`, l.HolderID, l.ID, string(StepPublished)).Scan(&licenseID)
		if errors.Is(err, db.ErrNoRows) {
			return false, nil
		}
		if err == nil {
			l, err = s.Get(ctx, q, holderID, licenseID)
		}
	}
	return err == nil && l.State(s.o.Clock.Now()).Usable(), err
}

// SealUnit is the unit whose seal a step of a type's plan sets on a license of an issuer.
func SealUnit(t *catalog.Type, step catalog.SealStep, issuerID string) string {
	switch step.Unit {
	case "issuer":
		return issuerID
	case "definer":
		return t.Definer
	default:
		return step.Unit
	}
}
