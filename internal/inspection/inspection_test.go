package inspection_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/inspection"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/upload"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// bench is a world with a type of the test's own that must be inspected.
type bench struct {
	t    *testing.T
	w    *world.World
	typ  catalog.Type
	unit string
}

func newBench(t *testing.T, w *world.World, rule catalog.Inspection) *bench {
	t.Helper()
	typ, err := w.City.Type(demo.FoodPermit)
	if err != nil {
		t.Fatal(err)
	}
	own := *typ
	own.Code, own.Name, own.Fields, own.Number = "11350000YX0000016Q778", "年检试验证", nil, "N{seq6}"
	own.Validity, own.Inspection = catalog.Validity{Rule: catalog.Long}, &rule
	own.Face = catalog.Face{Width: 80, Height: 60, Objects: []catalog.FaceObject{
		{Kind: "field", Field: "ZZBH", X: 5, Y: 10, W: 70, Size: 4}, {Kind: "seal", Step: 1, X: 20, Y: 15, W: 40, H: 40}}}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error { return w.Types.Publish(ctx, tx, own, w.Now.Now()) })
	return &bench{t: t, w: w, typ: own, unit: own.Issuers[0]}
}

// issue makes and publishes a license of the firm; follows is the version before.
func (b *bench) issue(follows string) license.License {
	b.t.Helper()
	var l license.License
	b.w.Write(b.t, func(ctx context.Context, tx *db.Tx) error {
		var err error
		l, err = b.w.Licenses.Draft(ctx, tx, license.Draft{TypeCode: b.typ.Code, IssuerID: b.unit, MakerID: "maker", IssuedOn: b.w.Now.Now(),
			DueAt: clock.EndOfDay(b.w.Now.Now()), Holders: []string{b.w.HolderID(b.t, "food-firm")}, Follows: follows})
		return err
	})
	l, err := b.w.Licenses.Make(b.t.Context(), l.HolderID, l.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	b.w.Write(b.t, func(ctx context.Context, tx *db.Tx) error {
		l, err = b.w.Licenses.Review(ctx, tx, license.Review{HolderID: l.HolderID, LicenseID: l.ID, ReviewerID: "reviewer", UnitID: b.unit, Publish: true})
		return err
	})
	return l
}

func (b *bench) get(l license.License) license.License {
	b.t.Helper()
	var out license.License
	b.w.Read(b.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		out, err = b.w.Licenses.Get(ctx, q, l.HolderID, l.ID)
		return err
	})
	return out
}

// at sets the clock.
func (b *bench) at(t time.Time) { b.w.Now.Move(t.Sub(b.w.Now.Now())) }

func (b *bench) apply(l license.License) (inspection.Inspection, error) {
	return b.w.Inspections.Apply(b.t.Context(), b.w.Actor(b.t, "food-firm"), l.ID, "一年来经营正常")
}

func (b *bench) applied(l license.License) inspection.Inspection {
	b.t.Helper()
	i, err := b.apply(l)
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

// staff are the clerk and the second person of the unit.
func (b *bench) staff() (clerk, second *authn.Actor) {
	return &authn.Actor{AccountID: "clerk", UnitID: b.unit, Roles: []string{authn.RoleClerk}},
		&authn.Actor{AccountID: "second", UnitID: b.unit, Roles: []string{authn.RoleReviewer}}
}

func (b *bench) examine(i inspection.Inspection, passes bool) {
	b.t.Helper()
	clerk, _ := b.staff()
	if err := b.w.Inspections.Examine(b.t.Context(), clerk, i.ID, i.RowVersion, passes, "材料齐全，现场核查与申报一致"); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) states(l license.License, want license.State) {
	b.t.Helper()
	if got := b.get(l).State(b.w.Now.Now()); got != want {
		b.t.Errorf("at %s it is %s, want %s", b.w.Now.Now().In(clock.Shanghai), got, want)
	}
}

// stood holds what the license was at a past moment.
func (b *bench) stood(l license.License, at time.Time, want license.State) {
	b.t.Helper()
	b.w.Read(b.t, func(ctx context.Context, q *db.Tx) error {
		x, err := b.w.Licenses.Get(ctx, q, l.HolderID, l.ID)
		if err != nil {
			return err
		}
		got, err := b.w.Licenses.StateAt(ctx, q, x, at)
		if got != want {
			b.t.Errorf("at %s it was %s, want %s", at, got, want)
		}
		return err
	})
}

func (b *bench) actions(l license.License) []license.Trace {
	b.t.Helper()
	var out []license.Trace
	b.w.Read(b.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		out, err = b.w.Licenses.History(ctx, q, l)
		return err
	})
	return out
}

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.Code(err); err == nil || got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}

