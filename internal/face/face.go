// Package face draws faces (照面): the page of a license from the template of its type and the values of its
// elements. There is one page model: what a preview shows is what the license file holds.
//
// It also judges templates: the gate lets a type be published only if everything that the fields allow can be drawn.
// It keeps nothing and knows no license.
package face

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

// Indexes into the fonts of every document.
const (
	Serif = iota
	Sans
)

// multi joins the values of an element that several holders, or several rows, give (GB/T 36903-2018).
const multi = "^"

// base lists the elements of GB/T 36903 in the order in which they are written to the file.
var base = []string{"ZZMC", "ZZLXDM", "ZZBH", "ZZBS", "ZZBFJG", "ZZBFJGDM", "ZZBFRQ", "CZZT", "CZZTDM", "CZZTDMLX",
	"CZZTDMLXDM", "ZZYXQQSRQ", "ZZYXQJZRQ"}

// Drawer draws faces. It is safe for use by several goroutines.
type Drawer struct {
	fonts   []*ofd.Font
	baseURL string
	blanks  blanks
}

// New makes a drawer; baseURL is how the outside reaches the platform, for the check code on a face.
func New(baseURL string) (*Drawer, error) {
	a, err := font.Serif()
	if err != nil {
		return nil, fmt.Errorf("load font: %w", err)
	}
	b, err := font.Sans()
	if err != nil {
		return nil, fmt.Errorf("load font: %w", err)
	}
	return &Drawer{fonts: []*ofd.Font{a, b}, baseURL: baseURL}, nil
}

// Font is one of the fonts of every document.
func (d *Drawer) Font(index int) *ofd.Font { return d.fonts[index] }

// Input is what one license puts on its face.
type Input struct {
	Values map[string]string // by field name, multi-values joined by ^; dates as 2006-01-02
	Code   string            // the static check code
}

// License builds the unsigned file of a license.
func (d *Drawer) License(t *catalog.Type, in Input, seals int, now time.Time) (*ofd.Package, error) {
	p, err := d.Press(t)
	if err != nil {
		return nil, err
	}
	return p.License(in, seals, now)
}

// Build turns the engine's refusals into words about the license's fields.
func (d *Drawer) Build(t *catalog.Type, in Input, doc *ofd.Document) (*ofd.Package, error) {
	b, err := d.blank(t)
	if err != nil {
		return nil, unshown(err, t, in)
	}
	p, err := b.build(doc)
	return p, unshown(err, t, in)
}

// unshown names the field whose value holds a character that no font draws.
func unshown(err error, t *catalog.Type, in Input) error {
	if missing, ok := errors.AsType[*ofd.MissingGlyph](err); ok {
		return errs.New(errs.Invalid, "license.glyph").With("label", labelOf(t, in.Values, missing.Rune))
	}
	return err
}

// Document is the page of a license with its data.
func (d *Drawer) Document(t *catalog.Type, in Input, now time.Time) (*ofd.Document, error) {
	b, err := d.blank(t)
	if err != nil {
		return nil, unshown(err, t, in)
	}
	return d.document(t, b, in, now)
}

func (d *Drawer) document(t *catalog.Type, b *blank, in Input, now time.Time) (*ofd.Document, error) {
	data, err := json.MarshalIndent(struct {
		Type   string            `json:"type"`
		Values map[string]string `json:"values"`
	}{t.Code, in.Values}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode license data: %w", err)
	}
	pages, err := d.pages(t, in, b)
	if err != nil {
		return nil, err
	}
	return &ofd.Document{
		ID: strings.ReplaceAll(uuid.NewString(), "-", ""), Title: t.Name, Author: in.Values["ZZBFJG"], Creator: "Yinxin",
		Created: now, Meta: meta(t, in.Values), Fonts: d.fonts, Pages: pages,
		Attachments: []ofd.Attachment{{Name: "license.json", Format: "json", Data: data}},
		Permissions: &ofd.Permissions{Export: true, Signature: true, PrintScreen: true, Print: true, Copies: -1},
	}, nil
}

// meta writes the values as CustomDatas; dates in the form of GB/T 36903, YYYYMMDD. A photo is no index data: it
// stands on the face and in the attachment.
func meta(t *catalog.Type, values map[string]string) []ofd.Meta {
	var out []ofd.Meta
	add := func(name, value string) {
		f, _ := t.Field(name)
		if f.Type == "photo" {
			return
		}
		if f.Type == "date" {
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
		if v := values[f.Name]; v != "" && !slices.Contains(base, f.Name) {
			add(f.Name, v)
		}
	}
	return out
}

// Place finds where a step's seal stands on a face.
func Place(f catalog.Face, step int) (ofd.Box, error) {
	i := slices.IndexFunc(f.Objects, func(o catalog.FaceObject) bool { return o.Kind == "seal" && o.Step == step })
	if i < 0 {
		return ofd.Box{}, fmt.Errorf("the face has no place for seal step %d", step)
	}
	o := f.Objects[i]
	return ofd.Box{X: o.X, Y: o.Y, W: o.W, H: o.H}, nil
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
