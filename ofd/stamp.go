package ofd

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
)

// objects draws a stamp as far as its clip lets it be seen.
func (st Stamp) objects() []Object {
	shown := Box{W: st.W, H: st.H}
	if st.Clip != nil {
		shown = *st.Clip
	}
	data := st.Image
	if st.Clip != nil || imageFormat(data) == "" {
		data = st.cut(shown)
	}
	if data == nil { // told, not left out
		frame := RGB{R: 0xC0}
		return []Object{Path{Data: Rect(Box{st.X + shown.X, st.Y + shown.Y, max(shown.W, 1), max(shown.H, 1)}), Stroke: &frame, LineWidth: 0.3}}
	}
	return []Object{Image{X: st.X + shown.X, Y: st.Y + shown.Y, W: shown.W, H: shown.H, Data: data}}
}

// cut gives the part of the picture that the box, in millimetres from the
// stamp's corner, shows; nil if the picture cannot be opened.
func (st Stamp) cut(shown Box) []byte {
	size, _, err := image.DecodeConfig(bytes.NewReader(st.Image))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height || st.W <= 0 || st.H <= 0 {
		return nil
	}
	src, _, err := image.Decode(bytes.NewReader(st.Image))
	if err != nil {
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
