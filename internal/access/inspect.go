package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// inspectionMost is the longest that an inspection task (检查任务) may last.
const inspectionMost = 30 * 24 * time.Hour

// Visit is an inspection to be made: of a holder, under an inspection matter (行政检查) of the inspector's unit.
type Visit struct {
	SubjectID  string
	MatterCode string
	For        time.Duration // from now
	Key        string        // the same key gives the same task
}

// Inspects reports whether the unit of an actor inspects: an office does, a verifier in a social scenario (核验单位) does not.
func (d *Door) Inspects(ctx context.Context, q *db.Tx, actor *authn.Actor) (bool, error) {
	if actor == nil || actor.UnitID == "" {
		return false, nil
	}
	u, err := d.o.Units.Get(ctx, q, actor.UnitID)
	return u.Kind == org.Government || u.Kind == org.Delegate, err
}

// Inspectable gives what an actor may look at under an inspection matter: the types on its published list, as it stands now.
// A unit that does not inspect, or a matter that is not its own, is refused; so whoever may not ask learns of nobody.
func (d *Door) Inspectable(ctx context.Context, q *db.Tx, actor *authn.Actor, matterCode string) ([]matter.Binding, error) {
	may, err := d.Inspects(ctx, q, actor)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, errs.New(errs.Denied, "visit.unit")
	}
	listed, _, err := d.o.Matters.Listings(ctx, q, matter.ListFilter{List: matter.ListInspection, State: matter.Published, Unit: actor.UnitID, Matter: matterCode})
	if err != nil {
		return nil, err
	}
	var bindings []matter.Binding
	for _, l := range listed {
		if l.Inspection != nil && !d.o.Clock.Now().Before(l.EffectiveOn) {
			bindings = append(bindings, l.Inspection.Types...)
		}
	}
	if len(bindings) == 0 {
		return nil, errs.New(errs.Conflict, "list.no-inspection").On("matterCode")
	}
	return bindings, nil
}

// PlanInspection makes an inspection task for the inspector who asks, and gives its id.
func (d *Door) PlanInspection(ctx context.Context, actor *authn.Actor, v Visit) (string, error) {
	if v.For <= 0 || v.For > inspectionMost {
		return "", errs.New(errs.Invalid, "field.option").On("until")
	}
	var id string
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		bindings, err := d.Inspectable(ctx, tx, actor, v.MatterCode)
		if err != nil {
			return err
		}
		id, err = d.once.Do(ctx, tx, actor, v.Key, v, func() (string, error) { return d.plan(ctx, tx, actor, v, bindings) })
		return err
	})
	return id, err
}

func (d *Door) plan(ctx context.Context, tx *db.Tx, actor *authn.Actor, v Visit, bindings []matter.Binding) (string, error) {
	if _, err := d.o.Holders.Get(ctx, tx, v.SubjectID); err != nil {
		return "", err
	}
	data, err := json.Marshal(bindings)
	if err != nil {
		return "", fmt.Errorf("encode inspection: %w", err)
	}
	id, now := db.NewID(), d.o.Clock.Now()
	_, err = tx.Exec(ctx, `
		INSERT INTO inspection_task (holder_id, task_id, unit_id, account_id, matter_code, bindings, from_at, until_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.SubjectID, id, actor.UnitID, actor.AccountID, v.MatterCode, string(data), db.Micros(now), db.Micros(now.Add(v.For)))
	if err != nil {
		return "", fmt.Errorf("plan inspection: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO inspector_task (account_id, task_id, holder_id)
		VALUES ($1, $2, $3)`, actor.AccountID, id, v.SubjectID)
	if err != nil {
		return "", fmt.Errorf("plan inspection: %w", err)
	}
	return id, nil
}

// keepInspection keeps others from a task until the transaction ends: a look or a finding and the finish come one after the other.
func (d *Door) keepInspection(ctx context.Context, tx *db.Tx, subjectID, taskID string) error {
	_, err := tx.Exec(ctx, `
		UPDATE inspection_task
		SET until_at = until_at
		WHERE holder_id = $1 AND task_id = $2`, subjectID, taskID)
	if err != nil {
		return fmt.Errorf("hold inspection: %w", err)
	}
	return nil
}

// Inspect reads a license on an inspection task: the fields that the matter's list names of its type.
func (d *Door) Inspect(ctx context.Context, actor *authn.Actor, subjectID, taskID, licenseID string, want Want) (Reading, error) {
	return d.direct(ctx, actor, want, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		var unit, account, code, data string
		var from, until int64
		if err := d.keepInspection(ctx, tx, subjectID, taskID); err != nil {
			return use{}, nil, err
		}
		err := tx.QueryRow(ctx, `
			SELECT unit_id, account_id, matter_code, bindings, from_at, until_at
			FROM inspection_task
			WHERE holder_id = $1 AND task_id = $2`, subjectID, taskID).Scan(&unit, &account, &code, &data, &from, &until)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return use{}, nil, fmt.Errorf("find inspection: %w", err)
		}
		var bindings []matter.Binding
		if err == nil {
			if err := json.Unmarshal([]byte(data), &bindings); err != nil {
				return use{}, nil, fmt.Errorf("decode inspection: %w", err)
			}
		}
		l, err := d.o.Licenses.Find(ctx, tx, subjectID, licenseID)
		if errs.Code(err) == "license.unknown" {
			l, err = license.License{ID: licenseID}, nil
		}
		u := use{ground: Inspection, purpose: "inspection", matterCode: code, license: l, holderID: l.HolderID, fields: []string{}, whole: want == File}
		var types []string
		for _, b := range bindings {
			types = append(types, b.Type)
			if b.Type == l.TypeCode {
				u.fields = append(u.fields, b.Fields...)
			}
		}
		return u, cedar.RecordMap{
			"unit": cedar.String(unit), "inspector": cedar.String(account), "subject": cedar.String(subjectID), "types": stringSet(types),
			"now": cedar.Long(d.o.Clock.Now().UnixMicro()), "from": cedar.Long(from), "until": cedar.Long(until),
		}, err
	})
}
