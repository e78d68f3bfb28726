package catalogue_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/intake"
	"github.com/yinxin-org/yinxin/test/catalogue"
)

// childFolder names the folder of the installation that a child process is to work in.
const childFolder = "YINXIN_CATALOGUE_CHILD"

// TestChild is the process that is killed: it opens the platform and works on what is due.
func TestChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("needs to be started by TestKilledWhileImporting: it is the process that is killed")
	}
	p := openIn(t, dir, "sqlite:"+dir+"/yinxin.db")
	if err := p.Imports.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// The process is killed again and again in the middle of imports, and started again: each row is there once, with one
// entry on the trail, and the counters say so.
func TestKilledWhileImporting(t *testing.T) {
	c, err := catalogue.New(catalogue.Size{Types: 1200, Matters: 40, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := openIn(t, dir, "sqlite:"+dir+"/yinxin.db")
	var regions, units, types bytes.Buffer
	for _, err := range []error{c.WriteRegions(&regions), c.WriteUnits(&units), c.WriteTypes(&types)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p.bring(t, intake.Regions, regions.Bytes())
	var before int
	p.read(t, func(q *db.Tx) error {
		return q.QueryRow(t.Context(), `SELECT count(*) FROM config_change WHERE subject IN ('unit', 'type')`).Scan(&before)
	})
	ids := map[intake.Kind]string{}
	for kind, file := range map[intake.Kind][]byte{intake.Units: units.Bytes(), intake.Types: types.Bytes()} {
		task, err := p.Imports.Start(t.Context(), everyRole, intake.Upload{Kind: kind, Mode: intake.Each, Reason: "初始化目录", Data: file})
		if err != nil {
			t.Fatal(err)
		}
		ids[kind] = task.ID
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}

	kills := killUntilDone(t, dir)
	t.Logf("killed %d times", kills)
	p = openIn(t, dir, "sqlite:"+dir+"/yinxin.db")
	total := 0
	for kind, want := range map[intake.Kind]int{intake.Units: len(c.Units), intake.Types: len(c.Types)} {
		total += want
		p.read(t, func(q *db.Tx) error {
			got, err := p.Imports.Get(t.Context(), q, everyRole, ids[kind])
			if got.State != intake.Done || got.Total != want || got.Position != want || got.Changed != want || got.Failed != 0 {
				t.Errorf("%s: %+v, want %d", kind, got, want)
			}
			return err
		})
	}
	p.read(t, func(q *db.Tx) error {
		var here, trail int
		err := q.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM unit) + (SELECT count(*) FROM license_type),
			(SELECT count(*) FROM config_change WHERE subject IN ('unit', 'type'))`).Scan(&here, &trail)
		if here != total || trail-before != total {
			t.Errorf("%d rows and %d entries on the trail, want %d", here, trail-before, total)
		}
		return err
	})
}

// killUntilDone starts children and kills them, later each time, until one comes to the end.
func killUntilDone(t *testing.T, dir string) (kills int) {
	t.Helper()
	dice := rand.New(rand.NewPCG(7, 7))
	for wait := 300 * time.Millisecond; wait < time.Minute; wait += 150 * time.Millisecond {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestChild$")
		child.Env = append(os.Environ(), childFolder+"="+dir)
		var out bytes.Buffer
		child.Stdout, child.Stderr = &out, &out
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(wait+time.Duration(dice.IntN(200))*time.Millisecond, func() { _ = child.Process.Kill() })
		err := child.Wait()
		timer.Stop()
		if err == nil {
			return kills
		}
		if child.ProcessState.Exited() {
			t.Fatalf("the child failed: %s", out.String())
		}
		kills++
	}
	t.Fatal("it never came to the end")
	return kills
}
