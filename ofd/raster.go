package ofd

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/vector"
)

// maxRasterWork bounds the pixels and edges touched for one raster, so that a
// page of many large things cannot hold a processor for long.
const maxRasterWork = 3_000_000_000

// PNG draws the page with so many pixels a millimetre; 3.78 is 96 dpi.
func (d *Drawing) PNG(pixelsPerMM float64) ([]byte, error) {
	w, h := math.Ceil(d.Width*pixelsPerMM), math.Ceil(d.Height*pixelsPerMM)
	if !(w >= 1 && h >= 1 && w*h <= maxPixels) {
		return nil, broken("limit", "", "raster of %.0f by %.0f pixels", w, h)
	}
	r := raster{
		img: image.NewRGBA(image.Rect(0, 0, int(w), int(h))), unit: scale(pixelsPerMM, pixelsPerMM),
		pictures: map[*picture]image.Image{}, work: maxRasterWork,
	}
	draw.Draw(r.img, r.img.Bounds(), image.White, image.Point{}, draw.Src)
	for i := range d.items {
		if r.item(&d.items[i]); r.work < 0 {
			return nil, broken("limit", "", "raster that takes too long")
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, r.img); err != nil {
		return nil, broken("image", "", "%v", err)
	}
	return out.Bytes(), nil
}

type raster struct {
	img      *image.RGBA
	unit     matrix
	pictures map[*picture]image.Image
	work     int
	// The clip used last, as a mask of the page.
	clip *clip
	mask *image.Alpha
}

func (r *raster) item(it *item) {
	at := it.at.then(r.unit)
	if it.picture != nil {
		r.picture(it, at)
		return
	}
	if len(it.path) == 0 {
		return
	}
	lines := flatten(it.path, at)
	if it.fill != nil {
		r.fill(lines, it.evenOdd, it.fill, it.clip)
	}
	if it.stroke != nil {
		p := it.pen.scaled(at.mean())
		p.width = max(p.width, 0.4) // a hairline stays visible
		r.fill(outlineStroke(p.cut(lines), p), false, it.stroke, it.clip)
	}
}

// fill paints the inside of the contours.
func (r *raster) fill(lines []polyline, evenOdd bool, p *paint, within *clip) {
	shape, box := r.cover(lines, evenOdd)
	if shape == nil {
		return
	}
	if within != nil {
		r.restrict(shape, box, within)
	}
	var ink image.Image = image.NewUniform(p.color())
	at := image.Point{}
	if p.shade != nil {
		ink, at = newShadeImage(p, r.unit), box.Min
	}
	draw.DrawMask(r.img, box, ink, at, shape, image.Point{}, draw.Over)
}

// cover is how much of each pixel lies inside the contours, for the pixels of
// the box. It is nil where nothing of the page is touched.
func (r *raster) cover(lines []polyline, evenOdd bool) (*image.Alpha, image.Rectangle) {
	box, ok := cover(lines, r.img.Bounds())
	if !ok {
		return nil, box
	}
	edges := workOf(lines, box)
	r.work -= box.Dx()*box.Dy() + edges
	if evenOdd && edges > maxEvenEdges {
		r.work = -1
	}
	if r.work < 0 {
		return nil, box
	}
	shape := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	if evenOdd {
		coverEvenOdd(shape, lines, box.Min)
		return shape, box
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	z.DrawOp = draw.Src
	ox, oy := float64(box.Min.X), float64(box.Min.Y)
	for _, l := range lines {
		for i, pt := range l.points {
			x, y := float32(pt[0]-ox), float32(pt[1]-oy)
			if i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	z.Draw(shape, shape.Bounds(), image.Opaque, image.Point{})
	return shape, box
}

// workOf estimates the rows that the edges cross.
func workOf(lines []polyline, box image.Rectangle) int {
	work := 0
	for _, l := range lines {
		for i := 1; i < len(l.points); i++ {
			work += 1 + int(min(math.Abs(l.points[i][1]-l.points[i-1][1]), float64(box.Dy())))
		}
	}
	return work
}

// evenRows is how many lines of a pixel are looked at for the even-odd rule,
// and maxEvenEdges how many rows of pixels its edges may cross together.
const (
	evenRows     = 4
	maxEvenEdges = 2_000_000
)

// coverEvenOdd covers what an odd number of contours lies around. The
// rasterizer of the library only knows the non-zero rule.
func coverEvenOdd(shape *image.Alpha, lines []polyline, origin image.Point) {
	b := shape.Bounds()
	crossings := make([][]float64, b.Dy()*evenRows)
	edge := func(p, q [2]float64) {
		x0, y0 := p[0]-float64(origin.X), (p[1]-float64(origin.Y))*evenRows-0.5
		x1, y1 := q[0]-float64(origin.X), (q[1]-float64(origin.Y))*evenRows-0.5
		if y0 > y1 {
			x0, y0, x1, y1 = x1, y1, x0, y0
		}
		for row := max(int(math.Ceil(y0)), 0); row < len(crossings) && float64(row) < y1; row++ {
			crossings[row] = append(crossings[row], x0+(x1-x0)*(float64(row)-y0)/(y1-y0))
		}
	}
	for _, l := range lines {
		n := len(l.points)
		for i := range n {
			edge(l.points[i], l.points[(i+1)%n])
		}
	}
	sum := make([]float64, b.Dx())
	for y := range b.Dy() {
		clear(sum)
		for _, xs := range crossings[y*evenRows : (y+1)*evenRows] {
			slices.Sort(xs)
			for i := 0; i+1 < len(xs); i += 2 {
				addSpan(sum, xs[i], xs[i+1])
			}
		}
		for x, v := range sum {
			shape.Pix[y*shape.Stride+x] = uint8(math.Round(min(v/evenRows, 1) * 255))
		}
	}
}

// addSpan adds how much of each pixel lies between from and to.
func addSpan(sum []float64, from, to float64) {
	from, to = max(from, 0), min(to, float64(len(sum)))
	for x := int(from); x < len(sum) && float64(x) < to; x++ {
		sum[x] += min(to, float64(x+1)) - max(from, float64(x))
	}
}

// restrict takes away what of a shape lies outside a clip.
func (r *raster) restrict(shape *image.Alpha, box image.Rectangle, c *clip) {
	mask := r.clipMask(c)
	for y := range box.Dy() {
		row, over := shape.Pix[y*shape.Stride:][:box.Dx()], mask.Pix[mask.PixOffset(box.Min.X, box.Min.Y+y):]
		for x := range row {
			row[x] = uint8(int(row[x]) * int(over[x]) / 255)
		}
	}
}

// clipMask is a clip as a mask of the whole page.
func (r *raster) clipMask(c *clip) *image.Alpha {
	if r.clip == c {
		return r.mask
	}
	r.clip, r.mask = c, image.NewAlpha(r.img.Bounds())
	r.work -= len(r.mask.Pix) / 4
	mask := r.mask
	for k := c; k != nil; k = k.outer {
		shape, box := r.cover(flatten(k.path, r.unit), k.evenOdd)
		if shape == nil {
			clear(mask.Pix)
			break
		}
		layer := image.NewAlpha(mask.Bounds())
		draw.Draw(layer, box, shape, image.Point{}, draw.Src)
		if k == c {
			copy(mask.Pix, layer.Pix)
			continue
		}
		for i, v := range layer.Pix {
			mask.Pix[i] = uint8(int(mask.Pix[i]) * int(v) / 255)
		}
		r.work -= len(layer.Pix)
	}
	return mask
}

func (p *paint) color() color.Color {
	return color.NRGBA{p.R, p.G, p.B, uint8(math.Round(p.alpha * 255))}
}

// shadeImage is a gradient as a picture without end.
type shadeImage struct {
	*shade
	alpha float64
	back  matrix // from pixels to the coordinates of the gradient
}

func newShadeImage(p *paint, unit matrix) shadeImage {
	back, _ := p.shade.at.then(unit).inverse()
	return shadeImage{p.shade, p.alpha, back}
}

func (s shadeImage) ColorModel() color.Model { return color.NRGBAModel }
func (s shadeImage) Bounds() image.Rectangle { return image.Rect(-1e9, -1e9, 1e9, 1e9) }

func (s shadeImage) At(px, py int) color.Color {
	t, ok := s.along(s.back.apply(float64(px)+0.5, float64(py)+0.5))
	if !ok || t < 0 && !s.before || t > 1 && !s.after {
		return color.NRGBA{}
	}
	i := 1
	for i < len(s.stops)-1 && s.stops[i].pos < t {
		i++
	}
	a, b := s.stops[i-1], s.stops[i]
	k := 1.0
	if b.pos > a.pos {
		k = min(max((t-a.pos)/(b.pos-a.pos), 0), 1)
	}
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + k*(float64(b)-float64(a)))) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), uint8(math.Round(s.alpha * 255))}
}

