package evidence_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/verify"
)

// observed is a log under the eyes of somebody who keeps every checkpoint that was ever published and every promise.
type observed struct {
	*world
	place    place
	seen     [][]byte // signed checkpoints, in the order in which they were seen
	grew     int      // of them that were compared already
	promises []handed
}

func watchLog(t *testing.T, url string) *observed {
	t.Helper()
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	store, err := translog.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return &observed{world: &world{db: d, store: store, clock: clock.At(time.Now().Add(time.Hour))}, place: place{url, folder}}
}

// during keeps looking at the published checkpoint until what happens has happened.
func (w *observed) during(t *testing.T, happens func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			w.look(t)
			time.Sleep(time.Millisecond)
		}
	}()
	defer func() {
		stop()
		<-done
	}()
	happens()
}

func (w *observed) look(t *testing.T) {
	t.Helper()
	signed, err := w.store.Read(context.WithoutCancel(t.Context()), translog.CheckpointPath)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(w.seen) == 0:
	case err != nil:
		t.Errorf("a checkpoint was published and cannot be had: %v", err)
	case len(w.seen) == 0 || !bytes.Equal(signed, w.seen[len(w.seen)-1]):
		w.seen = append(w.seen, signed)
	}
}

// grown requires that the log as it was left, with nobody at it, extends every checkpoint seen since this was asked last, and
// each of those the one before.
func (w *observed) grown(t *testing.T) {
	t.Helper()
	if w.look(t); len(w.seen) == 0 {
		return
	}
	pub := w.open(t, evidence.Options{}).Pub()
	keys, err := translog.ParseKeys(pub)
	if err != nil {
		t.Fatal(err)
	}
	size := uint64(0)
	peers := map[string][]byte{}
	for i, signed := range w.seen[max(0, w.grew-1):] {
		c, err := translog.OpenCheckpoint(signed, keys)
		if err != nil || c.Size < size {
			t.Errorf("checkpoint %d of %d leaves after one of %d: %v", i, c.Size, size, err)
		}
		size = c.Size
		peers[fmt.Sprint(i)] = signed
	}
	r, err := verify.Watch(t.Context(), w.store, verify.WatchOptions{Pub: pub, Peers: peers, Now: time.Now()})
	if err != nil || r.Verdict != verify.LogValid {
		t.Errorf("the log after %d checkpoints: %+v, %v", len(w.seen), r.Causes, err)
	}
	w.grew = len(w.seen)
}

// proved requires of promises that their records are there and, at the end, that a proof leads from each to its place.
func (w *observed) proved(t *testing.T, promises []handed, all bool) map[string][]byte {
	t.Helper()
	b := w.open(t, evidence.Options{})
	kept := map[string][]byte{}
	for _, h := range promises {
		r := h.Receipt
		receipt, err := b.Receipt(t.Context(), r.HolderID, r.LeafID)
		if err != nil || !bytes.Equal(receipt.Leaf, r.Leaf) || !bytes.Equal(receipt.Promise, r.Promise) {
			t.Errorf("record %s was committed and is gone: %v", r.No, err)
			continue
		}
		proof, err := b.Proof(t.Context(), r.LeafID)
		if errs.Code(err) == "evidence.pending" && !all {
			continue
		}
		if err != nil {
			t.Errorf("record %s was promised and has no proof: %v", r.No, err)
			continue
		}
		rf, err := json.Marshal(receipt)
		if err != nil {
			t.Fatal(err)
		}
		pf, err := json.Marshal(proof)
		if err != nil {
			t.Fatal(err)
		}
		if got := verify.Log(b.Pub(), rf, pf); got.Verdict != verify.LogValid || got.No != r.No {
			t.Errorf("the proof of record %s does not hold: %+v", r.No, got.Causes)
		}
		kept[r.No+" receipt"], kept[r.No+" proof"] = rf, pf
	}
	return kept
}

// kept lets a last process finish and requires everything of the log: all checkpoints that were seen, all records that
// committed, all promises, and the lists with all records of their holders and issuers.
func (w *observed) kept(t *testing.T) {
	t.Helper()
	b := w.open(t, evidence.Options{Clock: clock.System{}, Lease: time.Second})
	committed := 0
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) { // the lease of the killed one runs out
		if _, err := b.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
		h, err := b.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if committed = w.committed(t); h.Pending == 0 && int(h.Size) == committed {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d of %d records are in the log", h.Size, committed)
		}
	}
	w.grew = 0 // all that were ever seen
	w.grown(t)
	r, err := verify.Audit(t.Context(), w.store, verify.AuditOptions{Pub: b.Pub(), Evidence: w.proved(t, w.promises, true)})
	if err != nil || r.Verdict != verify.LogValid || int(r.Size) != committed {
		t.Errorf("audit of %d leaves, %d committed: %+v, %v", r.Size, committed, r.Causes, err)
	}
	w.listed(t, b)
	w.whole(t, committed)
	t.Logf("%d promises, %d records, %d checkpoints seen", len(w.promises), committed, len(w.seen))
	if len(w.promises) == 0 || committed < len(w.promises) || len(w.seen) < 3 {
		t.Error("too little happened")
	}
}

func (w *observed) committed(t *testing.T) (n int) {
	t.Helper()
	err := w.db.Read(t.Context(), func(q *db.Tx) error {
		return q.QueryRow(t.Context(), `SELECT COUNT(*) FROM log_leaf`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// listed requires that every promise is in the list of its holder, and of its issuer.
func (w *observed) listed(t *testing.T, b *evidence.Book) {
	t.Helper()
	type owned struct {
		owner evidence.Owner
		id    string
	}
	promises := map[owned][][]byte{}
	for _, h := range w.promises {
		p, err := json.Marshal(leaf.Promise{No: h.Receipt.No, Leaf: h.Receipt.Leaf, Promise: h.Receipt.Promise})
		if err != nil {
			t.Fatal(err)
		}
		of := owned{evidence.Holder, h.Receipt.HolderID}
		promises[of] = append(promises[of], p)
		if h.Issuer != "" {
			of = owned{evidence.Issuer, h.Issuer}
			promises[of] = append(promises[of], p)
		}
	}
	for of, list := range promises {
		got := verify.Whole(b.Pub(), whole(t, b, of.owner, of.id), verify.WholeOptions{Promises: list})
		if got.Verdict != verify.LogValid || int(got.Count) < len(list) {
			t.Errorf("list of %s %s: %d records, %d promised: %+v", of.owner, of.id, got.Count, len(list), got.Causes)
		}
	}
}
