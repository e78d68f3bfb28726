package ofd_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"github.com/yinxin-org/yinxin/ofd"
)

// several is the sample with a second page on a foreground template and a third
// on the first one.
func several(t testing.TB) *ofd.Document {
	t.Helper()
	doc := copied(t)
	first := doc.Pages[0]
	frame := &ofd.TemplatePage{Name: "续页", Foreground: true, Objects: []ofd.Object{
		ofd.Text{X: 20, Y: 20, Size: 5, Value: "续页", Tag: "IGNORED"},
		ofd.Image{X: 100, Y: 10, W: 25, H: 35, Data: portrait(t)},
	}}
	doc.Pages = append(doc.Pages,
		ofd.Page{Width: 210, Height: 297, Template: frame, Content: []ofd.Object{ofd.Text{X: 30, Y: 50, Size: 5, Value: "名称续", Tag: "CZZT"}}},
		ofd.Page{Width: 297, Height: 210, Template: first.Template, Annots: first.Annots})
	return doc
}

func TestCompiledGivesWhatBuildGives(t *testing.T) {
	t.Parallel()
	doc := several(t)
	c, err := ofd.Compile(doc.Fonts, doc.Pages[0].Template, doc.Pages[1].Template)
	if err != nil {
		t.Fatal(err)
	}
	want := packed(t, build(t, doc))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			other := sample(t)
			other.Pages[0].Template = doc.Pages[0].Template
			if _, err := c.Build(other); err != nil {
				t.Error(err)
			}
			p, err := c.Build(doc)
			if err != nil {
				t.Error(err)
				return
			}
			if got := packed(t, p); !bytes.Equal(got, want) {
				t.Error("the compiled document differs from the built one")
			}
		})
	}
	wait.Wait()
}

func TestSeveralPagesShareTemplates(t *testing.T) {
	t.Parallel()
	p := build(t, several(t))
	if got := len(slices.DeleteFunc(p.Names(), func(n string) bool { return !bytes.HasPrefix([]byte(n), []byte("Doc_0/Tpls/")) })); got != 2 {
		t.Errorf("got %d template pages, want 2", got)
	}
	info, err := reread(t, p).Info()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, page := range info.Pages {
		ids = append(ids, page.ID)
	}
	if got := p.PageIDs(); !slices.Equal(got, ids) || len(ids) != 3 {
		t.Errorf("PageIDs = %q, read %q", got, ids)
	}
	if got := reread(t, p).PageIDs(); !slices.Equal(got, ids) {
		t.Errorf("PageIDs of the read package = %q, want %q", got, ids)
	}
	if info.Tags["CZZT"] == "" || info.Tags["IGNORED"] != "" {
		t.Errorf("tags = %v", info.Tags)
	}
	if info.Pages[1].TemplateText != "续页" || info.Pages[2].TemplateText != info.Pages[0].TemplateText || info.Pages[2].AnnotText == "" {
		t.Errorf("pages = %+v", info.Pages)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	doc := sample(t)
	twice := doc.Pages[0].Template
	for name, templates := range map[string][]*ofd.TemplatePage{
		"nil":     {nil},
		"twice":   {twice, twice},
		"control": {{Objects: []ofd.Object{ofd.Path{}}}},
	} {
		var wrong *ofd.DocumentError
		if _, err := ofd.Compile(doc.Fonts, templates...); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, want a DocumentError", name, err)
		}
	}
	c, err := ofd.Compile(doc.Fonts[:1])
	if err != nil {
		t.Fatal(err)
	}
	var wrong *ofd.DocumentError
	if _, err := c.Build(doc); !errors.As(err, &wrong) || wrong.Field != "Fonts" {
		t.Errorf("other fonts: got %v", err)
	}
	doc.Fonts = doc.Fonts[:1]
	if _, err := c.Build(doc); !errors.As(err, &wrong) || wrong.Field != "Page.Template" {
		t.Errorf("a template that was not compiled: got %v", err)
	}
}

func TestDigestIsThatOfTheEntry(t *testing.T) {
	t.Parallel()
	p := build(t, sample(t))
	c := p.Clone()
	if err := c.Put("Doc_0/Signs/Signatures.xml", []byte("<a/>")); err != nil {
		t.Fatal(err)
	}
	if err := c.PutDigested("Doc_0/x.esl", []byte("seal"), sm3.Sum([]byte("seal"))); err != nil {
		t.Fatal(err)
	}
	for _, q := range []*ofd.Package{p, c, reread(t, c)} {
		for _, name := range q.Names() {
			data, _ := q.Entry(name)
			if got, ok := q.Digest("/" + name); !ok || got != sm3.Sum(data) {
				t.Errorf("%s: wrong digest", name)
			}
		}
		if _, ok := q.Digest("none"); ok {
			t.Error("an entry that is not there has a digest")
		}
	}
	if p.SignatureList() != "Doc_0/Signs/Signatures.xml" || reread(t, p).SignatureList() != p.SignatureList() {
		t.Errorf("SignatureList = %q", p.SignatureList())
	}
}

// Parts that are the same in every document are packed and digested once, but a
// crowd of different ones does not fill the memory.
func TestCompiledStaysSmall(t *testing.T) {
	t.Parallel()
	doc := sample(t)
	c, err := ofd.Compile(doc.Fonts, doc.Pages[0].Template)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		doc.Permissions.Copies = i
		p, err := c.Build(doc)
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := p.Entry("Doc_0/Document.xml"); !bytes.Contains(data, fmt.Appendf(nil, `Copies="%d"`, i)) {
			t.Fatalf("document %d has another's permissions", i)
		}
	}
}

// What a compressor has packed before must not show in what it packs now.
func TestBytesDoNotDependOnWhatWasPackedBefore(t *testing.T) {
	t.Parallel()
	one, other := build(t, sample(t)), build(t, several(t))
	want := packed(t, one)
	for range 50 {
		packed(t, other)
		if !bytes.Equal(packed(t, one), want) {
			t.Fatal("the same package has other bytes after another")
		}
	}
}

// What a built package knows of itself holds only as long as its parts do.
func TestAReplacedDocumentIsReadAnew(t *testing.T) {
	t.Parallel()
	p := build(t, sample(t))
	data, _ := p.Entry("Doc_0/Document.xml")
	id := p.PageIDs()[0]
	if err := p.Put("/doc_0/DOCUMENT.xml", bytes.Replace(data, []byte(`<ofd:Page ID="`+id), []byte(`<ofd:Page ID="9`+id), 1)); err != nil {
		t.Fatal(err)
	}
	if got := p.PageIDs(); !slices.Equal(got, []string{"9" + id}) {
		t.Errorf("PageIDs = %q", got)
	}
}
