package db

import (
	"context"
	"errors"
	"fmt"
)

// KeyTables are the tables that hold wrapped keys of data: without their rows nothing that is ciphertext under those keys can be
// opened, whoever has the master key. Backups keep them apart from the rest and for a shorter time, because what was erased here
// can be opened from a backup for as long as its key is in one.
func KeyTables() []string { return []string{"holder_key", "license_key"} }

// errReaders says that somebody was reading the whole time.
var errReaders = errors.New("the journal could not be emptied: somebody reads all the time")

// Scrub sees to it that what was deleted is gone from the files as well, as far as the database lets it. SQLite overwrites what
// is deleted (secure_delete) once its journal is in the file, so the journal is emptied. PostgreSQL is asked to vacuum the tables
// of keys; the bytes may stay in free space, and in its own journal until that is recycled: see docs/operate.
func (d *DB) Scrub(ctx context.Context) error {
	if d.dialect == postgres {
		for _, table := range KeyTables() {
			if _, err := d.pool.ExecContext(ctx, `VACUUM `+table); err != nil {
				return fmt.Errorf("vacuum: %w", err)
			}
		}
		return nil
	}
	var busy, pages, moved int
	if err := d.pool.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("empty journal: %w", err)
	}
	if busy != 0 {
		return errReaders
	}
	return nil
}
