package witness_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/witness"
)

const origin = "yinxin.example/log"

var now = time.Date(2026, 3, 1, 9, 30, 0, 0, clock.Shanghai)

type sm2Key struct{ *sm2.PrivateKey }

func (k sm2Key) Public() *ecdsa.PublicKey { return &k.PublicKey }

func (k sm2Key) Sign(tbs []byte) ([]byte, error) { return k.SignWithSM2(rand.Reader, nil, tbs) }

func signersOf(name string) []*translog.Signer {
	seed := sha256.Sum256([]byte("key of " + name))
	ed, err := translog.NewEd25519Signer(name, ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err)
	}
	priv, err := sm2.NewPrivateKey(seed[:])
	if err != nil {
		panic(err)
	}
	sm, err := translog.NewSM2Signer(name, sm2Key{priv})
	if err != nil {
		panic(err)
	}
	return []*translog.Signer{ed, sm}
}

func keysOf(signers []*translog.Signer) []*translog.Key {
	return []*translog.Key{signers[0].Key, signers[1].Key}
}

// history is a log of the same keys as every other; what differs is what it says. Its heads are by size.
type history struct {
	log   *translog.Log
	heads map[uint64]*translog.Head
}

// grow makes a log of entries that bear a mark from some index on, publishing at each of the sizes.
func grow(dir, mark string, from int, sizes ...uint64) (*history, error) {
	store, err := translog.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	l, err := translog.Open(context.Background(), store, translog.SM3{}, signersOf(origin)...)
	if err != nil {
		return nil, err
	}
	h := &history{log: l, heads: map[uint64]*translog.Head{}}
	for _, size := range sizes {
		var list [][]byte
		for i := int(l.Size()); i < int(size); i++ {
			entry := fmt.Sprintf("entry %d", i)
			if i >= from {
				entry += mark
			}
			list = append(list, []byte(entry))
		}
		if h.heads[size], err = l.Append(context.Background(), list); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func mustGrow(t testing.TB, mark string, from int, sizes ...uint64) *history {
	t.Helper()
	h, err := grow(t.TempDir(), mark, from, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *history) request(old, size uint64) []byte {
	var proof [][]byte
	if old > 0 && old < size {
		var err error
		if proof, err = h.log.Consistency(context.Background(), old, h.heads[size]); err != nil {
			panic(err)
		}
	}
	return witness.Request{Old: old, Proof: proof, Signed: h.heads[size].Signed}.Bytes()
}

func open(t testing.TB, dir string) *witness.Witness {
	t.Helper()
	seed := sha256.Sum256([]byte("key of a witness"))
	w, err := witness.Open(witness.Options{Dir: dir, Name: "witness.archive.example", Key: ed25519.NewKeyFromSeed(seed[:]),
		Logs: [][]*translog.Key{keysOf(signersOf(origin))}, Clock: clock.At(now), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func status(err error) int {
	if r, ok := errors.AsType[*witness.Refusal](err); ok {
		return r.Status
	}
	if err != nil {
		return 500
	}
	return 200
}

func TestWitnessSignsOnlyWhatExtends(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir)
	good := mustGrow(t, "", 0, 5, 300, 700)
	other := mustGrow(t, " (changed)", 2, 5, 300, 700)
	steps := []struct {
		what string
		body []byte
		want int
	}{
		{"the first checkpoint, on trust", good.request(0, 5), 200},
		{"the same again", good.request(5, 5), 200},
		{"with as many other signatures as a note may have", witness.Request{Old: 5, Signed: append(bytes.Clone(good.heads[5].Signed),
			bytes.Repeat([]byte("— x AAAAAAA=\n"), 98)...)}.Bytes(), 400},
		{"the same, still read", good.request(5, 5), 200},
		{"another tree of the same size", other.request(5, 5), 409},
		{"from the beginning again", good.request(0, 300), 409},
		{"another history that claims to extend", other.request(5, 300), 422},
		{"its continuation", good.request(5, 300), 200},
		{"a step back", good.request(5, 5), 409},
		{"from a size above its own", witness.Request{Old: 400, Signed: good.heads[300].Signed}.Bytes(), 400},
		{"without the proof", witness.Request{Old: 300, Signed: good.heads[700].Signed}.Bytes(), 422},
		{"another history, later", other.request(300, 700), 422},
		{"its continuation again", good.request(300, 700), 200},
	}
	for _, s := range steps {
		line, err := w.Add(t.Context(), s.body)
		if got := status(err); got != s.want {
			t.Fatalf("%s: %d (%v), want %d", s.what, got, err, s.want)
		}
		w = open(t, dir) // what it remembers is on disk after each answer
		if err != nil {
			continue
		}
		_, signed, _ := bytes.Cut(s.body, []byte("\n\n"))
		list := translog.Cosignatures(append(bytes.Clone(signed), line...), []*translog.Key{w.Key()})
		if len(list) != 1 || !list[0].At.Equal(now) {
			t.Errorf("%s: cosignature %q gives %v", s.what, line, list)
		}
	}
	latest, err := w.Latest(t.Context(), origin)
	if err != nil || !bytes.HasPrefix(latest, good.heads[700].Signed) {
		t.Errorf("latest: %v, %q", err, latest)
	}
	if _, err := w.Latest(t.Context(), "other.example/log"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("latest of a log never seen: %v", err)
	}
	forks, err := filepath.Glob(filepath.Join(dir, "forks", "*", "*"))
	if err != nil || len(forks) != 1 {
		t.Fatalf("proofs of two trees kept: %v, %v", forks, err)
	}
	kept, err := os.ReadFile(forks[0])
	if err != nil || !bytes.Equal(kept, other.heads[5].Signed) {
		t.Errorf("kept %q, %v", kept, err)
	}
}

// Two maps of one tree are two stories of whose lists have what: only one gets a signature.
func TestWitnessSignsOneMapOfATree(t *testing.T) {
	t.Parallel()
	w, h := open(t, t.TempDir()), mustGrow(t, "", 0, 5)
	heads := [][]byte{h.heads[5].Signed}
	for i := range 2 {
		p, err := h.log.Integrate(t.Context(), nil, bytes.Repeat([]byte{byte(i + 1)}, translog.HashSize))
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, p.Signed)
	}
	for _, s := range []struct {
		what string
		old  uint64
		head []byte
		want int
	}{
		{"without a map", 0, heads[0], 200}, {"with one", 5, heads[1], 200}, {"the same again", 5, heads[1], 200},
		{"with another", 5, heads[2], 409}, {"without a map again", 5, heads[0], 409},
	} {
		if _, err := w.Add(t.Context(), witness.Request{Old: s.old, Signed: s.head}.Bytes()); status(err) != s.want {
			t.Errorf("%s: %v, want %d", s.what, err, s.want)
		}
	}
}

func TestWitnessRefusesWhomItDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir())
	h := mustGrow(t, "", 0, 5)
	signed := string(h.heads[5].Signed)
	cut := strings.LastIndex(signed, "— ")
	for what, c := range map[string]struct {
		signed string
		want   int
	}{
		"another log":           {strings.ReplaceAll(signed, origin, "other.example/log"), 404},
		"one of two signatures": {signed[:cut], 403},
		"another size":          {strings.Replace(signed, "\n5\n", "\n6\n", 1), 403},
		"no note":               {"hello", 400},
		"an extension line":     {strings.Replace(signed, "\n\n", "\nmore\n\n", 1), 400},
	} {
		_, err := w.Add(t.Context(), []byte("old 0\n\n"+c.signed))
		if got := status(err); got != c.want {
			t.Errorf("%s: %d (%v), want %d", what, got, err, c.want)
		}
	}
	for _, head := range []string{"", "old", "old \n", "old 00\n", "old -1\n", "old +0\n", "Old 0\n", "old 0\r\n", "old 0\nAAAA\n", "old 0\n" + strings.Repeat("A", 43) + "=\n\n"} {
		if _, err := w.Add(t.Context(), []byte(head+"\n"+signed)); status(err) != 400 {
			t.Errorf("request %q: %v, want 400", head, err)
		}
	}
	proof := make([][]byte, 64)
	for i := range proof {
		proof[i] = make([]byte, translog.HashSize)
	}
	if _, err := w.Add(t.Context(), witness.Request{Proof: proof, Signed: h.heads[5].Signed}.Bytes()); status(err) != 400 {
		t.Errorf("64 hashes of proof: %v, want 400", err)
	}
}

// Two histories are offered at once, by many. Whatever the order, only one gets signatures; also when two processes
// work over one folder.
func TestWitnessNeverSignsTwoTrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	both := [2]*history{mustGrow(t, " (a)", 5, 5, 50), mustGrow(t, " (b)", 5, 5, 50)}
	for round := range 5 {
		folder := filepath.Join(dir, fmt.Sprint(round))
		processes := []*witness.Witness{open(t, folder), open(t, folder)}
		if _, err := processes[0].Add(t.Context(), both[0].request(0, 5)); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		var signed [2]int
		for i := range 8 {
			all.Go(func() {
				_, err := processes[i/2%2].Add(t.Context(), both[i%2].request(5, 50))
				mu.Lock()
				defer mu.Unlock()
				switch status(err) {
				case 200:
					signed[i%2]++
				case 409:
				default:
					t.Errorf("offered at once: %v", err)
				}
			})
		}
		all.Wait()
		if signed[0]+signed[1] != 1 {
			t.Errorf("cosigned %d of one history and %d of the other, want one at all", signed[0], signed[1])
		}
	}
}

// Whatever is asked in whatever order, with kills in between, all that was signed lies on one line of history.
func TestWitnessHistories(t *testing.T) {
	t.Parallel()
	sizes := []uint64{1, 2, 7, 8, 100, 256, 257, 600}
	dir := t.TempDir()
	var both [2]*history
	for i, mark := range []string{" (a)", " (b)"} {
		h, err := grow(filepath.Join(dir, mark), mark, 8, sizes...)
		if err != nil {
			t.Fatal(err)
		}
		both[i] = h
	}
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		folder := filepath.Join(dir, fmt.Sprint("run", run))
		w := open(t, folder)
		last, branch := uint64(0), -1
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			b := rapid.IntRange(0, 1).Draw(rt, "branch")
			size := rapid.SampledFrom(sizes).Draw(rt, "size")
			old := rapid.SampledFrom(append([]uint64{0}, sizes...)).Draw(rt, "old")
			if old > size {
				continue
			}
			if rapid.Bool().Draw(rt, "restart") {
				w = open(t, folder)
			}
			_, err := w.Add(context.Background(), both[b].request(old, size))
			may := old == last && (last <= 8 || branch == b) // up to 8 both are one
			if got := status(err) == 200; got != may {
				rt.Fatalf("from %d (branch %d) to %d of branch %d by old %d: %v", last, branch, size, b, old, err)
			}
			if err == nil {
				if last = size; size > 8 {
					branch = b
				}
			}
		}
	})
}

