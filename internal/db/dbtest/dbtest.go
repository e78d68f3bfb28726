// Package dbtest runs a test on every database the product supports.
package dbtest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
)

// ServerEnv names the variable that holds the URL of a PostgreSQL server on which tests may create databases.
const ServerEnv = "YINXIN_TEST_POSTGRES"

// Each runs fn on a fresh, migrated SQLite file and on a fresh PostgreSQL database. Without a server the
// latter is skipped and says so; in CI that is a failure.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { fn(t, open(t, url)) })
}

// EachURL is Each for tests that open the database themselves; the database is empty and not migrated.
func EachURL(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		fn(t, "sqlite:"+filepath.Join(t.TempDir(), "yinxin.db"))
	})
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// Postgres creates a database for one test and gives its URL.
func Postgres(t *testing.T) string {
	t.Helper()
	server := os.Getenv(ServerEnv)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no PostgreSQL: " + ServerEnv + " must name a server in CI")
		}
		t.Skip("needs PostgreSQL: set " + ServerEnv)
	}
	name := "yx_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		_ = admin.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t *testing.T, url string) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}
