package appeal

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// Missing is what a holder says of a paper license whose electronic form is not here.
type Missing struct {
	TypeCode string
	UnitID   string // that issued it
	Words    Words
}

// AskSupplement asks the issuing unit for the electronic form of a paper license (申领、补录). Asked again while it is
// open, it is the same appeal.
func (s *Store) AskSupplement(ctx context.Context, actor *authn.Actor, m Missing) (Appeal, error) {
	if err := mayApply(actor); err != nil {
		return Appeal{}, err
	}
	if err := m.Words.check(s.o.Clock.Now()); err != nil {
		return Appeal{}, err
	}
	var a Appeal
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.o.Types.Current(ctx, tx, m.TypeCode)
		if err != nil {
			return err
		}
		h, err := s.o.Holders.Get(ctx, tx, actor.HolderID)
		if err != nil {
			return err
		}
		if t.HolderKind != catalog.Mixed && t.HolderKind != h.Kind {
			return errs.New(errs.Invalid, "license.holder-kind").On("typeCode")
		}
		claims, err := s.o.Types.Claims(ctx, tx, t.Code)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(claims, func(c catalog.Claim) bool { return c.UnitID == m.UnitID }) {
			return errs.New(errs.Invalid, "appeal.not-issuer").On("unitId")
		}
		a, _, err = s.raise(ctx, tx, actor, Appeal{HolderID: actor.HolderID, Kind: Supplement, Origin: ByHolder, UnitID: m.UnitID, TypeCode: t.Code}, t.Code, m.Words)
		return err
	})
	return a, err
}

// check holds what was written against its bounds; a paper license cannot have been issued in the future.
func (w Words) check(now time.Time) error {
	if err := checkText("text", w.Text, textMax); err != nil {
		return err
	}
	if err := checkText("number", w.Number, numberMax); err != nil {
		return err
	}
	if w.IssuedOn == "" {
		return nil
	}
	day, err := time.ParseInLocation(time.DateOnly, w.IssuedOn, clock.Shanghai)
	if err != nil || day.After(now) {
		return errs.New(errs.Invalid, "appeal.issued-on").On("issuedOn")
	}
	return nil
}

// Object says that data of an own license are wrong (信息不对).
func (s *Store) Object(ctx context.Context, actor *authn.Actor, licenseID string, w Words) (Appeal, error) {
	if err := mayApply(actor); err != nil {
		return Appeal{}, err
	}
	if err := needText("text", w.Text); err != nil {
		return Appeal{}, err
	}
	var a Appeal
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := s.own(ctx, tx, actor, licenseID)
		if err != nil {
			return err
		}
		t, err := s.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
		if err != nil {
			return err
		}
		for _, name := range w.Fields {
			if _, ok := t.Field(name); !ok {
				return errs.New(errs.Invalid, "license.field.unknown").On("fields")
			}
		}
		a, _, err = s.raise(ctx, tx, actor, about(l, Appeal{HolderID: actor.HolderID, Kind: Correction, Origin: ByHolder, UnitID: l.IssuerID}), l.ID, w)
		return err
	})
	return a, err
}

// ReportLoss marks an own license as lost at once (挂失) and lets its issuer say what to do next.
func (s *Store) ReportLoss(ctx context.Context, actor *authn.Actor, licenseID string) (Appeal, error) {
	if err := mayApply(actor); err != nil {
		return Appeal{}, err
	}
	var a Appeal
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := s.own(ctx, tx, actor, licenseID)
		if err != nil {
			return err
		}
		if err := s.o.Licenses.Lose(ctx, tx, l, actor.AccountID); err != nil {
			return err
		}
		a, _, err = s.raise(ctx, tx, actor, about(l, Appeal{HolderID: actor.HolderID, Kind: Loss, Origin: ByHolder, UnitID: l.IssuerID}), l.ID, Words{})
		return err
	})
	return a, err
}

// ReportPaperLoss notes that only the paper of an own license is lost: the electronic one stays as it is, so that there is
// nothing to be answered. A replacement is asked for at the counter.
func (s *Store) ReportPaperLoss(ctx context.Context, actor *authn.Actor, licenseID string) error {
	if err := mayApply(actor); err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := s.own(ctx, tx, actor, licenseID)
		if err != nil {
			return err
		}
		_, err = s.o.Licenses.Operate(ctx, tx, l, license.Operation{Action: license.LosePaper, AccountID: actor.AccountID})
		return err
	})
}

