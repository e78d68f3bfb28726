package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const (
	// lookEvery is how often it is looked whether there is something to tell.
	lookEvery = 250 * time.Millisecond
	// leaseFor is how long another node leaves a subscription alone that is being told.
	leaseFor = time.Minute
	// tellMost is how many events one message holds.
	tellMost = 100
	// A receiver that failed is tried again after a second, then after twice as long each time, up to some minutes.
	firstWait = time.Second
	longWait  = 5 * time.Minute
)

// Message is what a receiver is sent, signed as a whole.
type Message struct {
	Subscription string    `json:"subscription"`
	At           time.Time `json:"at"`
	Events       []Event   `json:"events"` // in the order of the log
}

// Run tells subscriptions of events until ctx ends, each by itself: one that is slow or does not answer holds up nobody
// else.
func (d *Desk) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	var busy sync.Map // by subscription
	for {
		due, err := d.due(ctx)
		d.complain(ctx, err)
		for _, s := range due {
			if _, already := busy.LoadOrStore(s.ID, true); already {
				continue
			}
			all.Go(func() {
				defer busy.Delete(s.ID)
				d.complain(ctx, d.tellAll(ctx, s))
			})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (d *Desk) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		d.o.Log.ErrorContext(ctx, "events not told", slog.Any("error", err))
	}
}

// Deliver tells every subscription that is due of all that there is to tell it, and returns when that is done.
func (d *Desk) Deliver(ctx context.Context) error {
	due, err := d.due(ctx)
	if err != nil {
		return err
	}
	failed := make([]error, len(due))
	var all sync.WaitGroup
	for i, s := range due {
		all.Go(func() { failed[i] = d.tellAll(ctx, s) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// due are the subscriptions for which there may be something, and which are to be tried now.
func (d *Desk) due(ctx context.Context) (due []Subscription, err error) {
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		last, err := d.Last(ctx, q)
		if err != nil {
			return err
		}
		due, err = d.list(ctx, q, `
			SELECT `+columns+`
			FROM subscription
			WHERE state = 'on' AND cursor < $1 AND next_at <= $2 AND (lease <= $2 OR node = $3)
			ORDER BY subscription_id`, last, db.Micros(d.o.Clock.Now()), d.o.Node)
		return err
	})
	return due, err
}

// tellAll tells a subscription page by page until there is nothing more or it does not take it.
func (d *Desk) tellAll(ctx context.Context, s Subscription) error {
	for {
		mine, err := d.claim(ctx, s)
		if err != nil || !mine {
			return err
		}
		more, err := d.tell(ctx, &s)
		if err != nil || !more {
			return err
		}
	}
}

func (d *Desk) claim(ctx context.Context, s Subscription) (bool, error) {
	var n int64
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		now := d.o.Clock.Now()
		var err error
		n, err = tx.Exec(ctx, `
			UPDATE subscription
			SET node = $1, lease = $2
			WHERE subscription_id = $3 AND state = 'on' AND cursor = $4 AND (node = $1 OR lease <= $5)`,
			d.o.Node, db.Micros(now.Add(leaseFor)), s.ID, s.Cursor, db.Micros(now))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim subscription: %w", err)
	}
	return n == 1, nil
}

// tell brings the next page of events to a subscription. The cursor moves when they have arrived, never before.
func (d *Desk) tell(ctx context.Context, s *Subscription) (more bool, err error) {
	var events []Event
	var next, last int64
	gone := false // its system was taken off the ledger
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		x, err := d.o.Units.System(ctx, q, s.SystemID)
		if errs.Code(err) == "system.unknown" {
			gone = true
			return nil
		}
		if err != nil {
			return err
		}
		if last, err = d.Last(ctx, q); err != nil {
			return err
		}
		if s.About == Used {
			events, next, err = d.Used(ctx, q, x.ID, s.Types, s.Cursor, tellMost)
			return err
		}
		events, next, err = d.Events(ctx, q, x.Unit, s.Types, s.Cursor, tellMost)
		return err
	})
	if err != nil {
		return false, err
	}
	if gone {
		return false, d.end(ctx, s.ID)
	}
	if len(events) > 0 {
		message, err := json.Marshal(Message{Subscription: s.ID, At: d.o.Clock.Now().UTC(), Events: events})
		if err != nil {
			return false, fmt.Errorf("encode events: %w", err)
		}
		if err := d.o.Receiver.Tell(ctx, s.URL, message); err != nil {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			d.o.Log.WarnContext(ctx, "events did not arrive", slog.String("subscription", s.ID), slog.Int("failures", s.Failures+1))
			return false, d.failed(ctx, *s)
		}
	}
	if err := d.arrived(ctx, s, next, len(events)); err != nil {
		return false, err
	}
	return next < last, nil
}

// end ends the subscription of a system that is no longer there.
func (d *Desk) end(ctx context.Context, id string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			UPDATE subscription
			SET state = 'ended', row_version = row_version + 1
			WHERE subscription_id = $1`, id); err != nil {
			return fmt.Errorf("end subscription: %w", err)
		}
		return nil
	})
}

func (d *Desk) arrived(ctx context.Context, s *Subscription, next int64, n int) error {
	now := d.o.Clock.Now()
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		toldAt := s.ToldAt
		if n > 0 {
			toldAt = now
		}
		moved, err := tx.Exec(ctx, `
			UPDATE subscription
			SET cursor = $1, told = told + $2, failures = 0, failing_since = 0, next_at = 0, told_at = $3
			WHERE subscription_id = $4 AND cursor = $5 AND node = $6`, next, n, db.Micros(toldAt), s.ID, s.Cursor, d.o.Node)
		if err != nil {
			return fmt.Errorf("move subscription: %w", err)
		}
		if moved == 1 {
			s.Cursor, s.ToldAt, s.Failures = next, toldAt, 0
		}
		return nil
	})
}

// failed notes that a receiver did not take what it was told, and when it is tried again.
func (d *Desk) failed(ctx context.Context, s Subscription) error {
	now := d.o.Clock.Now()
	wait := longWait
	if s.Failures < 9 { // 2⁹ seconds are beyond the longest wait
		wait = min(longWait, firstWait<<s.Failures)
	}
	since := s.FailingSince
	if since.IsZero() {
		since = now
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE subscription
			SET failures = failures + 1, failing_since = $1, next_at = $2, lease = 0
			WHERE subscription_id = $3 AND cursor = $4`, db.Micros(since), db.Micros(now.Add(wait)), s.ID, s.Cursor)
		if err != nil {
			return fmt.Errorf("note failure: %w", err)
		}
		return nil
	})
}
