package vertical_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/internal/vertical"
	"github.com/yinxin-org/yinxin/test/world"
)

var foodFields = map[string]string{"KZ_FDDBR": "林㛃", "KZ_ZS": "福州市鼓楼区榕印路1号", "KZ_JYCS": "福州市鼓楼区榕印路1号",
	"KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售"}

// foodLine is the system of the office that issues food permits, which are made here.
func foodLine(t *testing.T, w *world.World) *line {
	t.Helper()
	return newLine(t, w, w.Actor(t, "gl-scjg-reviewer").UnitID)
}

func (l *line) issueFood(key string) vertical.Message {
	m := l.issue(key, "")
	c := l.Cast(l.t, "food-firm")
	m.TypeCode, m.Holders = l.TypeCode(l.t, demo.FoodPermit), []vertical.Person{{Code: c.Code, Name: c.Name}}
	m.Fields = maps.Clone(foodFields)
	return m
}

func (l *line) changeFood(m vertical.Message, place string) vertical.Message {
	n := l.next(m, vertical.Change)
	n.Fields = maps.Clone(foodFields)
	n.Fields["KZ_JYCS"] = place
	return n
}

// bound is the license that a key is bound to.
func (l *line) bound(key string) (found license.License) {
	l.t.Helper()
	l.Read(l.t, func(ctx context.Context, q *db.Tx) error {
		var holderID, id string
		err := q.QueryRow(ctx, `SELECT holder_id, license_id FROM vertical_license WHERE system_id = $1 AND license_key = $2`,
			l.system.ID, key).Scan(&holderID, &id)
		if err != nil {
			return err
		}
		found, err = l.Licenses.Get(ctx, q, holderID, id)
		return err
	})
	return found
}

// review is the word of the issuer's person on what a key is bound to.
func (l *line) review(key string, publish bool) {
	l.t.Helper()
	if _, err := l.Hall.Review(context.Background(), l.Actor(l.t, "gl-scjg-reviewer"), l.bound(key).ID, publish, "意见"); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) applies(messages ...vertical.Message) {
	l.t.Helper()
	for _, r := range l.send(messages...) {
		if r.Status != string(vertical.Applied) && r.Status != vertical.Repeated { // sent again, it is tried again
			l.t.Fatalf("%+v", r)
		}
	}
}

func (l *line) drifts(want bool, list ...vertical.Message) {
	l.t.Helper()
	r := l.reconcile(list...)
	if got := slices.ContainsFunc(r.Found, func(x vertical.Difference) bool { return x.Kind == vertical.Drifted }); got != want || r.Agrees == want {
		l.t.Errorf("drifted %v, want %v: %+v", got, want, r)
	}
}

// A version that the review refused is no version: the one before it stands, the system may change or end that, and until
// then the day says that the two differ.
func TestARefusedVersionLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := foodLine(t, w)
		first := l.issueFood("SP-1")
		l.applies(first)
		l.review("SP-1", true)
		second := l.changeFood(first, "福州市鼓楼区榕印路2号")
		l.applies(second)
		l.drifts(false, first, second)
		l.review("SP-1", false)
		l.drifts(true, first, second)

		third := l.changeFood(second, "福州市鼓楼区榕印路3号")
		l.applies(third)
		l.review("SP-1", true)
		l.drifts(false, first, second, third)
		if got := l.bound("SP-1"); got.State(world.Start) != license.Valid || got.VersionNo != 3 {
			t.Errorf("%+v", got)
		}

		fourth := l.changeFood(third, "福州市鼓楼区榕印路4号")
		l.applies(fourth)
		l.review("SP-1", false)
		suspend := l.next(fourth, vertical.Suspend)
		l.applies(suspend)
		l.drifts(true, first, second, third, fourth, suspend) // the fourth is still not here
		end := l.next(suspend, vertical.End)
		l.applies(end)
		l.drifts(false, first, second, third, fourth, suspend, end)
	})
}

// Where the first version was refused, there is nothing: it is issued anew under its key, or ended there alone.
func TestARefusedFirstVersionIsIssuedAnew(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := foodLine(t, w)
		for _, key := range []string{"SP-1", "SP-2"} {
			first := l.issueFood(key)
			l.applies(first)
			l.review(key, false)
			l.drifts(true, first)
			if key == "SP-2" {
				end := l.next(first, vertical.End)
				l.applies(end)
				continue
			}
			change := l.changeFood(first, "福州市鼓楼区榕印路2号")
			if got := l.send(change); got[0].Status != string(vertical.Failed) || got[0].Code != "vertical.first" {
				t.Errorf("%+v", got)
			}
			again := l.issueFood(key)
			again.Seq, again.Fingerprint = change.Seq, print("again")
			l.applies(again)
			l.review(key, true)
			l.drifts(false, first, again)
		}
		if n := w.Count(t, `SELECT count(*) FROM vertical_license WHERE system_id = $1 AND stands = 'cancelled'`, l.system.ID); n != 1 {
			t.Errorf("%d ended", n)
		}
	})
}

// firms is a register of firms that says one thing of every field, or does not answer.
type firms struct {
	says register.Result
	down bool
}

func (*firms) Name() string { return "法人库" }

func (f *firms) Compare(_ context.Context, persons []register.Person) ([]register.Answer, error) {
	if f.down {
		return nil, errors.New("no answer")
	}
	out := make([]register.Answer, len(persons))
	for i, p := range persons {
		out[i].Fields = map[string]register.Result{}
		for name := range p.Fields {
			out[i].Fields[name] = f.says
		}
	}
	return out, nil
}

