package app

import (
	"context"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

// First is what a new installation begins with: its administrator, and the unit that runs the platform with its
// region, where these are not entered yet.
type First struct {
	Login, Name string
	Unit        org.Unit // without id and kind, which are the configuration's and given
	Region      org.Region
}

// FirstAdministrator makes the first administrator and gives the password, this once. Where there is an active one,
// it refuses: "account.first".
func (a *App) FirstAdministrator(ctx context.Context, f First) (password string, err error) {
	by := change.By{UnitID: a.Config.PlatformUnit, Reason: "新平台的首个系统管理员 First administrator of a new platform"}
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := a.Accounts.Administrators(ctx, tx)
		if err != nil {
			return err
		}
		if n > 0 {
			return errs.New(errs.Conflict, "account.first")
		}
		return a.enterPlatform(ctx, tx, by, f)
	})
	if err != nil {
		return "", err
	}
	_, password, err = a.Units.NewAccount(ctx, by, authn.Account{Login: f.Login, Name: f.Name, UnitID: a.Config.PlatformUnit, Roles: []string{authn.RoleAdmin}})
	return password, err
}

// enterPlatform enters the unit that runs the platform, and its region with those around it, where they are missing.
func (a *App) enterPlatform(ctx context.Context, tx *db.Tx, by change.By, f First) error {
	_, err := a.Units.Get(ctx, tx, a.Config.PlatformUnit)
	if errs.Code(err) != "unit.unknown" {
		return err
	}
	if f.Unit.Name == "" || f.Unit.Region == "" {
		return errs.New(errs.Invalid, "account.unit")
	}
	if err := a.enterRegion(ctx, tx, by, f.Region); err != nil {
		return err
	}
	u := f.Unit
	u.ID, u.Kind = a.Config.PlatformUnit, org.Government
	_, err = a.Units.Create(ctx, tx, by, u)
	return err
}

// enterRegion enters a region unless it is known, first of all the one it lies in: that one goes by its code until
// the administrator names it.
func (a *App) enterRegion(ctx context.Context, tx *db.Tx, by change.By, r org.Region) error {
	_, err := a.Units.Region(ctx, tx, r.Code)
	if errs.Code(err) != "region.unknown" {
		return err
	}
	if parent := r.Parent(); parent != "" && parent != r.Code {
		if err := a.enterRegion(ctx, tx, by, org.Region{Code: parent}); err != nil {
			return err
		}
	}
	if r.Name = strings.TrimSpace(r.Name); r.Name == "" {
		r.Name = r.Code
	}
	r.Valid = true
	_, err = a.Units.SetRegion(ctx, tx, by, r)
	return err
}
