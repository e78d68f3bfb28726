package appeal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/register"
)

// Handles reports whether an actor answers appeals of a kind: complaints are for who supervises, the rest for clerks.
func Handles(actor *authn.Actor, k Kind) bool {
	if k == Complaint {
		return actor.Has(authn.RoleSupervisor)
	}
	return actor.Has(authn.RoleClerk)
}

// Take assigns an open appeal of the actor's unit to them; taking it from a colleague is possible and stands in its
// course.
func (s *Store) Take(ctx context.Context, actor *authn.Actor, id string, version int64) error {
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.ofDesk(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if a.State != Waiting && a.State != Taken {
			return errs.New(errs.Conflict, "appeal.stage")
		}
		if a.State == Taken && a.ClerkID == actor.AccountID {
			return nil
		}
		a.State, a.ClerkID = Taken, actor.AccountID
		if err := s.save(ctx, tx, &a); err != nil {
			return err
		}
		return s.add(ctx, tx, a, "take", actor.AccountID, "")
	})
}

// ForDesk reads an appeal that the actor's unit answers and the actor may handle.
func (s *Store) ForDesk(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (Appeal, error) {
	a, err := s.OfUnit(ctx, q, actor.UnitID, id)
	if err == nil && !Handles(actor, a.Kind) {
		err = errs.New(errs.Denied, "denied")
	}
	return a, err
}

// ofDesk is ForDesk for one that is not closed, as it was at a version.
func (s *Store) ofDesk(ctx context.Context, tx *db.Tx, actor *authn.Actor, id string, version int64) (Appeal, error) {
	a, err := s.ForDesk(ctx, tx, actor, id)
	switch {
	case err != nil:
	case a.State == Closed:
		err = errs.New(errs.Conflict, "appeal.closed")
	case a.RowVersion != version:
		err = errs.New(errs.Conflict, "conflict")
	}
	return a, err
}

// inHand is ofDesk for one that the actor has taken.
func (s *Store) inHand(ctx context.Context, tx *db.Tx, actor *authn.Actor, id string, version int64) (Appeal, error) {
	a, err := s.ofDesk(ctx, tx, actor, id, version)
	switch {
	case err != nil:
	case a.State != Taken:
		err = errs.New(errs.Conflict, "appeal.stage")
	case a.ClerkID != actor.AccountID:
		err = errs.New(errs.Denied, "appeal.not-taken")
	}
	return a, err
}

// Answer ends an appeal with an outcome and words. A complaint that is right becomes a violation of the office; so does
// paper that a desk took as "wrong" when the license turns out to be right.
func (s *Store) Answer(ctx context.Context, actor *authn.Actor, id string, version int64, outcome Outcome, words string) error {
	if err := needText("answer", words); err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.inHand(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if err := s.mayEnd(ctx, tx, a, outcome); err != nil {
			return err
		}
		action := "agree"
		if outcome == Declined {
			action = "decline"
		}
		if err := s.end(ctx, tx, &a, outcome, action, actor.AccountID, words); err != nil {
			return err
		}
		switch {
		case a.Kind == Complaint && outcome == Agreed:
			return s.fromComplaint(ctx, tx, actor, a, words)
		case a.Kind == Correction && a.Origin == ByDesk && outcome == Declined:
			return s.fromCorrection(ctx, tx, a)
		}
		return nil
	})
}

// mayEnd holds an outcome against the kind: a license made here is answered by the license itself, and a loss is not
// for the office to decline.
func (s *Store) mayEnd(ctx context.Context, tx *db.Tx, a Appeal, outcome Outcome) error {
	if outcome != Agreed && outcome != Declined {
		return errs.New(errs.Invalid, "field.option").On("outcome")
	}
	if a.Kind == Loss && outcome == Declined {
		return errs.New(errs.Invalid, "appeal.loss-stands").On("outcome")
	}
	if a.Kind == Supplement && outcome == Agreed {
		t, err := s.o.Types.Latest(ctx, tx, a.TypeCode)
		if err != nil {
			return err
		}
		if t.Making.Here() {
			return errs.New(errs.Invalid, "appeal.issue-it").On("outcome")
		}
	}
	return nil
}

