package world

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
)

// templates are the worlds that tests' worlds are copied from, made when first asked for. They are what Main
// takes away at the end of the process.
var templates struct {
	sqlite   sync.Once
	postgres sync.Once

	mu       sync.Mutex
	dirs     map[string]string // by database
	database string            // on the PostgreSQL server
}

// Main runs a package's tests and takes the templates away. Use it as
//
//	func TestMain(m *testing.M) { os.Exit(world.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	templates.mu.Lock()
	defer templates.mu.Unlock()
	for _, dir := range templates.dirs {
		_ = os.RemoveAll(filepath.Dir(dir))
	}
	if templates.database != "" {
		if admin, err := sql.Open("pgx", os.Getenv(dbtest.ServerEnv)); err == nil {
			_, _ = admin.ExecContext(context.Background(), "DROP DATABASE "+templates.database+" WITH (FORCE)")
			_ = admin.Close()
		}
	}
	return code
}

// fill makes a template: a folder with the cast. The database is in it, or at url.
func fill(t testing.TB, name, url string) {
	t.Helper()
	parent, err := os.MkdirTemp("", "yinxin-world-") //nolint:usetesting // it outlives the test that first needs it
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "data")
	if url == "" {
		url = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	w := open(t, dir, url)
	if err := demo.SetupCast(context.Background(), w.App); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Book.Sequence(context.Background()); err != nil {
		t.Fatal(err)
	}
	// The clock of the copies stands still, so the template's lease of the log would never end for them.
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM log_lease`)
		return err
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if templates.dirs == nil {
		templates.dirs = map[string]string{}
	}
	templates.dirs[name] = dir
}

// folder is the template of a database, or fails the test when making it had failed.
func folder(t testing.TB, name string) string {
	t.Helper()
	templates.mu.Lock()
	defer templates.mu.Unlock()
	dir := templates.dirs[name]
	if dir == "" {
		t.Fatal("the template of the world could not be made; see the first test that failed")
	}
	return dir
}

func sqliteWorld(t testing.TB) *World {
	t.Helper()
	templates.sqlite.Do(func() { fill(t, "sqlite", "") })
	return copied(t, folder(t, "sqlite"), "")
}

func postgresWorld(t testing.TB) *World {
	t.Helper()
	server := os.Getenv(dbtest.ServerEnv)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no PostgreSQL: " + dbtest.ServerEnv + " must name a server in CI")
		}
		t.Skip("needs PostgreSQL: set " + dbtest.ServerEnv)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	templates.postgres.Do(func() {
		name := databaseName()
		create(t, admin, "CREATE DATABASE "+name)
		templates.mu.Lock()
		templates.database = name
		templates.mu.Unlock()
		fill(t, "postgres", databaseURL(t, server, name))
	})
	dir := folder(t, "postgres")
	name := databaseName()
	create(t, admin, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, templates.database))
	w := copied(t, dir, databaseURL(t, server, name))
	t.Cleanup(func() {
		_ = w.Close()
		_, _ = admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return w
}

func create(t testing.TB, admin *sql.DB, statement string) {
	t.Helper()
	// PostgreSQL copies a template for one at a time.
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if _, err := admin.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func databaseName() string { return "yx_" + strings.ReplaceAll(uuid.NewString(), "-", "") }

func databaseURL(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
