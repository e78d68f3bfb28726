package license

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// Indexes into the fonts of every document.
const (
	serif = iota
	sans
)

// shrinkTo is the smallest part of its size to which a line may shrink to fit its place.
const shrinkTo = 0.6

// base lists the elements of GB/T 36903 in the order in which they are written to the file.
var base = []string{"ZZMC", "ZZLXDM", "ZZBH", "ZZBS", "ZZBFJG", "ZZBFJGDM", "ZZBFRQ", "CZZT", "CZZTDM", "CZZTDMLX",
	"CZZTDMLXDM", "ZZYXQQSRQ", "ZZYXQJZRQ"}

// faces draws faces (照面) from templates and values.
type faces struct {
	fonts   []*ofd.Font
	baseURL string
}

func newFaces(baseURL string) (*faces, error) {
	a, err := font.Serif()
	if err != nil {
		return nil, fmt.Errorf("load font: %w", err)
	}
	b, err := font.Sans()
	if err != nil {
		return nil, fmt.Errorf("load font: %w", err)
	}
	return &faces{fonts: []*ofd.Font{a, b}, baseURL: baseURL}, nil
}

// license builds the unsigned file of a license.
func (f *faces) license(t *catalog.Type, b body, seals int, now time.Time) (*ofd.Package, error) {
	doc, err := f.document(t, b, now)
	if err != nil {
		return nil, err
	}
	doc.SignaturesExpected = seals
	return f.build(t, b, doc)
}

// build turns the engine's refusals into words about the license's fields.
func (f *faces) build(t *catalog.Type, b body, doc *ofd.Document) (*ofd.Package, error) {
	p, err := ofd.Build(doc)
	if missing, ok := errors.AsType[*ofd.MissingGlyph](err); ok {
		return nil, errs.New(errs.Invalid, "license.glyph").With("label", labelOf(t, b.Values, missing.Rune))
	}
	return p, err
}

func (f *faces) document(t *catalog.Type, b body, now time.Time) (*ofd.Document, error) {
	data, err := json.MarshalIndent(struct {
		Type   string            `json:"type"`
		Values map[string]string `json:"values"`
	}{t.Code, b.Values}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode license data: %w", err)
	}
	doc := &ofd.Document{
		ID: strings.ReplaceAll(uuid.NewString(), "-", ""), Title: t.Name, Author: b.Values["ZZBFJG"], Creator: "Yinxin",
		Created: now, Meta: meta(t, b.Values), Fonts: f.fonts,
		Page:        ofd.Page{Width: t.Face.Width, Height: t.Face.Height},
		Attachments: []ofd.Attachment{{Name: "license.json", Format: "json", Data: data}},
		Permissions: &ofd.Permissions{Export: true, Signature: true, PrintScreen: true, Print: true, Copies: -1},
	}
	for _, o := range t.Face.Objects {
		drawn, err := f.draw(t, o, b)
		if err != nil {
			return nil, err
		}
		if o.Kind == "field" || o.Kind == "qr" {
			doc.Page.Content = append(doc.Page.Content, drawn...)
		} else {
			doc.Page.Template = append(doc.Page.Template, drawn...)
		}
	}
	return doc, nil
}

// meta writes the values as CustomDatas; dates in the form of GB/T 36903, YYYYMMDD.
func meta(t *catalog.Type, values map[string]string) []ofd.Meta {
	var out []ofd.Meta
	add := func(name, value string) {
		if f, ok := t.Field(name); ok && f.Type == "date" {
			value = strings.ReplaceAll(value, "-", "")
		}
		out = append(out, ofd.Meta{Name: name, Value: value})
	}
	for _, name := range base {
		if v, ok := values[name]; ok {
			add(name, v)
		}
	}
	for _, f := range t.Fields {
		if v := values[f.Name]; v != "" {
			add(f.Name, v)
		}
	}
	return out
}

func (f *faces) draw(t *catalog.Type, o catalog.FaceObject, b body) ([]ofd.Object, error) {
	switch o.Kind {
	case "text":
		return f.lines(o, o.Text, "")
	case "field":
		name, part, _ := strings.Cut(o.Field, ":")
		field, _ := t.Field(name)
		drawn, err := f.lines(o, shown(field, b.Values[name], part, o.Format), name)
		if err != nil {
			return nil, errs.New(errs.Invalid, "license.overflow").On(name).With("label", field.Label)
		}
		return drawn, nil
	case "rect":
		return []ofd.Object{pathOf(o, ofd.Rect(ofd.Box{X: o.X, Y: o.Y, W: o.W, H: o.H}))}, nil
	case "line":
		return []ofd.Object{pathOf(o, ofd.Line(o.X, o.Y, o.X+o.W, o.Y+o.H))}, nil
	case "path":
		segs, err := parsePath(o.Path, o.X, o.Y)
		if err != nil {
			return nil, err
		}
		return []ofd.Object{pathOf(o, segs)}, nil
	case "qr":
		return []ofd.Object{ofd.QR{X: o.X, Y: o.Y, W: o.W, Value: f.baseURL + "/v/" + b.Code}}, nil
	case "seal":
		return nil, nil
	default:
		return nil, fmt.Errorf("face of type %s: unknown object %q", t.Code, o.Kind)
	}
}

