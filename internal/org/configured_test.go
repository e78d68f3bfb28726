package org_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/workday"
)

func TestAccountsOfStaff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		u := k.create(t, 1, "")
		for name, roles := range map[string][]string{"none": {}, "holder": {"holder"}, "unheard of": {"king"}, "twice": {"clerk", "clerk"},
			"administrator and another": {"admin", "digital"}, "digital and administrator": {"digital", "admin"}} {
			if _, _, err := k.NewAccount(ctx, by, authn.Account{Login: "x", Name: "某", UnitID: u.ID, Roles: roles}); errs.Of(err).Field != "roles" {
				t.Errorf("%s: %v", name, err)
			}
		}
		admin, password, err := k.NewAccount(ctx, by, authn.Account{Login: "Admin", Name: "林管理", UnitID: u.ID, Roles: []string{"admin"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := k.NewAccount(ctx, by, authn.Account{Login: "ＡＤＭＩＮ", Name: "某", UnitID: u.ID, Roles: []string{"clerk"}}); errs.Code(err) != "authn.taken" {
			t.Errorf("the same login: %v", err)
		}
		if _, _, err := k.NewAccount(ctx, by, authn.Account{Login: "yy", Name: "某", UnitID: code(9), Roles: []string{"clerk"}}); errs.Of(err).Field != "unitId" {
			t.Errorf("no such unit: %v", err)
		}
		if _, err := k.accounts.SignIn(ctx, "admin", password); err != nil {
			t.Errorf("sign in: %v", err)
		}
		stop := func(a authn.Staff) error {
			return k.try(func(tx *db.Tx) error {
				_, err := k.SetAccountActive(ctx, tx, by, a.ID, a.Version, false)
				return err
			})
		}
		if err := stop(admin); errs.Code(err) != "authn.last-admin" {
			t.Errorf("the last administrator: %v", err)
		}
		// Nobody gives themselves another role, even where other administrators are left.
		k.staff(t, u.ID, "admin2", "admin")
		own := k.try(func(tx *db.Tx) error {
			self := admin
			self.Roles = []string{"digital"}
			_, err := k.ChangeAccount(ctx, tx, change.By{AccountID: admin.ID, UnitID: u.ID, Reason: "自己改"}, self)
			return err
		})
		if errs.Code(own) != "authn.own-roles" {
			t.Errorf("own roles: %v", own)
		}
		clerk := k.staff(t, u.ID, "clerk", "clerk")
		session, err := k.accounts.SignIn(ctx, "clerk", mustRenew(t, k, clerk))
		if err != nil {
			t.Fatal(err)
		}
		clerk.Version++
		clerk.Roles = []string{"reviewer"}
		k.write(t, func(tx *db.Tx) error {
			clerk, err = k.ChangeAccount(ctx, tx, by, clerk)
			return err
		})
		if a, err := k.accounts.Actor(ctx, session.Token); err != nil || !a.Has("reviewer") || a.Has("clerk") {
			t.Errorf("new roles: %+v, %v", a, err)
		}
		if err := stop(clerk); err != nil {
			t.Fatal(err)
		}
		if err := stop(clerk); errs.Code(err) != "conflict" {
			t.Errorf("as it was before: %v", err)
		}
		if _, err := k.accounts.Actor(ctx, session.Token); err == nil {
			t.Error("a stopped account's session goes on")
		}
		k.read(t, func(q *db.Tx) error {
			found, total, err := k.accounts.List(ctx, q, authn.StaffFilter{Role: "reviewer", State: "stopped", Login: "CLERK", UnitID: u.ID, Limit: 9})
			if err != nil || total != 1 || found[0].ID != clerk.ID {
				t.Errorf("%+v, %v", found, err)
			}
			trail, err := k.trail.List(ctx, q, change.Filter{Subject: change.Account, Limit: 9})
			for _, c := range trail {
				if strings.Contains(c.Before+c.After, "林") {
					t.Errorf("the trail names a person: %+v", c)
				}
			}
			if len(trail) != 6 { // three made, a password, roles, stopped
				t.Errorf("%d entries", len(trail))
			}
			return err
		})
	})
}

func mustRenew(t *testing.T, k *kit, a authn.Staff) string {
	t.Helper()
	_, password, err := k.NewPassword(context.Background(), by, a.ID, a.Version)
	if err != nil {
		t.Fatal(err)
	}
	return password
}

