// Package db is the seam to the two databases: SQLite, the embedded default, and PostgreSQL. Domain packages
// write one SQL text for both ($1, ON CONFLICT, portable types) and never see a driver.
//
// It guarantees that a Write which returned nil is durable (SQLite with synchronous=FULL and one writer that
// commits in groups; PostgreSQL as configured by its operator), and that a Write which failed left nothing.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrNoRows is returned by Row.Scan when a query found nothing.
var ErrNoRows = sql.ErrNoRows

type dialect int

const (
	sqlite dialect = iota
	postgres
)

// DB is an open database.
type DB struct {
	dialect dialect
	pool    *sql.DB // readers; on PostgreSQL the writers too
	writer  *writer // SQLite only
	readers *readers
}

// Tx is a running transaction, valid only inside the function it was given to.
type Tx struct {
	q interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
	// steady is set where a cancelled statement would take other writers' work down with it.
	steady bool
}

// Open connects to "sqlite:PATH" or "postgres://…". The caller runs Migrate before use.
func Open(ctx context.Context, url string) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url)
	default:
		return nil, errors.New("open database: the address must begin with sqlite: or postgres://")
	}
}

// Close ends all connections after the writes under way.
func (d *DB) Close() error {
	if d.writer != nil {
		d.writer.close()
		d.readers.close()
	}
	return d.pool.Close()
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.pool.PingContext(ctx) }

// Dialect names the database for people: "sqlite" or "postgres".
func (d *DB) Dialect() string {
	if d.dialect == sqlite {
		return "sqlite"
	}
	return "postgres"
}

// Write runs fn in a transaction. When it returns nil, all that fn wrote is durable; otherwise nothing of it
// is. fn may run more than once, so it must not have effects outside tx; it must not call Write or Read.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if d.dialect == sqlite {
		return d.writer.do(ctx, fn)
	}
	return d.writePostgres(ctx, fn)
}

// Read runs fn on a consistent snapshot.
func (d *DB) Read(ctx context.Context, fn func(q *Tx) error) error {
	if d.dialect == sqlite {
		return d.readers.do(ctx, d.pool, fn)
	}
	opts := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	tx, err := d.pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(&Tx{q: tx})
}

func (t *Tx) context(ctx context.Context) context.Context {
	if t.steady {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Exec runs a statement and gives the number of rows it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := t.q.ExecContext(t.context(ctx), query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a query; the caller closes the rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.q.QueryContext(t.context(ctx), query, args...)
}

// QueryRow runs a query for at most one row.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.q.QueryRowContext(t.context(ctx), query, args...)
}

// NewID makes a UUIDv7 in lower case: unique without a sequence, and near in time means near in the index.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// NewRandomID makes a UUIDv4: for holders, whose ids must tell nothing, not even when they were entered.
func NewRandomID() string { return uuid.NewString() }

// Micros is t as the database keeps it: microseconds since 1970 UTC; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time turns microseconds back into a time in UTC; 0 is the zero time.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
