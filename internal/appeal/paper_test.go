package appeal_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
)

const (
	laborUnit    = "11350102YX0100084E"        // 鼓楼区人力资源和社会保障局
	joblessMater = laborUnit + "4352014943001" // 失业保险金申领
)

// status is what became of a material of a case.
func (d *desk) status(login, caseNo string, seq int) casefile.Material {
	d.t.Helper()
	v, err := d.Hall.Look(context.Background(), d.actor(login), caseNo)
	d.ok(err)
	for _, m := range v.Materials {
		if m.Seq == seq {
			return m
		}
	}
	d.t.Fatalf("no material %d", seq)
	return casefile.Material{}
}

func (d *desk) openJobless() string {
	d.t.Helper()
	no, err := d.Hall.Open(context.Background(), d.actor("gl-rsj-clerk"), hall.Request{MatterCode: joblessMater,
		Parties: map[matter.Party]hall.Person{matter.Applicant: {Code: d.Cast(d.t, "student").Code}}})
	d.ok(err)
	return no
}

// 榕政办〔2018〕214号 第十五条: paper is taken when there is no license, and the ticket makes it unnecessary next time.
func TestMissingLicenseIsMadeForNextTime(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		student := d.HolderID(d.t, "student")
		no := d.openJobless()
		if m := d.status("gl-rsj-clerk", no, 2); m.Status != casefile.Missing {
			d.t.Fatalf("the card is %s", m.Status)
		}
		clerk := d.actor("gl-rsj-clerk")
		d.want("no ground", d.Hall.Paper(ctx, clerk, no, 2, hall.NoLicense, "收卡"), "case.paper-ground")
		d.want("nothing to be wrong", d.Hall.Paper(ctx, clerk, no, 2, hall.PaperWrong, "收卡"), "case.paper-nothing")
		d.want("its source answers", d.Hall.Paper(ctx, clerk, no, 2, hall.PaperUnreachable, "收卡"), "case.paper-reached")
		d.ok(d.Hall.Paper(ctx, clerk, no, 2, hall.PaperMissing, "持有实体卡，库中没有"))
		if m := d.status("gl-rsj-clerk", no, 2); m.Status != casefile.Paper || m.Reason != "material.paper-missing" {
			d.t.Errorf("the material is %+v", m)
		}
		if n := len(d.violations(countyGovernment)); n != 0 {
			d.t.Errorf("%d violations recorded", n)
		}
		mine := d.mine(student)
		if len(mine) != 1 || mine[0].Kind != appeal.Supplement || mine[0].Origin != appeal.ByDesk || mine[0].UnitID != laborUnit || mine[0].CaseNo != no {
			d.t.Fatalf("the ticket is %+v", mine)
		}
		d.want("taking a desk's ticket back", d.Appeals.Withdraw(ctx, d.actor("student"), mine[0].ID), "appeal.not-yours")
		// Again changes nothing.
		d.ok(d.Hall.Paper(ctx, clerk, no, 2, hall.PaperMissing, "再收一次"))
		if n := len(d.mine(student)); n != 1 {
			d.t.Errorf("%d tickets", n)
		}
		d.issueCard(mine[0])
		if got := d.notices(student); len(got) < 2 || got[1] != notice.AppealRaised || got[0] != notice.AppealAnswered {
			d.t.Errorf("the holder was told %v", got)
		}
		// The next case needs no paper.
		if m := d.status("gl-rsj-clerk", d.openJobless(), 2); m.Status != casefile.Lent {
			d.t.Errorf("the next time the card is %s", m.Status)
		}
	})
}

// issueCard makes the social security card that a ticket asks for, over one refusal at review.
func (d *desk) issueCard(a appeal.Appeal) {
	d.t.Helper()
	ctx := context.Background()
	clerk, reviewer := d.actor("gl-rsj-clerk"), d.actor("gl-rsj-reviewer")
	paper := appeal.Paper{Fields: map[string]string{"KZ_FWYH": "榕印银行（演示）"}, Number: "A12345678", IssuedOn: "2025-06-03"}
	d.want("not taken yet", d.Appeals.Issue(ctx, clerk, a.ID, a.RowVersion, paper), "appeal.stage")
	d.ok(d.Appeals.Take(ctx, clerk, a.ID, a.RowVersion))
	d.want("an old version", d.Appeals.Issue(ctx, clerk, a.ID, a.RowVersion, paper), "conflict")
	d.want("another's", d.Appeals.Issue(ctx, d.actor("gl-scjg-clerk"), a.ID, a.RowVersion+1, paper), "appeal.unknown")
	d.want("agreeing without making it", d.Appeals.Answer(ctx, clerk, a.ID, a.RowVersion+1, appeal.Agreed, "好"), "appeal.issue-it")
	tomorrow := paper
	tomorrow.IssuedOn = "2026-03-03"
	d.want("issued tomorrow", d.Appeals.Issue(ctx, clerk, a.ID, a.RowVersion+1, tomorrow), "appeal.issued-on")
	for round, publish := range []bool{false, true} {
		now := d.get(a.HolderID, a.ID)
		d.ok(d.Appeals.Issue(ctx, clerk, a.ID, now.RowVersion, paper))
		now = d.get(a.HolderID, a.ID)
		if now.State != appeal.Making || now.LicenseID == "" {
			d.t.Fatalf("round %d: %+v", round, now)
		}
		if _, err := d.Hall.Review(ctx, clerk, now.LicenseID, true, ""); err == nil {
			d.t.Error("the maker reviewed the own work")
		}
		l, err := d.Hall.Review(ctx, reviewer, now.LicenseID, publish, "编号请再核对")
		d.ok(err)
		if got := l.Step == license.StepPublished; got != publish {
			d.t.Errorf("round %d: published is %v", round, got)
		}
	}
	done := d.get(a.HolderID, a.ID)
	if done.State != appeal.Closed || done.Outcome != appeal.Issued || done.ClosedAt.IsZero() {
		d.t.Errorf("the end is %+v", done)
	}
	wantCourse(d, done, "raise", "take", "make", "void", "make", "issue")
}

