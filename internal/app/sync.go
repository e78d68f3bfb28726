package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// syncEvery is how often the matter office's system is read.
const syncEvery = time.Hour

// syncMatters reads the matter office's system at once and every hour after, if one is configured.
func (a *App) syncMatters(ctx context.Context) {
	if a.MatterSource == nil {
		return
	}
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for {
		state, err := a.Matters.Sync(ctx, change.By{Reason: "按时同步审改部门的事项 hourly sync"}, a.MatterSource)
		if err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "matters not synchronised", slog.String("code", errs.Code(err)), slog.Any("error", err))
		} else {
			a.Log.InfoContext(ctx, "matters synchronised", slog.Int64("changed", state.Changed), slog.Int64("broken", state.Broken))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// lateEvery is how often licenses are looked for that cases wait for.
const lateEvery = 5 * time.Second

// fetchLate looks for the licenses that cases wait for under a commitment or a chase.
func (a *App) fetchLate(ctx context.Context) {
	tick := time.NewTicker(lateEvery)
	defer tick.Stop()
	for {
		if err := a.Hall.FetchLate(ctx); err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "late licenses", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
