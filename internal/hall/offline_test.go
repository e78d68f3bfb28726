package hall_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/test/world"
)

// entry is a food permit of a case that was closed on a day elsewhere.
func (o *office) entry(key string, closed time.Time) hall.Entry {
	firm := o.Cast(o.t, "food-firm")
	day := closed.Format(time.DateOnly)
	return hall.Entry{Key: key, TypeCode: o.TypeCode(o.t, "food-permit"), Holders: []hall.Person{{Code: firm.Code, Name: firm.Name}},
		Fields:   map[string]string{"KZ_FDDBR": "林㛃", "KZ_ZS": "鼓楼区榕印路1号", "KZ_JYCS": "鼓楼区榕印路1号", "KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售"},
		IssuedOn: day, ClosedOn: day, CaseNo: "GL-2026-0042"}
}

func (o *office) enter(e hall.Entry) license.License {
	o.t.Helper()
	l, err := o.Hall.Enter(context.Background(), o.clerk, e)
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

func (o *office) word(l license.License, publish bool) {
	o.t.Helper()
	if _, err := o.Hall.Review(context.Background(), o.reviewer, l.ID, publish, "照面有误"); err != nil {
		o.t.Fatal(err)
	}
}

// 榕政办〔2018〕214号 第七条: 脱机制证应当在办结之日内. A refused license wins no time, and a late one stands as late.
func TestACaseClosedElsewhereOwesItsLicenseThatDay(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		first := o.enter(o.entry("offline-0001", world.Start))
		subject := deadline.Elsewhere(first.IssuerID, "GL-2026-0042")
		d, ok := o.due(subject, deadline.Running)
		if !ok || d.Kind != deadline.Offline || !d.DueAt.Equal(clock.EndOfDay(world.Start)) || d.AccountID != o.clerk.AccountID || first.Step != license.StepSealed {
			t.Fatalf("%+v, %v; %s", d, ok, first.Step)
		}
		o.word(first, false)
		if _, ok := o.due(subject, deadline.Running); !ok {
			t.Error("after the refusal nothing is owed")
		}
		w.Now.Move(24 * time.Hour)
		if _, ok := o.due(subject, deadline.Overdue); !ok {
			t.Error("the next day it is not overdue")
		}
		o.word(o.enter(o.entry("offline-0002", world.Start)), true)
		if d, ok := o.due(subject, deadline.Late); !ok || d.EndedBy != o.reviewer.AccountID {
			t.Errorf("%+v, %v", d, ok)
		}
		e := o.entry("offline-0003", w.Now.Now())
		e.CaseNo = ""
		alone := o.enter(e)
		o.word(alone, false)
		if _, ok := o.due(alone.ID, deadline.Running); ok {
			t.Error("a refused license without a case is still owed")
		}
	})
}

// The system's own word of the case and the clerk's entry are about one license, whichever comes first.
func TestTheSystemsWordAndTheEntryAreOneDuty(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		var x org.System
		admin := w.Actor(t, "admin") // signing in writes, which a write cannot wait for
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			var err error
			x, err = w.Units.SaveSystem(ctx, tx, change.Of(admin, "登记"), org.System{Unit: o.clerk.UnitID, Name: "食品审批系统",
				Matters: []string{foodMatter}, Connection: org.ByAPI, Since: "2026-01-01", Health: "ok"})
			return err
		})
		e := o.entry("offline-0001", world.Start)
		e.SystemID = x.ID
		subject := deadline.Elsewhere(x.ID, e.CaseNo)
		told := func() {
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				return w.Deadlines.Open(ctx, tx, deadline.Deadline{Kind: deadline.Offline, SubjectID: subject, UnitID: x.Unit, TypeCode: e.TypeCode,
					Licenses: 1, DueAt: clock.EndOfDay(world.Start)})
			})
		}
		told()
		o.word(o.enter(e), true)
		told() // late word of the closed case
		if _, ok := o.due(subject, deadline.InTime); !ok {
			t.Error("the license that was made did not end the duty")
		}
		if _, ok := o.due(subject, deadline.Running); ok {
			t.Error("it is owed again")
		}
		e.Key, e.SystemID = "offline-0002", "01890a5d-ac96-774b-bcce-b302099a8057"
		if _, err := o.Hall.Enter(context.Background(), o.clerk, e); errs.Code(err) != "system.unknown" {
			t.Errorf("a system of nobody: %v", err)
		}
	})
}

// The same request, sent by a clerk who saw no answer, gives one license.
func TestEnteredOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		e := o.entry("offline-0001", world.Start)
		if a, b := o.enter(e), o.enter(e); a.ID != b.ID {
			t.Error("two licenses of one entry")
		}
		before := w.Count(t, `SELECT count(*) FROM license`)
		other := e
		other.CaseNo = "GL-2026-0043"
		if _, err := o.Hall.Enter(context.Background(), o.clerk, other); errs.Code(err) != "idempotency.reuse" {
			t.Errorf("the key for another entry: %v", err)
		}
		holders := w.Count(t, `SELECT count(*) FROM holder`)
		e.Holders = []hall.Person{{Code: "91350102YX09990010", Name: "从未见过的店"}}
		if _, err := o.Hall.Sketch(context.Background(), o.clerk, e); err != nil {
			t.Fatal(err)
		}
		if n := w.Count(t, `SELECT count(*) FROM license`); n != before || w.Count(t, `SELECT count(*) FROM holder`) != holders {
			t.Errorf("%d licenses, want %d: a look wrote something", n, before)
		}
	})
}
