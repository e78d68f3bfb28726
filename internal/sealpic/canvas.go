package sealpic

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/vector"

	"github.com/yinxin-org/yinxin/ofd"
)

// pixelsPerMM gives 300 dots an inch: sharp in print, small in every file.
const pixelsPerMM = 12

// seal is the red of the seal.
var seal = color.NRGBA{R: 0xD8, G: 0x1E, B: 0x1E, A: 255}

// canvas gathers coverage; a seal has one colour.
type canvas struct{ mask *image.Alpha }

func newCanvas(width, height int) *canvas {
	return &canvas{image.NewAlpha(image.Rect(0, 0, width*pixelsPerMM, height*pixelsPerMM))}
}

// fill covers the inside of a path given in millimetres, by the sum of its
// windings.
func (c *canvas) fill(path []ofd.Seg) {
	box := extent(path).Intersect(c.mask.Bounds())
	if box.Empty() {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	px := func(v float64) float32 { return float32(v*pixelsPerMM - float64(box.Min.X)) }
	py := func(v float64) float32 { return float32(v*pixelsPerMM - float64(box.Min.Y)) }
	for _, s := range path {
		switch s.Op {
		case ofd.MoveTo:
			z.MoveTo(px(s.X), py(s.Y))
		case ofd.LineTo:
			z.LineTo(px(s.X), py(s.Y))
		case ofd.QuadTo:
			z.QuadTo(px(s.X1), py(s.Y1), px(s.X), py(s.Y))
		case ofd.CubicTo:
			z.CubeTo(px(s.X1), py(s.Y1), px(s.X2), py(s.Y2), px(s.X), py(s.Y))
		case ofd.ClosePath:
			z.ClosePath()
		}
	}
	z.Draw(c.mask, box, image.Opaque, image.Point{})
}

// extent is the pixels that the end points of a path span, with room for the
// swing of its curves.
func extent(path []ofd.Seg) image.Rectangle {
	var box image.Rectangle
	for _, s := range path {
		if s.Op == ofd.ClosePath {
			continue
		}
		at := image.Pt(int(s.X*pixelsPerMM), int(s.Y*pixelsPerMM))
		box = box.Union(image.Rectangle{Min: at, Max: at.Add(image.Pt(1, 1))})
	}
	return box.Inset(-pixelsPerMM)
}

// png writes the seal with eight steps of transparency, which is enough for
// smooth edges and keeps the seal small: every file carries it twice.
func (c *canvas) png() ([]byte, error) {
	const steps = 8
	palette := make(color.Palette, steps)
	for i := range palette {
		p := seal
		p.A = uint8(i * 255 / (steps - 1))
		palette[i] = p
	}
	img := image.NewPaletted(c.mask.Bounds(), palette)
	for i, a := range c.mask.Pix {
		img.Pix[i] = uint8((int(a)*(steps-1) + 127) / 255)
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("encode seal picture: %w", err)
	}
	return out.Bytes(), nil
}
