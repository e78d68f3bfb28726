package hall

import (
	"context"
	"fmt"
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

// Bounds of what a clerk asks an applicant to correct.
const (
	correctionsMax = 30
	correctionMax  = 300
)

// accept lets a clerk take a case that came in online and that nobody has taken: from then on they handle it, and what
// it needs is fetched in their name.
func (h *Hall) accept(ctx context.Context, tx *db.Tx, actor *authn.Actor, c *casefile.Case, version int64) error {
	switch {
	case c.ClerkID == actor.AccountID:
		return nil
	case c.ClerkID != "":
		return errs.New(errs.Conflict, "application.taken")
	case !actor.Has(authn.RoleClerk):
		return errs.New(errs.Denied, "denied")
	case version != c.RowVersion:
		return errs.New(errs.Conflict, "conflict")
	}
	if err := h.o.Cases.Unsettle(ctx, tx, *c); err != nil {
		return err
	}
	c.ClerkID, c.AcceptedBy = actor.AccountID, actor.AccountID
	return h.pass(ctx, tx, c, "accept", actor, "")
}

// AskCorrection sends a case back to its applicant, saying what is wrong with which field or material (退回补正). The days
// begin anew when it is handed in again; the same clerk goes on with it.
func (h *Hall) AskCorrection(ctx context.Context, actor *authn.Actor, no string, version int64, items []casefile.CorrectionItem) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.mine(ctx, tx, actor, no, matter.Accept, version)
		if err != nil {
			return err
		}
		if c.AppliedBy == "" {
			return errs.New(errs.Conflict, "correction.window")
		}
		if err := checkCorrections(m, items); err != nil {
			return err
		}
		c.Stage = casefile.StageMend
		if err := h.pass(ctx, tx, &c, "correct", actor, ""); err != nil {
			return err
		}
		return h.o.Cases.AskCorrection(ctx, tx, c, actor.AccountID, items)
	})
}

func checkCorrections(m matter.Matter, items []casefile.CorrectionItem) error {
	if len(items) == 0 || len(items) > correctionsMax {
		return errs.New(errs.Invalid, "field.count").On("items")
	}
	for n, x := range items {
		at := fmt.Sprintf("items.%d.", n)
		if strings.TrimSpace(x.Text) == "" {
			return errs.New(errs.Invalid, "field.required").On(at + "text")
		}
		if utf8.RuneCountInString(x.Text) > correctionMax {
			return errs.New(errs.Invalid, "field.too-long").On(at+"text").With("max", strconv.Itoa(correctionMax))
		}
		if !clean(x.Text) {
			return errs.New(errs.Invalid, "field.format").On(at + "text")
		}
		if x.Field != "" && !slices.ContainsFunc(m.Form, func(f matter.FormField) bool { return f.Name == x.Field }) {
			return errs.New(errs.Invalid, "case.form-unknown").On(at + "field")
		}
		if _, ok := m.Material(x.Seq); x.Seq != 0 && !ok {
			return errs.New(errs.Invalid, "case.material-unknown").On(at + "seq")
		}
	}
	return nil
}