var yearly = catalog.Inspection{Months: 12, Remind: 30, Basis: "《试验条例》第一条", Overdue: "block"}

// One whole cycle: issued, overdue by a second, applied for, failed, applied for again, passed, and the next year's day.
func TestOneCycle(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		rule := yearly
		rule.Review = true
		b := newBench(t, w, rule)
		l := b.issue("")
		due := day("2027-03-02") // issued on 2026-03-02: the last day is 2027-03-01
		if !l.InspectDue.Equal(due) || !b.get(l).InspectBy.Equal(due) {
			t.Fatalf("due %s, want %s", l.InspectDue, due)
		}
		file := l.FileDigest
		_, err := b.apply(l)
		wantCode(t, err, "inspect.early")

		b.at(due.Add(-time.Second))
		b.states(l, license.Valid)
		b.at(due)
		b.states(l, license.InspectionOverdue)

		i := b.applied(l)
		_, err = b.apply(l)
		wantCode(t, err, "inspect.open")
		clerk, second := b.staff()
		wantCode(t, w.Inspections.Examine(t.Context(), clerk, i.ID, i.RowVersion, true, " "), "inspect.reason")
		other := &authn.Actor{AccountID: "x", UnitID: "elsewhere", Roles: []string{authn.RoleClerk}}
		wantCode(t, w.Inspections.Examine(t.Context(), other, i.ID, i.RowVersion, true, "好"), "inspect.unknown")
		b.examine(i, false)
		wantCode(t, w.Inspections.Review(t.Context(), &authn.Actor{AccountID: "clerk", UnitID: b.unit}, i.ID, i.RowVersion+1, true, ""), "inspect.same-person")
		if err := w.Inspections.Review(t.Context(), second, i.ID, i.RowVersion+1, true, ""); err != nil {
			t.Fatal(err)
		}
		b.states(l, license.InspectionOverdue)

		b.at(due.AddDate(0, 1, 0))
		i = b.applied(l)
		b.examine(i, true)
		b.states(l, license.InspectionOverdue) // the second person has not looked yet
		wantCode(t, w.Inspections.Review(t.Context(), second, i.ID, i.RowVersion+1, false, ""), "inspect.reason")
		if err := w.Inspections.Review(t.Context(), second, i.ID, i.RowVersion+1, false, "缺一页"); err != nil {
			t.Fatal(err)
		}
		i.RowVersion += 2
		b.examine(i, true)
		if err := w.Inspections.Review(t.Context(), second, i.ID, i.RowVersion+1, true, ""); err != nil {
			t.Fatal(err)
		}
		b.states(l, license.Valid)
		next := day("2028-03-02") // late by a month, but the cycle stays
		got := b.get(l)
		if !got.InspectDue.Equal(next) || got.FileDigest != file {
			t.Errorf("next due %s, want %s; file %s, want %s", got.InspectDue, next, got.FileDigest, file)
		}
		history := b.actions(l)
		last := history[len(history)-2:]
		if last[0].Action != "inspectionFailed" || last[1].Action != "inspected" || last[1].Ground != "2027-03-01/2028-03-01" || last[1].Words == "" {
			t.Errorf("history ends with %+v", last)
		}
		b.stood(l, due.Add(-time.Second), license.Valid)
		b.stood(l, due.AddDate(0, 0, 1), license.InspectionOverdue)
		b.stood(l, w.Now.Now(), license.Valid)
		b.at(next.Add(-time.Second))
		b.states(l, license.Valid)
		b.at(next)
		b.states(l, license.InspectionOverdue)
	})
}

