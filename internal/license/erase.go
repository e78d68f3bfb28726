package license

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Gone is the condition on rows that belong to licenses of shard $1 which RemoveKeyless has taken away.
const Gone = `holder_id = $1 AND license_id NOT IN (SELECT license_id FROM license WHERE holder_id = $1)`

// DropKeys destroys a holder's wraps of the keys of licenses, in the caller's transaction. A license that others hold too is still
// theirs; of the rest nothing can be opened any more.
func (s *Store) DropKeys(ctx context.Context, tx *db.Tx, holderID string) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM license_key WHERE holder_id = $1`, holderID)
	if err != nil {
		return 0, fmt.Errorf("destroy keys of licenses: %w", err)
	}
	return int(n), nil
}

// keyless lists the licenses that live with a holder and whose key nobody has.
func (s *Store) keyless(ctx context.Context, q *db.Tx, holderID string) ([]License, error) {
	held, err := s.list(ctx, q, `
		SELECT `+columns+`
		FROM license
		WHERE holder_id = $1`, holderID)
	if err != nil {
		return nil, err
	}
	var out []License
	for _, l := range held {
		kept := false
		for _, id := range l.Holders {
			var n int
			err := q.QueryRow(ctx, `SELECT count(*) FROM license_key WHERE holder_id = $1 AND license_id = $2`, id, l.ID).Scan(&n)
			if err != nil {
				return nil, fmt.Errorf("look for keys of licenses: %w", err)
			}
			kept = kept || n > 0
		}
		if !kept {
			out = append(out, l)
		}
	}
	return out, nil
}

// RemoveFiles takes away the files of the licenses that live with a holder and whose key nobody has, and the copies that were
// made for the holder. It counts them, and apart from them those in packs, which stay: ciphertext without a key.
func (s *Store) RemoveFiles(ctx context.Context, holderID string) (removed, packed int, err error) {
	var refs []string
	err = s.o.DB.Read(ctx, func(q *db.Tx) error {
		refs = nil
		gone, err := s.keyless(ctx, q, holderID)
		if err != nil {
			return err
		}
		for _, l := range gone {
			old, err := fileRefs(ctx, q, `SELECT file_ref FROM license_file WHERE holder_id = $1 AND license_id = $2`, holderID, l.ID)
			if err != nil {
				return err
			}
			refs = append(append(refs, l.FileRef), old...)
		}
		for _, query := range []string{
			`SELECT copy_ref FROM use_grant WHERE holder_id = $1`, `SELECT ofd_ref FROM license_share WHERE holder_id = $1`,
			`SELECT pdf_ref FROM license_share WHERE holder_id = $1`,
		} {
			copies, err := fileRefs(ctx, q, query, holderID)
			if err != nil {
				return err
			}
			refs = append(refs, copies...)
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	for _, ref := range refs {
		switch {
		case ref == "":
		case strings.HasPrefix(ref, "pack:"):
			packed++
		default:
			if err := s.o.Files.Remove(ctx, ref); err != nil {
				return 0, 0, err
			}
			removed++
		}
	}
	return removed, packed, nil
}

func fileRefs(ctx context.Context, q *db.Tx, query string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	var out []string
	for rows.Next() {
		var ref string
		if err := rows.Scan(&ref); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list files: %w", err)
		}
		out = append(out, ref)
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// RemoveKeyless takes away the licenses that live with a holder and whose key nobody has: what was erased is the one thing that is
// ever deleted. It gives how many.
func (s *Store) RemoveKeyless(ctx context.Context, tx *db.Tx, holderID string) (int, error) {
	gone, err := s.keyless(ctx, tx, holderID)
	if err != nil {
		return 0, err
	}
	for _, l := range gone {
		if _, err := tx.Exec(ctx, `DELETE FROM license WHERE holder_id = $1 AND license_id = $2`, holderID, l.ID); err != nil {
			return 0, fmt.Errorf("remove license: %w", err)
		}
	}
	return len(gone), nil
}
