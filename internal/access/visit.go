package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// InspectionTask is a task as it was planned (检查任务).
type InspectionTask struct {
	ID         string
	SubjectID  string // holder inspected
	UnitID     string
	AccountID  string // the inspector
	MatterCode string
	Bindings   []matter.Binding // what is looked at
	From       time.Time
	Until      time.Time // the first instant at which nothing can be looked at any more
	FinishedAt time.Time // zero: not finished by the inspector
}

// Open reports whether the inspector can still look.
func (t InspectionTask) Open(at time.Time) bool { return at.Before(t.Until) }

// Found is what an inspector found of one license (检查结果).
type Found string

// The results. Not shown is said of a type of which the holder has no license here.
const (
	FoundConsistent Found = "consistent" // 与实际一致
	FoundDiffers    Found = "differs"    // 不一致
	FoundAbsent     Found = "absent"     // 没有出示
)

// InspectionFinding is the result for one license, or for a type without one.
type InspectionFinding struct {
	TypeCode  string
	LicenseID string // "": none was shown
	Result    Found
	Note      string
	At        time.Time
}

// tasksShown bounds a list of tasks.
const tasksShown = 100

const inspectionColumns = `t.holder_id, t.task_id, t.unit_id, t.account_id, t.matter_code, t.bindings, t.from_at, t.until_at, t.finished_at`

// InspectionTasks lists the tasks that an inspector has for their unit, the newest first.
func (d *Door) InspectionTasks(ctx context.Context, q *db.Tx, actor *authn.Actor) ([]InspectionTask, error) {
	return d.inspectionTasks(ctx, q, `
		WHERE i.account_id = $1 AND t.unit_id = $2
		ORDER BY i.task_id DESC
		LIMIT $3`, actor.AccountID, actor.UnitID, tasksShown)
}

