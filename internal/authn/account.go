package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/yinxin-org/yinxin/internal/db"
)

// The states of an account.
const (
	stateActive  = "active"
	stateStopped = "stopped"
)

// maxLogin is in bytes of the normal form.
const maxLogin = 128

// Account is what a new account is made from.
type Account struct {
	Login    string // unique; case and width of letters do not matter
	Password string
	Name     string // shown to the account's owner and colleagues; stored as ciphertext
	Kind     string
	UnitID   string // required of staff
	HolderID string // required of holders
	Roles    []string
}

// normalLogin is the one form of a login name: no outer space, compatibility forms folded, lower case.
func normalLogin(s string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
}

func (s *Service) loginIndex(login string) []byte {
	return s.vault.BlindIndex("login", normalLogin(login))
}

func nameAAD(accountID string) []byte { return []byte("account.name:" + accountID) }

func (a Account) check() error {
	login := normalLogin(a.Login)
	switch {
	case login == "" || len(login) > maxLogin:
		return errAccount.On("login")
	case a.Kind == KindStaff && (a.UnitID == "" || a.HolderID != ""):
		return errAccount.On("unitId")
	case a.Kind == KindHolder && (a.HolderID == "" || a.UnitID != ""):
		return errAccount.On("holderId")
	case a.Kind != KindStaff && a.Kind != KindHolder:
		return errAccount.On("kind")
	case strings.TrimSpace(a.Name) == "":
		return errAccount.On("name")
	}
	return checkPassword(login, a.Password)
}

// Create makes an account and returns its id. The login name must be free ("authn.taken") and the password
// strong enough ("authn.weak").
func (s *Service) Create(ctx context.Context, a Account) (string, error) {
	return s.CreateWith(ctx, a, func(*db.Tx, string) error { return nil })
}

// CreateWith is Create with more to be written in the same transaction.
func (s *Service) CreateWith(ctx context.Context, a Account, also func(tx *db.Tx, id string) error) (string, error) {
	if err := a.check(); err != nil {
		return "", err
	}
	id := db.NewID()
	name, err := s.vault.Wrap([]byte(a.Name), nameAAD(id))
	if err != nil {
		return "", fmt.Errorf("encrypt account name: %w", err)
	}
	roles, err := json.Marshal(append([]string{}, a.Roles...))
	if err != nil {
		return "", fmt.Errorf("encode roles: %w", err)
	}
	hash, err := s.hashed(ctx, a.Password)
	if err != nil {
		return "", err
	}
	index := s.loginIndex(a.Login)
	now := db.Micros(s.clock.Now())
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO account (account_id, login_index, password_hash, kind, holder_id, unit_id, roles, name, state, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (login_index) DO NOTHING`,
			id, index, hash, a.Kind, a.HolderID, a.UnitID, string(roles), name, stateActive, now)
		if err != nil {
			return fmt.Errorf("insert account: %w", err)
		}
		if n == 0 {
			return errTaken.On("login")
		}
		return also(tx, id)
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// SetPassword gives an account a new password and ends all its sessions.
func (s *Service) SetPassword(ctx context.Context, login, password string) error {
	if err := checkPassword(normalLogin(login), password); err != nil {
		return err
	}
	hash, err := s.hashed(ctx, password)
	if err != nil {
		return err
	}
	index := s.loginIndex(login)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account SET password_hash = $1 WHERE login_index = $2`, hash, index)
		if err != nil {
			return fmt.Errorf("update password: %w", err)
		}
		if n == 0 {
			return errUnknown
		}
		return endSessions(ctx, tx, index)
	})
}

// SetActive enables or disables an account; disabling ends its sessions at once. Its sign-in is then refused in
// the words of a wrong password, so that nobody learns that the account exists.
func (s *Service) SetActive(ctx context.Context, login string, active bool) error {
	state := stateStopped
	if active {
		state = stateActive
	}
	index := s.loginIndex(login)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account SET state = $1 WHERE login_index = $2`, state, index)
		if err != nil {
			return fmt.Errorf("update account state: %w", err)
		}
		if n == 0 {
			return errUnknown
		}
		if active {
			return nil
		}
		return endSessions(ctx, tx, index)
	})
}

// Exists reports whether a login name is taken. For setting up only: never show the answer to an outsider.
func (s *Service) Exists(ctx context.Context, login string) (bool, error) {
	_, found, err := s.byLogin(ctx, s.loginIndex(login))
	return found, err
}

func (s *Service) hashed(ctx context.Context, password string) (string, error) {
	done, err := s.hasher.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return s.hasher.hash(password), nil
}

// StaffNamed finds the active account of staff with a login name, for a system that asks in its name; authn.unknown if there is
// none.
func (s *Service) StaffNamed(ctx context.Context, q *db.Tx, login string) (*Actor, error) {
	var r row
	err := q.QueryRow(ctx, `
		SELECT account_id, kind, COALESCE(holder_id, ''), COALESCE(unit_id, ''), roles, name
		FROM account
		WHERE login_index = $1 AND kind = 'staff' AND state = 'active'`, s.loginIndex(login)).Scan(&r.id, &r.kind, &r.holderID, &r.unitID, &r.roles, &r.name)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	return s.actor(r)
}