// Where the type only marks, an overdue license stays usable.
func TestOverdueIsMarkedWhereTheTypeSaysSo(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		rule := yearly
		rule.Overdue = "mark"
		b := newBench(t, w, rule)
		l := b.issue("")
		b.at(l.InspectDue.Add(-time.Second))
		if b.get(l).InspectionLate(w.Now.Now()) {
			t.Error("late a second before")
		}
		b.at(l.InspectDue)
		b.states(l, license.Valid)
		if !b.get(l).InspectionLate(w.Now.Now()) {
			t.Error("not late when it is due")
		}
		b.examine(b.applied(l), false)
		b.states(l, license.Valid)
		b.examine(b.applied(l), true)
		if got := b.get(l); got.InspectionLate(w.Now.Now()) {
			t.Errorf("late after passing: due %s", got.InspectDue)
		}
	})
}

// Of a license that was issued on 29 February, the year ends with February, and with the 29th where there is one.
func TestCycleOfALeapDay(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		b.at(day("2028-02-29").Add(10 * time.Hour))
		l := b.issue("")
		for _, due := range []string{"2029-03-01", "2030-03-01", "2031-03-01", "2032-02-29", "2033-03-01"} {
			if got := b.get(l).InspectDue; !got.Equal(day(due)) {
				t.Fatalf("due %s, want %s", got.In(clock.Shanghai), due)
			}
			b.at(day(due).Add(-time.Second))
			b.states(l, license.Valid)
			b.at(day(due))
			b.states(l, license.InspectionOverdue)
			b.at(day(due).Add(-time.Hour))
			b.examine(b.applied(l), true)
		}
	})
}

// A version that follows carries the cycle on, and what was applied for with the one before counts for it.
func TestRenewalInspectsNothing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		l := b.issue("")
		b.at(l.InspectDue.Add(-24 * time.Hour))
		i := b.applied(l)
		next := b.issue(l.ID)
		if !next.InspectDue.Equal(l.InspectDue) {
			t.Errorf("due %s, want %s as before", next.InspectDue, l.InspectDue)
		}
		_, err := b.apply(next)
		wantCode(t, err, "inspect.open")
		b.at(l.InspectDue)
		b.states(next, license.InspectionOverdue)
		b.examine(i, true)
		b.states(next, license.Valid)
		b.states(l, license.Superseded)
		if got := b.get(next).InspectDue; !got.Equal(day("2028-03-02")) {
			t.Errorf("next due %s", got)
		}
		if !slices.ContainsFunc(b.actions(next), func(x license.Trace) bool { return x.Action == "inspected" }) {
			t.Error("the result is not in the history of the version that is there")
		}
	})
}

// However a license comes to be, it has its day: many at once, old ones whose first days have gone by, and those that
// another system made.
func TestEveryWayOfIssuingBeginsTheCycle(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		h := w.Cast(t, "food-firm").Profile()
		bulk, err := w.Licenses.Bulk(t.Context(), license.Order{TypeCode: b.typ.Code, IssuerID: b.unit, MakerID: "maker", ReviewerID: "reviewer",
			Origin: license.Batch, OriginID: "b", DueAt: clock.EndOfDay(w.Now.Now())})
		if err != nil {
			t.Fatal(err)
		}
		var made []license.License
		rows := []license.Row{{Holders: []holder.Profile{h}, IssuedOn: w.Now.Now()}, {Holders: []holder.Profile{h}, IssuedOn: day("2019-05-06"), Number: "旧1"}}
		if made, _, err = bulk.Make(t.Context(), rows, func(context.Context, *db.Tx, []license.License, []error) error { return nil }); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"2027-03-02", "2026-05-06"} {
			if got := b.get(made[i]); !got.InspectDue.Equal(day(want)) || !got.InspectBy.Equal(day(want)) {
				t.Errorf("row %d is due %s, want %s", i, got.InspectDue, want)
			}
		}
		typ := b.typ
		typ.Code, typ.Name, typ.Making, typ.Source, typ.Seals, typ.Face = "11350000YX0000016Q779", "年检推送证", catalog.Vertical, "试验系统", nil, catalog.Face{}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error { return w.Types.Publish(ctx, tx, typ, w.Now.Now()) })
		laid, err := w.Licenses.Lay(t.Context(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var l license.License
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			l, err = w.Licenses.Push(ctx, tx, license.Draft{TypeCode: typ.Code, IssuerID: b.unit, IssuedOn: day("2025-04-01"), Number: "P1",
				Holders: []string{w.HolderID(t, "food-firm")}}, "", laid)
			return err
		})
		b.at(day("2026-04-01").Add(-time.Second))
		b.states(l, license.Valid)
		b.at(day("2026-04-01"))
		b.states(l, license.InspectionOverdue)
	})
}

