package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

type ofdDiffCmd struct {
	JSON bool   `name:"json" help:"Print one JSON object."`
	A    string `arg:"" name:"a" help:"OFD file."`
	B    string `arg:"" name:"b" help:"OFD file to compare it with."`
}

// Help is the long help of the command.
func (ofdDiffCmd) Help() string {
	return `Compares what the files hold, not how they are packed: metadata, text of each page, attachments, seals, the look of
each page (at 96 dots an inch), and the entries byte by byte. Lines of text that only the first has begin with "-",
those of the second with "+". Ends with 0 if nothing differs, 1 if something does, 2 on trouble, like diff.`
}

// difference is one thing in which two files differ. An empty side has no such thing.
type difference struct {
	Kind string `json:"kind"` // document, metadata, page, text, attachment, seal, look or entry
	What string `json:"what"`
	A    string `json:"a,omitempty"`
	B    string `json:"b,omitempty"`
}

// Run compares the files.
func (c ofdDiffCmd) Run(s streams) error {
	var sides [2]side
	for i, name := range []string{c.A, c.B} {
		var err error
		if sides[i].p, _, err = readOFD(name); err != nil {
			return err
		}
		if sides[i].info, err = describe(name); err != nil {
			return err
		}
		if sides[i].said, err = sides[i].p.Info(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	list, err := compare(&sides[0], &sides[1])
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, struct {
			A           string       `json:"a"`
			B           string       `json:"b"`
			Differences []difference `json:"differences"`
		}{c.A, c.B, list}, true)
	} else {
		err = printDifferences(s.out, list)
	}
	if err == nil && len(list) > 0 {
		return errRefused
	}
	return err
}

func printDifferences(w io.Writer, list []difference) error {
	var b lines
	for _, d := range list {
		b.add("%s  %s", d.Kind, plain(d.What))
		for _, part := range []struct{ mark, text string }{{"-", d.A}, {"+", d.B}} {
			if part.text == "" {
				continue
			}
			for line := range strings.SplitSeq(part.text, "\n") {
				b.add("  %s %s", part.mark, plain(line))
			}
		}
	}
	_, err := w.Write(b)
	return err
}

// side is one of the two files.
type side struct {
	p    *ofd.Package
	info ofdInfo
	said ofd.Info
}

// compare lists the differences, what people see first.
func compare(a, b *side) ([]difference, error) {
	list := []difference{}
	pairs := func(kind string, x, y []named) { list = append(list, differing(kind, x, y)...) }
	pairs("document", a.document(), b.document())
	pairs("metadata", a.metadata(), b.metadata())
	pairs("page", a.pages(), b.pages())
	for i := range min(len(a.said.Pages), len(b.said.Pages)) {
		x, y := &a.said.Pages[i], &b.said.Pages[i]
		for _, layer := range []struct{ name, a, b string }{
			{"", x.Text, y.Text}, {", template", x.TemplateText, y.TemplateText}, {", annotations", x.AnnotText, y.AnnotText},
		} {
			if gone, come := changedLines(layer.a, layer.b); gone != "" || come != "" {
				list = append(list, difference{"text", fmt.Sprintf("page %d%s", i+1, layer.name), gone, come})
			}
		}
	}
	pairs("attachment", a.attachments(), b.attachments())
	pairs("seal", a.seals(), b.seals())
	for i := range min(len(a.said.Pages), len(b.said.Pages)) {
		look, err := comparePictures(a, b, i)
		if err != nil {
			return nil, err
		}
		if look != "" {
			list = append(list, difference{Kind: "look", What: fmt.Sprintf("page %d: %s", i+1, look)})
		}
	}
	pairs("entry", a.entries(), b.entries())
	return list, nil
}

type named struct{ name, value string }

// differing pairs values by name; of several with one name, by their order.
func differing(kind string, a, b []named) []difference {
	var out []difference
	left := slices.Clone(b)
	for _, x := range a {
		at := slices.IndexFunc(left, func(y named) bool { return y.name == x.name })
		if at < 0 {
			out = append(out, difference{Kind: kind, What: x.name, A: x.value})
			continue
		}
		if left[at].value != x.value {
			out = append(out, difference{kind, x.name, x.value, left[at].value})
		}
		left = slices.Delete(left, at, at+1)
	}
	for _, y := range left {
		out = append(out, difference{Kind: kind, What: y.name, B: y.value})
	}
	return out
}

