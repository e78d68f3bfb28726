package license

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// Picture draws the first page of a sealed file as SVG, with its seals.
func Picture(file []byte) ([]byte, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := stampsOf(p)
	if err != nil {
		return nil, err
	}
	return p.SVG(0, stamps...)
}

// PDF draws the first page of a sealed file, with its seals, as a PDF copy. mark stands among its keywords, so
// that a copy names itself when somebody checks it; the seals in it are pictures and prove nothing.
func PDF(file []byte, mark string, made time.Time) ([]byte, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := stampsOf(p)
	if err != nil {
		return nil, err
	}
	page, err := p.Render(0, ofd.RenderOptions{Stamps: stamps})
	if err != nil {
		return nil, fmt.Errorf("draw file: %w", err)
	}
	return page.PDF(ofd.PDFInfo{Title: "电子证照PDF副本（以OFD文件为准）", Keywords: mark, Made: made})
}

// originalStamps gives the seals of a license as pictures, to be drawn on a copy.
func originalStamps(file []byte) ([]ofd.Object, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := stampsOf(p)
	if err != nil {
		return nil, err
	}
	var out []ofd.Object
	for _, s := range stamps {
		out = append(out, ofd.Image{X: s.X, Y: s.Y, W: s.W, H: s.H, Data: s.Image})
	}
	return out, nil
}

// stampsOf reads where the seals of a file stand and what they look like.
func stampsOf(p *ofd.Package) ([]ofd.Stamp, error) {
	list, err := p.Signatures()
	if err != nil {
		return nil, fmt.Errorf("list signatures: %w", err)
	}
	var out []ofd.Stamp
	for _, ref := range list.Items {
		xml, _ := p.Entry(ref.Path)
		m, err := ses.ParseManifest(xml)
		if err != nil {
			return nil, fmt.Errorf("read signature: %w", err)
		}
		der, _ := p.Entry(ref.Dir + "/Seal.esl")
		seal, err := ses.ParseSeal(der)
		if err != nil {
			return nil, fmt.Errorf("read seal: %w", err)
		}
		for _, s := range m.Stamps {
			box, err := parseBox(s.Boundary)
			if err != nil {
				return nil, err
			}
			out = append(out, ofd.Stamp{Box: box, Image: seal.Picture.Data, Format: seal.Picture.Type})
		}
	}
	return out, nil
}

func parseBox(s string) (ofd.Box, error) {
	words := strings.Fields(s)
	if len(words) != 4 {
		return ofd.Box{}, fmt.Errorf("boundary of a stamp: %d numbers", len(words))
	}
	var v [4]float64
	for i, w := range words {
		f, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return ofd.Box{}, fmt.Errorf("boundary of a stamp: number %d: %w", i+1, err)
		}
		v[i] = f
	}
	return ofd.Box{X: v[0], Y: v[1], W: v[2], H: v[3]}, nil
}
