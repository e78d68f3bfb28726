package app

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/task"
)

// toldAtOnce bounds how many deadlines are told of in one transaction.
const toldAtOnce = 100

// TellOverdue gives work that was not done in time (应制未制) to those who must do it and to who supervises them. It is
// taken away when the deadline ends.
func (a *App) TellOverdue(ctx context.Context) error {
	for {
		n := 0
		err := a.DB.Write(ctx, func(tx *db.Tx) error {
			passed, err := a.Deadlines.Tell(ctx, tx, toldAtOnce)
			n = len(passed)
			for _, d := range passed {
				if err == nil {
					err = a.tellOverdue(ctx, tx, d)
				}
			}
			return err
		})
		if err != nil || n < toldAtOnce {
			return err
		}
	}
}

func (a *App) tellOverdue(ctx context.Context, tx *db.Tx, d deadline.Deadline) error {
	supervisor, err := a.Appeals.SupervisorOf(ctx, tx, d.UnitID)
	if err != nil {
		return err
	}
	t, err := a.Types.Latest(ctx, tx, d.TypeCode)
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return err
	}
	u, err := a.Units.Get(ctx, tx, d.UnitID)
	if err != nil {
		return err
	}
	give := task.Task{Kind: task.LicenseOverdue, SubjectID: d.Key(), UnitID: d.UnitID, Role: authn.RoleClerk, DueAt: d.DueAt,
		Detail: map[string]string{"kind": string(d.Kind), "unit": u.Name, "type": d.TypeCode}}
	if t != nil {
		give.Label = t.Name
	}
	if d.Kind == deadline.Case {
		give.Role = authn.RoleReviewer
	}
	if err := a.Tasks.Give(ctx, tx, give); err != nil || supervisor == d.UnitID {
		return err
	}
	give.UnitID, give.Role = supervisor, authn.RoleSupervisor
	return a.Tasks.Give(ctx, tx, give)
}
