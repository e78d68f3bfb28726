package license_test

import (
	"context"
	"errors"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/test/world"
)

// says is a base register that answers one thing for each code, or nothing at all.
type says struct {
	of    map[string]register.Result
	down  bool
	asked int
}

func (*says) Name() string { return "法人库" }

func (s *says) Compare(_ context.Context, persons []register.Person) ([]register.Answer, error) {
	s.asked++
	if s.down {
		return nil, errors.New("no answer")
	}
	out := make([]register.Answer, len(persons))
	for i, p := range persons {
		out[i].Fields = map[string]register.Result{"name": s.of[p.Code], "representative": register.Match}
	}
	return out, nil
}

// Base registers are asked about all rows of a chunk at once: whom they contradict is refused alone, what they said stays
// with each license, and while one is awaited nothing of the chunk is made.
func TestBulkAsksRegisters(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			typ, err := w.Types.Current(ctx, tx, w.TypeCode(t, demo.FoodPermit))
			if err != nil {
				return err
			}
			next := *typ
			next.Version++
			next.Compare[0].Down = catalog.Wait
			return w.Types.Publish(ctx, tx, next, world.Start)
		})
		rows := []license.Row{foodRow(t, 1), foodRow(t, 2), foodRow(t, 3)}
		r := &says{down: true, of: map[string]register.Result{rows[0].Holders[0].Code.Reveal(): register.Match,
			rows[1].Holders[0].Code.Reveal(): register.Mismatch, rows[2].Holders[0].Code.Reveal(): register.Unknown}}
		w.UseRegister(catalog.LegalBase, r)
		b := bulk(t, w, order(t, w, demo.FoodPermit))
		_, _, err := b.Make(ctx, rows, none)
		wantCode(t, err, "register.waits")
		if _, faults, err := b.Ask(ctx, rows); err != nil || errors.Join(faults...) != nil {
			t.Error("a register that is down is a row's fault", faults, err)
		}
		r.down, r.asked = false, 0
		_, faults, err := b.Ask(ctx, rows)
		if err != nil || faults[0] != nil || errs.Code(faults[1]) != "register.mismatch" || faults[2] != nil || r.asked != 1 {
			t.Error(faults, err, r.asked)
		}
		made, refused, err := b.Make(ctx, rows, none)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, refused[1], "register.mismatch")
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			for i, want := range map[int]register.Result{0: register.Match, 2: register.Unknown} {
				if found, err := w.Licenses.Answers(ctx, q, made[i]); err != nil || len(found) != 1 || found[0].Result != want {
					t.Errorf("row %d: %+v, %v", i, found, err)
				}
			}
			return nil
		})
	})
}

// A holder who has one in force gets no second one, or the reviewer is told, by the type's rule; in whatever way it comes.
func TestDuplicatesAtEntry(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		set := func(duplicate string) {
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				typ, err := w.Types.Current(ctx, tx, w.TypeCode(t, demo.FoodPermit))
				if err != nil {
					return err
				}
				next := *typ
				next.Version++
				next.Duplicate = duplicate
				return w.Types.Publish(ctx, tx, next, world.Start)
			})
		}
		set(catalog.Warn)
		rows := []license.Row{foodRow(t, 1)}
		first, _, err := bulk(t, w, order(t, w, demo.FoodPermit)).Make(ctx, rows, none)
		if err != nil {
			t.Fatal(err)
		}
		d := license.Draft{TypeCode: first[0].TypeCode, Holders: first[0].Holders, IssuerID: first[0].IssuerID, Fields: foodFields, MakerID: maker, IssuedOn: world.Start}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			l, err := w.Licenses.Draft(ctx, tx, d)
			if err != nil {
				return err
			}
			history, err := w.Licenses.History(ctx, tx, l)
			if err == nil && history[0].Words == "" {
				t.Error("the reviewer is told nothing")
			}
			return err
		})
		set(catalog.Block)
		wantCode(t, w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Licenses.Draft(ctx, tx, d)
			return err
		}), "license.held")
		_, refused, err := bulk(t, w, order(t, w, demo.FoodPermit)).Make(ctx, append(rows, foodRow(t, 2)), none)
		if err != nil || refused[1] != nil {
			t.Fatal(refused, err)
		}
		wantCode(t, refused[0], "license.held")
	})
}
