package ofd

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// objects draws a stamp as what a page can have: a picture, cut to what its
// clip shows. A frame stands for a picture that cannot be opened: a copy that
// left it out would show another document.
func (st Stamp) objects() []Object {
	if st.W <= 0 || st.H <= 0 {
		return nil
	}
	shown := Box{W: st.W, H: st.H}
	if st.Clip != nil {
		shown = *st.Clip
	}
	data := st.Image
	if st.Clip != nil || imageFormat(data) == "" {
		data = st.cut(shown)
	}
	at := Box{st.X + shown.X, st.Y + shown.Y, shown.W, shown.H}
	if data == nil || at.W <= 0 || at.H <= 0 {
		return []Object{Path{Data: Rect(Box{at.X, at.Y, max(at.W, 1), max(at.H, 1)}), Stroke: &RGB{R: 0xC0}, LineWidth: 0.3}}
	}
	return []Object{Image{X: at.X, Y: at.Y, W: at.W, H: at.H, Data: data}}
}

// cut gives the part of the picture that the box, in millimetres from the
// stamp's corner, shows, as a PNG; nil if the picture cannot be opened.
func (st Stamp) cut(shown Box) []byte {
	src := st.open()
	if src == nil {
		return nil
	}
	b := src.Bounds()
	x := func(mm float64) int { return b.Min.X + int(min(max(mm/st.W, 0), 1)*float64(b.Dx())+0.5) }
	y := func(mm float64) int { return b.Min.Y + int(min(max(mm/st.H, 0), 1)*float64(b.Dy())+0.5) }
	part := image.Rect(x(shown.X), y(shown.Y), x(shown.X+shown.W), y(shown.Y+shown.H))
	if part.Empty() {
		return nil
	}
	dst := image.NewNRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(dst, dst.Bounds(), src, part.Min, draw.Src)
	var out bytes.Buffer
	if err := png.Encode(&out, dst); err != nil {
		return nil
	}
	return out.Bytes()
}

// stampPixels is how many pixels a millimetre a nested package is drawn with:
// 300 dots an inch.
const stampPixels = 300 / 25.4

// open decodes the picture; nil if that cannot be done.
func (st Stamp) open() image.Image {
	data := st.Image
	if isPackage(data) {
		sheet := &renderer{d: &Drawing{Width: st.W, Height: st.H}}
		sheet.nest(data, scale(st.W, st.H), nil)
		drawn, err := sheet.d.PNG(stampPixels)
		if err != nil || len(sheet.d.items) == 0 {
			return nil
		}
		data = drawn
	}
	pic, _ := readPicture(data)
	if pic == nil {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(pic.data))
	if err != nil {
		return nil
	}
	if isPackage(st.Image) {
		return unpaper(img)
	}
	return img
}

// unpaper takes the white of the sheet out of a drawing, so that what lies
// below a stamp is seen: the most transparent colours that give the drawing
// on white again.
func unpaper(img image.Image) image.Image {
	b := img.Bounds()
	out := image.NewNRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			a := 255 - int(min(c.R, c.G, c.B))
			if a == 0 {
				continue
			}
			ink := func(v uint8) uint8 { return uint8(255 - (255-int(v))*255/a) }
			out.SetNRGBA(x, y, color.NRGBA{ink(c.R), ink(c.G), ink(c.B), uint8(a)})
		}
	}
	return out
}
