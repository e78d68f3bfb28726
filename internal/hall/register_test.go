package hall_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/test/world"
)

// base is a base register that says of every field what the test wants; with down, nothing.
type base struct {
	mu      sync.Mutex
	says    register.Result
	down    bool
	persons []register.Person
}

func (b *base) Name() string { return "法人库" }

func (b *base) Compare(_ context.Context, persons []register.Person) ([]register.Answer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return nil, errors.New("no answer")
	}
	b.persons = append(b.persons, persons...)
	answers := make([]register.Answer, len(persons))
	for i, p := range persons {
		answers[i].Fields = map[string]register.Result{}
		for name := range p.Fields {
			answers[i].Fields[name] = b.says
		}
		answers[i].Absent = b.says == register.Absent
	}
	return answers, nil
}

func (b *base) set(says register.Result, down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.says, b.down = says, down
}

// withRule publishes a version of the food permit that is compared with the register of firms.
func (o *office) withRule(mismatch, down string) *base {
	o.t.Helper()
	b := &base{says: register.Match}
	o.UseRegister(catalog.LegalBase, b)
	o.Write(o.t, func(ctx context.Context, tx *db.Tx) error {
		t, err := o.Types.Current(ctx, tx, o.TypeCode(o.t, demo.FoodPermit))
		if err != nil {
			return err
		}
		next := *t
		next.Version++
		next.Compare = []catalog.Comparison{{Register: catalog.LegalBase, Fields: map[string]string{"name": "CZZT", "representative": "KZ_FDDBR"}, Mismatch: mismatch, Down: down}}
		return o.Types.Publish(ctx, tx, next, world.Start)
	})
	return b
}

// effect is the gravest of what registers said of a case's license, or of what it was to be.
func (o *office) effect(no string) (string, register.Result) {
	o.t.Helper()
	v := o.look(o.approver, no)
	if len(v.Answers) == 0 {
		return "", ""
	}
	return v.Answers[0].Effect, v.Answers[0].Result
}

// What a register says before the decision, and what becomes of the case by the type's rule.
func TestRegistersBeforeTheDecision(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		for _, c := range []struct {
			name, mismatch, down string
			says                 register.Result
			gone                 bool
			code                 string // of the refusal
			step                 license.Step
			effect               string
			result               register.Result
		}{
			{"agrees", catalog.Block, catalog.Wait, register.Match, false, "", license.StepSealed, "", register.Match},
			{"differs-block", catalog.Block, catalog.Wait, register.Mismatch, false, "register.mismatch", "", catalog.Block, register.Mismatch},
			{"differs-warn", catalog.Warn, catalog.Wait, register.Mismatch, false, "", license.StepSealed, catalog.Warn, register.Mismatch},
			{"absent", catalog.Block, catalog.Wait, register.Absent, false, "register.mismatch", "", catalog.Block, register.Absent},
			{"unknown", catalog.Block, catalog.Wait, register.Unknown, false, "", license.StepSealed, catalog.Warn, register.Unknown},
			{"down-warn", catalog.Block, catalog.Warn, "", true, "", license.StepSealed, catalog.Warn, register.Down},
			{"down-refuse", catalog.Block, catalog.Refuse, "", true, "register.down", "", catalog.Refuse, register.Down},
			{"down-wait", catalog.Block, catalog.Wait, "", true, "", license.StepData, catalog.Wait, register.Down},
		} {
			o := newOffice(t, w)
			b := o.withRule(c.mismatch, c.down)
			no := o.submitted(o.request(c.name))
			b.set(c.says, c.gone)
			err := o.decide(no, hall.Approve)
			if c.code != "" {
				wantCode(t, c.name, err, c.code)
			} else if err != nil {
				t.Fatal(c.name, err)
			}
			v := o.look(o.approver, no)
			if v.Result.Step != c.step {
				t.Errorf("%s: the license is at step %q", c.name, v.Result.Step)
			}
			if effect, result := o.effect(no); effect != c.effect || result != c.result {
				t.Errorf("%s: kept %q, %q", c.name, effect, result)
			}
			if c.code != "" {
				// It is not stuck: when register and data agree, the same approver decides.
				b.set(register.Match, false)
				if l := o.approve(no); l.Step != license.StepSealed {
					t.Errorf("%s: then %s", c.name, l.Step)
				}
			}
		}
	})
}

// A license that waits for a register is made as soon as that answers; its deadline stands meanwhile.
func TestWaitingForARegister(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := t.Context()
		o := newOffice(t, w)
		b := o.withRule(catalog.Block, catalog.Wait)
		no := o.submitted(o.request("wait"))
		b.set("", true)
		l := o.approve(no)
		for range 3 {
			if err := w.Hall.Resume(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if l = o.look(o.approver, no).Result; l.Step != license.StepData {
			t.Fatal("made without the register", l.Step)
		}
		if n := w.Count(t, `SELECT count(*) FROM deadline WHERE ended_at = 0 AND kind = 'case' AND subject_id = $1`, no); n != 1 {
			t.Error("its deadline does not stand")
		}
		b.set(register.Match, false)
		if err := w.Hall.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		v := o.look(o.approver, no)
		if v.Result.Step != license.StepSealed || len(v.Answers) != 1 || v.Answers[0].Result != register.Match || v.Answers[0].Asked < 4 {
			t.Errorf("%s, %+v", v.Result.Step, v.Answers)
		}
	})
}

// One that the register contradicts after the decision is void, and its case is decided anew.
func TestARegisterContradictsAfterTheDecision(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		b := o.withRule(catalog.Block, catalog.Wait)
		no := o.submitted(o.request("late"))
		b.set("", true)
		l := o.approve(no)
		b.set(register.Mismatch, false)
		if err := w.Hall.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			void, err := w.Licenses.Get(ctx, q, l.HolderID, l.ID)
			if err != nil {
				return err
			}
			history, err := w.Licenses.History(ctx, q, void)
			if last := history[len(history)-1]; void.Step != license.StepRefused || last.Action != "contradict" || last.Words == "" {
				t.Errorf("%s, %+v", void.Step, last)
			}
			return err
		})
		o.wantCourse(no, "open", "paper", "paper", "submit", "take", "approve", "void")
		b.set(register.Match, false)
		o.take(no)
		if l := o.approve(no); l.Step != license.StepSealed {
			t.Error(l.Step)
		}
		// What was asked is what the license says, and no more.
		for _, p := range b.persons {
			if p.Code == "" || len(p.Fields) != 2 || p.Fields["name"] == "" || p.Fields["representative"] == "" {
				t.Error("asked for something else")
			}
		}
	})
}
