package org_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

func (k *kit) reorganise(r org.Reorganisation) (done org.Reorganisation, err error) {
	err = k.try(func(tx *db.Tx) error {
		done, err = k.Reorganise(context.Background(), tx, by, r)
		return err
	})
	return done, err
}

func (k *kit) caretaker(t testing.TB, unit, typ string) (id string) {
	t.Helper()
	k.read(t, func(q *db.Tx) (err error) {
		id, err = k.Caretaker(context.Background(), q, unit, typ)
		return err
	})
	return id
}

func seen(units ...org.Unit) []org.Seen {
	var list []org.Seen
	for _, u := range units {
		list = append(list, org.Seen{ID: u.ID, Version: u.Version})
	}
	return list
}

func TestMergeSplitHandOverClose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		top := k.create(t, 1, "")
		a, b, c, d := k.create(t, 2, top.ID), k.create(t, 3, top.ID), k.create(t, 4, top.ID), k.create(t, 5, top.ID)
		below := k.create(t, 6, a.ID)
		one, two, three := typeCode(1), typeCode(2), typeCode(3)
		k.claims.list = []org.Claim{{Type: one, Unit: a.ID, Made: true}, {Type: two, Unit: a.ID, Made: true}}
		k.staff(t, a.ID, "left-over", "clerk")

		// a hands type two to d, and is merged into b; b is split into c and d.
		if _, err := k.reorganise(org.Reorganisation{Kind: org.HandOver, Units: seen(a), Successors: []string{d.ID}, Types: []org.TypeMove{{two, d.ID}}, DecisionNo: "榕编〔2026〕1号"}); err != nil {
			t.Fatal(err)
		}
		if k.caretaker(t, a.ID, two) != d.ID || k.caretaker(t, a.ID, one) != a.ID || k.caretaker(t, a.ID, "") != a.ID {
			t.Error("after handing over")
		}
		done, err := k.reorganise(org.Reorganisation{Kind: org.Merge, Units: seen(k.unit(t, a.ID)), Successors: []string{b.ID}, DecisionNo: "榕编〔2026〕2号"})
		if err != nil || done.Children != 1 || done.Accounts != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		if u := k.unit(t, a.ID); u.State != org.Merged || !slices.Equal(u.Successors, []string{b.ID}) || !u.EndedAt.Equal(start) {
			t.Errorf("%+v", u)
		}
		if u := k.unit(t, below.ID); u.Parent != b.ID {
			t.Errorf("below: %+v", u)
		}
		if k.claims.list[0].Unit != b.ID || k.claims.list[1].Unit != d.ID {
			t.Errorf("claims: %+v", k.claims.list)
		}
		if _, err := k.reorganise(org.Reorganisation{Kind: org.Divide, Units: seen(k.unit(t, b.ID)), Successors: []string{c.ID, d.ID},
			Types: []org.TypeMove{{three, d.ID}}, DecisionNo: "榕编〔2026〕3号"}); err != nil {
			t.Fatal(err)
		}
		for typ, want := range map[string]string{one: c.ID, two: d.ID, three: d.ID, "": c.ID} {
			if got := k.caretaker(t, a.ID, typ); got != want {
				t.Errorf("type %q of the first unit is now with %s, want %s", typ, got, want)
			}
		}
		if _, err := k.reorganise(org.Reorganisation{Kind: org.Close, Units: seen(k.unit(t, d.ID)), DecisionNo: "榕编〔2026〕4号"}); err != nil {
			t.Fatal(err)
		}
		if got := k.caretaker(t, a.ID, two); got != top.ID {
			t.Errorf("closed without successor: %s", got)
		}
		k.read(t, func(q *db.Tx) error {
			events, err := k.History(ctx, q, a.ID)
			if err != nil {
				return err
			}
			var kinds []org.EventKind
			for _, e := range events {
				kinds = append(kinds, e.Kind)
			}
			if !slices.Equal(kinds, []org.EventKind{org.WasMerged, org.HandedOver, org.Created}) || events[0].DecisionNo != "榕编〔2026〕2号" ||
				!slices.Equal(events[1].Types, []string{two}) {
				t.Errorf("%+v", events)
			}
			trail, err := k.trail.List(ctx, q, change.Filter{Subject: change.Unit, SubjectID: a.ID, Limit: 9})
			if len(trail) != 3 {
				t.Errorf("%d entries in the trail", len(trail))
			}
			return err
		})
		// What nobody is responsible for has become the successors' work.
		k.read(t, func(q *db.Tx) error {
			open, err := k.tasks.About(ctx, q, task.FillPost, "")
			var who []string
			for _, x := range open {
				who = append(who, x.SubjectID)
			}
			if !slices.Contains(who, c.ID) || slices.Contains(who, a.ID) || slices.Contains(who, d.ID) {
				t.Errorf("posts of %v", who)
			}
			return err
		})
	})
}

func TestReorganisationsThatAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		top := k.create(t, 1, "")
		a, b := k.create(t, 2, top.ID), k.create(t, 3, top.ID)
		gone := k.create(t, 4, top.ID)
		if _, err := k.reorganise(org.Reorganisation{Kind: org.Close, Units: seen(gone), DecisionNo: "一号"}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			r           org.Reorganisation
			code, field string
		}{
			"no decision":      {org.Reorganisation{Kind: org.Merge, Units: seen(a), Successors: []string{b.ID}}, "unit.decision", "decisionNo"},
			"no such kind":     {org.Reorganisation{Kind: "sell", DecisionNo: "一号"}, "field.option", "kind"},
			"merge into two":   {org.Reorganisation{Kind: org.Merge, Units: seen(a), Successors: []string{b.ID, top.ID}, DecisionNo: "一号"}, "unit.reorganisation", "kind"},
			"split into one":   {org.Reorganisation{Kind: org.Divide, Units: seen(a), Successors: []string{b.ID}, DecisionNo: "一号"}, "unit.reorganisation", "kind"},
			"nothing handed":   {org.Reorganisation{Kind: org.HandOver, Units: seen(a), Successors: []string{b.ID}, DecisionNo: "一号"}, "unit.reorganisation", "kind"},
			"into itself":      {org.Reorganisation{Kind: org.Merge, Units: seen(a), Successors: []string{a.ID}, DecisionNo: "一号"}, "unit.twice", "successors"},
			"into one gone":    {org.Reorganisation{Kind: org.Merge, Units: seen(a), Successors: []string{gone.ID}, DecisionNo: "一号"}, "unit.ended", "successors"},
			"one gone":         {org.Reorganisation{Kind: org.Merge, Units: seen(gone), Successors: []string{a.ID}, DecisionNo: "一号"}, "unit.ended", "units"},
			"unknown":          {org.Reorganisation{Kind: org.Merge, Units: []org.Seen{{ID: code(77)}}, Successors: []string{a.ID}, DecisionNo: "一号"}, "unit.unknown", "units"},
			"seen too early":   {org.Reorganisation{Kind: org.Merge, Units: []org.Seen{{ID: a.ID, Version: 9}}, Successors: []string{b.ID}, DecisionNo: "一号"}, "conflict", ""},
			"topmost closed":   {org.Reorganisation{Kind: org.Close, Units: seen(top), DecisionNo: "一号"}, "unit.successor", "successors"},
			"to none of them":  {org.Reorganisation{Kind: org.HandOver, Units: seen(a), Successors: []string{b.ID}, Types: []org.TypeMove{{typeCode(1), top.ID}}, DecisionNo: "一号"}, "unit.type-move", "types"},
			"no code of types": {org.Reorganisation{Kind: org.HandOver, Units: seen(a), Successors: []string{b.ID}, Types: []org.TypeMove{{"x", b.ID}}, DecisionNo: "一号"}, "type.unknown", "types"},
		} {
			_, err := k.reorganise(c.r)
			if e := errs.Of(err); err == nil || e.Code != c.code || e.Field != c.field {
				t.Errorf("%s: %v, want %s on %s", name, err, c.code, c.field)
			}
		}
	})
}

