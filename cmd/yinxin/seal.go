package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

type sealCmd struct {
	Burn sealBurnCmd `cmd:"" help:"Revoke a seal as of the moment from which its key was known to others."`
}

type sealBurnCmd struct {
	Config string    `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	Seal   string    `required:"" placeholder:"CODE" help:"Code of the seal."`
	At     time.Time `required:"" placeholder:"TIME" help:"From when on its key is not to be believed, as 2026-03-02T10:00:00+08:00."`
}

// Help is the long help of the command.
func (sealBurnCmd) Help() string {
	return `The seal never signs again. What bears a trusted time stamp from before the moment stays valid; everything else under
the seal is refused, whatever time it claims. A second call can only move the moment back.

Prints all burned seals as the list that "yinxin verify --burned" takes, for those who check files elsewhere.`
}

// Run burns the seal and prints the list of all that are.
func (c sealBurnCmd) Run(ctx context.Context, s streams) error {
	cfg, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: logger(s.err)})
	if err != nil {
		return err
	}
	var list any
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := a.Seals.BurnFrom(ctx, tx, change.By{AccountID: "operator", UnitID: cfg.PlatformUnit, Reason: "私钥泄露"}, c.Seal, c.At); err != nil {
			return err
		}
		var err error
		list, err = a.Seals.Burned(ctx, tx)
		return err
	})
	if err = errors.Join(err, a.Close()); err != nil {
		if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
			_, _ = fmt.Fprintln(s.err, "yinxin:", errs.Text(e.Code, "zh", e.Args), errs.Text(e.Code, "en", e.Args))
			return errRefused
		}
		return err
	}
	return printJSON(s.out, list, true)
}