// InspectionTask gives a task of an inspector; those of others do not exist for them, nor do those of a unit that they left.
func (d *Door) InspectionTask(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (InspectionTask, error) {
	found, err := d.inspectionTasks(ctx, q, `
		WHERE i.account_id = $1 AND t.unit_id = $2 AND i.task_id = $3`, actor.AccountID, actor.UnitID, id)
	if err != nil {
		return InspectionTask{}, err
	}
	if len(found) == 0 {
		return InspectionTask{}, errs.New(errs.NotFound, "visit.unknown")
	}
	return found[0], nil
}

// heldInspection is InspectionTask, which nobody else changes until the transaction ends.
func (d *Door) heldInspection(ctx context.Context, tx *db.Tx, actor *authn.Actor, id string) (InspectionTask, error) {
	t, err := d.InspectionTask(ctx, tx, actor, id)
	if err != nil {
		return t, err
	}
	if err := d.keepInspection(ctx, tx, t.SubjectID, t.ID); err != nil {
		return t, err
	}
	return d.InspectionTask(ctx, tx, actor, id)
}

func (d *Door) inspectionTasks(ctx context.Context, q *db.Tx, where string, args ...any) ([]InspectionTask, error) {
	rows, err := q.Query(ctx, `
		SELECT `+inspectionColumns+`
		FROM inspector_task i
		JOIN inspection_task t ON t.holder_id = i.holder_id AND t.task_id = i.task_id`+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list inspections: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []InspectionTask
	for rows.Next() {
		var t InspectionTask
		var bindings string
		var from, until, finished int64
		if err := rows.Scan(&t.SubjectID, &t.ID, &t.UnitID, &t.AccountID, &t.MatterCode, &bindings, &from, &until, &finished); err != nil {
			return nil, fmt.Errorf("list inspections: %w", err)
		}
		if err := json.Unmarshal([]byte(bindings), &t.Bindings); err != nil {
			return nil, fmt.Errorf("decode inspection: %w", err)
		}
		t.From, t.Until, t.FinishedAt = db.Time(from), db.Time(until), db.Time(finished)
		found = append(found, t)
	}
	return found, rows.Err()
}

// InspectType looks, on an inspection task, at the licenses of one type that the holder has: that there are some is one recorded
// use, and so is the reading of each.
func (d *Door) InspectType(ctx context.Context, actor *authn.Actor, taskID, typeCode string) ([]Reading, string, error) {
	var t InspectionTask
	var held []license.License
	u, err := d.decided(ctx, actor, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		var err error
		if t, err = d.heldInspection(ctx, tx, actor, taskID); err != nil {
			return use{}, nil, err
		}
		held, err = d.o.Licenses.Held(ctx, tx, t.SubjectID, typeCode)
		return use{ground: Inspection, purpose: "inspection", matterCode: t.MatterCode, holderID: t.SubjectID, fields: []string{},
			license: license.License{TypeCode: typeCode, Holders: []string{t.SubjectID}}}, t.facts(d.o.Clock.Now()), err
	}, nil)
	if err != nil {
		return nil, "", err
	}
	var out []Reading
	for _, l := range held {
		if l.Step != license.StepPublished || l.State(u.at) == license.Superseded {
			continue
		}
		r, err := d.Inspect(ctx, actor, t.SubjectID, taskID, l.ID, Fields)
		if err != nil {
			return nil, "", err
		}
		out = append(out, r)
	}
	return out, u.recordNo, nil
}

// facts are what the rules know of a task.
func (t InspectionTask) facts(now time.Time) cedar.RecordMap {
	var types []string
	for _, b := range t.Bindings {
		types = append(types, b.Type)
	}
	return cedar.RecordMap{
		"unit": cedar.String(t.UnitID), "inspector": cedar.String(t.AccountID), "subject": cedar.String(t.SubjectID), "types": stringSet(types),
		"now": cedar.Long(now.UnixMicro()), "from": cedar.Long(t.From.UnixMicro()), "until": cedar.Long(t.Until.UnixMicro()),
	}
}

// RecordFinding writes down what an inspector found, while the task lasts; again, it takes the place of what was written. Of a
// license only somebody who has looked at it on this task can say anything.
func (d *Door) RecordFinding(ctx context.Context, actor *authn.Actor, taskID string, f InspectionFinding) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := d.heldInspection(ctx, tx, actor, taskID)
		if err != nil {
			return err
		}
		now := d.o.Clock.Now()
		switch {
		case !t.Open(now):
			return errs.New(errs.Conflict, "visit.over")
		case !slices.ContainsFunc(t.Bindings, func(b matter.Binding) bool { return b.Type == f.TypeCode }):
			return errs.New(errs.Invalid, "visit.type").On("typeCode")
		case (f.LicenseID == "") != (f.Result == FoundAbsent):
			return errs.New(errs.Invalid, "visit.result").On("result")
		}
		if f.LicenseID != "" {
			if err := d.looked(ctx, tx, t, f); err != nil {
				return err
			}
		}
		note, err := d.o.Holders.Seal(ctx, tx, t.SubjectID, []byte(strings.TrimSpace(f.Note)))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO inspection_finding (holder_id, task_id, type_code, license_id, result, note, found_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (holder_id, task_id, type_code, license_id) DO UPDATE
			SET result = excluded.result, note = excluded.note, found_at = excluded.found_at`,
			t.SubjectID, t.ID, f.TypeCode, f.LicenseID, string(f.Result), note, db.Micros(now))
		if err != nil {
			return fmt.Errorf("record finding: %w", err)
		}
		return nil
	})
}

// looked refuses a finding about a license that the inspector has not read since the task began.
func (d *Door) looked(ctx context.Context, tx *db.Tx, t InspectionTask, f InspectionFinding) error {
	l, err := d.o.Licenses.Find(ctx, tx, t.SubjectID, f.LicenseID)
	if err != nil && errs.Code(err) != "license.unknown" {
		return err
	}
	var n int
	if l.TypeCode == f.TypeCode {
		err = tx.QueryRow(ctx, `
			SELECT count(*) FROM access_record
			WHERE holder_id = $1 AND license_id = $2 AND account_id = $3 AND ground = 'inspection' AND result = 'given' AND at >= $4
				AND record_id >= $5`,
			l.HolderID, l.ID, t.AccountID, db.Micros(t.From), db.FloorID(t.From)).Scan(&n)
		if err != nil {
			return fmt.Errorf("find look: %w", err)
		}
	}
	if n == 0 {
		return errs.New(errs.Conflict, "visit.unseen")
	}
	return nil
}

// Findings lists what was found on a task.
func (d *Door) Findings(ctx context.Context, q *db.Tx, t InspectionTask) ([]InspectionFinding, error) {
	rows, err := q.Query(ctx, `
		SELECT type_code, license_id, result, note, found_at
		FROM inspection_finding
		WHERE holder_id = $1 AND task_id = $2
		ORDER BY type_code, license_id`, t.SubjectID, t.ID)
	if err != nil {
		return nil, fmt.Errorf("list findings: %w", err)
	}
	var found []InspectionFinding
	var notes [][]byte
	for rows.Next() {
		var f InspectionFinding
		var note []byte
		var at int64
		if err := rows.Scan(&f.TypeCode, &f.LicenseID, &f.Result, &note, &at); err != nil {
			return nil, errors.Join(fmt.Errorf("list findings: %w", err), rows.Close())
		}
		f.At = db.Time(at)
		found, notes = append(found, f), append(notes, note)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list findings: %w", err)
	}
	for i, note := range notes {
		plain, err := d.o.Holders.Open(ctx, q, t.SubjectID, note)
		if err != nil {
			return nil, err
		}
		found[i].Note = string(plain)
	}
	return found, nil
}

// FinishInspection ends a task once something was found of every type on its list, and tells the holder. From here nothing can be
// looked at any more.
func (d *Door) FinishInspection(ctx context.Context, actor *authn.Actor, taskID string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := d.heldInspection(ctx, tx, actor, taskID)
		if err != nil {
			return err
		}
		now := d.o.Clock.Now()
		if !t.FinishedAt.IsZero() {
			return errs.New(errs.Conflict, "visit.over")
		}
		found, err := d.Findings(ctx, tx, t)
		if err != nil {
			return err
		}
		for _, b := range t.Bindings {
			if !slices.ContainsFunc(found, func(f InspectionFinding) bool { return f.TypeCode == b.Type }) {
				return errs.New(errs.Conflict, "visit.open")
			}
		}
		until := t.Until
		if now.Before(until) {
			until = now
		}
		_, err = tx.Exec(ctx, `
			UPDATE inspection_task SET finished_at = $1, until_at = $2
			WHERE holder_id = $3 AND task_id = $4`, db.Micros(now), db.Micros(until), t.SubjectID, t.ID)
		if err != nil {
			return fmt.Errorf("finish inspection: %w", err)
		}
		unit, err := d.o.Units.Get(ctx, tx, t.UnitID)
		if err != nil {
			return err
		}
		return d.o.Notices.Send(ctx, tx, notice.Notice{HolderID: t.SubjectID, Kind: notice.Inspected, Subject: t.ID,
			Detail: map[string]string{"unit": unit.Name, "unitEn": unit.NameEn}})
	})
}
