package license_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestDraftFillsTheElements(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := enter(t, w, food(t, w))
		if l.Step != license.StepData || l.VersionNo != 1 || l.State(world.Start) != license.InMaking {
			t.Errorf("step %s, version %d", l.Step, l.VersionNo)
		}
		id, err := gbcode.ParseIdentifier(l.Identifier)
		if err != nil || id.TypeCode != l.TypeCode || id.IssuerCode != l.IssuerID || id.Version != 1 {
			t.Errorf("identifier %+v: %v", id, err)
		}
		firm := w.Cast(t, "food-firm")
		if _, err := review(w, make1(t, w, l), reviewer, true); err != nil {
			t.Fatal(err)
		}
		got := values(t, w, l, l.HolderID)
		want := map[string]string{"CZZT": firm.Name, "CZZTDM": firm.Code, "ZZBFRQ": "2026-03-02",
			"ZZYXQQSRQ": "2026-03-02", "ZZYXQJZRQ": "2031-03-01", "KZ_FDDBR": "林㛃"}
		for name, v := range want {
			if got[name] != v {
				t.Errorf("%s is %q, want %q", name, got[name], v)
			}
		}
		byIdentifier := func(ctx context.Context, q *db.Tx) error {
			found, err := w.Licenses.ByIdentifier(ctx, q, l.Identifier)
			if found.ID != l.ID {
				t.Errorf("the identifier leads to %q", found.ID)
			}
			return err
		}
		w.Read(t, byIdentifier)
	})
}

func TestDraftIsRefused(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		before := w.Count(t, `SELECT count(*) FROM license`)
		numbered := w.Count(t, `SELECT coalesce(sum(last), 0) FROM numbering`)
		leaves := w.Count(t, `SELECT count(*) FROM log_leaf`)
		for name, c := range map[string]struct {
			change func(d *license.Draft)
			code   string
		}{
			"unknown type":       {func(d *license.Draft) { d.TypeCode = "11350000YX0000016Q999" }, "type.unpublished"},
			"unknown issuer":     {func(d *license.Draft) { d.IssuerID = "11350102YX0199999X" }, "unit.unknown"},
			"unknown holder":     {func(d *license.Draft) { d.Holders = []string{db.NewID()} }, "case.holder-unknown"},
			"no holder":          {func(d *license.Draft) { d.Holders = nil }, "license.holders"},
			"two holders":        {func(d *license.Draft) { d.Holders = append(d.Holders, d.Holders[0]) }, "license.holders"},
			"a person":           {func(d *license.Draft) { d.Holders = []string{w.HolderID(t, "owner")} }, "license.holder-kind"},
			"unknown field":      {func(d *license.Draft) { d.Fields["KZ_XX"] = "x" }, "license.field.unknown"},
			"base field":         {func(d *license.Draft) { d.Fields["CZZT"] = "别人" }, "license.field.unknown"},
			"lacking field":      {func(d *license.Draft) { delete(d.Fields, "KZ_JYXM") }, "license.field.required"},
			"made elsewhere":     {func(d *license.Draft) { d.TypeCode, d.External = w.TypeCode(t, demo.IdentityCard), false }, "type.external"},
			"number in use":      {func(d *license.Draft) { *d = businessLicense(t, w, "food-firm") }, "license.duplicate"},
			"number in use, two": {func(d *license.Draft) { *d = businessLicense(t, w, "tea-firm") }, "license.duplicate"},
		} {
			d := food(t, w)
			c.change(&d)
			if _, err := tryEnter(w, d); err == nil {
				t.Errorf("%s: entered", name)
			} else {
				wantCode(t, err, c.code)
			}
		}
		if n := w.Count(t, `SELECT count(*) FROM license`); n != before {
			t.Errorf("%d licenses were left behind", n-before)
		}
		if n := w.Count(t, `SELECT coalesce(sum(last), 0) FROM numbering`); n != numbered {
			t.Errorf("%d numbers were used up", n-numbered)
		}
		if n := w.Count(t, `SELECT count(*) FROM log_leaf`); n != leaves {
			t.Errorf("%d leaves were left behind", n-leaves)
		}
	})
}

func businessLicense(t testing.TB, w *world.World, firm string) license.Draft {
	t.Helper()
	for _, l := range w.City.LicensesOf(w.Cast(t, firm).Code) {
		if l.Type == w.TypeCode(t, demo.BusinessLicense) {
			d := draftOf(t, w, demo.BusinessLicense, l.Fields, firm)
			d.IssuerID = l.Issuer
			return d
		}
	}
	t.Fatalf("%s has no business license", firm)
	return license.Draft{}
}

// Two decisions at once get two numbers, and none is passed over.
func TestNumbersRunOnUnderLoad(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		const n = 24
		var all sync.WaitGroup
		made := make([]license.License, n)
		d := food(t, w)
		for i := range n {
			all.Go(func() {
				l, err := tryEnter(w, d)
				if err != nil {
					t.Error(err)
				}
				made[i] = l
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
		var got, want []string
		ids := map[string]bool{}
		region := "350100"
		for _, u := range w.City.Units {
			if u.ID == d.IssuerID {
				region = u.Region
			}
		}
		first := w.Count(t, `SELECT last FROM numbering WHERE scope LIKE $1`, d.TypeCode+"|"+d.IssuerID+"|JY"+region+"2026%") - n
		for i, l := range made {
			got = append(got, masked(t, w, l))
			want = append(want, fmt.Sprintf("JY%s2026%06d", region, first+i+1))
			ids[l.Identifier] = true
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("numbers %v", got)
		}
		if len(ids) != n {
			t.Errorf("%d identifiers", len(ids))
		}
	})
}

// masked is the number as lists show it; a firm's is whole.
func masked(t testing.TB, w *world.World, l license.License) string {
	t.Helper()
	var number string
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		number, err = w.Licenses.MaskedNumber(ctx, q, l)
		return err
	})
	return number
}

