package ofd

import (
	"bytes"
	"image"
	"image/color"
	_ "image/jpeg" // pictures of holders
	"image/png"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/vector"
)

// maxPixels bounds a raster and every picture drawn into one.
const maxPixels = 40_000_000

// PNG draws the page with so many pixels a millimetre; 3.78 is 96 dpi.
func (d *Drawing) PNG(pixelsPerMM float64) ([]byte, error) {
	w, h := math.Ceil(d.Width*pixelsPerMM), math.Ceil(d.Height*pixelsPerMM)
	if !(w >= 1 && h >= 1 && w*h <= maxPixels) {
		return nil, broken("limit", "", "raster of %.0f by %.0f pixels", w, h)
	}
	r := raster{img: image.NewRGBA(image.Rect(0, 0, int(w), int(h))), unit: scale(pixelsPerMM, pixelsPerMM), pictures: map[*picture]image.Image{}}
	draw.Draw(r.img, r.img.Bounds(), image.White, image.Point{}, draw.Src)
	for i := range d.items {
		r.item(&d.items[i])
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
}

func (r *raster) item(it *item) {
	at := it.at.then(r.unit)
	if it.picture != nil {
		r.picture(it, at)
		return
	}
	lines := flatten(it.path, at)
	if it.fill != nil {
		r.fill(lines, it.fill)
	}
	if it.stroke != nil {
		width := max(it.lineWidth*at.mean(), 0.4) // a hairline stays visible
		r.fill(outlineStroke(lines, width/2), it.stroke)
	}
}

// polyline is a flattened contour in pixels.
type polyline struct {
	points [][2]float64
	closed bool
}

// fill covers the inside of the contours. The rasterizer sums windings, so that
// contours turning one way unite and opposite ones cut holes.
func (r *raster) fill(lines []polyline, p *paint) {
	box, ok := cover(lines, r.img.Bounds())
	if !ok {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
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
	z.Draw(r.img, box, image.NewUniform(p.color()), image.Point{})
}

func (p *paint) color() color.Color {
	return color.NRGBA{p.R, p.G, p.B, uint8(math.Round(p.alpha * 255))}
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

// curveSteps is how many lines stand for a curve; pages are looked at, not
// measured.
const curveSteps = 8

func flatten(path []Seg, m matrix) []polyline {
	var out []polyline
	var x, y float64
	add := func(px, py float64) {
		k := len(out) - 1
		out[k].points = append(out[k].points, [2]float64{px, py})
	}
	for _, s := range path {
		s = s.under(m)
		if s.Op == ClosePath {
			if k := len(out) - 1; k >= 0 {
				out[k].closed = true
				x, y = out[k].points[0][0], out[k].points[0][1]
			}
			continue
		}
		if s.Op == MoveTo || len(out) == 0 || out[len(out)-1].closed {
			out = append(out, polyline{})
			if s.Op != MoveTo {
				add(x, y)
			}
		}
		switch s.Op {
		case MoveTo, LineTo:
			add(s.X, s.Y)
		case QuadTo:
			for i := 1; i <= curveSteps; i++ {
				t := float64(i) / curveSteps
				a, b, c := (1-t)*(1-t), 2*t*(1-t), t*t
				add(a*x+b*s.X1+c*s.X, a*y+b*s.Y1+c*s.Y)
			}
		case CubicTo:
			for i := 1; i <= 2*curveSteps; i++ {
				t := float64(i) / (2 * curveSteps)
				u := 1 - t
				a, b, c, d := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
				add(a*x+b*s.X1+c*s.X2+d*s.X, a*y+b*s.Y1+c*s.Y2+d*s.Y)
			}
		}
		x, y = s.X, s.Y
	}
	return out
}

// outlineStroke makes a polygon around every line, with round joins where lines
// meet. All polygons turn the same way, so that they unite.
func outlineStroke(lines []polyline, half float64) []polyline {
	var out []polyline
	for _, l := range lines {
		n := len(l.points)
		for i := range n {
			next := i + 1
			if next == n {
				if !l.closed {
					break
				}
				next = 0
			}
			a, b := l.points[i], l.points[next]
			dx, dy := b[0]-a[0], b[1]-a[1]
			length := math.Hypot(dx, dy)
			if length == 0 {
				continue
			}
			nx, ny := -dy/length*half, dx/length*half
			out = append(out, polyline{points: [][2]float64{
				{a[0] + nx, a[1] + ny}, {a[0] - nx, a[1] - ny}, {b[0] - nx, b[1] - ny}, {b[0] + nx, b[1] + ny}}})
			if half > 0.6 && (i > 0 || l.closed) {
				out = append(out, disc(a, half))
			}
		}
	}
	return out
}

// disc is a round join; it turns the same way as the polygons of the lines.
func disc(c [2]float64, r float64) polyline {
	const corners = 12
	var p polyline
	for i := range corners {
		s, k := math.Sincos(2 * math.Pi * float64(i) / corners)
		p.points = append(p.points, [2]float64{c[0] + r*k, c[1] + r*s})
	}
	return p
}

func (r *raster) picture(it *item, at matrix) {
	src := r.decode(it.picture)
	if src == nil {
		return
	}
	var dst draw.Image = r.img
	if it.clip != nil {
		x0, y0 := r.unit.apply(it.clip.X, it.clip.Y)
		x1, y1 := r.unit.apply(it.clip.X+it.clip.W, it.clip.Y+it.clip.H)
		clip := image.Rect(int(math.Round(x0)), int(math.Round(y0)), int(math.Round(x1)), int(math.Round(y1)))
		dst = r.img.SubImage(clip.Intersect(r.img.Bounds())).(*image.RGBA)
	}
	b := src.Bounds()
	at = translate(float64(-b.Min.X), float64(-b.Min.Y)).then(scale(1/float64(b.Dx()), 1/float64(b.Dy()))).then(at)
	var o draw.Options
	if it.alpha < 1 {
		o.SrcMask = image.NewUniform(color.Alpha{uint8(math.Round(it.alpha * 255))})
	}
	draw.CatmullRom.Transform(dst, f64.Aff3{at.a, at.c, at.e, at.b, at.d, at.f}, src, b, draw.Over, &o)
}

// decode opens a picture once; nil for one that is damaged or too large.
func (r *raster) decode(p *picture) image.Image {
	if img, known := r.pictures[p]; known {
		return img
	}
	r.pictures[p] = nil
	size, _, err := image.DecodeConfig(bytes.NewReader(p.data))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(p.data))
	if err != nil {
		return nil
	}
	r.pictures[p] = img
	return img
}
