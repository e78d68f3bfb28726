package hall_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/test/world"
)

// due finds a case among its unit's deadlines of a state.
func (o *office) due(no string, state deadline.State) (deadline.Deadline, bool) {
	o.t.Helper()
	var found []deadline.Deadline
	o.Read(o.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, err = o.Deadlines.List(ctx, q, deadline.Board{UnitID: o.clerk.UnitID}, state, "", 100, 0)
		return err
	})
	for _, d := range found {
		if d.SubjectID == no {
			return d, true
		}
	}
	return deadline.Deadline{}, false
}

// A license is due on the day of the decision; that the review refuses the first one wins no time.
func TestAnApprovedCaseOwesItsLicenseThatDay(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		no := o.submitted(o.request(""))
		if _, ok := o.due(no, deadline.Running); ok {
			t.Error("a license is owed before the decision")
		}
		first := o.approve(no)
		d, ok := o.due(no, deadline.Running)
		if !ok || d.Kind != deadline.Case || !d.DueAt.Equal(clock.EndOfDay(world.Start)) || d.AccountID != o.approver.AccountID || d.TypeCode != first.TypeCode {
			t.Fatalf("%+v, %v", d, ok)
		}
		if _, err := o.Hall.Review(ctx, o.reviewer, first.ID, false, "照面有误"); err != nil {
			t.Fatal(err)
		}
		w.Now.Move(24 * time.Hour)
		if _, ok := o.due(no, deadline.Overdue); !ok {
			t.Error("the next day it is not overdue")
		}
		o.take(no)
		second := o.approve(no)
		if _, err := o.Hall.Review(ctx, o.reviewer, second.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		if d, ok := o.due(no, deadline.Late); !ok || d.EndedBy != o.reviewer.AccountID {
			t.Errorf("made too late: %+v, %v", d, ok)
		}
	})
}

func TestACaseThatIsRefusedInTheEndOwesNothing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.submitted(o.request(""))
		l := o.approve(no)
		if _, err := o.Hall.Review(context.Background(), o.reviewer, l.ID, false, "照面有误"); err != nil {
			t.Fatal(err)
		}
		o.take(no)
		if err := o.decide(no, hall.Refuse); err != nil {
			t.Fatal(err)
		}
		w.Now.Move(48 * time.Hour)
		for _, s := range []deadline.State{deadline.Running, deadline.Overdue, deadline.Late, deadline.InTime} {
			if _, ok := o.due(no, s); ok {
				t.Errorf("still on the board: %s", s)
			}
		}
	})
}

// What is not made in time is told to the unit and to who supervises it, once, and no longer when it is made.
func TestAnOverdueLicenseIsToldToUnitAndSupervisor(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		no := o.submitted(o.request(""))
		l := o.approve(no)
		tell := func() {
			t.Helper()
			if err := w.TellOverdue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		told := func(login string) (n int) {
			t.Helper()
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				all, err := w.Tasks.Open(ctx, q, w.Actor(t, login))
				for _, x := range all {
					if x.Kind == task.LicenseOverdue && x.SubjectID == (deadline.Deadline{Kind: deadline.Case, SubjectID: no}).Key() {
						n++
					}
				}
				return err
			})
			return n
		}
		want := func(n int) {
			t.Helper()
			for _, login := range []string{"gl-scjg-reviewer", "gl-supervisor"} {
				if got := told(login); got != n {
					t.Errorf("%s has %d such tasks, want %d", login, got, n)
				}
			}
			if told("tj-scjg-reviewer") != 0 {
				t.Error("told to another unit")
			}
		}
		tell()
		want(0)
		w.Now.Move(24 * time.Hour)
		tell()
		tell()
		want(1)
		if _, err := o.Hall.Review(ctx, o.reviewer, l.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		want(0)
	})
}