// along is where a point lies on the gradient: from 0 to 1 within it.
func (s shadeImage) along(x, y float64) (float64, bool) {
	dx, dy := s.x1-s.x0, s.y1-s.y0
	if !s.radial {
		d := dx*dx + dy*dy
		return ((x-s.x0)*dx + (y-s.y0)*dy) / d, d > 0
	}
	// The largest t with a radius of at least 0 on whose circle the point lies
	// (ISO 32000-1, 8.7.4.5.4).
	dr := s.r1 - s.r0
	a := dx*dx + dy*dy - dr*dr
	b := (x-s.x0)*dx + (y-s.y0)*dy + s.r0*dr
	c := (x-s.x0)*(x-s.x0) + (y-s.y0)*(y-s.y0) - s.r0*s.r0
	var roots [2]float64
	if math.Abs(a) < 1e-9 {
		if b == 0 {
			return 0, false
		}
		roots = [2]float64{c / (2 * b), c / (2 * b)}
	} else {
		root := b*b - a*c
		if root < 0 {
			return 0, false
		}
		root = math.Sqrt(root)
		roots = [2]float64{max((b+root)/a, (b-root)/a), min((b+root)/a, (b-root)/a)}
	}
	for _, t := range roots {
		if s.r0+t*dr >= 0 && (t >= 0 || s.before) && (t <= 1 || s.after) {
			return t, true
		}
	}
	return 0, false
}

