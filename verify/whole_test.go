package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/verify"
)

// keeper is an operator that runs the log as it likes: what it enters in a holder's list is its own choice.
type keeper struct {
	t      testing.TB
	ed, sm *translog.Signer
	log    *translog.Log
	rows   map[string][]byte
	root   translog.Hash
	lists  map[string][]leaf.WholeLeaf // by holder, as the operator shows them
	head   *translog.Head
	made   int
}

func newKeeper(t testing.TB) *keeper {
	t.Helper()
	o := &keeper{t: t, rows: map[string][]byte{}, lists: map[string][]leaf.WholeLeaf{}}
	o.ed, o.sm = logSigners(t, "log")
	store, err := translog.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if o.log, err = translog.Open(t.Context(), store, translog.SM3{}, o.ed, o.sm); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *keeper) pub() []byte { return []byte(o.ed.String() + "\n" + o.sm.String() + "\n") }

func (o *keeper) read(_ context.Context, prefixes []string) (map[string][]byte, error) {
	found := map[string][]byte{}
	for _, p := range prefixes {
		if data, ok := o.rows[p]; ok {
			found[p] = data
		}
	}
	return found, nil
}

// taken is a record that was taken: who received the data keeps the promise.
type taken struct {
	holder  string
	no      string
	leaf    []byte
	promise []byte // promise.json
}

func (o *keeper) take(holder string) taken {
	o.t.Helper()
	o.made++
	id := uuid.UUID{byte(o.made >> 8), byte(o.made)}
	data, err := leaf.Leaf{Kind: "use", At: time.Date(2026, 3, 1, 1, 30, o.made, 0, time.UTC),
		Commitment: leaf.Commit(make([]byte, leaf.SaltSize), id, []byte(`{}`))}.Bytes()
	if err != nil {
		o.t.Fatal(err)
	}
	signature, err := o.ed.Sign(leaf.PromiseText(logOrigin, translog.SM3{}.HashLeaf(data)))
	if err != nil {
		o.t.Fatal(err)
	}
	promise, err := json.Marshal(leaf.Promise{No: leaf.Number(id), Leaf: data, Promise: signature})
	if err != nil {
		o.t.Fatal(err)
	}
	return taken{holder: holder, no: leaf.Number(id), leaf: data, promise: promise}
}

// publish enters all records in the tree and those that are not hidden in their holders' lists.
func (o *keeper) publish(records []taken, hidden ...taken) {
	o.t.Helper()
	var entries [][]byte
	var adds []translog.MapAdd
	for _, r := range records {
		entries = append(entries, r.leaf)
		if slices.ContainsFunc(hidden, func(h taken) bool { return h.no == r.no }) {
			continue
		}
		o.lists[r.holder] = append(o.lists[r.holder], leaf.WholeLeaf{No: r.no, Leaf: r.leaf})
		adds = append(adds, translog.MapAdd{Label: o.label(r.holder), Leaf: translog.Hash(translog.SM3{}.HashLeaf(r.leaf))})
	}
	root, rows, err := translog.GrowMap(o.t.Context(), o.read, o.root, adds)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, r := range rows {
		o.rows[r.Prefix] = r.Data
	}
	o.root = root
	p, err := o.log.Integrate(o.t.Context(), entries, root[:])
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.log.Publish(o.t.Context(), p); err != nil {
		o.t.Fatal(err)
	}
	o.head = &p.Head
}

func (o *keeper) label(holder string) translog.Label {
	return translog.NewLabel([]byte("key"), "holder", holder)
}

func (o *keeper) whole(holder string) leaf.Whole {
	o.t.Helper()
	label := o.label(holder)
	chain, p, err := translog.ProveMap(o.t.Context(), o.read, o.root, label)
	if err != nil {
		o.t.Fatal(err)
	}
	w := leaf.Whole{Kind: "holder", Label: label[:], From: leaf.Before{Head: make([]byte, 32)}, Leaves: slices.Clone(o.lists[holder]),
		Count: chain.Count, Head: chain.Head[:], Hashes: p.Hashes, Checkpoint: string(o.head.Signed)}
	if p.Other != nil {
		w.Other = &leaf.Beside{Label: p.Other.Label[:], Count: p.Other.Chain.Count, Head: p.Other.Chain.Head[:]}
	}
	return w
}

