package evidence_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/verify"
)

// lists are the records of holders and issuers as they were entered, by owner and id.
type lists map[evidence.Owner]map[string][]evidence.Receipt

func newLists() lists {
	return lists{evidence.Holder: {}, evidence.Issuer: {}}
}

// enter appends n records of random holders, most of them about a license of some issuer.
func (w *world) enter(t testing.TB, b *evidence.Book, r *rand.Rand, n int, into lists) {
	t.Helper()
	type owned struct {
		receipt        evidence.Receipt
		holder, issuer string
	}
	var made []owned
	events := make([]evidence.Event, n)
	for i := range events {
		events[i] = evidence.Event{HolderID: fmt.Sprint("holder ", r.IntN(60)), Kind: "use", Body: i}
		if r.IntN(4) > 0 {
			events[i].IssuerID = fmt.Sprint("unit ", r.IntN(3))
		}
	}
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		made = nil
		for _, e := range events {
			receipt, err := b.Append(t.Context(), tx, e)
			if err != nil {
				return err
			}
			made = append(made, owned{receipt, e.HolderID, e.IssuerID})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		into[evidence.Holder][m.holder] = append(into[evidence.Holder][m.holder], m.receipt)
		if m.issuer != "" {
			into[evidence.Issuer][m.issuer] = append(into[evidence.Issuer][m.issuer], m.receipt)
		}
	}
}

// complete checks every list offline against what was entered, with the promises that were given.
func (w *world) complete(t *testing.T, b *evidence.Book, want lists) {
	t.Helper()
	for owner, byID := range want {
		for _, id := range append(slices.Sorted(maps.Keys(byID)), "nobody") {
			file := whole(t, b, owner, id)
			var o verify.WholeOptions
			for _, r := range byID[id] {
				promise, err := json.Marshal(leaf.Promise{No: r.No, Leaf: r.Leaf, Promise: r.Promise})
				if err != nil {
					t.Fatal(err)
				}
				o.Promises = append(o.Promises, promise)
			}
			got := verify.Whole(b.Pub(), file, o)
			if got.Verdict != verify.LogValid || int(got.Count) != len(byID[id]) || got.Kind != string(owner) {
				t.Fatalf("%s %s: %d of %d records, %+v", owner, id, got.Count, len(byID[id]), got.Causes)
			}
		}
	}
}

func whole(t testing.TB, b *evidence.Book, owner evidence.Owner, id string) []byte {
	t.Helper()
	w, err := b.Whole(t.Context(), owner, id, 0)
	if err != nil {
		t.Fatalf("whole list of %s %s: %v", owner, id, err)
	}
	file, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Records of many holders and issuers come in batches of any size while the process is killed at random steps. After each
// round the map derived from nothing but the rows has the published root, and every list is whole.
func TestListsAreWholeThroughCrashes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, want := newWorld(t, d), newLists()
		seed := uint64(time.Now().UnixNano())
		t.Log("seed", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		killed := 0
		for range 12 {
			b := w.open(t, evidence.Options{Batch: 1 + r.IntN(90), Store: &brittle{Store: w.store, fuel: r.IntN(12)}})
			w.enter(t, b, r, r.IntN(120), want)
			if _, err := b.Sequence(t.Context()); errors.Is(err, errPower) {
				killed++
			} else if err != nil {
				t.Fatal(err)
			}
			w.clock.Move(time.Minute)
			if r.IntN(3) == 0 {
				continue // the next process finds more
			}
			b = w.process(t, -1)
			w.enter(t, b, r, 1, want)
			mustSequence(t, b)
			if _, err := b.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.complete(t, b, want)
			w.clock.Move(time.Minute)
		}
		if killed == 0 {
			t.Error("no kill hit")
		}
		b := w.process(t, -1)
		mustSequence(t, b)
		if _, err := b.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.Move(time.Minute)
		b = w.open(t, evidence.Options{Batch: 50})
		mustSequence(t, b)
		w.complete(t, b, want)
	})
}

