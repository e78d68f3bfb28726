package license_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// found are the ids that a search gives.
func found(t testing.TB, w *world.World, search func(ctx context.Context, q *db.Tx) ([]license.License, error)) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		all, err := search(ctx, q)
		for _, l := range all {
			ids[l.ID] = true
		}
		return err
	})
	return ids
}

// An issuer finds its own license by number and by the number printed on the paper, never another's.
func TestIssuerFindsItsLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := food(t, w)
		d.Number, d.PaperSerial = "JY-2026-TEST", "MS-0001"
		l := issued(t, w, d)
		other := w.City.Units[0].ID
		for name, c := range map[string]struct {
			unit, number string
			types        []string
			want         bool
		}{
			"its number":              {l.IssuerID, "JY-2026-TEST", []string{"11350000YX0000016Q999", l.TypeCode}, true},
			"a number of nothing":     {l.IssuerID, "JY-2026-TESU", []string{l.TypeCode}, false},
			"another issuer":          {other, "JY-2026-TEST", []string{l.TypeCode}, false},
			"among types not its own": {l.IssuerID, "JY-2026-TEST", []string{"11350000YX0000016Q999"}, false},
		} {
			got := found(t, w, func(ctx context.Context, q *db.Tx) ([]license.License, error) {
				return w.Licenses.ByNumber(ctx, q, c.unit, c.number, c.types)
			})
			if got[l.ID] != c.want || len(got) > 1 {
				t.Errorf("%s: %v", name, got)
			}
		}
		byPaper := func(unit, serial string) bool {
			return found(t, w, func(ctx context.Context, q *db.Tx) ([]license.License, error) {
				return w.Licenses.ByPaper(ctx, q, unit, serial)
			})[l.ID]
		}
		if !byPaper(l.IssuerID, "MS-0001") || byPaper(other, "MS-0001") || byPaper(l.IssuerID, "MS-0002") || byPaper(l.IssuerID, "") {
			t.Error("the printed number does not lead to its license, or leads somebody else there")
		}
	})
}

// Paper and electronic license know each other: a blank serves one license, and a spoilt one is replaced.
func TestPaperGoesWithItsLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		bind := func(l license.License, serial string) (license.License, error) {
			err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				var err error
				l, err = w.Licenses.BindPaper(ctx, tx, l, serial, maker)
				return err
			})
			return l, err
		}
		_, err := bind(make1(t, w, enter(t, w, food(t, w))), "MS-0001")
		wantCode(t, err, "license.stage")
		l := issued(t, w, food(t, w))
		bound, err := bind(l, "MS-0001")
		if err != nil || get(t, w, l).PaperSerial != "MS-0001" {
			t.Fatalf("%v", err)
		}
		_, err = bind(l, "MS-0002") // as it was before
		wantCode(t, err, "conflict")
		_, err = bind(issued(t, w, food(t, w)), "MS-0001")
		wantCode(t, err, "license.paper-used")
		if again, err := bind(bound, "MS-0001"); err != nil || again.RowVersion != bound.RowVersion {
			t.Errorf("the same number again: %v", err)
		}
		if bound, err = bind(bound, "MS-0002"); err != nil {
			t.Fatal(err)
		}
		var serials []string
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			history, err := w.Licenses.History(ctx, q, bound)
			for _, x := range history {
				if x.Action == "paper" {
					serials = append(serials, x.Ground)
				}
			}
			return err
		})
		if len(serials) != 2 || serials[0] != "MS-0001" || serials[1] != "MS-0002" {
			t.Errorf("its life names the blanks %v", serials)
		}
	})
}

// What the reviewer said stays with the step, and a refused making gives its blank back.
func TestRefusalIsKeptWithItsReason(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := food(t, w)
		d.PaperSerial = "MS-0009"
		l := make1(t, w, enter(t, w, d))
		free := func() error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				return w.Licenses.PaperFree(ctx, tx, l.TypeCode, l.IssuerID, "MS-0009")
			})
		}
		wantCode(t, free(), "license.paper-used")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Licenses.Review(ctx, tx, license.Review{HolderID: l.HolderID, LicenseID: l.ID, ReviewerID: reviewer, UnitID: l.IssuerID,
				Opinion: "经营场所与现场不符"})
			return err
		})
		if err := free(); err != nil {
			t.Errorf("the blank of a refused making: %v", err)
		}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			history, err := w.Licenses.History(ctx, q, l)
			last := history[len(history)-1]
			if last.Action != "refuse" || last.Words != "经营场所与现场不符" || last.AccountID != reviewer {
				t.Errorf("%+v", last)
			}
			return err
		})
		if n := w.Count(t, `SELECT count(*) FROM license_event WHERE license_id = $1 AND words IS NOT NULL AND words = $2`, l.ID, []byte("经营场所与现场不符")); n != 0 {
			t.Error("the reason stands in clear")
		}
	})
}
