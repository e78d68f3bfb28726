package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// attempts bounds how often a transaction is run again after a serialization failure or deadlock.
const attempts = 8

func openPostgres(ctx context.Context, url string) (*DB, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(16)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	return &DB{dialect: postgres, pool: pool}, nil
}

func (d *DB) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	var err error
	for range attempts {
		err = d.tryPostgres(ctx, fn)
		if !retryable(err) {
			return err
		}
	}
	return err
}

func (d *DB) tryPostgres(ctx context.Context, fn func(*Tx) error) error {
	tx, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(&Tx{q: tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func retryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

// IsNoText reports whether err says that a text asked for or to be kept is none: PostgreSQL takes neither a zero byte nor what is not
// UTF-8. Such a text stands nowhere in the database, so whoever sent it is wrong.
func IsNoText(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "22021" || e.Code == "22P05")
}

// IsUnique reports whether err is a violation of a primary key or unique constraint, on either database.
func IsUnique(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505"
	}
	return isSQLiteUnique(err)
}
