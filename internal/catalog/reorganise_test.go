package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

// What a unit that ends kept and prepared passes to its successor; its own people begin and claim nothing more.
func TestTypesFollowTheirUnit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		s.publish(t, d, s.submitted(t, d, whole()), time.Time{})
		by := change.By{AccountID: "admin", UnitID: office, Reason: "机构改革"}
		begin := func(ctx context.Context, tx *db.Tx) error {
			return second(s.Begin(ctx, tx, author, catalog.Beginning{TypeCode: code, Reason: why}))
		}
		write(t, d, begin)
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := s.MoveClaims(ctx, tx, by, province, office, nil); err != nil {
				return err
			}
			u, err := s.units.Get(ctx, tx, province)
			if err != nil {
				return err
			}
			u.State = org.Merged
			return s.units.Put(ctx, tx, u)
		})
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			e, err := s.Entry(ctx, q, code)
			if err != nil {
				return err
			}
			x, err := s.DraftOf(ctx, q, code)
			if e.KeeperID != office || x.UnitID != office {
				t.Errorf("kept by %s, prepared by %s", e.KeeperID, x.UnitID)
			}
			trail, errT := s.trail.List(ctx, q, change.Filter{Subject: change.Type, SubjectID: code, Limit: 99})
			if len(trail) < 2 || trail[0].Action != "move" || trail[1].Action != "move" || errT != nil {
				t.Errorf("the trail says nothing: %+v, %v", trail, errT)
			}
			return err
		})
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error { return s.Claim(ctx, tx, author, code, why) }), "unit.ended")
		wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
			return second(s.Begin(ctx, tx, author, catalog.Beginning{Reason: why}))
		}), "unit.ended")
	})
}

// A type that is withdrawn leaves no work behind, and no import brings a new version of it.
func TestWithdrawnForGood(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		s.publish(t, d, s.submitted(t, d, whole()), time.Time{})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			x, err := s.Begin(ctx, tx, author, catalog.Beginning{TypeCode: code, Reason: why})
			if err != nil {
				return err
			}
			x, err = s.SubmitDraft(ctx, tx, author, x.ID, x.RowVersion, why)
			if err != nil {
				return err
			}
			e, err := s.Entry(ctx, tx, code)
			if err != nil {
				return err
			}
			return s.Withdraw(ctx, tx, digital, code, e.RowVersion, why)
		})
		if n := s.open(t, d, task.ReviewType); n != 0 {
			t.Errorf("%d reviews of what is not there any more", n)
		}
		for _, publish := range []bool{true, false} {
			typ := whole()
			typ.Basis = "新的依据"
			wantCode(t, try(d, func(ctx context.Context, tx *db.Tx) error {
				return second(s.Import(ctx, tx, change.By{AccountID: "x", UnitID: province, Reason: "再导入"}, typ, publish))
			}), "type.withdrawn")
		}
	})
}

// The claims that an import enters are those of units that are there, and stand in the trail.
func TestClaimsOfAnImport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := opened(t, d, clock.At(morning))
		take := func(unit string) error {
			typ := row()
			typ.Issuers = []string{unit}
			return try(d, func(ctx context.Context, tx *db.Tx) error {
				return second(s.Import(ctx, tx, change.By{AccountID: "digital", UnitID: office, Reason: "目录先行"}, typ, true))
			})
		}
		wantCode(t, take("11350100003604451P"), "unit.unknown")
		if err := take(county); err != nil {
			t.Fatal(err)
		}
		read(t, d, func(ctx context.Context, q *db.Tx) error {
			trail, err := s.trail.List(ctx, q, change.Filter{Subject: change.Claim, SubjectID: code, Limit: 9})
			if len(trail) != 1 {
				t.Errorf("the trail of claims: %+v", trail)
			}
			return err
		})
	})
}
