package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Person is how an account is named beside what it did: to colleagues of the same unit, and only to them.
type Person struct {
	Name  string
	Roles []string
}

// Person gives the name and roles of an account; an unknown one is an empty Person, as for the platform itself.
func (s *Service) Person(ctx context.Context, accountID string) (p Person, err error) {
	err = s.db.Read(ctx, func(q *db.Tx) error {
		p, err = s.PersonIn(ctx, q, accountID)
		return err
	})
	return p, err
}

// PersonIn is Person for whoever reads already: a reader that waits for a second connection keeps the first one from
// others who wait like it.
func (s *Service) PersonIn(ctx context.Context, q *db.Tx, accountID string) (Person, error) {
	if accountID == "" {
		return Person{}, nil
	}
	var sealed []byte
	var roles string
	err := q.QueryRow(ctx, `SELECT name, roles FROM account WHERE account_id = $1`, accountID).Scan(&sealed, &roles)
	if errors.Is(err, db.ErrNoRows) {
		return Person{}, nil
	}
	if err != nil {
		return Person{}, fmt.Errorf("find account: %w", err)
	}
	name, err := s.vault.Unwrap(sealed, nameAAD(accountID))
	if err != nil {
		return Person{}, fmt.Errorf("decrypt account name: %w", err)
	}
	p := Person{Name: string(name)}
	if err := json.Unmarshal([]byte(roles), &p.Roles); err != nil {
		return Person{}, fmt.Errorf("decode roles: %w", err)
	}
	return p, nil
}
