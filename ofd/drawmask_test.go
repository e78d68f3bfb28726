package ofd_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/ofd"
)

// licensed is a license of somebody, with the code in the note of a copy too.
func licensed(t testing.TB, name, code, place string) *ofd.Document {
	t.Helper()
	doc := copied(t)
	doc.Title = name + "的许可证"
	for i, o := range doc.Pages[0].Content {
		if text, ok := o.(ofd.Text); ok {
			text.Value = map[string]string{"CZZT": name, "CZZTDM": code, "JYCS": place}[text.Tag]
			doc.Pages[0].Content[i] = text
		}
	}
	doc.Pages[0].Annots = append(doc.Pages[0].Annots, ofd.Text{X: 20, Y: 190, Size: 4, Value: "持证主体代码" + code + "，地址" + place})
	doc.Attachments = nil
	return doc
}

// stars keeps the ends of a code and the first character of anything else.
func stars(tag, value string) string {
	n := utf8.RuneCountInString(value)
	if tag == "CZZTDM" {
		return value[:3] + strings.Repeat("*", n-7) + value[n-4:]
	}
	first, _ := utf8.DecodeRuneInString(value)
	return string(first) + strings.Repeat("*", n-1)
}

// Two licenses whose values look the same when masked cannot be told apart in
// any form: neither by text nor by glyphs, nor by where they stand.
func TestMaskLeavesNoTrace(t *testing.T) {
	t.Parallel()
	one := licensed(t, "欧阳修远记小吃店", "92350102MA8T3Q6R5K", "榕城市临江区八一七路1号")
	two := licensed(t, "欧冶子剑器制作坊", "923WWWWWWWIIII6R5K", "榕树下一二三四五六七八街")
	o := ofd.RenderOptions{Fallback: one.Fonts[0], Mask: stars}
	var svg, pdf, pic [2][]byte
	for i, doc := range []*ofd.Document{one, two} {
		pages := drawAll(t, reread(t, build(t, doc)), o)
		svg[i], pdf[i] = pages[0].SVG(), writePDF(t, pages, ofd.PDFInfo{})
		var err error
		if pic[i], err = pages[0].PNG(3); err != nil {
			t.Fatal(err)
		}
	}
	for name, pair := range map[string][2][]byte{"SVG": svg, "PDF": pdf, "PNG": pic} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Errorf("%s tells them apart", name)
		}
	}
	for _, want := range []string{"923***********6R5K", "欧*******", "榕***********"} {
		if !bytes.Contains(svg[0], []byte(want)) {
			t.Errorf("no %s in the SVG", want)
		}
	}
	if f := takeApart(t, pdf[0]); !strings.Contains(f.text(t, f.pages()[0]), "923***********") {
		t.Error("the mask is not text of the PDF")
	}
}

// Without a font that has the sign, what is masked becomes bars.
func TestMaskWithoutFont(t *testing.T) {
	t.Parallel()
	p := build(t, licensed(t, "欧阳修远记小吃店", "92350102MA8T3Q6R5K", "榕城市临江区八一七路1号"))
	d := drawAll(t, p, ofd.RenderOptions{Mask: stars})[0]
	if len(d.Missing) != 0 {
		t.Errorf("missing %v", d.Missing)
	}
	if svg := d.SVG(); bytes.Contains(svg, []byte("92350102")) || bytes.Contains(svg, []byte("小吃店")) || !bytes.Contains(svg, []byte("欧*******")) {
		t.Error("not masked")
	}
}

func TestMaskOfShorterText(t *testing.T) {
	t.Parallel()
	p := build(t, licensed(t, "欧阳𬱖记", "92350102MA8T3Q6R5K", "榕城市"))
	hide := func(tag, value string) string {
		if tag == "CZZT" {
			return "**"
		}
		return value
	}
	d := drawAll(t, p, ofd.RenderOptions{Mask: hide, Fallback: sample(t).Fonts[0]})[0]
	lines := strings.Join(svgLines(t, d.SVG()), "\n")
	if strings.Contains(lines, "𬱖") || strings.Contains(lines, "欧阳") || !strings.Contains(lines, "\n**\n") || !strings.Contains(lines, "92350102MA8T3Q6R5K") {
		t.Errorf("%s", lines)
	}
}

// A holder's photo becomes a box; the blank form and the seals stay.
func TestHidePictures(t *testing.T) {
	t.Parallel()
	doc := sample(t)
	stamp := ofd.Stamp{Box: ofd.Box{X: 200, Y: 120, W: 42, H: 42}, Image: portrait(t)}
	p := build(t, doc)
	for hide, want := range map[bool]int{false: 2, true: 1} {
		d := drawAll(t, p, ofd.RenderOptions{HidePictures: hide, Stamps: []ofd.Stamp{stamp}})[0]
		if n := bytes.Count(d.SVG(), []byte(`<use href="#i`)); n != want {
			t.Errorf("hidden %v: %d pictures, want %d", hide, n, want)
		}
	}
}

// What cannot be masked surely is not drawn at all: a broken index, and an ID
// that another text has too, whose value would be taken for the item's.
func TestMaskRefusesDoubt(t *testing.T) {
	t.Parallel()
	doc := licensed(t, "欧阳修远记小吃店", "92350102MA8T3Q6R5K", "榕城市")
	const page, tags = "Doc_0/Pages/Page_0/Content.xml", "Doc_0/Tags/Tag_License.xml"
	for name, change := range map[string]func(p *ofd.Package) error{
		"broken index": func(p *ofd.Package) error { return p.Put(tags, []byte("<a")) },
		"no index":     func(p *ofd.Package) error { return p.Put("Doc_0/Tags/CustomTags.xml", []byte("<a")) },
		"ID twice": func(p *ofd.Package) error {
			index, _ := p.Entry(tags)
			id := regexp.MustCompile(`>(\d+)</`).FindSubmatch(index)[1]
			data, _ := p.Entry(page)
			twin := `<ofd:TextObject ID="` + string(id) + `" Boundary="0 0 9 9" Font="1" Size="3"><ofd:TextCode X="0" Y="3">x</ofd:TextCode></ofd:TextObject></ofd:Layer>`
			return p.Put(page, bytes.Replace(data, []byte("</ofd:Layer>"), []byte(twin), 1))
		},
	} {
		p := reread(t, build(t, doc))
		if err := change(p); err != nil {
			t.Fatal(err)
		}
		if _, err := p.RenderAll(ofd.RenderOptions{Mask: stars}); err == nil {
			t.Errorf("%s: drawn all the same", name)
		}
	}
}
