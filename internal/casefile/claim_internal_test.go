package casefile

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// Numbers are drawn by chance, so sooner or later one is drawn that is taken.
func TestTakenNumberIsDrawnAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := Open(d, nil, nil)
		lots := []string{"1", "1", "1", "2", "2"}
		draw := func() string {
			lot := lots[0]
			if len(lots) > 1 {
				lots = lots[1:]
			}
			return lot
		}
		claim := func() (no string, err error) {
			err = d.Write(context.Background(), func(tx *db.Tx) error {
				no, err = s.claim(context.Background(), tx, "holder", draw)
				return err
			})
			return no, err
		}
		for _, want := range []string{"1", "2"} {
			if no, err := claim(); err != nil || no != want {
				t.Errorf("drew %q, %v, want %s", no, err, want)
			}
		}
		if no, err := claim(); err == nil {
			t.Errorf("drew %q, where none is free", no)
		}
	})
}
