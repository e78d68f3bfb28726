package license_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// plainLife is a license's life told as simply as can be, beside which the rules are held.
type plainLife struct {
	published bool
	ended     license.Action
	holds     map[license.Action]bool // by the action that placed them
	from      time.Time               // of its period
	begins    time.Time               // the same, or its publication where that was earlier
	until     time.Time               // zero: no end
	told      []told
}

type told struct {
	action      license.Action
	known, from time.Time
}

var lifts = map[license.Action]license.Action{license.Release: license.Suspend, license.Recover: license.Lose,
	license.FindPaper: license.LosePaper, license.Unpledge: license.Pledge, license.Settle: license.Dispute}

var ends = []license.Action{license.Supersede, license.Cancel, license.Withdraw, license.Penalise, license.Abolish}

var codes = strings.Fields("01 02 03 04 05 06 07 08 09 10 11 12 99")

// may says whether an operation is allowed, in other words than the rules.
func (x *plainLife) may(o license.Operation, now time.Time) bool {
	over := !x.until.IsZero() && !now.Before(x.until)
	agreed := o.AccountID == "" || o.ApproverID != "" && o.ApproverID != o.AccountID
	if !x.published || x.ended != "" || o.Reason != "" && !slices.Contains(codes, o.Reason) {
		return false
	}
	if slices.Contains(ends, o.Action) && o.Action != license.Supersede {
		if o.Ground == "" || !agreed || !o.TrueFrom.IsZero() && (o.TrueFrom.After(now) || o.TrueFrom.Before(x.begins)) {
			return false
		}
	} else if !o.TrueFrom.IsZero() {
		return false
	}
	if placed, is := lifts[o.Action]; is && !x.holds[placed] || !is && x.holds[o.Action] {
		return false
	}
	switch o.Action {
	case license.Cancel:
		return !x.holds[license.Pledge]
	case license.Penalise, license.Lose, license.LosePaper:
		return !over
	case license.Suspend, license.Release:
		return o.Ground != "" && agreed
	case license.Pledge:
		stops := x.holds[license.Suspend] || x.holds[license.Lose] || x.holds[license.Dispute]
		return !over && !now.Before(x.from) && !stops && o.Ground != "" && agreed && o.Words != ""
	case license.Unpledge:
		return o.Ground != "" && agreed && o.Words != ""
	case license.Dispute:
		return !over && o.Ground != ""
	case license.Settle:
		return o.Ground != ""
	default:
		return true
	}
}

func (x *plainLife) do(o license.Operation, now time.Time) {
	from := now
	if !o.TrueFrom.IsZero() {
		from = o.TrueFrom
	}
	x.told = append(x.told, told{o.Action, now, from})
	if slices.Contains(ends, o.Action) {
		x.ended = o.Action
	} else if placed, is := lifts[o.Action]; is {
		delete(x.holds, placed)
	} else {
		x.holds[o.Action] = true
	}
}

// word is the license's state at a moment, seen from another.
func (x *plainLife) word(at, known time.Time) license.State {
	holds, ended := map[license.Action]bool{}, license.Action("")
	for _, e := range x.told {
		if e.known.After(known) || e.from.After(at) {
			continue
		}
		if slices.Contains(ends, e.action) {
			ended = e.action
		} else if placed, is := lifts[e.action]; is {
			delete(holds, placed)
		} else {
			holds[e.action] = true
		}
	}
	switch {
	case ended != "":
		return license.State(ended)
	case !x.until.IsZero() && !at.Before(x.until):
		return license.Expired
	case at.Before(x.from):
		return license.NotYet
	case holds[license.Suspend]:
		return license.Suspended
	case holds[license.Lose]:
		return license.Lost
	case holds[license.Dispute]:
		return license.Disputed
	case holds[license.Pledge]:
		return license.Pledged
	default:
		return license.Valid
	}
}

// guess is any operation, sensible more often than not.
func guess(r *rand.Rand, now time.Time) license.Operation {
	o := license.Operation{Action: license.AllActions()[r.IntN(len(license.AllActions()))], AccountID: "a", ApproverID: "b", UnitID: "u",
		Ground: "决〔2026〕1号", Words: "福州某银行"}
	switch r.IntN(16) {
	case 0:
		o.AccountID = ""
	case 1:
		o.ApproverID = ""
	case 2:
		o.ApproverID = "a"
	case 3:
		o.Ground = ""
	case 4:
		o.Words = ""
	case 5:
		o.Reason = "98"
	case 6:
		o.Reason = codes[r.IntN(len(codes))]
	case 7:
		o.TrueFrom = now.Add(time.Hour)
	case 8, 9:
		o.TrueFrom = now.Add(-time.Duration(r.IntN(400)) * time.Hour)
	case 10:
		o.TrueFrom = now.AddDate(-3, 0, 0)
	}
	return o
}

func newLife(r *rand.Rand) (license.License, *plainLife) {
	l := license.License{Step: license.StepPublished, PublishedAt: world.Start, ValidFrom: world.Start.Add(-10 * time.Hour), ValidTo: world.Start.AddDate(0, 0, 30)}
	switch r.IntN(8) {
	case 0:
		l.Step = license.StepSealed
	case 1:
		l.ValidTo = time.Time{}
	case 2:
		l.ValidFrom = world.Start.Add(time.Hour)
	}
	return l, lifeOf(l)
}

