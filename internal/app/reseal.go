package app

import (
	"context"
	"log/slog"
	"time"
)

// sealAnew carries out orders to seal anew. It has a turn of its own, for one may take hours.
func (a *App) sealAnew(ctx context.Context) {
	tick := time.NewTicker(houseEvery)
	defer tick.Stop()
	for {
		if err := a.Licenses.ResumeReseals(ctx); err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "sealing anew stopped", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
