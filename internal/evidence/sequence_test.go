package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/testonly"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// whole checks everything there is: every leaf has one index, without gap or double, the published root is
// that of a reference tree over them in that order, and the tiles agree.
func (w *world) whole(t *testing.T, want int) {
	t.Helper()
	tree := testonly.New(translog.SM3{})
	seen := make(map[string]bool)
	err := w.db.Read(t.Context(), func(q *db.Tx) error {
		rows, err := q.Query(t.Context(), `SELECT leaf_id, idx, leaf FROM log_leaf ORDER BY idx`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id string
			var index uint64
			var data []byte
			if err := rows.Scan(&id, &index, &data); err != nil {
				return err
			}
			if index != tree.Size() || seen[id] {
				t.Errorf("leaf %s has index %d, want %d", id, index, tree.Size())
			}
			seen[id] = true
			tree.AppendData(data)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	b := w.process(t, -1)
	signed, err := b.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := translog.ParseKeys(b.Pub())
	if err != nil {
		t.Fatal(err)
	}
	c, err := translog.OpenCheckpoint(signed, keys)
	if err != nil {
		t.Fatal(err)
	}
	if int(c.Size) != want || int(tree.Size()) != want || !bytes.Equal(c.Root, tree.Hash()) {
		t.Errorf("published %d with root %x; want %d; reference %d with root %x", c.Size, c.Root, want, tree.Size(), tree.Hash())
	}
	if n, err := b.Check(t.Context()); err != nil || int(n) != want {
		t.Errorf("check: %d, %v", n, err)
	}
}

// The process is killed before and after every single write that sequencing makes, with the tree at a place
// where tiles fill up and partial ones are pruned.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		total := 0
		grow := func(b *evidence.Book, n int) {
			w.append(t, b, n)
			total += n
		}
		grow(w.process(t, -1), 240)
		mustSequence(t, w.process(t, -1))
		killed := 0
		for fuel := range 14 {
			b := w.process(t, fuel)
			grow(b, 3)
			if _, err := b.Sequence(t.Context()); errors.Is(err, errPower) {
				killed++
			} else if err != nil {
				t.Fatalf("fuel %d: %v", fuel, err)
			}
			if fuel%2 == 0 { // the next process finds new leaves beside the unfinished ones
				grow(w.process(t, -1), 2)
			}
			mustSequence(t, w.process(t, -1))
			w.whole(t, total)
		}
		if killed < 4 {
			t.Errorf("only %d of the kills hit", killed)
		}
	})
}

// Power fails again and again before anything succeeds.
func TestKilledRepeatedly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for fuel := range 8 {
			b := w.process(t, fuel)
			w.append(t, b, 40)
			if _, err := b.Sequence(t.Context()); err != nil && !errors.Is(err, errPower) {
				t.Fatal(err)
			}
		}
		mustSequence(t, w.process(t, -1))
		w.whole(t, 320)
	})
}

func TestSmallBatches(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.open(t, evidence.Options{Batch: 7})
		w.append(t, b, 21)
		if n := mustSequence(t, b); n != 21 {
			t.Errorf("sequenced %d, want 21", n)
		}
		w.append(t, b, 1200)
		mustSequence(t, w.process(t, -1)) // batches of 1000, several INSERTs each
		w.whole(t, 1221)
	})
}

// A transaction can commit later than one whose leaf has a greater id; nothing may rely on that order.
func TestLateCommitEnters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		w.append(t, b, 2)
		mustSequence(t, b)
		late := w.append(t, b, 1)[0]
		const early = "00000000-0000-7000-8000-000000000001"
		exec(t, d, `UPDATE log_leaf SET leaf_id = $1 WHERE leaf_id = $2`, early, late.LeafID)
		if n := mustSequence(t, b); n != 1 {
			t.Errorf("sequenced %d, want 1", n)
		}
		if p, err := b.Proof(t.Context(), early); err != nil || p.Index != 2 {
			t.Errorf("proof %+v, %v", p, err)
		}
		w.whole(t, 3)
	})
}

func TestLeaseKeepsOthersOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		one, two := w.open(t, evidence.Options{Lease: time.Minute}), w.open(t, evidence.Options{Lease: time.Minute})
		w.append(t, one, 1)
		mustSequence(t, one)
		w.append(t, one, 1)
		if n := mustSequence(t, two); n != 0 || w.placed(t) != 1 {
			t.Errorf("the second sequencer took %d leaves under the first one's lease, placed %d", n, w.placed(t))
		}
		w.clock.Move(2 * time.Minute)
		if n := mustSequence(t, two); n != 1 {
			t.Errorf("after the lease: %d, want 1", n)
		}
		w.append(t, one, 1)
		if n := mustSequence(t, one); n != 0 || w.placed(t) != 2 {
			t.Errorf("the first sequencer took %d leaves after losing its lease, placed %d", n, w.placed(t))
		}
	})
}

func (w *world) placed(t *testing.T) (n int) {
	t.Helper()
	err := w.db.Read(t.Context(), func(q *db.Tx) error {
		return q.QueryRow(t.Context(), `SELECT COUNT(*) FROM log_entry`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// recording keeps the sizes of the checkpoints in the order they were put in place. If halt is set it is
// called once between looking at the old checkpoint and replacing it.
type recording struct {
	translog.Store
	halt  func()
	mu    *sync.Mutex
	sizes *[]uint64
}

func (s *recording) Replace(ctx context.Context, f translog.File) error {
	if halt := s.halt; halt != nil {
		s.halt = nil
		halt()
	}
	text, _, _ := strings.Cut(string(f.Data), "\n\n")
	c, err := translog.ParseCheckpoint(text + "\n")
	if err != nil {
		return err
	}
	if err := s.Store.Replace(ctx, f); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.sizes = append(*s.sizes, c.Size)
	return nil
}

// A sequencer halts just before it publishes, long enough for its lease to end; another is ready to take
// over and has more leaves. The smaller checkpoint must not come to stand over the greater.
func TestSleeperDoesNotPutCheckpointBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var mu sync.Mutex
		var sizes []uint64
		other := w.open(t, evidence.Options{
			Lease: 1, Clock: clock.System{}, Store: &recording{Store: w.store, mu: &mu, sizes: &sizes},
		})
		through := make(chan error, 1)
		halt := func() {
			go func() {
				_, err := other.Sequence(t.Context())
				through <- err
			}()
			select { // rightly the other has to wait; then this gives up waiting for it
			case err := <-through:
				through <- err
			case <-time.After(300 * time.Millisecond):
			}
		}
		sleeper := w.open(t, evidence.Options{
			Lease: 1, Clock: clock.System{}, Batch: 2,
			Store: &recording{Store: w.store, halt: halt, mu: &mu, sizes: &sizes},
		})
		w.append(t, sleeper, 5)
		if _, err := sleeper.Sequence(t.Context()); err != nil {
			t.Errorf("sleeper: %v", err)
		}
		if err := <-through; err != nil {
			t.Errorf("other: %v", err)
		}
		if !slices.IsSorted(sizes) || sizes[len(sizes)-1] != 5 {
			t.Errorf("checkpoints were put in place in the order %d", sizes)
		}
		w.clock.Move(time.Since(start) + time.Hour)
		w.whole(t, 5)
	})
}

// With a lease that is over at once, three nodes sequence against each other while leaves come in.
func TestManySequencers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var wg sync.WaitGroup
		for range 3 {
			b := w.open(t, evidence.Options{Lease: 1, Clock: clock.System{}, Batch: 5})
			wg.Go(func() {
				for range 10 {
					w.append(t, b, 4)
					if _, err := b.Sequence(t.Context()); err != nil {
						t.Errorf("sequence: %v", err)
					}
				}
			})
		}
		wg.Wait()
		w.clock.Move(time.Since(start) + time.Hour)
		mustSequence(t, w.process(t, -1))
		w.whole(t, 120)
	})
}

