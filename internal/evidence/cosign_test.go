package evidence_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/witness"
	"github.com/yinxin-org/yinxin/verify"
)

// office is another office's witness of the log of b, whose answers a test can bend.
type office struct {
	witness *witness.Witness
	client  *witness.Client
}

func (w *world) office(t testing.TB, b *evidence.Book, name string, around func(http.Handler) http.Handler) office {
	t.Helper()
	keys, err := translog.ParseKeys(b.Pub())
	if err != nil {
		t.Fatal(err)
	}
	seed := sha256.Sum256([]byte(name))
	o := office{}
	o.witness, err = witness.Open(witness.Options{Dir: t.TempDir(), Name: name, Key: ed25519.NewKeyFromSeed(seed[:]),
		Logs: [][]*translog.Key{keys}, Clock: w.clock, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.witness.Close() })
	h := o.witness.Handler()
	if around != nil {
		h = around(h)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o.client = witness.NewClient(name, server.URL, o.witness.Key())
	return o
}

// dead answers nothing until whoever asks gives up.
func dead(http.Handler) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then is it noticed that whoever asked has gone
		<-r.Context().Done()
	})
}

func (w *world) running(t *testing.T, o evidence.Options) *evidence.Book {
	t.Helper()
	o.Poll, o.Pause, o.Lease = 10*time.Millisecond, time.Millisecond, time.Hour
	b := w.open(t, o)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return b
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestWitnessesCosignWhatIsPublished(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.open(t, evidence.Options{})
		one, two, silent := w.office(t, first, "one.example", nil), w.office(t, first, "two.example", nil), w.office(t, first, "dead.example", dead)
		// The witnesses know the log's beginning already; the process that comes now must learn from them how far they are.
		w.append(t, first, 3)
		mustSequence(t, first)
		head, err := first.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.witness.Add(t.Context(), witness.Request{Signed: head}.Bytes()); err != nil {
			t.Fatal(err)
		}
		w.clock.Move(time.Minute)
		if _, err := first.Cosigned(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("cosigned before anyone was asked: %v", err)
		}
		b := w.running(t, evidence.Options{Witnesses: []*witness.Client{one.client, silent.client, two.client}, Need: 2})
		r := w.append(t, b, 300)[299]
		var p []byte
		await(t, "a proof against a cosigned checkpoint", func() bool {
			c, err := b.Cosigned(t.Context())
			if err != nil || c.Size < 303 {
				return false
			}
			proof, err := b.Proof(t.Context(), r.LeafID)
			if err != nil {
				t.Fatal(err)
			}
			p, err = json.Marshal(proof)
			return err == nil
		})
		receipt, err := b.Receipt(t.Context(), holderID, r.LeafID)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(receipt)
		if err != nil {
			t.Fatal(err)
		}
		pub := fmt.Appendf(nil, "%s\n%s\n%s\n", one.witness.Key(), two.witness.Key(), silent.witness.Key())
		if got := verify.LogWitnessed(b.Pub(), text, p, verify.Witnesses{Keys: pub, Need: 2}); got.Verdict != verify.LogValid || len(got.Witnesses) != 2 {
			t.Errorf("with two of three: %+v", got)
		}
		if got := verify.LogWitnessed(b.Pub(), text, p, verify.Witnesses{Keys: pub, Need: 3}); got.Verdict != verify.LogInvalid || got.Causes[0].Code != verify.LogWitness {
			t.Errorf("with three of three: %+v", got)
		}
		certificate := fmt.Appendf(nil, `{"receipt":%s,"proof":%s}`, text, p)
		for need, want := range map[int]string{2: verify.LogValid, 3: verify.LogInvalid} {
			if got := verify.LogCertificate(b.Pub(), certificate, verify.Witnesses{Keys: pub, Need: need}); got.Verdict != want || len(got.Witnesses) != 2 {
				t.Errorf("a certificate that needs %d: %+v", need, got)
			}
		}
		e, err := b.Entry(t.Context(), r.No)
		if err != nil {
			t.Fatal(err)
		}
		if !e.Placed || e.Need != 2 || len(e.Witnesses) != 2 || e.Witnesses[0].Witness != "one.example" || e.Witnesses[1].Witness != "two.example" {
			t.Errorf("by its number: %+v", e)
		}
		h, err := b.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if h.Size != 303 || h.MapSize != 303 || h.State(w.clock.Now()) != evidence.LogRunning || h.Cosigned != 303 || h.Pending != 0 || !h.PublishedAt.Equal(w.clock.Now()) || h.Stopped || len(h.Witnesses) != 3 {
			t.Errorf("health: %+v", h)
		}
		for i, fault := range []string{"", evidence.WitnessSilent, ""} {
			if h.Witnesses[i].Fault != fault {
				t.Errorf("health of %s: %+v", h.Witnesses[i].Name, h.Witnesses[i])
			}
		}
	})
}

// Witnesses that are dead, slow or talk nonsense cost cosignatures, never a record and never the log's pace.
func TestBadWitnessesHoldNothingUp(t *testing.T) {
	t.Parallel()
	d := openSQLite(t)
	w := newWorld(t, d)
	first := w.open(t, evidence.Options{})
	nonsense := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
			_, _ = out.Write([]byte(strings.Repeat("— x AAAA\n", 10_000)))
		})
	}
	liar := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
			out.WriteHeader(http.StatusConflict)
			_, _ = out.Write([]byte("1\n"))
		})
	}
	var clients []*witness.Client
	for name, around := range map[string]func(http.Handler) http.Handler{"dead": dead, "nonsense": nonsense, "liar": liar} {
		clients = append(clients, w.office(t, first, name, around).client)
	}
	b := w.running(t, evidence.Options{Witnesses: clients, Need: 1})
	for range 5 {
		r := w.append(t, b, 10)[9]
		await(t, "a proof", func() bool {
			_, err := b.Proof(t.Context(), r.LeafID)
			return err == nil
		})
	}
	if _, err := b.Cosigned(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("cosigned by nobody: %v", err)
	}
}

// The log was put back from an old backup, database and files together, and went on: nothing in it contradicts itself. The
// witness remembers.
func TestWitnessCatchesRestoredLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leaves int
		fault  string
	}{"while shorter": {2, evidence.WitnessAhead}, "once as long": {3, evidence.WitnessForked}, "when longer": {4, evidence.WitnessForked}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			honest := newWorld(t, openSQLite(t))
			first := honest.open(t, evidence.Options{})
			honest.append(t, first, 3)
			mustSequence(t, first)
			head, err := first.Checkpoint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			restored := newWorld(t, openSQLite(t))
			o := restored.office(t, first, "one.example", nil)
			if _, err := o.witness.Add(t.Context(), witness.Request{Signed: head}.Bytes()); err != nil {
				t.Fatal(err)
			}
			b := restored.open(t, evidence.Options{})
			restored.append(t, b, c.leaves)
			mustSequence(t, b)
			restored.clock.Move(time.Minute)
			b = restored.running(t, evidence.Options{Witnesses: []*witness.Client{o.client}, Need: 1})
			await(t, "the witness's accusation", func() bool {
				h, err := b.Health(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return h.Witnesses[0].Fault == c.fault
			})
			if _, err := b.Cosigned(t.Context()); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("cosigned: %v", err)
			}
		})
	}
}
