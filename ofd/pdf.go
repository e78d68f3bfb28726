package ofd

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// PDFInfo is what a PDF copy says of itself beside its page.
type PDFInfo struct {
	Title    string
	Keywords string
	Made     time.Time
}

// PDF writes the drawing as a document of one page. Glyphs are paths, so that it looks the same everywhere and
// needs no font; the same drawing and info give the same bytes.
func (d *Drawing) PDF(info PDFInfo) ([]byte, error) {
	w := &pdfWriter{height: d.Height, pictures: map[*picture]string{}, out: fpdf.NewCustom(&fpdf.InitType{
		OrientationStr: "P", UnitStr: "mm", Size: fpdf.SizeType{Wd: d.Width, Ht: d.Height},
	})}
	w.out.SetCatalogSort(true)
	w.out.SetCreationDate(info.Made.UTC())
	w.out.SetModificationDate(info.Made.UTC())
	w.out.SetProducer("Yinxin", true)
	w.out.SetTitle(info.Title, true)
	w.out.SetKeywords(info.Keywords, false)
	w.out.SetLang("zh-CN")
	w.out.SetMargins(0, 0, 0)
	w.out.SetAutoPageBreak(false, 0)
	w.out.AddPage()
	for i := range d.items {
		w.item(&d.items[i])
	}
	var b bytes.Buffer
	if err := w.out.Output(&b); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return b.Bytes(), nil
}

type pdfWriter struct {
	out      *fpdf.Fpdf
	height   float64
	pictures map[*picture]string
}

func (w *pdfWriter) item(it *item) {
	if it.clip != nil {
		w.out.ClipRect(it.clip.X, it.clip.Y, max(it.clip.W, 0), max(it.clip.H, 0), false)
		defer w.out.ClipEnd()
	}
	if it.picture != nil {
		w.picture(it)
		return
	}
	if len(it.path) == 0 {
		return
	}
	if it.fill != nil {
		w.out.SetAlpha(it.fill.alpha, "Normal")
		w.out.SetFillColor(int(it.fill.R), int(it.fill.G), int(it.fill.B))
		w.path(it)
		w.out.DrawPath(map[bool]string{true: "f*", false: "F"}[it.evenOdd])
	}
	if it.stroke != nil {
		w.out.SetAlpha(it.stroke.alpha, "Normal")
		w.out.SetDrawColor(int(it.stroke.R), int(it.stroke.G), int(it.stroke.B))
		w.out.SetLineWidth(it.lineWidth * it.at.mean())
		w.path(it)
		w.out.DrawPath("D")
	}
}

// path writes the item's path in the coordinates of the page.
func (w *pdfWriter) path(it *item) {
	at := it.at
	x := func(px, py float64) float64 { return at.a*px + at.c*py + at.e }
	y := func(px, py float64) float64 { return at.b*px + at.d*py + at.f }
	for _, s := range it.path {
		switch s.Op {
		case MoveTo:
			w.out.MoveTo(x(s.X, s.Y), y(s.X, s.Y))
		case LineTo:
			w.out.LineTo(x(s.X, s.Y), y(s.X, s.Y))
		case QuadTo:
			w.out.CurveTo(x(s.X1, s.Y1), y(s.X1, s.Y1), x(s.X, s.Y), y(s.X, s.Y))
		case CubicTo:
			w.out.CurveBezierCubicTo(x(s.X1, s.Y1), y(s.X1, s.Y1), x(s.X2, s.Y2), y(s.X2, s.Y2), x(s.X, s.Y), y(s.X, s.Y))
		case ClosePath:
			w.out.ClosePath()
		}
	}
}

// picture draws a unit square of the page's coordinates, whichever way it is turned.
func (w *pdfWriter) picture(it *item) {
	name, known := w.pictures[it.picture]
	options := fpdf.ImageOptions{ImageType: it.picture.format}
	if !known {
		name = "p" + strconv.Itoa(len(w.pictures))
		w.pictures[it.picture] = name
		w.out.RegisterImageOptionsReader(name, options, bytes.NewReader(it.picture.data))
	}
	w.out.SetAlpha(it.alpha, "Normal")
	// The matrix in points, with PDF's y pointing up: see ISO 32000-1, 8.3.3.
	k, at := w.out.GetConversionRatio(), it.at
	h := w.height * k
	w.out.TransformBegin()
	w.out.Transform(fpdf.TransformMatrix{
		A: at.a, B: -at.b, C: -at.c, D: at.d,
		E: at.c*h + at.e*k, F: h*(1-at.d) - at.f*k,
	})
	w.out.ImageOptions(name, 0, 0, 1, 1, false, options, 0, "")
	w.out.TransformEnd()
}
