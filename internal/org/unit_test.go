package org_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		u := org.Unit{ID: "11350102YX0100017G", Name: "福州市鼓楼区市场监督管理局（演示）", NameEn: "Gulou Market Regulation (demo)", Short: "鼓楼市监",
			Level: org.County, Region: "350102", Parent: "11350100YX00100116", Kind: "government", State: org.Active}
		get := func(id string) (got org.Unit, err error) {
			err = k.db.Read(ctx, func(q *db.Tx) error {
				got, err = k.Get(ctx, q, id)
				return err
			})
			return got, err
		}
		put := func(u org.Unit) {
			t.Helper()
			k.write(t, func(tx *db.Tx) error { return k.Put(ctx, tx, u) })
		}
		if _, err := get(u.ID); errs.Code(err) != "unit.unknown" {
			t.Errorf("before it is entered: %v", err)
		}
		put(u)
		u.Version = 1
		if got, err := get(u.ID); err != nil || !cmp.Equal(got, u) {
			t.Errorf("%+v, %v", got, err)
		}
		u.Name, u.Level, u.Version = "改名后的单位", org.Town, 2
		put(u)
		if got, err := get(u.ID); err != nil || !cmp.Equal(got, u) {
			t.Errorf("entered again: %+v, %v", got, err)
		}
		for _, no := range []string{"' OR 1=1", "a\x00b", "", "机构"} {
			if _, err := get(no); errs.Code(err) != "unit.unknown" {
				t.Errorf("a code that is none: %v", err)
			}
		}
	})
}

func TestRulesOfTheTree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		top := k.create(t, 1, "")
		mid := k.create(t, 2, top.ID)
		low := k.create(t, 3, mid.ID)
		for _, c := range []struct {
			name        string
			make        func(u *org.Unit)
			code, field string
		}{
			{"code used before", func(u *org.Unit) { u.ID = mid.ID }, "unit.code-taken", "id"},
			{"code with a wrong check", func(u *org.Unit) { u.ID = "11350102YX0100017H" }, "code.uscc", "id"},
			{"no name", func(u *org.Unit) { u.Name = " 局 " }, "field.required", "name"},
			{"hidden characters", func(u *org.Unit) { u.Name = "第\x00局局" }, "field.format", "name"},
			{"characters that turn others", func(u *org.Unit) { u.Name = "第\u202e局局" }, "field.format", "name"},
			{"characters that nobody sees", func(u *org.Unit) { u.Name = "第\u200b局局" }, "field.format", "name"},
			{"name of a neighbour", func(u *org.Unit) { u.Name, u.Parent = mid.Name, top.ID }, "unit.name-taken", "name"},
			{"no such level", func(u *org.Unit) { u.Level = 7 }, "unit.level", "level"},
			{"a government body outside", func(u *org.Unit) { u.Level = org.Outside }, "unit.level", "level"},
			{"no such kind", func(u *org.Unit) { u.Kind = "firm" }, "field.option", "kind"},
			{"region of no province", func(u *org.Unit) { u.Region = "990000" }, "region.code", "region"},
			{"region not entered", func(u *org.Unit) { u.Region = "350104" }, "region.unknown", "region"},
			{"region no longer used", func(u *org.Unit) { u.Region = "350103" }, "region.unknown", "region"},
			{"place elsewhere", func(u *org.Unit) { u.Area = "350103001" }, "region.area", "area"},
			{"place not entered", func(u *org.Unit) { u.Area = "350102099" }, "region.unknown", "area"},
			{"no such unit above", func(u *org.Unit) { u.Parent = code(99) }, "unit.unknown", "parentId"},
			{"above itself", func(u *org.Unit) { u.Parent = u.ID }, "unit.cycle", "parentId"},
			{"above of a lower level", func(u *org.Unit) { u.Level = org.City }, "unit.parent-level", "parentId"},
		} {
			u := county(9, top.ID)
			c.make(&u)
			err := k.try(func(tx *db.Tx) error {
				_, err := k.Create(ctx, tx, by, u)
				return err
			})
			if e := errs.Of(err); err == nil || e.Code != c.code || e.Field != c.field {
				t.Errorf("%s: %v, want %s on %s", c.name, err, c.code, c.field)
			}
		}
		for _, c := range []struct {
			name        string
			unit        org.Unit
			make        func(u *org.Unit)
			code, field string
		}{
			{"under one below", top, func(u *org.Unit) { u.Parent = low.ID }, "unit.cycle", "parentId"},
			{"level below its children's", mid, func(u *org.Unit) { u.Level = org.Town }, "unit.child-level", "level"},
			{"seen too early", mid, func(u *org.Unit) { u.Version-- }, "conflict", ""},
		} {
			c.make(&c.unit)
			err := k.try(func(tx *db.Tx) error {
				_, err := k.Update(ctx, tx, by, c.unit)
				return err
			})
			if e := errs.Of(err); err == nil || e.Code != c.code || e.Field != c.field {
				t.Errorf("%s: %v, want %s on %s", c.name, err, c.code, c.field)
			}
		}
		err := k.try(func(tx *db.Tx) error {
			_, err := k.Create(ctx, tx, change.By{}, county(9, top.ID))
			return err
		})
		if errs.Code(err) != "change.reason" {
			t.Errorf("without reason: %v", err)
		}
	})
}

