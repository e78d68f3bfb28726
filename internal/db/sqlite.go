package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// batchLimit bounds how many writes share one commit: enough to hide the disk, few enough to answer soon.
const batchLimit = 128

// ErrClosed is returned by writes after Close.
var ErrClosed = errors.New("database closed")

func openSQLite(ctx context.Context, path string) (*DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=busy_timeout(10000)&_pragma=temp_store(MEMORY)&_pragma=secure_delete(1)" +
		"&_pragma=cache_size(-16000)" // 16 MB a connection: a search walks through a table, and must not read it anew each time
	// The writer holds what a batch of licenses changes at once, and moves it from the log to the database less often: the
	// keys are random, so that each chunk touches the same pages again.
	w, err := sql.Open("sqlite", dsn+"&_pragma=cache_size(-96000)&_pragma=wal_autocheckpoint(8000)")
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	w.SetMaxOpenConns(1)
	conn, err := w.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	pool.SetMaxOpenConns(readersMax + 1) // one for Ping
	pool.SetMaxIdleConns(readersMax + 1)
	d := &DB{dialect: sqlite, pool: pool, writer: newWriter(dsn, w, conn), readers: newReaders()}
	return d, nil
}

type write struct {
	ctx  context.Context
	fn   func(*Tx) error
	done chan error // buffered, so that the writer never waits for a caller who left
}

// writer owns the one writing connection. Its goroutine takes whatever writes are waiting, runs each in a
// savepoint of one transaction, commits once, and only then answers: many callers share one disk flush.
type writer struct {
	dsn   string
	pool  *sql.DB
	conn  *prepared
	queue chan *write
	stop  chan struct{}
	ended chan struct{}
	once  sync.Once
}

func newWriter(dsn string, pool *sql.DB, conn *sql.Conn) *writer {
	w := &writer{dsn: dsn, pool: pool, conn: &prepared{conn: conn}, queue: make(chan *write), stop: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	req := &write{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case w.queue <- req:
	case <-w.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	// Once taken, the write is carried through; leaving early would hide whether it happened.
	return <-req.done
}

func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case <-w.stop:
			w.conn.forget()
			_ = w.conn.conn.Close()
			_ = w.pool.Close()
			return
		case first := <-w.queue:
			w.commit(w.gather(first))
		}
	}
}

func (w *writer) gather(first *write) []*write {
	batch := []*write{first}
	for len(batch) < batchLimit {
		select {
		case next := <-w.queue:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch. Each write's own error is its own. An error of the transaction takes all of them along, for example when
// there was no room for one of them, and SQLite gave the whole of it up; then each has a transaction to itself.
func (w *writer) commit(batch []*write) {
	ctx := context.Background()
	results := make([]error, len(batch))
	err := func() error {
		if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return fmt.Errorf("begin write: %w", err)
		}
		if len(batch) == 1 {
			if results[0] = w.alone(batch[0]); results[0] != nil {
				return results[0]
			}
		} else {
			for i, req := range batch {
				var err error
				if results[i], err = w.one(ctx, req); err != nil {
					return err
				}
			}
		}
		if _, err := w.conn.ExecContext(ctx, "COMMIT"); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		return nil
	}()
	if err != nil {
		// The transaction may already be gone; then there is nothing to roll back.
		_, _ = w.conn.ExecContext(ctx, "ROLLBACK")
		if len(batch) > 1 {
			for _, req := range batch {
				w.commit([]*write{req})
			}
			return
		}
	}
	for i, req := range batch {
		if results[i] == nil {
			results[i] = err
		}
		req.done <- results[i]
	}
}

// alone runs the only write of a transaction. It has no savepoint, for which SQLite would copy every page it changes.
func (w *writer) alone(req *write) error {
	if err := req.ctx.Err(); err != nil {
		return err
	}
	return call(req.fn, &Tx{q: w.conn, steady: true})
}

// one runs a write in its savepoint. The first error is the write's own, the second one breaks the batch.
func (w *writer) one(ctx context.Context, req *write) (own, broken error) {
	if err := req.ctx.Err(); err != nil {
		return err, nil
	}
	if _, err := w.conn.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	own = call(req.fn, &Tx{q: w.conn, steady: true})
	if own != nil {
		if _, err := w.conn.ExecContext(ctx, "ROLLBACK TO one"); err != nil {
			return own, fmt.Errorf("roll back to savepoint: %w", err)
		}
	}
	if _, err := w.conn.ExecContext(ctx, "RELEASE one"); err != nil {
		return own, fmt.Errorf("release savepoint: %w", err)
	}
	return own, nil
}

// call keeps one caller's panic from taking the writer, and with it the whole process, down.
func call(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a transaction: %v", r)
		}
	}()
	return fn(tx)
}

// SQLite's extended result codes for a violated primary key or unique constraint.
const (
	constraintPrimaryKey = 1555
	constraintUnique     = 2067
)

func isSQLiteUnique(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Code() int
	}](err)
	return ok && (e.Code() == constraintPrimaryKey || e.Code() == constraintUnique)
}
