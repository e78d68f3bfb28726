package intake

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Action is what people do with an import under way.
type Action string

// The actions.
const (
	Pause  Action = "pause"
	Resume Action = "resume"
	Cancel Action = "cancel"
)

// Steer pauses an import, lets it go on, or ends it. What it has written stays written, and is told.
func (d *Desk) Steer(ctx context.Context, a *authn.Actor, id string, action Action) (Task, error) {
	if action != Resume {
		// A long transaction is told at once: on SQLite the row below can only be written when it has ended.
		if err := d.o.DB.Read(ctx, func(q *db.Tx) error {
			_, err := d.Get(ctx, q, a, id)
			return err
		}); err != nil {
			return Task{}, err
		}
		defer d.interrupt(id)()
	}
	var t Task
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if t, err = d.Get(ctx, tx, a, id); err != nil {
			return err
		}
		before := t.State
		if t.State, err = t.after(action); err != nil || t.State == before {
			return err
		}
		t.UpdatedAt = d.o.Clock.Now()
		n, err := tx.Exec(ctx, `
			UPDATE import_task
			SET state = $1, updated_at = $2, lease = 0
			WHERE import_id = $3 AND state = $4`, string(t.State), db.Micros(t.UpdatedAt), id, string(before))
		if err != nil {
			return fmt.Errorf("steer import: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "conflict")
		}
		return nil
	})
	d.stir()
	return t, err
}

// after is the state that an action leads to.
func (t Task) after(action Action) (State, error) {
	switch {
	case t.State.Ended():
		return "", errs.New(errs.Conflict, "import.ended")
	case action == Cancel:
		return Cancelled, nil
	case action == Pause:
		return Paused, nil
	case t.State != Paused:
		return t.State, nil
	case t.Total == 0:
		return Checking, nil
	}
	return Running, nil
}

// stir wakes the worker.
func (d *Desk) stir() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// enter notes an import that runs here; the function takes the note away.
func (d *Desk) enter(id string) (*progress, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &progress{}
	d.live[id] = p
	return p, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.live, id)
	}
}

// interrupt tells an import that runs here to stop; it is not taken up again before the function is called.
func (d *Desk) interrupt(id string) (done func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.live[id]
	if !ok {
		return func() {}
	}
	p.stopped = true
	over := make(chan struct{})
	p.waits = append(p.waits, over)
	return func() { close(over) }
}

// step notes how far a run has come, and tells whether it is to stop.
func (d *Desk) step(p *progress, at int) (stopped bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p.at = at
	return p.stopped
}

// settled waits until those who told a run to stop have written down what they want.
func (d *Desk) settled(ctx context.Context, p *progress) {
	d.mu.Lock()
	waits := p.waits
	d.mu.Unlock()
	for _, w := range waits {
		select {
		case <-w:
		case <-ctx.Done():
		}
	}
}
