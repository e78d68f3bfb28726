package appeal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
)

func (d *desk) state(cast, typeKey string) license.State {
	return d.license(cast, typeKey).State(d.Now.Now())
}

// 第九条: a loss acts at once, is answered by the issuer, and is taken back when the license is found.
func TestLossHasACourseAndAnEnd(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		firm := d.actor("food-firm")
		l := d.license("food-firm", demo.BusinessLicense)
		began := d.Now.Now()
		a, err := d.Appeals.ReportLoss(ctx, firm, l.ID)
		d.ok(err)
		if d.state("food-firm", demo.BusinessLicense) != license.Lost || a.UnitID != l.IssuerID || a.DueAt != d.Calendar.After(began, 1) {
			d.t.Errorf("%+v", a)
		}
		_, err = d.Appeals.ReportLoss(ctx, firm, l.ID)
		d.want("twice", err, "license.held-already")
		clerk := d.actor(clerkOf[a.UnitID])
		d.ok(d.Appeals.Take(ctx, clerk, a.ID, 1))
		d.want("declining a loss", d.Appeals.Answer(ctx, clerk, a.ID, 2, appeal.Declined, "不行"), "appeal.loss-stands")
		d.want("without words", d.Appeals.Answer(ctx, clerk, a.ID, 2, appeal.Agreed, "  "), "field.required")
		d.ok(d.Appeals.Answer(ctx, clerk, a.ID, 2, appeal.Agreed, "已登记，补领请带法定代表人身份证到窗口"))
		if got := d.notices(firm.HolderID); len(got) != 1 || got[0] != notice.AppealAnswered {
			d.t.Errorf("told %v", got)
		}
		d.Now.Move(time.Hour)
		d.ok(d.Appeals.Withdraw(ctx, firm, a.ID))
		d.want("twice", d.Appeals.Withdraw(ctx, firm, a.ID), "appeal.closed")
		if d.state("food-firm", demo.BusinessLicense) != license.Valid {
			d.t.Error("the license is not in force again")
		}
		wantCourse(d, d.get(a.HolderID, a.ID), "raise", "take", "agree", "withdraw")
		d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
			then, err := d.Licenses.StateAt(ctx, q, d.license("food-firm", demo.BusinessLicense), began.Add(time.Minute))
			if then != license.Lost {
				d.t.Errorf("while it was lost it was %s", then)
			}
			return err
		})
	})
}

// 榕政办〔2018〕214号 第十七条.
func TestAskingAndObjecting(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		student := d.actor("student")
		card := d.TypeCode(d.t, demo.SocialSecurityCard)
		ask := func(typeCode, unitID string, w appeal.Words) (appeal.Appeal, error) {
			return d.Appeals.AskSupplement(ctx, student, appeal.Missing{TypeCode: typeCode, UnitID: unitID, Words: w})
		}
		for name, c := range map[string]struct {
			typeCode, unit string
			words          appeal.Words
			code           string
		}{
			"a type for firms": {d.TypeCode(d.t, demo.FoodPermit), marketUnit, appeal.Words{}, "license.holder-kind"},
			"not an issuer":    {card, marketUnit, appeal.Words{}, "appeal.not-issuer"},
			"no type":          {"11350000YX0000083N999", laborUnit, appeal.Words{}, "type.unpublished"},
			"a treatise":       {card, laborUnit, appeal.Words{Text: strings.Repeat("长", 501)}, "field.too-long"},
			"hidden marks":     {card, laborUnit, appeal.Words{Number: "A1\u202e2"}, "field.format"},
			"issued tomorrow":  {card, laborUnit, appeal.Words{IssuedOn: "2026-03-03"}, "appeal.issued-on"},
			"issued on no day": {card, laborUnit, appeal.Words{IssuedOn: "2025-02-30"}, "appeal.issued-on"},
		} {
			_, err := ask(c.typeCode, c.unit, c.words)
			d.want(name, err, c.code)
		}
		a, err := ask(card, laborUnit, appeal.Words{Text: "去年办的卡", Number: "A12345678", IssuedOn: "2025-06-03"})
		d.ok(err)
		again, err := ask(card, laborUnit, appeal.Words{Text: "又问一次"})
		d.ok(err)
		if again.ID != a.ID || len(d.mine(student.HolderID)) != 1 {
			d.t.Error("the same was asked twice")
		}
		d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
			w, err := d.Appeals.Words(ctx, q, a)
			if w.Number != "A12345678" || w.Text != "去年办的卡" {
				d.t.Errorf("%+v", w)
			}
			return err
		})
		d.ok(d.Appeals.Withdraw(ctx, student, a.ID))
		if later, err := ask(card, laborUnit, appeal.Words{}); err != nil || later.ID == a.ID {
			d.t.Errorf("asked anew: %v, %v", later.ID == a.ID, err)
		}
		id := d.license("student", demo.IdentityCard).ID
		_, err = d.Appeals.Object(ctx, student, id, appeal.Words{Text: "住址", Fields: []string{"KZ_NONE"}})
		d.want("a field that is not", err, "license.field.unknown")
		_, err = d.Appeals.Object(ctx, student, d.license("owner", demo.IdentityCard).ID, appeal.Words{Text: "x"})
		d.want("somebody else's", err, "license.unknown")
		o, err := d.Appeals.Object(ctx, student, id, appeal.Words{Text: "住址门牌不对", Fields: []string{"KZ_ZZ"}})
		d.ok(err)
		if o.Kind != appeal.Correction || o.DueAt != d.Calendar.After(d.Now.Now(), 5) {
			d.t.Errorf("%+v", o)
		}
	})
}

