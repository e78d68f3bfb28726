package access

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

// purpose says what an annotated copy under a grant is for.
func (d *Door) purpose(ctx context.Context, tx *db.Tx, u use, g grant) (license.Purpose, error) {
	if len(u.reasons) > 0 {
		return license.Purpose{}, nil
	}
	m, err := d.o.Matters.Get(ctx, tx, u.matterCode)
	if err != nil {
		return license.Purpose{}, err
	}
	unit, err := d.o.Units.Get(ctx, tx, u.actor.UnitID)
	if err != nil {
		return license.Purpose{}, err
	}
	return license.Purpose{
		Creator: unit.Name, Matter: m.Name, MatterCode: m.Code, CaseNo: u.caseNo,
		Verdict: u.license.State(d.o.Clock.Now()).Text("zh"),
		Created: g.createdAt, Expires: g.createdAt.Add(copyLife),
	}, nil
}

// copy gives the annotated copy of a grant, made at its first reading and kept: every later reading under the
// same grant gets the same file. That of an index entry is made at each reading and kept nowhere.
func (d *Door) copy(ctx context.Context, u use, b license.Body, p license.Purpose, want Want) ([]byte, error) {
	if b.License.Indexed() {
		if want == Prepared {
			return nil, nil
		}
		p.Verdict = b.Said.Text("zh")
		file, err := d.o.Reader.Copy(ctx, b, p, d.o.PlatformID)
		if err != nil || want != Picture {
			return file, err
		}
		return b.Picture(file, u.fields)
	}
	file, made, err := d.keptCopy(ctx, u, b)
	if err != nil {
		return nil, err
	}
	if !made {
		if file, err = d.o.Reader.Copy(ctx, b, p, d.o.PlatformID); err != nil {
			return nil, err
		}
		ref, err := d.o.Reader.Keep(ctx, b, file)
		if err != nil {
			return nil, err
		}
		if err := d.keepCopy(ctx, u, ref); err != nil {
			return nil, err
		}
		// Another reading may have been first; its copy is the one that counts.
		if file, _, err = d.keptCopy(ctx, u, b); err != nil {
			return nil, err
		}
	}
	if want == Picture {
		return b.Picture(file, u.fields)
	}
	return file, nil
}

func (d *Door) keepCopy(ctx context.Context, u use, ref string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE use_grant
			SET copy_ref = $1
			WHERE holder_id = $2 AND grant_id = $3 AND copy_ref = ''`, ref, u.license.HolderID, u.grantID)
		if err != nil {
			return fmt.Errorf("keep copy: %w", err)
		}
		return nil
	})
}

// keptCopy gives the copy already made under the grant, if there is one.
func (d *Door) keptCopy(ctx context.Context, u use, b license.Body) (file []byte, made bool, err error) {
	var ref string
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `
			SELECT copy_ref
			FROM use_grant
			WHERE holder_id = $1 AND grant_id = $2`, u.license.HolderID, u.grantID).Scan(&ref)
	})
	if err != nil {
		return nil, false, fmt.Errorf("find copy: %w", err)
	}
	if ref == "" {
		return nil, false, nil
	}
	file, err = d.o.Reader.Kept(ctx, b, ref)
	return file, true, err
}
