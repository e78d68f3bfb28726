package ofd_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"github.com/klauspost/compress/flate"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/specimen"
)

// press gives the shared parts of the benchmarks and some licenses to go round.
func press(b *testing.B) (*specimen.Press, []*ofd.Document) {
	b.Helper()
	p, err := specimen.NewPress()
	if err != nil {
		b.Fatal(err)
	}
	docs := make([]*ofd.Document, 256)
	for i := range docs {
		docs[i] = p.License(i)
	}
	return p, docs
}

// BenchmarkBuild writes licenses without seals on a compiled template.
func BenchmarkBuild(b *testing.B) {
	s, docs := press(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		p, err := s.Compiled.Build(docs[n%len(docs)])
		if err != nil {
			b.Fatal(err)
		}
		packed(b, p)
		n++
	}
}

// BenchmarkGenerateSealed makes sealed licenses, from the values to the bytes of the file.
func BenchmarkGenerateSealed(b *testing.B) {
	s, docs := press(b)
	b.ReportAllocs()
	n, size := 0, 0
	defer specimen.CPU(b)()
	for b.Loop() {
		data, err := s.Sealed(docs[n%len(docs)])
		if err != nil {
			b.Fatal(err)
		}
		size = len(data)
		n++
	}
	b.ReportMetric(float64(size), "B/file")
}

func BenchmarkGenerateSealedParallel(b *testing.B) {
	s, docs := press(b)
	b.ReportAllocs()
	defer specimen.CPU(b)()
	b.ResetTimer() // b.Loop would do it
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			if _, err := s.Sealed(docs[n%len(docs)]); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkGenerateFloor does only what nobody can leave out who makes such a file from its parts: one SM2 signature
// over the TBS, SM3 over the bytes of all entries, deflate of the entries that differ between licenses.
func BenchmarkGenerateFloor(b *testing.B) {
	s, docs := press(b)
	p, err := s.Seal(docs[0])
	if err != nil {
		b.Fatal(err)
	}
	other, err := s.Seal(docs[1])
	if err != nil {
		b.Fatal(err)
	}
	var all, changing [][]byte
	for _, name := range p.Names() {
		data, _ := p.Entry(name)
		all = append(all, data)
		if was, _ := other.Entry(name); !bytes.Equal(was, data) && !strings.HasSuffix(name, ".jpg") && !strings.HasSuffix(name, ".dat") {
			changing = append(changing, data)
		}
	}
	tbs, _ := p.Entry("Doc_0/Signs/Sign_0/SignedValue.dat")
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := gm.NewCA(keys, "root", "root", specimen.When, 1); err != nil {
		b.Fatal(err)
	}
	signer, err := keys.Signer("root")
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		b.Fatal(err)
	}
	defer specimen.CPU(b)()
	for b.Loop() {
		if _, err := signer.SignDigest(sm3.Sum(tbs)); err != nil {
			b.Fatal(err)
		}
		for _, data := range all {
			sm3.Sum(data)
		}
		for _, data := range changing {
			out.Reset()
			w.Reset(&out)
			_, _ = w.Write(data)
			_ = w.Close()
		}
	}
}
