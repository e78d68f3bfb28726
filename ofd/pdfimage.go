package ofd

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// pictureObject writes a picture once and gives its object; 0 for one that
// turns out to be damaged.
func (w *pdfWriter) pictureObject(p *picture) (int, error) {
	if id, known := w.pictures[p]; known {
		return id, nil
	}
	id := w.id()
	head := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace", p.config.Width, p.config.Height)
	if p.format == "JPEG" && p.config.ColorModel != color.CMYKModel {
		space := "/DeviceRGB"
		if p.config.ColorModel == color.GrayModel {
			space = "/DeviceGray"
		}
		w.stream(id, head+space+"/Filter/DCTDecode", p.data)
		w.pictures[p] = id
		return id, nil
	}
	src, _, err := image.Decode(bytes.NewReader(p.data))
	if err != nil {
		w.object(id, "null")
		w.pictures[p] = 0
		return 0, nil //nolint:nilerr // one bad picture leaves its place empty and the document whole
	}
	rgb, alpha := channels(src)
	mask := ""
	if alpha != nil {
		m := w.id()
		w.packed(m, head+"/DeviceGray", alpha)
		mask = fmt.Sprintf("/SMask %d 0 R", m)
	}
	w.packed(id, head+"/DeviceRGB"+mask, rgb)
	w.pictures[p] = id
	return id, nil
}

// channels takes a picture apart; alpha is nil for one without holes.
func channels(src image.Image) (rgb, alpha []byte) {
	b := src.Bounds()
	img, ok := src.(*image.NRGBA)
	if !ok || b.Min != (image.Point{}) || img.Stride != 4*b.Dx() {
		img = image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(img, img.Bounds(), src, b.Min, draw.Src)
	}
	n := b.Dx() * b.Dy()
	rgb, alpha = make([]byte, 0, 3*n), make([]byte, 0, n)
	opaque := true
	for i := 0; i < 4*n; i += 4 {
		rgb = append(rgb, img.Pix[i], img.Pix[i+1], img.Pix[i+2])
		alpha = append(alpha, img.Pix[i+3])
		opaque = opaque && img.Pix[i+3] == 0xFF
	}
	if opaque {
		return rgb, nil
	}
	return rgb, alpha
}
