package evidence_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
)

// By its number anybody finds a leaf, before it has its place and after; and nothing of what it says.
func TestEntryByItsNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.open(t, evidence.Options{})
		r := w.append(t, b, 3)[1]
		waiting, err := b.Entry(t.Context(), r.No)
		if err != nil || waiting.Placed || waiting.Kind != "use" || !bytes.Equal(waiting.Leaf, r.Leaf) || waiting.No != r.No {
			t.Errorf("before it has its place: %+v, %v", waiting, err)
		}
		if h := health(t, b); h.Pending != 3 || h.State(w.clock.Now()) != evidence.LogRunning || h.State(w.clock.Now().Add(2*time.Minute)) != evidence.LogLate {
			t.Errorf("while they wait: %+v", h)
		}
		mustSequence(t, b)
		placed, err := b.Entry(t.Context(), r.No)
		if err != nil || !placed.Placed || placed.Proof.Size != 3 || placed.Proof.No != r.No || len(placed.Witnesses) != 0 || placed.Need != 0 {
			t.Errorf("in its place: %+v, %v", placed, err)
		}
		if h := health(t, b); h.MapSize != 3 || h.State(w.clock.Now().Add(time.Hour)) != evidence.LogRunning {
			t.Errorf("at rest: %+v", h)
		}
		for _, no := range []string{"", "YX", r.No[:len(r.No)-2], "not a number"} {
			if _, err := b.Entry(t.Context(), no); errs.Code(err) != "evidence.unknown" {
				t.Errorf("%q: %v", no, err)
			}
		}
		// A log whose checkpoint is not its own has stopped, whatever waits.
		if got := (evidence.Health{Stopped: true, Pending: 1}).State(w.clock.Now()); got != evidence.LogStopped {
			t.Errorf("a stopped log is %s", got)
		}
	})
}

func health(t *testing.T, b *evidence.Book) evidence.Health {
	t.Helper()
	h, err := b.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}
