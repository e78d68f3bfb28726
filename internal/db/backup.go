package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// The two files of a backup. The second one holds KeyTables and nothing else.
const (
	BackupData = "data.db"
	BackupKeys = "wrapped.db"
)

// ErrNoBackup says that the database is backed up by its own tools.
var ErrNoBackup = errors.New("PostgreSQL is backed up by pg_dump: see docs/operate")

// BackUp writes the database as it is at one moment to two new files in a folder, while it is in use: BackupData has everything
// but the rows of KeyTables, BackupKeys has those alone. SQLite only; for PostgreSQL it is ErrNoBackup.
func (d *DB) BackUp(ctx context.Context, dir string) error {
	if d.dialect == postgres {
		return ErrNoBackup
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	// Until the keys are out of it, the copy has a name that nobody takes for the backup.
	raw, data, keys := filepath.Join(dir, "unfinished"), filepath.Join(dir, BackupData), filepath.Join(dir, BackupKeys)
	for _, path := range []string{raw, data, keys} {
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			return errors.Join(fmt.Errorf("back up: %w", os.ErrExist), err)
		}
	}
	if _, err := d.pool.ExecContext(ctx, `VACUUM INTO $1`, raw); err != nil {
		return errors.Join(fmt.Errorf("back up: %w", err), discard(raw))
	}
	if err := split(ctx, raw, keys); err != nil {
		return errors.Join(fmt.Errorf("back up: %w", err), discard(raw), discard(keys))
	}
	for _, path := range []string{raw, keys} {
		if err := synced(path); err != nil {
			return fmt.Errorf("back up: %w", err)
		}
	}
	if err := os.Rename(raw, data); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := synced(dir); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// split moves the rows of KeyTables from one file to another, and leaves no byte of them behind.
func split(ctx context.Context, raw, keys string) error {
	d, err := sql.Open("sqlite", "file:"+(&url.URL{Path: raw}).EscapedPath()+"?_pragma=secure_delete(1)&_pragma=journal_mode(MEMORY)")
	if err != nil {
		return err
	}
	d.SetMaxOpenConns(1) // what is attached is attached to a connection
	statements := []string{}
	for _, table := range KeyTables() {
		statements = append(statements, `CREATE TABLE apart.`+table+` AS SELECT * FROM main.`+table, `DELETE FROM main.`+table) //nolint:unqueryvet // the copy has every column, whatever they will be
	}
	_, err = d.ExecContext(ctx, `ATTACH DATABASE $1 AS apart`, keys)
	for _, s := range append(statements, `DETACH DATABASE apart`, `VACUUM`) {
		if err == nil {
			_, err = d.ExecContext(ctx, s)
		}
	}
	return errors.Join(err, d.Close())
}

func synced(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func discard(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