// Whatever is re-organised, in whatever order: nobody stands above itself, every unit's chain of successors ends at
// an active unit for every type, active units stand under active ones, and each unit's history tells how it ended.
func TestReorganisationsKeepTheTreeWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			if round > 25 { // each is a walk of its own on the same database
				return
			}
			w := &walk{k: k, t: t, base: round * 1000}
			root := k.create(t, w.base, "")
			w.ids = []string{root.ID}
			for range 6 {
				w.found(rt)
			}
			for range 12 {
				if rapid.IntRange(0, 3).Draw(rt, "found") == 0 {
					w.found(rt)
				}
				w.step(rt)
			}
			w.check(rt)
		})
	})
}

// walk is a walk of random re-organisations.
type walk struct {
	k    *kit
	t    *testing.T
	base int
	ids  []string
	done int // re-organisations that were carried out
}

func (w *walk) found(rt *rapid.T) {
	var active []string
	for _, id := range w.ids {
		if w.k.unit(w.t, id).State == org.Active {
			active = append(active, id)
		}
	}
	u := w.k.create(w.t, w.base+len(w.ids), rapid.SampledFrom(active).Draw(rt, "parent"))
	w.ids = append(w.ids, u.ID)
}

func (w *walk) step(rt *rapid.T) {
	pick := rapid.Permutation(w.ids).Draw(rt, "units")
	kind := rapid.SampledFrom([]string{org.Merge, org.Divide, org.HandOver, org.Close}).Draw(rt, "kind")
	typ := typeCode(rapid.IntRange(1, 3).Draw(rt, "type"))
	r := org.Reorganisation{Kind: kind, Units: seen(w.k.unit(w.t, pick[0])), Successors: pick[1:2], DecisionNo: fmt.Sprintf("第%d号", w.done)}
	switch kind {
	case org.Divide:
		r.Successors = pick[1:3]
		r.Types = []org.TypeMove{{typ, pick[2]}}
	case org.HandOver:
		r.Types = []org.TypeMove{{typ, pick[1]}}
	case org.Close:
		r.Successors = nil
	}
	_, err := w.k.reorganise(r)
	switch errs.Code(err) {
	case "unit.ended", "unit.successor", "unit.name-taken": // may be refused for these
	default:
		if err != nil {
			rt.Fatalf("%s: %v", kind, err)
		}
		w.done++
	}
}

func (w *walk) check(rt *rapid.T) {
	ctx := context.Background()
	for _, id := range w.ids {
		u := w.k.unit(w.t, id)
		for _, typ := range []string{"", typeCode(1), typeCode(2), typeCode(3)} {
			if end := w.k.unit(w.t, w.k.caretaker(w.t, id, typ)); end.State != org.Active {
				rt.Fatalf("the chain of %s for %q ends at one that is %s", id, typ, end.State)
			}
		}
		w.k.read(w.t, func(q *db.Tx) error {
			path, err := w.k.Path(ctx, q, u)
			if err != nil {
				return err
			}
			for i, p := range path {
				if p.ID == u.ID {
					rt.Fatalf("%s stands above itself", id)
				}
				if u.State == org.Active && i == len(path)-1 && p.State != org.Active {
					rt.Fatalf("%s stands under one that is %s", id, p.State)
				}
			}
			events, err := w.k.History(ctx, q, id)
			told := slices.ContainsFunc(events, func(e org.Event) bool {
				return e.DecisionNo != "" && slices.Contains([]org.EventKind{org.WasMerged, org.WasSplit, org.WasEnded}, e.Kind)
			})
			if told != (u.State != org.Active) || events[len(events)-1].Kind != org.Created {
				rt.Fatalf("%s is %s, its history: %+v", id, u.State, events)
			}
			return err
		})
	}
}