// A complaint goes to who supervises the office; upheld, it is a violation with the proof.
func TestComplaintToOutcome(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		firm := d.actor("food-firm")
		p, err := d.Appeals.Prove(ctx, firm, foodMatter, d.license("food-firm", demo.BusinessLicense).ID)
		d.ok(err)
		_, err = d.Appeals.Complain(ctx, firm, appeal.Grievance{Ground: appeal.PaperAsked, MatterCode: foodMatter})
		d.want("without proof and words", err, "field.required")
		_, err = d.Appeals.Complain(ctx, d.actor("owner"), appeal.Grievance{Ground: appeal.PaperAsked, ProofNo: p.No})
		d.want("with another's proof", err, "proof.unknown")
		a, err := d.Appeals.Complain(ctx, firm, appeal.Grievance{Ground: appeal.PaperAsked, ProofNo: p.No})
		d.ok(err)
		if a.UnitID != countyGovernment || a.AgainstID != marketUnit || a.MatterCode != foodMatter || a.ProofID != p.ID {
			d.t.Errorf("%+v", a)
		}
		supervisor := d.actor("gl-supervisor")
		d.want("the office itself", d.Appeals.Take(ctx, d.actor("gl-scjg-clerk"), a.ID, 1), "appeal.unknown")
		d.want("before taking it", d.Appeals.Answer(ctx, supervisor, a.ID, 1, appeal.Agreed, "属实"), "appeal.stage")
		d.ok(d.Appeals.Take(ctx, supervisor, a.ID, 1))
		d.ok(d.Appeals.Answer(ctx, supervisor, a.ID, 2, appeal.Agreed, "属实，已责令改正并道歉"))
		found := d.violations(countyGovernment)
		if len(found) != 1 || found[0].Source != appeal.FromComplaint || found[0].ProofID != p.ID || found[0].UnitID != marketUnit ||
			found[0].State != appeal.Settled || found[0].Outcome != appeal.Upheld || found[0].LicenseState != license.Valid {
			d.t.Errorf("%+v", found)
		}
		wantCourse(d, d.get(a.HolderID, a.ID), "raise", "take", "agree")
	})
}

// What people write is nowhere in clear.
func TestWordsAreCiphertext(t *testing.T) {
	each(t, func(d *desk) {
		const secret = "邻居张三可以作证"
		_, err := d.Appeals.Complain(context.Background(), d.actor("food-firm"), appeal.Grievance{Ground: appeal.NotTaken, MatterCode: foodMatter, Text: secret})
		d.ok(err)
		d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
			var words []byte
			err := q.QueryRow(ctx, `SELECT words FROM appeal WHERE ground = 'refused'`).Scan(&words)
			if strings.Contains(string(words), secret) {
				d.t.Error("it stands in clear")
			}
			return err
		})
	})
}
