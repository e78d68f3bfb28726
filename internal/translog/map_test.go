package translog_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/translog"
)

var update = flag.Bool("update", false, "write the vectors anew")

// mapRows keeps a map's rows in memory.
type mapRows map[string][]byte

func (m mapRows) read(_ context.Context, prefixes []string) (map[string][]byte, error) {
	found := make(map[string][]byte)
	for _, p := range prefixes {
		if data, ok := m[p]; ok {
			found[p] = data
		}
	}
	return found, nil
}

func (m mapRows) grow(t rapid.TB, root translog.Hash, adds []translog.MapAdd) translog.Hash {
	t.Helper()
	root, rows, err := translog.GrowMap(context.Background(), m.read, root, adds)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		m[r.Prefix] = r.Data
	}
	return root
}

func labelOf(i int) translog.Label {
	return translog.NewLabel([]byte("key"), "holder", fmt.Sprint("holder ", i))
}

func mapLeaf(i int) translog.Hash { return translog.Hash(translog.SM3{}.HashLeaf(entry(i))) }

// near is a label that has its first bits as few others have: with it the map has deep and shallow places.
func near(i int) translog.Label {
	var l translog.Label
	l[i%7], l[31] = byte(i), byte(i>>3)
	return l
}

// Whatever the order and the size of the steps, the map that grew has the root of the one made at once; every chain and the
// absence of any other is proved under it, and no proof serves for another chain.
func TestMapGrowsAsItIsMade(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, chains := mapRows{}, map[translog.Label]translog.Chain{}
		var root translog.Hash
		label := rapid.Custom(func(t *rapid.T) translog.Label {
			i := rapid.IntRange(0, 400).Draw(t, "label")
			if rapid.Bool().Draw(t, "near") {
				return near(i)
			}
			return labelOf(i)
		})
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			var adds []translog.MapAdd
			for i, l := range rapid.SliceOfN(label, 0, 150).Draw(t, "labels") {
				adds = append(adds, translog.MapAdd{Label: l, Leaf: mapLeaf(i)})
				chains[l] = chains[l].Add(mapLeaf(i))
			}
			root = rows.grow(t, root, adds)
			if want := translog.MapRoot(chains); root != want {
				t.Fatalf("grown root %x, made at once %x", root, want)
			}
		}
		for range 20 {
			l := label.Draw(t, "asked")
			chain, p, err := translog.ProveMap(context.Background(), rows.read, root, l)
			if err != nil {
				t.Fatal(err)
			}
			if chain != chains[l] {
				t.Fatalf("chain %+v, want %+v", chain, chains[l])
			}
			if len(p.Hashes) > 0 {
				p.Hashes[0] = nil
				if got, err := p.Root(l, chain); err == nil && got == root {
					t.Fatal("a proof without its first hash holds")
				}
			}
			_, p, _ = translog.ProveMap(context.Background(), rows.read, root, l)
			for _, other := range []translog.Chain{{}, chain.Add(mapLeaf(1)), {Count: chain.Count + 1, Head: chain.Head}} {
				if got, err := p.Root(l, other); other != chain && err == nil && got == root {
					t.Fatalf("proof of %+v holds for %+v", chain, other)
				}
			}
			if got, err := p.Root(labelOf(-1), chain); err == nil && got == root && chain.Count > 0 {
				t.Fatal("proof holds for another label")
			}
		}
	})
}

