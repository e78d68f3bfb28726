package license_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

type dbTx = db.Tx

// 榕政办〔2018〕214号 第七条: 经审核后发布.
func TestReviewNeedsASecondPersonOfTheIssuer(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		drafted := enter(t, w, food(t, w))
		sealed := make1(t, w, enter(t, w, food(t, w)))
		published := issued(t, w, food(t, w))
		other := w.City.Units[0].ID
		for name, c := range map[string]struct {
			of   license.License
			unit string
			by   string
			code string
		}{
			"another unit":     {sealed, other, reviewer, "license.not-issuer"},
			"the maker":        {sealed, sealed.IssuerID, maker, "license.same-person"},
			"not sealed":       {drafted, drafted.IssuerID, reviewer, "license.stage"},
			"published":        {published, published.IssuerID, reviewer, "license.stage"},
			"unknown":          {license.License{HolderID: sealed.HolderID, ID: db.NewID()}, sealed.IssuerID, reviewer, "license.unknown"},
			"another's holder": {license.License{HolderID: w.HolderID(t, "owner"), ID: sealed.ID}, sealed.IssuerID, reviewer, "license.unknown"},
		} {
			for _, publish := range []bool{true, false} {
				before := get(t, w, sealed)
				err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
					_, err := w.Licenses.Review(ctx, tx, license.Review{HolderID: c.of.HolderID, LicenseID: c.of.ID, ReviewerID: c.by, UnitID: c.unit, Publish: publish})
					return err
				})
				if err == nil {
					t.Errorf("%s: went through", name)
					continue
				}
				wantCode(t, err, c.code)
				if after := get(t, w, sealed); after.RowVersion != before.RowVersion {
					t.Errorf("%s: changed something", name)
				}
			}
		}
	})
}

func TestRefusedLicenseIsVoid(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := make1(t, w, enter(t, w, food(t, w)))
		l, err := review(w, l, reviewer, false)
		if err != nil {
			t.Fatal(err)
		}
		if l.Step != license.StepRefused || l.State(world.Start) != license.Abolished || !l.PublishedAt.IsZero() {
			t.Errorf("%s, %s", l.Step, l.State(world.Start))
		}
		if got := actions(t, w, l); !slices.Equal(got, []string{"draft", "seal", "refuse"}) {
			t.Errorf("its life is %v", got)
		}
		_, err = review(w, l, reviewer, true)
		wantCode(t, err, "license.stage")
		if n := w.Count(t, `SELECT count(*) FROM unit_making WHERE license_id = $1`, l.ID); n != 0 {
			t.Error("a refused license is still on the list of work")
		}
	})
}

// A license whose number is its holder's code can be decided again after the review refused it; one that was
// published cannot be given twice.
func TestNumberOfARefusedLicenseIsFreeAgain(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := businessLicense(t, w, "food-firm")
		d.Holders = []string{w.HolderID(t, "new-firm")}
		for range 2 {
			l := make1(t, w, enter(t, w, d))
			_, err := tryEnter(w, d)
			wantCode(t, err, "license.duplicate")
			if _, err := review(w, l, reviewer, false); err != nil {
				t.Fatal(err)
			}
		}
		issued(t, w, d)
		_, err := tryEnter(w, d)
		wantCode(t, err, "license.duplicate")
	})
}

func TestReviewAtOnceHappensOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := make1(t, w, enter(t, w, food(t, w)))
		var all sync.WaitGroup
		var won atomic.Int32
		for i := range 6 {
			all.Go(func() {
				switch _, err := review(w, l, reviewer, i%2 == 0); {
				case err == nil:
					won.Add(1)
				case errs.Code(err) != "license.stage" && errs.Code(err) != "conflict":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d reviews went through", won.Load())
		}
		if life := actions(t, w, l); len(life) != 3 {
			t.Errorf("its life is %v", life)
		}
	})
}

// 榕政办〔2018〕214号 第九条: 挂失.
func TestReportLoss(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		report := func(l license.License) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error { return w.Licenses.Lose(ctx, tx, l, "holder") })
		}
		l := issued(t, w, food(t, w))
		if err := report(l); err != nil {
			t.Fatal(err)
		}
		wantCode(t, report(l), "conflict") // as it was before: changed meanwhile
		l = get(t, w, l)
		if l.State(world.Start) != license.Lost {
			t.Errorf("it is %s", l.State(world.Start))
		}
		wantCode(t, report(l), "license.held-already")
		wantCode(t, report(make1(t, w, enter(t, w, food(t, w)))), "license.stage")
		old := issued(t, w, food(t, w))
		w.Now.Move(6 * 366 * 24 * time.Hour)
		wantCode(t, report(old), "license.not-in-force")
		if life := actions(t, w, l); !slices.Equal(life, []string{"draft", "seal", "publish", "lost"}) {
			t.Errorf("its life is %v", life)
		}
	})
}

func TestIssuersListOfWork(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		listed := func(unit string) (ids []string) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				list, err := w.Licenses.Makings(ctx, q, unit)
				for _, m := range list {
					ids = append(ids, m.LicenseID)
				}
				return err
			})
			return ids
		}
		d := food(t, w)
		before := len(listed(d.IssuerID))
		d.DueAt = world.Start.Add(2 * time.Hour)
		late := enter(t, w, d)
		d.DueAt = world.Start.Add(time.Hour)
		soon := make1(t, w, enter(t, w, d))
		got := listed(d.IssuerID)
		if len(got) != before+2 || slices.Index(got, soon.ID) > slices.Index(got, late.ID) {
			t.Errorf("%d on the list, want %d, the most urgent first", len(got), before+2)
		}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			if m, err := w.Licenses.Making(ctx, q, d.IssuerID, soon.ID); err != nil || m.HolderID != soon.HolderID {
				t.Errorf("%+v, %v", m, err)
			}
			_, err := w.Licenses.Making(ctx, q, w.City.Units[0].ID, soon.ID)
			wantCode(t, err, "license.unknown")
			return nil
		})
		if _, err := review(w, soon, reviewer, true); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(listed(d.IssuerID), soon.ID) {
			t.Error("a published license is still on the list")
		}
	})
}
