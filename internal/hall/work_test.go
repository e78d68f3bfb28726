package hall_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestFormRules(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(o.request(""))
		set := func(values map[string]string) error {
			return o.Hall.SetForm(context.Background(), o.clerk, no, o.version(no), values)
		}
		for name, c := range map[string]struct {
			field, value, code string
		}{
			"what a license says":   {"name", "别的公司", "case.form-locked"},
			"a field that is not":   {"nothing", "x", "case.form-unknown"},
			"too long":              {"items", strings.Repeat("长", 61), "field.too-long"},
			"not one of the list":   {"kind", "小卖部", "field.option"},
			"a locked field, empty": {"uscc", "", "case.form-locked"},
		} {
			err := set(map[string]string{c.field: c.value, "place": "不该留下"})
			wantCode(t, name, err, c.code)
			if e, ok := errors.AsType[*errs.Error](err); ok && e.Field != c.field {
				t.Errorf("%s: blames %q", name, e.Field)
			}
		}
		v := o.look(o.clerk, no)
		if v.Case.Form["place"].Text == "不该留下" {
			t.Error("a refused change was kept in part")
		}
		firm := w.Cast(t, "food-firm")
		if err := set(map[string]string{"name": firm.Name, "items": strings.Repeat("长", 60), "kind": "单位食堂", "place": ""}); err != nil {
			t.Error(err)
		}
		form := o.look(o.clerk, no).Case.Form
		if form["name"].Seq != 1 || form["kind"] != (casefile.Value{Text: "单位食堂"}) || form["place"] != (casefile.Value{}) {
			t.Errorf("%+v", form)
		}
		wantCode(t, "an old version", o.Hall.SetForm(context.Background(), o.clerk, no, v.Case.RowVersion, map[string]string{"place": "x"}), "conflict")
		wantCode(t, "the approver", o.Hall.SetForm(context.Background(), o.approver, no, o.version(no), nil), "case.not-assigned")
		wantCode(t, "another unit", o.Hall.SetForm(context.Background(), w.Actor(t, "tj-scjg-clerk"), no, o.version(no), nil), "case.unknown")
	})
}

// 榕政办〔2018〕214号 第十五条、第二十条: where the license serves, paper must not be asked for.
func TestPaperRules(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(o.request(""))
		paper := func(a *authn.Actor, seq int, reason string) error {
			return o.Hall.Paper(context.Background(), a, no, seq, hall.NoLicense, reason)
		}
		wantCode(t, "where a license was lent", paper(o.clerk, 1, "要原件"), "case.paper-not-needed")
		wantCode(t, "without a ground", paper(o.clerk, 3, " 　"), "field.required")
		wantCode(t, "with a treatise", paper(o.clerk, 3, strings.Repeat("长", 501)), "field.too-long")
		wantCode(t, "of a material that is not", paper(o.clerk, 9, "x"), "case.material-unknown")
		wantCode(t, "by somebody else", paper(o.approver, 3, "x"), "case.not-assigned")
		if err := paper(o.clerk, 3, "收原件"); err != nil {
			t.Fatal(err)
		}
		o.wantCourse(no, "open", "paper")
		if got := o.status(no); got[2] != casefile.Paper {
			t.Errorf("materials are %v", got)
		}
	})
}

func TestSubmitNeedsEverything(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(o.request(""))
		err := o.Hall.Submit(context.Background(), o.clerk, no, o.version(no), "")
		wantCode(t, "with holes", err, "case.incomplete")
		for _, missing := range []string{"经营场所平面图", "食品安全管理制度清单", "主体业态", "经营项目"} {
			if e, ok := errors.AsType[*errs.Error](err); !ok || !strings.Contains(errs.Text(e.Code, "zh", e.Args), missing) {
				t.Errorf("%s is not named: %v", missing, err)
			}
		}
		o.fill(no)
		old := o.version(no) - 1
		wantCode(t, "an old version", o.Hall.Submit(context.Background(), o.clerk, no, old, ""), "conflict")
		wantCode(t, "somebody else", o.Hall.Submit(context.Background(), o.reviewer, no, o.version(no), ""), "case.not-assigned")
		o.submit(no)
		wantCode(t, "again", o.Hall.Submit(context.Background(), o.clerk, no, o.version(no), ""), "case.stage")
		wantCode(t, "paper afterwards", o.Hall.Paper(context.Background(), o.clerk, no, 3, hall.NoLicense, "x"), "case.stage")
		v := o.look(o.clerk, no)
		if v.Case.Stage != matter.Decide || v.Case.ClerkID != "" || v.Case.AcceptedBy != o.clerk.AccountID {
			t.Errorf("%+v", v.Case)
		}
	})
}

