package db

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// readersMax bounds how many read at once.
const readersMax = 8

// readers are the reading connections of SQLite, each with its statements kept prepared: reading the text of a small
// query costs more than running it.
type readers struct {
	idle chan *prepared // nil stands for one that is not open yet
	stop chan struct{}
	once sync.Once
}

func newReaders() *readers {
	r := &readers{idle: make(chan *prepared, readersMax), stop: make(chan struct{})}
	for range readersMax {
		r.idle <- nil
	}
	return r
}

// do runs fn on a snapshot.
func (r *readers) do(ctx context.Context, pool *sql.DB, fn func(q *Tx) error) error {
	var p *prepared
	select {
	case p = <-r.idle:
	case <-r.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	if p == nil {
		conn, err := pool.Conn(ctx)
		if err != nil {
			r.idle <- nil
			return fmt.Errorf("begin read: %w", err)
		}
		p = &prepared{conn: conn}
		if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 1"); err != nil {
			p.shut()
			r.idle <- nil
			return fmt.Errorf("begin read: %w", err)
		}
	}
	sound := false
	defer func() {
		if !sound { // whatever came in between, fn's panic too: this connection begins anew
			p.shut()
			p = nil
		}
		r.idle <- p
	}()
	if _, err := p.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	err := fn(&Tx{q: p})
	if _, end := p.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); end == nil {
		sound = true
	}
	return err
}

// close ends the connections once nobody reads any more. Closing again does nothing.
func (r *readers) close() {
	r.once.Do(func() {
		close(r.stop)
		for range readersMax {
			if p := <-r.idle; p != nil {
				p.shut()
			}
		}
	})
}
