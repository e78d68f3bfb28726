package vertical

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
)

// surplus reports whether a message brings what a license says, or its file, of a type whose index alone is taken in. It is
// refused before it is kept: nothing of such a license is kept here.
func (d *Desk) surplus(ctx context.Context, q *db.Tx, x org.System, m Message) (bool, error) {
	if !m.brings() {
		return false, nil
	}
	code := m.TypeCode
	if code == "" {
		var holderID, id string
		err := q.QueryRow(ctx, `
			SELECT holder_id, license_id FROM vertical_license
			WHERE system_id = $1 AND license_key = $2 AND license_id <> ''`, x.ID, m.Key).Scan(&holderID, &id)
		if errors.Is(err, db.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read license of a system: %w", err)
		}
		l, err := d.o.Licenses.Get(ctx, q, holderID, id)
		if err != nil {
			return false, err
		}
		code = l.TypeCode
	}
	t, err := d.o.Types.Current(ctx, q, code)
	if err != nil && errs.Of(err).Kind != errs.Internal {
		return false, nil // what is wrong with the type is said when the message is carried out
	}
	if err != nil {
		return false, err
	}
	return t.Making == catalog.External, nil
}

// brings reports whether a message brings more of a license than an index entry has.
func (m Message) brings() bool {
	return len(m.File) > 0 || len(m.Fields) > 0 || m.Number != "" || m.PaperSerial != ""
}

// index enters a license that stays at its source.
func (d *Desk) index(ctx context.Context, tx *db.Tx, draft license.Draft, m Message) (license.License, error) {
	switch {
	case m.brings():
		return license.License{}, errs.New(errs.Invalid, "vertical.index-only")
	case !printForm.MatchString(m.Digest):
		return license.License{}, errs.New(errs.Invalid, "vertical.digest").On("digest")
	}
	return d.o.Licenses.Index(ctx, tx, draft, m.Identifier, m.Digest)
}
