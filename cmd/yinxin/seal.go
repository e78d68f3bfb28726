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
	"github.com/yinxin-org/yinxin/internal/license"
)

type sealCmd struct {
	Burn   sealBurnCmd   `cmd:"" help:"Revoke a seal as of the moment from which its key was known to others."`
	Reseal sealResealCmd `cmd:"" help:"Seal anew what a burned seal had sealed."`
}

type sealBurnCmd struct {
	Config string    `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	Seal   string    `required:"" placeholder:"CODE" help:"Code of the seal."`
	At     time.Time `required:"" placeholder:"TIME" help:"From when on its key is not to be believed, as 2026-03-02T10:00:00+08:00."`
}

// Help is the long help of the command.
func (sealBurnCmd) Help() string {
	return `The seal never signs again. What bears a trusted time stamp from before the moment and stands in the log of evidence
from before it stays valid; everything else under the seal is refused, whatever time it claims. A second call can only
move the moment back.

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
		return told(s, err)
	}
	return printJSON(s.out, list, true)
}

type sealResealCmd struct {
	Config   string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	Seal     string `required:"" placeholder:"CODE" help:"Code of the burned seal."`
	Unproven bool   `help:"Only the licenses that are not provably older than the theft. Do these first."`
}

// Help is the long help of the command.
func (sealResealCmd) Help() string {
	return `Gives the licenses in force that bear the burned seal a file anew, under the seal that its unit has now: make that
one first. What a license says, its identifier and its number stay; the file before is kept. The command may be cut off
at any moment and called again; what is done is not done twice. The service goes on with it too, while it runs.

Prints how far it came. What waits for the hand of another unit is counted as missed. Ends with 1 if any is.`
}

// Run orders and carries out.
func (c sealResealCmd) Run(ctx context.Context, s streams) error {
	cfg, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: logger(s.err)})
	if err != nil {
		return err
	}
	var is license.Reseal
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := a.Licenses.OrderReseal(ctx, tx, change.By{AccountID: "operator", UnitID: cfg.PlatformUnit, Reason: "重新用印"}, c.Seal, c.Unproven)
		return err
	})
	if err == nil {
		err = a.Licenses.WorkReseal(ctx, c.Seal)
	}
	if err == nil {
		err = a.DB.Read(ctx, func(q *db.Tx) (err error) {
			is, err = a.Licenses.Reseal(ctx, q, c.Seal)
			return err
		})
	}
	if err = errors.Join(err, a.Close()); err != nil {
		return told(s, err)
	}
	if err := printJSON(s.out, map[string]any{"state": is.State, "sealed": is.Sealed, "kept": is.Kept, "missed": is.Missed}, true); err != nil || is.Missed == 0 {
		return err
	}
	return errRefused
}

// told says a refusal in both languages; any other error is given back.
func told(s streams, err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
		_, _ = fmt.Fprintln(s.err, "yinxin:", errs.Text(e.Code, "zh", e.Args), errs.Text(e.Code, "en", e.Args))
		return errRefused
	}
	return err
}
