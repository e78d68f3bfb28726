package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

type accountCmd struct {
	Create accountCreateCmd `cmd:"" help:"Make the first administrator of a new installation."`
}

type accountCreateCmd struct {
	Config     string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	Login      string `required:"" help:"Name to sign in with."`
	Name       string `required:"" help:"Full name of the person."`
	UnitName   string `placeholder:"NAME" help:"Name of the unit that runs the platform, if it is not entered yet."`
	Level      int    `default:"2" help:"Its level: 1 province, 2 city, 3 county (${default})."`
	Region     string `placeholder:"CODE" help:"Its region, six digits."`
	RegionName string `placeholder:"NAME" help:"Name of the region, if it is not entered yet."`
}

// Help is the long help of the command.
func (accountCreateCmd) Help() string {
	return `The administrator belongs to the unit that the configuration names as platform_unit; on a new installation give
its name, level and region too. The password is made here, printed once and kept nowhere.

Where an administrator exists, the command refuses: further accounts are made by the administrator, in the pages.`
}

// Run makes the account and prints its password.
func (c accountCreateCmd) Run(ctx context.Context, s streams) error {
	cfg, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: logger(s.err)})
	if err != nil {
		return err
	}
	password, err := a.FirstAdministrator(ctx, app.First{Login: c.Login, Name: c.Name,
		Unit:   org.Unit{Name: c.UnitName, Level: org.Level(c.Level), Region: c.Region},
		Region: org.Region{Code: c.Region, Name: c.RegionName}})
	if err = errors.Join(err, a.Close()); err != nil {
		if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
			_, _ = fmt.Fprintln(s.err, "yinxin:", errs.Text(e.Code, "zh", e.Args), errs.Text(e.Code, "en", e.Args), e.Field)
			return errRefused
		}
		return err
	}
	return printJSON(s.out, map[string]string{"login": c.Login, "password": password}, false)
}
