package ofd_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/specimen"
)

func compiled(b *testing.B) (*specimen.Specimen, *ofd.Compiled) {
	b.Helper()
	s, err := specimen.New()
	if err != nil {
		b.Fatal(err)
	}
	c, err := ofd.Compile(s.Fonts, s.Template)
	if err != nil {
		b.Fatal(err)
	}
	return s, c
}

// BenchmarkBuild writes licenses without seals on a compiled template.
func BenchmarkBuild(b *testing.B) {
	s, c := compiled(b)
	docs := make([]*ofd.Document, 256)
	for i := range docs {
		docs[i] = s.License(i)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		p, err := c.Build(docs[n%len(docs)])
		if err != nil {
			b.Fatal(err)
		}
		packed(b, p)
		n++
	}
}
