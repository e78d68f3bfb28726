package license

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
	"github.com/yinxin-org/yinxin/ses"
)

// Levels of catalog.Field.Sensitive.
const (
	open   = 0
	masked = 1
)

// Picture draws the pages of a file of the license, below each other, for somebody who may know these fields: they
// stand in full, open ones too, and of all others no more than their level allows. Nothing of what is masked is in
// the picture.
// SEC-4; GB/T 35273-2020.
func (b Body) Picture(file []byte, fields []string) ([]byte, error) {
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	stamps, err := ses.Stamps(p)
	if err != nil {
		return nil, err
	}
	serif, err := font.Serif()
	if err != nil {
		return nil, err
	}
	pages, err := p.RenderAll(ofd.RenderOptions{Stamps: stamps, Fallback: serif, Mask: b.mask(fields), HidePictures: b.hidesPhoto(fields)})
	if err != nil {
		return nil, fmt.Errorf("draw file: %w", err)
	}
	return ofd.Stack(pages).SVG(), nil
}

// mask says what is seen of a value on the face.
func (b Body) mask(fields []string) func(tag, value string) string {
	organisation := b.Values["CZZTDMLXDM"] == holder.CodeUSCC
	return func(tag, value string) string {
		f, known := b.Type.Field(tag)
		switch {
		case value == "" || known && (f.Sensitive == open || slices.Contains(fields, tag)):
			return value
		case !known:
			return hidden
		case organisation && (tag == "CZZT" || tag == "ZZBH"):
			return value // of an organisation, both are public
		case tag == "CZZT":
			return holder.MaskName(value)
		}
		return Covered(f, value)
	}
}

// Covered is what is seen of a field's value by somebody who may not know it.
func Covered(f catalog.Field, value string) string {
	switch {
	case value == "" || f.Sensitive == open:
		return value
	case f.Sensitive > masked:
		return hidden
	case f.Type == "date":
		return value[:min(len(value), len("2006"))] + hidden
	case f.Type == "code" || isASCII(value):
		return holder.MaskCode(value)
	}
	first, _ := utf8.DecodeRuneInString(value)
	return string(first) + strings.Repeat("*", utf8.RuneCountInString(value)-1)
}

// hidden stands for a value of which nothing is seen, not even its length.
const hidden = "****"

// hidesPhoto tells whether the type has a photo that the fields do not cover.
func (b Body) hidesPhoto(fields []string) bool {
	return slices.ContainsFunc(b.Type.Fields, func(f catalog.Field) bool {
		return f.Type == "photo" && f.Sensitive != open && !slices.Contains(fields, f.Name)
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// OpenFields are the fields of a license's type that a masked picture shows to anybody who sees it.
func (s *Store) OpenFields(ctx context.Context, q *db.Tx, l License) ([]string, error) {
	t, err := s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range t.Fields {
		if f.Sensitive == open {
			names = append(names, f.Name)
		}
	}
	return names, nil
}
