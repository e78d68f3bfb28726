package inspection_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// told runs the job and gives the firm's notices about the days of a license, the newest first.
func (b *bench) told(l license.License) []string {
	b.t.Helper()
	if err := b.w.TellDue(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	var out []string
	b.w.Read(b.t, func(ctx context.Context, q *db.Tx) error {
		found, _, err := b.w.Notices.List(ctx, q, l.HolderID, 100, 0)
		for _, n := range found {
			if n.Subject == l.ID {
				out = append(out, string(n.Kind)+" "+n.Detail["day"])
			}
		}
		return err
	})
	return out
}

func (b *bench) tells(l license.License, want ...string) {
	b.t.Helper()
	if got := b.told(l); !slices.Equal(got, want) {
		b.t.Errorf("at %s told %v, want %v", b.w.Now.Now(), got, want)
	}
}

// A holder is told once of each day that comes, at its own time, and never of one that the inspection moved.
func TestHoldersAreToldOnceOfEachDay(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		b.typ.Validity = catalog.Validity{Rule: catalog.Fixed, Years: 2, Remind: 60}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			typ := b.typ
			typ.Version = 2
			return w.Types.Publish(ctx, tx, typ, w.Now.Now())
		})
		l := b.issue("")
		inspect := l.InspectDue.Add(-30 * 24 * time.Hour)
		expire := l.ValidTo.Add(-60 * 24 * time.Hour)
		b.at(inspect.Add(-time.Second))
		b.tells(l)
		b.at(inspect)
		first := "inspection-due 2027-03-01"
		b.tells(l, first)
		b.tells(l, first)
		b.examine(b.applied(l), true)
		passed := "inspection-passed 2028-03-01"
		b.at(expire.Add(-time.Second))
		b.tells(l, passed, first)
		b.at(expire)
		b.tells(l, "license-expiring 2028-03-01", passed, first)
		b.at(l.ValidTo.Add(time.Hour))
		b.tells(l, "inspection-due 2028-03-01", "license-expiring 2028-03-01", passed, first)
		b.at(l.ValidTo.AddDate(2, 0, 0))
		b.tells(l, "inspection-due 2028-03-01", "license-expiring 2028-03-01", passed, first)
	})
}

// After days of standstill all that came meanwhile is told, once, whatever the number of licenses; what ended is not.
func TestReminderCatchesUp(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		l, gone := b.issue(""), b.issue("")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			x, err := w.Licenses.Get(ctx, tx, gone.HolderID, gone.ID)
			if err != nil {
				return err
			}
			_, err = w.Licenses.Operate(ctx, tx, x, license.Operation{Action: license.Cancel, Ground: "榕注销1", UnitID: b.unit})
			return err
		})
		b.at(l.InspectDue.AddDate(0, 0, -10))
		done := make(chan error, 3)
		for range 3 { // as three nodes would
			go func() { done <- w.TellDue(context.Background()) }()
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		b.tells(l, "inspection-due 2027-03-01")
		b.tells(gone)
		next := b.issue(l.ID) // carries the cycle on, and what was told
		b.tells(next)
		if left := w.Count(t, `SELECT count(*) FROM license WHERE remind_at > 0 AND remind_at <= $1`, db.Micros(w.Now.Now())); left != 0 {
			t.Errorf("%d are left to tell", left)
		}
	})
}

// An issuer lists what is due and what is overdue, page by page; another unit's, and what ended, is not in it.
func TestIssuerListsWhatIsDue(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		var want []string
		for range 3 {
			want = append(want, b.issue("").ID)
			b.at(w.Now.Now().AddDate(0, 0, 1))
		}
		list := func(unit string, after, until time.Time, offset int) (ids []string, total int) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				found, n, err := w.Licenses.Due(ctx, q, unit, license.ToInspect, after, until, 2, offset)
				for _, l := range found {
					ids = append(ids, l.ID)
				}
				total = n
				return err
			})
			return ids, total
		}
		due := day("2027-03-02")
		for _, c := range []struct {
			after, until time.Time
			offset       int
			ids          []string
			total        int
		}{
			{due.Add(-time.Second), due.Add(48 * time.Hour), 0, want[:2], 3},
			{due.Add(-time.Second), due.Add(48 * time.Hour), 2, want[2:], 3},
			{due, due.Add(47 * time.Hour), 0, want[1:2], 1},
			{due.AddDate(0, 0, 30), due.AddDate(1, 0, 0), 0, nil, 0},
		} {
			if ids, total := list(b.unit, c.after, c.until, c.offset); !slices.Equal(ids, c.ids) || total != c.total {
				t.Errorf("%s: %v of %d, want %v of %d", fmt.Sprint(c.after), ids, total, c.ids, c.total)
			}
		}
		if ids, total := list("elsewhere", due.Add(-time.Second), due.AddDate(1, 0, 0), 0); len(ids) != 0 || total != 0 {
			t.Errorf("another unit sees %v", ids)
		}
	})
}
