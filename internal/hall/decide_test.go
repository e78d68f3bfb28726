package hall_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

func TestApprovalMakesTheLicenseAndPublishingClosesTheCase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.submitted(o.request(""))
		l := o.approve(no)
		if l.Step != license.StepSealed || l.CaseNo != no || l.MakerID != o.approver.AccountID {
			t.Errorf("%+v", l)
		}
		if c := o.look(o.clerk, no).Case; c.Stage != casefile.StageMaking || c.State != casefile.StateOpen || c.Outcome != casefile.Approved {
			t.Errorf("%+v", c)
		}
		ctx := context.Background()
		_, err := o.Hall.Review(ctx, o.approver, l.ID, true, "")
		wantCode(t, "the approver reviews", err, "license.same-person")
		_, err = o.Hall.Review(ctx, w.Actor(t, "tj-scjg-reviewer"), l.ID, true, "")
		wantCode(t, "another unit reviews", err, "license.unknown")
		if _, err := o.Hall.Review(ctx, o.reviewer, l.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		c := o.look(o.clerk, no).Case
		if c.State != casefile.StateClosed || c.Stage != casefile.StageDone || !c.ClosedAt.Equal(world.Start) {
			t.Errorf("%+v", c)
		}
		o.wantCourse(no, "open", "paper", "paper", "submit", "take", "approve", "publish")
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			held, err := w.Licenses.Held(ctx, q, w.HolderID(t, "food-firm"), l.TypeCode)
			if len(held) != 1 || held[0].State(world.Start) != license.Valid {
				t.Errorf("the firm holds %d", len(held))
			}
			return err
		})
	})
}

func TestDecisionRules(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		no := o.submitted(o.request(""))
		decide := func(version int64, outcome, opinion string) error {
			return o.Hall.Decide(ctx, o.approver, no, version, outcome, opinion)
		}
		v := o.version(no)
		wantCode(t, "without an opinion", decide(v, hall.Approve, " "), "case.opinion-required")
		wantCode(t, "with a treatise", decide(v, hall.Refuse, strings.Repeat("长", 501)), "field.too-long")
		wantCode(t, "an outcome that is none", decide(v, "maybe", "x"), "field.option")
		wantCode(t, "an old version", decide(v-1, hall.Approve, "x"), "conflict")
		wantCode(t, "the clerk", o.Hall.Decide(ctx, o.clerk, no, v, hall.Approve, "x"), "case.not-assigned")
		if o.version(no) != v {
			t.Error("a refused decision changed the case")
		}
		if err := decide(v, hall.Return, "平面图不清楚"); err != nil {
			t.Fatal(err)
		}
		c := o.look(o.clerk, no).Case
		if c.Stage != matter.Accept || c.ClerkID != o.clerk.AccountID || c.State != casefile.StateOpen {
			t.Errorf("returned: %+v", c)
		}
		wantCode(t, "after returning", o.decide(no, hall.Approve), "case.stage")
		if _, _, err := o.Hall.Read(ctx, o.clerk, no, 1, access.Fields); err != nil {
			t.Errorf("the clerk has the case back and cannot read: %v", err)
		}
		o.submit(no)
		o.take(no)
		if err := o.decide(no, hall.Refuse); err != nil {
			t.Fatal(err)
		}
		c = o.look(o.clerk, no).Case
		if c.State != casefile.StateClosed || c.Outcome != casefile.Refused || c.LicenseID != "" {
			t.Errorf("refused: %+v", c)
		}
		o.wantCourse(no, "open", "paper", "paper", "submit", "take", "return", "submit", "take", "refuse")
		wantCode(t, "after the end", o.decide(no, hall.Approve), "case.closed")
	})
}

// 榕政办〔2018〕214号 第十四条: the states are looked at again before the decision.
func TestApprovalIsRefusedWhenALicenseChanged(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.submitted(o.request(""))
		made := w.Count(t, `SELECT count(*) FROM license`)
		o.lose("owner", demo.IdentityCard)
		wantCode(t, "approving", o.decide(no, hall.Approve), "case.state-changed")
		v := o.look(o.approver, no)
		if v.Case.Stage != matter.Decide || v.Case.ClerkID != o.approver.AccountID || v.Case.LicenseID != "" {
			t.Errorf("%+v", v.Case)
		}
		m := v.Materials[1]
		if m.LicenseState != "valid" || m.RecheckedState != "lost" || !m.RecheckedAt.Equal(world.Start) {
			t.Errorf("what changed is not shown: %+v", m)
		}
		if n := w.Count(t, `SELECT count(*) FROM license`); n != made {
			t.Error("a license was made all the same")
		}
		wantCode(t, "approving again", o.decide(no, hall.Approve), "case.state-changed")
		if err := o.decide(no, hall.Return); err != nil {
			t.Errorf("it cannot be returned: %v", err)
		}
	})
}

