package app

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// tellFactor tells the owner of an account that its factors changed: holders by a message, staff by the trail of their
// account, which their page of factors and the administrator read.
func (a *App) tellFactor(ctx context.Context, tx *db.Tx, actor *authn.Actor, action, kind string) error {
	if actor.Kind == authn.KindHolder {
		return a.Notices.Send(ctx, tx, notice.Notice{HolderID: actor.SelfID, Kind: notice.Kind(action), Subject: actor.AccountID,
			Detail: map[string]string{"way": kind}})
	}
	e := change.Entry{Subject: change.Account, SubjectID: actor.AccountID, Action: action}
	entry := map[string]string{"factor": kind}
	if action == authn.FactorAdded {
		e.After = entry
	} else {
		e.Before = entry
	}
	return a.Trail.Record(ctx, tx, change.Of(actor, "本人在“确认方式”页操作"), e)
}