// What ended meanwhile is not inspected any more.
func TestInspectionOfAnEndedLicenseIsDropped(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, yearly)
		l := b.issue("")
		b.at(l.InspectDue)
		i := b.applied(l)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			l, err := w.Licenses.Get(ctx, tx, l.HolderID, l.ID)
			if err != nil {
				return err
			}
			_, err = w.Licenses.Operate(ctx, tx, l, license.Operation{Action: license.Cancel, Ground: "榕注销1", UnitID: b.unit})
			return err
		})
		b.examine(i, true)
		b.states(l, license.Cancelled)
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			got, err := w.Inspections.OfUnit(ctx, q, b.unit, i.ID)
			if got.Step != inspection.Dropped {
				t.Errorf("it is %s, want dropped", got.Step)
			}
			return err
		})
	})
}

// What is handed in with an application is opened by its holder and by the unit, as long as there is no result; what was
// applied for can be taken back until somebody has examined it, and its files are gone with it.
func TestFilesAndTakingBack(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		b := newBench(t, w, catalog.Inspection{Months: 12, Remind: 30, Basis: "试验", Overdue: "mark", Review: true})
		l := b.issue("")
		b.at(l.InspectDue.Add(-time.Hour))
		me, ctx := w.Actor(t, "food-firm"), t.Context()
		clerk, second := b.staff()
		report := upload.File{Name: "年度报告.pdf", Data: []byte("%PDF-1.7\n演示")}
		code := func(err error, want string) {
			t.Helper()
			if errs.Code(err) != want && (err != nil || want != "") {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		code(w.Inspections.Withdraw(ctx, me, l.ID), "inspect.none-open")
		_, err := w.Inspections.Apply(ctx, me, l.ID, "", report, report, report, report)
		code(err, "inspect.files")
		_, err = w.Inspections.Apply(ctx, me, l.ID, "", upload.File{Name: "x.pdf", Data: []byte("MZ")})
		code(err, "attachment.kind")
		before := stored(t, w)
		i, err := w.Inspections.Apply(ctx, me, l.ID, "", report)
		if err != nil {
			t.Fatal(err)
		}
		var words inspection.Words
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			words, err = w.Inspections.Words(ctx, q, i)
			return err
		})
		f := words.Files[0]
		for who, open := range map[string]func() (inspection.File, []byte, error){
			"holder": func() (inspection.File, []byte, error) { return w.Inspections.OwnFile(ctx, me, l.ID, f.ID) },
			"unit":   func() (inspection.File, []byte, error) { return w.Inspections.FileOf(ctx, clerk, i.ID, f.ID) },
		} {
			if got, data, err := open(); err != nil || got.Name != "年度报告.pdf" || got.Media != upload.PDF || string(data) != string(report.Data) {
				t.Errorf("%s: %+v, %q, %v", who, got, data, err)
			}
		}
		_, _, err = w.Inspections.FileOf(ctx, &authn.Actor{AccountID: "other", UnitID: "other"}, i.ID, f.ID)
		code(err, "inspect.unknown")
		_, _, err = w.Inspections.FileOf(ctx, clerk, i.ID, i.ID)
		code(err, "attachment.unknown")

		code(w.Inspections.Withdraw(ctx, me, l.ID), "")
		_, _, err = w.Inspections.FileOf(ctx, clerk, i.ID, f.ID)
		code(err, "inspect.stage")
		if now := stored(t, w); now != before {
			t.Errorf("%d files stay, there were %d", now, before)
		}
		again := b.applied(l)
		code(w.Inspections.Examine(ctx, clerk, again.ID, again.RowVersion, true, "齐全"), "")
		code(w.Inspections.Withdraw(ctx, me, l.ID), "inspect.examined")
		code(w.Inspections.Review(ctx, second, again.ID, again.RowVersion+1, false, "再看"), "")
		code(w.Inspections.Withdraw(ctx, me, l.ID), "inspect.examined")
		if got := b.get(l); !got.InspectDue.Equal(l.InspectDue) {
			t.Error("taking back changed the license")
		}
	})
}

// stored counts the files that people handed in.
func stored(t *testing.T, w *world.World) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(w.Config.Data, "attachments"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