func TestStopsRatherThanFork(t *testing.T) {
	t.Parallel()
	damage := map[string]func(t *testing.T, w *world, b *evidence.Book){
		"database went back": func(t *testing.T, w *world, _ *evidence.Book) {
			exec(t, w.db, `DELETE FROM log_entry WHERE idx > 1`)
			exec(t, w.db, `DELETE FROM log_leaf WHERE idx > 1`)
		},
		"published leaf replaced": func(t *testing.T, w *world, _ *evidence.Book) {
			exec(t, w.db, `UPDATE log_entry SET leaf_hash = $1 WHERE idx = 4`, make([]byte, translog.HashSize))
		},
		"waiting leaf changed": func(t *testing.T, w *world, b *evidence.Book) {
			w.killAfterAssign(t)
			exec(t, w.db, `UPDATE log_leaf SET leaf = $1 WHERE idx = 5`, []byte("{}"))
		},
		"waiting leaf gone": func(t *testing.T, w *world, b *evidence.Book) {
			w.killAfterAssign(t)
			exec(t, w.db, `DELETE FROM log_leaf WHERE idx = 5`)
		},
		"waiting leaf reordered": func(t *testing.T, w *world, b *evidence.Book) {
			w.killAfterAssign(t)
			exec(t, w.db, `UPDATE log_entry SET idx = 50 WHERE idx = 5`)
		},
		"checkpoint gone": func(t *testing.T, w *world, _ *evidence.Book) {
			if err := w.store.Remove(t.Context(), translog.CheckpointPath); err != nil {
				t.Fatal(err)
			}
		},
		"tile gone": func(t *testing.T, w *world, _ *evidence.Book) {
			if err := w.store.Remove(t.Context(), "tile/0"); err != nil {
				t.Fatal(err)
			}
		},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, harm := range damage {
			t.Run(name, func(t *testing.T) {
				exec(t, d, `DELETE FROM log_entry`)
				exec(t, d, `DELETE FROM log_leaf`)
				exec(t, d, `DELETE FROM log_lease`)
				exec(t, d, `DELETE FROM log_map`)
				exec(t, d, `DELETE FROM log_map_row`)
				w := newWorld(t, d)
				b := w.open(t, evidence.Options{})
				w.append(t, b, 5)
				mustSequence(t, b)
				harm(t, w, b)
				w.clock.Move(time.Minute)
				w.append(t, b, 1)
				for range 2 { // stopped is stopped
					if _, err := b.Sequence(t.Context()); !errors.Is(err, translog.ErrFatal) {
						t.Errorf("sequence: %v, want ErrFatal", err)
					}
				}
				if err := b.Run(t.Context()); !errors.Is(err, translog.ErrFatal) {
					t.Errorf("run: %v, want ErrFatal", err)
				}
				if h := health(t, b); h.State(w.clock.Now()) != evidence.LogStopped {
					t.Errorf("a stopped log is %s", h.State(w.clock.Now()))
				}
				w.append(t, b, 1) // records are still taken
			})
		}
	})
}

func TestStopsWhenWaitingLeavesAreGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.killAfterAssign(t)
		exec(t, d, `DELETE FROM log_leaf`)
		if _, err := w.process(t, -1).Sequence(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("sequence: %v, want ErrFatal", err)
		}
	})
}

