package casefile_test

import (
	"bytes"
	"context"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)

const unit = "11350102YX0100017G"

// kit is a store of cases with two holders.
type kit struct {
	d        *db.DB
	s        *casefile.Store
	clock    *clock.Fixed
	firm     string
	woman    string
	t        *testing.T
	matterOf matter.Matter
}

func newKit(t *testing.T, d *db.DB) *kit {
	t.Helper()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{d: d, clock: clock.At(now), t: t, matterOf: matter.Matter{Code: "11350102YX0100017G4350131901001", Unit: unit}}
	holders := holder.Open(d, keys, k.clock)
	k.s = casefile.Open(d, k.clock, holders)
	k.write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		if k.firm, err = holders.Put(ctx, tx, holder.Profile{Name: "福州榕印小吃", Code: "91350102YX0109011N", CodeType: holder.CodeUSCC}); err != nil {
			return err
		}
		k.woman, err = holders.Put(ctx, tx, holder.Profile{Name: "福州茉莉", Code: "91350102YX010902XE", CodeType: holder.CodeUSCC})
		return err
	})
	return k
}

func (k *kit) try(fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return k.d.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
}

func (k *kit) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.try(fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) open(due time.Time) casefile.Case {
	k.t.Helper()
	var c casefile.Case
	k.write(func(ctx context.Context, tx *db.Tx) error {
		var err error
		c, err = k.s.Create(ctx, tx, casefile.New{Matter: k.matterOf, Region: "350102", ClerkID: "clerk", DueAt: due,
			Parties: map[matter.Party]string{matter.Applicant: k.firm, matter.Representative: k.woman}})
		return err
	})
	return c
}