// end closes an appeal and tells its holder.
func (s *Store) end(ctx context.Context, tx *db.Tx, a *Appeal, outcome Outcome, action, accountID, words string) error {
	a.State, a.Outcome, a.ClosedAt = Closed, outcome, s.o.Clock.Now()
	if err := s.save(ctx, tx, a); err != nil {
		return err
	}
	if err := s.add(ctx, tx, *a, action, accountID, words); err != nil {
		return err
	}
	if err := s.owed(ctx, tx, *a, accountID); err != nil {
		return err
	}
	if outcome == Withdrawn {
		return nil
	}
	return s.tell(ctx, tx, *a, notice.AppealAnswered)
}

// owe says that a supplement owes a license, where one can be made here.
func (s *Store) owe(ctx context.Context, tx *db.Tx, a Appeal) error {
	if a.Kind != Supplement {
		return nil
	}
	t, err := s.o.Types.Latest(ctx, tx, a.TypeCode)
	if err != nil || !t.Making.Here() {
		return err
	}
	return s.o.Deadlines.Open(ctx, tx, deadline.Deadline{Kind: deadline.Appeal, SubjectID: a.ID, UnitID: a.UnitID, TypeCode: a.TypeCode,
		Licenses: 1, OpenedAt: a.RaisedAt, DueAt: a.DueAt})
}

// owed ends what a closed supplement owes: the license was issued, or there is none to be made.
func (s *Store) owed(ctx context.Context, tx *db.Tx, a Appeal, accountID string) error {
	switch {
	case a.Kind != Supplement:
		return nil
	case a.Outcome == Issued:
		return s.o.Deadlines.Settle(ctx, tx, deadline.Appeal, a.ID, accountID)
	default:
		return s.o.Deadlines.Cancel(ctx, tx, deadline.Appeal, a.ID)
	}
}

// Withdraw takes an own appeal back. With a report of loss the license is in force again, also after the answer, as
// long as nothing else has ended it.
func (s *Store) Withdraw(ctx context.Context, actor *authn.Actor, id string) error {
	if err := mayApply(actor); err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.Get(ctx, tx, actor.HolderID, id)
		switch {
		case err != nil:
			return err
		case a.CanWithdraw():
		case a.Origin != ByHolder:
			return errs.New(errs.Denied, "appeal.not-yours")
		case a.State == Closed:
			return errs.New(errs.Conflict, "appeal.closed")
		default:
			return errs.New(errs.Conflict, "appeal.stage")
		}
		if a.Kind == Loss {
			l, err := s.o.Licenses.Get(ctx, tx, a.LicenseHolderID, a.LicenseID)
			if err != nil {
				return err
			}
			if err := s.o.Licenses.Recover(ctx, tx, l, actor.AccountID); err != nil {
				return err
			}
		}
		return s.end(ctx, tx, &a, Withdrawn, "withdraw", actor.AccountID, "")
	})
}

// Paper is what a clerk of the issuing unit reads off a paper license.
type Paper struct {
	Fields    map[string]string
	Number    string   // as the paper bears it; "" gives the next one by the type's rule
	IssuedOn  string   // 2006-01-02
	CoHolders []string // codes of further holders
}

