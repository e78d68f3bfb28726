package authn

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
)

// What erasing a holder makes of their accounts: stateClosed until it begins, then stateErased. Nobody signs in with either.
const (
	stateClosed = "closed"
	stateErased = "erased"
)

// CloseHolder ends the sessions of a holder's accounts, and nobody signs in with them any more.
func (s *Service) CloseHolder(ctx context.Context, tx *db.Tx, holderID string) error {
	if _, err := tx.Exec(ctx, `
		DELETE FROM session
		WHERE account_id IN (SELECT account_id FROM account WHERE holder_id = $1)`, holderID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET state = $1 WHERE holder_id = $2 AND state = $3`, stateClosed, holderID, stateActive); err != nil {
		return fmt.Errorf("stop accounts: %w", err)
	}
	return nil
}

// ReopenHolder lets a holder sign in again after CloseHolder.
func (s *Service) ReopenHolder(ctx context.Context, tx *db.Tx, holderID string) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET state = $1 WHERE holder_id = $2 AND state = $3`, stateActive, holderID, stateClosed); err != nil {
		return fmt.Errorf("open accounts: %w", err)
	}
	return nil
}

// EraseHolder takes from a holder's accounts all that is theirs: name, login name, password, factors, face checks. The rows stay,
// for records name them. It gives how many there are.
func (s *Service) EraseHolder(ctx context.Context, tx *db.Tx, holderID string) (int64, error) {
	if err := s.CloseHolder(ctx, tx, holderID); err != nil {
		return 0, err
	}
	for _, q := range []string{
		`DELETE FROM account_factor WHERE account_id IN (SELECT account_id FROM account WHERE holder_id = $1)`,
		`DELETE FROM face_check WHERE account_id IN (SELECT account_id FROM account WHERE holder_id = $1)`,
		`DELETE FROM login_attempt WHERE login_index IN (SELECT login_index FROM account WHERE holder_id = $1)`,
	} {
		if _, err := tx.Exec(ctx, q, holderID); err != nil {
			return 0, fmt.Errorf("erase accounts: %w", err)
		}
	}
	ids, err := accountsOf(ctx, tx, holderID)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		name, err := s.vault.Wrap(nil, nameAAD(id))
		if err != nil {
			return 0, fmt.Errorf("encrypt account name: %w", err)
		}
		random := uuid.New()
		if _, err := tx.Exec(ctx, `
			UPDATE account
			SET login_index = $1, password_hash = '', name = $2, state = $3
			WHERE account_id = $4`, random[:], name, stateErased, id); err != nil {
			return 0, fmt.Errorf("erase accounts: %w", err)
		}
	}
	return int64(len(ids)), nil
}

func accountsOf(ctx context.Context, q *db.Tx, holderID string) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT account_id FROM account WHERE holder_id = $1 AND kind = $2`, holderID, KindHolder)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list accounts: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, errors.Join(rows.Err(), rows.Close())
}
