package hall_test

import (
	"context"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

// offices are the logins of the four units of the life event, in its order.
var offices = []string{"gl-wjj", "gl-gafj", "gl-rsj", "gl-ybj"}

// birth begins a mother's application after the birth of her child.
func (h *home) birth(key string) string {
	h.t.Helper()
	father, baby := h.Cast(h.t, "father"), h.Cast(h.t, "baby")
	id, err := h.Hall.ApplyEvent(context.Background(), h.me, hall.EventApplication{EventCode: "newborn", Key: key, Parties: map[matter.Party]hall.Person{
		matter.Spouse: {Code: father.Code, Name: father.Name}, matter.Child: {Code: baby.Code, Name: baby.Name}}})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *home) bundle(id string) hall.BundleView {
	h.t.Helper()
	v, err := h.Hall.BundleOf(context.Background(), h.me, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *home) stages(id string) []string {
	h.t.Helper()
	var out []string
	for _, s := range h.bundle(id).Steps {
		out = append(out, string(s.Case.Stage))
	}
	return out
}

// answers fills in the one form: each thing that is asked, once.
func (h *home) answers(id string) {
	h.t.Helper()
	values := map[string]string{}
	for _, s := range h.bundle(id).Steps {
		for _, f := range s.Matter.Form {
			if s.Case.Form[f.Name].Text == "" && !hall.Pending(s.Materials)[hall.FilledBy(f)] {
				values[f.Name] = example(f)
			}
		}
	}
	if err := h.Hall.SaveBundleForm(context.Background(), h.me, id, values); err != nil {
		h.t.Fatal(err)
	}
}

// handedInBundle fills a bundle in and hands it in.
func (h *home) handedInBundle(key string) string {
	h.t.Helper()
	id := h.birth(key)
	h.answers(id)
	h.attach(h.bundle(id).Steps[0].Case.No, 4)
	if err := h.Hall.HandInBundle(context.Background(), h.me, id); err != nil {
		h.t.Fatal(err)
	}
	return id
}

// serve lets a unit do its part: accept, submit, approve, review.
func (h *home) serve(no, office string) {
	h.t.Helper()
	ctx := context.Background()
	clerk, approver, reviewer := h.Actor(h.t, office+"-clerk"), h.Actor(h.t, office+"-approver"), h.Actor(h.t, office+"-reviewer")
	version := func(a *authn.Actor) int64 { return h.look(a, no).Case.RowVersion }
	steps := []func() error{
		func() error { return h.Hall.Take(ctx, clerk, no, version(clerk)) },
		func() error { return h.Hall.Submit(ctx, clerk, no, version(clerk), "") },
		func() error { return h.Hall.Take(ctx, approver, no, version(approver)) },
		func() error { return h.Hall.Decide(ctx, approver, no, version(approver), hall.Approve, "同意") },
		func() error {
			_, err := h.Hall.Review(ctx, reviewer, h.look(approver, no).Result.ID, true, "")
			return err
		},
	}
	for i, step := range steps {
		if err := step(); err != nil {
			h.t.Fatalf("%s, step %d: %v", office, i, err)
		}
	}
}

// CASE-7: one form and one file for four matters of four units; each goes on by itself when what it needs has come.
func TestALifeEventServesItsMattersInOrder(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "mother")
		id := h.birth("k-birth-01")
		if again := h.birth("k-birth-01"); again != id {
			t.Error("the same key began another application")
		}
		wantCode(t, "too early", h.Hall.HandInBundle(ctx, h.me, id), "case.incomplete")
		first := h.bundle(id).Steps[0]
		wantCode(t, "one of them alone", h.Hall.HandIn(ctx, h.me, first.Case.No, first.Case.RowVersion), "application.in-bundle")
		wantCode(t, "a field nobody asks for", h.Hall.SaveBundleForm(ctx, h.me, id, map[string]string{"nothing": "x"}), "case.form-unknown")
		wantCode(t, "what a license says", h.Hall.SaveBundleForm(ctx, h.me, id, map[string]string{"motherName": "别人"}), "case.form-locked")
		_, err := h.Hall.BundleOf(ctx, w.Actor(t, "father"), id)
		wantCode(t, "somebody else's", err, "bundle.unknown")

		id = h.handedInBundle("k-birth-02")
		wantCode(t, "twice", h.Hall.HandInBundle(ctx, h.me, id), "application.handed-in")
		for n, office := range offices {
			want := [][]string{{"accept", "wait", "wait", "wait"}, {"done", "accept", "wait", "wait"}, {"done", "done", "accept", "accept"}, {"done", "done", "done", "accept"}}[n]
			if got := h.stages(id); !slices.Equal(got, want) {
				t.Fatalf("before %s: %v, want %v", office, got, want)
			}
			if err := h.Hall.Resume(ctx); err != nil { // a second time changes nothing
				t.Fatal(err)
			}
			h.serve(h.bundle(id).Steps[n].Case.No, office)
		}
		baby := w.HolderID(t, "baby")
		v := h.bundle(id)
		for n, s := range v.Steps {
			if s.Case.Outcome != casefile.Approved || s.Result.HolderID != baby || s.ResultOwn {
				t.Errorf("step %d: %s, result of the child %v", n, s.Case.Outcome, s.Result.HolderID == baby)
			}
		}
		if n := w.Count(t, `SELECT count(*) FROM bundle_wait WHERE bundle_id = $1`, id); n != 0 {
			t.Errorf("%d cases still wait", n)
		}
		if got := v.Steps[1].Case.Form["birthNumber"]; got.Text == "" || got.Seq != 1 {
			t.Errorf("the second matter was not filled from the first one's result: %+v", got)
		}
	})
}

