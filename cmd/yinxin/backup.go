package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
)

// keysKept is for how long a backup of wrapped keys is kept: with it and the data's, somebody who was erased since can be read.
const keysKept = 30 * 24 * time.Hour

type backupCmd struct {
	Config string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	To     string `required:"" placeholder:"DIR" help:"Folder of the backups; each gets a folder of its own in it, named by its time."`
}

// Help is the long help of the command.
func (backupCmd) Help() string {
	return `It writes the SQLite database, while it is in use, as two files: data.db without any wrapped key, and wrapped.db with the wrapped keys
alone. Copy wrapped.db to another place than data.db. A wrapped.db in DIR that is older than 30 days is removed: whoever was erased since could
be read with it.

The folders log, files and attachments, the anchors and the folder keys are copied by other means: see docs/operate. PostgreSQL is backed
up by pg_dump, which docs/operate describes.`
}

// Run backs the database up.
func (c backupCmd) Run(ctx context.Context, s streams) error {
	cfg, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, cfg.Database)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	dir := filepath.Join(c.To, now.Format("20060102T150405Z"))
	if err := d.BackUp(ctx, dir); err != nil {
		return errors.Join(err, d.Close())
	}
	forgotten, err := forgetKeys(c.To, now)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	return printJSON(s.out, map[string]any{"data": filepath.Join(dir, db.BackupData), "keys": filepath.Join(dir, db.BackupKeys), "forgotten": forgotten}, false)
}

// forgetKeys removes the keys of backups that have been kept long enough.
func forgetKeys(to string, now time.Time) (int, error) {
	all, err := filepath.Glob(filepath.Join(to, "*", db.BackupKeys))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, path := range all {
		at, err := time.Parse("20060102T150405Z", filepath.Base(filepath.Dir(path)))
		if err != nil || now.Sub(at) <= keysKept {
			continue // not ours, or too young
		}
		if err := os.Remove(path); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
