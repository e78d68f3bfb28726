package org

import (
	"context"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// accountEntry is what the trail may say of an account: nothing of the person.
type accountEntry struct {
	Unit    string   `json:"unit"`
	Roles   []string `json:"roles"`
	Active  bool     `json:"active"`
	Renamed bool     `json:"renamed,omitempty"`
}

func entryOf(a authn.Staff) accountEntry {
	return accountEntry{Unit: a.UnitID, Roles: a.Roles, Active: a.Active}
}

// NewAccount makes an account of staff with a random password, which it gives this once.
func (s *Store) NewAccount(ctx context.Context, by change.By, a authn.Account) (account authn.Staff, password string, err error) {
	if err := authn.CheckRoles(a.Roles); err != nil {
		return authn.Staff{}, "", err
	}
	for field, text := range map[string]string{"login": a.Login, "name": a.Name} {
		if err := checkText(field, text); err != nil {
			return authn.Staff{}, "", err
		}
	}
	a.Kind, a.HolderID, a.Password, a.Name = authn.KindStaff, "", authn.PasswordFor(a.Login), strings.TrimSpace(a.Name)
	slices.Sort(a.Roles)
	_, err = s.o.Accounts.CreateWith(ctx, a, func(tx *db.Tx, id string) error {
		if _, err := s.active(ctx, tx, a.UnitID, "unitId"); err != nil {
			return err
		}
		if account, err = s.o.Accounts.Staff(ctx, tx, id); err != nil {
			return err
		}
		return s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Account, SubjectID: id, Action: "create", After: entryOf(account)})
	})
	return account, a.Password, err
}

// ChangeAccount changes unit, roles and, unless it is empty, the name of an account.
func (s *Store) ChangeAccount(ctx context.Context, tx *db.Tx, by change.By, a authn.Staff) (authn.Staff, error) {
	old, err := s.o.Accounts.Staff(ctx, tx, a.ID)
	if err != nil {
		return authn.Staff{}, err
	}
	if a.UnitID != old.UnitID {
		if _, err := s.active(ctx, tx, a.UnitID, "unitId"); err != nil {
			return authn.Staff{}, err
		}
	}
	if a.Name = strings.TrimSpace(a.Name); a.Name == "" {
		a.Name = old.Name
	}
	if err := checkText("name", a.Name); err != nil {
		return authn.Staff{}, err
	}
	a.Active = old.Active
	slices.Sort(a.Roles)
	if by.AccountID == a.ID && !slices.Equal(a.Roles, slices.Sorted(slices.Values(old.Roles))) {
		return authn.Staff{}, errs.New(errs.Denied, "authn.own-roles").On("roles")
	}
	return s.saveAccount(ctx, tx, by, "update", old, a)
}

// SetAccountActive stops an account or lets it be used again. Whoever is stopped leaves their posts vacant.
func (s *Store) SetAccountActive(ctx context.Context, tx *db.Tx, by change.By, id string, version int64, active bool) (authn.Staff, error) {
	old, err := s.o.Accounts.Staff(ctx, tx, id)
	if err != nil {
		return authn.Staff{}, err
	}
	if old.Version != version {
		return authn.Staff{}, errs.New(errs.Conflict, "conflict")
	}
	if old.Active == active {
		return old, nil
	}
	a, action := old, "stop"
	if a.Active = active; active {
		action = "start"
	}
	return s.saveAccount(ctx, tx, by, action, old, a)
}

func (s *Store) saveAccount(ctx context.Context, tx *db.Tx, by change.By, action string, old, a authn.Staff) (authn.Staff, error) {
	// One after the other, so that of two administrators who stop each other one stays.
	if err := s.lock(ctx, tx); err != nil {
		return authn.Staff{}, err
	}
	if err := s.o.Accounts.Save(ctx, tx, a); err != nil {
		return authn.Staff{}, err
	}
	after := entryOf(a)
	after.Renamed = a.Name != old.Name
	err := s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Account, SubjectID: a.ID, Action: action, Before: entryOf(old), After: after})
	if err != nil {
		return authn.Staff{}, err
	}
	for _, unit := range slices.Compact([]string{old.UnitID, a.UnitID}) {
		if err := s.refreshPosts(ctx, tx, unit); err != nil {
			return authn.Staff{}, err
		}
	}
	return s.o.Accounts.Staff(ctx, tx, a.ID)
}

// NewPassword gives an account a new random password, which it gives this once.
func (s *Store) NewPassword(ctx context.Context, by change.By, id string, version int64) (account authn.Staff, password string, err error) {
	password, err = s.o.Accounts.Renew(ctx, id, version, func(tx *db.Tx) error {
		if account, err = s.o.Accounts.Staff(ctx, tx, id); err != nil {
			return err
		}
		return s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Account, SubjectID: id, Action: "password"})
	})
	return account, password, err
}

// ResetFactors takes the lost factors from an account and gives it a new random password, which it gives this once: whoever
// signs in with that enrols anew before anything else. Nobody has it done to their own account.
func (s *Store) ResetFactors(ctx context.Context, by change.By, id string, version int64) (account authn.Staff, password string, err error) {
	if by.AccountID == id {
		return authn.Staff{}, "", errs.New(errs.Denied, "authn.own-reset")
	}
	password, err = s.o.Accounts.ResetStaff(ctx, id, version, func(tx *db.Tx) error {
		if account, err = s.o.Accounts.Staff(ctx, tx, id); err != nil {
			return err
		}
		return s.trail.Record(ctx, tx, by, change.Entry{Subject: change.Account, SubjectID: id, Action: authn.FactorsReset})
	})
	return account, password, err
}
