package org_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// start is a Monday morning in Beijing.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)

// by is who changes things in these tests.
var by = change.By{AccountID: "a", UnitID: "u", Reason: "试验"}

// kit is a store of units with what it works with, on one database.
type kit struct {
	*org.Store
	db       *db.DB
	clock    *clock.Fixed
	trail    *change.Trail
	tasks    *task.Store
	accounts *authn.Service
	calendar *workday.Calendar
	claims   *claims
}

// claims is a catalogue that knows who has claimed what.
type claims struct{ list []org.Claim }

func (c *claims) ClaimsOf(_ context.Context, _ *db.Tx, unitID string) ([]org.Claim, error) {
	var found []org.Claim
	for _, x := range c.list {
		if unitID == "" || x.Unit == unitID {
			found = append(found, x)
		}
	}
	return found, nil
}

func (c *claims) MoveClaims(_ context.Context, _ *db.Tx, _ change.By, from, to string, types []string) error {
	for i, x := range c.list {
		if x.Unit != from {
			continue
		}
		for _, t := range types {
			if t == x.Type {
				c.list[i].Unit = to
			}
		}
		if types == nil {
			c.list[i].Unit = to
		}
	}
	return nil
}

// each runs a test on every database, with Fuzhou's regions known.
func each(t *testing.T, fn func(t *testing.T, k *kit)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		fn(t, k)
	})
}

func newKit(t testing.TB, d *db.DB) *kit {
	t.Helper()
	ctx := context.Background()
	k := &kit{db: d, clock: clock.At(start), claims: &claims{}}
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	k.accounts, err = authn.Open(authn.Options{DB: d, Clock: k.clock, Vault: keys, Params: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if k.calendar, err = workday.Open(ctx, d); err != nil {
		t.Fatal(err)
	}
	k.trail, k.tasks = change.Open(k.clock), task.Open(k.clock)
	k.Store = org.Open(org.Options{DB: d, Clock: k.clock, Trail: k.trail, Tasks: k.tasks, Accounts: k.accounts, Calendar: k.calendar, Catalogue: k.claims})
	k.write(t, func(tx *db.Tx) error {
		return k.PutRegions(ctx, tx, []org.Region{{Code: "350000", Name: "福建省", Valid: true}, {Code: "350100", Name: "福州市", Valid: true},
			{Code: "350102", Name: "鼓楼区", Valid: true}, {Code: "350103", Name: "台江区", Valid: false}, {Code: "350102001", Name: "鼓东街道", Valid: true}})
	})
	return k
}

func (k *kit) write(t testing.TB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := k.db.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func (k *kit) read(t testing.TB, fn func(q *db.Tx) error) {
	t.Helper()
	if err := k.db.Read(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// try runs a write and gives its error.
func (k *kit) try(fn func(tx *db.Tx) error) error { return k.db.Write(context.Background(), fn) }

// unit reads a unit.
func (k *kit) unit(t testing.TB, id string) (u org.Unit) {
	t.Helper()
	k.read(t, func(q *db.Tx) (err error) {
		u, err = k.Get(context.Background(), q, id)
		return err
	})
	return u
}

// create enters a county unit number n under another.
func (k *kit) create(t testing.TB, n int, parent string) org.Unit {
	t.Helper()
	var u org.Unit
	k.write(t, func(tx *db.Tx) (err error) {
		u, err = k.Create(context.Background(), tx, by, county(n, parent))
		return err
	})
	return u
}

// code is the credit code of an invented unit.
func code(n int) string {
	first := fmt.Sprintf("11350102YX%06d", n)
	check, err := gbcode.OrganizationCheckChar(first[8:])
	if err != nil {
		panic(err)
	}
	first += string(check)
	last, err := gbcode.USCCCheckChar(first)
	if err != nil {
		panic(err)
	}
	return first + string(last)
}

func county(n int, parent string) org.Unit {
	return org.Unit{ID: code(n), Name: fmt.Sprintf("第%d局", n), Level: org.County, Region: "350102", Parent: parent, Kind: org.Government}
}

// typeCode is the code of an invented type.
func typeCode(n int) string { return fmt.Sprintf("11350000YX0000016Q%03d", n) }

// staff makes an active account in a unit.
func (k *kit) staff(t testing.TB, unit, login string, roles ...string) authn.Staff {
	t.Helper()
	a, _, err := k.NewAccount(context.Background(), by, authn.Account{Login: login, Name: "林某", UnitID: unit, Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
