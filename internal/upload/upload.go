// Package upload judges files that people hand in: of which kind they are, by their content, and what is kept of their
// names. Nothing else of what a sender says is believed.
package upload

import (
	"archive/zip"
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// Max bounds one file, in bytes.
const Max = 10 << 20

// nameMax bounds a name, in characters.
const nameMax = 80

// The kinds of files that are taken.
const (
	PDF  = "application/pdf"
	OFD  = "application/ofd"
	JPEG = "image/jpeg"
	PNG  = "image/png"
)

// File is a file on its way in.
type File struct {
	Name string
	Data []byte
}

// Check gives the kind of a file, or refuses it.
func (f File) Check() (media string, err error) {
	switch {
	case len(f.Data) == 0:
		return "", errs.New(errs.Invalid, "field.required").On("file")
	case len(f.Data) > Max:
		return "", errs.New(errs.TooLarge, "attachment.too-large")
	}
	if media = MediaOf(f.Data); media == "" {
		return "", errs.New(errs.Invalid, "attachment.kind").On("file")
	}
	return media, nil
}

// MediaOf tells the kind of a file by its content; "" is one that is not taken.
func MediaOf(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(data, []byte{0xFF, 0xD8, 0xFF}):
		return JPEG
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err == nil && slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == "OFD.xml" }) {
			return OFD
		}
	}
	return ""
}

// endings of the names of files by kind.
var endings = map[string]string{PDF: ".pdf", OFD: ".ofd", JPEG: ".jpg", PNG: ".png"}

// Shown keeps of a file's name what can be shown, with the ending of what the file is.
func (f File) Shown(media string) string {
	name := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	name = strings.TrimSpace(strings.TrimSuffix(name, path.Ext(name)))
	hidden := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '"' }
	if !utf8.ValidString(name) || strings.ContainsFunc(name, hidden) || strings.Trim(name, "./") == "" {
		name = "file"
	}
	if r := []rune(name); len(r) > nameMax {
		name = string(r[:nameMax])
	}
	return name + endings[media]
}
