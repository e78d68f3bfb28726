package org_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

func TestDutiesAndVacancies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		u, other := k.create(t, 1, ""), k.create(t, 2, "")
		k.claims.list = []org.Claim{{Type: typeCode(1), Unit: u.ID, Made: true}, {Type: typeCode(2), Unit: u.ID}}
		clerk, reviewer := k.staff(t, u.ID, "clerk", authn.RoleClerk), k.staff(t, u.ID, "reviewer", authn.RoleReviewer, authn.RoleClerk)
		foreign := k.staff(t, other.ID, "foreign", authn.RoleClerk)
		k.staff(t, other.ID, "boss", authn.RoleAdmin)
		set := func(d org.Duty) error {
			d.Unit = u.ID
			return k.try(func(tx *db.Tx) error {
				_, err := k.SetDuty(ctx, tx, by, d)
				return err
			})
		}
		vacant := func() (found []org.Vacancy, tasks int) {
			t.Helper()
			k.read(t, func(q *db.Tx) (err error) {
				if found, err = k.Vacancies(ctx, q, ""); err != nil {
					return err
				}
				open, err := k.tasks.About(ctx, q, task.FillPost, u.ID)
				tasks = len(open)
				return err
			})
			return found, tasks
		}
		if err := k.Watch(ctx); err != nil {
			t.Fatal(err)
		}
		if v, tasks := vacant(); len(v) != 4 || tasks != 2 { // make, review, correct of one, correct of the other
			t.Errorf("%+v, %d tasks", v, tasks)
		}
		for name, c := range map[string]struct {
			duty org.Duty
			code string
		}{
			"no such type":       {org.Duty{Type: "x", Step: org.Make, Account: clerk.ID}, "type.unknown"},
			"another unit's":     {org.Duty{Type: org.AllTypes, Step: org.Make, Account: foreign.ID}, "duty.account"},
			"cannot review":      {org.Duty{Type: org.AllTypes, Step: org.Review, Account: clerk.ID}, "duty.role"},
			"no such version":    {org.Duty{Type: org.AllTypes, Step: org.Make, Account: clerk.ID, Version: 1}, "conflict"},
			"nobody, and wasn't": {org.Duty{Type: org.AllTypes, Step: org.Make}, ""},
		} {
			if err := set(c.duty); c.code == "" && err != nil || c.code != "" && errs.Code(err) != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
		for _, d := range []org.Duty{{Type: org.AllTypes, Step: org.Make, Account: clerk.ID}, {Type: typeCode(1), Step: org.Review, Account: reviewer.ID},
			{Type: org.AllTypes, Step: org.Correct, Account: reviewer.ID}} {
			if err := set(d); err != nil {
				t.Fatal(err)
			}
		}
		if err := set(org.Duty{Type: typeCode(1), Step: org.Make, Account: reviewer.ID}); errs.Code(err) != "duty.same" {
			t.Errorf("maker and reviewer in one: %v", err)
		}
		if v, tasks := vacant(); len(v) != 0 || tasks != 0 {
			t.Errorf("all filled: %+v, %d tasks", v, tasks)
		}
		// Stopping an account opens its posts again, at once; starting it fills them.
		active := func(on bool) {
			t.Helper()
			k.write(t, func(tx *db.Tx) error {
				now, err := k.accounts.Staff(ctx, tx, reviewer.ID)
				if err != nil {
					return err
				}
				_, err = k.SetAccountActive(ctx, tx, by, reviewer.ID, now.Version, on)
				return err
			})
		}
		active(false)
		if v, tasks := vacant(); len(v) != 3 || tasks != 2 || !v[0].Stopped {
			t.Errorf("reviewer stopped: %+v, %d tasks", v, tasks)
		}
		active(true)
		if v, tasks := vacant(); len(v) != 0 || tasks != 0 {
			t.Errorf("reviewer back: %+v, %d tasks", v, tasks)
		}
		if err := set(org.Duty{Type: org.AllTypes, Step: org.Make, Version: 1}); err != nil {
			t.Fatal(err)
		}
		if v, tasks := vacant(); len(v) != 1 || tasks != 2 || v[0].Stopped {
			t.Errorf("maker taken away: %+v, %d tasks", v, tasks)
		}
	})
}

// Thousands of claims are looked through at once.
func TestVacanciesOfManyClaims(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *kit) {
		ctx := context.Background()
		for i := range 20 {
			u := k.create(t, i+1, "")
			for n := range 500 {
				k.claims.list = append(k.claims.list, org.Claim{Type: fmt.Sprintf("%s%03d", code(900), n), Unit: u.ID, Made: true})
			}
		}
		began := time.Now()
		if err := k.Watch(ctx); err != nil {
			t.Fatal(err)
		}
		if err := k.Watch(ctx); err != nil { // now without anything to write
			t.Fatal(err)
		}
		t.Logf("twice %d claims in %v", len(k.claims.list), time.Since(began))
		k.read(t, func(q *db.Tx) error {
			open, err := k.tasks.About(ctx, q, task.FillPost, "")
			if len(open) != 40 {
				t.Errorf("%d tasks for 20 units", len(open))
			}
			return err
		})
	})
}
