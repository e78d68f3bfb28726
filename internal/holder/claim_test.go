package holder_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// A name that somebody else gave lasts until one comes that was seen; that one stays, whatever is claimed afterwards.
func TestAClaimedNameIsCorrectedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := store(t, d)
		code := holder.Code(citizen(t, "35019919880512002"))
		for _, x := range []struct {
			name    string
			claimed bool
			want    string
		}{{"王八", true, "王八"}, {"乌龟", true, "王八"}, {"林㛃", false, "林㛃"}, {"王八", true, "林㛃"}, {"林洁", false, "林㛃"}} {
			err := d.Write(ctx, func(tx *db.Tx) error {
				id, err := s.Put(ctx, tx, holder.Profile{Name: x.name, Code: code, CodeType: holder.CodeCitizen, Claimed: x.claimed})
				if err != nil {
					return err
				}
				h, err := s.Get(ctx, tx, id)
				if h.Profile.Name != x.want {
					t.Errorf("after %s, claimed %v: %s, want %s", x.name, x.claimed, h.Profile.Name, x.want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