func lifeOf(l license.License) *plainLife {
	x := &plainLife{published: l.Step == license.StepPublished, holds: map[license.Action]bool{}, from: l.ValidFrom, begins: l.ValidFrom, until: l.ValidTo}
	if l.PublishedAt.Before(x.begins) {
		x.begins = l.PublishedAt
	}
	return x
}

// differs runs one random history against the rules, without one guard of an action, and tells the first step at which
// they and the plain life part.
func differs(r *rand.Rand, action license.Action, without int) string {
	l, x := newLife(r)
	now := world.Start
	for range 14 {
		now = now.Add(time.Duration(r.IntN(100)) * time.Hour)
		o, skip := guess(r, now), -1
		if o.Action == action {
			skip = without
		}
		may := x.may(o, now)
		after, err := license.Apply(l, o, now, skip)
		if may != (err == nil) {
			return fmt.Sprintf("after %v: %+v gives %v", x.told, o, err)
		}
		if err == nil {
			l = after
			x.do(o, now)
		}
		if word := x.word(now, now); x.published && l.State(now) != word {
			return fmt.Sprintf("after %v it is %s and should be %s", x.told, l.State(now), word)
		}
	}
	return ""
}

// Whatever is asked in whatever order: the rules allow what the plain life allows, and nothing else.
func TestNothingForbiddenHappensToALicense(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 100_000 {
		if d := differs(r, "", -1); d != "" {
			t.Fatal(d)
		}
	}
}

// Every guard is needed: without any one of them some history goes wrong.
func TestEveryGuardIsNeeded(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for _, a := range license.AllActions() {
	guards:
		for i, name := range license.Guards(a) {
			for range 20_000 {
				if differs(r, a, i) != "" {
					continue guards
				}
			}
			t.Errorf("nothing shows that %s needs %q", a, name)
		}
	}
}

// The same against the database: no event is lost, also not when a transaction breaks off, and what was so at any moment,
// seen from any other, follows from the events.
func TestLivesAgainstTheDatabase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		r := rand.New(rand.NewPCG(7, 9))
		typ := plain(t, w)
		typ.Validity = catalog.Validity{Rule: catalog.Fixed, Days: 20}
		publish(t, w, typ)
		o := order(t, w, demo.FoodPermit)
		o.TypeCode = typ.Code
		for n := range chunksOfLives(t, w) {
			live(t, w, r, o, n*livesAtOnce)
		}
	})
}

// livesAtOnce share the clock; with what chunksOfLives gives they are the thousand histories of every run on SQLite.
const livesAtOnce = 100

func chunksOfLives(t *testing.T, w *world.World) int {
	if text := os.Getenv("YINXIN_LIVES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return (n + livesAtOnce - 1) / livesAtOnce
	}
	if w.DB.Dialect() == "sqlite" {
		return 10
	}
	return 2 // the rules are the same; what can differ is what the database keeps
}

var errBreaksOff = errors.New("the transaction breaks off")

// live makes licenses and has this and that happen to them.
func live(t *testing.T, w *world.World, r *rand.Rand, o license.Order, first int) {
	t.Helper()
	var rows []license.Row
	for i := range livesAtOnce {
		rows = append(rows, license.Row{Holders: []holder.Profile{firm(t, first+i)}, IssuedOn: w.Now.Now()})
	}
	made, refused, err := bulk(t, w, o).Make(context.Background(), rows, none)
	if err != nil || refused[0] != nil {
		t.Fatal(err, refused[0])
	}
	all := make([]*plainLife, len(made))
	for i, l := range made {
		all[i] = lifeOf(get(t, w, l))
	}
	for range 12 {
		w.Now.Move(time.Duration(1+r.IntN(100)) * time.Hour)
		for i := range made {
			step(t, w, r, &made[i], all[i])
		}
	}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		for i, l := range made {
			begin := l.PublishedAt.Add(-30 * time.Hour)
			for range 20 {
				span := int(w.Now.Now().Sub(begin) / time.Hour)
				at := license.When{True: begin.Add(time.Duration(r.IntN(span)) * time.Hour), Known: begin.Add(time.Duration(r.IntN(span)) * time.Hour)}
				then, err := w.Licenses.AsOf(ctx, q, l, at)
				if err != nil {
					return err
				}
				want := all[i].word(at.True, at.Known)
				if at.Known.Before(l.PublishedAt) {
					want = license.InMaking
				}
				if got := then.State(at.True); got != want {
					t.Errorf("after %v: at %v it is %s and should be %s", all[i].told, at, got, want)
				}
			}
		}
		return nil
	})
}

func step(t *testing.T, w *world.World, r *rand.Rand, l *license.License, x *plainLife) {
	t.Helper()
	now := w.Now.Now()
	o, breaks := guess(r, now), r.IntN(6) == 0
	may := x.may(o, now)
	var after license.License
	err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		var err error
		if after, err = w.Licenses.Operate(ctx, tx, *l, o); err == nil && breaks {
			err = errBreaksOff
		}
		return err
	})
	switch {
	case may != (err == nil || errors.Is(err, errBreaksOff)):
		t.Fatalf("after %v: %+v gives %v", x.told, o, err)
	case err == nil:
		*l = after
		x.do(o, now)
	}
	stored := get(t, w, *l)
	var want []string
	for _, e := range x.told {
		want = append(want, string(e.action))
	}
	if got := actions(t, w, *l); stored.State(now) != x.word(now, now) || !slices.Equal(got[1:], want) || stored.RowVersion != l.RowVersion {
		t.Fatalf("after %v it is %s, its course is %v", x.told, stored.State(now), got)
	}
}
