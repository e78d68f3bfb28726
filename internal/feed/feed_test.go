package feed_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const (
	unit   = "11350102YX0100017G"
	matter = "11350102YX0100017G4350131901001"
)

// line is a department's system that sends to the platform.
type line struct {
	*world.World
	t      *testing.T
	system org.System
}

func newLine(t *testing.T, w *world.World) *line {
	t.Helper()
	l := &line{World: w, t: t}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		var err error
		l.system, err = w.Units.SaveSystem(ctx, tx, change.By{AccountID: "a", UnitID: unit, Reason: "接入"}, org.System{Unit: unit, Name: "业务系统",
			Matters: []string{matter}, Connection: org.ByAPI, Since: "2026-01-01", Health: "ok"})
		return err
	})
	return l
}

func (l *line) message(seq int64, caseNo string, event feed.Event) feed.Message {
	c := l.Cast(l.t, "owner")
	m := feed.Message{Seq: seq, CaseNo: caseNo, Matter: matter, Unit: unit, Event: event, At: world.Start.Add(-time.Hour), HolderCode: c.Code, HolderName: c.Name}
	if event == feed.Closed {
		m.Outcome = "approved"
	}
	return m
}

func (l *line) send(messages ...feed.Message) []feed.Result {
	l.t.Helper()
	out, err := l.Feed.Take(context.Background(), l.system, messages)
	if err != nil {
		l.t.Fatal(err)
	}
	return out
}

func (l *line) report() (rows []feed.Row, standings []feed.Standing) {
	l.t.Helper()
	l.Read(l.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		if rows, err = l.Feed.Report(ctx, q, feed.Filter{From: "2026-01-01", To: "2026-12-31", SystemID: l.system.ID}); err != nil {
			return err
		}
		all, err := l.Feed.Standings(ctx, q)
		for _, s := range all {
			if s.SystemID == l.system.ID {
				standings = append(standings, s)
			}
		}
		return err
	})
	return rows, standings
}

// CASE-4: a feed with gaps gives a report that names them.
func TestGapsShow(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		lacking, late := l.message(4, "B-3", feed.Closed), l.message(8, "B-4", feed.Opened)
		lacking.Outcome, lacking.HolderCode = "", "1"
		late.At = world.Start.Add(-26 * time.Hour)
		got := l.send(l.message(1, "B-1", feed.Opened), l.message(2, "B-1", feed.Closed), lacking, late)
		for _, r := range got {
			if r.Status != feed.Taken {
				t.Errorf("%+v", r)
			}
		}
		if want := []string{"feed.applicant", "feed.no-outcome", "feed.no-opening"}; !slices.Equal(got[2].Faults, want) {
			t.Errorf("faults: %v, want %v", got[2].Faults, want)
		}
		if err := w.Feed.Count(context.Background(), l.system, world.Start, "2026-03-02", []feed.Tally{{matter, 3, 2}}); err != nil {
			t.Fatal(err)
		}
		rows, standings := l.report()
		if len(rows) != 2 || rows[0].Day != "2026-03-02" || !rows[0].Counted || rows[0].Received != (feed.Pair{Opened: 1, Closed: 2}) || rows[0].Missing() != 2 || rows[0].Lacking != 1 {
			t.Errorf("today: %+v", rows)
		}
		if rows[1].Day != "2026-03-01" || rows[1].Counted || rows[1].Late != 1 {
			t.Errorf("yesterday: %+v", rows[1])
		}
		s := standings[0]
		if s.Last != 8 || s.Missing != 4 || !slices.Equal(s.Holes, []feed.Hole{{3, 3}, {5, 7}}) {
			t.Errorf("numbers: %+v", s)
		}
		l.send(l.message(3, "B-3", feed.Opened), l.message(5, "B-5", feed.Opened), l.message(6, "B-6", feed.Opened), l.message(7, "B-7", feed.Opened))
		if _, standings = l.report(); standings[0].Missing != 0 || len(standings[0].Holes) != 0 {
			t.Errorf("after all came: %+v", standings[0])
		}
	})
}