// A log that is older than the map takes it up: all leaves of before are in it, and a checkpoint commits to it.
func TestOlderLogGetsItsMap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, want := newWorld(t, d), newLists()
		b := w.process(t, -1)
		w.enter(t, b, rand.New(rand.NewPCG(1, 1)), 300, want)
		mustSequence(t, b)
		w.forgetMap(t)
		w.clock.Move(time.Minute)
		b = w.open(t, evidence.Options{Batch: 70})
		if _, err := b.Whole(t.Context(), evidence.Holder, "holder 1", 0); errs.Code(err) != "evidence.pending" {
			t.Errorf("before: %v", err)
		}
		if n := mustSequence(t, b); n != 0 {
			t.Errorf("sequenced %d", n)
		}
		w.complete(t, b, want)
		w.enter(t, b, rand.New(rand.NewPCG(2, 1)), 30, want)
		mustSequence(t, b)
		w.complete(t, b, want)
	})
}

// forgetMap makes of the log one that never had a map.
func (w *world) forgetMap(t *testing.T) {
	t.Helper()
	exec(t, w.db, `DELETE FROM log_map`)
	exec(t, w.db, `DELETE FROM log_map_row`)
	ed, sm := signers(t)
	log, err := translog.Open(t.Context(), w.store, translog.SM3{}, ed, sm)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestMapStopsRatherThanFork(t *testing.T) {
	t.Parallel()
	other := []byte("another key")
	damage := map[string]struct {
		harm func(t *testing.T, w *world)
		key  []byte
	}{
		"record given to another holder": {harm: func(t *testing.T, w *world) {
			exec(t, w.db, `UPDATE log_entry SET holder_id = 'holder 99' WHERE idx = 40`)
			exec(t, w.db, `DELETE FROM log_map`)
			exec(t, w.db, `DELETE FROM log_map_row`)
		}},
		"row of the map gone": {harm: func(t *testing.T, w *world) { exec(t, w.db, `DELETE FROM log_map_row WHERE prefix = ''`) }},
		"root of the map changed": {harm: func(t *testing.T, w *world) {
			exec(t, w.db, `UPDATE log_map SET root = $1`, make([]byte, translog.HashSize))
		}},
		"another key for the labels": {harm: func(*testing.T, *world) {}, key: other},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range damage {
			t.Run(name, func(t *testing.T) {
				for _, table := range []string{"log_entry", "log_leaf", "log_lease", "log_map", "log_map_row"} {
					exec(t, d, `DELETE FROM `+table)
				}
				w := newWorld(t, d)
				b := w.open(t, evidence.Options{})
				w.enter(t, b, rand.New(rand.NewPCG(1, 1)), 90, newLists())
				mustSequence(t, b)
				c.harm(t, w)
				w.clock.Move(time.Minute)
				b = w.open(t, evidence.Options{LabelKey: c.key})
				w.enter(t, b, rand.New(rand.NewPCG(1, 1)), 5, newLists())
				if _, err := b.Sequence(t.Context()); !errors.Is(err, translog.ErrFatal) {
					t.Errorf("sequence: %v, want ErrFatal", err)
				}
			})
		}
	})
}

// After a restore the log's files may be older than the database, or gone: the next sequencer puts back the checkpoint that
// the database has seen published, and its tiles.
func TestOlderFilesAreMade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, want := newWorld(t, d), newLists()
		r := rand.New(rand.NewPCG(1, 1))
		b := w.process(t, -1)
		w.enter(t, b, r, 300, want)
		mustSequence(t, b)
		old, err := w.store.Read(t.Context(), translog.CheckpointPath)
		if err != nil {
			t.Fatal(err)
		}
		w.enter(t, b, r, 240, want)
		mustSequence(t, b)
		for _, c := range []struct {
			gone []string
			put  []byte
		}{{gone: []string{"tile/0/001.p"}, put: old}, {gone: []string{"tile", translog.CheckpointPath}}} {
			for _, name := range c.gone {
				if err := w.store.Remove(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			}
			if c.put != nil {
				if err := w.store.Replace(t.Context(), translog.File{Path: translog.CheckpointPath, Data: c.put}); err != nil {
					t.Fatal(err)
				}
			}
			if b := w.process(t, 1); c.put == nil { // killed on the way
				if _, err := b.Sequence(t.Context()); !errors.Is(err, errPower) {
					t.Errorf("sequence: %v, want a power cut", err)
				}
			}
			b = w.process(t, -1)
			mustSequence(t, b)
			w.whole(t, 540)
			w.complete(t, b, want)
		}
	})
}