// What a system tells of and what is made here is compared with the base registers as all that is made here.
func TestWhatIsMadeHereIsCompared(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		l := foodLine(t, w)
		f := &firms{}
		w.UseRegister(catalog.LegalBase, f)
		rule := func(down string) {
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				typ, err := w.Types.Current(ctx, tx, w.TypeCode(t, demo.FoodPermit))
				if err != nil {
					return err
				}
				next := *typ
				next.Version++
				next.Compare = []catalog.Comparison{{Register: catalog.LegalBase, Fields: map[string]string{"name": "CZZT", "representative": "KZ_FDDBR"},
					Mismatch: catalog.Block, Down: down}}
				return w.Types.Publish(ctx, tx, next, world.Start)
			})
		}
		rule(catalog.Refuse)
		m := l.issueFood("SP-1")
		f.says = register.Mismatch
		if got := l.send(m); got[0].Status != string(vertical.Failed) || got[0].Code != "register.mismatch" {
			t.Errorf("contradicted: %+v", got)
		}
		f.down = true
		if got := l.send(m); got[0].Status != string(vertical.Failed) || got[0].Code != "register.down" {
			t.Errorf("down: %+v", got)
		}
		f.says, f.down = register.Match, false
		l.applies(m)
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			found, err := w.Licenses.Answers(ctx, q, l.bound("SP-1"))
			if len(found) == 0 || found[0].Result != register.Match {
				t.Errorf("kept: %+v", found)
			}
			return err
		})
		l.review("SP-1", true)

		// One that is waited for: decided, and turned down when the register answers.
		rule(catalog.Wait)
		f.down = true
		change := l.changeFood(m, "福州市鼓楼区榕印路2号")
		l.applies(change)
		if got := l.bound("SP-1").Step; got != license.StepData {
			t.Errorf("made before the register answered: %s", got)
		}
		f.says, f.down = register.Mismatch, false
		if err := w.Hall.Resume(ctx); err != nil {
			t.Error(err)
		}
		if got := l.bound("SP-1").Step; got != license.StepRefused {
			t.Errorf("contradicted, and %s", got)
		}
		l.drifts(true, m, change)
		if got := l.stands("SP-1"); !slices.Contains(got, license.Valid) {
			t.Errorf("%v", got)
		}
	})
}

// What a system tells of and what is made here is owed on the day, and seen while nobody reviews it.
func TestWhatIsMadeHereIsOwed(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := foodLine(t, w)
		due := func(state deadline.State) (found []deadline.Deadline) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				all, err := w.Deadlines.List(ctx, q, deadline.Board{UnitID: l.system.Unit, Since: world.Start.Add(-time.Hour)}, state, deadline.Offline, 100, 0)
				for _, x := range all {
					if x.SubjectID == l.bound("SP-1").ID {
						found = append(found, x)
					}
				}
				return err
			})
			return found
		}
		first := l.issueFood("SP-1")
		l.applies(first)
		if got := due(deadline.Running); len(got) != 1 || !got[0].DueAt.Equal(l.bound("SP-1").DueAt) {
			t.Errorf("%+v", got)
		}
		l.review("SP-1", true)
		if got := due(deadline.InTime); len(got) != 1 {
			t.Errorf("%+v", got)
		}
		l.applies(l.changeFood(first, "福州市鼓楼区榕印路2号"))
		w.Now.Move(24 * time.Hour)
		if got := due(deadline.Overdue); len(got) != 1 {
			t.Errorf("%+v", got)
		}
		l.review("SP-1", false)
		if got := due(deadline.Overdue); len(got) != 0 {
			t.Errorf("void, and owed: %+v", got)
		}
	})
}

// What failed of a system that was taken off the ledger holds up nobody, however much it is.
func TestResumeReachesWhatLiesBehindALostSystem(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		gone, l := newLine(t, w, taxUnit), newLine(t, w, taxUnit)
		bad := gone.issue("SW", "352026900001")
		bad.IssuedOn = "2027-01-01"
		gone.send(bad)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			for i := range 600 { // copies of the one that failed
				if _, err := tx.Exec(ctx, `
					INSERT INTO vertical_license (system_id, license_key, applied, holder_id, license_id, stands)
					VALUES ($1, $2, 0, '', '', '')`, gone.system.ID, fmt.Sprintf("SW-%d", i)); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `
					INSERT INTO vertical_message (system_id, license_key, seq, action, day, fingerprint, digest, payload, state, reason, args, tries,
						next_at, received_at, applied_at)
					SELECT system_id, $2, seq, action, day, fingerprint, digest, payload, state, reason, args, tries, next_at, received_at, applied_at
					FROM vertical_message WHERE system_id = $1 AND license_key = 'SW'`, gone.system.ID, fmt.Sprintf("SW-%d", i)); err != nil {
					return err
				}
			}
			return w.Units.RemoveSystem(ctx, tx, change.By{AccountID: "a", UnitID: taxUnit, Reason: "下线"}, gone.system.ID, gone.system.Version)
		})
		late := l.issue("SW-1", "352026900002")
		late.IssuedOn = world.Start.AddDate(0, 0, 1).Format(time.DateOnly)
		if got := l.send(late); got[0].Status != string(vertical.Failed) {
			t.Fatalf("%+v", got)
		}
		w.Now.Move(25 * time.Hour)
		if err := w.Vertical.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		if got := l.stands("SW-1"); !slices.Equal(got, []license.State{license.Valid}) {
			t.Errorf("%v", got)
		}
	})
}