// 第二十条: paper asked for although the license was available.
func TestPaperForAnAvailableLicenseIsAViolation(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		no := d.open()
		clerk := d.actor("gl-scjg-clerk")
		for range 2 {
			d.want("the lent license", d.Hall.Paper(ctx, clerk, no, 1, hall.PaperMissing, "要原件"), "case.paper-not-needed")
		}
		found := d.violations(countyGovernment)
		if len(found) != 1 {
			d.t.Fatalf("%d violations, want 1", len(found))
		}
		v := found[0]
		if v.UnitID != marketUnit || v.AccountID != clerk.AccountID || v.CaseNo != no || v.Seq != 1 || v.Ground != appeal.PaperAsked ||
			v.Source != appeal.FromDesk || v.LicenseState != license.Valid || v.LeafID == "" {
			d.t.Errorf("%+v", v)
		}
		if m := d.status("gl-scjg-clerk", no, 1); m.Status != casefile.Lent {
			d.t.Errorf("the material became %s", m.Status)
		}
		if got := d.notices(d.HolderID(d.t, "food-firm")); len(got) != 1 || got[0] != notice.PaperViolation {
			d.t.Errorf("the holder was told %v", got)
		}
		d.settle(v)
	})
}

func (d *desk) settle(v appeal.Violation) {
	d.t.Helper()
	ctx := context.Background()
	supervisor := d.actor("gl-supervisor")
	d.want("without words", d.Appeals.Settle(ctx, supervisor, v.ID, v.RowVersion, appeal.Upheld, " "), "field.required")
	d.want("another outcome", d.Appeals.Settle(ctx, supervisor, v.ID, v.RowVersion, appeal.Agreed, "属实"), "field.option")
	d.want("another's supervisor", d.Appeals.Settle(ctx, d.actor("fz-supervisor"), v.ID, v.RowVersion, appeal.Upheld, "属实"), "violation.unknown")
	d.want("an old version", d.Appeals.Settle(ctx, supervisor, v.ID, v.RowVersion+1, appeal.Upheld, "属实"), "conflict")
	d.ok(d.Appeals.Settle(ctx, supervisor, v.ID, v.RowVersion, appeal.Upheld, "属实，责令改正"))
	d.want("twice", d.Appeals.Settle(ctx, supervisor, v.ID, v.RowVersion+1, appeal.Dismissed, "不属实"), "violation.settled")
	if now := d.violations(countyGovernment)[0]; now.State != appeal.Settled || now.Outcome != appeal.Upheld {
		d.t.Errorf("%+v", now)
	}
}

// Paper taken as "wrong" goes on, and is a violation only if the issuer finds the license right.
func TestPaperTakenAsWrong(t *testing.T) {
	for name, outcome := range map[string]appeal.Outcome{"right after all": appeal.Declined, "wrong indeed": appeal.Agreed} {
		t.Run(name, func(t *testing.T) {
			each(t, func(d *desk) {
				ctx := context.Background()
				no := d.open()
				clerk := d.actor("gl-scjg-clerk")
				d.ok(d.Hall.Paper(ctx, clerk, no, 1, hall.PaperWrong, "住所与章程不一致"))
				if m := d.status("gl-scjg-clerk", no, 1); m.Status != casefile.Paper {
					d.t.Errorf("the material is %s", m.Status)
				}
				a := d.mine(d.HolderID(d.t, "food-firm"))[0]
				if a.Kind != appeal.Correction || a.LicenseID != d.license("food-firm", demo.BusinessLicense).ID {
					d.t.Fatalf("%+v", a)
				}
				issuer := d.actor(clerkOf[a.UnitID])
				d.ok(d.Appeals.Take(ctx, issuer, a.ID, a.RowVersion))
				d.ok(d.Appeals.Answer(ctx, issuer, a.ID, a.RowVersion+1, outcome, "已核对登记档案"))
				want := 0
				if outcome == appeal.Declined {
					want = 1
				}
				if got := len(d.violations(countyGovernment)); got != want {
					d.t.Errorf("%d violations, want %d", got, want)
				}
			})
		})
	}
}