func TestDamagedMapStops(t *testing.T) {
	t.Parallel()
	rows := mapRows{}
	var adds []translog.MapAdd
	for i := range 1000 {
		adds = append(adds, translog.MapAdd{Label: labelOf(i), Leaf: mapLeaf(i)})
	}
	root := rows.grow(t, translog.Hash{}, adds)
	for _, prefix := range slices.Sorted(maps.Keys(rows))[:12] {
		for name, data := range map[string][]byte{"gone": nil, "short": rows[prefix][:7], "changed": flipped(rows[prefix], 40)} {
			damaged := maps.Clone(rows)
			if damaged[prefix] = data; data == nil {
				delete(damaged, prefix)
			}
			if _, _, err := translog.GrowMap(t.Context(), damaged.read, root, adds); !errors.Is(err, translog.ErrFatal) {
				t.Fatalf("row %q %s: grow: %v, want ErrFatal", prefix, name, err)
			}
			found := false
			for i := 0; i < 1000 && !found; i++ {
				_, _, err := translog.ProveMap(t.Context(), damaged.read, root, labelOf(i))
				found = errors.Is(err, translog.ErrFatal)
			}
			if !found {
				t.Fatalf("row %q %s: every proof holds", prefix, name)
			}
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

// vectors are chains and maps over SM3 for other implementations.
type vectors struct {
	Key    string       `json:"key"`
	Labels []vectorName `json:"labels"`
	Maps   []vectorMap  `json:"maps"`
}

type vectorName struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Label string `json:"label"`
}

// vectorMap is the map after the first steps.
type vectorMap struct {
	Add    []vectorAdd   `json:"add"` // in addition to those of the map before
	Root   string        `json:"root"`
	Proofs []vectorProof `json:"proofs"`
}

type vectorAdd struct {
	Label string `json:"label"`
	Leaf  string `json:"leaf"`
}

type vectorProof struct {
	Label  string   `json:"label"`
	Count  uint64   `json:"count"`
	Head   string   `json:"head"`
	Hashes []string `json:"hashes"`
	Other  *struct {
		Label string `json:"label"`
		Count uint64 `json:"count"`
		Head  string `json:"head"`
	} `json:"other,omitempty"`
}

const vectorFile = "testdata/map-sm3.json"

func makeVectors(t *testing.T) vectors {
	t.Helper()
	text := func(h translog.Hash) string { return hex.EncodeToString(h[:]) }
	v := vectors{Key: hex.EncodeToString([]byte("key"))}
	for i := range 12 {
		v.Labels = append(v.Labels, vectorName{Kind: "holder", ID: fmt.Sprint("holder ", i), Label: text(labelOf(i))})
	}
	rows := mapRows{}
	var root translog.Hash
	for _, step := range [][]int{nil, {0}, {0, 1}, {2, 3, 4, 2}, {5, 6, 7, 8, 9, 0, 0}} {
		m := vectorMap{Add: []vectorAdd{}}
		var adds []translog.MapAdd
		for i, n := range step {
			a := translog.MapAdd{Label: labelOf(n), Leaf: mapLeaf(i)}
			adds, m.Add = append(adds, a), append(m.Add, vectorAdd{Label: text(a.Label), Leaf: text(a.Leaf)})
		}
		root = rows.grow(t, root, adds)
		m.Root = text(root)
		for i := range 12 {
			chain, p, err := translog.ProveMap(t.Context(), rows.read, root, labelOf(i))
			if err != nil {
				t.Fatal(err)
			}
			x := vectorProof{Label: text(labelOf(i)), Count: chain.Count, Head: text(chain.Head), Hashes: []string{}}
			for _, h := range p.Hashes {
				x.Hashes = append(x.Hashes, hex.EncodeToString(h))
			}
			if o := p.Other; o != nil {
				x.Other = &struct {
					Label string `json:"label"`
					Count uint64 `json:"count"`
					Head  string `json:"head"`
				}{text(o.Label), o.Chain.Count, text(o.Chain.Head)}
			}
			m.Proofs = append(m.Proofs, x)
		}
		v.Maps = append(v.Maps, m)
	}
	return v
}

// The vectors are published: what is in the file can never be other than it is.
func TestMapVectors(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(makeVectors(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(vectorFile, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("chains and maps are other than in %s", vectorFile)
	}
}

func FuzzMapProof(f *testing.F) {
	rows := mapRows{}
	var adds []translog.MapAdd
	chains := map[translog.Label]translog.Chain{}
	for i := range 300 {
		adds = append(adds, translog.MapAdd{Label: labelOf(i), Leaf: mapLeaf(i)})
		chains[labelOf(i)] = chains[labelOf(i)].Add(mapLeaf(i))
	}
	root := rows.grow(f, translog.Hash{}, adds)
	for i := range 302 {
		chain, p, err := translog.ProveMap(context.Background(), rows.read, root, labelOf(i))
		if err != nil {
			f.Fatal(err)
		}
		data, err := json.Marshal(mapAnswer{Chain: chain, Proof: p})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint16(i), data)
	}
	f.Fuzz(func(t *testing.T, n uint16, data []byte) {
		var a mapAnswer
		if json.Unmarshal(data, &a) != nil {
			return
		}
		l := labelOf(int(n))
		if got, err := a.Proof.Root(l, a.Chain); err == nil && got == root && a.Chain != chains[l] {
			t.Errorf("chain %+v is proved, and it is %+v", a.Chain, chains[l])
		}
	})
}

type mapAnswer struct {
	Chain translog.Chain
	Proof translog.MapProof
}

// What 1,000 leaves cost in a map of 10⁵ labels, without the database.
func BenchmarkGrowMap(b *testing.B) {
	rows := mapRows{}
	var root translog.Hash
	add := func(from, n int) {
		adds := make([]translog.MapAdd, n)
		for i := range adds {
			adds[i] = translog.MapAdd{Label: labelOf((from + i) * 7919 % 100_000), Leaf: mapLeaf(i)}
		}
		root = rows.grow(b, root, adds)
	}
	add(0, 100_000)
	n := 0
	for b.Loop() {
		add(n, 1000)
		n += 1000
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(n), "µs/leaf")
}
