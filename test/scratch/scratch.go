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
