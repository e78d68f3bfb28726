package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// maxParts bounds the parts of a package; a workbook has some dozens.
const maxParts = 2_000

// ratioFrom is the unpacked size from which the ratio counts: small parts pack arbitrarily well.
const ratioFrom = 1 << 20

func itoa(n int) string { return strconv.Itoa(n) }

func broken(err error) error { return errs.New(errs.Invalid, "sheet.broken").Wrap(err) }

// archive is the package of a workbook. Only parts that are asked for are unpacked, and never beyond the limits,
// whatever the package says of their size.
type archive struct {
	parts  map[string]*zip.File
	limits Limits
}

func openArchive(data []byte, l Limits) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, broken(err)
	}
	if len(z.File) > maxParts {
		return nil, errs.New(errs.Invalid, "sheet.bomb")
	}
	a := &archive{parts: make(map[string]*zip.File, len(z.File)), limits: l}
	for _, f := range z.File {
		name := partName(f.Name)
		if _, twice := a.parts[name]; twice {
			return nil, broken(errors.New("a part stands twice"))
		}
		a.parts[name] = f
	}
	return a, nil
}

// partName is a part's name as names are compared.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(s, `\`, "/")), "/"))
}

func (a *archive) has(name string) bool { return a.parts[partName(name)] != nil }

// open unpacks a part in a stream that breaks off with sheet.bomb beyond the limits.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.parts[partName(name)]
	if f == nil {
		return nil, broken(errors.New("a part is missing"))
	}
	r, err := f.Open()
	if err != nil {
		return nil, broken(err)
	}
	most := min(a.limits.Unpacked, max(ratioFrom, int64(f.CompressedSize64)*a.limits.Ratio))
	return &bounded{ReadCloser: r, left: most}, nil
}

// bounded is a stream that may give only so much.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errs.New(errs.Invalid, "sheet.bomb")
	}
	return n, err
}

// each walks through the elements of a part. Document type declarations are refused: no spreadsheet has one, and
// entities are for attacks. (The decoder knows no entities but the five of XML.)
func (a *archive) each(name string, visit func(d *xml.Decoder, e xml.StartElement) error) error {
	r, err := a.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refused(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return broken(errors.New("a document type declaration"))
		case xml.StartElement:
			if err := visit(d, t); err != nil {
				return refused(err)
			}
		}
	}
}

// refused keeps refusals of ours and turns what the decoders say into one.
func refused(err error) error {
	if _, ours := errors.AsType[*errs.Error](err); ours || errors.Is(err, errStop) {
		return err
	}
	return broken(err)
}

// errStop ends a walk early.
var errStop = errors.New("stop")

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// passOver reads up to the end of the element that d stands in.
func passOver(d *xml.Decoder) error {
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return truncated(err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}