func TestApprovalIsRefusedWhenALicenseExpiredMeanwhile(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	no := o.submitted(o.request(""))
	w.Now.Move(40 * 366 * 24 * time.Hour)
	wantCode(t, "approving", o.decide(no, hall.Approve), "case.state-changed")
	if m := o.look(o.approver, no).Materials[1]; m.RecheckedState != "expired" {
		t.Errorf("%+v", m)
	}
}

// What the review refuses is void, and the case goes back to be decided by whoever takes it.
func TestResultThatIsRefusedSendsTheCaseBack(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		no := o.submitted(o.request(""))
		first := o.approve(no)
		_, err := o.Hall.Review(ctx, o.reviewer, first.ID, false, " ")
		wantCode(t, "refusing without a reason", err, "case.opinion-required")
		if _, err := o.Hall.Review(ctx, o.reviewer, first.ID, false, "照面有误"); err != nil {
			t.Fatal(err)
		}
		c := o.look(o.clerk, no).Case
		if c.Stage != matter.Decide || c.State != casefile.StateOpen || c.ClerkID != "" || c.LicenseID != "" || c.Outcome != "" {
			t.Errorf("%+v", c)
		}
		_, err = o.Hall.Review(ctx, o.reviewer, first.ID, true, "")
		wantCode(t, "publishing what was refused", err, "license.unknown")
		o.take(no)
		second := o.approve(no)
		if second.ID == first.ID || second.Identifier == first.Identifier {
			t.Error("the void license was taken again")
		}
		if _, err := o.Hall.Review(ctx, o.reviewer, second.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		o.wantCourse(no, "open", "paper", "paper", "submit", "take", "approve", "void", "take", "approve", "publish")
	})
}

// A new firm's license bears the firm's code as its number; the review refuses it once, and it can still be made.
func TestNewFirmAfterARefusedResult(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		firm := w.Cast(t, "new-firm")
		no := o.submitted(hall.Request{MatterCode: firmMatter, Parties: map[matter.Party]hall.Person{
			matter.Applicant: {Code: firm.Code}, matter.Representative: {Code: firm.Representative}}})
		first := o.approve(no)
		if _, err := o.Hall.Review(context.Background(), o.reviewer, first.ID, false, "重做"); err != nil {
			t.Fatal(err)
		}
		o.take(no)
		second := o.approve(no)
		if _, err := o.Hall.Review(context.Background(), o.reviewer, second.ID, true, ""); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDecidingAtOnceDecidesOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.submitted(o.request(""))
		v, made := o.version(no), w.Count(t, `SELECT count(*) FROM license`)
		var won atomic.Int32
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				outcome := []string{hall.Approve, hall.Approve, hall.Refuse, hall.Return}[i]
				switch err := o.Hall.Decide(context.Background(), o.approver, no, v, outcome, "意见"); errs.Code(err) {
				case "conflict", "case.stage", "case.closed", "case.not-assigned":
				default:
					if err != nil {
						t.Error(err)
					}
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d decisions went through", won.Load())
		}
		if n := w.Count(t, `SELECT count(*) FROM license`); n > made+1 {
			t.Errorf("%d licenses were made", n-made)
		}
	})
}

// What cannot be drawn is refused before the decision, not after it, and leaves nothing.
func TestApprovalNeedsALicenseThatCanBeMade(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(o.request(""))
		o.fill(no)
		if err := o.Hall.SetForm(context.Background(), o.clerk, no, o.version(no), map[string]string{"items": "热食🍜"}); err != nil {
			t.Fatal(err)
		}
		o.submit(no)
		o.take(no)
		leaves := w.Count(t, `SELECT count(*) FROM log_leaf`)
		numbers := w.Count(t, `SELECT coalesce(sum(last), 0) FROM numbering`)
		wantCode(t, "approving", o.decide(no, hall.Approve), "license.glyph")
		if w.Count(t, `SELECT count(*) FROM log_leaf`) != leaves || w.Count(t, `SELECT coalesce(sum(last), 0) FROM numbering`) != numbers {
			t.Error("something was left behind")
		}
		if c := o.look(o.approver, no).Case; c.Stage != matter.Decide || c.Outcome != "" {
			t.Errorf("%+v", c)
		}
	})
}

