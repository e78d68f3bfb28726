package license

import (
	"context"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
)

// Purpose is what an annotated copy (加注件) is for; it stands on the copy's face and in its data.
type Purpose struct {
	Creator    string // the unit that may use it
	Matter     string // name of the matter
	MatterCode string
	CaseNo     string
	Use        string // instead of a matter and a case: what the holder gives the copy for
	Verdict    string // what the platform found of the original when the copy was made
	Created    time.Time
	Expires    time.Time
}

// Cause is the reason in words (加注件制作事由).
func (p Purpose) Cause() string {
	if p.CaseNo == "" {
		return "用于“" + p.Use + "”"
	}
	return "办理“" + p.Matter + "”（办件" + p.CaseNo + "）"
}

// Where the note, the platform's seal and the strip below the face stand, in millimetres.
const (
	noteHeight = 26.0
	noteMargin = 6.0
	noteSeal   = 22.0
)

var (
	noteInk  = ofd.RGB{R: 0x1F, G: 0x23, B: 0x28}
	noteLine = ofd.RGB{R: 0x8A, G: 0x5A, B: 0x00}
	waterInk = ofd.RGB{R: 0xB4, G: 0xB4, B: 0xB4}
)

// Copy makes the annotated copy of a license for one purpose: the face again, marked all over, the note below
// it, the digest of the original and the verdict on it, under the platform's own seal. The original stays as
// it is. GB/T 36903-2018 加注件; 闽政办〔2022〕33号 任务10.
func (r *BodyReader) Copy(ctx context.Context, b Body, p Purpose, platformID string) ([]byte, error) {
	original, err := r.File(ctx, b)
	if err != nil {
		return nil, err
	}
	var seal sealing.Seal
	err = r.store.o.DB.Read(ctx, func(q *db.Tx) error {
		seal, err = r.store.o.Seals.Usable(ctx, q, platformID, sealing.ForCopies)
		return err
	})
	if err != nil {
		return nil, err
	}
	d := r.store.o.Faces
	in := face.Input{Values: b.Values, Code: b.code}
	doc, err := d.Document(b.Type, in, p.Created)
	if err != nil {
		return nil, err
	}
	stamps, err := originalStamps(original)
	if err != nil {
		return nil, err
	}
	first := &doc.Pages[0]
	page := *first
	first.Height += noteHeight
	doc.Meta = append(doc.Meta, copyMeta(b.License, p)...)
	first.Annots = append(stamps, watermark(d, page, p)...)
	first.Content = append(first.Content, note(d, page, b.License, p)...)
	doc.SignaturesExpected = 1
	pkg, err := d.Build(b.Type, in, doc)
	if err != nil {
		return nil, err
	}
	place := sealing.Place{X: page.Width - noteMargin - noteSeal, Y: page.Height + (noteHeight-noteSeal)/2, W: noteSeal, H: noteSeal}
	if err := r.store.o.Seals.Sign(pkg, []sealing.Step{{Seal: seal, Place: place}}); err != nil {
		return nil, err
	}
	return pkg.Bytes()
}

func copyMeta(l License, p Purpose) []ofd.Meta {
	const stamp = "20060102150405"
	meta := []ofd.Meta{
		{Name: "JZJZZSJ", Value: p.Created.In(clock.Shanghai).Format(stamp)},
		{Name: "JZJZZZ", Value: p.Creator},
		{Name: "JZJZZSY", Value: p.Cause()},
		{Name: "JZJYXQJZSJ", Value: p.Expires.In(clock.Shanghai).Format(stamp)},
		{Name: "YX_LX", Value: "COPY"},
		{Name: "YX_YJZY", Value: l.FileDigest},
		{Name: "YX_YJYZ", Value: p.Verdict},
	}
	if p.CaseNo == "" {
		return meta
	}
	return append(meta, ofd.Meta{Name: "YX_SXBM", Value: p.MatterCode}, ofd.Meta{Name: "YX_BJBH", Value: p.CaseNo})
}

// watermark tiles the purpose over the face, so that no part of it can be cut out without it.
func watermark(d *face.Drawer, page ofd.Page, p Purpose) []ofd.Object {
	text := "仅供" + p.Creator + p.Cause() + "使用 有效期至" + p.Expires.In(clock.Shanghai).Format(time.DateOnly)
	const size, angle = 4.2, -30
	width := d.Width(face.Sans, text, size)
	var out []ofd.Object
	for row, y := 0, 20.0; y < page.Height+width/2; row, y = row+1, y+34 {
		for x := -float64(row%2) * width / 2; x < page.Width; x += width + 12 {
			out = append(out, ofd.Text{X: x, Y: y, Size: size, Font: face.Sans, Color: waterInk, Value: text, Alpha: 0.5, Rotate: angle})
		}
	}
	return out
}

// note writes the strip below the face.
func note(d *face.Drawer, page ofd.Page, l License, p Purpose) []ofd.Object {
	top := page.Height
	rule := "加注件　仅供" + p.Creator + p.Cause() + "使用，用于其他用途无效"
	if p.CaseNo == "" {
		rule += "；PDF副本、打印件以OFD文件为准"
	}
	rows := []string{
		rule,
		"制作时间 " + p.Created.In(clock.Shanghai).Format("2006-01-02 15:04:05") + "　有效期至 " + p.Expires.In(clock.Shanghai).Format("2006-01-02 15:04:05") + "　制作时原件：" + p.Verdict,
		"电子证照标识 " + l.Identifier,
		"原件摘要（SM3）" + l.FileDigest,
	}
	room := page.Width - 3*noteMargin - noteSeal
	out := []ofd.Object{ofd.Path{Data: ofd.Line(noteMargin, top+1, page.Width-noteMargin, top+1), Stroke: &noteLine, LineWidth: 0.3}}
	for i, row := range rows {
		size := 3.2
		if i == 0 {
			size = 3.8
		}
		for d.Width(face.Sans, row, size) > room && size > 1.2 {
			size *= 0.95
		}
		out = append(out, ofd.Text{X: noteMargin, Y: top + 6.5 + float64(i)*5.4, Size: size, Font: face.Sans, Color: noteInk, Value: row})
	}
	return out
}
