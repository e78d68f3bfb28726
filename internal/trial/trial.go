// Package trial replays a proposal against past cases (先试后发): had it held then, for how many materials would the
// party's license have existed and been in force? It serves to see what a binding or an entry of the 免提交 list would
// save, and where it would fail, before it is published.
//
// It reads which licenses there were and in what state, never a license's body nor what a case's parties wrote, and
// gives counts alone; a unit with fewer than five cases is not told apart. It keeps nothing.
package trial

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

const (
	days    = 31   // replayed when nobody says how many
	most    = 5000 // cases replayed at most, the newest ones
	fewest  = 5    // cases of a unit that is told apart
	dayHour = 24 * time.Hour
)

// Causes of failure, as stable codes.
const (
	PartyAbsent = "trial.party-absent"
	NoLicense   = "trial.none"
	Expired     = "trial.expired"
	Held        = "trial.held"
	Ended       = "trial.ended"
)

// Options are the parts a replay works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Units    *org.Store
	Matters  *matter.Store
	Cases    *casefile.Store
	Licenses *license.Store
}

// Proposal is what to try: a binding of one material, or an exemption.
type Proposal struct {
	Matter    string // code of a matter, or base code of an item: all its matters
	Seq       int
	Bound     matter.Bound
	Exemption *matter.Exemption // instead of the above
	Days      int               // how many days back; 0: 31
}

// Part is what a proposal would have done to some cases.
type Part struct {
	UnitID                          string
	Cases, Materials, Served, Saved int
}

// Report is what a proposal would have done.
type Report struct {
	From, Until time.Time
	Sum         Part
	Failures    map[string]int
	Units       []Part
	Others      *Part // units with too few cases, together; nil if they are too few still
	Cut         bool  // there were more cases than are replayed
}

// Replay replays a proposal. An officer of a unit sees cases of that unit alone.
func Replay(ctx context.Context, o Options, actor *authn.Actor, p Proposal) (Report, error) {
	if p.Days == 0 {
		p.Days = days
	}
	r := Report{Until: o.Clock.Now(), Failures: map[string]int{}}
	r.From = clock.Date(r.Until).Add(-time.Duration(p.Days) * dayHour)
	unit := actor.UnitID
	if actor.Has("matters", "digital") {
		unit = ""
	}
	err := o.DB.Read(ctx, func(q *db.Tx) error {
		x := &replay{o: o, q: q, p: p, asked: map[string]map[int]matter.Bound{}}
		codes, err := x.matters(ctx)
		if err != nil {
			return err
		}
		parts := map[string]*Part{}
		left := most
		for _, code := range codes {
			cases, err := o.Cases.Past(ctx, q, code, r.From, r.Until, left+1)
			if err != nil {
				return err
			}
			for _, c := range cases {
				if left == 0 {
					r.Cut = true
					break
				}
				if unit != "" && c.UnitID != unit {
					continue
				}
				left--
				if parts[c.UnitID] == nil {
					parts[c.UnitID] = &Part{UnitID: c.UnitID}
				}
				if err := x.replay(ctx, c, parts[c.UnitID], r.Failures); err != nil {
					return err
				}
			}
		}
		r.share(parts)
		return nil
	})
	return r, err
}

// replay is one run in one snapshot.
type replay struct {
	o     Options
	q     *db.Tx
	p     Proposal
	asked map[string]map[int]matter.Bound // by matter: the materials that the proposal is about, as it would bind them
}

// matters names the matters whose cases are replayed.
func (x *replay) matters(ctx context.Context) ([]string, error) {
	if x.p.Exemption != nil {
		return x.binding(ctx, x.p.Exemption.Type)
	}
	if len(x.p.Matter) != 12 {
		m, err := x.o.Matters.Get(ctx, x.q, x.p.Matter)
		if err != nil {
			return nil, err
		}
		if _, ok := m.Material(x.p.Seq); !ok {
			return nil, errs.New(errs.Invalid, "matter.material-unknown").On("seq")
		}
		return []string{m.Code}, nil
	}
	item, err := x.o.Matters.Item(ctx, x.q, x.p.Matter)
	if err != nil {
		return nil, err
	}
	if _, ok := item.Material(x.p.Seq); !ok {
		return nil, errs.New(errs.Invalid, "matter.material-unknown").On("seq")
	}
	return x.o.Matters.CodesOf(ctx, x.q, item.BaseCode)
}

