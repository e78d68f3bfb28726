package hall_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// keeper is a source that says what the test wants; with down, nothing.
type keeper struct {
	mu    sync.Mutex
	state license.State
	down  bool
	asked int
}

func (r *keeper) Name() string { return "人口库" }

func (r *keeper) State(context.Context, string) (license.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.down {
		return "", errors.New("no answer")
	}
	return r.state, nil
}

// Fetch gives nothing: its licenses were taken over.
func (r *keeper) Fetch(context.Context, string) (license.Sent, error) {
	return license.Sent{}, errors.New("not kept")
}

func (r *keeper) set(state license.State, down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state, r.down = state, down
}

// withRegister makes a register the source of identity cards.
func (o *office) withRegister() *keeper {
	r := &keeper{state: license.Valid}
	o.UseSource(r, o.TypeCode(o.t, demo.IdentityCard))
	return r
}

// cardOf gives the material of a food case that asks for the representative's identity card.
func (o *office) cardOf(no string) casefile.Material {
	o.t.Helper()
	v := o.look(o.clerk, no)
	i := slices.IndexFunc(v.Materials, func(m casefile.Material) bool { return m.Seq == 2 })
	if i < 0 {
		o.t.Fatalf("the case has no material 2: %+v", v.Materials)
	}
	return v.Materials[i]
}

// A source that is down leaves the material open, with its reason; when it returns, the next look fetches it.
func TestSourceDownAndBack(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		r.set("", true)
		no := o.open(o.request("down"))
		m := o.cardOf(no)
		if m.Status != casefile.Down || m.Reason != "material.source-down" || m.Detail["source"] != "人口库" || m.GrantID != "" {
			t.Errorf("%+v", m)
		}
		if got := o.status(no)[0]; got != casefile.Lent {
			t.Errorf("the license of a type without a source is %s", got)
		}
		wantCode(t, "submit", o.Hall.Submit(t.Context(), o.clerk, no, o.version(no), ""), "case.incomplete")
		r.set(license.Valid, false)
		if m = o.cardOf(no); m.Status != casefile.Lent || m.Reason != "" {
			t.Errorf("after it returned: %+v", m)
		}
		asked := r.asked
		if o.look(o.clerk, no); r.asked != asked {
			t.Error("a license that was had is asked for again")
		}
	})
}

// What the source says goes before what stands here: at the fetch, when the case is taken, and at the decision.
func TestSourceSaysOtherwise(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		r := o.withRegister()
		r.set(license.Cancelled, false)
		no := o.open(o.request("says"))
		if m := o.cardOf(no); m.Status != casefile.Unusable || m.Reason != "material.source-says" || m.Detail["state"] != "已注销" {
			t.Errorf("%+v", m)
		}
		r.set(license.Valid, false)
		o.fill(no)
		o.submit(no)
		o.take(no)
		r.set(license.Lost, false)
		wantCode(t, "approve", o.decide(no, hall.Approve), "case.state-changed")
		if m := o.cardOf(no); m.RecheckedState != string(license.Lost) {
			t.Errorf("%+v", m)
		}
		// Without an answer the decision rests on what is known here, and the case says so.
		r.set("", true)
		if err := o.decide(no, hall.Approve); err != nil {
			t.Fatal(err)
		}
		if m := o.cardOf(no); m.RecheckedState != string(license.Valid) || m.Detail["sourceDown"] != "人口库" {
			t.Errorf("%+v", m)
		}
	})
}