// mayApply refuses who acts for somebody without the power to do business for them.
func mayApply(actor *authn.Actor) error {
	if !actor.May(authn.PowerApply) {
		return errs.New(errs.Denied, "acting.power")
	}
	return nil
}

// own finds a published license of the actor; what is still being made is not theirs yet.
func (s *Store) own(ctx context.Context, tx *db.Tx, actor *authn.Actor, licenseID string) (license.License, error) {
	l, err := s.o.Licenses.Find(ctx, tx, actor.HolderID, licenseID)
	if err == nil && l.Step != license.StepPublished {
		err = errs.New(errs.NotFound, "license.unknown")
	}
	return l, err
}

func about(l license.License, a Appeal) Appeal {
	a.TypeCode, a.LicenseHolderID, a.LicenseID = l.TypeCode, l.HolderID, l.ID
	return a
}

// Grievance is a complaint: about the office of a matter, or with a proof, which names both.
type Grievance struct {
	Ground     Ground
	MatterCode string
	ProofNo    string
	Text       string
}

// Complain complains of an office that asked for paper or did not take the electronic license (投诉). It goes to who
// supervises that office.
func (s *Store) Complain(ctx context.Context, actor *authn.Actor, g Grievance) (Appeal, error) {
	if err := mayApply(actor); err != nil {
		return Appeal{}, err
	}
	if err := checkText("text", g.Text, textMax); err != nil {
		return Appeal{}, err
	}
	if g.Ground != PaperAsked && g.Ground != NotTaken {
		return Appeal{}, errs.New(errs.Invalid, "field.option").On("ground")
	}
	var a Appeal
	err := s.o.DB.Write(ctx, func(tx *db.Tx) error {
		n := Appeal{HolderID: actor.HolderID, Kind: Complaint, Origin: ByHolder, MatterCode: g.MatterCode, Ground: g.Ground}
		if g.ProofNo != "" {
			p, err := s.OwnProof(ctx, tx, actor.HolderID, g.ProofNo)
			if err != nil {
				return err
			}
			n.MatterCode, n.ProofID, n.TypeCode, n.LicenseHolderID, n.LicenseID = p.MatterCode, p.ID, p.TypeCode, p.LicenseHolderID, p.LicenseID
		} else if err := needText("text", g.Text); err != nil {
			return err // without a proof somebody must be able to look into it
		}
		m, err := s.o.Matters.Get(ctx, tx, n.MatterCode)
		if err != nil {
			return err
		}
		n.AgainstID = m.Unit
		if n.UnitID, err = s.SupervisorOf(ctx, tx, m.Unit); err != nil {
			return err
		}
		a, _, err = s.raise(ctx, tx, actor, n, string(g.Ground)+"|"+n.MatterCode, Words{Text: g.Text})
		return err
	})
	return a, err
}

// SupervisorOf is the nearest unit above one in which somebody supervises; the platform's operator where there is none.
func (s *Store) SupervisorOf(ctx context.Context, q *db.Tx, unitID string) (string, error) {
	u, err := s.o.Units.Get(ctx, q, unitID)
	if err != nil {
		return "", err
	}
	path, err := s.o.Units.Path(ctx, q, u)
	if err != nil {
		return "", err
	}
	slices.Reverse(path)
	for _, up := range path {
		staff, err := s.o.Accounts.Standing(ctx, q, up.ID)
		if err != nil {
			return "", err
		}
		for _, x := range staff {
			if x.Active && slices.Contains(x.Roles, authn.RoleSupervisor) {
				return up.ID, nil
			}
		}
	}
	return s.o.PlatformID, nil
}

