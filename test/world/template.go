package world

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
)

// TemplatesEnv names the variable that holds a folder in which all test processes of one source tree keep their templates:
// the first that needs one makes it. Without it every process makes its own.
const TemplatesEnv = "YINXIN_TEST_TEMPLATES"

// In a template's folder: what tests copy, the SQLite database in it, and beside it the name of the database on PostgreSQL.
const (
	dataFolder   = "data"
	databaseFile = "yinxin.db"
	databaseName = "database"
)

// template is what the worlds of tests are copied from.
type template struct {
	dir      string
	database string // on the PostgreSQL server, or ""
}

// templates are made when first asked for. Main takes away at the end of the process what is only its own.
var templates struct {
	mu     sync.Mutex
	sqlite *template
	pg     *template
	admin  *sql.DB
}

// Main runs a package's tests and takes the templates away. Use it as
//
//	func TestMain(m *testing.M) { os.Exit(world.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if os.Getenv(TemplatesEnv) == "" {
		for _, made := range []*template{templates.sqlite, templates.pg} {
			if made == nil {
				continue
			}
			_ = os.RemoveAll(made.dir)
			if made.database != "" {
				_, _ = templates.admin.ExecContext(context.Background(), "DROP DATABASE "+made.database+" WITH (FORCE)")
			}
		}
	}
	if templates.admin != nil {
		_ = templates.admin.Close()
	}
	return code
}

func sqliteTemplate(t testing.TB) *template {
	t.Helper()
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if templates.sqlite == nil {
		templates.sqlite = find(t, "sqlite", func(string) string { return "" })
	}
	return templates.sqlite
}

// postgresTemplate gives the template with a way to the server that copies it.
func postgresTemplate(t testing.TB) (*template, *sql.DB) {
	t.Helper()
	server := os.Getenv(dbtest.ServerEnv)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no PostgreSQL: " + dbtest.ServerEnv + " must name a server in CI")
		}
		t.Skip("needs PostgreSQL: set " + dbtest.ServerEnv)
	}
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if templates.admin == nil {
		admin, err := sql.Open("pgx", server)
		if err != nil {
			t.Fatal(err)
		}
		templates.admin = admin
	}
	if templates.pg == nil {
		templates.pg = find(t, "postgres", func(name string) string {
			create(t, templates.admin, "CREATE DATABASE "+name)
			return databaseURL(t, server, name)
		})
	}
	return templates.pg, templates.admin
}

// find gives the template of that name, which another process may have made, or be making; database makes an empty one.
func find(t testing.TB, name string, database func(name string) string) *template {
	t.Helper()
	shared := os.Getenv(TemplatesEnv)
	if shared == "" {
		dir, err := os.MkdirTemp("", "yinxin-world-") //nolint:usetesting // it outlives the test that first needs it
		if err != nil {
			t.Fatal(err)
		}
		return fill(t, dir, database)
	}
	lock, err := os.OpenFile(filepath.Join(shared, name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Close() }() // which unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(shared, name)
	if made, err := os.ReadFile(filepath.Join(dir, databaseName)); err == nil {
		return &template{dir: dir, database: string(made)}
	}
	return fill(t, dir, database)
}

// fill makes a template with the cast. That it is whole is known by its last file.
func fill(t testing.TB, dir string, database func(name string) string) *template {
	t.Helper()
	made := &template{dir: dir, database: newName()}
	url := database(made.database)
	if url == "" {
		made.database = ""
	}
	w := open(t, at(filepath.Join(dir, dataFolder), url))
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
	if err := os.WriteFile(filepath.Join(dir, databaseName), []byte(made.database), 0o600); err != nil {
		t.Fatal(err)
	}
	return made
}

// copyTo copies a template's folder.
func (x *template) copyTo(t testing.TB, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(x.dir, dataFolder))); err != nil {
		t.Fatal(err)
	}
	closeToOthers(t, dir)
}

// closeToOthers gives the files back the mode that copying did not keep: keys that others could read are refused.
func closeToOthers(t testing.TB, dir string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return root.Chmod(path, 0o600)
	})
	if err := errors.Join(err, root.Close()); err != nil {
		t.Fatal(err)
	}
}

func sqliteWorld(t testing.TB) *World {
	t.Helper()
	dir := filepath.Join(t.TempDir(), dataFolder)
	sqliteTemplate(t).copyTo(t, dir)
	return begin(t, at(dir, ""))
}

func postgresWorld(t testing.TB) *World {
	t.Helper()
	made, admin := postgresTemplate(t)
	dir := filepath.Join(t.TempDir(), dataFolder)
	made.copyTo(t, dir)
	name := newName()
	create(t, admin, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, made.database))
	t.Cleanup(func() { _, _ = admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") })
	return begin(t, at(dir, databaseURL(t, os.Getenv(dbtest.ServerEnv), name)))
}

// Filling is a world in an empty database of the test's own, named as db.Open wants it; "" is one of its folder. The
// addresses it tells begin with base, and what it logs goes to log.
func Filling(t testing.TB, url, base string, log io.Writer) *World {
	t.Helper()
	p := place{dir: filepath.Join(t.TempDir(), "data"), url: url, base: base, log: log}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok || url == "" {
		sqliteTemplate(t).copyTo(t, p.dir)
		if ok {
			if err := os.Rename(filepath.Join(p.dir, databaseFile), file); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		made, admin := postgresTemplate(t)
		made.copyTo(t, p.dir)
		u, err := neturl.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(u.Path, "/")
		create(t, admin, "DROP DATABASE "+name)
		create(t, admin, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, made.database))
	}
	return begin(t, p)
}

func create(t testing.TB, admin *sql.DB, statement string) {
	t.Helper()
	if _, err := admin.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func newName() string { return "yx_" + strings.ReplaceAll(uuid.NewString(), "-", "") }

func databaseURL(t testing.TB, server, name string) string {
	t.Helper()
	u, err := neturl.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
