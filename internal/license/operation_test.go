package license_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

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
