package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema to this program's version. Running it again changes nothing.
func (d *DB) Migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	kind, pool := goose.DialectPostgres, d.pool
	if d.dialect == sqlite {
		kind = goose.DialectSQLite3
		// The writer goroutine holds the only writing connection; migrations run before it has work,
		// on a connection of their own.
		pool, err = sql.Open("sqlite", d.writer.dsn)
		if err != nil {
			return fmt.Errorf("open for migration: %w", err)
		}
		defer func() { _ = pool.Close() }()
	}
	p, err := goose.NewProvider(kind, pool, dir)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if d.dialect == postgres {
		if err := d.divide(ctx); err != nil {
			return fmt.Errorf("divide into months: %w", err)
		}
	}
	return nil
}

// Migrations gives the text of the migrations, for the test that holds the schema's rules.
func Migrations() (fs.FS, error) { return fs.Sub(migrations, "migrations") }