func TestSentAgainChangesNothing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		first := l.message(1, "C-1", feed.Opened)
		var all sync.WaitGroup
		taken := make(chan string, 6)
		for range 6 {
			all.Go(func() { taken <- l.send(first)[0].Status })
		}
		all.Wait()
		close(taken)
		n := 0
		for status := range taken {
			if status == feed.Taken {
				n++
			} else if status != feed.Repeated {
				t.Errorf("status %s", status)
			}
		}
		if n != 1 {
			t.Errorf("taken %d times", n)
		}
		other := first
		other.CaseNo = "C-2"
		if r := l.send(other)[0]; r.Status != feed.Refused || r.Code != "feed.seq" {
			t.Errorf("another content under the number: %+v", r)
		}
		if rows, _ := l.report(); len(rows) != 1 || rows[0].Received.Opened != 1 {
			t.Errorf("%+v", rows)
		}
	})
}

// A tally that is played again does not take the place of one that was signed later.
func TestAnOldTallyDoesNotComeBack(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		count := func(at time.Time, opened int) error {
			return w.Feed.Count(context.Background(), l.system, at, "2026-03-01", []feed.Tally{{matter, opened, 0}})
		}
		for range 2 { // sent again, it is the same
			if err := count(world.Start.Add(time.Minute), 3); err != nil {
				t.Fatal(err)
			}
		}
		if err := count(world.Start, 1); errs.Code(err) != "conflict" {
			t.Errorf("an earlier one: %v", err)
		}
		if rows, _ := l.report(); len(rows) != 1 || rows[0].Expected.Opened != 3 {
			t.Errorf("%+v", rows)
		}
		if err := count(world.Start.Add(2*time.Minute), 4); err != nil {
			t.Errorf("a later one: %v", err)
		}
	})
}

// Of two contents under one number at the same moment one is taken, and the other told.
func TestOneNumberTwoContents(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		for seq := range int64(8) {
			var all sync.WaitGroup
			statuses := make([]string, 4)
			for i := range statuses {
				all.Go(func() {
					out, err := l.Feed.Take(context.Background(), l.system, []feed.Message{l.message(seq+1, "E-"+string(rune('A'+i)), feed.Opened)})
					if err != nil {
						t.Errorf("%v", err)
						return
					}
					statuses[i] = out[0].Status
				})
			}
			all.Wait()
			slices.Sort(statuses)
			if !slices.Equal(statuses, []string{feed.Refused, feed.Refused, feed.Refused, feed.Taken}) {
				t.Errorf("%v", statuses)
			}
		}
	})
}

func TestWhatCannotBeTaken(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := newLine(t, w)
	foreign, future := l.message(1, "D-1", feed.Opened), l.message(1, "D-1", feed.Opened)
	foreign.Matter = strings.Replace(matter, "901", "999", 1)
	future.At = world.Start.Add(time.Hour)
	for code, m := range map[string]feed.Message{"feed.matter": foreign, "feed.future": future} {
		if r := l.send(m)[0]; r.Status != feed.Refused || r.Code != code {
			t.Errorf("%+v, want %s", r, code)
		}
	}
	if r := l.send(l.message(1, "D-1", feed.Opened))[0]; r.Status != feed.Taken {
		t.Errorf("its number did not stay open: %+v", r)
	}
	for code, err := range map[string]error{
		"feed.day":    w.Feed.Count(context.Background(), l.system, world.Start, "2026-03-09", nil),
		"feed.matter": w.Feed.Count(context.Background(), l.system, world.Start, "2026-03-02", []feed.Tally{{foreign.Matter, 1, 1}}),
		"feed.twice":  w.Feed.Count(context.Background(), l.system, world.Start, "2026-03-02", []feed.Tally{{matter, 1, 1}, {matter, 1, 1}}),
	} {
		if errs.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

// 榕政办〔2018〕214号 第七条: a case that closes in another system owes its license on the same day.
func TestACaseClosedElsewhereOwesItsLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		refused := l.message(3, "B", feed.Closed)
		refused.Outcome = "refused"
		l.send(l.message(1, "A", feed.Opened), l.message(2, "A", feed.Closed), refused)
		l.send(l.message(2, "A", feed.Closed))
		owed := func(state deadline.State) (found []deadline.Deadline) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				var err error
				found, err = w.Deadlines.List(ctx, q, deadline.Board{UnitID: unit}, state, deadline.Offline, 10, 0)
				return err
			})
			return found
		}
		got := owed(deadline.Running)
		if len(got) != 1 || got[0].SubjectID != feed.Subject(l.system.ID, "A") || !got[0].DueAt.Equal(clock.EndOfDay(world.Start)) {
			t.Fatalf("%+v", got)
		}
		w.Now.Move(24 * time.Hour)
		if got := owed(deadline.Overdue); len(got) != 1 {
			t.Errorf("the next day: %+v", got)
		}
	})
}