// Of two editors at once, the second is told; nothing is written twice, nothing without its entry in the trail.
func TestTwoEditorsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		u := k.create(t, 1, "")
		results := make(chan error)
		for _, name := range []string{"甲改的局", "乙改的局"} {
			go func() {
				edited := u
				edited.Name = name
				results <- k.try(func(tx *db.Tx) error {
					_, err := k.Update(ctx, tx, by, edited)
					return err
				})
			}()
		}
		first, second := <-results, <-results
		if first == nil {
			first, second = second, first
		}
		if errs.Code(first) != "conflict" || second != nil {
			t.Errorf("%v, %v", first, second)
		}
		k.read(t, func(q *db.Tx) error {
			trail, err := k.trail.List(ctx, q, change.Filter{Subject: change.Unit, SubjectID: u.ID, Limit: 9})
			if err != nil {
				return err
			}
			if len(trail) != 2 || trail[0].Action != "update" || trail[1].Action != "create" {
				t.Errorf("%+v", trail)
			}
			events, err := k.History(ctx, q, u.ID)
			if len(events) != 2 || events[0].Kind != org.Renamed || events[0].Former != u.Name || events[1].Kind != org.Created {
				t.Errorf("%+v", events)
			}
			return err
		})
	})
}

func TestImportUnits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		load := func(u org.Unit) (changed bool, err error) {
			err = k.try(func(tx *db.Tx) error {
				changed, err = k.Import(ctx, tx, by, u)
				return err
			})
			return changed, err
		}
		u := county(1, "")
		for i, want := range []bool{true, false} {
			if changed, err := load(u); err != nil || changed != want {
				t.Errorf("time %d: %v, %v", i+1, changed, err)
			}
		}
		u.Short = "一局"
		if changed, err := load(u); err != nil || !changed {
			t.Errorf("changed: %v, %v", changed, err)
		}
		u.Region = "350199"
		if _, err := load(u); errs.Of(err).Field != "region" {
			t.Errorf("region not known: %v", err)
		}
	})
}

func TestSearchUnits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		top := k.create(t, 1, "")
		food := county(2, top.ID)
		food.Name, food.Short = "鼓楼区市场监督管理局", "市监局"
		k.write(t, func(tx *db.Tx) error {
			_, err := k.Create(ctx, tx, by, food)
			return err
		})
		k.create(t, 10, top.ID)
		for _, c := range []struct {
			filter org.Filter
			want   int
		}{
			{org.Filter{}, 3}, {org.Filter{Words: "市场 监督"}, 1}, {org.Filter{Words: "glqscjd"}, 1}, {org.Filter{Words: "gulouqu"}, 1},
			{org.Filter{Words: food.ID}, 1}, {org.Filter{Words: "市监局"}, 1}, {org.Filter{Words: "%"}, 0}, {org.Filter{Words: "a\x00"}, 0},
			{org.Filter{Parent: top.ID}, 2}, {org.Filter{Roots: true}, 1}, {org.Filter{Region: "3501"}, 3}, {org.Filter{Region: "3502"}, 0},
			{org.Filter{Kind: org.Verifier}, 0}, {org.Filter{State: org.Active, Level: org.County}, 3},
		} {
			k.read(t, func(q *db.Tx) error {
				found, total, err := k.Search(ctx, q, c.filter)
				if total != c.want || len(found) != c.want {
					t.Errorf("%+v: %d of %d, want %d", c.filter, len(found), total, c.want)
				}
				return err
			})
		}
		k.read(t, func(q *db.Tx) error {
			page, total, err := k.Search(ctx, q, org.Filter{Limit: 1, Offset: 0})
			if len(page) != 1 || total != 3 || page[0].Children != 2 {
				t.Errorf("first page: %+v of %d", page, total)
			}
			return err
		})
	})
}
