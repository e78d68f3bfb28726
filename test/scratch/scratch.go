// Package scratch makes databases that live as long as a measurement.
package scratch

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Database makes a database on a PostgreSQL server and gives its address, with what takes it away again. Of no server it
// gives no address: the platform then keeps its own file.
func Database(ctx context.Context, server string) (address string, drop func(), err error) {
	if server == "" {
		return "", func() {}, nil
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, fmt.Errorf("read the address of the server: %w", err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, fmt.Errorf("open the server: %w", err)
	}
	name := "yinxin_scratch_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, errors.Join(fmt.Errorf("make a database: %w", err), admin.Close())
	}
	u.Path = "/" + name
	return u.String(), func() {
		_, _ = admin.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		_ = admin.Close()
	}, nil
}

// Durable refuses a server that answers before what it commits is on the disk: its figures would be another product's.
func Durable(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	server, err := sql.Open("pgx", address)
	if err != nil {
		return fmt.Errorf("open the server: %w", err)
	}
	defer func() { _ = server.Close() }()
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := server.QueryRowContext(ctx, "SHOW "+setting).Scan(&value); err != nil {
			return fmt.Errorf("ask the server for %s: %w", setting, err)
		}
		if value != "on" {
			return fmt.Errorf("the server has %s = %s: start it with %s = on", setting, value, setting)
		}
	}
	return nil
}
