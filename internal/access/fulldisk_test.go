package access_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/test/demotest"
	testworld "github.com/yinxin-org/yinxin/test/world"
)

// disk is a file system of some megabytes, of which the test takes all that is left.
type disk struct{ dir string }

// mountDisk puts a file system in memory over a folder; nil where nobody lets it.
func mountDisk(t *testing.T, dir string, megabytes int) *disk {
	t.Helper()
	args := []string{"mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=711,uid=%d", megabytes, os.Getuid()), "yinxin-test", dir}
	undo := []string{"umount", "-l", dir}
	if os.Getuid() != 0 {
		args, undo = append([]string{"sudo", "-n"}, args...), append([]string{"sudo", "-n"}, undo...)
	}
	if err := exec.CommandContext(t.Context(), args[0], args[1:]...).Run(); err != nil {
		return nil
	}
	t.Cleanup(func() { _ = exec.Command(undo[0], undo[1:]...).Run() })
	return &disk{dir}
}

// needed skips what cannot be tried without the disk.
func (d *disk) needed(t *testing.T) {
	t.Helper()
	if d == nil {
		t.Skip("needs root, or sudo without a password: only root mounts a small file system that can be filled up")
	}
}

// fill takes all the room that is left.
func (d *disk) fill(t *testing.T) {
	t.Helper()
	f, err := os.Create(filepath.Join(d.dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for size := len(block); size >= 1<<10; {
		if _, err := f.Write(block[:size]); err != nil {
			size /= 2
		}
	}
	_ = f.Close()
}

func (d *disk) free(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(d.dir, "filler")); err != nil {
		t.Fatal(err)
	}
}

// full fills a disk up while people read, and makes room again when they have been told so for a while.
func (r *readers) full(t *testing.T, d *disk) {
	t.Helper()
	before := r.failed.Load()
	r.during(t, func() {
		r.await(t, 50)
		d.fill(t)
		for end := time.Now().Add(30 * time.Second); r.failed.Load() < before+20 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		d.free(t)
	})
	if n := r.failed.Load() - before; n < 20 {
		t.Errorf("the disk was never full: %d askings in vain", n)
	}
	r.kept(t)
}

// TestFullDiskGivesNothing: the file system on which SQLite keeps everything fills up under load, and later there is room
// again. Where nobody mounts one, SQLite is told that its file may not grow.
func TestFullDiskGivesNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "yinxin.db")
	w := newWorld(t, "sqlite:"+file)
	t.Run("told that its file may not grow", func(t *testing.T) {
		r := newReaders(t, w)
		r.during(t, func() {
			r.await(t, 50)
			w.exec(t, `PRAGMA max_page_count = 1`) // which means: not one page more than there are
			for end := time.Now().Add(30 * time.Second); r.failed.Load() < 20 && time.Now().Before(end); {
				time.Sleep(5 * time.Millisecond)
			}
			w.exec(t, `PRAGMA max_page_count = 1000000`)
			r.await(t, 50)
		})
		if r.failed.Load() < 20 {
			t.Errorf("the disk was never full: %d askings in vain", r.failed.Load())
		}
		r.kept(t)
	})
	t.Run("a file system without room", func(t *testing.T) {
		dir := t.TempDir()
		d := mountDisk(t, dir, 256)
		d.needed(t)
		small := filepath.Join(dir, "yinxin.db")
		copyDatabase(t, file, small)
		moved := testworld.Again(t, w.App.Config.Data, "sqlite:"+small)
		t.Cleanup(func() { _ = moved.Close() })
		x := *w
		x.World, x.door = &demotest.World{App: moved.App, Clock: moved.Now, City: moved.City}, moved.Door
		r := newReaders(t, &x)
		r.full(t, d)
		r.during(t, func() { r.await(t, 50) })
		r.kept(t)
	})
}

func copyDatabase(t *testing.T, from, to string) {
	t.Helper()
	d, err := sql.Open("sqlite", from)
	if err == nil {
		_, err = d.ExecContext(t.Context(), `VACUUM INTO $1`, to)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
