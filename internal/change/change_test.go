package change_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
)

func TestTrail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		trail := change.Open(clock.At(time.Unix(1, 0)))
		record := func(reason string, e change.Entry) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				return trail.Record(ctx, tx, change.Of(&authn.Actor{AccountID: "a", UnitID: "u"}, reason), e)
			})
		}
		for _, reason := range []string{"", " \t　", strings.Repeat("长", 201), "改\x00革"} {
			if err := record(reason, change.Entry{Subject: change.Unit, SubjectID: "1", Action: "create"}); errs.Code(err) != "change.reason" {
				t.Errorf("reason of %d bytes: %v", len(reason), err)
			}
		}
		for _, e := range []change.Entry{
			{Subject: change.Unit, SubjectID: "1", Action: "create", After: map[string]string{"name": "甲"}},
			{Subject: change.Unit, SubjectID: "1", Action: "update", Before: map[string]string{"name": "甲"}, After: map[string]string{"name": "乙"}},
			{Subject: change.Type, SubjectID: "1", Action: "publish", After: 1},
		} {
			if err := record(" 机构改革 ", e); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Read(ctx, func(q *db.Tx) error {
			all, err := trail.List(ctx, q, change.Filter{Limit: 10})
			if err != nil {
				return err
			}
			if len(all) != 3 || all[0].Subject != change.Type || all[1].Before != `{"name":"甲"}` || all[1].By.Reason != "机构改革" || all[2].Before != "" {
				t.Errorf("%+v", all)
			}
			older, err := trail.List(ctx, q, change.Filter{Subject: change.Unit, SubjectID: "1", Before: all[1].ID, Limit: 10})
			if err != nil {
				return err
			}
			if len(older) != 1 || older[0].Action != "create" {
				t.Errorf("older than the update: %+v", older)
			}
			none, err := trail.List(ctx, q, change.Filter{UnitID: "x", Limit: 10})
			if len(none) != 0 {
				t.Errorf("another unit's: %+v", none)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
