package ses

import (
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

// Placement is a place where the seal's picture stands. Lengths are
// millimetres from the top left corner of the page.
type Placement struct {
	PageID string // identifier of the page in Document.xml, as ofd.Package.PageIDs lists them
	ofd.Box
	Clip *ofd.Box // the part of the picture shown, in its own coordinates; nil for all of it
}

func (at Placement) annot(id string) StampAnnot {
	a := StampAnnot{ID: id, PageRef: at.PageID, Boundary: box(at.Box)}
	if at.Clip != nil {
		a.Clip = box(*at.Clip)
	}
	return a
}

// AcrossPages places one seal across the right edges of all pages (骑缝章), so
// that each shows a strip of it: the first page the left-most. pageWidth is that
// of the pages, y the top of the seal, w and h its size.
func AcrossPages(pages []string, pageWidth, y, w, h float64) []Placement {
	strip := w / float64(len(pages))
	all := make([]Placement, len(pages))
	for i, id := range pages {
		all[i] = Placement{
			PageID: id,
			Box:    ofd.Box{X: pageWidth - strip*float64(i+1), Y: y, W: w, H: h},
			Clip:   &ofd.Box{X: strip * float64(i), W: strip, H: h},
		}
	}
	return all
}

// Stamps reads the picture of every seal where it stands, in the order of the
// signatures, for drawing. It verifies nothing. What cannot be read is an error:
// a drawing without one of its seals would show another document.
func Stamps(p *ofd.Package) ([]ofd.Stamp, error) {
	list, err := ReadList(p)
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, nil
	}
	numbers := map[string]int{}
	for i, id := range p.PageIDs() {
		numbers[id] = i
	}
	var stamps []ofd.Stamp
	for _, it := range list.Items {
		data, _ := p.Entry(it.Path)
		m, err := ParseManifest(data)
		if err != nil {
			return nil, err
		}
		if len(m.Stamps) == 0 {
			continue
		}
		seal, err := sealOf(p, it.Path, m)
		if err != nil {
			return nil, err
		}
		for _, a := range m.Stamps {
			stamp, err := a.stamp(seal.Picture, numbers)
			if err != nil {
				return nil, err
			}
			stamps = append(stamps, stamp)
		}
	}
	return stamps, nil
}

// sealOf finds the seal of a signature: in SignedValue.dat, where it is bound
// by the signature, and otherwise in Seal.esl.
func sealOf(p *ofd.Package, at string, m *Manifest) (*Seal, error) {
	if name, ok := Resolve(p, at, m.ValueLoc); ok {
		der, _ := p.Entry(name)
		if sig, err := ParseSignature(der); err == nil {
			return sig.Seal, nil
		}
	}
	name, ok := Resolve(p, at, m.SealLoc)
	if !ok {
		return nil, fault(BadSeal, "a signature shows a seal that is not there", nil)
	}
	der, _ := p.Entry(name)
	return ParseSeal(der)
}

func (a StampAnnot) stamp(picture Picture, pages map[string]int) (ofd.Stamp, error) {
	n, ok := pages[a.PageRef]
	where, readable := readBox(a.Boundary)
	if !ok || !readable {
		return ofd.Stamp{}, fault(BadStamp, "a stamp stands nowhere", nil)
	}
	s := ofd.Stamp{Page: n, Box: where, Image: picture.Data, Format: picture.Type}
	if a.Clip != "" {
		clip, readable := readBox(a.Clip)
		if !readable {
			return ofd.Stamp{}, fault(BadStamp, "a stamp's clip cannot be read", nil)
		}
		s.Clip = &clip
	}
	return s, nil
}

// readBox reads "x y w h".
func readBox(s string) (ofd.Box, bool) {
	words := strings.Fields(s)
	if len(words) != 4 {
		return ofd.Box{}, false
	}
	var v [4]float64
	for i, word := range words {
		f, err := strconv.ParseFloat(word, 64)
		if err != nil || !(f > -1e5 && f < 1e5) {
			return ofd.Box{}, false
		}
		v[i] = f
	}
	return ofd.Box{X: v[0], Y: v[1], W: v[2], H: v[3]}, true
}
