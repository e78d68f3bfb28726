package hall

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// handles is the role that works on a case at a stage.
var handles = map[matter.Stage]string{matter.Accept: authn.RoleClerk, matter.Decide: authn.RoleApprover}

// Reassign gives a case to a colleague of the same unit, with the reason (改派留痕). Whoever handles it may, and any
// approver of the unit, for somebody who is away. The grants of the former one end.
func (h *Hall) Reassign(ctx context.Context, actor *authn.Actor, no string, version int64, to, reason string) error {
	if err := checkOpinion(reason); err != nil {
		return err
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := h.ofUnit(ctx, tx, actor, no)
		switch {
		case err != nil:
			return err
		case c.State != casefile.StateOpen:
			return errs.New(errs.Conflict, "case.closed")
		case handles[c.Stage] == "":
			return errs.New(errs.Conflict, "case.stage")
		case c.ClerkID != actor.AccountID && !actor.Has(authn.RoleApprover):
			return errs.New(errs.Denied, "case.not-assigned")
		case version != c.RowVersion:
			return errs.New(errs.Conflict, "conflict")
		case to == c.ClerkID:
			return errs.New(errs.Invalid, "case.reassign-same").On("accountId")
		}
		if err := h.able(ctx, tx, c, to); err != nil {
			return err
		}
		c.ClerkID = to
		if c.Stage == matter.Accept {
			c.AcceptedBy = to
		}
		if err := h.pass(ctx, tx, &c, "reassign", actor, reason); err != nil {
			return err
		}
		return h.o.Cases.Add(ctx, tx, c, "receive", to, "")
	})
}

// able requires that an account can handle a case at its stage: an active colleague with the role, and at the decision
// nobody who accepted it.
func (h *Hall) able(ctx context.Context, q *db.Tx, c casefile.Case, accountID string) error {
	staff, err := h.o.Staff(ctx, q, c.UnitID)
	if err != nil {
		return err
	}
	x, ok := staff[accountID]
	if !ok || !x.Active || !slices.Contains(x.Roles, handles[c.Stage]) {
		return errs.New(errs.Invalid, "case.reassign-unable").On("accountId")
	}
	if c.Stage != matter.Decide {
		return nil
	}
	return h.notAccepted(ctx, q, c, accountID)
}

// notAccepted refuses whoever had a hand in accepting a case: they do not decide it, also after it was reassigned.
func (h *Hall) notAccepted(ctx context.Context, q *db.Tx, c casefile.Case, accountID string) error {
	touched := c.AcceptedBy == accountID
	if !touched {
		var err error
		if touched, err = h.o.Cases.Did(ctx, q, c, accountID, "open", "submit", "paper"); err != nil {
			return err
		}
	}
	if touched {
		return errs.New(errs.Denied, "case.same-person")
	}
	return nil
}

// Colleagues lists who could take a case over at its stage.
func (h *Hall) Colleagues(ctx context.Context, actor *authn.Actor, no string) ([]authn.Standing, error) {
	var out []authn.Standing
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, _, err := h.ofUnit(ctx, q, actor, no)
		if err != nil {
			return err
		}
		staff, err := h.o.Staff(ctx, q, c.UnitID)
		if err != nil {
			return err
		}
		for id, x := range staff {
			if id == c.ClerkID {
				continue
			}
			switch err := h.able(ctx, q, c, id); {
			case err == nil:
				out = append(out, x)
			case errs.Code(err) != "case.reassign-unable" && errs.Code(err) != "case.same-person":
				return err
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b authn.Standing) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// checkOpinion holds words that a step needs against what can be kept and shown.
func checkOpinion(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errs.New(errs.Invalid, "case.opinion-required").On("opinion")
	case utf8.RuneCountInString(text) > opinionMax:
		return errs.New(errs.Invalid, "field.too-long").On("opinion").With("max", strconv.Itoa(opinionMax))
	case !clean(text):
		return errs.New(errs.Invalid, "field.format").On("opinion")
	}
	return nil
}