// Issue makes the electronic form of a paper license for a supplement (补录): drafted and sealed now, published by the
// second person's review, which answers the appeal.
func (s *Store) Issue(ctx context.Context, actor *authn.Actor, id string, version int64, p Paper) error {
	if err := (Words{Number: p.Number, IssuedOn: p.IssuedOn}).check(s.o.Clock.Now()); err != nil {
		return err
	}
	day, err := time.ParseInLocation(time.DateOnly, p.IssuedOn, clock.Shanghai)
	if err != nil {
		return errs.New(errs.Invalid, "field.date").On("issuedOn")
	}
	asked, err := s.compare(ctx, actor, id, version, p)
	if err != nil {
		return err
	}
	var l license.License
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.inHand(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if a.Kind != Supplement {
			return errs.New(errs.Conflict, "appeal.stage")
		}
		holders, err := s.holdersOf(ctx, tx, a, p.CoHolders)
		if err != nil {
			return err
		}
		draft := license.Draft{TypeCode: a.TypeCode, Holders: holders, IssuerID: actor.UnitID, Fields: p.Fields, Number: p.Number,
			MakerID: actor.AccountID, IssuedOn: day, DueAt: a.DueAt, Origin: license.ByAppeal, Asked: asked}
		if err := s.o.Licenses.Drawable(ctx, tx, draft); err != nil {
			return err
		}
		if l, err = s.o.Licenses.Draft(ctx, tx, draft); err != nil {
			return err
		}
		a.State, a.LicenseHolderID, a.LicenseID = Making, l.HolderID, l.ID
		if err := s.save(ctx, tx, &a); err != nil {
			return err
		}
		return s.add(ctx, tx, a, "make", actor.AccountID, "")
	})
	if err != nil {
		return err
	}
	// If the making is cut off here, the hall takes it up again with all licenses that are not made yet.
	if _, err := s.o.Licenses.Make(ctx, l.HolderID, l.ID); err != nil {
		return fmt.Errorf("make license of an appeal: %w", err)
	}
	return nil
}

// compare asks the base registers about the license that an appeal asks for, before it is drafted.
func (s *Store) compare(ctx context.Context, actor *authn.Actor, id string, version int64, p Paper) (register.Verdict, error) {
	row := license.Row{Fields: p.Fields}
	var typeCode string
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		a, err := s.inHand(ctx, q, actor, id, version)
		if err != nil {
			return err
		}
		typeCode = a.TypeCode
		holders, err := s.holdersOf(ctx, q, a, p.CoHolders)
		if err != nil {
			return err
		}
		for _, holderID := range holders {
			h, err := s.o.Holders.Get(ctx, q, holderID)
			if err != nil {
				return err
			}
			row.Holders = append(row.Holders, h.Profile)
		}
		return nil
	})
	if err != nil || typeCode == "" {
		return register.Verdict{}, err
	}
	t, said, err := s.o.Licenses.Ask(ctx, typeCode, actor.UnitID, []license.Row{row})
	if err != nil {
		return register.Verdict{}, err
	}
	return said[0], said[0].Err(t)
}

func (s *Store) holdersOf(ctx context.Context, tx *db.Tx, a Appeal, codes []string) ([]string, error) {
	holders := []string{a.HolderID}
	for _, text := range codes {
		code, _, err := holder.ParseCode(text, "coHolders")
		if err != nil {
			return nil, err
		}
		id, err := s.o.Holders.Find(ctx, tx, code)
		if e, ok := errors.AsType[*errs.Error](err); ok {
			return nil, e.On("coHolders")
		}
		if err != nil {
			return nil, err
		}
		holders = append(holders, id)
	}
	return holders, nil
}

// Reviewed follows the second person's word on a license, in its transaction: published, the appeal that asked for it
// is answered; refused, it is back with its clerk. A license that nobody appealed for is none of its business.
func (s *Store) Reviewed(ctx context.Context, tx *db.Tx, actor *authn.Actor, l license.License, opinion string) error {
	a, err := scan(tx.QueryRow(ctx, `
		SELECT `+columns+`
		FROM appeal
		WHERE holder_id = $1 AND license_id = $2 AND state = $3`, l.HolderID, l.ID, string(Making)))
	if errs.Code(err) == "appeal.unknown" {
		return nil
	}
	if err != nil {
		return err
	}
	if l.Step == license.StepPublished {
		return s.end(ctx, tx, &a, Issued, "issue", actor.AccountID, "")
	}
	a.State, a.LicenseHolderID, a.LicenseID = Taken, "", ""
	if err := s.save(ctx, tx, &a); err != nil {
		return err
	}
	return s.add(ctx, tx, a, "void", actor.AccountID, opinion)
}
