package reference_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/reference"
	"github.com/yinxin-org/yinxin/internal/task"
)

const (
	unitID = "11350102YX0100017G"
	total  = 450 // items: three pages
)

type kit struct {
	*matter.Store
	t      *testing.T
	d      *db.DB
	system *reference.Matters
	source *connect.Matters
}

func item(n int) matter.Item {
	return matter.Item{BaseCode: fmt.Sprintf("3501319%05d", n), Kind: "01", Name: fmt.Sprintf("事项%d", n), Basis: "依据", HolderKind: catalog.Legal,
		StatutoryDays: 10, Revision: 5, Materials: []matter.Material{{Seq: 1, Name: "材料"}}}
}

func newKit(t *testing.T, d *db.DB) *kit {
	t.Helper()
	k := &kit{t: t, d: d}
	c := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai))
	units := org.Open(org.Options{DB: d, Clock: c, Trail: change.Open(c), Tasks: task.Open(c)})
	k.Store = matter.Open(matter.Options{DB: d, Clock: c, Trail: change.Open(c), Tasks: task.Open(c), Units: units, Types: catalog.Open(catalog.Options{Clock: c, Units: units, Trail: change.Open(c), Tasks: task.Open(c)})})
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		return units.Put(t.Context(), tx, org.Unit{ID: unitID, Name: "局", Level: org.County, Region: "350102", Kind: "government"})
	}); err != nil {
		t.Fatal(err)
	}
	var items []matter.Item
	for n := range total {
		items = append(items, item(n))
	}
	var err error
	if k.system, err = reference.NewMatters(items, []matter.Entry{{Code: unitID + "4" + items[0].BaseCode, Unit: unitID, Level: 4, Revision: 5}}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(k.system)
	t.Cleanup(server.Close)
	if k.source, err = connect.OpenMatters(server.URL, 2*time.Second); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) sync() (matter.SyncState, error) {
	return k.Sync(context.WithoutCancel(k.t.Context()), change.By{Reason: "试验"}, k.source)
}

func (k *kit) count(table string) int {
	k.t.Helper()
	var n int
	if err := k.d.Read(k.t.Context(), func(q *db.Tx) error {
		return q.QueryRow(k.t.Context(), `SELECT count(*) FROM `+table).Scan(&n)
	}); err != nil {
		k.t.Fatal(err)
	}
	return n
}

func (k *kit) have(items, matters, findings int) {
	k.t.Helper()
	if i, m, f := k.count("matter_item"), k.count("matter"), k.count("matter_finding"); i != items || m != matters || f != findings {
		k.t.Errorf("%d items, %d matters, %d findings; want %d, %d, %d", i, m, f, items, matters, findings)
	}
}

// A run that is broken off in the middle of a page keeps what it read and goes on from there; then nothing is left.
func TestSyncThatIsCutOffIsResumed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		k.system.Set(reference.Faults{Cut: 2})
		state, err := k.sync()
		if errs.Code(err) != "sync.source" || state.Pages != 1 || state.Changed != 200 {
			t.Fatalf("%+v: %v", state, err)
		}
		k.have(200, 0, 0)
		if kept, err := k.SyncState(t.Context(), k.source.Name()); err != nil || kept.Cursor != "200" || kept.Fault != "sync.source" {
			t.Errorf("%+v: %v", kept, err)
		}
		if state, err = k.sync(); err != nil || state.Changed != total+1 || state.Pages != 3 || state.Fault != "" || state.CompleteAt.IsZero() {
			t.Fatalf("%+v: %v", state, err)
		}
		k.have(total, 1, 0)
		trail := k.count("config_change")
		if state, err = k.sync(); err != nil || state.Changed != total+1 || k.count("config_change") != trail {
			t.Errorf("again: %+v: %v", state, err)
		}
	})
}

func TestSyncWithASystemThatErrs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, x := range map[string]struct {
			faults                   reference.Faults
			code                     string
			items, matters, findings int
			older, unchanged         int64
		}{
			"nothing wrong": {reference.Faults{}, "", total, 1, 0, 0, 0},
			"slow":          {reference.Faults{Slow: 3 * time.Second}, "sync.source", 0, 0, 0, 0, 0},
			"late":          {reference.Faults{Late: true}, "", total, 1, 0, 3, 0},
			"repeated":      {reference.Faults{Repeat: true}, "", total, 1, 0, 0, 2},
			"broken rows":   {reference.Faults{Broken: 100}, "", total - 4, 1, 4, 0, 0},
			"stuck":         {reference.Faults{Stuck: true}, "sync.stuck", 200, 0, 0, 0, 0},
		} {
			t.Run(name, func(t *testing.T) {
				k := newKit(t, clean(t, d))
				k.system.Set(x.faults)
				state, err := k.sync()
				if err == nil != (x.code == "") || err != nil && errs.Code(err) != x.code {
					t.Fatalf("%+v: %v", state, err)
				}
				k.have(x.items, x.matters, x.findings)
				if state.Older != x.older || state.Unchanged != x.unchanged || int(state.Broken) != x.findings {
					t.Errorf("%+v", state)
				}
			})
		}
	})
}

// A row that was broken is taken when a good one of its code comes, and its finding goes.
func TestFindingIsMended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		bad := item(999)
		bad.Basis = ""
		if err := k.system.PutItem(bad); err != nil {
			t.Fatal(err)
		}
		if _, err := k.sync(); err != nil {
			t.Fatal(err)
		}
		k.have(total, 1, 1)
		good := item(999)
		good.Revision = 6
		if err := k.system.PutItem(good); err != nil {
			t.Fatal(err)
		}
		if _, err := k.sync(); err != nil {
			t.Fatal(err)
		}
		k.have(total+1, 1, 0)
	})
}

// clean empties what a sync fills.
func clean(t *testing.T, d *db.DB) *db.DB {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, table := range []string{"matter_item", "matter", "matter_material", "matter_finding", "matter_sync", "config_change", "config_task"} {
			if _, err := tx.Exec(t.Context(), `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return d
}
