package license_test

import (
	"context"
	"maps"
	"os"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// Accounts as the license store sees them: it knows them by id only.
const (
	maker    = "account-of-the-maker"
	reviewer = "account-of-the-reviewer"
)

var foodFields = map[string]string{"KZ_FDDBR": "林㛃", "KZ_ZS": "福州市鼓楼区榕印路1号", "KZ_JYCS": "福州市鼓楼区榕印路1号",
	"KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售"}

// food is the draft of a food permit for 榕印小吃.
func food(t testing.TB, w *world.World) license.Draft {
	t.Helper()
	return draftOf(t, w, demo.FoodPermit, foodFields, "food-firm")
}

// draftOf is the draft of a license by the type's first issuer.
func draftOf(t testing.TB, w *world.World, key string, fields map[string]string, holders ...string) license.Draft {
	t.Helper()
	typ, err := w.City.Type(key)
	if err != nil {
		t.Fatal(err)
	}
	d := license.Draft{TypeCode: typ.Code, IssuerID: typ.Issuers[0], Fields: maps.Clone(fields), MakerID: maker,
		IssuedOn: world.Start, DueAt: clock.EndOfDay(world.Start), External: true}
	for _, h := range holders {
		d.Holders = append(d.Holders, w.HolderID(t, h))
	}
	return d
}

// enter drafts, or fails the test.
func enter(t testing.TB, w *world.World, d license.Draft) license.License {
	t.Helper()
	l, err := tryEnter(w, d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func tryEnter(w *world.World, d license.Draft) (license.License, error) {
	var l license.License
	err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		var err error
		l, err = w.Licenses.Draft(ctx, tx, d)
		return err
	})
	return l, err
}

func make1(t testing.TB, w *world.World, l license.License) license.License {
	t.Helper()
	l, err := w.Licenses.Make(context.Background(), l.HolderID, l.ID)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func review(w *world.World, l license.License, by string, publish bool) (license.License, error) {
	var out license.License
	err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		var err error
		out, err = w.Licenses.Review(ctx, tx, license.Review{HolderID: l.HolderID, LicenseID: l.ID, ReviewerID: by, UnitID: l.IssuerID, Publish: publish})
		return err
	})
	return out, err
}

// issued drafts, makes and publishes.
func issued(t testing.TB, w *world.World, d license.Draft) license.License {
	t.Helper()
	l := make1(t, w, enter(t, w, d))
	l, err := review(w, l, reviewer, true)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func get(t testing.TB, w *world.World, l license.License) license.License {
	t.Helper()
	var out license.License
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		out, err = w.Licenses.Get(ctx, q, l.HolderID, l.ID)
		return err
	})
	return out
}

// actions are what happened to a license, in order.
func actions(t testing.TB, w *world.World, l license.License) []string {
	t.Helper()
	var out []string
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		history, err := w.Licenses.History(ctx, q, l)
		for _, x := range history {
			out = append(out, x.Action)
		}
		return err
	})
	return out
}

// values are what a license says, read as its holder.
func values(t testing.TB, w *world.World, l license.License, holderID string) map[string]string {
	t.Helper()
	r, err := w.Door.Own(context.Background(), &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: holderID, Roles: []string{"holder"}}, l.ID, access.Fields)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range r.Fields {
		out[f.Name] = f.Value
	}
	return out
}

// publish enters a version of a type of the test's own.
func publish(t testing.TB, w *world.World, typ catalog.Type) {
	t.Helper()
	w.Write(t, func(ctx context.Context, tx *db.Tx) error { return w.Types.Publish(ctx, tx, typ, world.Start) })
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := errs.Code(err); err == nil || got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}