// binding names the matters with a material that a type satisfies.
func (x *replay) binding(ctx context.Context, typeCode string) ([]string, error) {
	places, err := x.o.Matters.BoundTo(ctx, x.q, typeCode)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, p := range places {
		of := []string{p.Scope}
		if len(p.Scope) == 12 {
			if of, err = x.o.Matters.CodesOf(ctx, x.q, p.Scope); err != nil {
				return nil, err
			}
		}
		codes = append(codes, of...)
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}

// materials gives what the proposal would bind of a matter, by number.
func (x *replay) materials(ctx context.Context, code string) (map[int]matter.Bound, error) {
	if found, ok := x.asked[code]; ok {
		return found, nil
	}
	found := map[int]matter.Bound{}
	m, err := x.o.Matters.Get(ctx, x.q, code)
	gone := err != nil && errs.Of(err).Kind == errs.NotFound
	if err != nil && !gone {
		return nil, err
	}
	switch e := x.p.Exemption; {
	case gone: // the matter is no more; its cases say nothing
	case e == nil:
		if _, ok := m.Material(x.p.Seq); ok {
			found[x.p.Seq] = x.p.Bound
		}
	default:
		unit, err := x.o.Units.Get(ctx, x.q, m.Unit)
		if err != nil {
			return nil, err
		}
		for _, y := range m.Materials {
			if b, ok := y.Binding(e.Type); ok && e.Covers(m, unit.Region) {
				found[y.Seq] = matter.Bound{Bindings: []matter.Binding{b}, Party: y.Party}
			}
		}
	}
	x.asked[code] = found
	return found, nil
}

// replay counts one case.
func (x *replay) replay(ctx context.Context, c casefile.Case, part *Part, failures map[string]int) error {
	asked, err := x.materials(ctx, c.MatterCode)
	if err != nil || len(asked) == 0 {
		return err
	}
	parties, err := x.o.Cases.Parties(ctx, x.q, c)
	if err != nil {
		return err
	}
	settled, err := x.o.Cases.Materials(ctx, x.q, c)
	if err != nil {
		return err
	}
	part.Cases++
	for seq, bound := range asked {
		part.Materials++
		cause, err := x.serve(ctx, bound, parties[bound.Party], c.OpenedAt)
		if err != nil {
			return err
		}
		if cause != "" {
			failures[cause]++
			continue
		}
		part.Served++
		if slices.ContainsFunc(settled, func(m casefile.Material) bool {
			return m.Seq == seq && (m.Status == casefile.Plain || m.Status == casefile.Paper)
		}) {
			part.Saved++
		}
	}
	return nil
}

// serve says why no license would have served a party at a moment, or "".
func (x *replay) serve(ctx context.Context, b matter.Bound, holderID string, at time.Time) (string, error) {
	if holderID == "" {
		return PartyAbsent, nil
	}
	cause := NoLicense
	for _, y := range b.Bindings {
		held, err := x.o.Licenses.Held(ctx, x.q, holderID, y.Type)
		if err != nil {
			return "", err
		}
		for _, l := range held {
			state, err := x.o.Licenses.StateAt(ctx, x.q, l, at)
			if err != nil {
				return "", err
			}
			switch {
			case state.Usable():
				return "", nil
			case state == license.InMaking || state == license.NotYet:
			case cause != NoLicense: // the newest one that there was tells
			case state == license.Expired:
				cause = Expired
			case state == license.Lost || state == license.Suspended || state == license.InspectionOverdue:
				cause = Held
			default:
				cause = Ended
			}
		}
	}
	return cause, nil
}

// share sums the parts and tells apart only units with cases enough. Were the rest too small, it could be found by
// subtraction; then the smallest unit told apart joins it.
func (r *Report) share(parts map[string]*Part) {
	var rest Part
	for _, p := range parts {
		r.Sum.add(*p)
		if p.Cases >= fewest {
			r.Units = append(r.Units, *p)
		} else {
			rest.add(*p)
		}
	}
	slices.SortFunc(r.Units, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), cmp.Compare(a.UnitID, b.UnitID))
	})
	if rest.Cases > 0 && rest.Cases < fewest && len(r.Units) > 0 {
		rest.add(r.Units[len(r.Units)-1])
		r.Units = r.Units[:len(r.Units)-1]
	}
	if rest.Cases >= fewest {
		r.Others = &rest
	}
}

func (p *Part) add(q Part) {
	p.Cases += q.Cases
	p.Materials += q.Materials
	p.Served += q.Served
	p.Saved += q.Saved
}
