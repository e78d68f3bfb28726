package share

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
)

// markPrefix begins the mark that every PDF copy bears among its keywords.
const markPrefix = "yinxin-copy-"

var markForm = regexp.MustCompile(markPrefix + `[A-Za-z0-9_-]{20}`)

// IsPDF tells a PDF by its first bytes.
func IsPDF(file []byte) bool { return bytes.HasPrefix(file, []byte("%PDF-")) }

// CopyVerdict is what is found of a PDF. Only of the very file that was given out is anything told of the license.
type CopyVerdict struct {
	Known   bool // it names a copy of this platform
	Same    bool // and is that very file
	Type    *catalog.Type
	Issuer  string
	State   license.State
	MadeAt  time.Time
	Expires time.Time
	Expired bool
	At      time.Time
}

// CheckPDF compares a PDF with the copies that were given out. A PDF has no seals: it is the file that was given out,
// byte for byte, or it is nothing.
func (d *Desk) CheckPDF(ctx context.Context, file []byte) (CopyVerdict, error) {
	if !IsPDF(file) {
		return CopyVerdict{}, errs.New(errs.Invalid, "file.unreadable")
	}
	v := CopyVerdict{At: d.o.Clock.Now()}
	mark := markForm.Find(file)
	if mark == nil {
		return v, nil
	}
	sum := gm.SM3(file)
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var digest, holderID, licenseID string
		var made, expires int64
		err := q.QueryRow(ctx, `
			SELECT digest, holder_id, license_id, made_at, expires_at
			FROM pdf_copy
			WHERE mark = $1`, string(mark)).Scan(&digest, &holderID, &licenseID, &made, &expires)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find PDF copy: %w", err)
		}
		v.Known, v.Same = true, digest == hex.EncodeToString(sum[:])
		if !v.Same {
			return nil
		}
		v.MadeAt, v.Expires = db.Time(made), db.Time(expires)
		v.Expired = v.At.After(v.Expires)
		l, err := d.o.Licenses.Get(ctx, q, holderID, licenseID)
		if err != nil {
			return err
		}
		v.State = l.State(v.At)
		if v.Type, err = d.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion); err != nil {
			return err
		}
		u, err := d.o.Units.Get(ctx, q, l.IssuerID)
		v.Issuer = u.Name
		return err
	})
	return v, err
}
