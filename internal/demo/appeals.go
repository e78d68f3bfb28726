package demo

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
)

// appeals gives desks and supervisors something to answer when the demonstration begins: one appeal of each kind, and
// a demand for paper, in the first of the opened cases, that the system refused.
func (s *setup) appeals(ctx context.Context) error {
	for _, raise := range []func(context.Context) error{s.missingPaper, s.wrongData, s.lostCard, s.paperComplaint} {
		if err := raise(ctx); err != nil {
			return fmt.Errorf("raise an appeal: %w", err)
		}
	}
	err := s.app.Hall.Paper(ctx, s.actors["gl-scjg-clerk"], s.opened[0], 1, hall.PaperMissing, "请提供营业执照原件")
	if errs.Code(err) != "case.paper-not-needed" {
		return fmt.Errorf("ask for paper that is not needed: %w", err)
	}
	return nil
}

// missingPaper: somebody holds a certificate on paper that the platform lacks.
func (s *setup) missingPaper(ctx context.Context) error {
	t, err := s.city.Type(Vocational)
	if err != nil {
		return err
	}
	_, err = s.app.Appeals.AskSupplement(ctx, s.actors["groom"], appeal.Missing{TypeCode: t.Code, UnitID: "11350100YX00100896",
		Words: appeal.Words{Number: "2135000012300456", IssuedOn: iso(s.city.Today.AddDate(-3, 0, 0)), Text: "纸质的焊工职业资格证书，手机上看不到。"}})
	return err
}

// wrongData: a firm's business license leaves something out.
func (s *setup) wrongData(ctx context.Context) error {
	l, err := s.firstOf(ctx, s.actors["tea-firm"], BusinessLicense)
	if err != nil {
		return err
	}
	_, err = s.app.Appeals.Object(ctx, s.actors["tea-firm"], l.ID, appeal.Words{Fields: []string{"KZ_JYFW"}, Text: "经营范围少了“茶叶零售”，与章程不一致。"})
	return err
}

// lostCard: the card that was lost all along gets its course.
func (s *setup) lostCard(ctx context.Context) error {
	loser := s.actors["loser"]
	l, err := s.firstOf(ctx, loser, IdentityCard)
	if err != nil {
		return err
	}
	err = s.app.DB.Write(ctx, func(tx *db.Tx) error { return s.app.Licenses.Recover(ctx, tx, l, loser.AccountID) })
	if err != nil {
		return err
	}
	_, err = s.app.Appeals.ReportLoss(ctx, loser, l.ID)
	return err
}

// paperComplaint: a hotel was asked for its business license on paper, proves that it was available, and complains.
func (s *setup) paperComplaint(ctx context.Context) error {
	hotel := s.actors["hotel"]
	l, err := s.firstOf(ctx, hotel, BusinessLicense)
	if err != nil {
		return err
	}
	p, err := s.app.Appeals.Prove(ctx, hotel, foodMatter, l.ID)
	if err != nil {
		return err
	}
	_, err = s.app.Appeals.Complain(ctx, hotel, appeal.Grievance{Ground: appeal.PaperAsked, ProofNo: p.No, Text: "窗口说系统里看不清，一定要原件。"})
	return err
}

// firstOf is the first license of a type that an actor holds.
func (s *setup) firstOf(ctx context.Context, a *authn.Actor, typeKey string) (license.License, error) {
	t, err := s.city.Type(typeKey)
	if err != nil {
		return license.License{}, err
	}
	var l license.License
	err = s.app.DB.Read(ctx, func(q *db.Tx) error {
		found, err := s.app.Licenses.Held(ctx, q, a.HolderID, t.Code)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("no license of type %s", typeKey)
		}
		if err != nil {
			return err
		}
		l = found[0]
		return nil
	})
	return l, err
}
