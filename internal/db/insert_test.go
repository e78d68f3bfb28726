package db_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

func TestInsertEntersManyRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for _, n := range []int{0, 1, 2, 63, 64, 65, 200} {
			var rows [][]any
			for i := range n {
				rows = append(rows, []any{fmt.Sprintf("%d.%d", n, i), fmt.Sprint(i)})
			}
			for _, want := range []int64{int64(n), 0} { // the second time they stand
				err := d.Write(ctx, func(tx *db.Tx) error {
					got, err := tx.Insert(ctx, "installation (name, value)", "ON CONFLICT (name) DO NOTHING", rows)
					if got != want {
						t.Errorf("%d rows: %d entered, want %d", n, got, want)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := count(t, d); n != 1+2+63+64+65+200 {
			t.Errorf("%d rows", n)
		}
	})
}

// More texts than are kept prepared.
func TestManyStatementsInOneWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error {
			for i := range 1200 {
				if err := put(ctx, tx, fmt.Sprint(i), "x"); err != nil {
					return err
				}
				var one int
				if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT %d - %d FROM installation WHERE name = $1`, i+1, i), fmt.Sprint(i)).Scan(&one); err != nil || one != 1 {
					return fmt.Errorf("%d: %d, %w", i, one, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d); n != 1200 {
			t.Errorf("%d rows", n)
		}
	})
}
