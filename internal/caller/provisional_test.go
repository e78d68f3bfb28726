package caller_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/test/world"
)

func (d *desk) provisional(no string) (p caller.Provisional) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		all, err := d.Callers.Provisionals(ctx, q, d.system.ID, 100)
		for _, x := range all {
			if x.CaseNo == no {
				p = x
			}
		}
		return err
	})
	return p
}

func (d *desk) flagged(k task.Kind) (n int) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		all, err := d.Tasks.About(ctx, q, k, "")
		n = len(all)
		return err
	})
	return n
}

// USE-7: a case that the system vouches for is used, and confirmed by its data.
func TestProvisionalCaseIsConfirmed(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		e := d.elements()
		e.BusinessCode = "EARLY-1"
		r, err := d.read(e, d.vouched(), d.box.Licenses.Identity)
		if err != nil {
			t.Fatal(err)
		}
		uses := d.uses("owner")
		if u := uses[0]; u.RecordNo != r.RecordNo || u.Purpose != "read; provisional case" {
			t.Errorf("the record does not say that it rests on the system's word: %+v", u)
		}
		if _, err := d.read(e, nil, d.box.Licenses.Identity); len(refused(err)) == 0 {
			t.Errorf("without vouching: %v", err)
		}
		d.Now.Move(time.Minute)
		d.tell(d.opened("EARLY-1"))
		if p := d.provisional("EARLY-1"); p.State != caller.Confirmed || p.Uses != 1 || len(p.Differs) != 0 {
			t.Errorf("%+v", p)
		}
		if _, err := d.read(e, nil, d.box.Licenses.Identity); err != nil {
			t.Errorf("by its data: %v", err)
		}
		if n := d.flagged(task.CaseContradicted) + d.flagged(task.CaseUnconfirmed); n != 0 {
			t.Errorf("%d are told of it", n)
		}
	})
}

func (d *desk) uses(cast string) (found []access.Use) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, err = d.Door.Uses(ctx, q, d.HolderID(d.t, cast), access.UseFilter{Limit: 100})
		return err
	})
	return found
}

func TestProvisionalCaseIsContradicted(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		e := d.elements()
		e.BusinessCode = "EARLY-2"
		v := d.vouched()
		v.Parties[matter.Representative] = d.box.Stranger
		if _, err := d.read(e, v, d.box.Licenses.Stranger); err != nil {
			t.Fatalf("what the system vouches for is believed: %v", err)
		}
		_, err := d.read(e, d.vouched(), d.box.Licenses.Identity)
		d.wantRefused(err, "access.system.provisional") // it says otherwise now
		d.tell(d.opened("EARLY-2"))
		if p := d.provisional("EARLY-2"); p.State != caller.Contradicted || !slices.Equal(p.Differs, []string{"representative"}) {
			t.Errorf("%+v", p)
		}
		if n := d.flagged(task.CaseContradicted); n != 2 {
			t.Errorf("%d are told of it, want the unit and its supervisor", n)
		}
		_, err = d.read(e, v, d.box.Licenses.Stranger)
		d.wantRefused(err, "access.case.party")
	})
}

// Cases that are never confirmed are flagged, and too many of them end the belief in the system.
func TestProvisionalCasesThatAreNeverConfirmed(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		e := d.elements()
		use := func(no string) error {
			e.BusinessCode = no
			_, err := d.read(e, d.vouched(), d.box.Licenses.Business)
			return err
		}
		for _, no := range []string{"LATE-1", "LATE-2", "LATE-3"} {
			if err := use(no); err != nil {
				t.Fatal(err)
			}
		}
		d.Now.Move(caller.Within)
		d.wantRefused(use("LATE-1"), "access.system.provisional")
		d.wantRefused(use("LATE-4"), "access.system.provisional")
		if err := d.Callers.Reconcile(context.Background()); err != nil {
			t.Fatal(err)
		}
		if p := d.provisional("LATE-1"); p.State != caller.Overdue || d.flagged(task.CaseUnconfirmed) != 6 {
			t.Errorf("%s, %d told", p.State, d.flagged(task.CaseUnconfirmed))
		}
		late := d.opened("LATE-1")
		late.At = d.Now.Now().Add(-caller.Within)
		d.tell(late)
		if p := d.provisional("LATE-1"); p.State != caller.Confirmed {
			t.Errorf("late data confirm: %+v", p)
		}
	})
}
