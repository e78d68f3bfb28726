package org_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

const matterCode = "11350102YX0100017G4350131901001"

func TestMandates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		bureau, school, next := k.create(t, 1, ""), k.create(t, 2, ""), k.create(t, 3, "")
		entrust := func(m org.Mandate) (made org.Mandate, err error) {
			err = k.try(func(tx *db.Tx) error {
				made, err = k.Entrust(ctx, tx, by, m)
				return err
			})
			return made, err
		}
		first := time.Date(2026, 3, 10, 0, 0, 0, 0, clock.Shanghai)
		good := org.Mandate{From: bureau.ID, To: school.ID, Kind: org.Issue, Scope: []string{typeCode(2), typeCode(1), typeCode(1)}, ValidFrom: first,
			ValidTo: first.AddDate(0, 1, 0)}
		for name, c := range map[string]struct {
			make        func(m *org.Mandate)
			code, field string
		}{
			"to itself":      {func(m *org.Mandate) { m.To = m.From }, "mandate.self", "toId"},
			"to nobody":      {func(m *org.Mandate) { m.To = code(9) }, "unit.unknown", "toId"},
			"no first day":   {func(m *org.Mandate) { m.ValidFrom = time.Time{} }, "field.required", "validFrom"},
			"before anybody": {func(m *org.Mandate) { m.ValidFrom = m.ValidFrom.AddDate(-2026, 0, 0) }, "field.date", "validFrom"},
			"ends too early": {func(m *org.Mandate) { m.ValidTo = m.ValidFrom }, "mandate.term", "validTo"},
			"matter to make": {func(m *org.Mandate) { m.Scope = []string{matterCode} }, "mandate.scope", "scope"},
			"type at a desk": {func(m *org.Mandate) { m.Kind = org.FrontDesk }, "mandate.scope", "scope"},
			"no such kind":   {func(m *org.Mandate) { m.Kind = "sell" }, "field.option", "kind"},
		} {
			m := good
			m.Scope = slices.Clone(good.Scope)
			c.make(&m)
			if _, err := entrust(m); err == nil || errs.Of(err).Code != c.code || errs.Of(err).Field != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		m, err := entrust(good)
		if err != nil || len(m.Scope) != 2 {
			t.Fatalf("%+v, %v", m, err)
		}
		if _, err := entrust(org.Mandate{From: bureau.ID, To: school.ID, Kind: org.FrontDesk, ValidFrom: first}); err != nil {
			t.Fatal(err)
		}
		mandated := func(kind org.MandateKind, subject string, at time.Time) (from []string) {
			k.read(t, func(q *db.Tx) (err error) {
				from, err = k.Mandated(ctx, q, kind, school.ID, subject, at)
				return err
			})
			return from
		}
		for _, c := range []struct {
			kind    org.MandateKind
			subject string
			at      time.Time
			want    bool
		}{
			{org.Issue, typeCode(1), first, true}, {org.Issue, typeCode(1), first.Add(-time.Microsecond), false},
			{org.Issue, typeCode(1), good.ValidTo.Add(-time.Microsecond), true}, {org.Issue, typeCode(1), good.ValidTo, false},
			{org.Issue, typeCode(3), first, false}, {org.Convert, typeCode(1), first, false}, {org.FrontDesk, matterCode, first.AddDate(9, 0, 0), true},
		} {
			if got := mandated(c.kind, c.subject, c.at); slices.Contains(got, bureau.ID) != c.want {
				t.Errorf("%+v: %v", c, got)
			}
		}
		// Ended early, it is over from that moment; a successor keeps what was entrusted.
		k.clock.Move(first.AddDate(0, 0, 3).Sub(start))
		now := k.clock.Now()
		if _, err := k.reorganise(org.Reorganisation{Kind: org.Merge, Units: seen(bureau), Successors: []string{next.ID}, DecisionNo: "一号"}); err != nil {
			t.Fatal(err)
		}
		if got := mandated(org.Issue, typeCode(1), now); !slices.Equal(got, []string{next.ID}) {
			t.Errorf("after the merger: %v", got)
		}
		if got := mandated(org.Issue, typeCode(1), now.Add(-time.Second)); !slices.Equal(got, []string{bureau.ID, next.ID}) {
			t.Errorf("before the merger: %v", got)
		}
		var open []org.Mandate
		k.read(t, func(q *db.Tx) (err error) {
			open, _, err = k.Mandates(ctx, q, org.MandateFilter{Unit: next.ID, Kind: org.Issue, State: org.InForce})
			return err
		})
		if len(open) != 1 {
			t.Fatalf("%+v", open)
		}
		end := func(version int64) error {
			return k.try(func(tx *db.Tx) error {
				_, err := k.EndMandate(ctx, tx, by, open[0].ID, version)
				return err
			})
		}
		for i, want := range []string{"conflict", "", "mandate.over"} {
			version := []int64{9, 1, 2}[i]
			if err := end(version); (want == "") != (err == nil) || want != "" && errs.Code(err) != want {
				t.Errorf("end %d: %v, want %s", i, err, want)
			}
		}
		if got := mandated(org.Issue, typeCode(1), now); len(got) != 0 {
			t.Errorf("after its end: %v", got)
		}
		k.read(t, func(q *db.Tx) error {
			for state, want := range map[org.MandateState]int{org.Stopped: 3, org.InForce: 1, org.NotYet: 0, org.Over: 0, "": 4} {
				_, total, err := k.Mandates(ctx, q, org.MandateFilter{State: state})
				if err != nil || total != want {
					t.Errorf("%s: %d, want %d: %v", state, total, want, err)
				}
			}
			return nil
		})
	})
}
