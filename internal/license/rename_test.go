package license_test

import (
	"context"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

const newName = "福州榕印小吃连锁有限公司"

func nameOf(t *testing.T, w *world.World, holderID string) string {
	t.Helper()
	var name string
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		h, err := w.Holders.Get(ctx, q, holderID)
		name = h.Profile.Name
		return err
	})
	return name
}

// 名称变更: the same holder under the same code bears another name from the publication of the next version on. Versions
// before keep the name that they were made with, and a version that the review refused renames nobody.
func TestAHolderIsRenamed(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		first := issued(t, w, food(t, w))
		old := nameOf(t, w, first.HolderID)
		d := food(t, w)
		d.Follows, d.Why, d.Renamed = first.ID, "08", newName
		refused := make1(t, w, enter(t, w, d))
		if _, err := review(w, refused, reviewer, false); err != nil {
			t.Fatal(err)
		}
		second := make1(t, w, enter(t, w, d))
		if got := nameOf(t, w, first.HolderID); got != old {
			t.Errorf("before anybody published it, the holder is %s", got)
		}
		second, err := review(w, second, reviewer, true)
		if err != nil {
			t.Fatal(err)
		}
		if got := nameOf(t, w, first.HolderID); got != newName {
			t.Errorf("the holder is %s", got)
		}
		if second.HolderID != first.HolderID {
			t.Error("it is another holder")
		}
		for id, want := range map[string]string{first.ID: old, second.ID: newName} {
			if got := values(t, w, license.License{ID: id}, first.HolderID)["CZZT"]; got != want {
				t.Errorf("a version says %s, want %s", got, want)
			}
		}
		third := issued(t, w, func() license.Draft { d := food(t, w); d.Follows, d.Why = second.ID, "09"; return d }())
		if got := values(t, w, third, first.HolderID)["CZZT"]; got != newName {
			t.Errorf("the version after says %s", got)
		}
	})
}

func TestRenamingIsRefused(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	first := issued(t, w, food(t, w))
	for name, change := range map[string]func(*license.Draft){
		"a first version": func(d *license.Draft) { d.Follows = "" },
		"a renewal":       func(d *license.Draft) { d.Why = "09" },
		"no reason":       func(d *license.Draft) { d.Why = "" },
	} {
		d := food(t, w)
		d.Follows, d.Why, d.Renamed = first.ID, "08", newName
		change(&d)
		_, err := tryEnter(w, d)
		t.Log(name)
		wantCode(t, err, "license.rename")
	}
}
