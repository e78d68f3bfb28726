package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/retention"
)

// retireEvery is how often months are looked for whose time is over.
const retireEvery = time.Hour

// openRetention opens the desk by which records leave. Their files lie apart from all others, to be taken to the archive.
func (a *App) openRetention() error {
	node, err := a.node()
	if err != nil {
		return err
	}
	a.Retention, err = retention.New(retention.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Book: a.Book,
		Dir: filepath.Join(a.Config.Data, "archive"), Node: node})
	return err
}

// retire makes the months to come and lets those leave whose time is over. It has a turn of its own, for a month may take hours.
func (a *App) retire(ctx context.Context) {
	tick := time.NewTicker(retireEvery)
	defer tick.Stop()
	for {
		if err := a.Retention.Retire(ctx); err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "records do not leave", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
