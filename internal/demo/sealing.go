package demo

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// Who works with seals in the demonstration.
const (
	sealClerk   = "gl-scjg-clerk"
	sealUser    = "gl-scjg-seal-user"
	sealManager = "fz-seal-manager"
)

// sealDesks show the life of seals: applications in each state, and licenses that wait for a person's word because their unit
// has taken the mandate back.
func (s *setup) sealDesks(ctx context.Context) error {
	if err := s.sealApplications(ctx); err != nil {
		return fmt.Errorf("apply for seals: %w", err)
	}
	if err := s.sealedByHand(ctx); err != nil {
		return fmt.Errorf("seal by hand: %w", err)
	}
	return nil
}

func (s *setup) sealApplications(ctx context.Context) error {
	bare, err := s.withoutSeals(ctx, "350102", 7)
	if err != nil {
		return err
	}
	office, manager := s.actors[digitalOffice], s.actors[sealManager]
	ask := func(a *authn.Actor, kind, reason string, units ...sealing.RequestUnit) (r sealing.Request, err error) {
		err = s.app.DB.Write(ctx, func(tx *db.Tx) error {
			r, err = s.app.Seals.Ask(ctx, tx, a, sealing.Request{Kind: kind, Purpose: sealing.ForLicenses, Reason: reason, Units: units})
			return err
		})
		return r, err
	}
	decide := func(id, action, reason string) error {
		return s.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := s.app.Seals.Decide(ctx, tx, manager, id, action, reason)
			return err
		})
	}
	made, err := ask(office, sealing.NewSeal, "首批启用电子证照的单位", bare[0:2]...)
	if err != nil {
		return err
	}
	if err := decide(made.ID, sealing.Approve, "单位信息已核对"); err != nil {
		return err
	}
	if _, err := s.app.Seals.Fill(ctx, manager, made.ID, "按批准的申请制章"); err != nil {
		return err
	}
	approved, err := ask(office, sealing.NewSeal, "第二批启用电子证照的单位", bare[2])
	if err != nil {
		return err
	}
	if err := decide(approved.ID, sealing.Approve, "同意，待制章"); err != nil {
		return err
	}
	refused, err := ask(office, sealing.NewSeal, "新增用章需求", bare[3])
	if err != nil {
		return err
	}
	if err := decide(refused.ID, sealing.Refuse, "该单位不签发证照，请使用上级单位的印章"); err != nil {
		return err
	}
	if _, err := ask(office, sealing.NewSeal, "街道便民服务中心启用电子证照", bare[4:7]...); err != nil {
		return err
	}
	own, err := s.sealOf(ctx, s.actors[sealClerk].UnitID)
	if err != nil {
		return err
	}
	_, err = ask(s.actors[sealClerk], sealing.RenewSeal, "印模不清晰，申请换发", sealing.RequestUnit{UnitID: own.UnitID, OldCode: own.Code})
	return err
}

// withoutSeals are the first units of a region that have no seal for licenses.
func (s *setup) withoutSeals(ctx context.Context, region string, n int) ([]sealing.RequestUnit, error) {
	var found []sealing.RequestUnit
	err := s.app.DB.Read(ctx, func(q *db.Tx) error {
		for _, u := range s.city.Units {
			if u.Region != region || len(found) == n {
				continue
			}
			switch _, err := s.app.Seals.Usable(ctx, q, u.ID, sealing.ForLicenses); {
			case errs.Code(err) == "seal.unknown":
				found = append(found, sealing.RequestUnit{UnitID: u.ID})
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err == nil && len(found) < n {
		err = fmt.Errorf("only %d units of %s have no seal", len(found), region)
	}
	return found, err
}

func (s *setup) sealOf(ctx context.Context, unitID string) (x sealing.Seal, err error) {
	err = s.app.DB.Read(ctx, func(q *db.Tx) error {
		x, err = s.app.Seals.Usable(ctx, q, unitID, sealing.ForLicenses)
		return err
	})
	return x, err
}

// sealedByHand takes the mandate for one type back and makes licenses of it, which now wait for the unit's word.
func (s *setup) sealedByHand(ctx context.Context) error {
	user, code := s.actors[sealUser], s.code(SpecialEquipment)
	err := s.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := s.app.Seals.GiveMandate(ctx, tx, user, sealing.Mandate{TypeCode: code, UnitID: user.UnitID, Reason: "特种设备登记证改为逐份核对后用印"})
		return err
	})
	if err != nil {
		return err
	}
	h, ok := s.city.Cast("hotel")
	if !ok {
		return fmt.Errorf("the cast has no hotel")
	}
	today := s.app.Clock.Now().In(clock.Shanghai).Format("2006-01-02")
	for i := range 3 {
		_, err := s.app.Hall.Enter(ctx, s.actors[sealClerk], hall.Entry{Key: fmt.Sprintf("demo-lift-%d", i), TypeCode: code,
			Holders: []hall.Person{{Code: h.Code, Name: h.Name}}, IssuedOn: today, ClosedOn: today, CaseNo: fmt.Sprintf("TSSB-2026-%04d", 31+i),
			Fields: map[string]string{"KZ_SBZL": "电梯", "KZ_SBLB": "曳引与强制驱动电梯", "KZ_SBPZ": "曳引驱动乘客电梯", "KZ_SBDM": fmt.Sprintf("31103501002026%06d", 880101+i),
				"KZ_CPBH": fmt.Sprintf("YX%08d", 20260031+i), "KZ_SYDD": h.Address, "KZ_JYJG": "福州榕印特种设备检验所（演示）", "KZ_XCJY": iso(s.city.Today.AddDate(1, 0, 0))}})
		if err != nil {
			return err
		}
	}
	return nil
}