func TestPeriodEndsWithTheDayBeforeTheAnniversary(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	day := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for i, c := range []struct {
		name   string
		rule   catalog.Validity
		issued time.Time
		last   string // "" is no end
	}{
		{"five years", catalog.Validity{Rule: "years", Years: 5}, day("2026-03-02"), "2031-03-01"},
		{"from a first of March", catalog.Validity{Rule: "years", Years: 5}, day("2026-03-01"), "2031-02-28"},
		{"to a leap year", catalog.Validity{Rule: "years", Years: 2}, day("2026-03-01"), "2028-02-29"},
		{"from a leap day", catalog.Validity{Rule: "years", Years: 5}, day("2028-02-29"), "2033-02-28"},
		{"over New Year", catalog.Validity{Rule: "years", Years: 1}, day("2026-01-01"), "2026-12-31"},
		{"late in the evening", catalog.Validity{Rule: "years", Years: 1}, day("2026-06-30").Add(24*time.Hour - time.Second), "2027-06-29"},
		{"long", catalog.Validity{Rule: "long"}, day("2026-03-02"), ""},
		{"none", catalog.Validity{Rule: "none"}, day("2026-03-02"), ""},
	} {
		typ, err := w.City.Type(demo.FoodPermit)
		if err != nil {
			t.Fatal(err)
		}
		own := *typ
		own.Code, own.Validity, own.Number = fmt.Sprintf("11350000YX0000016Q%03d", i+100), c.rule, "T{seq6}"
		own.Name = "试验" + c.name
		publish(t, w, own)
		d := food(t, w)
		d.TypeCode, d.IssuedOn = own.Code, c.issued
		l := enter(t, w, d)
		begin := clock.Date(c.issued)
		if !l.ValidFrom.Equal(begin) {
			t.Errorf("%s: begins %v", c.name, l.ValidFrom)
		}
		if c.last == "" {
			if !l.ValidTo.IsZero() {
				t.Errorf("%s: ends %v", c.name, l.ValidTo)
			}
			continue
		}
		if want := day(c.last).Add(24 * time.Hour); !l.ValidTo.Equal(want) {
			t.Errorf("%s: ends %v, want %v", c.name, l.ValidTo.In(clock.Shanghai), want)
		}
	}
}

// A marriage certificate is held by two: it lives with the first, and the second finds and opens it all the same.
func TestTwoHolders(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		husband, wife := w.HolderID(t, "father"), w.HolderID(t, "mother")
		var l license.License
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			for _, id := range []string{husband, wife} {
				held, err := w.Licenses.Held(ctx, q, id, w.TypeCode(t, demo.MarriageCertificate))
				if err != nil {
					return err
				}
				if len(held) != 1 {
					t.Fatalf("%d marriage certificates held", len(held))
				}
				l = held[0]
				if l.HolderID != husband || !slices.Equal(l.Holders, []string{husband, wife}) {
					t.Errorf("lives with %s, is held by %v", l.HolderID, l.Holders)
				}
				if found, err := w.Licenses.Find(ctx, q, id, l.ID); err != nil || found.ID != l.ID {
					t.Errorf("one of the couple does not find it: %v", err)
				}
			}
			_, err := w.Licenses.Find(ctx, q, w.HolderID(t, "owner"), l.ID)
			wantCode(t, err, "license.unknown")
			return nil
		})
		if n := w.Count(t, `SELECT count(*) FROM license_key WHERE license_id = $1`, l.ID); n != 2 {
			t.Errorf("the key is wrapped for %d holders", n)
		}
		if n := w.Count(t, `SELECT count(*) FROM license_link WHERE license_id = $1 AND holder_id = $2 AND first_holder_id = $3`, l.ID, wife, husband); n != 1 {
			t.Errorf("%d links", n)
		}
		for _, id := range []string{husband, wife} {
			if got := values(t, w, l, id)["CZZT"]; got != w.Cast(t, "father").Name+"^"+w.Cast(t, "mother").Name {
				t.Errorf("one of the couple reads the holders as %q", got)
			}
		}
		wrapped := func(id string) (b []byte) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				return q.QueryRow(ctx, `SELECT wrapped FROM license_key WHERE holder_id = $1 AND license_id = $2`, id, l.ID).Scan(&b)
			})
			return b
		}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			one, err := w.Holders.Open(ctx, q, husband, wrapped(husband))
			if err != nil {
				return err
			}
			other, err := w.Holders.Open(ctx, q, wife, wrapped(wife))
			if string(one) != string(other) || len(one) == 0 {
				t.Error("the two hold different keys")
			}
			if _, err := w.Holders.Open(ctx, q, wife, wrapped(husband)); err == nil {
				t.Error("one holder's wrapping opens for the other")
			}
			return err
		})
	})
}
