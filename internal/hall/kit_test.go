package hall_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const (
	firmMatter     = "11350102YX0100017G4350131902001"
	marriageMatter = "11350102YX010005XQ4350711909001"
	elderMatter    = "55350102YX010260206350511914001"
)

// office is the desk of 鼓楼市监 in a world.
type office struct {
	*world.World
	t        *testing.T
	clerk    *authn.Actor
	approver *authn.Actor
	reviewer *authn.Actor
}

func newOffice(t *testing.T, w *world.World) *office {
	t.Helper()
	return &office{World: w, t: t, clerk: w.Actor(t, "gl-scjg-clerk"), approver: w.Actor(t, "gl-scjg-approver"), reviewer: w.Actor(t, "gl-scjg-reviewer")}
}

// request is 榕印小吃's application for a food permit.
func (o *office) request(key string) hall.Request {
	o.t.Helper()
	firm := o.Cast(o.t, "food-firm")
	return hall.Request{MatterCode: foodMatter, Key: key, Parties: map[matter.Party]hall.Person{
		matter.Applicant: {Code: firm.Code}, matter.Representative: {Code: firm.Representative}}}
}

func (o *office) open(r hall.Request) string {
	o.t.Helper()
	no, err := o.Hall.Open(context.Background(), o.clerk, r)
	if err != nil {
		o.t.Fatal(err)
	}
	return no
}

func (o *office) look(a *authn.Actor, no string) hall.View {
	o.t.Helper()
	v, err := o.Hall.Look(context.Background(), a, no)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *office) version(no string) int64 {
	o.t.Helper()
	return o.look(o.clerk, no).Case.RowVersion
}

// status gives what became of each material.
func (o *office) status(no string) []string {
	o.t.Helper()
	var out []string
	for _, m := range o.look(o.clerk, no).Materials {
		out = append(out, m.Status)
	}
	return out
}

// fill enters everything the form of a case lacks and takes all plain materials on paper.
func (o *office) fill(no string) {
	o.t.Helper()
	ctx := context.Background()
	v := o.look(o.clerk, no)
	values := map[string]string{}
	for _, f := range v.Matter.Form {
		if v.Case.Form[f.Name].Text != "" {
			continue
		}
		switch {
		case len(f.Options) > 0:
			values[f.Name] = f.Options[0]
		case f.Type == "date":
			values[f.Name] = "2026-12-01"
		case f.Type == "number":
			values[f.Name] = "120"
		default:
			values[f.Name] = "演示内容"
		}
	}
	if err := o.Hall.SetForm(ctx, o.clerk, no, v.Case.RowVersion, values); err != nil {
		o.t.Fatal(err)
	}
	for _, m := range v.Materials {
		if m.Status == casefile.Plain {
			if err := o.Hall.Paper(ctx, o.clerk, no, m.Seq, hall.NoLicense, "收原件核对"); err != nil {
				o.t.Fatal(err)
			}
		}
	}
}

// submitted opens a case and brings it to the approver, who takes it.
func (o *office) submitted(r hall.Request) string {
	o.t.Helper()
	no := o.open(r)
	o.fill(no)
	o.submit(no)
	o.take(no)
	return no
}

func (o *office) submit(no string) {
	o.t.Helper()
	if err := o.Hall.Submit(context.Background(), o.clerk, no, o.version(no), "材料齐全"); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) take(no string) {
	o.t.Helper()
	if err := o.Hall.Take(context.Background(), o.approver, no, o.version(no)); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) decide(no, outcome string) error {
	o.t.Helper()
	return o.Hall.Decide(context.Background(), o.approver, no, o.version(no), outcome, "意见")
}

func (o *office) approve(no string) license.License {
	o.t.Helper()
	if err := o.decide(no, hall.Approve); err != nil {
		o.t.Fatal(err)
	}
	return o.look(o.approver, no).Result
}

// course are the steps of a case.
func (o *office) course(no string) []string {
	o.t.Helper()
	var out []string
	for _, e := range o.look(o.clerk, no).Course {
		out = append(out, e.Action)
	}
	return out
}

// lose reports the license lost that a member of the cast holds of a type.
func (o *office) lose(cast, typeKey string) {
	o.t.Helper()
	id, code := o.HolderID(o.t, cast), o.TypeCode(o.t, typeKey)
	o.Write(o.t, func(ctx context.Context, tx *db.Tx) error {
		held, err := o.Licenses.Held(ctx, tx, id, code)
		if err != nil {
			return err
		}
		return o.Licenses.Lose(ctx, tx, held[0], "holder")
	})
}

func (o *office) wantCourse(no string, want ...string) {
	o.t.Helper()
	if got := o.course(no); !slices.Equal(got, want) {
		o.t.Errorf("the course is %v, want %v", got, want)
	}
}

func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if err == nil || errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