func (o *keeper) verify(w leaf.Whole, with verify.WholeOptions) verify.WholeReport {
	o.t.Helper()
	return verify.Whole(o.pub(), encoded(o.t, w), with)
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wholeCodes(r verify.WholeReport) string {
	list := make([]string, len(r.Causes))
	for i, c := range r.Causes {
		list[i] = c.Code
		if c.Zh == "" || c.En == "" {
			list[i] += " without words"
		}
	}
	return strings.Join(list, " ")
}

// city has holders with from no to nine records each.
func city(o *keeper, holders int) (records []taken) {
	for i := range holders {
		for range i % 10 {
			records = append(records, o.take(fmt.Sprint("holder ", i)))
		}
	}
	return records
}

func TestWholeValid(t *testing.T) {
	t.Parallel()
	o := newKeeper(t)
	records := city(o, 60)
	o.publish(records)
	for i := range 60 {
		name := fmt.Sprint("holder ", i)
		var promises [][]byte
		for _, r := range records {
			if r.holder == name {
				promises = append(promises, r.promise)
			}
		}
		r := o.verify(o.whole(name), verify.WholeOptions{Promises: promises})
		if r.Verdict != verify.LogValid || int(r.Count) != i%10 || len(r.Records) != i%10 || r.Size != uint64(len(records)) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A dishonest operator keeps one record from a holder's list. The log, the map and the list agree with each other; only the
// promise that the receiver of the data has kept tells.
func TestHiddenRecordIsFoundByThePromise(t *testing.T) {
	t.Parallel()
	o := newKeeper(t)
	records := city(o, 20)
	hidden := records[slices.IndexFunc(records, func(r taken) bool { return r.holder == "holder 7" })+3]
	o.publish(records, hidden)
	if r := o.verify(o.whole("holder 7"), verify.WholeOptions{}); r.Verdict != verify.LogValid || r.Count != 6 {
		t.Fatalf("without the promise: %+v", r)
	}
	r := o.verify(o.whole("holder 7"), verify.WholeOptions{Promises: [][]byte{hidden.promise}})
	if wholeCodes(r) != verify.WholeHidden {
		t.Errorf("with the promise: %s", wholeCodes(r))
	}
}

// The operator leaves a record out of what it shows, or puts it elsewhere, while the map has it.
func TestListMustBeTheOneCommittedTo(t *testing.T) {
	t.Parallel()
	o := newKeeper(t)
	o.publish(city(o, 40))
	foreign := newKeeper(t)
	foreign.publish(city(foreign, 40)[1:])
	for _, c := range []struct {
		name   string
		change func(w *leaf.Whole)
		want   string
	}{
		{"record left out", func(w *leaf.Whole) { w.Leaves = slices.Delete(w.Leaves, 1, 2) }, "WHOLE_FILE"},
		{"record left out and counted down", func(w *leaf.Whole) {
			w.Leaves = slices.Delete(w.Leaves, 1, 2)
			w.Count--
		}, "WHOLE_CHAIN WHOLE_MAP"},
		{"record left out and chained anew", func(w *leaf.Whole) {
			w.Leaves = slices.Delete(w.Leaves, 1, 2)
			rechain(w)
		}, "WHOLE_MAP"},
		{"records change places", func(w *leaf.Whole) { w.Leaves[0], w.Leaves[1] = w.Leaves[1], w.Leaves[0] }, "WHOLE_CHAIN"},
		{"record changed", func(w *leaf.Whole) {
			w.Leaves[2].Leaf = bytes.Replace(w.Leaves[2].Leaf, []byte("use"), []byte("xxx"), 1)
		}, "WHOLE_CHAIN"},
		{"number twice", func(w *leaf.Whole) { w.Leaves[2].No = w.Leaves[1].No }, "WHOLE_LEAF"},
		{"not a number", func(w *leaf.Whole) { w.Leaves[2].No = "YX" }, "WHOLE_LEAF"},
		{"as if there were none", func(w *leaf.Whole) {
			w.Leaves = nil
			rechain(w)
		}, "WHOLE_MAP"},
		{"as if another stood there", func(w *leaf.Whole) {
			w.Leaves = nil
			rechain(w)
			w.Other = &leaf.Beside{Label: make([]byte, 32), Count: 1, Head: make([]byte, 32)}
		}, "WHOLE_MAP"},
		{"begins late", func(w *leaf.Whole) {
			c := translog.Chain{}.Add(translog.Hash(translog.SM3{}.HashLeaf(w.Leaves[0].Leaf)))
			w.Leaves, w.From = w.Leaves[1:], leaf.Before{Count: 1, Head: c.Head[:]}
		}, "WHOLE_BEFORE"},
		{"hash gone", func(w *leaf.Whole) { w.Hashes = w.Hashes[1:] }, "WHOLE_MAP"},
		{"checkpoint of another log", func(w *leaf.Whole) { w.Checkpoint = string(foreign.head.Signed) }, "WHOLE_MAP"},
		{"checkpoint with another map", func(w *leaf.Whole) {
			w.Checkpoint = strings.Replace(w.Checkpoint, "yinxin-map-v1 ", "yinxin-map-v1 AAAA", 1)
		}, "WHOLE_CHECKPOINT"},
		{"label of another", func(w *leaf.Whole) {
			l := o.label("holder 8")
			w.Label = l[:]
		}, "WHOLE_MAP"},
	} {
		w := o.whole("holder 9")
		c.change(&w)
		if r := o.verify(w, verify.WholeOptions{}); wholeCodes(r) != c.want || r.Verdict != verify.LogInvalid {
			t.Errorf("%s: %s, want %s", c.name, wholeCodes(r), c.want)
		}
	}
	if r := verify.Whole(nil, nil, verify.WholeOptions{}); wholeCodes(r) != "LOG_KEYS" {
		t.Errorf("without keys: %s", wholeCodes(r))
	}
}

func rechain(w *leaf.Whole) {
	var c translog.Chain
	for _, l := range w.Leaves {
		c = c.Add(translog.Hash(translog.SM3{}.HashLeaf(l.Leaf)))
	}
	w.Count, w.Head = c.Count, c.Head[:]
}

// What a holder kept from before must be continued: an old head under a new checkpoint, an old file shown again, or another
// chain for the same holder do not pass.
func TestListMustContinueTheEarlierOne(t *testing.T) {
	t.Parallel()
	o := newKeeper(t)
	first := []taken{o.take("a"), o.take("b"), o.take("a")}
	o.publish(first)
	w1 := o.whole("a")
	kept := verify.WholeOptions{Earlier: encoded(t, w1), Label: o.verify(w1, verify.WholeOptions{}).Label}
	third := o.take("a")
	o.publish([]taken{third, o.take("c")})
	w2 := o.whole("a")
	if r := o.verify(w2, kept); r.Verdict != verify.LogValid || r.Count != 3 {
		t.Errorf("continued: %+v", r)
	}
	part := w2
	part.From, part.Leaves = leaf.Before{Count: w1.Count, Head: w1.Head}, w2.Leaves[2:]
	withFirst := kept
	withFirst.Promises = [][]byte{first[0].promise, third.promise}
	if r := o.verify(part, withFirst); r.Verdict != verify.LogValid || r.Before != 2 {
		t.Errorf("only what came after: %+v", r)
	}
	after := verify.WholeOptions{Earlier: encoded(t, w2)}
	if r := o.verify(w1, after); wholeCodes(r) != "WHOLE_EARLIER" {
		t.Errorf("the old file again: %s", wholeCodes(r))
	}
	if r := o.verify(w1, verify.WholeOptions{Promises: [][]byte{third.promise}}); wholeCodes(r) != "WHOLE_HIDDEN" {
		t.Errorf("the old file, with a later promise: %s", wholeCodes(r))
	}
	// The operator begins the map anew without the second record of the holder, and goes on.
	o.rows, o.root, o.lists = map[string][]byte{}, translog.Hash{}, map[string][]leaf.WholeLeaf{}
	o.publish([]taken{first[0], third, o.take("a"), o.take("a")})
	w3 := o.whole("a")
	if r := o.verify(w3, verify.WholeOptions{}); r.Verdict != verify.LogValid {
		t.Fatalf("alone: %+v", r)
	}
	if r := o.verify(w3, kept); wholeCodes(r) != "WHOLE_EARLIER" {
		t.Errorf("a record dropped from the map: %s", wholeCodes(r))
	}
	other := o.whole("d")
	if r := o.verify(other, kept); wholeCodes(r) != "WHOLE_LABEL WHOLE_EARLIER" {
		t.Errorf("the list of someone without records: %s", wholeCodes(r))
	}
	bad := verify.WholeOptions{Promises: [][]byte{[]byte("{}"), bytes.Replace(third.promise, []byte(`"promise":"`), []byte(`"promise":"AAAA`), 1)}}
	if r := o.verify(w3, bad); wholeCodes(r) != "WHOLE_PROMISE" {
		t.Errorf("useless promises: %s", wholeCodes(r))
	}
}

func FuzzWhole(f *testing.F) {
	o := newKeeper(f)
	o.publish(city(o, 30))
	good := map[string]string{}
	for i := range 31 {
		w := o.whole(fmt.Sprint("holder ", i))
		data := encoded(f, w)
		good[string(w.Label)] = string(encoded(f, w.Leaves))
		f.Add(data)
	}
	pub := o.pub()
	f.Fuzz(func(t *testing.T, data []byte) {
		r := verify.Whole(pub, data, verify.WholeOptions{})
		if r.Verdict != verify.LogValid {
			return
		}
		w, err := leaf.ParseWhole(data)
		if err != nil {
			t.Fatal(err)
		}
		var want []leaf.WholeLeaf
		if err := json.Unmarshal([]byte(good[string(w.Label)]), &want); good[string(w.Label)] != "" && err != nil {
			t.Fatal(err)
		}
		if len(want) != len(w.Leaves) {
			t.Fatalf("valid with %d records of %d", len(w.Leaves), len(want))
		}
		for i := range want {
			if !bytes.Equal(want[i].Leaf, w.Leaves[i].Leaf) {
				t.Errorf("valid with another record %d", i)
			}
		}
	})
}