// Two people marry; the certificate is both of theirs.
func TestMarriage(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	o.clerk, o.approver, o.reviewer = w.Actor(t, "gl-mzj-clerk"), w.Actor(t, "gl-mzj-approver"), w.Actor(t, "gl-mzj-reviewer")
	groom, bride := w.Cast(t, "groom"), w.Cast(t, "bride")
	no := o.submitted(hall.Request{MatterCode: marriageMatter, Parties: map[matter.Party]hall.Person{
		matter.Applicant: {Code: groom.Code}, matter.Spouse: {Code: bride.Code}}})
	l := o.approve(no)
	if _, err := o.Hall.Review(context.Background(), o.reviewer, l.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		for _, who := range []string{"groom", "bride"} {
			held, err := w.Licenses.Held(ctx, q, w.HolderID(t, who), l.TypeCode)
			if err != nil || len(held) != 1 || held[0].ID != l.ID {
				t.Errorf("the %s holds %d, %v", who, len(held), err)
			}
		}
		return nil
	})
}

// A matter without a license closes with the decision.
func TestMatterWithoutAResultClosesAtOnce(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	o.clerk, o.approver = w.Actor(t, "gl-junmen-clerk"), w.Actor(t, "gl-junmen-approver")
	no := o.submitted(hall.Request{MatterCode: elderMatter, Parties: map[matter.Party]hall.Person{
		matter.Applicant: {Code: w.Cast(t, "elder").Code}}})
	if err := o.decide(no, hall.Approve); err != nil {
		t.Fatal(err)
	}
	if c := o.look(o.clerk, no).Case; c.State != casefile.StateClosed || c.Outcome != casefile.Approved || c.LicenseID != "" {
		t.Errorf("%+v", c)
	}
}

// GB/T 36903-2018 加注件: what an annotated copy says about itself.
func TestAnnotatedCopySaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		no := o.open(o.request(""))
		r, _, err := o.Hall.Read(context.Background(), o.clerk, no, 1, access.File)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := o.Hall.Read(context.Background(), o.clerk, no, 1, access.File)
		if err != nil || string(again.Content) != string(r.Content) || again.RecordNo == r.RecordNo {
			t.Errorf("a second reading gives another copy, or the same record: %v", err)
		}
		p, err := ofd.Read(r.Content, ofd.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		info, err := p.Info()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, m := range info.Meta {
			got[m.Name] = m.Value
		}
		for name, want := range map[string]string{
			"JZJZZSJ": "20260302100000", "JZJYXQJZSJ": world.Start.Add(30 * 24 * time.Hour).In(clock.Shanghai).Format("20060102150405"),
			"JZJZZZ":  "福州市鼓楼区市场监督管理局（演示）",
			"JZJZZSY": "办理“食品经营许可（新办）”（办件" + no + "）", "YX_LX": "COPY", "YX_YJYZ": "有效", "YX_SXBM": foodMatter, "YX_BJBH": no,
			"YX_YJZY": r.License.FileDigest, "YX_QZSL": "1", "ZZBS": r.License.Identifier, "CZZT": w.Cast(t, "food-firm").Name,
		} {
			if got[name] != want {
				t.Errorf("%s is %q, want %q", name, got[name], want)
			}
		}
		report := w.VerifyFile(r.Content)
		if report.Verdict != verify.Valid || report.Copy == nil || report.Copy.Case != no || len(report.Seals) != 1 {
			t.Errorf("%s: %v", report.Verdict, report.Causes)
		}
		for name, c := range map[string]struct {
			use  verify.Intended
			want string
		}{
			"its own":        {verify.Intended{Unit: "福州市鼓楼区市场监督管理局（演示）", Case: no, Matter: foodMatter}, verify.Valid},
			"another unit":   {verify.Intended{Unit: "福州市公安局鼓楼分局（演示）", Case: no}, verify.Invalid},
			"another case":   {verify.Intended{Case: no + "0"}, verify.Invalid},
			"another matter": {verify.Intended{Matter: "11350100YX0100001G4350100001000"}, verify.Invalid},
			"after its time": {verify.Intended{Case: no, On: world.Start.Add(31 * 24 * time.Hour)}, verify.Invalid},
		} {
			if got := w.VerifyFor(r.Content, &c.use); got.Verdict != c.want {
				t.Errorf("for %s it is %s: %v", name, got.Verdict, got.Causes)
			}
		}
		var face strings.Builder
		for _, name := range p.Names() {
			if part, ok := p.Entry(name); ok && strings.Contains(name, "/Annots/") {
				face.Write(part)
			}
		}
		for _, words := range []string{"用于其他用途无效", "有效期至", "福州市鼓楼区市场监督管理局（演示）", no, "现状以发证平台为准"} {
			if !strings.Contains(face.String(), words) {
				t.Errorf("its face does not say %s", words)
			}
		}
		w.Now.Move(31 * 24 * time.Hour)
		if late := w.VerifyFile(r.Content); late.Verdict != verify.Invalid {
			t.Errorf("after its time it is %s", late.Verdict)
		}
	})
}
