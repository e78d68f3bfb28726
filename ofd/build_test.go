package ofd_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
)

func TestBuildWritesTheExactParts(t *testing.T) {
	t.Parallel()
	p := build(t, copied(t))
	for _, name := range p.Names() {
		if !strings.HasSuffix(name, ".xml") {
			continue
		}
		data, _ := p.Entry(name)
		// One element a line, so that a difference can be read.
		golden(t, "copy/"+strings.ReplaceAll(name, "/", "_"), bytes.ReplaceAll(data, []byte("><"), []byte(">\n<")))
	}
}

func TestBuildLayout(t *testing.T) {
	t.Parallel()
	want := []string{
		"OFD.xml", "Doc_0/Document.xml", "Doc_0/PublicRes.xml", "Doc_0/DocumentRes.xml",
		"Doc_0/Res/font_0.ttf", "Doc_0/Res/font_1.ttf", "Doc_0/Res/font_2.ttf", "Doc_0/Res/font_3.ttf", "Doc_0/Res/image_0.png",
		"Doc_0/Tpls/Tpl_0/Content.xml", "Doc_0/Pages/Page_0/Content.xml",
		"Doc_0/Attachs/Attachments.xml", "Doc_0/Attachs/license.json",
		"Doc_0/Tags/CustomTags.xml", "Doc_0/Tags/Tag_License.xml",
	}
	p := build(t, sample(t))
	if got := p.Names(); !slices.Equal(got, want) {
		t.Errorf("names = %q\nwant %q", got, want)
	}
	root, _ := p.Entry("OFD.xml")
	for _, part := range []string{"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", `<ofd:CustomData Name="YX_QZSL">2</ofd:CustomData>`} {
		if !bytes.Contains(root, []byte(part)) {
			t.Errorf("OFD.xml lacks %s", part)
		}
	}
}

func TestBytesIsDeterministicAndStreamable(t *testing.T) {
	t.Parallel()
	first, second := packed(t, build(t, sample(t))), packed(t, build(t, sample(t)))
	if !bytes.Equal(first, second) {
		t.Fatal("two builds of one document differ")
	}
	zr, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range zr.File {
		if f.Flags&8 != 0 {
			t.Errorf("%s has a data descriptor", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*ofd.Document){
		"id":      func(d *ofd.Document) { d.ID = "x" },
		"created": func(d *ofd.Document) { d.Created = time.Time{} },
		"area":    func(d *ofd.Document) { d.Pages[0].Width = 0 },
		"font":    func(d *ofd.Document) { d.Pages[0].Content = []ofd.Object{ofd.Text{Size: 5, Font: 7, Value: "一"}} },
		"size":    func(d *ofd.Document) { d.Pages[0].Content = []ofd.Object{ofd.Text{Value: "一"}} },
		"tag":     func(d *ofd.Document) { d.Pages[0].Content = []ofd.Object{ofd.Text{Size: 5, Value: "一", Tag: "a b"}} },
		"picture": func(d *ofd.Document) {
			d.Pages[0].Content = []ofd.Object{ofd.Image{W: 1, H: 1, Data: []byte("GIF89a")}}
		},
		"path":      func(d *ofd.Document) { d.Pages[0].Content = []ofd.Object{ofd.Path{Data: []ofd.Seg{{Op: ofd.LineTo}}}} },
		"control":   func(d *ofd.Document) { d.Title = "a\x00b" },
		"not UTF-8": func(d *ofd.Document) { d.Meta = []ofd.Meta{{Name: "A", Value: "\xff"}} },
		"reserved":  func(d *ofd.Document) { d.Meta = []ofd.Meta{{Name: ofd.SealCountMeta, Value: "9"}} },
		"code": func(d *ofd.Document) {
			d.Pages[0].Content = []ofd.Object{ofd.QR{W: 10, Value: strings.Repeat("x", 5000)}}
		},
		"attachments": func(d *ofd.Document) { d.Attachments = append(d.Attachments, d.Attachments[0]) },
	} {
		doc := sample(t)
		spoil(doc)
		var wrong *ofd.DocumentError
		if _, err := ofd.Build(doc); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, want a DocumentError", name, err)
		}
	}
}

func TestBuildFailsOnACharacterWithoutGlyph(t *testing.T) {
	t.Parallel()
	for _, r := range []rune{0x10FFFD, '\n', 0x0E01, utf8Error} {
		doc := sample(t)
		doc.Pages[0].Content = append(doc.Pages[0].Content, ofd.Text{Size: 5, Value: "名" + string(r)})
		var missing *ofd.MissingGlyph
		if _, err := ofd.Build(doc); !errors.As(err, &missing) || missing.Rune != r {
			t.Errorf("U+%04X: got %v, want MissingGlyph", r, err)
		}
	}
}

const utf8Error = '\uFFFD'

func TestAttachmentNamesStayASCII(t *testing.T) {
	t.Parallel()
	doc := sample(t)
	doc.Attachments = []ofd.Attachment{
		{Name: "证照数据.xml", Format: "xml", Data: []byte("<a/>")},
		{Name: "../evil", Format: "../x", Data: []byte("b")},
		{Name: "attachments.xml", Format: "xml", Data: []byte("<c/>")},
	}
	p := build(t, doc)
	info, err := p.Info()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Doc_0/Attachs/Attach_0.xml", "Doc_0/Attachs/Attach_1", "Doc_0/Attachs/Attach_2.xml"}
	for i, a := range info.Attachments {
		if a.Path != want[i] || a.Name != doc.Attachments[i].Name || !bytes.Equal(a.Data, doc.Attachments[i].Data) {
			t.Errorf("attachment %d = %q at %q, want it at %q", i, a.Name, a.Path, want[i])
		}
	}
	if len(info.Attachments) != 3 {
		t.Errorf("got %d attachments", len(info.Attachments))
	}
}
