package verify_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/witness"
	"github.com/yinxin-org/yinxin/verify"
)

// operator runs a log with its true keys and can tell it anything.
type operator struct {
	t     *testing.T
	store *translog.Folder
	log   *translog.Log
	pub   []byte
}

var morning = time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC)

func newOperator(t *testing.T) *operator {
	t.Helper()
	store, err := translog.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	ed, sm := logSigners(t, "operator")
	l, err := translog.Open(t.Context(), store, translog.SM3{}, ed, sm)
	if err != nil {
		t.Fatal(err)
	}
	return &operator{t: t, store: store, log: l, pub: fmt.Appendf(nil, "%s\n%s\n", ed, sm)}
}

// record is what happened: its leaf and what its holder was given at once.
type record struct {
	leaf    []byte
	receipt []byte
}

// records makes n records, a second apart; the time of one can be told otherwise.
func (o *operator) records(n int, at func(i int) time.Time) []record {
	o.t.Helper()
	ed, _ := logSigners(o.t, "operator")
	var list []record
	for i := range n {
		id, salt, body := uuid.UUID{1, byte(i >> 8), byte(i)}, bytes.Repeat([]byte{7}, leaf.SaltSize), []byte(`{}`)
		data, err := leaf.Leaf{Kind: "use", At: at(i), Commitment: leaf.Commit(salt, id, body)}.Bytes()
		if err != nil {
			o.t.Fatal(err)
		}
		promise, err := ed.Sign(leaf.PromiseText(logOrigin, translog.SM3{}.HashLeaf(data)))
		if err != nil {
			o.t.Fatal(err)
		}
		receipt, err := json.Marshal(leaf.Receipt{No: leaf.Number(id), Leaf: data, Salt: salt, Body: body, Promise: promise})
		if err != nil {
			o.t.Fatal(err)
		}
		list = append(list, record{data, receipt})
	}
	return list
}

func honest(i int) time.Time { return morning.Add(time.Duration(i) * time.Second) }

func (o *operator) publish(list []record) *translog.Head {
	o.t.Helper()
	var leaves [][]byte
	for _, r := range list {
		leaves = append(leaves, r.leaf)
	}
	head, err := o.log.Append(o.t.Context(), leaves)
	if err != nil {
		o.t.Fatal(err)
	}
	return head
}

