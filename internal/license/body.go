package license

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// Body is what a license says. It leaves the platform only through the door (package access).
type Body struct {
	License License
	Type    *catalog.Type
	Values  map[string]string // by field name; dates as 2006-01-02; several holders joined by ^
	Source  string            // of an index entry: the system it was fetched from
	Said    State             // of an index entry: how the license stands there; "" of all others
	file    []byte            // of an index entry
	key     []byte
	code    string
}

// CheckCode is the code printed on the face, which anybody may look up.
func (b Body) CheckCode() string { return b.code }

// BodyReader reads the bodies of licenses. Whoever has one can read everything: see Open.
type BodyReader struct{ store *Store }

// Read opens a license's fields; those of an index entry come from its source. It is never called inside a transaction.
func (r *BodyReader) Read(ctx context.Context, l License) (Body, error) {
	b := Body{License: l}
	err := r.store.o.DB.Read(ctx, func(q *db.Tx) error {
		ctx := context.WithoutCancel(ctx) // two rows by their keys: not worth being watched and broken off
		var err error
		if b.Type, err = r.store.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion); err != nil || l.Indexed() {
			return err
		}
		var kept body
		kept, b.key, err = r.store.unlocked(ctx, q, l)
		b.Values, b.code = kept.Values, kept.Code
		return err
	})
	if err != nil {
		return Body{}, err
	}
	if l.Indexed() {
		return r.fetch(ctx, l, b.Type)
	}
	return b, nil
}

// File gives the sealed OFD file of a body's license. One that another system made may have come without.
func (r *BodyReader) File(ctx context.Context, b Body) ([]byte, error) {
	if b.License.Indexed() {
		return b.file, nil
	}
	if b.License.FileRef == "" {
		return nil, errs.New(errs.NotFound, "license.no-file")
	}
	return r.store.load(ctx, b.key, b.License.FileRef, b.License.ID)
}

// Preview draws the sealed file as SVG, seals included. Of a license that came without a file it draws the face, which
// then bears no seal.
func (r *BodyReader) Preview(ctx context.Context, b Body) ([]byte, error) {
	if b.License.FileRef == "" && !b.License.Indexed() && b.Type.HasFace() {
		p, err := r.store.o.Faces.License(b.Type, body{Values: b.Values, Code: b.code}.input(), 0, r.store.o.Clock.Now())
		if err != nil {
			return nil, err
		}
		file, err := p.Bytes()
		if err != nil {
			return nil, err
		}
		return Picture(file)
	}
	file, err := r.File(ctx, b)
	if err != nil {
		return nil, err
	}
	return Picture(file)
}

// Keep stores a file derived from a license under the license's key and gives its reference. Of an index entry nothing is
// kept.
func (r *BodyReader) Keep(ctx context.Context, b Body, file []byte) (string, error) {
	if b.License.Indexed() {
		return "", errs.New(errs.Conflict, "license.kept-elsewhere")
	}
	return r.store.store(ctx, b.key, file, b.License.ID)
}

// Kept reads a file that Keep stored.
func (r *BodyReader) Kept(ctx context.Context, b Body, ref string) ([]byte, error) {
	return r.store.load(ctx, b.key, ref, b.License.ID)
}

// MaskedNumber is a license's number fit for lists. That of an index entry is not known here.
func (s *Store) MaskedNumber(ctx context.Context, q *db.Tx, l License) (string, error) {
	if l.Indexed() {
		return "", nil
	}
	b, err := s.body(ctx, q, l)
	if err != nil {
		return "", err
	}
	number := b.Values["ZZBH"]
	if b.Values["CZZTDMLXDM"] == holder.CodeUSCC {
		return number, nil
	}
	return holder.MaskCode(number), nil
}
