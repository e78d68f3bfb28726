package hall_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/test/world"
)

// A license that a vertical system has the duty to make keeps its case open until it is known.
func TestACaseWaitsForTheSystemThatMakesItsLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			m, err := w.Matters.Get(ctx, tx, foodMatter)
			if err != nil {
				return err
			}
			m.Duty = matter.DutyVertical
			return w.Matters.Put(ctx, tx, m)
		})
		no := o.submitted(o.request(""))
		if err := o.decide(no, "approve"); err != nil {
			t.Fatal(err)
		}
		v := o.look(o.clerk, no)
		if v.Case.Stage != casefile.StageMaking || v.Case.State != casefile.StateOpen || v.Case.LicenseID != "" {
			t.Fatalf("after the decision: %+v", v.Case)
		}
		mint := func(typeCode, issuer string) string {
			s, err := gbcode.MintIdentifier(gbcode.Identifier{TypeCode: typeCode, IssuerCode: issuer, Serial: "VERTICAL0001", Version: 1})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		if d, ok := o.due(no, deadline.Running); !ok || d.Kind != deadline.Vertical || !d.DueAt.Equal(v.Case.DueAt) {
			t.Errorf("%+v, %v", d, ok)
		}
		good := mint(v.Matter.Result, v.Case.UnitID)
		wantCode(t, "no identifier", o.Hall.Result(ctx, o.clerk, no, v.Case.RowVersion, "1.2.156.3005.2"), "code.identifier")
		wantCode(t, "another type", o.Hall.Result(ctx, o.clerk, no, v.Case.RowVersion, mint(w.TypeCode(t, "marriage-certificate"), v.Case.UnitID)), "case.result-type")
		wantCode(t, "an old version", o.Hall.Result(ctx, o.clerk, no, v.Case.RowVersion-1, good), "conflict")
		wantCode(t, "another unit", o.Hall.Result(ctx, w.Actor(t, "tj-scjg-clerk"), no, v.Case.RowVersion, good), "case.unknown")
		if c := o.look(o.clerk, no).Case; c.State != casefile.StateOpen {
			t.Fatal("a refused result closed the case")
		}
		for range 2 { // said twice, it is said once
			if err := o.Hall.Result(ctx, o.clerk, no, v.Case.RowVersion, good); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok := o.due(no, deadline.InTime); !ok {
			t.Error("the license came and is still owed")
		}
		c := o.look(o.clerk, no).Case
		if c.State != casefile.StateClosed || c.Stage != casefile.StageDone || c.ResultIdentifier != good || c.Outcome != casefile.Approved {
			t.Errorf("%+v", c)
		}
		o.wantCourse(no, "open", "paper", "paper", "submit", "take", "approve", "made-vertical", "result")
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			got, _, err := w.Notices.List(ctx, q, c.HolderID, 10, 0)
			if len(got) == 0 || got[0].Kind != notice.LicenseIssued || got[0].Subject != no {
				t.Errorf("notices %+v", got)
			}
			return err
		})
	})
}

// A system answers only the cases of units that it serves, whatever matters the ledger lists for it.
func TestOnlyAUnitsOwnSystemAnswersItsCases(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			m, err := w.Matters.Get(ctx, tx, foodMatter)
			if err != nil {
				return err
			}
			m.Duty = matter.DutyVertical
			return w.Matters.Put(ctx, tx, m)
		})
		no := o.submitted(o.request(""))
		if err := o.decide(no, "approve"); err != nil {
			t.Fatal(err)
		}
		v := o.look(o.clerk, no)
		identifier, err := gbcode.MintIdentifier(gbcode.Identifier{TypeCode: v.Matter.Result, IssuerCode: v.Case.UnitID, Serial: "VERTICAL0001", Version: 1})
		if err != nil {
			t.Fatal(err)
		}
		answer := func(unit string) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				return w.Hall.Answered(ctx, tx, org.System{Unit: unit, Matters: []string{foodMatter}}, no, license.License{TypeCode: v.Matter.Result, Identifier: identifier})
			})
		}
		wantCode(t, "another unit's system", answer(w.Actor(t, "tj-scjg-clerk").UnitID), "vertical.issuer")
		var above string
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			u, err := w.Units.Get(ctx, q, v.Case.UnitID)
			above = u.Parent
			return err
		})
		if err := answer(above); err != nil {
			t.Error("the system of the unit above:", err)
		}
	})
}
