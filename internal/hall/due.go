package hall

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// owe says that an approved case owes its license from now on: one made here on the day of the decision, one of another
// system while the case itself is in time.
func (h *Hall) owe(ctx context.Context, tx *db.Tx, c casefile.Case, m matter.Matter, actor *authn.Actor) error {
	d := deadline.Deadline{Kind: deadline.Case, SubjectID: c.No, UnitID: c.UnitID, AccountID: actor.AccountID, TypeCode: m.Result,
		Licenses: 1, DueAt: clock.EndOfDay(h.o.Clock.Now())}
	if !m.MadeHere() {
		d.Kind, d.AccountID = deadline.Vertical, ""
		if c.DueAt.After(d.DueAt) {
			d.DueAt = c.DueAt
		}
	}
	return h.o.Deadlines.Open(ctx, tx, d)
}

// owed follows what becomes of a case whose license is owed. One that the review refused is owed by the same deadline
// until the case itself is refused.
func (h *Hall) owed(ctx context.Context, tx *db.Tx, c casefile.Case, action string, actor *authn.Actor) error {
	switch {
	case c.State != casefile.StateClosed:
		return nil
	case action == "publish":
		return h.o.Deadlines.Settle(ctx, tx, deadline.Case, c.No, actor.AccountID)
	case action == "result":
		return h.o.Deadlines.Settle(ctx, tx, deadline.Vertical, c.No, actor.AccountID)
	default:
		if err := h.o.Deadlines.Cancel(ctx, tx, deadline.Vertical, c.No); err != nil {
			return err
		}
		return h.o.Deadlines.Cancel(ctx, tx, deadline.Case, c.No)
	}
}
