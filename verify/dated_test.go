package verify_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/verify"
)

// office is a witness with a clock of its own, which signs whatever it is shown.
type office struct {
	t      *testing.T
	signer *translog.Signer
	now    time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	seed := sha256.Sum256([]byte("office"))
	w := &office{t: t, now: honest(300)}
	var err error
	if w.signer, err = translog.NewCosigner("office.example", ed25519.NewKeyFromSeed(seed[:]), func() time.Time { return w.now }); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *office) trusted() verify.Witnesses {
	return verify.Witnesses{Keys: []byte(w.signer.String() + "\n"), Need: 1}
}

// cosign lets the office sign a checkpoint and the log publish that; it gives the note.
func (w *office) cosign(o *operator, head *translog.Head) []byte {
	w.t.Helper()
	line, err := w.signer.Line([]byte(head.Text()))
	if err != nil {
		w.t.Fatal(err)
	}
	note := append(append([]byte{}, head.Signed...), line...)
	if err := o.store.Replace(w.t.Context(), translog.File{Path: translog.CosignedPath, Data: note}); err != nil {
		w.t.Fatal(err)
	}
	return note
}

// slide is the time of a leaf by which, from the 300th on, each is a little older than the one before: its neighbours know nothing.
func slide(i int) time.Time {
	if i < 300 {
		return honest(i)
	}
	return honest(300).Add(-3 * time.Minute * time.Duration(i-299))
}

func TestOperatorWhoBackDatesALongRunIsCaughtByOlderSignatures(t *testing.T) {
	t.Parallel()
	o, w := newOperator(t), newOffice(t)
	list := o.records(700, slide)
	head := o.publish(list[:300])
	old := w.cosign(o, head)
	kept, err := json.Marshal(leaf.Proof{Index: 1, Size: 300, Checkpoint: string(old)})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := json.Marshal(verify.Seen{Checkpoint: string(head.Signed), SeenAt: honest(300)})
	if err != nil {
		t.Fatal(err)
	}
	w.now = honest(700)
	w.cosign(o, o.publish(list[300:]))
	told(t, "audit of the log alone", o.audit(nil).Causes, "")
	for name, o2 := range map[string]verify.AuditOptions{
		"a proof that a holder kept":    {Witnesses: w.trusted(), Evidence: map[string][]byte{"proof": kept}},
		"what a monitor remembers":      {Evidence: map[string][]byte{"seen": seen}},
		"the proof without the witness": {Evidence: map[string][]byte{"proof": kept}},
	} {
		o2.Pub = o.pub
		r, err := verify.Audit(t.Context(), o.store, o2)
		if err != nil {
			t.Fatal(err)
		}
		want := verify.LogDated
		if name == "the proof without the witness" {
			want = ""
		}
		told(t, name, r.Causes, want)
		if want != "" && (r.Causes[0].Index == nil || *r.Causes[0].Index != 320) { // the first that is older by more than an hour
			t.Errorf("%s: %+v", name, r.Causes[0])
		}
	}
	last := verify.WatchOptions{Last: head.Signed, LastAt: honest(300)}
	told(t, "monitor", o.watch(last).Causes, verify.LogDated)
	last.Skew = 48 * time.Hour
	told(t, "monitor of a log that stood still for two days", o.watch(last).Causes, "")
}