func TestSystemsLedger(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		u, v := k.create(t, 1, ""), k.create(t, 2, "")
		save := func(x org.System) (saved org.System, err error) {
			err = k.try(func(tx *db.Tx) error {
				saved, err = k.SaveSystem(ctx, tx, by, x)
				return err
			})
			return saved, err
		}
		base := "435013190100"
		good := org.System{Unit: u.ID, Name: "食品许可系统", Connection: org.ByAPI, Since: "2025-01-01", Health: "ok", Matters: []string{code(1) + base + "1", code(1) + base + "2"}}
		for field, spoil := range map[string]func(x *org.System){
			"name": func(x *org.System) { x.Name = "" }, "unitId": func(x *org.System) { x.Unit = code(9) }, "since": func(x *org.System) { x.Since = "" },
			"connection": func(x *org.System) { x.Connection = "wire" }, "health": func(x *org.System) { x.Health = "ill" }, "matters": func(x *org.System) { x.Matters = []string{"1"} },
		} {
			x := good
			spoil(&x)
			if _, err := save(x); errs.Of(err).Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		x, err := save(good)
		if err != nil || x.HealthAt.IsZero() {
			t.Fatalf("%+v, %v", x, err)
		}
		if _, err := save(org.System{Unit: v.ID, Name: "卫生系统", Connection: org.ByHand, Health: "unknown", Matters: []string{code(1) + base + "2", code(1) + base + "3"}}); err != nil {
			t.Fatal(err)
		}
		stale := x
		x.Gaps = "缺回传"
		if x, err = save(x); err != nil {
			t.Fatal(err)
		}
		if _, err := save(stale); errs.Code(err) != "conflict" {
			t.Errorf("two editors: %v", err)
		}
		k.read(t, func(q *db.Tx) error {
			c, err := k.SystemCoverage(ctx, q)
			if err != nil {
				return err
			}
			if len(c) != 3 || c[0] != (org.Coverage{Systems: 2, Connected: 1, Matters: 3, Covered: 2}) || c[2].Covered != 0 || c[2].Matters != 2 {
				t.Errorf("%+v", c)
			}
			found, total, err := k.Systems(ctx, q, org.SystemFilter{Words: "spxk", Connection: org.ByAPI})
			if total != 1 || len(found) != 1 || len(found[0].Matters) != 2 {
				t.Errorf("%+v", found)
			}
			return err
		})
		for _, version := range []int64{1, x.Version} {
			err = k.try(func(tx *db.Tx) error { return k.RemoveSystem(ctx, tx, by, x.ID, version) })
		}
		if err != nil {
			t.Errorf("remove: %v", err)
		}
	})
}

func TestRegionsAndCodeTables(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		region := func(r org.Region) error {
			return k.try(func(tx *db.Tx) error {
				_, err := k.SetRegion(ctx, tx, by, r)
				return err
			})
		}
		for i, c := range []struct {
			region org.Region
			code   string
		}{
			{org.Region{Code: "350102002", Name: "鼓西街道", Valid: true}, ""}, {org.Region{Code: "350102002", Name: "鼓西街道", Valid: true}, "conflict"},
			{org.Region{Code: "350102002", Name: "鼓西街", Version: 1}, ""}, {org.Region{Code: "350102009001", Name: "社区"}, "region.parent"},
			{org.Region{Code: "99", Name: "某地"}, "region.code"}, {org.Region{Code: "350104", Name: " "}, "field.required"},
		} {
			if err := region(c.region); c.code == "" && err != nil || c.code != "" && errs.Code(err) != c.code {
				t.Errorf("%d: %v, want %s", i, err, c.code)
			}
		}
		k.read(t, func(q *db.Tx) error {
			towns, total, err := k.Regions(ctx, q, org.RegionFilter{Parent: "350102"})
			if total != 2 || len(towns) != 2 || towns[1].Valid || towns[1].Level() != org.Town {
				t.Errorf("%+v", towns)
			}
			if err != nil {
				return err
			}
			top, _, err := k.Regions(ctx, q, org.RegionFilter{Parent: "-"})
			if len(top) != 1 || top[0].Children != 1 {
				t.Errorf("%+v", top)
			}
			return err
		})
		table := func(x org.CodeTable) error {
			return k.try(func(tx *db.Tx) error {
				_, err := k.SetCodeTable(ctx, tx, by, x)
				return err
			})
		}
		one, two := org.CodeEntry{Code: "1", Label: "男", Valid: true}, org.CodeEntry{Code: "2", Label: "女", Valid: true}
		for i, c := range []struct {
			table org.CodeTable
			code  string
		}{
			{org.CodeTable{Code: "1", Name: "性别"}, "field.format"}, {org.CodeTable{Code: "sex", Name: "性别", Entries: []org.CodeEntry{one, one}}, "codes.twice"},
			{org.CodeTable{Code: "sex", Name: "性别", Entries: []org.CodeEntry{one, two}}, ""},
			{org.CodeTable{Code: "sex", Name: "性别", Entries: []org.CodeEntry{one}, Version: 1}, "codes.gone"},
			{org.CodeTable{Code: "sex", Name: "性别", Entries: []org.CodeEntry{two, {Code: "1", Label: "男"}}, Version: 1}, ""},
			{org.CodeTable{Code: "sex", Name: "性别", Entries: []org.CodeEntry{two, one}, Version: 1}, "conflict"},
		} {
			if err := table(c.table); c.code == "" && err != nil || c.code != "" && errs.Code(err) != c.code {
				t.Errorf("%d: %v, want %s", i, err, c.code)
			}
		}
	})
}

