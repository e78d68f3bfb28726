package sealing

import (
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
)

// Corners of a page that a seal can stand in.
const (
	BottomRight = "bottom-right" // where signatures stand by custom
	BottomLeft  = "bottom-left"
	TopRight    = "top-right"
	TopLeft     = "top-left"
	Centre      = "centre"
)

// Size of a seal on a document and its distance from the edge, in millimetres.
const (
	spotSize   = 40
	spotMargin = 20
)

// Spot says in words where a seal stands on a document of its owner.
type Spot struct {
	Page   int    // counted from 1; 0: the last
	Corner string // "" is BottomRight
}

// On finds the place on a document. On a page too small for it, the seal is as large as the page allows.
func (x Spot) On(p *ofd.Package) (Place, error) {
	info, err := p.Info()
	if err != nil || len(info.Pages) == 0 {
		return Place{}, errs.New(errs.Invalid, "seal.document").Wrap(err).On("body")
	}
	n := x.Page
	if n == 0 {
		n = len(info.Pages)
	}
	if n > len(info.Pages) {
		return Place{}, errs.New(errs.Invalid, "seal.page").On("page")
	}
	page := info.Pages[n-1]
	size := min(spotSize, page.Width, page.Height)
	marginX, marginY := min(spotMargin, (page.Width-size)/2), min(spotMargin, (page.Height-size)/2)
	left, right := marginX, page.Width-size-marginX
	top, bottom := marginY, page.Height-size-marginY
	at := Place{Page: n - 1, Box: ofd.Box{X: right, Y: bottom, W: size, H: size}}
	switch x.Corner {
	case BottomLeft:
		at.X = left
	case TopRight:
		at.Y = top
	case TopLeft:
		at.X, at.Y = left, top
	case Centre:
		at.X, at.Y = (page.Width-size)/2, (page.Height-size)/2
	}
	return at, nil
}
