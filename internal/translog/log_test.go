package translog_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/translog"
)

func mustAppend(t testing.TB, l *translog.Log, list [][]byte) *translog.Head {
	t.Helper()
	head, err := l.Append(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func mustOpen(t testing.TB, s translog.Store, h translog.Hasher) *translog.Log {
	t.Helper()
	l, err := translog.Open(t.Context(), s, h, signers(t)...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The roots of RFC 6962 trees that Certificate Transparency publishes for its test leaves.
func TestRootsOfPublicVectors(t *testing.T) {
	t.Parallel()
	l := mustOpen(t, newMemory(), rfc6962.DefaultHasher)
	want := testonly.RootHashes()
	if head := mustAppend(t, l, nil); !bytes.Equal(head.Root, want[0]) {
		t.Errorf("empty tree: root %x, want %x", head.Root, want[0])
	}
	for i, leaf := range testonly.LeafInputs() {
		if head := mustAppend(t, l, [][]byte{leaf}); !bytes.Equal(head.Root, want[i+1]) {
			t.Errorf("size %d: root %x, want %x", i+1, head.Root, want[i+1])
		}
	}
}

// Go's checksum database has an implementation of its own; with SHA-256 it must accept our proofs.
func TestProofsAcceptedByAnotherImplementation(t *testing.T) {
	t.Parallel()
	l := mustOpen(t, newMemory(), rfc6962.DefaultHasher)
	old := mustAppend(t, l, entries(0, 300))
	head := mustAppend(t, l, entries(300, 777))
	for _, i := range []int{0, 1, 255, 256, 299, 511, 512, 767, 768, 776} {
		leaf, hashes, err := l.Inclusion(t.Context(), head, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		if want := tlog.RecordHash(entry(i)); !bytes.Equal(leaf, want[:]) {
			t.Errorf("leaf %d: hash %x, want %x", i, leaf, want)
		}
		err = tlog.CheckRecord(theirs(hashes), int64(head.Size), tlog.Hash(head.Root), int64(i), tlog.Hash(leaf))
		if err != nil {
			t.Errorf("leaf %d: %v", i, err)
		}
	}
	hashes, err := l.Consistency(t.Context(), old.Size, head)
	if err != nil {
		t.Fatal(err)
	}
	err = tlog.CheckTree(theirs(hashes), int64(head.Size), tlog.Hash(head.Root), int64(old.Size), tlog.Hash(old.Root))
	if err != nil {
		t.Error(err)
	}
}

func theirs(hashes [][]byte) []tlog.Hash {
	var list []tlog.Hash
	for _, h := range hashes {
		list = append(list, tlog.Hash(h))
	}
	return list
}

func TestSM3Hasher(t *testing.T) {
	t.Parallel()
	var h translog.SM3
	// Computed with OpenSSL: of nothing, of 00 and "abc", of 01 and twice the first.
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"empty root", h.EmptyRoot(), "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
		{"leaf", h.HashLeaf([]byte("abc")), "a7fe0cdcc2194aa7a9c6bfad5637581bf051d935a10bb6a9ccabfce125c27d96"},
		{"node", h.HashChildren(h.EmptyRoot(), h.EmptyRoot()), "261c6340ec217dc04fb8f70d35db5f18dad4f6aed30783b3e8ee92f82245c111"},
	} {
		if got := hex.EncodeToString(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// The layout of a tree of 70,000 is spelled out in tlog-tiles.
func TestLayoutOfTheSpecification(t *testing.T) {
	t.Parallel()
	m := newMemory()
	mustAppend(t, mustOpen(t, m, translog.SM3{}), entries(0, 70_000))
	width := map[string]int{
		"tile/0/272": 256, "tile/0/273.p/112": 112,
		"tile/1/000": 256, "tile/1/001.p/17": 17, "tile/2/000.p/1": 1,
	}
	for path, n := range width {
		if got := len(m.files[path]); got != n*translog.HashSize {
			t.Errorf("%s: %d bytes, want %d hashes", path, got, n)
		}
	}
	if want := 274 + 2 + 1 + 274 + 1; len(m.files) != want {
		t.Errorf("%d files, want %d", len(m.files), want)
	}
}

func TestHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		m, want := newMemory(), testonly.New(translog.SM3{})
		l := openWith(t, m)
		var heads []*translog.Head
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			if rapid.Bool().Draw(t, "reopen") {
				l = openWith(t, m)
			}
			n := int(want.Size())
			batch := entries(n, n+rapid.IntRange(0, 600).Draw(t, "batch"))
			head, err := l.Append(ctx, batch)
			if err != nil {
				t.Fatal(err)
			}
			want.AppendData(batch...)
			if !bytes.Equal(head.Root, want.Hash()) {
				t.Fatalf("size %d: root %x, want %x", head.Size, head.Root, want.Hash())
			}
			heads = append(heads, head)
		}
		head := heads[len(heads)-1]
		for _, old := range heads {
			checkConsistency(t, l, old, head)
		}
		if head.Size > 0 {
			i := rapid.Uint64Range(0, head.Size-1).Draw(t, "index")
			checkInclusion(t, l, head, i)
			checkEntries(t, l, head, i)
		}
	})
}

func openWith(t *rapid.T, s translog.Store) *translog.Log {
	l, err := translog.Open(context.Background(), s, translog.SM3{}, testSigners...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func checkConsistency(t *rapid.T, l *translog.Log, old, head *translog.Head) {
	hashes, err := l.Consistency(context.Background(), old.Size, head)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.VerifyConsistency(translog.SM3{}, old.Size, head.Size, hashes, old.Root, head.Root); err != nil {
		t.Fatalf("%d to %d: %v", old.Size, head.Size, err)
	}
	root, err := l.Root(context.Background(), old.Size, head)
	if err != nil || !bytes.Equal(root, old.Root) {
		t.Fatalf("root of %d in %d: %x, %v", old.Size, head.Size, root, err)
	}
}

func checkInclusion(t *rapid.T, l *translog.Log, head *translog.Head, i uint64) {
	var h translog.SM3
	_, hashes, err := l.Inclusion(context.Background(), head, i)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.VerifyInclusion(h, i, head.Size, h.HashLeaf(entry(int(i))), hashes, head.Root); err != nil {
		t.Fatalf("leaf %d: %v", i, err)
	}
	changed := entry(int(i))
	changed[rapid.IntRange(0, len(changed)-1).Draw(t, "byte")] ^= 1
	if proof.VerifyInclusion(h, i, head.Size, h.HashLeaf(changed), hashes, head.Root) == nil {
		t.Fatalf("leaf %d: a changed leaf was accepted", i)
	}
}

func checkEntries(t *rapid.T, l *translog.Log, head *translog.Head, i uint64) {
	list, err := l.Entries(context.Background(), head, i)
	if err != nil {
		t.Fatal(err)
	}
	first := i - i%translog.TileWidth
	if want := min(head.Size-first, translog.TileWidth); uint64(len(list)) != want {
		t.Fatalf("bundle of %d: %d entries, want %d", i, len(list), want)
	}
	if got := list[i-first]; !bytes.Equal(got, entry(int(i))) {
		t.Fatalf("entry %d: %q", i, got)
	}
}

// Power fails after any number of writes; the next process offers the same leaves, cut differently.
func TestResumeAfterPowerCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		m := newMemory()
		total := rapid.IntRange(1, 1500).Draw(t, "total")
		var published *translog.Head
		for cut := 0; ; cut++ {
			if m.fuel = -1; cut < 8 {
				m.fuel = rapid.IntRange(0, 12).Draw(t, "fuel")
			}
			l := openWith(t, m)
			if published != nil && l.Size() < published.Size {
				t.Fatalf("size went back from %d to %d", published.Size, l.Size())
			}
			for int(l.Size()) < total {
				n := int(l.Size())
				head, err := l.Append(ctx, entries(n, min(total, n+rapid.IntRange(1, 700).Draw(t, "batch"))))
				if errors.Is(err, errPower) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				published = head
			}
			if int(l.Size()) == total && m.fuel != 0 {
				break
			}
		}
		want := testonly.New(translog.SM3{})
		want.AppendData(entries(0, total)...)
		head, err := openWith(t, m).Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if int(head.Size) != total || !bytes.Equal(head.Root, want.Hash()) {
			t.Fatalf("tree of %d with root %x, want %d and %x", head.Size, head.Root, total, want.Hash())
		}
	})
}

func TestStopsRatherThanFork(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, m *memory){
		"changed tile":       func(_ *testing.T, m *memory) { m.files["tile/0/001.p/44"][7] ^= 1 },
		"missing tile":       func(_ *testing.T, m *memory) { delete(m.files, "tile/1/000.p/1") },
		"short tile":         func(_ *testing.T, m *memory) { m.files["tile/1/000.p/1"] = nil },
		"missing entries":    func(_ *testing.T, m *memory) { delete(m.files, "tile/entries/001.p/44") },
		"damaged entries":    func(_ *testing.T, m *memory) { m.files["tile/entries/001.p/44"][0] = 9 },
		"changed checkpoint": func(_ *testing.T, m *memory) { m.files["checkpoint"][len(origin)+1] ^= 1 },
		"foreign checkpoint": func(t *testing.T, m *memory) {
			other := newMemory()
			mustAppend(t, mustOpen(t, other, translog.SM3{}), entries(1, 301))
			m.files["checkpoint"] = other.files["checkpoint"]
		},
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			mustAppend(t, mustOpen(t, m, translog.SM3{}), entries(0, 300))
			damage(t, m)
			_, err := translog.Open(t.Context(), m, translog.SM3{}, signers(t)...)
			if !errors.Is(err, translog.ErrFatal) {
				t.Errorf("open: %v, want ErrFatal", err)
			}
		})
	}
}