// cover is the pixels that the contours touch within the page.
func cover(lines []polyline, page image.Rectangle) (image.Rectangle, bool) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, l := range lines {
		for _, p := range l.points {
			x0, x1 = math.Min(x0, p[0]), math.Max(x1, p[0])
			y0, y1 = math.Min(y0, p[1]), math.Max(y1, p[1])
		}
	}
	if !(x0 <= x1) || x1 < -1 || y1 < -1 || x0 > float64(page.Max.X) || y0 > float64(page.Max.Y) {
		return image.Rectangle{}, false
	}
	clamp := func(v float64) int { return int(min(max(v, -1e6), 1e6)) }
	box := image.Rect(clamp(math.Floor(x0)), clamp(math.Floor(y0)), clamp(math.Ceil(x1))+1, clamp(math.Ceil(y1))+1).Intersect(page)
	return box, !box.Empty()
}

func (r *raster) picture(it *item, at matrix) {
	src := r.decode(it.picture)
	if src == nil {
		return
	}
	box, ok := cover(flatten(Rect(Box{W: 1, H: 1}), at), r.img.Bounds())
	if !ok {
		return
	}
	b := src.Bounds()
	r.work -= 8*box.Dx()*box.Dy() + b.Dx()*b.Dy()
	if r.work < 0 {
		return
	}
	at = translate(float64(-b.Min.X), float64(-b.Min.Y)).then(scale(1/float64(b.Dx()), 1/float64(b.Dy()))).then(at)
	to := f64.Aff3{at.a, at.c, at.e, at.b, at.d, at.f}
	if it.clip == nil && it.alpha >= 1 {
		draw.CatmullRom.Transform(r.img, to, src, b, draw.Over, nil)
		return
	}
	layer := image.NewRGBA(box)
	draw.CatmullRom.Transform(layer, to, src, b, draw.Over, nil)
	shape := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	for i := range shape.Pix {
		shape.Pix[i] = uint8(math.Round(it.alpha * 255))
	}
	if it.clip != nil {
		r.restrict(shape, box, it.clip)
	}
	draw.DrawMask(r.img, box, layer, box.Min, shape, image.Point{}, draw.Over)
}

// decode opens a picture once; nil for one that is damaged.
func (r *raster) decode(p *picture) image.Image {
	if img, known := r.pictures[p]; known {
		return img
	}
	img, _, err := image.Decode(bytes.NewReader(p.data))
	if err != nil {
		img = nil
	}
	r.pictures[p] = img
	r.work -= p.config.Width * p.config.Height
	return img
}
