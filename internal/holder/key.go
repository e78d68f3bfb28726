package holder

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// PlatformID stands for the platform itself where a row needs a holder and there is none, such as the refusal
// to read a license that does not exist.
const PlatformID = "00000000-0000-0000-0000-000000000000"

// EnsurePlatform makes the platform's own key, once for an installation.
func (s *Store) EnsurePlatform(ctx context.Context, tx *db.Tx) error {
	return s.ensureKey(ctx, tx, PlatformID)
}

func (s *Store) ensureKey(ctx context.Context, tx *db.Tx, id string) error {
	key, err := gm.NewKey()
	if err != nil {
		return err
	}
	wrapped, err := s.keys.Wrap(key, []byte("holder:"+id))
	if err != nil {
		return fmt.Errorf("wrap holder key: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO holder_key (holder_id, wrapped) VALUES ($1, $2)
		ON CONFLICT (holder_id) DO NOTHING`, id, wrapped)
	if err != nil {
		return fmt.Errorf("put holder key: %w", err)
	}
	return nil
}

func (s *Store) key(ctx context.Context, q *db.Tx, id string) ([]byte, error) {
	var wrapped []byte
	if err := q.QueryRow(ctx, `SELECT wrapped FROM holder_key WHERE holder_id = $1`, id).Scan(&wrapped); err != nil {
		return nil, fmt.Errorf("get holder key: %w", err)
	}
	key, err := s.keys.Unwrap(wrapped, []byte("holder:"+id))
	if err != nil {
		return nil, fmt.Errorf("unwrap holder key: %w", err)
	}
	return key, nil
}

// Seal encrypts under a holder's key and binds the result to that holder.
func (s *Store) Seal(ctx context.Context, tx *db.Tx, holderID string, plain []byte) ([]byte, error) {
	key, err := s.key(ctx, tx, holderID)
	if err != nil {
		return nil, err
	}
	return gm.Encrypt(key, plain, []byte(holderID))
}

// Sealing gives what encrypts under a holder's key, as Seal does, for more than one text.
func (s *Store) Sealing(ctx context.Context, tx *db.Tx, holderID string) (func(plain []byte) ([]byte, error), error) {
	key, err := s.key(ctx, tx, holderID)
	if err != nil {
		return nil, err
	}
	return func(plain []byte) ([]byte, error) { return gm.Encrypt(key, plain, []byte(holderID)) }, nil
}

// Open decrypts what Seal made.
func (s *Store) Open(ctx context.Context, q *db.Tx, holderID string, sealed []byte) ([]byte, error) {
	key, err := s.key(ctx, q, holderID)
	if err != nil {
		return nil, err
	}
	return gm.Decrypt(key, sealed, []byte(holderID))
}