// Whoever changes a leaf and its hash in the database, and takes the tiles away, still cannot have the tree
// derived again.
func TestRestoreHoldsToThePublishedRoot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		w.append(t, b, 3)
		mustSequence(t, b)
		if err := w.store.Remove(t.Context(), "tile"); err != nil {
			t.Fatal(err)
		}
		exec(t, d, `UPDATE log_leaf SET leaf = $1 WHERE idx = 1`, []byte("{}"))
		exec(t, d, `UPDATE log_entry SET leaf_hash = $1 WHERE idx = 1`, translog.SM3{}.HashLeaf([]byte("{}")))
		if _, err := b.Restore(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("restore: %v, want ErrFatal", err)
		}
		if _, err := b.Tile(t.Context(), "tile/0/000.p/3"); errs.Code(err) != "not-found" {
			t.Errorf("tile of the changed tree: %v", err)
		}
	})
}

// killAfterAssign leaves leaves with an index that no tile holds.
func (w *world) killAfterAssign(t *testing.T) {
	t.Helper()
	b := w.process(t, 0)
	w.append(t, b, 2)
	if _, err := b.Sequence(t.Context()); !errors.Is(err, errPower) {
		t.Fatalf("sequence: %v, want a power cut", err)
	}
}

func TestCheckAndRestore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		if n, err := b.Check(t.Context()); err != nil || n != 0 {
			t.Errorf("check of no log: %d, %v", n, err)
		}
		w.append(t, b, 300)
		mustSequence(t, b)
		if err := w.store.Remove(t.Context(), "tile"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Check(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("check without tiles: %v, want ErrFatal", err)
		}
		if _, err := b.Sequence(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("sequence without tiles: %v, want ErrFatal", err)
		}
		if n, err := b.Restore(t.Context()); err != nil || n != 300 {
			t.Errorf("restore: %d, %v", n, err)
		}
		if _, err := b.Sequence(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("sequence before a restart: %v, want ErrFatal", err)
		}
		w.whole(t, 300)
		exec(t, d, `UPDATE log_leaf SET leaf = $1 WHERE idx = 7`, []byte("{}"))
		if _, err := b.Check(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("check of a changed leaf: %v, want ErrFatal", err)
		}
		if _, err := b.Restore(t.Context()); !errors.Is(err, translog.ErrFatal) {
			t.Errorf("restore from a changed leaf: %v, want ErrFatal", err)
		}
	})
}

// watched tells when a checkpoint was published.
type watched struct {
	translog.Store
	published chan struct{}
}

func (s watched) Replace(ctx context.Context, f translog.File) error {
	err := s.Store.Replace(ctx, f)
	s.published <- struct{}{}
	return err
}

func TestRun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := watched{Store: w.store, published: make(chan struct{}, 100)}
		b := w.open(t, evidence.Options{Store: s, Poll: 20 * time.Millisecond, Pause: time.Millisecond, Lease: time.Hour})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		for range 3 {
			r := w.append(t, b, 1)[0]
			<-s.published
			for { // the file is in place a moment before the transaction around it ends
				_, err := b.Proof(t.Context(), r.LeafID)
				if err == nil {
					break
				}
				if errs.Code(err) != "evidence.pending" {
					t.Fatal(err)
				}
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		// The lease of an hour was given up.
		w.append(t, b, 1)
		if n := mustSequence(t, w.open(t, evidence.Options{})); n != 1 {
			t.Errorf("the next process sequenced %d, want 1", n)
		}
	})
}

func openSQLite(b testing.TB) *db.DB {
	b.Helper()
	d, err := db.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return d
}

// One leaf in a transaction of its own, from as many callers as testing.B starts.
func BenchmarkAppend(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	book := w.open(b, evidence.Options{})
	b.SetParallelism(32)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			w.append(b, book, 1)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

func BenchmarkSequence(b *testing.B) {
	const leaves = 1000
	w := newWorld(b, openSQLite(b))
	book := w.open(b, evidence.Options{})
	for b.Loop() {
		b.StopTimer()
		w.append(b, book, leaves)
		b.StartTimer()
		if n := mustSequence(b, book); n != leaves {
			b.Fatalf("sequenced %d", n)
		}
	}
	b.ReportMetric(leaves*float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}