// shown is a value as the face shows it: dates in words, several holders side by side.
func shown(f catalog.Field, value, part, format string) string {
	if f.Type != "date" || value == "" || value == "长期" {
		return strings.ReplaceAll(value, multi, "、")
	}
	d, err := time.ParseInLocation(time.DateOnly, value, clock.Shanghai)
	if err != nil {
		return value
	}
	switch part {
	case "Y":
		return d.Format("2006")
	case "M":
		return d.Format("01")
	case "D":
		return d.Format("02")
	}
	if format == "iso" {
		return value
	}
	return d.Format("2006年01月02日")
}

var errOverflow = errors.New("text does not fit its place")

// lines sets a text in the room of its object: it wraps within W for as many lines as allowed, and shrinks
// a little before it gives up.
func (f *faces) lines(o catalog.FaceObject, value, tag string) ([]ofd.Object, error) {
	if value == "" {
		return nil, nil
	}
	face := f.fonts[serif]
	index := serif
	if o.Font == "sans" {
		face, index = f.fonts[sans], sans
	}
	allowed := max(o.Lines, 1)
	size := o.Size
	rows := wrap(face, value, size, o.W)
	for len(rows) > allowed && size > o.Size*shrinkTo {
		size *= 0.95
		rows = wrap(face, value, size, o.W)
	}
	if len(rows) > allowed {
		return nil, errOverflow
	}
	var out []ofd.Object
	for i, row := range rows {
		x := o.X
		switch width := ofd.TextWidth(face, row, size); o.Align {
		case "center":
			x += (o.W - width) / 2
		case "right":
			x += o.W - width
		}
		out = append(out, ofd.Text{X: x, Y: o.Y + float64(i)*size*1.5, Size: size, Font: index, Color: colour(o.Color, ofd.RGB{}),
			Value: row, Tag: tag, Alpha: opacity(o.Alpha)})
	}
	return out, nil
}

// wrap breaks a text into lines no wider than width; without a width it stays whole. Runs of Latin letters and
// digits stay together, so that numbers can be read.
func wrap(face *ofd.Font, value string, size, width float64) []string {
	if width <= 0 || ofd.TextWidth(face, value, size) <= width {
		return []string{value}
	}
	var rows []string
	line := ""
	for _, word := range words(value) {
		if line != "" && ofd.TextWidth(face, line+word, size) > width {
			rows = append(rows, line)
			line = ""
		}
		if ofd.TextWidth(face, word, size) <= width {
			line += word
			continue
		}
		for _, r := range word {
			if line != "" && ofd.TextWidth(face, line+string(r), size) > width {
				rows = append(rows, line)
				line = ""
			}
			line += string(r)
		}
	}
	return append(rows, line)
}

// words splits a text where it may break: around every character that is not a Latin letter or digit, but never
// before a closing mark.
func words(s string) []string {
	var out []string
	run := ""
	for _, r := range s {
		if r < 0x2000 && r > ' ' {
			run += string(r)
			continue
		}
		if run != "" {
			out = append(out, run)
			run = ""
		}
		// A line never begins with a mark that closes what stands before it (禁则).
		if strings.ContainsRune("，。、；：！？）》」』”’%", r) && len(out) > 0 {
			out[len(out)-1] += string(r)
			continue
		}
		out = append(out, string(r))
	}
	if run != "" {
		out = append(out, run)
	}
	return out
}

// sealPlace finds where a step's seal stands on a face.
func sealPlace(face catalog.Face, step int) (sealing.Place, error) {
	i := slices.IndexFunc(face.Objects, func(o catalog.FaceObject) bool { return o.Kind == "seal" && o.Step == step })
	if i < 0 {
		return sealing.Place{}, fmt.Errorf("the face has no place for seal step %d", step)
	}
	o := face.Objects[i]
	return sealing.Place{X: o.X, Y: o.Y, W: o.W, H: o.H}, nil
}

// labelOf names the field whose value holds a character.
func labelOf(t *catalog.Type, values map[string]string, r rune) string {
	for name, value := range values {
		if strings.ContainsRune(value, r) {
			f, _ := t.Field(name)
			return f.Label
		}
	}
	return t.Name
}