// proof is what a holder was given for a leaf under the newest checkpoint.
func (o *operator) proof(head *translog.Head, index uint64) []byte {
	o.t.Helper()
	_, hashes, err := o.log.Inclusion(o.t.Context(), head, index)
	if err != nil {
		o.t.Fatal(err)
	}
	b, err := json.Marshal(leaf.Proof{Index: index, Size: head.Size, Hashes: hashes, Checkpoint: string(head.Signed)})
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

func (o *operator) audit(evidence map[string][]byte) verify.AuditReport {
	o.t.Helper()
	r, err := verify.Audit(o.t.Context(), o.store, verify.AuditOptions{Pub: o.pub, Evidence: evidence})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *operator) watch(w verify.WatchOptions) verify.WatchReport {
	o.t.Helper()
	w.Pub, w.Now = o.pub, morning
	r, err := verify.Watch(o.t.Context(), o.store, w)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// told demands that exactly the given fault was found; "" demands none.
func told(t *testing.T, what string, causes []verify.AuditCause, code string) {
	t.Helper()
	ok := len(causes) > 0 && code != ""
	for _, c := range causes {
		ok = ok && c.Code == code && c.Zh != "" && c.En != ""
	}
	if !ok && (code != "" || len(causes) > 0) {
		t.Errorf("%s: found %+v, want %q", what, causes, code)
	}
}

func TestHonestLogPassesAudit(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	list := o.records(700, honest)
	head := o.publish(list[:300])
	old := o.proof(head, 299)
	o.publish(list[300:])
	r := o.audit(map[string][]byte{"receipt": list[650].receipt, "proof": old})
	told(t, "audit", r.Causes, "")
	if r.Size != 700 || r.First != "2026-03-01T01:30:00.000000Z" || r.Verdict != verify.LogValid {
		t.Errorf("report: %+v", r)
	}
	told(t, "monitor", o.watch(verify.WatchOptions{Last: head.Signed, Peers: map[string][]byte{"peer": head.Signed}}).Causes, "")
}

func TestOperatorWhoDropsARecordIsCaughtByItsReceipt(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	list := o.records(300, honest)
	o.publish(slices.Delete(slices.Clone(list), 123, 124))
	told(t, "audit", o.audit(nil).Causes, "")
	r := o.audit(map[string][]byte{"kept": list[123].receipt, "other": list[124].receipt})
	told(t, "audit with the receipt", r.Causes, verify.LogDropped)
	if len(r.Causes) != 1 || r.Causes[0].File != "kept" {
		t.Errorf("causes: %+v", r.Causes)
	}
}

func TestOperatorWhoReordersIsCaughtByAProof(t *testing.T) {
	t.Parallel()
	o, later := newOperator(t), newOperator(t)
	list := o.records(300, honest)
	proof := o.proof(o.publish(list), 299)
	list[7], list[8] = list[8], list[7]
	later.publish(list)
	told(t, "audit with the holder's proof", later.audit(map[string][]byte{"proof": proof}).Causes, verify.LogFork)
}

func TestOperatorWhoForksIsCaughtByTheMonitor(t *testing.T) {
	t.Parallel()
	o, fork := newOperator(t), newOperator(t)
	list := o.records(301, honest)
	last := o.publish(list[:300]).Signed
	fork.publish(list[1:]) // the first record is gone, another stands at the end
	told(t, "monitor", fork.watch(verify.WatchOptions{Last: last}).Causes, verify.LogFork)
	told(t, "compared with a peer", fork.watch(verify.WatchOptions{Peers: map[string][]byte{"peer": last}}).Causes, verify.LogSplit)
	// Under a checkpoint of another tree the tiles of the old one are served: they give the old root, and no proof of the new.
	behind, other := newOperator(t), newOperator(t)
	seen := behind.publish(list[:300]).Signed
	if err := behind.store.Replace(t.Context(), translog.File{Path: translog.CheckpointPath, Data: other.publish(list[1:]).Signed}); err != nil {
		t.Fatal(err)
	}
	told(t, "old tiles under another tree", behind.watch(verify.WatchOptions{Last: seen}).Causes, verify.LogFork)
	back := newOperator(t)
	back.publish(list[:200])
	told(t, "monitor of a log that went back", back.watch(verify.WatchOptions{Last: last}).Causes, verify.LogBack)
}

// One tree with two maps is a fork, too: each map is another story of whose lists have what.
func TestOperatorWhoShowsTwoMapsIsCaught(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.publish(o.records(300, honest))
	var maps [2]*translog.Pending
	for i := range maps {
		var err error
		if maps[i], err = o.log.Integrate(t.Context(), nil, bytes.Repeat([]byte{byte(i + 1)}, translog.HashSize)); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.log.Publish(t.Context(), maps[0]); err != nil {
		t.Fatal(err)
	}
	other := maps[1].Signed
	told(t, "monitor", o.watch(verify.WatchOptions{Last: other}).Causes, verify.LogFork)
	told(t, "compared with a peer", o.watch(verify.WatchOptions{Peers: map[string][]byte{"peer": other}}).Causes, verify.LogSplit)
	told(t, "audit with what a holder kept", o.audit(map[string][]byte{"list": encoded(t, leaf.Whole{Checkpoint: string(other)})}).Causes, verify.LogFork)
	told(t, "monitor of the one map", o.watch(verify.WatchOptions{Last: maps[0].Signed}).Causes, "")
}

// Whatever a holder or a receiver has kept can be held against the log.
func TestAuditTakesWhatWasKept(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	list := o.records(300, honest)
	head := o.publish(slices.Delete(slices.Clone(list), 123, 124))
	for i, want := range map[int]string{122: "", 123: verify.LogDropped} {
		var c leaf.Certificate
		if err := errors.Join(json.Unmarshal(list[i].receipt, &c.Receipt), json.Unmarshal(o.proof(head, 122), &c.Proof)); err != nil {
			t.Fatal(err)
		}
		told(t, "certificate", o.audit(map[string][]byte{"kept": encoded(t, c)}).Causes, want)
		p := leaf.Promise{No: c.Receipt.No, Leaf: c.Receipt.Leaf, Promise: c.Receipt.Promise}
		told(t, "promise", o.audit(map[string][]byte{"kept": encoded(t, p)}).Causes, want)
		c.Receipt.Promise[5] ^= 1
		told(t, "certificate with another's promise", o.audit(map[string][]byte{"kept": encoded(t, c)}).Causes, verify.LogEvidence)
	}
}

// No time is so far away that it is taken for none.
func TestTimesFarAwayAreTold(t *testing.T) {
	t.Parallel()
	for _, year := range []int{0, 1200, 1970, 2600, 9999} {
		o := newOperator(t)
		first := o.publish(o.records(250, honest))
		o.publish(o.records(300, func(i int) time.Time {
			if i == 270 {
				return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			}
			return honest(i)
		})[250:])
		told(t, fmt.Sprintf("audit, %d", year), o.audit(nil).Causes, verify.LogTime)
		told(t, fmt.Sprintf("monitor, %d", year), o.watch(verify.WatchOptions{Last: first.Signed, LastAt: honest(250)}).Causes, verify.LogDated)
	}
}

func TestOperatorWhoBackDatesIsCaughtByTheAudit(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.publish(o.records(300, func(i int) time.Time {
		if i == 250 {
			return honest(i).AddDate(0, -1, 0)
		}
		return honest(i)
	}))
	r := o.audit(nil)
	told(t, "audit", r.Causes, verify.LogTime)
	if len(r.Causes) != 1 || r.Causes[0].Index == nil || *r.Causes[0].Index != 250 {
		t.Errorf("causes: %+v", r.Causes)
	}
}

func TestOperatorWhoShowsTwoTreesGetsNoTwoCosignatures(t *testing.T) {
	t.Parallel()
	one, two := newOperator(t), newOperator(t)
	list := one.records(301, honest)
	first, other := one.publish(list[:300]), two.publish(list[1:])
	keys, err := translog.ParseKeys(one.pub)
	if err != nil {
		t.Fatal(err)
	}
	offices := map[string]*witness.Witness{}
	for _, name := range []string{"a.example", "b.example"} {
		seed := sha256.Sum256([]byte(name))
		w, err := witness.Open(witness.Options{Dir: t.TempDir(), Name: name, Key: ed25519.NewKeyFromSeed(seed[:]),
			Logs: [][]*translog.Key{keys}, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.Close() })
		offices[name] = w
	}
	// Each office is shown another tree first, and signs it: it cannot know better.
	a, err := offices["a.example"].Add(t.Context(), witness.Request{Signed: first.Signed}.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := offices["b.example"].Add(t.Context(), witness.Request{Signed: other.Signed}.Bytes()); err != nil {
		t.Fatal(err)
	}
	// But neither signs the other's tree, so no tree gets two.
	if _, err := offices["b.example"].Add(t.Context(), witness.Request{Old: 300, Signed: first.Signed}.Bytes()); err == nil {
		t.Error("the second office signed both trees")
	}
	if _, err := offices["a.example"].Add(t.Context(), witness.Request{Old: 300, Signed: other.Signed}.Bytes()); err == nil {
		t.Error("the first office signed both trees")
	}
	pub := fmt.Appendf(nil, "%s\n%s\n", offices["a.example"].Key(), offices["b.example"].Key())
	proof, err := json.Marshal(leaf.Proof{No: "x", Size: 300, Checkpoint: string(first.Signed) + string(a)})
	if err != nil {
		t.Fatal(err)
	}
	got := verify.LogWitnessed(one.pub, list[0].receipt, proof, verify.Witnesses{Keys: pub, Need: 2})
	if len(got.Witnesses) != 1 || got.Verdict != verify.LogInvalid {
		t.Errorf("a proof with one of two: %+v", got)
	}
	// And whoever compares what one office has signed with what is shown elsewhere has the proof.
	shown, err := offices["a.example"].Latest(t.Context(), logOrigin)
	if err != nil {
		t.Fatal(err)
	}
	told(t, "monitor", two.watch(verify.WatchOptions{Peers: map[string][]byte{"a.example": shown}}).Causes, verify.LogSplit)
}

// damaged is a log of which one file is another.
type damaged struct {
	verify.LogFiles
	path string
	data []byte
}

func (d damaged) Read(ctx context.Context, path string) ([]byte, error) {
	if path != d.path {
		return d.LogFiles.Read(ctx, path)
	}
	if d.data == nil {
		return nil, fs.ErrNotExist
	}
	return d.data, nil
}

func TestAuditFindsChangedFiles(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.publish(o.records(700, honest))
	for _, path := range []string{"tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/188"} {
		data, err := o.store.Read(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(data)
		changed[len(changed)/2] ^= 1
		for what, d := range map[string]damaged{"missing": {o.store, path, nil}, "changed": {o.store, path, changed}, "cut": {o.store, path, data[:len(data)-1]}} {
			r, err := verify.Audit(t.Context(), d, verify.AuditOptions{Pub: o.pub})
			if err != nil || r.Verdict != verify.LogInvalid {
				t.Errorf("%s %s: %+v, %v", what, path, r, err)
			}
		}
	}
}
