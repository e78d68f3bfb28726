package deadline_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/task"
)

var start = time.Date(2026, 9, 28, 10, 0, 0, 0, clock.Shanghai)

type desk struct {
	t     *testing.T
	d     *db.DB
	now   *clock.Fixed
	store *deadline.Store
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	k := newDeskOf(t, d)
	for _, u := range [][2]string{{"province", ""}, {"city", "province"}, {"office", "city"}, {"other", "province"}} {
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO unit (unit_id, parent_id, level, region_code, name, data) VALUES ($1, $2, 1, '', '', '')`, u[0], u[1])
			return err
		})
	}
	return k
}

func (k *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Write(k.t.Context(), func(tx *db.Tx) error { return fn(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) open(kind deadline.Kind, subject, unit string, due time.Duration) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.store.Open(ctx, tx, deadline.Deadline{Kind: kind, SubjectID: subject, UnitID: unit, TypeCode: "T", Licenses: 1, DueAt: start.Add(due)})
	})
}

func (k *desk) settle(kind deadline.Kind, subject string) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.store.Settle(ctx, tx, kind, subject, "clerk") })
}

func (k *desk) list(w deadline.Board, state deadline.State) []string {
	k.t.Helper()
	var found []deadline.Deadline
	err := k.d.Read(k.t.Context(), func(q *db.Tx) error {
		var err error
		found, err = k.store.List(k.t.Context(), q, w, state, "", 100, 0)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	var ids []string
	for _, d := range found {
		ids = append(ids, d.SubjectID)
		if late := state == deadline.Overdue || state == deadline.Late; d.Passed(k.now.Now()) != late {
			k.t.Errorf("%s is listed as %s and says otherwise of itself", d.SubjectID, state)
		}
	}
	return ids
}

func (k *desk) shows(w deadline.Board, state deadline.State, want ...string) {
	k.t.Helper()
	if got := k.list(w, state); !slices.Equal(got, want) {
		k.t.Errorf("%s shows %v as %s, want %v", w.UnitID, got, state, want)
	}
}

func TestBoardShowsADeadlineBeforeAndAfterItPasses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.open(deadline.Offline, "soon", "office", time.Hour)
		k.open(deadline.Case, "later", "office", 3*time.Hour)
		k.open(deadline.Case, "elsewhere", "other", time.Hour)
		office, city, province := deadline.Board{UnitID: "office"}, deadline.Board{UnitID: "city", Below: true}, deadline.Board{UnitID: "province", Below: true}
		k.shows(office, deadline.Running, "soon", "later")
		k.shows(city, deadline.Running, "soon", "later")
		k.shows(province, deadline.Running, "elsewhere", "soon", "later")
		k.shows(deadline.Board{UnitID: "city"}, deadline.Running)

		k.now.Move(time.Hour - time.Microsecond)
		k.shows(office, deadline.Overdue)
		k.now.Move(time.Microsecond)
		k.shows(office, deadline.Overdue, "soon")
		k.shows(office, deadline.Running, "later")

		k.settle(deadline.Offline, "soon")
		k.settle(deadline.Case, "later")
		k.shows(office, deadline.Late, "soon")
		k.shows(office, deadline.InTime, "later")
		k.shows(office, deadline.Overdue)

		k.write(func(ctx context.Context, tx *db.Tx) error { return k.store.Cancel(ctx, tx, deadline.Case, "elsewhere") })
		for _, s := range []deadline.State{deadline.Running, deadline.Overdue, deadline.Late, deadline.InTime} {
			k.shows(deadline.Board{UnitID: "other"}, s)
		}
		var counts []deadline.Count
		err := d.Read(t.Context(), func(q *db.Tx) error {
			var err error
			counts, err = k.store.Counts(t.Context(), q, city)
			return err
		})
		want := []deadline.Count{{UnitID: "office", Kind: deadline.Case, InTime: 1}, {UnitID: "office", Kind: deadline.Offline, Late: 1}}
		if err != nil || !slices.Equal(counts, want) {
			t.Errorf("%+v, %v, want %+v", counts, err, want)
		}
	})
}

// Word of a closed case may come again, and after its license was made.
func TestOpeningAgainChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.open(deadline.Offline, "made", "office", time.Hour)
		k.open(deadline.Offline, "open", "office", time.Hour)
		k.settle(deadline.Offline, "made")
		k.now.Move(2 * time.Hour)
		for _, id := range []string{"made", "open"} {
			k.open(deadline.Offline, id, "office", 8*time.Hour)
		}
		k.shows(deadline.Board{UnitID: "office"}, deadline.Overdue, "open")
		k.shows(deadline.Board{UnitID: "office"}, deadline.InTime, "made")
	})
}

func TestWhatHasPassedIsToldOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for i := range 5 {
			k.open(deadline.Batch, fmt.Sprint(i), "office", time.Duration(i)*time.Hour)
		}
		k.settle(deadline.Batch, "0")
		k.now.Move(3 * time.Hour)
		told := func(limit int) (ids []string) {
			k.write(func(ctx context.Context, tx *db.Tx) error {
				found, err := k.store.Tell(ctx, tx, limit)
				ids = nil
				for _, d := range found {
					ids = append(ids, d.SubjectID)
				}
				return err
			})
			return ids
		}
		for _, want := range [][]string{{"1", "2"}, {"3"}, nil} {
			if got := told(2); !slices.Equal(got, want) {
				t.Errorf("told %v, want %v", got, want)
			}
		}
	})
}

// Any history of opening, ending and waiting leaves on the board what a plain list of them leaves.
func TestBoardEqualsAPlainList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(r *rapid.T) {
			k := newDeskOf(t, d)
			type duty struct{ due, ended time.Time }
			plain := map[string]*duty{}
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "id")
				switch rapid.IntRange(0, 2).Draw(r, "act") {
				case 0:
					due := k.now.Now().Add(time.Duration(rapid.IntRange(-2, 5).Draw(r, "due")) * time.Hour)
					k.open(deadline.Case, id, "office", due.Sub(start))
					if plain[id] == nil {
						plain[id] = &duty{due: due}
					}
				case 1:
					k.settle(deadline.Case, id)
					if p := plain[id]; p != nil && p.ended.IsZero() {
						p.ended = k.now.Now()
					}
				default:
					k.now.Move(time.Duration(rapid.IntRange(1, 4).Draw(r, "wait")) * time.Hour)
				}
			}
			want := map[deadline.State]int{}
			for _, p := range plain {
				switch late := func(at time.Time) bool { return !at.Before(p.due) }; {
				case p.ended.IsZero() && late(k.now.Now()):
					want[deadline.Overdue]++
				case p.ended.IsZero():
					want[deadline.Running]++
				case late(p.ended):
					want[deadline.Late]++
				default:
					want[deadline.InTime]++
				}
			}
			for _, s := range []deadline.State{deadline.Running, deadline.Overdue, deadline.Late, deadline.InTime} {
				if got := k.list(deadline.Board{UnitID: "office"}, s); len(got) != want[s] {
					r.Fatalf("%s: %v, want %d", s, got, want[s])
				}
			}
			k.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM deadline`)
				return err
			})
		})
	})
}

// newDeskOf is a desk for one run of many on the same database: it is emptied behind each.
func newDeskOf(t *testing.T, d *db.DB) *desk {
	t.Helper()
	now := clock.At(start)
	return &desk{t: t, d: d, now: now, store: deadline.New(now, task.Open(now))}
}