func TestCalendarIsLoud(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		asked := func(year string) (n int) {
			k.read(t, func(q *db.Tx) error {
				open, err := k.tasks.About(ctx, q, task.FillYear, year)
				n = len(open)
				return err
			})
			return n
		}
		watch := func() {
			t.Helper()
			if err := k.Watch(ctx); err != nil {
				t.Fatal(err)
			}
		}
		watch()
		if asked("2027") != 0 {
			t.Error("asked for 2027 in March 2026")
		}
		k.clock.Move(time.Date(2026, 10, 1, 0, 0, 0, 0, clock.Shanghai).Sub(start))
		watch()
		watch()
		if asked("2027") != 1 {
			t.Errorf("on 1 October: %d tasks", asked("2027"))
		}
		k.write(t, func(tx *db.Tx) error { return k.NeedYear(ctx, tx, 2028) })
		k.write(t, func(tx *db.Tx) error { return k.NeedYear(ctx, tx, 2026) })
		if asked("2028") != 1 || asked("2026") != 0 {
			t.Error("a deadline that reaches into 2028, and one into 2026")
		}
		enter := func(version int64, days ...workday.Day) error {
			return k.try(func(tx *db.Tx) error {
				return k.SetYear(ctx, tx, by, workday.Year{Year: 2027, Version: version, Days: days})
			})
		}
		var days []workday.Day
		for _, d := range []string{"2027-10-03", "2027-01-01", "2027-05-01", "2027-10-01", "2027-10-02"} {
			days = append(days, workday.Day{Date: d, Name: "节"})
		}
		for name, c := range map[string]struct {
			err  error
			code string
		}{
			"a wrong list":  {enter(0, workday.Day{Date: "2027-01-01"}), "calendar.statutory"},
			"another year":  {enter(0, append(days[:5:5], workday.Day{Date: "2026-01-01"})...), "calendar.day"},
			"no such day":   {enter(0, append(days[:5:5], workday.Day{Date: "2027-02-30"})...), "calendar.day"},
			"twice":         {enter(0, append(days[:5:5], days[0])...), "calendar.twice"},
			"seen too late": {enter(3, days...), "conflict"},
			"day of a year that is not known": {k.try(func(tx *db.Tx) error {
				return k.SetDay(ctx, tx, by, 2027, 0, "2027-02-01", nil)
			}), "calendar.unknown"},
		} {
			if errs.Code(c.err) != c.code {
				t.Errorf("%s: %v, want %s", name, c.err, c.code)
			}
		}
		if err := enter(0, days...); err != nil {
			t.Fatal(err)
		}
		if err := k.try(func(tx *db.Tx) error {
			return k.SetDay(ctx, tx, by, 2027, 1, "2027-02-06", &workday.Day{Date: "2027-02-06", Work: true})
		}); err != nil {
			t.Fatal(err)
		}
		watch()
		if asked("2027") != 0 || !k.calendar.Known(2027) || !k.calendar.Is(time.Date(2027, 2, 6, 9, 0, 0, 0, clock.Shanghai)) {
			t.Error("2027 was entered")
		}
	})
}
