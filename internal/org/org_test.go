package org_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := org.Open(d)
		u := org.Unit{ID: "11350102YX0100017G", Name: "福州市鼓楼区市场监督管理局（演示）", NameEn: "Gulou Market Regulation (demo)", Short: "鼓楼市监",
			Level: org.County, Region: "350102", Parent: "11350100YX00100116", Kind: "government"}
		get := func(id string) (got org.Unit, err error) {
			err = d.Read(ctx, func(q *db.Tx) error {
				got, err = s.Get(ctx, q, id)
				return err
			})
			return got, err
		}
		put := func(u org.Unit) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error { return s.Put(ctx, tx, u) }); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := get(u.ID); errs.Code(err) != "unit.unknown" {
			t.Errorf("before it is entered: %v", err)
		}
		put(u)
		if got, err := get(u.ID); err != nil || got != u {
			t.Errorf("%+v, %v", got, err)
		}
		u.Name, u.Level = "改名后的单位", org.Town
		put(u)
		if got, err := get(u.ID); err != nil || got != u {
			t.Errorf("entered again: %+v, %v", got, err)
		}
		if _, err := get("' OR 1=1"); errs.Code(err) != "unit.unknown" {
			t.Errorf("a code that is none: %v", err)
		}
	})
}
