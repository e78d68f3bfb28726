package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const code = "11350000YX0000016Q012"

func version(n int, name string) catalog.Type {
	return catalog.Type{Code: code, Version: n, Name: name, NameEn: "Permit", HolderKind: catalog.Legal, Holders: 1, Making: catalog.Online,
		Validity: catalog.Validity{Rule: "years", Years: 5}, Number: "JY{seq6}", Fields: permit.Fields,
		Face:  catalog.Face{Width: 297, Height: 210, Objects: []catalog.FaceObject{{Kind: "text", X: 1, Y: 2, Text: "证"}}},
		Seals: []catalog.SealStep{{Step: 1, Unit: "issuer", Name: "章"}}, Issuers: []string{"11350102YX0100017G"}}
}

func TestVersionsAreImmutable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := catalog.Open(d)
		publish := func(types ...catalog.Type) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error {
				for _, x := range types {
					if err := s.Publish(ctx, tx, x, time.Unix(1, 0)); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		publish(version(1, "食品经营许可证"), version(2, "食品经营许可证（新版）"))
		publish(version(2, "改了名字")) // published once, it stands
		other := version(10, "别的证")
		other.Code = "11350000YX0000016Q013"
		publish(other)
		err := d.Read(ctx, func(q *db.Tx) error {
			current, err := s.Current(ctx, q, code)
			if err != nil {
				return err
			}
			if current.Version != 2 || current.Name != "食品经营许可证（新版）" {
				t.Errorf("the newest is %d, %s", current.Version, current.Name)
			}
			first, err := s.Version(ctx, q, code, 1)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(version(1, "食品经营许可证"), *first); diff != "" {
				t.Error(diff)
			}
			again, err := catalog.Open(d).Version(ctx, q, code, 1)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(*first, *again); diff != "" {
				t.Error(diff)
			}
			list, err := s.List(ctx, q)
			if len(list) != 2 || list[0].Version != 2 || list[1].Version != 10 {
				t.Errorf("%d types listed", len(list))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestTypesThatAreNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := catalog.Open(d)
		err := d.Read(ctx, func(q *db.Tx) error {
			if _, err := s.Current(ctx, q, code); errs.Code(err) != "type.unpublished" {
				t.Errorf("a type that is not published: %v", err)
			}
			if _, err := s.Version(ctx, q, code, 1); errs.Code(err) != "type.unknown" {
				t.Errorf("a version that is not there: %v", err)
			}
			list, err := s.List(ctx, q)
			if len(list) != 0 {
				t.Errorf("%d types listed", len(list))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
