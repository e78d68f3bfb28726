package license_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// plain is a type whose face is quickly drawn.
func plain(t testing.TB, w *world.World) catalog.Type {
	t.Helper()
	typ, err := w.City.Type(demo.FoodPermit)
	if err != nil {
		t.Fatal(err)
	}
	own := *typ
	own.Code, own.Name, own.Fields, own.Number = "11350000YX0000016Q777", "试验证", nil, "T{seq6}"
	own.Validity = catalog.Validity{Rule: "years", Years: 1}
	own.Face = catalog.Face{Width: 80, Height: 60, Objects: []catalog.FaceObject{
		{Kind: "field", Field: "ZZBH", X: 5, Y: 10, W: 70, Size: 4}, {Kind: "seal", Step: 1, X: 20, Y: 15, W: 40, H: 40}}}
	return own
}

// life is what the model knows of one license.
type life struct {
	license license.License
	step    license.Step
	lost    bool
	events  []string
}

// model holds a few licenses and says what may happen to each.
type model struct {
	w     *world.World
	draft license.Draft
	lives []*life
}

// Whatever is asked, in whatever order and by whomever: a license goes from decided to sealed to published or
// refused, each once, and its course says so.
func TestNoLicenseSkipsAStep(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		typ := plain(t, w)
		publish(t, w, typ)
		d := food(t, w)
		d.TypeCode, d.Fields = typ.Code, nil
		rapid.Check(t, func(r *rapid.T) {
			m := &model{w: w, draft: d}
			for range rapid.IntRange(4, 14).Draw(r, "steps") {
				m.act(t, r)
			}
			for _, x := range m.lives {
				m.check(t, r, x)
			}
		})
	})
}

func (m *model) act(t *testing.T, r *rapid.T) {
	op := rapid.SampledFrom([]string{"draft", "make", "make", "publish", "publish", "refuse", "lose", "resume", "wait"}).Draw(r, "op")
	if op == "draft" || len(m.lives) == 0 {
		if len(m.lives) < 3 {
			l := enter(t, m.w, m.draft)
			m.lives = append(m.lives, &life{license: l, step: license.StepData, events: []string{"draft"}})
		}
		return
	}
	x := rapid.SampledFrom(m.lives).Draw(r, "license")
	switch op {
	case "make":
		_, err := m.w.Licenses.Make(context.Background(), x.license.HolderID, x.license.ID)
		m.made(r, x, err)
	case "resume":
		err := m.w.Licenses.Resume(context.Background())
		for _, x := range m.lives {
			m.made(r, x, err)
		}
	case "publish", "refuse":
		m.review(r, x, op == "publish")
	case "lose":
		m.lose(t, r, x)
	case "wait":
		m.w.Now.Move(24 * time.Hour)
	}
	m.check(t, r, x)
}

func (m *model) made(r *rapid.T, x *life, err error) {
	if err != nil {
		r.Fatalf("make: %v", err)
	}
	if x.step == license.StepData {
		x.step, x.events = license.StepSealed, append(x.events, "seal")
	}
}

func (m *model) review(r *rapid.T, x *life, publish bool) {
	by := rapid.SampledFrom([]string{reviewer, maker}).Draw(r, "by")
	_, err := review(m.w, x.license, by, publish)
	switch {
	case by == maker:
		want(r, err, "license.same-person")
	case x.step != license.StepSealed:
		want(r, err, "license.stage")
	case err != nil:
		r.Fatalf("review: %v", err)
	case publish:
		x.step, x.events = license.StepPublished, append(x.events, "publish")
	default:
		x.step, x.events = license.StepRefused, append(x.events, "refuse")
	}
}

func (m *model) lose(t *testing.T, r *rapid.T, x *life) {
	l := get(t, m.w, x.license)
	err := m.w.TryWrite(func(ctx context.Context, tx *dbTx) error { return m.w.Licenses.Lose(ctx, tx, l, "holder") })
	switch {
	case x.step != license.StepPublished:
		want(r, err, "license.stage")
		return
	case x.lost:
		want(r, err, "license.held-already")
		return
	case !m.w.Now.Now().Before(l.ValidTo):
		want(r, err, "license.not-in-force")
		return
	case err != nil:
		r.Fatalf("report loss: %v", err)
	}
	x.lost, x.events = true, append(x.events, "lost")
}

func want(r *rapid.T, err error, code string) {
	if err == nil || errs.Code(err) != code {
		r.Fatalf("got %v, want %s", err, code)
	}
}

// check holds the stored license against the model.
func (m *model) check(t *testing.T, r *rapid.T, x *life) {
	l := get(t, m.w, x.license)
	state := map[license.Step]license.State{license.StepData: license.InMaking, license.StepSealed: license.InMaking,
		license.StepRefused: license.Abolished, license.StepPublished: license.Valid}[x.step]
	if x.lost {
		state = license.Lost
	}
	now := m.w.Now.Now()
	if x.step == license.StepPublished && !now.Before(l.ValidTo) {
		state = license.Expired
	}
	problem := ""
	switch {
	case l.Step != x.step:
		problem = fmt.Sprintf("it is at %s, and should be at %s", l.Step, x.step)
	case l.State(now) != state:
		problem = fmt.Sprintf("it is %s, and should be %s", l.State(now), state)
	case (l.FileRef == "") != (x.step == license.StepData):
		problem = fmt.Sprintf("at %s it has file %q", x.step, l.FileRef)
	case l.PublishedAt.IsZero() != (x.step != license.StepPublished):
		problem = fmt.Sprintf("at %s it was published at %v", x.step, l.PublishedAt)
	case l.RowVersion != int64(len(x.events)):
		problem = fmt.Sprintf("after %v its version is %d", x.events, l.RowVersion)
	case !slices.Equal(actions(t, m.w, l), x.events):
		problem = fmt.Sprintf("its course is %v, and should be %v", actions(t, m.w, l), x.events)
	}
	if problem != "" {
		r.Fatalf("license of %v: %s", x.events, problem)
	}
}
