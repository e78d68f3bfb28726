package license_test

import (
	"context"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// What a type's version lays down holds for every license drafted under it: who may issue, whether there is a face,
// how many hold it, how it is numbered, until when it is good, who seals.
func TestDraftFollowsTheType(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		base := plain(t, w)
		made := func(n string, change func(*catalog.Type)) license.Draft {
			own := base
			own.Code, own.Name = base.Code[:18]+n, "试验证"+n
			change(&own)
			publish(t, w, own)
			d := food(t, w)
			d.TypeCode, d.Fields = own.Code, map[string]string{}
			return d
		}
		d := made("801", func(t *catalog.Type) { t.Issuers = nil })
		wantCode(t, second(tryEnter(w, d)), "type.unclaimed")
		d = made("802", func(t *catalog.Type) { t.Face, t.Seals = catalog.Face{}, nil })
		wantCode(t, second(tryEnter(w, d)), "type.no-face")
		d = made("803", func(t *catalog.Type) { t.Making = catalog.Vertical })
		d.External = false
		wantCode(t, second(tryEnter(w, d)), "type.external")
		d = made("804", func(t *catalog.Type) { t.Holders, t.HoldersMin, t.HolderKind = 3, 2, catalog.Mixed })
		wantCode(t, second(tryEnter(w, d)), "license.holders")
		d.Holders = append(d.Holders, w.HolderID(t, "owner"))
		enter(t, w, d)
		d = made("805", func(t *catalog.Type) { t.Number = "闽{year}{month}-{seq3}号" })
		if number := masked(t, w, enter(t, w, d)); number != "闽202603-001号" {
			t.Errorf("number %q", number)
		}
		d = made("806", func(t *catalog.Type) { t.Validity = catalog.Validity{Rule: catalog.Until} })
		wantCode(t, second(tryEnter(w, d)), "license.field.required")
		d.Fields["ZZYXQJZRQ"] = "2026-03-01"
		wantCode(t, second(tryEnter(w, d)), "license.ends-before")
		d.Fields["ZZYXQJZRQ"] = "2026-09-30"
		if l := enter(t, w, d); l.ValidTo.Format("2006-01-02") != "2026-09-30" && !strings.HasPrefix(l.ValidTo.UTC().Format("2006-01-02T15"), "2026-09-30T16") {
			t.Errorf("until %v", l.ValidTo)
		}
		d = made("807", func(t *catalog.Type) {
			t.Definer, t.Seals = d.IssuerID, []catalog.SealStep{{Step: 1, Unit: "definer", Name: "章"}}
		})
		make1(t, w, enter(t, w, d))
		digital := w.Actor(t, "digital")
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			e, err := w.Types.Entry(ctx, tx, d.TypeCode)
			if err != nil {
				return err
			}
			return w.Types.Withdraw(ctx, tx, digital, d.TypeCode, e.RowVersion, "不再使用")
		})
		wantCode(t, second(tryEnter(w, d)), "type.withdrawn")
	})
}

func second[T any](_ T, err error) error { return err }
