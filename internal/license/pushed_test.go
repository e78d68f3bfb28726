package license_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

func stateAt(t *testing.T, w *world.World, l license.License, at time.Time) license.State {
	t.Helper()
	var s license.State
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		l, err := w.Licenses.Get(ctx, q, l.HolderID, l.ID)
		if err != nil {
			return err
		}
		s, err = w.Licenses.StateAt(ctx, q, l, at)
		return err
	})
	return s
}

// A new version takes the old one's place in the transaction that publishes it: same license, same number, next version.
// That of a refused one is used up.
func TestANewVersionSupersedesTheOneBefore(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		first := issued(t, w, food(t, w))
		d := food(t, w)
		d.Follows = first.ID
		second := make1(t, w, enter(t, w, d))
		if got := get(t, w, first).State(world.Start); got != license.Valid {
			t.Errorf("the old one while the new one is made: %s", got)
		}
		_, err := tryEnter(w, d)
		wantCode(t, err, "license.followed")
		if _, err := review(w, second, reviewer, false); err != nil {
			t.Fatal(err)
		}
		second = issued(t, w, d) // the number came back to the first when the review refused
		if second.VersionNo != 3 || second.Follows != first.ID {
			t.Errorf("%+v", second)
		}
		was, err := gbcode.ParseIdentifier(first.Identifier)
		if err != nil {
			t.Fatal(err)
		}
		is, err := gbcode.ParseIdentifier(second.Identifier)
		if was.Version = 3; err != nil || is != was {
			t.Errorf("identifier %v, want %v (%v)", is, was, err)
		}
		if a, b := values(t, w, first, first.HolderID)["ZZBH"], values(t, w, second, first.HolderID)["ZZBH"]; a != b {
			t.Errorf("number %s, was %s", b, a)
		}
		if got := get(t, w, first).State(world.Start); got != license.Superseded {
			t.Errorf("the old one: %s", got)
		}
		_, err = tryEnter(w, d)
		wantCode(t, err, "license.ended")
		d.Follows = db.NewID()
		_, err = tryEnter(w, d)
		wantCode(t, err, "license.unknown")
	})
}

func TestALicenseEndsOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := issued(t, w, food(t, w))
		do := func(a license.Action) error {
			w.Now.Move(time.Minute)
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				now, err := w.Licenses.Get(ctx, tx, l.HolderID, l.ID)
				if err == nil {
					_, err = w.Licenses.Operate(ctx, tx, now, license.Operation{Action: a, UnitID: l.IssuerID, Ground: "榕注〔2026〕1号"})
				}
				return err
			})
		}
		want := []license.State{license.Valid, license.Lost, license.Suspended, license.Lost, license.Cancelled}
		for i, step := range []license.Action{license.Lose, license.Suspend, license.Release, license.Cancel} {
			if err := do(step); err != nil {
				t.Fatal(err)
			}
			if got := get(t, w, l).State(w.Now.Now()); got != want[i+1] {
				t.Errorf("after step %d: %s, want %s", i+1, got, want[i+1])
			}
		}
		for i, s := range want {
			if got := stateAt(t, w, l, world.Start.Add(time.Duration(i)*time.Minute+time.Second)); got != s {
				t.Errorf("looking back at step %d: %s, want %s", i, got, s)
			}
		}
		wantCode(t, do(license.Cancel), "license.ended")
		wantCode(t, do(license.Suspend), "license.ended")
		if got := actions(t, w, l); !slices.Equal(got[len(got)-4:], []string{"lost", "suspended", "release", "cancelled"}) {
			t.Errorf("%v", got)
		}
	})
}

var taxFields = map[string]string{"KZ_SZ": "印花税", "KZ_PM": "产权转移书据", "KZ_SSQ": "2026-01-01至2026-01-31", "KZ_RKRQ": "2026-02-05", "KZ_JE": "120.00",
	"KZ_HJDX": "壹佰贰拾元整", "KZ_HJ": "120.00"}

// What another system made is entered as it came, and never sealed here.
func TestAPushedLicenseIsNeverSealedHere(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		d := draftOf(t, w, "tax-proof", taxFields, "owner")
		d.External, d.Origin, d.OriginID, d.Number = false, license.Pushed, "system", "352026000777"
		push := func(d license.Draft, identifier string) (l license.License, err error) {
			laid, err := w.Licenses.Lay(ctx, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			return l, w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				l, err = w.Licenses.Push(ctx, tx, d, identifier, laid)
				return err
			})
		}
		first, err := push(d, "")
		if err != nil {
			t.Fatal(err)
		}
		first = get(t, w, first)
		if first.State(world.Start) != license.Valid || first.Origin != license.Pushed || first.FileRef != "" || first.VersionNo != 1 {
			t.Errorf("%+v", first)
		}
		if got := values(t, w, first, first.HolderID); got["ZZBH"] != "352026000777" || got["KZ_HJ"] != "120.00" {
			t.Errorf("%v", got)
		}
		_, err = push(d, "")
		wantCode(t, err, "license.duplicate")
		d.Follows = first.ID
		_, err = push(d, first.Identifier)
		wantCode(t, err, "license.identifier")
		second, err := push(d, "")
		if err != nil || second.VersionNo != 2 {
			t.Fatalf("%+v, %v", second, err)
		}
		if got := get(t, w, first).State(world.Start); got != license.Superseded {
			t.Errorf("the first one: %s", got)
		}
		here := food(t, w)
		here.External, here.Number = false, "X1"
		_, err = push(here, "")
		wantCode(t, err, "license.made-here")
	})
}

// A file that comes with a license is that license's: what it says of holder, number, days and fields is what is entered.
func TestAFileOfAnotherLicenseIsRefused(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		d := draftOf(t, w, "tax-proof", taxFields, "owner")
		d.External, d.Origin, d.OriginID, d.Number = false, license.Pushed, "system", "352026000777"
		identifier, err := gbcode.MintIdentifier(gbcode.Identifier{TypeCode: d.TypeCode, IssuerCode: d.IssuerID, Serial: "352026000777", Version: 1})
		if err != nil {
			t.Fatal(err)
		}
		own := w.Cast(t, "owner")
		push := func(name, value string) error {
			bears := map[string]string{"ZZBS": identifier, "CZZTDM": own.Code, "CZZT": own.Name, "ZZLXDM": d.TypeCode, "ZZBH": d.Number,
				"ZZBFJGDM": d.IssuerID, "ZZBFRQ": world.Start.Format("20060102"), "ZZMC": "名称可以不同", "KZ_HJ": "120.00", "KZ_RKRQ": "20260205"}
			if name != "" {
				bears[name] = value
			}
			laid, err := w.Licenses.Lay(ctx, []byte("sealed there"), bears)
			if err != nil {
				t.Fatal(err)
			}
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Licenses.Push(ctx, tx, d, identifier, laid)
				return err
			})
		}
		for name, value := range map[string]string{
			"CZZTDM": w.Cast(t, "food-firm").Code, "CZZT": "别人", "ZZBH": "352026000778", "ZZLXDM": "X", "ZZBFJGDM": w.City.Units[0].ID,
			"ZZBFRQ": "20250302", "KZ_HJ": "1200.00", "ZZBS": "",
		} {
			wantCode(t, push(name, value), "license.file-other")
		}
		wantCode(t, push("CZZTDM", ""), "license.file-other")
		if err := push("", ""); err != nil {
			t.Error(err)
		}
	})
}