// raise enters an appeal with its deadline and first step, and reports whether it is new: one that is open already
// stays as it is.
func (s *Store) raise(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Appeal, subject string, w Words) (Appeal, bool, error) {
	now := s.o.Clock.Now()
	a.ID, a.State, a.RaisedAt, a.RaisedBy, a.RowVersion = db.NewID(), Waiting, now, actor.AccountID, 1
	a.DueAt = s.o.Calendar.After(now, days[a.Kind])
	if err := s.o.Units.NeedYear(ctx, tx, workday.LastYear(a.DueAt)); err != nil {
		return Appeal{}, false, err
	}
	a, fresh, err := s.insert(ctx, tx, a, subject, w)
	if err != nil || !fresh {
		return a, false, err
	}
	if err := s.owe(ctx, tx, a); err != nil {
		return a, true, err
	}
	return a, true, s.add(ctx, tx, a, "raise", actor.AccountID, "")
}

// Ticket is an appeal that a clerk raises for a holder when paper had to be accepted, so that it is unnecessary next
// time (补录). 榕政办〔2018〕214号 第十五条.
type Ticket struct {
	Kind       Kind // Supplement or Correction
	HolderID   string
	TypeCode   string
	Region     string // of the desk: an issuer nearby is asked
	MatterCode string
	CaseNo     string
	Seq        int
	License    license.License // of a correction
	Text       string
}

// RaiseTicket enters a ticket in the caller's transaction and tells the holder. Where nobody issues the type, or the
// same is asked already, there is nothing new to do.
func (s *Store) RaiseTicket(ctx context.Context, tx *db.Tx, actor *authn.Actor, t Ticket) (Appeal, error) {
	a := Appeal{HolderID: t.HolderID, Kind: t.Kind, Origin: ByDesk, RaisedUnitID: actor.UnitID, TypeCode: t.TypeCode,
		MatterCode: t.MatterCode, CaseNo: t.CaseNo, Seq: t.Seq}
	subject := t.TypeCode
	if t.Kind == Correction {
		a, subject = about(t.License, a), t.License.ID
		a.UnitID = t.License.IssuerID
	} else {
		var err error
		if a.UnitID, err = s.IssuerNear(ctx, tx, t.TypeCode, t.Region); err != nil || a.UnitID == "" {
			return Appeal{}, err
		}
	}
	raised, fresh, err := s.raise(ctx, tx, actor, a, subject, Words{Text: t.Text})
	if err != nil || !fresh {
		return raised, err
	}
	return raised, s.tell(ctx, tx, raised, notice.AppealRaised)
}

// IssuerNear is the unit that issues a type for a region: its own, else the city's, the province's, or the first one; ""
// where nobody issues it.
func (s *Store) IssuerNear(ctx context.Context, q *db.Tx, typeCode, region string) (string, error) {
	claims, err := s.o.Types.Claims(ctx, q, typeCode)
	if err != nil {
		return "", err
	}
	best, found := -1, ""
	for _, c := range claims {
		u, err := s.o.Units.Get(ctx, q, c.UnitID)
		if err != nil {
			return "", err
		}
		if near := nearness(u, region); u.State == org.Active && near > best {
			best, found = near, u.ID
		}
	}
	return found, nil
}

// nearness counts how many digits of a region a unit shares, two by two; a unit of a whole city or province that the
// region lies in is nearer than one beside it.
func nearness(u org.Unit, region string) int {
	own := u.Region
	for strings.HasSuffix(own, "00") {
		own = own[:len(own)-2]
	}
	if own != "" && strings.HasPrefix(region, own) {
		return len(own)
	}
	return 0
}

// tell sends the holder a notice about an appeal.
func (s *Store) tell(ctx context.Context, tx *db.Tx, a Appeal, kind notice.Kind) error {
	detail := map[string]string{"kind": string(a.Kind), "outcome": string(a.Outcome)}
	if a.TypeCode != "" {
		t, err := s.o.Types.Latest(ctx, tx, a.TypeCode)
		if err != nil {
			return err
		}
		detail["type"], detail["typeEn"] = t.Name, t.NameEn
	}
	if a.MatterCode != "" {
		m, err := s.o.Matters.Get(ctx, tx, a.MatterCode)
		if err != nil && errs.Code(err) != "matter.unknown" {
			return err
		}
		detail["matter"], detail["matterEn"] = m.Name, m.NameEn
	}
	return s.o.Notices.Send(ctx, tx, notice.Notice{HolderID: a.HolderID, Kind: kind, Subject: a.ID, Detail: detail})
}