func TestPartOfAList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		if _, err := b.Whole(t.Context(), evidence.Holder, holderID, 0); errs.Code(err) != "evidence.pending" {
			t.Errorf("without a log: %v", err)
		}
		w.append(t, b, 5)
		mustSequence(t, b)
		earlier := whole(t, b, evidence.Holder, holderID)
		w.append(t, b, 3)
		if x, err := b.Whole(t.Context(), evidence.Holder, holderID, 0); err != nil || x.Count != 5 {
			t.Errorf("before the next checkpoint: %d, %v", x.Count, err)
		}
		mustSequence(t, b)
		for from, want := range map[uint64]int{0: 8, 5: 3, 8: 0} {
			x, err := b.Whole(t.Context(), evidence.Holder, holderID, from)
			if err != nil || len(x.Leaves) != want || x.Count != 8 {
				t.Fatalf("from %d: %d records, %v", from, len(x.Leaves), err)
			}
			if from > 5 {
				continue
			}
			file, err := json.Marshal(x)
			if err != nil {
				t.Fatal(err)
			}
			r := verify.Whole(b.Pub(), file, verify.WholeOptions{Earlier: earlier, Label: hex.EncodeToString(x.Label)})
			if r.Verdict != verify.LogValid {
				t.Errorf("from %d: %+v", from, r.Causes)
			}
		}
		if _, err := b.Whole(t.Context(), evidence.Holder, holderID, 9); errs.Code(err) != "evidence.whole-range" {
			t.Errorf("from beyond the end: %v", err)
		}
	})
}

// benchRecords is how many records BenchmarkWhole has: YINXIN_BENCH_RECORDS, or a tenth of what issue 9 asks.
func benchRecords() int {
	if n, err := strconv.Atoi(os.Getenv("YINXIN_BENCH_RECORDS")); err == nil {
		return n
	}
	return 100_000
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The proof for one holder among many records, with its check left out, and what sequencing a record into that log costs.
func BenchmarkWhole(b *testing.B) {
	const step = 5000
	w := newWorld(b, openSQLite(b))
	book := w.open(b, evidence.Options{Batch: step, Lease: time.Hour})
	records := benchRecords()
	sealed := func(plain []byte) ([]byte, error) { return plain, nil }
	enter := func(from int) {
		list := make([]evidence.Prepared, step)
		for i := range list {
			p, err := book.Prepare(evidence.Event{HolderID: fmt.Sprint("holder ", (from+i)*7919%(records/4)), IssuerID: fmt.Sprint("unit ", i%100),
				Kind: "use", Body: i}, sealed)
			if err != nil {
				b.Fatal(err)
			}
			list[i] = p
		}
		if err := w.db.Write(b.Context(), func(tx *db.Tx) error { return book.Enter(b.Context(), tx, list) }); err != nil {
			b.Fatal(err)
		}
	}
	var busy, wall time.Duration
	for at := 0; at < records; at += step {
		enter(at)
		used, began := processorTime(), time.Now()
		mustSequence(b, book)
		busy, wall = processorTime()-used, time.Since(began) // of the last step, when the log is longest
	}
	size, n := 0, 0
	for b.Loop() {
		n++
		x, err := book.Whole(b.Context(), evidence.Holder, fmt.Sprint("holder ", n*31%(records/4)), 0)
		if err != nil {
			b.Fatal(err)
		}
		file, err := json.Marshal(x)
		if err != nil {
			b.Fatal(err)
		}
		size = max(size, len(file))
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "holder_proof_ms")
	b.ReportMetric(float64(size)/1024, "holder_proof_kb")
	b.ReportMetric(busy.Seconds()*1e6/step, "sequence_cpu_µs/leaf")
	b.ReportMetric(step/wall.Seconds(), "leaves/s")
}
