package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

// morning is when these tests begin.
var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)

// Units of these tests.
const (
	province = "11350000YX0000016Q" // defines types
	county   = "11350102YX0100017G" // issues them
	office   = "11350100YX001010XH" // 数字办
)

// The people of these tests.
var (
	author   = staff("author", province, "catalog")
	second2  = staff("second", province, "catalog")
	issuer   = staff("issuer", county, "catalog")
	digital  = staff("digital", office, "digital")
	digital2 = staff("digital2", office, "digital")
	both     = staff("both", province, "catalog", "digital")
	clerk    = staff("clerk", province, "clerk")
)

func staff(id, unit string, roles ...string) *authn.Actor {
	return &authn.Actor{AccountID: id, Kind: authn.KindStaff, UnitID: unit, Roles: roles}
}

// store is the catalogue with what it works with.
type store struct {
	*catalog.Store
	tasks *task.Store
	trail *change.Trail
	units *org.Store
}

// open opens the catalogue with a gate that finds a face bad that says so.
func open(d *db.DB, c clock.Clock) store {
	s := store{tasks: task.Open(c), trail: change.Open(c), units: org.Open(org.Options{DB: d, Clock: c})}
	s.Store = catalog.Open(catalog.Options{Clock: c, Units: s.units, Trail: s.trail, Tasks: s.tasks, Gate: func(t *catalog.Type) []catalog.Finding {
		for i, o := range t.Face.Objects {
			if o.Text == "放不下" {
				return []catalog.Finding{{Path: "face", Code: "license.overflow", Args: map[string]string{"label": "照面"}, Object: i}}
			}
		}
		return nil
	}})
	return s
}

// opened is open with the units entered.
func opened(t testing.TB, d *db.DB, c clock.Clock) store {
	t.Helper()
	s := open(d, c)
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for id, level := range map[string]org.Level{province: org.Province, county: org.County, office: org.City} {
			if err := s.units.Put(ctx, tx, org.Unit{ID: id, Name: "单位" + id[len(id)-3:], Level: level, Region: "350000", Kind: "government"}); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func write(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := try(d, fn); err != nil {
		t.Fatal(err)
	}
}

func try(d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return d.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
}

func read(t testing.TB, d *db.DB, fn func(ctx context.Context, q *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, func(q *db.Tx) error { return fn(ctx, q) }); err != nil {
		t.Fatal(err)
	}
}

// whole is a type that can be submitted.
func whole() catalog.Type {
	return catalog.Type{Code: code, Name: "食品经营许可证", NameEn: "Food Business Permit", Definer: province, DefinerName: "省局", Level: 4,
		Family: "permit", HolderKind: catalog.Legal, Holders: 1, Making: catalog.Online, Validity: catalog.Validity{Rule: catalog.Fixed, Years: 5},
		Number: "JY{region}{year}{seq6}", Fields: permit.Fields,
		Face: catalog.Face{Width: 297, Height: 210, Objects: []catalog.FaceObject{{Kind: "text", X: 10, Y: 20, Size: 5, Text: "证"},
			{Kind: "seal", X: 200, Y: 150, W: 40, H: 40, Step: 1}}},
		Seals: []catalog.SealStep{{Step: 1, Unit: "issuer", Name: "专用章"}}}
}