// When the case leaves the clerk's hands, what the clerk was given for it ends at once.
func TestGrantsEndWhenTheCasePassesOn(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		no := o.open(o.request(""))
		token, err := o.Hall.Token(ctx, o.clerk, no, 1)
		if err != nil {
			t.Fatal(err)
		}
		o.fill(no)
		o.submit(no)
		if n := w.Count(t, `SELECT count(*) FROM use_grant WHERE case_no = $1 AND ended_at = 0`, no); n != 0 {
			t.Errorf("%d grants go on", n)
		}
		if _, err := w.Door.Redeem(ctx, o.clerk, token.Secret, access.Fields); err == nil {
			t.Error("a token outlived the case's stay with the clerk")
		}
		if _, _, err := o.Hall.Read(ctx, o.clerk, no, 1, access.Fields); errs.Code(err) != "access.case.clerk" {
			t.Errorf("the clerk reads on: %v", err)
		}
		o.take(no)
		if r, _, err := o.Hall.Read(ctx, o.approver, no, 1, access.Fields); err != nil || len(r.Fields) != 4 {
			t.Errorf("the approver reads %d fields, %v", len(r.Fields), err)
		}
		if err := o.decide(no, hall.Refuse); err != nil {
			t.Fatal(err)
		}
		if _, _, err := o.Hall.Read(ctx, o.approver, no, 1, access.Fields); errs.Code(err) != "access.case.open" {
			t.Errorf("the approver reads on after the end: %v", err)
		}
	})
}

func TestTake(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		no := o.open(o.request(""))
		wantCode(t, "too early", o.Hall.Take(ctx, o.approver, no, o.version(no)), "case.stage")
		o.fill(no)
		o.submit(no)
		both := *o.clerk
		both.Roles = []string{"clerk", "approver"}
		wantCode(t, "by who accepted it", o.Hall.Take(ctx, &both, no, o.version(no)), "case.same-person")
		wantCode(t, "another unit", o.Hall.Take(ctx, w.Actor(t, "tj-scjg-approver"), no, o.version(no)), "case.unknown")
		wantCode(t, "an old version", o.Hall.Take(ctx, o.approver, no, 1), "conflict")
		wantCode(t, "deciding without taking", o.decide(no, hall.Approve), "case.not-assigned")
		o.take(no)
		before := o.version(no)
		o.take(no) // taken already: nothing happens
		if o.version(no) != before {
			t.Error("taking again changed the case")
		}
		colleague := *o.approver
		colleague.AccountID = o.reviewer.AccountID // from a colleague, on record (改派留痕)
		if err := o.Hall.Take(ctx, &colleague, no, o.version(no)); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "the first one decides", o.decide(no, hall.Approve), "case.not-assigned")
		v := o.look(o.clerk, no)
		if v.Case.ClerkID != colleague.AccountID || v.Materials[0].RecheckedState != "valid" {
			t.Errorf("%+v", v.Case)
		}
		o.wantCourse(no, "open", "paper", "paper", "submit", "take", "take")
		closed := o.submitted(o.request(""))
		if err := o.decide(closed, hall.Refuse); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "a closed case", o.Hall.Take(ctx, o.approver, closed, o.version(closed)), "case.closed")
	})
}

func TestQueues(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	accepted, waiting, taken := o.open(o.request("")), o.open(o.request("")), o.submitted(o.request(""))
	o.fill(waiting)
	o.submit(waiting)
	done := o.submitted(o.request(""))
	if err := o.decide(done, hall.Refuse); err != nil {
		t.Fatal(err)
	}
	numbers := func(a *authn.Actor, queue string) []string {
		rows, err := o.Hall.Queue(context.Background(), a, queue)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rows {
			out = append(out, r.Summary.No)
		}
		return out
	}
	for _, c := range []struct {
		name  string
		who   *authn.Actor
		queue string
		in    []string
		out   []string
	}{
		{"the clerk's own", o.clerk, hall.Mine, []string{accepted}, []string{waiting, taken, done}},
		{"the approver's own", o.approver, hall.Mine, []string{taken}, []string{accepted, waiting, done}},
		{"to decide", o.approver, hall.ToDo, []string{waiting, taken}, []string{accepted, done}},
		{"to decide, for a colleague", o.reviewer, hall.ToDo, []string{waiting}, []string{accepted, taken, done}},
		{"all of the unit", o.clerk, hall.Unit, []string{accepted, waiting, taken}, []string{done}},
		{"another unit", w.Actor(t, "tj-scjg-clerk"), hall.Unit, nil, []string{accepted, waiting, taken, done}},
	} {
		got := numbers(c.who, c.queue)
		for _, no := range c.in {
			if !slices.Contains(got, no) {
				t.Errorf("%s lacks a case", c.name)
			}
		}
		for _, no := range c.out {
			if slices.Contains(got, no) {
				t.Errorf("%s has a case that is not for it", c.name)
			}
		}
	}
}

// Opinions can name people: they are ciphertext.
func TestOpinionsAreNotInTheClear(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	no := o.submitted(o.request(""))
	var opinions []byte
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT opinion FROM case_event WHERE case_no = $1 AND action = 'submit'`, no).Scan(&opinions)
	})
	if strings.Contains(string(opinions), "材料齐全") || len(opinions) == 0 {
		t.Error("an opinion can be read in the database")
	}
}
