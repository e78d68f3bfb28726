package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
)

// row is an account as stored.
type row struct {
	id, hash, kind, holderID, unitID, roles, state string
	name                                           []byte
	mustEnrol, strongFrom                          int64
}

func (s *Service) actor(r row) (*Actor, error) {
	name, err := s.vault.Unwrap(r.name, nameAAD(r.id))
	if err != nil {
		return nil, fmt.Errorf("decrypt account name: %w", err)
	}
	a := &Actor{AccountID: r.id, Name: string(name), Kind: r.kind, UnitID: r.unitID, HolderID: r.holderID, SelfID: r.holderID,
		MustEnrol: r.mustEnrol != 0}
	if r.strongFrom > 0 {
		a.StrongFrom = db.Time(r.strongFrom)
	}
	if err := json.Unmarshal([]byte(r.roles), &a.Roles); err != nil {
		return nil, fmt.Errorf("decode roles: %w", err)
	}
	return a, nil
}

// byLogin finds an account by the blind index of its login name.
func (s *Service) byLogin(ctx context.Context, index []byte) (r row, found bool, err error) {
	err = s.db.Read(ctx, func(q *db.Tx) error {
		found = false
		err := q.QueryRow(ctx, `
			SELECT account_id, password_hash, kind, COALESCE(holder_id, ''), COALESCE(unit_id, ''), roles, name, state,
			       must_enrol, strong_from
			FROM account
			WHERE login_index = $1`, index).
			Scan(&r.id, &r.hash, &r.kind, &r.holderID, &r.unitID, &r.roles, &r.name, &r.state, &r.mustEnrol, &r.strongFrom)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	if err != nil {
		return row{}, false, fmt.Errorf("find account: %w", err)
	}
	return r, found, nil
}

// sessionRow is a session with its account.
type sessionRow struct {
	row
	relation      string
	seen, expires int64
	confirmed     int64
	confirmedBy   string
}

// bySession finds a session by the hash of its token.
func (s *Service) bySession(ctx context.Context, hash []byte) (r sessionRow, found bool, err error) {
	err = s.db.Read(ctx, func(q *db.Tx) error {
		found = false
		err := q.QueryRow(ctx, `
			SELECT s.relation_id, s.seen_at, s.expires_at, s.confirmed_at, s.confirmed_by,
			       a.account_id, a.kind, COALESCE(a.holder_id, ''), COALESCE(a.unit_id, ''), a.roles, a.name, a.state,
			       a.must_enrol, a.strong_from
			FROM session s
			JOIN account a ON a.account_id = s.account_id
			WHERE s.token_hash = $1`, hash).
			Scan(&r.relation, &r.seen, &r.expires, &r.confirmed, &r.confirmedBy, &r.id, &r.kind, &r.holderID, &r.unitID, &r.roles, &r.name, &r.state,
				&r.mustEnrol, &r.strongFrom)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	if err != nil {
		return sessionRow{}, false, fmt.Errorf("find session: %w", err)
	}
	return r, found, nil
}

// endSessions deletes the sessions of the account with this login index.
func endSessions(ctx context.Context, tx *db.Tx, index []byte) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM session
		WHERE account_id IN (SELECT account_id FROM account WHERE login_index = $1)`, index)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}