func (k *kit) get(no string) casefile.Case {
	k.t.Helper()
	var c casefile.Case
	err := k.d.Read(context.Background(), func(q *db.Tx) error {
		var err error
		c, err = k.s.Get(context.Background(), q, no)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return c
}

func (k *kit) queue(unit string) []casefile.Summary {
	k.t.Helper()
	var found []casefile.Summary
	err := k.d.Read(context.Background(), func(q *db.Tx) error {
		var err error
		found, err = k.s.Queue(context.Background(), q, unit)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return found
}

func TestCreateAndGet(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		due := now.AddDate(0, 0, 14)
		c := k.open(due)
		if !regexp.MustCompile(`^35010220260302[0-9]{8}$`).MatchString(c.No) {
			t.Errorf("number %s", c.No)
		}
		got := k.get(c.No)
		want := casefile.Case{HolderID: k.firm, No: c.No, MatterCode: k.matterOf.Code, UnitID: unit, ClerkID: "clerk", AcceptedBy: "clerk",
			Stage: matter.Accept, State: casefile.StateOpen, Form: map[string]casefile.Value{}, OpenedAt: now.UTC(), DueAt: due.UTC(),
			Channel: casefile.ByWindow, SubmittedAt: now.UTC(), RowVersion: 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		err := d.Read(context.Background(), func(q *db.Tx) error {
			parties, err := k.s.Parties(context.Background(), q, got)
			if diff := cmp.Diff(map[matter.Party]string{matter.Applicant: k.firm, matter.Representative: k.woman}, parties); diff != "" {
				t.Error(diff)
			}
			if _, err := k.s.Get(context.Background(), q, "3501022026030200000000"); errs.Code(err) != "case.unknown" {
				t.Errorf("a case that is not there: %v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Of two who change a case at once, one is told that it changed.
func TestSaveComparesVersions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		c := k.open(now)
		var won, told atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				mine := c
				mine.Form = map[string]casefile.Value{"name": {Text: "林㛃", Seq: 1}}
				err := k.try(func(ctx context.Context, tx *db.Tx) error { return k.s.Save(ctx, tx, &mine) })
				switch errs.Code(err) {
				case "conflict":
					told.Add(1)
				default:
					if err != nil {
						t.Error(err)
					}
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || told.Load() != 5 {
			t.Errorf("%d saved, %d were told", won.Load(), told.Load())
		}
		got := k.get(c.No)
		if got.RowVersion != 2 || got.Form["name"] != (casefile.Value{Text: "林㛃", Seq: 1}) {
			t.Errorf("%+v", got)
		}
		var form []byte
		err := d.Read(context.Background(), func(q *db.Tx) error {
			return q.QueryRow(context.Background(), `SELECT form FROM case_file WHERE case_no = $1`, c.No).Scan(&form)
		})
		if err != nil || bytes.Contains(form, []byte("林㛃")) {
			t.Errorf("the form can be read in the database: %v", err)
		}
	})
}

func TestMaterialsAndCourse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		c := k.open(now)
		second := casefile.Material{Seq: 2, Status: casefile.Unusable, Reason: "material.expired", Detail: map[string]string{"date": "2026-01-01"},
			LicenseHolderID: k.woman, LicenseID: "l", LicenseState: "expired"}
		first := casefile.Material{Seq: 1, Status: casefile.Lent, Detail: map[string]string{}, LicenseHolderID: k.firm, LicenseID: "m",
			LicenseState: "valid", GrantID: "g", RecordNo: "YX1", RecheckedState: "lost", RecheckedAt: now.UTC()}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for _, m := range []casefile.Material{{Seq: 1, Status: casefile.Missing}, second, first} {
				if err := k.s.PutMaterial(ctx, tx, c, m); err != nil {
					return err
				}
			}
			for _, step := range []string{"open", "paper", "submit"} {
				if err := k.s.Add(ctx, tx, c, step, "clerk", "意见："+step); err != nil {
					return err
				}
				k.clock.Move(time.Second)
			}
			return nil
		})
		err := d.Read(context.Background(), func(q *db.Tx) error {
			materials, err := k.s.Materials(context.Background(), q, c)
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]casefile.Material{first, second}, materials); diff != "" {
				t.Error(diff)
			}
			course, err := k.s.Course(context.Background(), q, c)
			if len(course) != 3 || course[0].Action != "open" || course[2].Opinion != "意见：submit" || !course[1].At.Equal(now.Add(time.Second)) {
				t.Errorf("%+v", course)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// 优先受理: cases with electronic licenses come first, then the most urgent; closed ones are not there.
func TestQueue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		late, soon, lent := k.open(now.AddDate(0, 0, 9)), k.open(now.AddDate(0, 0, 1)), k.open(now.AddDate(0, 0, 20))
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for seq, status := range map[int]string{1: casefile.Lent, 2: casefile.Missing, 3: casefile.Declined, 4: casefile.Unusable, 5: casefile.Paper} {
				if err := k.s.PutMaterial(ctx, tx, lent, casefile.Material{Seq: seq, Status: status}); err != nil {
					return err
				}
			}
			return k.s.Save(ctx, tx, &lent)
		})
		found := k.queue(unit)
		if len(found) != 3 || found[0].No != lent.No || found[1].No != soon.No || found[2].No != late.No {
			t.Fatalf("%+v", found)
		}
		if !found[0].Electronic || found[0].Missing != 3 || found[1].Electronic {
			t.Errorf("%+v", found[0])
		}
		soon.State, soon.Stage, soon.ClosedAt = casefile.StateClosed, casefile.StageDone, now
		late.ClerkID, late.Stage = "", matter.Decide
		k.write(func(ctx context.Context, tx *db.Tx) error {
			if err := k.s.Save(ctx, tx, &soon); err != nil {
				return err
			}
			return k.s.Save(ctx, tx, &late)
		})
		found = k.queue(unit)
		if len(found) != 2 || found[1].No != late.No || found[1].Stage != matter.Decide || found[1].ClerkID != "" {
			t.Errorf("%+v", found)
		}
		if other := k.queue("11350100YX00100116"); len(other) != 0 {
			t.Errorf("another unit sees %d", len(other))
		}
	})
}
