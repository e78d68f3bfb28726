package ofd_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
)

// A package of somebody else names no list of signatures; it gets one, and nothing else changes.
func TestNameSignatureList(t *testing.T) {
	t.Parallel()
	build := func(expected int) *ofd.Package {
		p, err := ofd.Build(&ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "合同", Created: time.Unix(0, 0), SignaturesExpected: expected, Pages: []ofd.Page{{Width: 80, Height: 60}}})
		if err != nil {
			t.Fatal(err)
		}
		file, err := p.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if p, err = ofd.Read(file, ofd.Limits{}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	plain, named := build(0), build(1)
	want := named.SignatureList()
	if plain.SignatureList() != "" || want == "" {
		t.Fatalf("lists %q and %q", plain.SignatureList(), want)
	}
	for range 2 {
		if err := plain.NameSignatureList(); err != nil {
			t.Fatal(err)
		}
	}
	if got := plain.SignatureList(); got != want {
		t.Errorf("list %q, want %q", got, want)
	}
	before, _ := named.Entry("OFD.xml")
	if err := named.NameSignatureList(); err != nil {
		t.Fatal(err)
	}
	if after, _ := named.Entry("OFD.xml"); !bytes.Equal(before, after) {
		t.Error("a package that names a list was changed")
	}
	stray := build(0)
	if err := stray.Put("Doc_0/Signs/Signatures.xml", []byte("<x/>")); err != nil {
		t.Fatal(err)
	}
	if err := stray.NameSignatureList(); err == nil {
		t.Error("a list that nobody named was taken for the document's")
	}
}
