package world_test

import (
	"context"
	"os"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

func TestWorldsAreApart(t *testing.T) {
	t.Parallel()
	for range 2 {
		world.Each(t, func(t *testing.T, w *world.World) {
			if n := w.Count(t, `SELECT count(*) FROM installation WHERE name = 'touched'`); n != 0 {
				t.Fatal("this world was used before")
			}
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ('touched', 'yes')`)
				return err
			})
			a := w.Actor(t, "food-firm")
			if a.HolderID != w.HolderID(t, "food-firm") {
				t.Error("the account is another holder's")
			}
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				held, err := w.Licenses.Held(ctx, q, a.HolderID, w.TypeCode(t, demo.BusinessLicense))
				if len(held) != 1 {
					t.Errorf("the firm holds %d business licenses", len(held))
				}
				return err
			})
		})
	}
}
