package demo_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
)

// A dump of the database, or a copy of the disk without the keys, must tell nothing of anybody: the whole
// city is loaded, the flow is run, and then every cell of every table and every file is searched.
func TestDumpTellsNothingOfAnybody(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dump(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		url := dbtest.Postgres(t)
		t.Parallel()
		dump(t, url)
	})
}

func dump(t *testing.T, database string) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "yinxin.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	s, err := demo.Start(t.Context(), demo.Options{Data: dir, Database: database, Addr: "127.0.0.1:0",
		Log:  slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := demo.Once(t.Context(), s, t.TempDir(), io.Discard); err != nil {
		t.Fatal(err)
	}
	city, err := demo.Load(demo.Seed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	look := search(t, s, city)
	// While the server runs: SQLite's journal is folded into the file when the last connection closes.
	tree(t, look, dir)
	cells(t, look, s.App.Config.Database)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	tree(t, look, dir)
}

// search makes the scanner for everything personal in the city.
func search(t *testing.T, s *demo.Server, city *demo.City) *scanner {
	t.Helper()
	public, err := json.Marshal(struct {
		Units, Types, Matters any
	}{city.Units, city.Types, city.Matters})
	if err != nil {
		t.Fatal(err)
	}
	look := &scanner{}
	looked, left := 0, []string{}
	for i, h := range city.Holders {
		for what, text := range map[string]string{"name": h.Name, "code": h.Code, "phone": h.Phone, "address": h.Address} {
			// Three members of the cast are units as well, with name and code in the public list of units; and a
			// name of two characters can be a word of that list.
			if strings.Contains(string(public), text) {
				left = append(left, what+" "+text)
				continue
			}
			look.seek(fmt.Sprintf("%s of holder %d", what, i), text)
			looked++
		}
	}
	numbers := licenseNumbers(t, s, city)
	for i, n := range numbers {
		look.seek(fmt.Sprintf("license number %d", i), n)
	}
	t.Logf("looked for %d names, codes, phones, addresses and for %d license numbers of persons; left out, because public: %v",
		looked, len(numbers), left)
	if looked < 1190 || len(numbers) < 300 || len(left) > 6 {
		t.Errorf("this leaves out too much")
	}
	return look
}

// licenseNumbers reads the numbers of all persons' licenses, as their holders.
func licenseNumbers(t *testing.T, s *demo.Server, city *demo.City) []string {
	t.Helper()
	var all []string
	for _, h := range city.Holders {
		if h.Kind != catalog.Natural {
			continue
		}
		var actor authn.Actor
		var held []license.License
		err := s.App.DB.Read(t.Context(), func(q *db.Tx) error {
			id, err := s.App.Holders.Find(t.Context(), q, holder.Code(h.Code))
			actor = authn.Actor{AccountID: "test", Kind: authn.KindHolder, HolderID: id, Roles: []string{"holder"}}
			if err != nil {
				return err
			}
			held, err = s.App.Licenses.Held(t.Context(), q, id, "")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range held {
			r, err := s.App.Door.Own(t.Context(), &actor, l.ID, access.Fields)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Fields {
				if f.Name == "ZZBH" && !slices.Contains(all, f.Value) {
					all = append(all, f.Value)
				}
			}
		}
	}
	return all
}

// tree searches the files of the data folder but for the keys, and for the two lists that tell whoever shows
// the demonstration whom to play; an installation has neither.
func tree(t *testing.T, look *scanner, dir string) {
	t.Helper()
	seen := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			if name == "keys" {
				return filepath.SkipDir
			}
			return nil
		}
		if name == demo.AccountsFile || name == demo.CastFile || name == app.SandboxFile {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen[strings.SplitN(filepath.ToSlash(name), "/", 2)[0]] += len(data)
		for what, n := range look.find(data) {
			t.Errorf("%s holds %s, %d times", name, what, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"files", "log", "yinxin.log"} {
		if seen[part] == 0 {
			t.Errorf("%s is empty: nothing was searched there", part)
		}
	}
}

// cells searches every cell of every table.
func cells(t *testing.T, look *scanner, database string) {
	t.Helper()
	driver, source, list := "sqlite", strings.TrimPrefix(database, "sqlite:"), `SELECT name FROM sqlite_master WHERE type = 'table'`
	if strings.HasPrefix(database, "postgres") {
		driver, source, list = "pgx", database, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	d, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	// That the public can be found shows that the search reads what it should.
	control := &scanner{}
	control.seek("a unit", "福州市鼓楼区市场监督管理局（演示）")
	found, rows := 0, map[string]int{}
	for _, table := range tables(t, d, list) {
		each(t, d, table, func(column string, cell []byte) {
			rows[table]++
			found += len(control.find(cell))
			for what := range look.find(cell) {
				t.Errorf("%s.%s holds %s", table, column, what)
			}
		})
	}
	if found == 0 {
		t.Error("not even the name of a unit is found")
	}
	for _, table := range []string{"holder", "license", "case_file", "case_event", "access_record", "log_leaf", "presentation", "account", "session"} {
		if rows[table] == 0 {
			t.Errorf("%s is empty: nothing was searched there", table)
		}
	}
}

func tables(t *testing.T, d *sql.DB, query string) []string {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func each(t *testing.T, d *sql.DB, table string, visit func(column string, cell []byte)) {
	t.Helper()
	rows, err := d.QueryContext(context.Background(), `SELECT * FROM "`+table+`"`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			switch v := v.(type) {
			case []byte:
				visit(columns[i], v)
			default:
				visit(columns[i], fmt.Append(nil, v))
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// A search that cannot find proves nothing: a code planted in a cell and one planted in a file are found.
func TestDumpFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		d, err := db.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		const code = "350199198805120022"
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO holder_key (holder_id, wrapped) VALUES ('x', $1)`, []byte("\x00\x01"+code))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		look := &scanner{}
		look.seek("the planted code", code)
		driver, source := "sqlite", strings.TrimPrefix(url, "sqlite:")
		if strings.HasPrefix(url, "postgres") {
			driver, source = "pgx", url
		}
		raw, err := sql.Open(driver, source)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = raw.Close() }()
		found := 0
		each(t, raw, "holder_key", func(_ string, cell []byte) { found += len(look.find(cell)) })
		if found != 1 {
			t.Errorf("found %d times in the cells", found)
		}
		if driver != "sqlite" {
			return
		}
		wal, err := os.ReadFile(source + "-wal")
		if err != nil || len(look.find(wal)) == 0 {
			t.Errorf("not found in SQLite's journal: %v", err)
		}
	})
}
