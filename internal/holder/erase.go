package holder

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// Unlist takes the codes of a holder out of the index, and gives their blind indexes: nobody finds the holder any more, and
// who comes with the same code is somebody new.
func (s *Store) Unlist(ctx context.Context, tx *db.Tx, id string) ([][]byte, error) {
	rows, err := tx.Query(ctx, `SELECT code_index FROM holder_index WHERE holder_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("unlist holder: %w", err)
	}
	var codes [][]byte
	for rows.Next() {
		var code []byte
		if err := rows.Scan(&code); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("unlist holder: %w", err)
		}
		codes = append(codes, code)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("unlist holder: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM holder_index WHERE holder_id = $1`, id); err != nil {
		return nil, fmt.Errorf("unlist holder: %w", err)
	}
	return codes, nil
}

// List puts back what Unlist took out. A code that was entered anew meanwhile stays with whom it leads to now.
func (s *Store) List(ctx context.Context, tx *db.Tx, id string, codes [][]byte) error {
	for _, code := range codes {
		if _, err := tx.Exec(ctx, `
			INSERT INTO holder_index (code_index, holder_id) VALUES ($1, $2)
			ON CONFLICT (code_index) DO NOTHING`, code, id); err != nil {
			return fmt.Errorf("list holder: %w", err)
		}
	}
	return nil
}

// Destroy ends a holder's key for good, and with it the profile and all that is ciphertext under it. A key that opens nothing of
// this takes its place: a license that lives in this shard and has other holders is still used, and its uses are recorded here.
func (s *Store) Destroy(ctx context.Context, tx *db.Tx, id string) error {
	key, err := gm.NewKey()
	if err != nil {
		return err
	}
	wrapped, err := s.keys.Wrap(key, []byte("holder:"+id))
	if err != nil {
		return fmt.Errorf("wrap holder key: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE holder_key SET wrapped = $1 WHERE holder_id = $2`, wrapped, id); err != nil {
		return fmt.Errorf("destroy holder key: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE holder SET profile = $1 WHERE holder_id = $2`, []byte{}, id); err != nil {
		return fmt.Errorf("destroy profile: %w", err)
	}
	return nil
}

// listed makes sure that the holders who were known to Prepare can still be found: a key that is being destroyed must not
// be written under.
func (s *Store) listed(ctx context.Context, tx *db.Tx, known []any) error {
	for len(known) > 0 {
		part := known[:min(chunk, len(known))]
		known = known[len(part):]
		var n int
		err := tx.QueryRow(ctx, `
			SELECT count(*) FROM holder_index
			WHERE code_index IN (`+marks(len(part))+`)`, part...).Scan(&n)
		switch {
		case err != nil:
			return fmt.Errorf("look for holders: %w", err)
		case n != len(part):
			return ErrMeanwhile
		}
	}
	return nil
}

// Erased reports whether a holder was erased: their key is destroyed, and what was ciphertext under it stays closed. Of one who is
// not there the error is db.ErrNoRows.
func Erased(ctx context.Context, q *db.Tx, id string) (bool, error) {
	var length int
	if err := q.QueryRow(ctx, `SELECT length(profile) FROM holder WHERE holder_id = $1`, id).Scan(&length); err != nil {
		return false, fmt.Errorf("look for holder: %w", err)
	}
	return length == 0, nil
}
