package ofd_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

func note(t testing.TB) ofd.Note {
	t.Helper()
	sans, err := font.Sans()
	if err != nil {
		t.Fatal(err)
	}
	made := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	return ofd.Note{
		ID: "1f3a5c7e9b1d2f4a6c8e0a1b3c5d7e9f", Created: made, Expires: made.AddDate(0, 1, 0),
		User: "榕城市行政审批局", Purpose: "办理“食品经营许可（新办）”（办件3501001）", Matter: "M1", Case: "3501001",
		Identifier: "1.2.156.3005.2.X", Digest: [32]byte{0xAB, 0xCD}, Verdict: "有效", Font: sans,
	}
}

// readAgain writes a package and reads it back.
func readAgain(t testing.TB, p *ofd.Package) (*ofd.Package, ofd.Info) {
	t.Helper()
	again, err := ofd.Read(packed(t, p), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := again.Info()
	if err != nil {
		t.Fatal(err)
	}
	return again, info
}

// pageRaster draws any page.
func pageRaster(t testing.TB, p *ofd.Package, page int, scale float64) image.Image {
	t.Helper()
	data, err := p.PNG(page, scale)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// An annotated copy of our own file with three pages keeps what the original has and bears the note everywhere.
func TestAnnotateOwnFile(t *testing.T) {
	t.Parallel()
	original := build(t, several(t))
	before := packed(t, original)
	_, want := readAgain(t, original)
	n := note(t)
	n.Stamps = []ofd.Stamp{
		{Page: 0, Box: ofd.Box{X: 200, Y: 150, W: 40, H: 40}, Image: portrait(t), Format: "png"},
		{Page: 2, Box: ofd.Box{X: 260, Y: 90, W: 34, H: 40}, Clip: &ofd.Box{W: 17, H: 40}, Image: portrait(t), Format: "png"},
	}
	copied, err := original.Annotate(n)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(packed(t, original), before) {
		t.Error("the original has changed")
	}
	p, got := readAgain(t, copied)
	if got.DocID != n.ID || got.CreationDate != "2026-11-25" || got.Title != want.Title {
		t.Errorf("document = %q, %q, %q", got.DocID, got.CreationDate, got.Title)
	}
	for name, value := range map[string]string{
		"CZZT": want.Value("CZZT"), "JZJZZSJ": "20261125173000", "JZJZZZ": n.User, "JZJZZSY": n.Purpose,
		"JZJYXQJZSJ": "20261225173000", "YX_LX": "COPY", "YX_YJZY": "abcd" + strings.Repeat("0", 60), "YX_YJYZ": "有效",
		"YX_SXBM": "M1", "YX_BJBH": "3501001", ofd.SealCountMeta: "1",
	} {
		if got.Value(name) != value {
			t.Errorf("%s = %q, want %q", name, got.Value(name), value)
		}
	}
	if len(got.Pages) != len(want.Pages) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("%d pages, %d attachments", len(got.Pages), len(got.Attachments))
	}
	for i, page := range got.Pages {
		old := want.Pages[i]
		if page.Text != old.Text || page.TemplateText != old.TemplateText || !strings.HasPrefix(page.AnnotText, old.AnnotText) {
			t.Errorf("page %d has lost text", i+1)
		}
		if page.Width != old.Width || page.Height != old.Height+26 {
			t.Errorf("page %d is %v × %v mm", i+1, page.Width, page.Height)
		}
		for _, line := range []string{"仅供榕城市行政审批局办理“食品经营许可（新办）”（办件3501001）使用，用于其他用途无效", "制作时原件：有效", "abcd0000", "1.2.156.3005.2.X", "使用 有效期至2026-12-25"} {
			if !strings.Contains(page.AnnotText, line) {
				t.Errorf("page %d does not say %s", i+1, line)
			}
		}
	}
	img := pageRaster(t, p, 0, 4)
	if inkIn(img, 4, ofd.Box{X: 205, Y: 155, W: 30, H: 30}) < 5000 {
		t.Error("the seal is not drawn")
	}
	if inkIn(img, 4, ofd.Box{X: 6, Y: 212, W: 150, H: 20}) < 500 {
		t.Error("the strip is not drawn")
	}
	last := pageRaster(t, p, 2, 4)
	if left, right := inkIn(last, 4, ofd.Box{X: 261, Y: 95, W: 15, H: 30}), inkIn(last, 4, ofd.Box{X: 278, Y: 95, W: 15, H: 5}); left < 5000 || right > 300 {
		t.Errorf("the half of a seal across edges: ink %d and %d", left, right)
	}
	if list := p.SignatureList(); list != "Doc_0/Signs/Signatures.xml" {
		t.Errorf("list of signatures = %q", list)
	}
	if box := ofd.NoteSeal(got.Pages[0]); box != (ofd.Box{X: 269, Y: 212, W: 22, H: 22}) {
		t.Errorf("place of the seal = %v", box)
	}
}

// What other makers write: no prefix or the old namespace, no annotations, no resources, signatures in strange places,
// several references to one part, a page area of its own.
func TestAnnotateForeignFiles(t *testing.T) {
	t.Parallel()
	const text = `<TextObject ID="70" Boundary="0 0 9 9" Font="1" Size="3"><TextCode X="0" Y="1">字</TextCode></TextObject>`
	page := `<Page><Template TemplateID="8"/><Area><PhysicalBox>0 0 100 50</PhysicalBox><ApplicationBox>1 1 9 9</ApplicationBox></Area><Content><Layer>` + text + `</Layer></Content></Page>`
	document := `<Document><CommonData><MaxUnitID>9</MaxUnitID><PageArea><PhysicalBox>0 0 60 40</PhysicalBox></PageArea></CommonData>` +
		`<Pages><Page ID="1" BaseLoc="P.xml"/><Page ID="2" BaseLoc="P.xml"/></Pages><Attachments>none.xml</Attachments></Document>`
	root := `<OFD><DocBody><DocInfo><DocID>1</DocID><ModDate>2020-01-01</ModDate><CustomDatas><CustomData Name="YX_QZSL">2</CustomData></CustomDatas></DocInfo>` +
		`<DocRoot>Doc_0/Document.xml</DocRoot><Signatures>S/L.xml</Signatures></DocBody></OFD>`
	signs := []file{
		{"S/L.xml", `<Signatures><MaxSignId>1</MaxSignId><Signature ID="1" BaseLoc="one/Signature.xml"/></Signatures>`},
		{"S/one/Signature.xml", `<Signature><SignedInfo><Seal><BaseLoc>my.esl</BaseLoc></Seal></SignedInfo><SignedValue>/S/one/value.dat</SignedValue></Signature>`},
		{"S/one/my.esl", "seal"}, {"S/one/value.dat", "value"},
	}
	old := strings.NewReplacer("<OFD", `<x:OFD xmlns:x="http://www.ofdspec.org"`, "</OFD", "</x:OFD", "<D", "<x:D", "</D", "</x:D", "<S", "<x:S", "</S", "</x:S", "<C", "<x:C", "</C", "</x:C", "<M", "<x:M", "</M", "</x:M")
	annots := strings.Replace(document, "<Attachments>", "<Annotations>A/L.xml</Annotations><Attachments>", 1)
	for name, files := range map[string][]file{
		"plain":         append([]file{{"OFD.xml", root}, {"Doc_0/Document.xml", document}, {"Doc_0/P.xml", page}}, signs...),
		"old namespace": append([]file{{"OFD.xml", old.Replace(root)}, {"Doc_0/Document.xml", document}, {"Doc_0/P.xml", page}}, signs...),
		"other case":    append([]file{{"OFD.xml", strings.Replace(root, "Doc_0/D", "DOC_0/d", 1)}, {"Doc_0/Document.xml", document}, {"Doc_0/P.xml", page}}, signs...),
		"no area":       append([]file{{"OFD.xml", root}, {"Doc_0/Document.xml", document}, {"Doc_0/P.xml", `<Page><Content><Layer>` + text + `</Layer></Content></Page>`}}, signs...),
		"annotated": append([]file{{"OFD.xml", root}, {"Doc_0/Document.xml", annots}, {"Doc_0/P.xml", page},
			{"Doc_0/A/L.xml", `<Annotations><Page PageID="1"><FileLoc>1.xml</FileLoc></Page></Annotations>`},
			{"Doc_0/A/1.xml", `<PageAnnot><Annot ID="90"><Appearance Boundary="0 0 9 9">` + text + `</Appearance></Annot></PageAnnot>`}}, signs...),
		"empty list": append([]file{{"OFD.xml", root}, {"Doc_0/Document.xml", annots}, {"Doc_0/P.xml", page}, {"Doc_0/A/L.xml", `<Annotations/>`}}, signs...),
	} {
		p, err := ofd.Read(zipped(t, files), ofd.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		copied, err := p.Annotate(note(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, info := readAgain(t, copied)
		for _, f := range signs {
			if _, still := again.Entry(f.name); still {
				t.Errorf("%s: %s is still there", name, f.name)
			}
		}
		if info.Value(ofd.SealCountMeta) != "1" || info.DocID != note(t).ID {
			t.Errorf("%s: %q seals expected, id %q", name, info.Value(ofd.SealCountMeta), info.DocID)
		}
		wantHeight := 76.0
		if name == "no area" {
			wantHeight = 66
		}
		for i, page := range info.Pages {
			if page.Text != "字" || page.Height != wantHeight || strings.Count(page.AnnotText, "用于其他用途无效") != 1 {
				t.Errorf("%s: page %d: %v mm, %q, %q", name, i+1, page.Height, page.Text, page.AnnotText)
			}
		}
		if got := strings.HasPrefix(info.Pages[0].AnnotText, "字\n"); got != (name == "annotated") {
			t.Errorf("%s: the original's annotation is kept = %v", name, got)
		}
		if inkIn(pageRaster(t, again, 1, 4), 4, ofd.Box{X: 3, Y: wantHeight - 24, W: 50, H: 22}) < 200 {
			t.Errorf("%s: the strip is not drawn", name)
		}
	}
}

func TestAnnotateRefuses(t *testing.T) {
	t.Parallel()
	own := build(t, sample(t))
	for field, spoil := range map[string]func(*ofd.Note){
		"Note.ID":      func(n *ofd.Note) { n.ID = "x" },
		"Note.Created": func(n *ofd.Note) { n.Created = time.Time{} },
		"Note.Expires": func(n *ofd.Note) { n.Expires = n.Created },
		"Note.User":    func(n *ofd.Note) { n.User = "" },
		"Note.Purpose": func(n *ofd.Note) { n.Purpose = "" },
		"Note.Font":    func(n *ofd.Note) { n.Font = nil },
		"text":         func(n *ofd.Note) { n.Case = "\x01" },
	} {
		n := note(t)
		spoil(&n)
		_, err := own.Annotate(n)
		if wrong, ok := errors.AsType[*ofd.DocumentError](err); !ok || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	n := note(t)
	n.User = "\U0010FFFD"
	if _, err := own.Annotate(n); !isMissingGlyph(err) {
		t.Errorf("a character that cannot be drawn: %v", err)
	}
	twice, err := own.Annotate(note(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := twice.Annotate(note(t)); rule(err) != "copy" {
		t.Errorf("a copy of a copy: %v", err)
	}
	for want, files := range map[string][]file{
		"copy":    replaced("OFD.xml", strings.Replace(plainRoot, "</OFD>", "<DocBody/></OFD>", 1)),
		"missing": plain(), // no CommonData
		"limit":   replaced("Doc_0/Document.xml", strings.Replace(plainDoc, "<Pages>", "<CommonData><MaxUnitID>4294967295</MaxUnitID></CommonData><Pages>", 1)),
	} {
		p, err := ofd.Read(zipped(t, files), ofd.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Annotate(note(t)); rule(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func isMissingGlyph(err error) bool {
	_, ok := errors.AsType[*ofd.MissingGlyph](err)
	return ok
}

// Whatever the parts of an original look like, it is refused or its copy can be read and says what it is.
func FuzzAnnotate(f *testing.F) {
	f.Add(plainRoot, `<Document><CommonData><MaxUnitID>9</MaxUnitID></CommonData><Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`, plainPage, "<Annotations/>")
	f.Add(strings.ReplaceAll(strings.ReplaceAll(plainRoot, "<OFD", `<x:OFD xmlns:x="http://www.ofdspec.org"`), "</OFD", "</x:OFD"),
		`<Document><CommonData/><Pages><Page ID="1" BaseLoc="P.xml"/><Page ID="1" BaseLoc="P.xml"/></Pages><Annotations>A.xml</Annotations></Document>`,
		`<Page><Area/><Content/></Page>`, `<Annotations><Page PageID="1"><FileLoc>P.xml</FileLoc></Page></Annotations>`)
	f.Add(strings.Replace(plainRoot, "<DocRoot>", "<Signatures>Doc_0/A.xml</Signatures><DocRoot>", 1),
		`<Document><CommonData><PublicRes>A.xml</PublicRes><DocumentRes>P.xml</DocumentRes></CommonData><Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`,
		`<Page/>`, `<Res BaseLoc="../.."><Fonts/></Res>`)
	n := note(f)
	n.Stamps = []ofd.Stamp{{Box: ofd.Box{X: 1, Y: 1, W: 5, H: 5}, Image: portrait(f)}}
	f.Fuzz(func(t *testing.T, root, document, page, annots string) {
		p, err := ofd.Read(zipped(t, []file{{"OFD.xml", root}, {"Doc_0/Document.xml", document}, {"Doc_0/P.xml", page}, {"Doc_0/A.xml", annots}}), ofd.Limits{})
		if err != nil {
			return
		}
		before, err := p.Info()
		if err != nil {
			return
		}
		copied, err := p.Annotate(n)
		if err != nil {
			return
		}
		after, err := copied.Info()
		if err != nil {
			t.Fatalf("the copy cannot be read: %v", err)
		}
		if after.DocID != n.ID || after.Value(ofd.CopyMeta) != ofd.CopyMark || after.Value(ofd.SealCountMeta) != "1" {
			t.Errorf("the copy says %q, %q, %q", after.DocID, after.Value(ofd.CopyMeta), after.Value(ofd.SealCountMeta))
		}
		if len(after.Pages) != len(before.Pages) {
			t.Fatalf("%d pages, want %d", len(after.Pages), len(before.Pages))
		}
		for i, page := range after.Pages {
			if !strings.Contains(page.AnnotText, "用于其他用途无效") {
				t.Errorf("page %d has no note", i+1)
			}
		}
	})
}

func BenchmarkAnnotate(b *testing.B) {
	p := build(b, sample(b))
	n := note(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Annotate(n); err != nil {
			b.Fatal(err)
		}
	}
}