// ISS-9: one application for a comprehensive license. Its parts are approved at the same time by their units, and only then
// the lead unit's turn comes; the license is made of what they granted.
func TestAComprehensiveLicenseIsAppliedForAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "food-firm")
		owner := h.Cast(t, "owner")
		id, err := h.Hall.ApplyEvent(ctx, h.me, hall.EventApplication{EventCode: "restaurant", Key: "k-restaurant-01",
			Parties: map[matter.Party]hall.Person{matter.Representative: {Code: owner.Code, Name: owner.Name}}})
		if err != nil {
			t.Fatal(err)
		}
		h.answers(id)
		for _, s := range h.bundle(id).Steps[:2] {
			h.attach(s.Case.No, 3)
			h.attach(s.Case.No, 4)
		}
		if err := h.Hall.HandInBundle(ctx, h.me, id); err != nil {
			t.Fatal(err)
		}
		for n, x := range []struct {
			step   int
			office string
			stages []string
		}{
			{1, "gl-wjj", []string{"accept", "accept", "wait"}}, // both wait for their units, and neither for the other
			{0, "gl-scjg", []string{"accept", "done", "wait"}},
			{2, "gl-xzfw", []string{"done", "done", "accept"}},
		} {
			if got := h.stages(id); !slices.Equal(got, x.stages) {
				t.Fatalf("before %d: %v, want %v", n, got, x.stages)
			}
			h.serve(h.bundle(id).Steps[x.step].Case.No, x.office)
		}
		v := h.bundle(id)
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			whole, err := w.Licenses.Get(ctx, q, v.Steps[2].Result.HolderID, v.Steps[2].Result.ID)
			if err != nil {
				return err
			}
			parts, err := w.Licenses.Parts(ctx, q, whole)
			if len(parts) != 2 || parts[0].License.ID != v.Steps[0].Result.ID || parts[1].License.ID != v.Steps[1].Result.ID {
				t.Errorf("it is made of %+v", parts)
			}
			return err
		})
	})
}

// A process that dies after a result was published and before the next matter went on leaves nothing behind: whoever
// looks for unfinished work takes it up, once.
func TestAWaitingCaseGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		h := newHome(t, w, "mother")
		id := h.handedInBundle("")
		first, second := h.bundle(id).Steps[0].Case, h.bundle(id).Steps[1].Case
		// While the first one is worked on, the second is out of sight for whoever looks for what can go on.
		w.Write(t, func(ctx context.Context, tx *db.Tx) error { return w.Cases.GoOn(ctx, tx, second.No) })
		h.serve(first.No, offices[0])
		if got := h.stages(id); got[1] != "wait" {
			t.Fatalf("%v", got)
		}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Wait(ctx, tx, casefile.Waiting{CaseNo: second.No, BundleID: id, HolderID: second.HolderID})
		})
		resume := func() error { return h.Hall.Resume(ctx) }
		for _, err := range atOnce(resume, resume, resume) {
			if err != nil && errs.Code(err) != "conflict" {
				t.Error(err)
			}
		}
		if got := h.stages(id); got[1] != "accept" || got[2] != "wait" {
			t.Errorf("%v", got)
		}
		if n := w.Count(t, `SELECT count(*) FROM case_event WHERE case_no = $1 AND action = 'advance'`, second.No); n != 1 {
			t.Errorf("went on %d times", n)
		}
	})
}

// A matter that is refused stops those that wait for it, and what is left can be taken back.
func TestARefusedMatterStopsTheOthers(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	ctx := context.Background()
	h := newHome(t, w, "mother")
	id := h.handedInBundle("")
	no := h.bundle(id).Steps[0].Case.No
	clerk, approver := w.Actor(t, "gl-wjj-clerk"), w.Actor(t, "gl-wjj-approver")
	for i, step := range []func() error{
		func() error { return h.Hall.Take(ctx, clerk, no, h.look(clerk, no).Case.RowVersion) },
		func() error { return h.Hall.Submit(ctx, clerk, no, h.look(clerk, no).Case.RowVersion, "") },
		func() error { return h.Hall.Take(ctx, approver, no, h.look(approver, no).Case.RowVersion) },
		func() error {
			return h.Hall.Decide(ctx, approver, no, h.look(approver, no).Case.RowVersion, hall.Refuse, "分娩记录不符")
		},
		func() error { return h.Hall.Resume(ctx) },
	} {
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	if got := h.stages(id); !slices.Equal(got, []string{"done", "wait", "wait", "wait"}) {
		t.Errorf("%v", got)
	}
	if err := h.Hall.WithdrawBundle(ctx, h.me, id); err != nil {
		t.Fatal(err)
	}
	if got := h.stages(id); !slices.Equal(got, []string{"done", "done", "done", "done"}) {
		t.Errorf("%v", got)
	}
	if n := w.Count(t, `SELECT count(*) FROM bundle_wait WHERE bundle_id = $1`, id); n != 0 {
		t.Errorf("%d cases still wait", n)
	}
}
