package app

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
)

// ready reports whether the database answers, which is all that work needs: a log that has stopped is no reason to turn people
// away, records are kept all the same.
func (a *App) ready(ctx context.Context) error { return a.DB.Ping(ctx) }

// health says in lines how the service is, for whoever watches over it: the log's state, how old its checkpoint is in seconds,
// -1 before the first, and how many leaves wait. A stopped log is errs "log.stopped".
func (a *App) health(ctx context.Context) (string, error) {
	h, err := a.Book.Health(ctx)
	if err != nil {
		return "", err
	}
	now := a.Clock.Now()
	state := h.State(now)
	if state == evidence.LogStopped || a.stopped.Load() {
		return "", errs.New(errs.Unavailable, "log.stopped")
	}
	age := int64(-1)
	if !h.PublishedAt.IsZero() {
		age = int64(max(0, now.Sub(h.PublishedAt)) / time.Second)
	}
	return fmt.Sprintf("ok\nlog %s\ncheckpoint-age-seconds %d\npending-leaves %d", state, age, h.Pending), nil
}
