package license_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

// Units of three levels whose seals stand on the license of this test.
const (
	province = "11350000YX0000016Q"
	cityUnit = "11350100YX0010038X"
)

// jointly is a type that the issuer, the province that defines it and a bureau of the city seal, in this order.
func jointly(t *testing.T, w *world.World, modes ...string) license.Draft {
	t.Helper()
	if len(modes) == 0 {
		modes = []string{"auto", "auto", "auto"}
	}
	own := plain(t, w)
	own.Code, own.Name, own.Definer = own.Code[:18]+"861", "三级联合证", province
	own.Seals = []catalog.SealStep{{Step: 1, Unit: "issuer", Name: "签发机关", Mode: modes[0]},
		{Step: 2, Unit: "definer", Name: "定义机关", Mode: modes[1]}, {Step: 3, Unit: cityUnit, Name: "联合机关", Mode: modes[2]}}
	own.Face.Width, own.Face.Height = 200, 80
	own.Face.Objects = []catalog.FaceObject{{Kind: "field", Field: "ZZBH", X: 5, Y: 10, W: 70, Size: 4},
		{Kind: "field", Field: "CZZT", X: 80, Y: 10, W: 110, Size: 4}}
	for step := range 3 {
		own.Face.Objects = append(own.Face.Objects, catalog.FaceObject{Kind: "seal", Step: step + 1, X: 10 + 60*float64(step), Y: 20, W: 40, H: 40})
	}
	publish(t, w, own)
	d := food(t, w)
	d.TypeCode, d.Fields, d.Holders = own.Code, map[string]string{}, []string{w.HolderID(t, "new-firm")}
	return d
}

// stop takes the seals of a unit out of use, or back into it.
func stop(t *testing.T, w *world.World, unit, state string) {
	t.Helper()
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE seal SET state = $1 WHERE unit_id = $2`, state, unit)
		if err == nil && n == 0 {
			t.Errorf("%s has no seal", unit)
		}
		return err
	})
}

// Made across units and levels, a license waits until every seal of its plan can be set; with one of them missing it can
// be neither reviewed nor read, and once all are there it is made by itself.
func TestPublishedOnlyWithEverySealOfThePlan(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := jointly(t, w)
		var used string
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			return q.QueryRow(ctx, `SELECT state FROM seal WHERE unit_id = $1 LIMIT 1`, cityUnit).Scan(&used)
		})
		for _, unit := range []string{cityUnit, province, d.IssuerID} {
			stop(t, w, unit, "stopped")
			l := enter(t, w, d)
			_, err := w.Licenses.Make(context.Background(), l.HolderID, l.ID)
			wantCode(t, err, "seal.unknown")
			_, err = review(w, l, reviewer, true)
			wantCode(t, err, "license.stage")
			if l = get(t, w, l); l.Step != license.StepData || l.FileRef != "" {
				t.Errorf("without the seal of %s it is %s, file %q", unit, l.Step, l.FileRef)
			}
			stop(t, w, unit, used)
			if err := w.Hall.Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
			if l, err = review(w, get(t, w, l), reviewer, true); err != nil {
				t.Fatal(err)
			}
			owner := &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}
			r, err := w.Door.Own(context.Background(), owner, l.ID, access.File)
			if err != nil {
				t.Fatal(err)
			}
			report := w.VerifyFile(r.Content)
			if report.Verdict != verify.Valid || len(report.Seals) != 3 || !report.Coverage.ListClosed {
				t.Errorf("%s: %v, %d seals", report.Verdict, report.Causes, len(report.Seals))
			}
		}
	})
}
