// Command burn is the drill for a stolen seal key: licenses are made in bulk, the key is burned, forgeries of every kind are
// made with it, everything is verified, and all is sealed anew. No genuine file may be rejected, no forgery accepted. The
// last line is JSON.
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/yinxin-org/yinxin/internal/app"
)

func main() {
	rows := flag.Int("rows", 100_000, "licenses that are sealed before the theft")
	server := flag.String("server", "", "address of a PostgreSQL server on which a database may be made; SQLite if empty")
	flag.Parse()
	app.UseProcessors()
	r, err := run(*rows, *server)
	if err == nil {
		err = errors.Join(json.NewEncoder(os.Stdout).Encode(r), r.check())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "burn:", err)
		os.Exit(1)
	}
}

// result is the last line.
type result struct {
	Valid     int     `json:"valid"`
	Rejected  int     `json:"rejected_valid"`
	Forged    int     `json:"forged"`
	Accepted  int     `json:"accepted_forged"`
	Resealed  int     `json:"resealed"`
	Unproven  int     `json:"unproven"` // of these, sealed by the platform itself after the theft
	VerifyPer float64 `json:"verify_per_s"`
	ResealPer float64 `json:"reseal_per_s"`
	DB        string  `json:"db"`

	wanted int // how many had to be sealed anew
}

// check says what of a result must not be.
func (r result) check() error {
	switch {
	case r.Valid == 0 || r.Forged == 0:
		return errors.New("nothing was tried")
	case r.Rejected > 0:
		return fmt.Errorf("%d genuine files were rejected", r.Rejected)
	case r.Accepted > 0:
		return fmt.Errorf("%d forgeries were accepted", r.Accepted)
	case r.Resealed != r.wanted:
		return fmt.Errorf("%d of %d licenses were sealed anew", r.Resealed, r.wanted)
	}
	return nil
}

func run(rows int, server string) (r result, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "yinxin-burn-")
	if err != nil {
		return r, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	database, drop, err := made(ctx, server)
	if err != nil {
		return r, err
	}
	defer drop()
	d, err := open(ctx, filepath.Join(dir, "data"), database)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.run(ctx, rows)
}

// made makes a database on a server; none for SQLite.
func made(ctx context.Context, server string) (address string, drop func(), err error) {
	if server == "" {
		return "", func() {}, nil
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := "yinxin_burn_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() {
		_, _ = admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		_ = admin.Close()
	}, nil
}