func (s *side) document() []named {
	d := &s.said
	return []named{
		{"type", d.DocType + " " + d.Version}, {"id", d.DocID}, {"title", d.Title}, {"author", d.Author},
		{"subject", d.Subject}, {"creator", d.Creator}, {"created", d.CreationDate},
	}
}

func (s *side) metadata() []named {
	var out []named
	for _, m := range s.said.Meta {
		out = append(out, named{m.Name, m.Value})
	}
	return out
}

func (s *side) pages() []named {
	var out []named
	for i, p := range s.info.Pages {
		out = append(out, named{fmt.Sprintf("page %d", i+1), millimetres(p.Width) + " × " + millimetres(p.Height) + " mm"})
	}
	return out
}

func (s *side) attachments() []named {
	var out []named
	for _, a := range s.said.Attachments {
		out = append(out, named{a.Name, fmt.Sprintf("%d bytes, SM3 %s", len(a.Data), digest(a.Data))})
	}
	return out
}

func (s *side) seals() []named {
	var out []named
	for _, x := range s.info.Seals {
		out = append(out, named{x.ID, strings.Join([]string{x.Type, x.Name, x.Code, x.Signer, moment(x.SignedAt)}, " · ")})
	}
	return out
}

func (s *side) entries() []named {
	var out []named
	for _, e := range s.info.Entries {
		out = append(out, named{e.Name, fmt.Sprintf("%d bytes, SM3 %s", e.Bytes, e.SM3)})
	}
	return out
}

// maxLines bounds the lines that are compared one with another; more of them are told as a whole.
const maxLines = 2000

// changedLines gives the lines that stand only in a and only in b, by the longest common subsequence.
func changedLines(a, b string) (gone, come string) {
	if a == b {
		return "", ""
	}
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	if len(x) > maxLines || len(y) > maxLines {
		return fmt.Sprintf("%d lines", len(x)), fmt.Sprintf("%d lines, not the same", len(y))
	}
	// longest[i][j] is the length of the common subsequence of x[i:] and y[j:].
	longest := make([][]int16, len(x)+1)
	for i := range longest {
		longest[i] = make([]int16, len(y)+1)
	}
	for i, line := range slices.Backward(x) {
		for j := len(y) - 1; j >= 0; j-- {
			if line == y[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var less, more []string
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		switch {
		case x[i] == y[j]:
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			less, i = append(less, x[i]), i+1
		default:
			more, j = append(more, y[j]), j+1
		}
	}
	return strings.Join(append(less, x[i:]...), "\n"), strings.Join(append(more, y[j:]...), "\n")
}

// lookScale is 96 dots an inch.
const lookScale = 96 / 25.4

// comparePictures tells where two drawings of a page differ; empty if they do not.
func comparePictures(a, b *side, page int) (string, error) {
	var img [2]*image.RGBA
	for i, s := range []*side{a, b} {
		o, _ := drawing(s.p) // a seal that cannot be read is told apart
		d, err := s.p.Render(page, o)
		if err != nil {
			return "", err
		}
		data, err := d.PNG(lookScale)
		if err != nil {
			return "", err
		}
		decoded, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			return "", err
		}
		img[i] = image.NewRGBA(decoded.Bounds())
		draw.Draw(img[i], img[i].Bounds(), decoded, image.Point{}, draw.Src)
	}
	if img[0].Bounds() != img[1].Bounds() {
		return "another size", nil
	}
	var where image.Rectangle
	count, all := 0, img[0].Bounds()
	for y := all.Min.Y; y < all.Max.Y; y++ {
		for x := all.Min.X; x < all.Max.X; x++ {
			if img[0].RGBAAt(x, y) != img[1].RGBAAt(x, y) {
				count++
				where = where.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if count == 0 {
		return "", nil
	}
	mm := func(pixels int) string { return millimetres(float64(pixels) / lookScale) }
	return fmt.Sprintf("%.2f%% of it, within %s × %s mm at %s, %s", 100*float64(count)/float64(all.Dx()*all.Dy()),
		mm(where.Dx()), mm(where.Dy()), mm(where.Min.X), mm(where.Min.Y)), nil
}