func TestProtocolOverHTTP(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir())
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.Close)
	h, other := mustGrow(t, "", 0, 5, 300), mustGrow(t, " (changed)", 2, 5, 300)
	post := func(body []byte) (status int, kind, answer string) {
		t.Helper()
		resp, err := http.Post(server.URL+"/add-checkpoint", "text/plain", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
	}
	if code, _, answer := post(h.request(0, 5)); code != 200 || !strings.HasPrefix(answer, "— witness.archive.example ") {
		t.Errorf("%d %q", code, answer)
	}
	if code, kind, answer := post(h.request(0, 300)); code != 409 || kind != "text/x.tlog.size" || answer != "5\n" {
		t.Errorf("%d %q %q", code, kind, answer)
	}
	if code, _, _ := post(other.request(5, 300)); code != 422 {
		t.Errorf("inconsistent: %d", code)
	}
	if code, _, _ := post(bytes.Repeat([]byte("a"), 1<<20)); code != 400 {
		t.Errorf("a megabyte: %d", code)
	}

	c := witness.NewClient("市档案馆", server.URL+"/", w.Key())
	_, err := c.Add(t.Context(), 0, nil, h.heads[300].Signed)
	if moved, ok := errors.AsType[*witness.Conflict](err); !ok || moved.Size != 5 {
		t.Errorf("client from the beginning: %v", err)
	}
	proof, err := h.log.Consistency(t.Context(), 5, h.heads[300])
	if err != nil {
		t.Fatal(err)
	}
	given, err := c.Add(t.Context(), 5, proof, h.heads[300].Signed)
	if err != nil || given.Witness != w.Key() || !given.At.Equal(now) {
		t.Errorf("client: %+v, %v", given, err)
	}
	seed := sha256.Sum256([]byte("a stranger"))
	k, err := translog.NewCosigner("witness.archive.example", ed25519.NewKeyFromSeed(seed[:]), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	stranger := witness.NewClient("other", server.URL, k.Key)
	if _, err := stranger.Add(t.Context(), 300, nil, h.heads[300].Signed); err == nil {
		t.Error("a cosignature of another key was taken")
	}
	got, err := http.Get(server.URL + "/checkpoint?origin=" + origin)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != 200 {
		t.Errorf("latest: %d", got.StatusCode)
	}
}

func FuzzRequest(f *testing.F) {
	h, err := grow(f.TempDir(), "", 0, 5, 300)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(h.request(0, 5))
	f.Add(h.request(5, 300))
	f.Add([]byte("old 0\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := witness.ParseRequest(body)
		if err != nil {
			return
		}
		if again := r.Bytes(); !bytes.Equal(again, body) {
			t.Errorf("%q reads back as %q", body, again)
		}
	})
}
