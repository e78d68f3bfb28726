package ofd_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/ofd"
)

func reread(t testing.TB, p *ofd.Package) *ofd.Package {
	t.Helper()
	out, err := ofd.Read(packed(t, p), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	doc := copied(t)
	built := build(t, doc)
	p := reread(t, built)
	if !slices.Equal(p.Names(), built.Names()) {
		t.Errorf("names = %q", p.Names())
	}
	for _, name := range built.Names() {
		want, _ := built.Entry(name)
		if got, ok := p.Entry("/" + strings.ToUpper(name)); !ok || !slices.Equal(got, want) {
			t.Errorf("%s changed on the way", name)
		}
	}
	if string(packed(t, p)) != string(packed(t, built)) {
		t.Error("a package read and written again has other bytes")
	}
	info, err := p.Info()
	if err != nil {
		t.Fatal(err)
	}
	if info.Title != doc.Title || info.DocID != doc.ID || info.CreationDate != "2026-03-09" || info.Creator != "Yinxin" {
		t.Errorf("info = %+v", info)
	}
	if d := cmp.Diff(doc.Meta, info.Meta); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(doc.Permissions, info.Permissions); d != "" {
		t.Error(d)
	}
	tags := map[string]string{
		"CZZT": "欧阳𬱖记 <小吃> & 饮品店", "CZZTDM": "92350102MA8T3Q6R5K", "JYCS": "榕城市临江区八一七路㛃䶮巷1号·陳宅",
	}
	if d := cmp.Diff(tags, info.Tags); d != "" {
		t.Error(d)
	}
	page := info.Pages[0]
	if page.Width != 297 || page.Height != 210 || page.ID != p.PageIDs()[0] {
		t.Errorf("page = %+v", page)
	}
	if !strings.Contains(page.TemplateText, "统一社会信用代码") || !strings.Contains(page.AnnotText, "仅供办理") || strings.Contains(page.Text, "仅供办理") {
		t.Errorf("texts = %q, %q, %q", page.Text, page.TemplateText, page.AnnotText)
	}
}

func TestSignaturesBeforeAndAfterTheFirst(t *testing.T) {
	t.Parallel()
	p := build(t, sample(t))
	list, err := p.Signatures()
	if err != nil || list.Path != "Doc_0/Signs/Signatures.xml" || len(list.Items) != 0 {
		t.Fatalf("list = %+v, %v", list, err)
	}
	const xml = `<?xml version="1.0"?><ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016"><ofd:MaxSignId>s002</ofd:MaxSignId>` +
		`<ofd:Signature ID="s001" BaseLoc="Sign_0/Signature.xml"/><ofd:Signature ID="s002" Type="Sign" BaseLoc="/Doc_0/Signs/Sign_1/Signature.xml"/></ofd:Signatures>`
	if err := p.Put(list.Path, []byte(xml)); err != nil {
		t.Fatal(err)
	}
	list, err = reread(t, p).Signatures()
	if err != nil {
		t.Fatal(err)
	}
	want := ofd.SignatureList{Path: "Doc_0/Signs/Signatures.xml", MaxID: "s002", Items: []ofd.SignatureRef{
		{ID: "s001", Type: "Seal", Path: "Doc_0/Signs/Sign_0/Signature.xml", Dir: "Doc_0/Signs/Sign_0"},
		{ID: "s002", Type: "Sign", Path: "Doc_0/Signs/Sign_1/Signature.xml", Dir: "Doc_0/Signs/Sign_1"},
	}}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
}

func TestResolvePath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, loc, want string }{
		{"OFD.xml", "Doc_0/Document.xml", "Doc_0/Document.xml"},
		{"Doc_0/Document.xml", "/Doc_0/Res/a.ttf", "Doc_0/Res/a.ttf"},
		{"Doc_0/Signs/Signatures.xml", "Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/Signature.xml"},
		{"Doc_0/Pages/Page_0/Content.xml", `..\..\Res//a.png`, "Doc_0/Res/a.png"},
		{"OFD.xml", "//Doc_0/./Document.xml ", "Doc_0/Document.xml"},
		{"Doc_0/Document.xml", "../../etc/passwd", ""},
		{"OFD.xml", "..", ""},
		{"OFD.xml", "", ""},
		{"OFD.xml", "c:/x", ""},
		{"OFD.xml", "a\x00b", ""},
	} {
		got, err := ofd.ResolvePath(c.base, c.loc)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("ResolvePath(%q, %q) = %q, %v; want %q", c.base, c.loc, got, err, c.want)
		}
	}
}