func TestStopsWhenLeavesChangeAfterCrash(t *testing.T) {
	t.Parallel()
	m := newMemory()
	l := mustOpen(t, m, translog.SM3{})
	if _, err := l.Integrate(t.Context(), entries(0, 3), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Integrate(t.Context(), entries(1, 4), nil); !errors.Is(err, translog.ErrFatal) {
		t.Errorf("other leaves: %v, want ErrFatal", err)
	}
}

func TestCheckpointNeverGoesBack(t *testing.T) {
	t.Parallel()
	m := newMemory()
	l := mustOpen(t, m, translog.SM3{})
	mustAppend(t, l, entries(0, 3))
	early := bytes.Clone(m.files["checkpoint"])
	mustAppend(t, l, entries(3, 5))

	m.files["checkpoint"] = early
	if err := l.Load(t.Context()); !errors.Is(err, translog.ErrFatal) {
		t.Errorf("older checkpoint: %v, want ErrFatal", err)
	}
	delete(m.files, "checkpoint")
	if err := l.Load(t.Context()); !errors.Is(err, translog.ErrFatal) {
		t.Errorf("no checkpoint: %v, want ErrFatal", err)
	}
	if _, err := l.Append(t.Context(), entries(5, 6)); !errors.Is(err, translog.ErrFatal) {
		t.Errorf("append without checkpoint: %v, want ErrFatal", err)
	}
}

func TestTwoSequencers(t *testing.T) {
	t.Parallel()
	m := newMemory()
	one, two := mustOpen(t, m, translog.SM3{}), mustOpen(t, m, translog.SM3{})
	slow, err := one.Integrate(t.Context(), entries(0, 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, two, entries(0, 5))
	if err := one.Publish(t.Context(), slow); !errors.Is(err, translog.ErrMoved) {
		t.Errorf("publish behind another's back: %v, want ErrMoved", err)
	}
	if err := one.Load(t.Context()); err != nil || one.Size() != 5 {
		t.Errorf("load: size %d, %v", one.Size(), err)
	}
	mustAppend(t, one, entries(5, 6))
	if err := two.Load(t.Context()); err != nil || two.Size() != 6 {
		t.Errorf("load: size %d, %v", two.Size(), err)
	}
}

// A tree that was integrated but never published must not show in the next one.
func TestDroppedIntegration(t *testing.T) {
	t.Parallel()
	for base := range 9 {
		l := mustOpen(t, newMemory(), translog.SM3{})
		mustAppend(t, l, entries(0, base))
		if _, err := l.Integrate(t.Context(), entries(base, base+3), nil); err != nil {
			t.Fatal(err)
		}
		want := testonly.New(translog.SM3{})
		want.AppendData(entries(0, base+5)...)
		if head := mustAppend(t, l, entries(base, base+5)); !bytes.Equal(head.Root, want.Hash()) {
			t.Errorf("from %d: root %x, want %x", base, head.Root, want.Hash())
		}
	}
}

func TestPublishTwiceIsOnce(t *testing.T) {
	t.Parallel()
	l := mustOpen(t, newMemory(), translog.SM3{})
	p, err := l.Integrate(t.Context(), entries(0, 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Publish(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if l.Size() != 3 {
		t.Errorf("size %d, want 3", l.Size())
	}
}

// Partial tiles go once the full one stands, and a reader that still holds the older head is served.
func TestPrunedPartialTiles(t *testing.T) {
	t.Parallel()
	m := newMemory()
	l := mustOpen(t, m, translog.SM3{})
	old := mustAppend(t, l, entries(0, 200))
	mustAppend(t, l, entries(200, 256))
	for path := range m.files {
		if path == "tile/0/000.p/200" || path == "tile/entries/000.p/200" {
			t.Errorf("%s still stands", path)
		}
	}
	if _, _, err := l.Inclusion(t.Context(), old, 199); err != nil {
		t.Errorf("proof in the older tree: %v", err)
	}
	if list, err := l.Entries(t.Context(), old, 0); err != nil || len(list) != 200 {
		t.Errorf("entries of the older tree: %d, %v", len(list), err)
	}
}

func TestRefusesLongEntry(t *testing.T) {
	t.Parallel()
	l := mustOpen(t, newMemory(), translog.SM3{})
	if _, err := l.Append(t.Context(), [][]byte{make([]byte, translog.MaxEntry+1)}); err == nil {
		t.Error("an entry longer than its length field was taken")
	}
	mustAppend(t, l, [][]byte{make([]byte, translog.MaxEntry)})
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("folder/%d", n), func(b *testing.B) {
			f, err := translog.OpenFolder(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			l := mustOpen(b, f, translog.SM3{})
			for b.Loop() {
				from := int(l.Size())
				mustAppend(b, l, entries(from, from+n))
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
		})
	}
}

func BenchmarkInclusion(b *testing.B) {
	f, err := translog.OpenFolder(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	l := mustOpen(b, f, translog.SM3{})
	head := mustAppend(b, l, entries(0, 100_000))
	i := uint64(0)
	for b.Loop() {
		if _, _, err := l.Inclusion(b.Context(), head, i*7919%head.Size); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
