package authn

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Staff is an account of a unit's staff, as the administrator sees it.
type Staff struct {
	ID        string
	Name      string // personal
	UnitID    string
	Roles     []string
	Active    bool
	CreatedAt time.Time
	Version   int64
}

// Standing is what others must know of an account to rely on it; nothing in it is personal.
type Standing struct {
	ID     string
	UnitID string
	Roles  []string
	Active bool
}

// StaffFilter narrows a list of accounts; empty fields do not.
type StaffFilter struct {
	ID     string
	UnitID string
	Role   string
	State  string // "active", "stopped"
	Login  string // the whole name
	Limit  int
	Offset int
}

const staffColumns = `account_id, name, COALESCE(unit_id, ''), roles, state, created_at, row_version`

// List gives a part of the accounts of staff that meet a filter, the newest first, and how many there are.
func (s *Service) List(ctx context.Context, q *db.Tx, f StaffFilter) ([]Staff, int, error) {
	where := ` WHERE kind = 'staff' AND ($1 = '' OR unit_id = $1) AND ($2 = '' OR roles LIKE $2) AND ($3 = '' OR state = $3)
		AND ($4 = '' OR account_id = $4)`
	role := ""
	if f.Role != "" {
		role = `%"` + strings.NewReplacer("%", "", "_", "", `"`, "", "\x00", "").Replace(f.Role) + `"%`
	}
	args := []any{f.UnitID, role, f.State, f.ID}
	if f.Login != "" {
		where += ` AND login_index = $5`
		args = append(args, s.loginIndex(f.Login))
	}
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM account`+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count accounts: %w", err)
	}
	rows, err := q.Query(ctx, fmt.Sprintf(`
		SELECT `+staffColumns+`
		FROM account`+where+`
		ORDER BY created_at DESC, account_id DESC
		LIMIT $%d OFFSET $%d`, len(args)+1, len(args)+2), append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list accounts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Staff{}
	for rows.Next() {
		x, err := s.scanStaff(rows.Scan)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, x)
	}
	return found, total, rows.Err()
}

func (s *Service) scanStaff(scan func(...any) error) (Staff, error) {
	var x Staff
	var sealed []byte
	var roles, state string
	var created int64
	if err := scan(&x.ID, &sealed, &x.UnitID, &roles, &state, &created, &x.Version); err != nil {
		return Staff{}, fmt.Errorf("read account: %w", err)
	}
	name, err := s.vault.Unwrap(sealed, nameAAD(x.ID))
	if err != nil {
		return Staff{}, fmt.Errorf("decrypt account name: %w", err)
	}
	if err := json.Unmarshal([]byte(roles), &x.Roles); err != nil {
		return Staff{}, fmt.Errorf("decode roles: %w", err)
	}
	x.Name, x.Active, x.CreatedAt = string(name), state == stateActive, db.Time(created)
	return x, nil
}

// Staff finds an account of staff, or gives authn.unknown.
func (s *Service) Staff(ctx context.Context, q *db.Tx, id string) (Staff, error) {
	found, _, err := s.List(ctx, q, StaffFilter{ID: id, Limit: 1})
	if err != nil {
		return Staff{}, err
	}
	if len(found) == 0 {
		return Staff{}, errUnknown
	}
	return found[0], nil
}

// Standing tells how the accounts of staff stand: of one unit or, for "", of all.
func (s *Service) Standing(ctx context.Context, q *db.Tx, unitID string) (map[string]Standing, error) {
	rows, err := q.Query(ctx, `
		SELECT account_id, COALESCE(unit_id, ''), roles, state
		FROM account
		WHERE kind = 'staff' AND ($1 = '' OR unit_id = $1)`, unitID)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := map[string]Standing{}
	for rows.Next() {
		var x Standing
		var roles, state string
		if err := rows.Scan(&x.ID, &x.UnitID, &roles, &state); err != nil {
			return nil, fmt.Errorf("read accounts: %w", err)
		}
		if err := json.Unmarshal([]byte(roles), &x.Roles); err != nil {
			return nil, fmt.Errorf("decode roles: %w", err)
		}
		x.Active = state == stateActive
		all[x.ID] = x
	}
	return all, rows.Err()
}

// Save changes unit, roles, state and name of an account as it was at x.Version; "conflict" if that has moved on.
// One that is stopped loses its sessions. An installation keeps at least one active administrator.
func (s *Service) Save(ctx context.Context, tx *db.Tx, x Staff) error {
	if err := CheckRoles(x.Roles); err != nil {
		return err
	}
	if strings.TrimSpace(x.Name) == "" {
		return errAccount.On("name")
	}
	name, err := s.vault.Wrap([]byte(x.Name), nameAAD(x.ID))
	if err != nil {
		return fmt.Errorf("encrypt account name: %w", err)
	}
	roles, err := json.Marshal(x.Roles)
	if err != nil {
		return fmt.Errorf("encode roles: %w", err)
	}
	state := stateActive
	if !x.Active {
		state = stateStopped
	}
	n, err := tx.Exec(ctx, `
		UPDATE account
		SET unit_id = $1, roles = $2, state = $3, name = $4, row_version = row_version + 1
		WHERE account_id = $5 AND kind = 'staff' AND row_version = $6`, x.UnitID, string(roles), state, name, x.ID, x.Version)
	if err != nil {
		return fmt.Errorf("update account: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	if !x.Active {
		if err := s.endOf(ctx, tx, x.ID); err != nil {
			return err
		}
	}
	left, err := s.Administrators(ctx, tx)
	if err != nil {
		return err
	}
	if left == 0 {
		return errs.New(errs.Conflict, "authn.last-admin")
	}
	return nil
}

// Administrators counts the active accounts of administrators.
func (s *Service) Administrators(ctx context.Context, q *db.Tx) (int, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*) FROM account WHERE kind = 'staff' AND state = 'active' AND roles LIKE $1`, `%"`+RoleAdmin+`"%`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count administrators: %w", err)
	}
	return n, nil
}

// Renew gives an account of staff a new random password and ends its sessions. also runs in the same transaction.
func (s *Service) Renew(ctx context.Context, id string, version int64, also func(tx *db.Tx) error) (password string, err error) {
	password = RandomPassword()
	hash, err := s.hashed(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE account
			SET password_hash = $1, row_version = row_version + 1
			WHERE account_id = $2 AND kind = 'staff' AND row_version = $3`, hash, id, version)
		if err != nil {
			return fmt.Errorf("update password: %w", err)
		}
		if n == 0 {
			if _, err := s.Staff(ctx, tx, id); err != nil {
				return err
			}
			return errs.New(errs.Conflict, "conflict")
		}
		if err := s.endOf(ctx, tx, id); err != nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

func (s *Service) endOf(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE account_id = $1`, id); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// passwordTries bounds the search for a password that does not happen to contain a short login name.
const passwordTries = 100

// PasswordFor is a RandomPassword that a login name can have.
func PasswordFor(login string) string {
	p := RandomPassword()
	for range passwordTries {
		if checkPassword(normalLogin(login), p) == nil {
			break
		}
		p = RandomPassword()
	}
	return p
}

// RandomPassword is long enough to be guessed by nobody, and easy to copy from a screen.
func RandomPassword() string {
	t := rand.Text()
	return t[:5] + "-" + strings.ToLower(t[5:10]) + "-" + t[10:15]
}
