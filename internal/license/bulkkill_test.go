package license_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

const (
	// killFolder names the folder of the installation that the process to be killed works in.
	killFolder = "YINXIN_BULK_CHILD"
	// killRows is how many licenses it makes in all, killChunk how many at once.
	killRows  = 600
	killChunk = 25
)

// next are the rows behind those that are made: the caller's own record of them stands in installation.
func next(t *testing.T, from int) []license.Row {
	t.Helper()
	var rows []license.Row
	for n := from; n < min(from+killChunk, killRows); n++ {
		rows = append(rows, foodRow(t, n))
	}
	return rows
}

const countMade = `SELECT count(*) FROM installation WHERE name LIKE 'row.%'`

// TestBulkChild is the process that is killed: it makes chunk after chunk, the next one drawn while one commits.
func TestBulkChild(t *testing.T) {
	dir := os.Getenv(killFolder)
	if dir == "" {
		t.Skip("needs to be started by TestBulkKilled: it is the process that is killed")
	}
	ctx := context.Background()
	w := world.In(t, dir)
	defer func() { _ = w.Close() }()
	b := bulk(t, w, order(t, w, demo.FoodPermit))
	chunks := make(chan *license.Chunk)
	begin := w.Count(t, countMade)
	go func() {
		defer close(chunks)
		for n := begin; n < killRows; n += killChunk {
			c, err := b.Draw(ctx, next(t, n))
			if err != nil {
				t.Error(err)
				return
			}
			chunks <- c
		}
	}()
	n := begin
	for c := range chunks {
		made, _, err := c.Commit(ctx, func(ctx context.Context, tx *db.Tx, made []license.License, _ []error) error {
			var rows [][]any
			for i, l := range made {
				rows = append(rows, []any{fmt.Sprintf("row.%d", n+i), l.ID})
			}
			_, err := tx.Insert(ctx, "installation (name, value)", "", rows)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n += len(made)
	}
}

// The process is killed again and again while it makes licenses: each row is one license, with the number after the one
// before, and each license has its file.
func TestBulkKilled(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	dir := w.Config.Data
	before := w.Count(t, `SELECT count(*) FROM license`)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	kills := killUntilDone(t, "TestBulkChild", []string{killFolder + "=" + dir}, 200*time.Millisecond,
		func(wait time.Duration) time.Duration { return wait + 150*time.Millisecond })
	t.Logf("killed %d times", kills)
	w = world.In(t, dir)
	t.Cleanup(func() { _ = w.Close() })
	if n := w.Count(t, countMade); n != killRows {
		t.Errorf("%d rows are made", n)
	}
	if n := w.Count(t, `SELECT count(*) FROM license`) - before; n != killRows {
		t.Errorf("%d licenses of %d rows", n, killRows)
	}
	for _, table := range []string{"license_key", "license_index", "license_code", "license_number", "license_event"} {
		if n := w.Count(t, `SELECT count(*) FROM `+table+` x JOIN license l ON l.license_id = x.license_id WHERE l.origin = 'batch'`); n != killRows {
			t.Errorf("%d rows of %s", n, table)
		}
	}
	packed := listed(t, filepath.Join(dir, "files"))
	for n := range killRows {
		l := rowLicense(t, w, n)
		if !packed[l.FileRef] {
			t.Errorf("row %d: its file is not whole in its pack", n)
		}
		if n%50 != 0 {
			continue
		}
		r, err := w.Door.Own(context.Background(), holderActor(l.HolderID), l.ID, access.File)
		if err != nil || w.VerifyFile(r.Content).Verdict != verify.Valid {
			t.Errorf("row %d: the file does not verify, %v", n, err)
		}
		want := fmt.Sprintf("JY350100%d%06d", world.Start.Year(), n+1)
		if got := numbers(t, w, []license.License{l}); got[0] != want {
			t.Errorf("row %d has number %s, want %s", n, got[0], want)
		}
	}
	if _, err := w.Book.Sequence(context.Background()); err != nil {
		t.Error(err)
	}
	if open := w.Count(t, `SELECT count(*) FROM log_leaf WHERE idx IS NULL`); open != 0 {
		t.Errorf("%d leaves are not in the log", open)
	}
}

// listed are the files that stand whole in the packs of a folder.
func listed(t *testing.T, dir string) map[string]bool {
	t.Helper()
	f, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	packs, err := f.Packs()
	if err != nil {
		t.Fatal(err)
	}
	whole := map[string]bool{}
	for _, id := range packs {
		files, _, err := f.ListPack(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range files {
			whole[x.Ref] = x.Whole
		}
	}
	return whole
}

func rowLicense(t *testing.T, w *world.World, n int) license.License {
	t.Helper()
	var l license.License
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var holderID, id string
		err := q.QueryRow(ctx, `
			SELECT l.holder_id, l.license_id
			FROM license l JOIN installation i ON i.value = l.license_id
			WHERE i.name = $1`, fmt.Sprintf("row.%d", n)).Scan(&holderID, &id)
		if err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		l, err = w.Licenses.Get(ctx, q, holderID, id)
		return err
	})
	return l
}

// killUntilDone starts children that run one test with some settings, and kills them, later each time, until one comes to
// the end.
func killUntilDone(t *testing.T, test string, settings []string, wait time.Duration, later func(time.Duration) time.Duration) (kills int) {
	t.Helper()
	dice := rand.New(rand.NewPCG(3, 3))
	for ; wait < 4*time.Minute; wait = later(wait) {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+test+"$")
		child.Env = append(os.Environ(), settings...)
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
