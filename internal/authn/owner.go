package authn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// What happens to the factors of an account, as its owner and the trail are told.
const (
	FactorAdded   = "factor-add"
	FactorRemoved = "factor-remove"
	FactorsReset  = "factor-reset"
)

// ResetWait is how long the factors that a holder enrols after a reset at a counter do not confirm: who the reset was done
// for in vain has that long to notice it.
const ResetWait = 24 * time.Hour

// Tells tells of a change that an account's owner made to its factors: FactorAdded or FactorRemoved, and of which kind. It
// runs in the transaction of the change.
type Tells func(ctx context.Context, tx *db.Tx, a *Actor, action, kind string) error

// UseTells says who is told of such changes: what writes notices and the trail, which stands above this package.
func (s *Service) UseTells(tells Tells) { s.tells = tells }

func (s *Service) tell(ctx context.Context, tx *db.Tx, a *Actor, action, kind string) error {
	if s.tells == nil {
		return nil
	}
	return s.tells(ctx, tx, a, action, kind)
}

// enrol keeps a new factor that its owner has shown, tells of it and confirms the session by it.
func (s *Service) enrol(ctx context.Context, tx *db.Tx, token string, a *Actor, f storedFactor) (Factor, error) {
	// Asked again where it is written: an enrolment may have been begun before there was a factor to confirm it by.
	have, err := s.factors(ctx, tx, a.AccountID)
	switch {
	case err != nil:
		return Factor{}, err
	case len(have) >= maxFactors:
		return Factor{}, errs.New(errs.Conflict, "authn.factors")
	case len(have) > 0 && !a.Strong(s.clock.Now()):
		return Factor{}, errStep
	}
	made, err := s.addFactor(ctx, tx, a.AccountID, f)
	if err != nil {
		return Factor{}, err
	}
	if err := s.tell(ctx, tx, a, FactorAdded, made.Kind); err != nil {
		return Factor{}, err
	}
	return made, s.strengthen(ctx, tx, token, a.AccountID, made.Kind)
}

func checkFactorName(name string) error {
	if name = strings.TrimSpace(name); name == "" || len([]rune(name)) > maxFactorName {
		return errs.New(errs.Invalid, "field.required").On("name")
	}
	return nil
}

// RenameFactor gives a factor another name. It needs a strong confirmation, so that nobody passes their own factor off as
// the owner's.
func (s *Service) RenameFactor(ctx context.Context, a *Actor, id, name string) error {
	if err := checkFactorName(name); err != nil {
		return err
	}
	if err := s.MustBeStrong(ctx, a); err != nil {
		return err
	}
	sealed, err := s.vault.Wrap([]byte(strings.TrimSpace(name)), factorNameAAD(id))
	if err != nil {
		return fmt.Errorf("encrypt name of factor: %w", err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account_factor SET name = $1 WHERE account_id = $2 AND factor_id = $3`, sealed, a.AccountID, id)
		if err != nil {
			return fmt.Errorf("rename factor: %w", err)
		}
		if n == 0 {
			return errs.New(errs.NotFound, "not-found")
		}
		return nil
	})
}

// RemoveFactor takes a factor from an account. It needs a strong confirmation, for whoever finds an open session must not
// be able to put a factor of their own in the place of the owner's.
func (s *Service) RemoveFactor(ctx context.Context, a *Actor, id string) error {
	if err := s.MustBeStrong(ctx, a); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var kind string
		err := tx.QueryRow(ctx, `SELECT kind FROM account_factor WHERE account_id = $1 AND factor_id = $2`, a.AccountID, id).Scan(&kind)
		if errors.Is(err, db.ErrNoRows) {
			return errs.New(errs.NotFound, "not-found")
		}
		if err != nil {
			return fmt.Errorf("find factor: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM account_factor WHERE account_id = $1 AND factor_id = $2`, a.AccountID, id); err != nil {
			return fmt.Errorf("delete factor: %w", err)
		}
		return s.tell(ctx, tx, a, FactorRemoved, kind)
	})
}

// ResetStaff takes all factors from an account of staff whose owner has lost them, and gives it a new random password, as
// Renew does: who knows the old one alone must not enrol in the owner's place. Its sessions end, and after the next sign-in
// nothing is open to it but to enrol. Who may have that done is for the caller to hold.
func (s *Service) ResetStaff(ctx context.Context, id string, version int64, also func(tx *db.Tx) error) (password string, err error) {
	return s.Renew(ctx, id, version, func(tx *db.Tx) error {
		if err := s.dropFactors(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE account SET must_enrol = 1 WHERE account_id = $1`, id); err != nil {
			return fmt.Errorf("ask for an enrolment: %w", err)
		}
		return also(tx)
	})
}

// ResetHolder takes all factors from the accounts of a holder who has lost them, ends their sessions, and gives how many
// accounts there are. What is enrolled then does not confirm for ResetWait. Who may have that done, and on what proof of who
// the holder is, is for the caller to hold.
func (s *Service) ResetHolder(ctx context.Context, tx *db.Tx, holderID string) (int, error) {
	ids, err := holderAccounts(ctx, tx, holderID)
	if err != nil {
		return 0, err
	}
	from := db.Micros(s.clock.Now().Add(ResetWait))
	for _, id := range ids {
		// The sessions first: that waits for an enrolment which is being written, so that its factor falls with the others.
		if err := s.endOf(ctx, tx, id); err != nil {
			return 0, err
		}
		if err := s.dropFactors(ctx, tx, id); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `UPDATE account SET strong_from = $1 WHERE account_id = $2`, from, id); err != nil {
			return 0, fmt.Errorf("let an account wait: %w", err)
		}
	}
	return len(ids), nil
}

func (s *Service) dropFactors(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM account_factor WHERE account_id = $1`, id); err != nil {
		return fmt.Errorf("delete factors: %w", err)
	}
	return nil
}

func holderAccounts(ctx context.Context, tx *db.Tx, holderID string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT account_id FROM account WHERE holder_id = $1 AND kind = 'holder'`, holderID)
	if err != nil {
		return nil, fmt.Errorf("find accounts of a holder: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("find accounts of a holder: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
