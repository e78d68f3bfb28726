package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

func put(ctx context.Context, tx *db.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, $2)`, name, value)
	return err
}

func count(t *testing.T, d *db.DB) int {
	t.Helper()
	ctx := context.Background()
	var n int
	err := d.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT count(*) FROM installation`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWritersShareACommitButNotAFailure runs many writers at once; each third one fails after writing.
func TestWritersShareACommitButNotAFailure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		refused := errors.New("refused")
		var wg sync.WaitGroup
		for i := range 90 {
			wg.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := put(ctx, tx, fmt.Sprint(i), "x"); err != nil {
						return err
					}
					if i%3 == 0 {
						return refused
					}
					return nil
				})
				if want := i%3 == 0; errors.Is(err, refused) != want {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != 60 {
			t.Errorf("%d rows remain, want 60", n)
		}
	})
}

// TestFullDiskRefusesOnlyWhatHasNoRoom runs small writes beside large ones while SQLite's file may not grow: SQLite gives up the whole
// transaction in which a large one finds no room, and the small ones of the same transaction are done all the same.
func TestFullDiskRefusesOnlyWhatHasNoRoom(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, err := db.Open(ctx, "sqlite:"+t.TempDir()+"/a.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `PRAGMA max_page_count = 1`) // not one page more than there are
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("x", 1<<16)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			value := "x"
			if i%4 == 0 {
				value = large
			}
			err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, fmt.Sprint(i), value) })
			if (err != nil) != (value == large) {
				t.Errorf("a write of %d bytes: %v", len(value), err)
			}
			if err != nil && !strings.Contains(err.Error(), "full") {
				t.Errorf("a write without room is told another cause: %v", err)
			}
		})
	}
	wg.Wait()
	if n := count(t, d); n != 30 {
		t.Errorf("%d rows remain, want 30", n)
	}
}

func TestUniqueViolationIsRecognised(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := put(ctx, tx, "a", "1"); err != nil {
				return err
			}
			return put(ctx, tx, "a", "2")
		})
		if !db.IsUnique(err) {
			t.Errorf("got %v, want a unique violation", err)
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows remain of a failed write", n)
		}
	})
}

func TestPanicLeavesNothingAndSparesTheWriter(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+t.TempDir()+"/a.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := put(ctx, tx, "a", "1"); err != nil {
			return err
		}
		panic("broken")
	})
	if err == nil {
		t.Error("the panic was lost")
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "b", "1") }); err != nil {
		t.Error(err)
	}
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestCancelledCallerDoesNotBreakOthers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		if err := d.Write(gone, func(tx *db.Tx) error { return put(gone, tx, "a", "1") }); err == nil {
			t.Error("a cancelled write succeeded")
		}
		ctx := context.Background()
		if err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "b", "1") }); err != nil {
			t.Error(err)
		}
	})
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// Whoever closes a database need not know whether somebody has.
func TestClosedTwice(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), "sqlite:"+t.TempDir()+"/a.db")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := d.Read(t.Context(), func(*db.Tx) error { return nil }); err == nil {
		t.Error("a closed database was read")
	}
}
