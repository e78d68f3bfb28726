package verify_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/klauspost/compress/flate"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/specimen"
	"github.com/yinxin-org/yinxin/verify"
)

// specimens are licenses to verify, as package ofd's benchmarks make them, and the anchors they go back to.
func specimens(b *testing.B) ([][]byte, verify.Options) {
	b.Helper()
	p, err := specimen.NewPress()
	if err != nil {
		b.Fatal(err)
	}
	files := make([][]byte, 64)
	for i := range files {
		if files[i], err = p.Sealed(p.License(i)); err != nil {
			b.Fatal(err)
		}
	}
	a, err := verify.ParseAnchors(gm.EncodePEM(p.Root))
	if err != nil {
		b.Fatal(err)
	}
	return files, verify.Options{Anchors: a, Now: specimen.When.AddDate(0, 0, 1)}
}

// BenchmarkVerify judges licenses, from the bytes of the file to the verdict.
func BenchmarkVerify(b *testing.B) {
	files, o := specimens(b)
	b.ReportAllocs()
	n := 0
	defer specimen.CPU(b)()
	for b.Loop() {
		if r := verify.File(files[n%len(files)], o); r.Verdict != verify.Valid {
			b.Fatal(r.Causes)
		}
		n++
	}
}

func BenchmarkVerifyParallel(b *testing.B) {
	files, o := specimens(b)
	b.ReportAllocs()
	defer specimen.CPU(b)()
	b.ResetTimer() // b.Loop would do it
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			if r := verify.File(files[n%len(files)], o); r.Verdict != verify.Valid {
				b.Error(r.Causes)
				return
			}
		}
	})
}

// BenchmarkVerifyFloor does only what no checker can leave out: inflate every entry, SM3 over every byte, and verify
// the signatures of the seal's maker and of the signer. The certificates' own signatures are left out of it.
func BenchmarkVerifyFloor(b *testing.B) {
	files, _ := specimens(b)
	type packed struct {
		data   []byte
		method uint16
		size   int
	}
	contents := make([][]packed, len(files))
	for i, file := range files {
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range z.File {
			raw, err := f.OpenRaw()
			if err != nil {
				b.Fatal(err)
			}
			data, err := io.ReadAll(raw)
			if err != nil {
				b.Fatal(err)
			}
			contents[i] = append(contents[i], packed{data, f.Method, int(f.UncompressedSize64)})
		}
	}
	p, err := ofd.Read(files[0], ofd.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	seal, _ := p.Entry("Doc_0/Signs/Sign_0/Seal.esl")
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
	value, err := signer.Sign(seal)
	if err != nil {
		b.Fatal(err)
	}
	inflater := flate.NewReader(nil)
	out := make([]byte, 1<<20)
	n := 0
	defer specimen.CPU(b)()
	for b.Loop() {
		for _, e := range contents[n%len(contents)] {
			data := e.data
			if e.method == zip.Deflate {
				_ = inflater.(flate.Resetter).Reset(bytes.NewReader(e.data), nil)
				data = out[:e.size]
				if _, err := io.ReadFull(inflater, data); err != nil {
					b.Fatal(err)
				}
			}
			sm3.Sum(data)
		}
		for range 2 { // both are over the seal and little more
			if !sm2.VerifyASN1WithSM2(signer.Public(), nil, seal, value) {
				b.Fatal("signature does not verify")
			}
		}
		n++
	}
}
