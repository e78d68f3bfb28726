package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/blob"
)

// add lays a file down.
func add(t testing.TB, p *blob.Pile, data []byte) string {
	t.Helper()
	ref, err := p.Add(context.Background(), data)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func TestPileOfManyAtOnce(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	const writers, files = 8, 40
	refs := make([][]string, writers)
	content := func(w, i int) []byte { return bytes.Repeat([]byte{byte(w), byte(i)}, i*100) }
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			p := f.Pile()
			for i := range files {
				refs[w] = append(refs[w], add(t, p, content(w, i)))
			}
			if err := p.Sync(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	reopened, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for w := range refs {
		for i, ref := range refs[w] {
			if got, err := reopened.Get(context.Background(), ref); err != nil || !bytes.Equal(got, content(w, i)) {
				t.Errorf("file %d of writer %d: %d bytes, %v", i, w, len(got), err)
			}
		}
	}
	packs, err := reopened.Packs()
	if err != nil || len(packs) > writers {
		t.Fatal(packs, err)
	}
	var list []blob.Packed
	for _, id := range packs {
		files, rest, err := reopened.ListPack(id)
		if err != nil || rest != 0 {
			t.Errorf("%d bytes of no file, %v", rest, err)
		}
		list = append(list, files...)
	}
	if len(list) != writers*files {
		t.Errorf("%d files", len(list))
	}
	known := map[string]bool{}
	for _, x := range list {
		if known[x.Ref] = true; !x.Whole {
			t.Errorf("%s is not whole", x.Ref)
		}
	}
	for w := range refs {
		for _, ref := range refs[w] {
			if !known[ref] {
				t.Errorf("%s is not listed", ref)
			}
		}
	}
}

// A pack that is full gives way to the next one, and what is synced lies in both.
func TestPacksHaveABound(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	p := f.Pile()
	big := make([]byte, 40<<20)
	refs := []string{add(t, p, big), add(t, p, big), add(t, p, []byte("next"))}
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	if refs[0][:37] != refs[1][:37] || refs[1][:37] == refs[2][:37] {
		t.Errorf("references %v", refs)
	}
	if got, err := f.Get(context.Background(), refs[2]); err != nil || string(got) != "next" {
		t.Errorf("%q, %v", got, err)
	}
}

// What a crash leaves at the end of a pack, at whatever byte, hides nothing before it.
func TestTornPacks(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	p := f.Pile()
	refs := []string{add(t, p, []byte("first")), add(t, p, []byte("second")), add(t, p, []byte("third"))}
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	packs, err := f.Packs()
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	path := filepath.Join(dir, "packs", packs[0]+".pack")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{len("YXPACK01")}
	for _, s := range []string{"first", "second", "third"} {
		ends = append(ends, ends[len(ends)-1]+12+len(s))
	}
	for cut := range whole {
		want := 0
		for want < 3 && ends[want+1] <= cut {
			want++
		}
		for name, torn := range map[string][]byte{"cut off": whole[:cut], "zeroes": append(bytes.Clone(whole[:cut]), make([]byte, len(whole)-cut)...)} {
			if err := os.WriteFile(path, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			list, _, err := f.ListPack(packs[0])
			sound := 0
			for _, x := range list {
				if x.Whole {
					sound++
				}
			}
			if err != nil || sound != want {
				t.Errorf("%s at %d: %d files, %v, want %d", name, cut, sound, err, want)
			}
			for i, text := range []string{"first", "second", "third"}[:want] {
				if got, err := f.Get(context.Background(), refs[i]); err != nil || string(got) != text {
					t.Errorf("%s at %d: %q, %v", name, cut, got, err)
				}
			}
		}
	}
}

// Piles one after the other share a pack; what a dropped one left in it is written over.
func TestPilesFollowOneAnotherInAPack(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	var refs, texts []string
	for i := range 20 {
		p := f.Pile()
		for j := range 3 {
			text := strings.Repeat(fmt.Sprint(i, " ", j), 1+i*j*9_000)
			ref := add(t, p, []byte(text))
			if i%4 != 1 {
				refs, texts = append(refs, ref), append(texts, text)
			}
		}
		if i%4 == 1 {
			p.Drop()
		} else if err := p.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	packs, err := f.Packs()
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	for i, ref := range refs {
		if got, err := f.Get(context.Background(), ref); err != nil || string(got) != texts[i] {
			t.Errorf("file %d: %d bytes, %v", i, len(got), err)
		}
	}
	list, rest, err := f.ListPack(packs[0])
	if err != nil || rest != 0 || len(list) != len(refs) {
		t.Fatalf("%d files and %d bytes, %v", len(list), rest, err)
	}
	for i, x := range list {
		if x.Ref != refs[i] || !x.Whole {
			t.Errorf("%d is listed as %v", i, x)
		}
	}
}

func TestStrangePackReferences(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	p := f.Pile()
	good := add(t, p, []byte("data"))
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	id := good[5:37]
	for _, ref := range []string{"pack:", "pack:::", "pack:" + id, "pack:" + id + ":20", "pack:" + id + ":20:5000", "pack:" + id + ":20:999999999999",
		"pack:" + id + ":-1:4", "pack:" + id + ":020:4", "pack:" + id + ":+20:4", "pack:" + id + ":0:4", "pack:" + id + ":9223372036854775807:4",
		"pack:../../../../etc/passwd:20:4", "pack:" + strings.Repeat("0", 32) + ":20:4", good + ":1", strings.ToUpper(good)} {
		if _, err := f.Get(context.Background(), ref); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s: %v", ref, err)
		}
		if err := f.Remove(context.Background(), ref); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("remove %s: %v", ref, err)
		}
	}
	if err := f.Remove(context.Background(), good); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a file is taken out of a pack: %v", err)
	}
}

func FuzzPackReference(f *testing.F) {
	store, err := blob.OpenFolder(filepath.Join(f.TempDir(), "files"))
	if err != nil {
		f.Fatal(err)
	}
	p := store.Pile()
	good := add(f, p, []byte("data"))
	if err := p.Sync(); err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("pack:" + strings.Repeat("0", 32) + ":20:4")
	f.Fuzz(func(t *testing.T, ref string) {
		got, err := store.Get(context.Background(), ref)
		if err == nil && ref == good && string(got) != "data" {
			t.Errorf("%q", got)
		}
		if err == nil && !strings.HasPrefix(ref, good[:37]) {
			t.Errorf("%q gives something", ref)
		}
	})
}

// A pack in which writing failed is given up: what is not synced in it does not count, and the next file begins another.
func TestAPackThatFailsIsGivenUp(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	kept := f.Pile()
	before := add(t, kept, []byte("before"))
	if err := kept.Sync(); err != nil {
		t.Fatal(err)
	}
	p := f.Pile()
	lost := add(t, p, []byte("lost"))
	blob.Break(p)
	other := f.Pile()
	after := add(t, other, []byte("after"))
	if err := p.Sync(); err == nil {
		t.Error("what lies in a broken pack is said to be durable: " + lost)
	}
	if err := other.Sync(); err != nil {
		t.Error(err)
	}
	for ref, want := range map[string]string{before: "before", after: "after"} {
		if got, err := f.Get(context.Background(), ref); err != nil || string(got) != want {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func BenchmarkPile(b *testing.B) {
	f, err := blob.OpenFolder(filepath.Join(b.TempDir(), "files"))
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{1 << 10, 80 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			data := make([]byte, size)
			b.SetBytes(int64(size))
			p := f.Pile()
			for n := range b.N {
				add(b, p, data)
				if n%500 == 499 {
					if err := p.Sync(); err != nil {
						b.Fatal(err)
					}
					p = f.Pile()
				}
			}
			if err := p.Sync(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