// Leaves that state a time to come are found by a cosignature under them, and by the monitor's own clock.
func TestOperatorWhoDatesAheadIsCaught(t *testing.T) {
	t.Parallel()
	o, w := newOperator(t), newOffice(t)
	list := o.records(400, func(i int) time.Time {
		if i < 300 {
			return honest(i)
		}
		return honest(i).AddDate(1, 0, 0)
	})
	first := o.publish(list[:300])
	head := o.publish(list[300:])
	w.now = honest(400)
	w.cosign(o, head)
	r, err := verify.Audit(t.Context(), o.store, verify.AuditOptions{Pub: o.pub, Witnesses: w.trusted(), Skew: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	dated := 0
	for _, c := range r.Causes {
		if c.Code == verify.LogDated {
			dated++
		}
	}
	if dated == 0 {
		t.Errorf("audit: %+v", r.Causes)
	}
	told(t, "monitor", o.watch(verify.WatchOptions{Last: first.Signed, LastAt: honest(300)}).Causes, verify.LogDated)
}

func TestHonestTimesAgreeWithSignatures(t *testing.T) {
	t.Parallel()
	o, w := newOperator(t), newOffice(t)
	list := o.records(900, honest)
	evidence := map[string][]byte{}
	for i := range 3 {
		w.now = honest(300 * (i + 1))
		head := o.publish(list[300*i : 300*(i+1)])
		proof, err := json.Marshal(leaf.Proof{Index: 1, Size: head.Size, Checkpoint: string(w.cosign(o, head))})
		if err != nil {
			t.Fatal(err)
		}
		evidence[string(rune('a'+i))] = proof
	}
	r, err := verify.Audit(t.Context(), o.store, verify.AuditOptions{Pub: o.pub, Witnesses: w.trusted(), Evidence: evidence, Skew: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	told(t, "audit", r.Causes, "")
}

func TestOldCosignaturesDoNotCount(t *testing.T) {
	t.Parallel()
	o, w := newOperator(t), newOffice(t)
	w.cosign(o, o.publish(o.records(300, honest)))
	for name, c := range map[string]struct {
		now    time.Time
		within time.Duration
		want   string
	}{
		"fresh":          {w.now.Add(59 * time.Minute), time.Hour, ""},
		"old":            {w.now.Add(61 * time.Minute), time.Hour, verify.LogOldSign},
		"of the future":  {w.now.Add(-61 * time.Minute), time.Hour, verify.LogOldSign},
		"without bounds": {w.now.AddDate(3, 0, 0), 0, ""},
	} {
		a, err := verify.Audit(t.Context(), o.store, verify.AuditOptions{Pub: o.pub, Witnesses: w.trusted(), Fresh: verify.Fresh{Now: c.now, Within: c.within}})
		if err != nil {
			t.Fatal(err)
		}
		told(t, "audit, "+name, a.Causes, c.want)
		m, err := verify.Watch(t.Context(), o.store, verify.WatchOptions{Pub: o.pub, Witnesses: w.trusted(), Now: c.now, Within: c.within})
		if err != nil {
			t.Fatal(err)
		}
		told(t, "monitor, "+name, m.Causes, c.want)
	}
}

// An operator has its witnesses sign an old tree over and over, and tells each what it likes of what came after.
func TestFreshSignaturesUnderAnOldTreeDoNotCount(t *testing.T) {
	t.Parallel()
	o, w := newOperator(t), newOffice(t)
	list := o.records(7200, honest)
	old := o.publish(list[:300])
	o.publish(list[300:])
	for name, c := range map[string]struct {
		at   int
		want string
	}{"soon": {3000, ""}, "later": {7200, verify.LogOldSign}} {
		w.now = honest(c.at)
		w.cosign(o, old)
		a, err := verify.Audit(t.Context(), o.store, verify.AuditOptions{Pub: o.pub, Witnesses: w.trusted(), Skew: 48 * time.Hour,
			Fresh: verify.Fresh{Now: w.now, Within: time.Hour}})
		if err != nil {
			t.Fatal(err)
		}
		told(t, "audit, "+name, a.Causes, c.want)
		m, err := verify.Watch(t.Context(), o.store, verify.WatchOptions{Pub: o.pub, Witnesses: w.trusted(), Now: w.now, Within: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		told(t, "monitor, "+name, m.Causes, c.want)
	}
}

// growing is a log that grows, and is cosigned again, as soon as one of its two checkpoints was read.
type growing struct {
	verify.LogFiles
	grow func()
}

func (g *growing) Read(ctx context.Context, path string) ([]byte, error) {
	data, err := g.LogFiles.Read(ctx, path)
	if grow := g.grow; grow != nil && (path == translog.CheckpointPath || path == translog.CosignedPath) {
		g.grow = nil
		grow()
	}
	return data, err
}

func TestLogMayGrowWhileItIsRead(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"audit", "monitor"} {
		o, w := newOperator(t), newOffice(t)
		list := o.records(400, honest)
		w.cosign(o, o.publish(list[:300]))
		files := &growing{LogFiles: o.store, grow: func() { w.cosign(o, o.publish(list[300:])) }}
		var causes []verify.AuditCause
		if way == "audit" {
			r, err := verify.Audit(t.Context(), files, verify.AuditOptions{Pub: o.pub, Witnesses: w.trusted()})
			if err != nil {
				t.Fatal(err)
			}
			causes = r.Causes
		} else {
			r, err := verify.Watch(t.Context(), files, verify.WatchOptions{Pub: o.pub, Witnesses: w.trusted(), Now: w.now})
			if err != nil {
				t.Fatal(err)
			}
			causes = r.Causes
		}
		told(t, way, causes, "")
	}
}
