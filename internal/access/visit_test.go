package access_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// listOf finds an inspection matter of the unit whose list has the type.
func (w *world) listOf(t *testing.T, typeCode string) matter.Listing {
	t.Helper()
	var listed []matter.Listing
	w.Read(t, func(q *db.Tx) error {
		var err error
		listed, _, err = w.App.Matters.Listings(t.Context(), q, matter.ListFilter{List: matter.ListInspection, State: matter.Published})
		return err
	})
	i := slices.IndexFunc(listed, func(l matter.Listing) bool {
		return (l.Inspection.Unit == "" || l.Inspection.Unit == unitID) && slices.ContainsFunc(l.Inspection.Types, func(b matter.Binding) bool { return b.Type == typeCode })
	})
	if i < 0 {
		t.Fatal("the city has no list with the type for the unit")
	}
	return listed[i]
}

// TestInspectorsTasks: planned again under the same key it is the same task; an inspector who moved to another unit has no task
// of the old one; whoever cannot plan is told so before anything of whom they name.
func TestInspectorsTasks(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		d, ctx := w.door, t.Context()
		inspector := staff(unitID, "verifier")
		own := w.License(t, "food-firm", businessLicense)
		v := access.Visit{SubjectID: w.firm, MatterCode: w.listOf(t, own.TypeCode).Inspection.Matter, For: time.Hour, Key: "plan-once-1"}
		id, err := d.PlanInspection(ctx, inspector, v)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Move(time.Minute)
		if again, err := d.PlanInspection(ctx, inspector, v); err != nil || again != id {
			t.Errorf("planned again under the key: %s, %v, want %s", again, err, id)
		}
		v.For = 2 * time.Hour
		_, err = d.PlanInspection(ctx, inspector, v)
		wantErr(t, "another plan under the key", err, "idempotency.reuse")
		_, err = d.PlanInspection(ctx, staff("91350102YX0109011N", "verifier"), access.Visit{SubjectID: db.NewID(), MatterCode: v.MatterCode, For: time.Hour})
		wantErr(t, "a hotel that names nobody", err, "visit.unit")
		moved := *inspector
		moved.UnitID = otherUnit
		w.tasks(t, inspector, 1)
		w.tasks(t, &moved, 0)
		_, _, err = d.InspectType(ctx, &moved, id, own.TypeCode)
		wantErr(t, "a look after the move", err, "visit.unknown")
		wantErr(t, "a finding after the move", d.RecordFinding(ctx, &moved, id, access.InspectionFinding{TypeCode: own.TypeCode, Result: access.FoundAbsent}), "visit.unknown")
		wantErr(t, "a finish after the move", d.FinishInspection(ctx, &moved, id), "visit.unknown")
	})
}

func (w *world) tasks(t *testing.T, a *authn.Actor, want int) {
	t.Helper()
	w.Read(t, func(q *db.Tx) error {
		all, err := w.door.InspectionTasks(t.Context(), q, a)
		if len(all) != want {
			t.Errorf("%d tasks of the inspector at %s, want %d", len(all), a.UnitID, want)
		}
		return err
	})
}

// TestFinishingAtOnce: an inspection that is finished by several requests at once ends once and tells its holder once, and no
// finding is written after its end.
func TestFinishingAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		d, ctx := w.door, t.Context()
		inspector := staff(unitID, "verifier")
		list := w.listOf(t, w.TypeCode(t, businessLicense))
		for range 4 {
			id, err := d.PlanInspection(ctx, inspector, access.Visit{SubjectID: w.firm, MatterCode: list.Inspection.Matter, For: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			var found []access.InspectionFinding
			w.Read(t, func(q *db.Tx) error {
				task, err := d.InspectionTask(ctx, q, inspector, id)
				for _, b := range task.Bindings {
					found = append(found, access.InspectionFinding{TypeCode: b.Type, Result: access.FoundAbsent})
				}
				return err
			})
			for _, f := range found {
				if err := d.RecordFinding(ctx, inspector, id, f); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			done := make([]error, 6)
			for i := range done {
				wg.Go(func() { done[i] = d.FinishInspection(ctx, inspector, id) })
			}
			wg.Wait()
			ended := 0
			for _, err := range done {
				if err == nil {
					ended++
				} else if errs.Code(err) != "visit.over" {
					t.Errorf("finish: %v", err)
				}
			}
			told := w.count(t, "notice WHERE kind = '"+string(notice.Inspected)+"' AND subject = '"+id+"'")
			if ended != 1 || told != 1 {
				t.Errorf("it was finished %d times and told %d times", ended, told)
			}
			wantErr(t, "a finding after the end", d.RecordFinding(ctx, inspector, id, found[0]), "visit.over")
		}
	})
}
