package appeal_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const (
	marketUnit = "11350102YX0100017G"         // 鼓楼区市场监督管理局
	foodMatter = marketUnit + "4350131901001" // 食品经营许可

	countyGovernment = "11350102YX0100009M" // 鼓楼区人民政府, which supervises its departments
)

// clerkOf is a clerk of a unit.
var clerkOf = map[string]string{marketUnit: "gl-scjg-clerk", "11350100YX00100116": "fz-scjg-clerk"}

// desk is the people around an appeal in a world.
type desk struct {
	*world.World
	t     *testing.T
	known map[string]bool // violations that the demonstration begins with
}

func (d *desk) actor(login string) *authn.Actor { return d.Actor(d.t, login) }

func (d *desk) get(holderID, id string) appeal.Appeal {
	d.t.Helper()
	var a appeal.Appeal
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		a, err = d.Appeals.Get(ctx, q, holderID, id)
		return err
	})
	return a
}

// course are the steps of an appeal.
func (d *desk) course(a appeal.Appeal) []string {
	d.t.Helper()
	var out []string
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		steps, err := d.Appeals.Course(ctx, q, a)
		for _, e := range steps {
			out = append(out, e.Action)
		}
		return err
	})
	return out
}

func (d *desk) mine(holderID string) []appeal.Appeal {
	d.t.Helper()
	var found []appeal.Appeal
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, _, err = d.Appeals.Mine(ctx, q, holderID, 100, 0)
		return err
	})
	return found
}

func (d *desk) notices(holderID string) []notice.Kind {
	d.t.Helper()
	var out []notice.Kind
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		list, _, err := d.Notices.List(ctx, q, holderID, 100, 0)
		for _, n := range list {
			out = append(out, n.Kind)
		}
		return err
	})
	return out
}

func (d *desk) violations(unitID string) []appeal.Violation {
	d.t.Helper()
	var found []appeal.Violation
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, _, err = d.Appeals.Violations(ctx, q, unitID, "", 100, 0)
		return err
	})
	return slices.DeleteFunc(found, func(v appeal.Violation) bool { return d.known[v.ID] })
}

// license is the first license of a type that a member of the cast holds.
func (d *desk) license(cast, typeKey string) license.License {
	d.t.Helper()
	id, code := d.HolderID(d.t, cast), d.TypeCode(d.t, typeKey)
	var l license.License
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		held, err := d.Licenses.Held(ctx, q, id, code)
		if err == nil && len(held) > 0 {
			l = held[0]
		}
		return err
	})
	return l
}

// open opens 榕印小吃's application for a food permit at the desk.
func (d *desk) open() string {
	d.t.Helper()
	firm := d.Cast(d.t, "food-firm")
	no, err := d.Hall.Open(context.Background(), d.actor("gl-scjg-clerk"), hall.Request{MatterCode: foodMatter,
		Parties: map[matter.Party]hall.Person{matter.Applicant: {Code: firm.Code}, matter.Representative: {Code: firm.Representative}}})
	if err != nil {
		d.t.Fatal(err)
	}
	return no
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) want(what string, err error, code string) {
	d.t.Helper()
	if err == nil || errs.Code(err) != code {
		d.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func each(t *testing.T, fn func(d *desk)) {
	t.Helper()
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := &desk{World: w, t: t, known: map[string]bool{}}
		for _, v := range d.violations(countyGovernment) {
			d.known[v.ID] = true
		}
		fn(d)
	})
}

func wantCourse(d *desk, a appeal.Appeal, want ...string) {
	d.t.Helper()
	if got := d.course(a); !slices.Equal(got, want) {
		d.t.Errorf("the course is %v, want %v", got, want)
	}
}
