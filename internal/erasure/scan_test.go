package erasure_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/test/world"
)

// cell is one value of the database.
type cell struct {
	table, column string
	value         []byte
}

func tables(ctx context.Context, t *testing.T, d *db.DB, q *db.Tx) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if d.Dialect() == "postgres" {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	rows, err := q.Query(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// cells are all values of all tables.
func cells(t *testing.T, d *db.DB) []cell {
	t.Helper()
	var all []cell
	err := d.Read(t.Context(), func(q *db.Tx) error {
		for _, table := range tables(t.Context(), t, d, q) {
			if err := each(t.Context(), q, table, func(column string, value []byte) {
				all = append(all, cell{table, column, bytes.Clone(value)})
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func each(ctx context.Context, q *db.Tx, table string, visit func(column string, value []byte)) error {
	rows, err := q.Query(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			switch v := v.(type) {
			case []byte:
				visit(columns[i], v)
			case string:
				visit(columns[i], []byte(v))
			}
		}
	}
	return rows.Err()
}

// folders are all files under some folders by their paths, but for keys and the lists of passwords of a demonstration.
func folders(t *testing.T, dirs ...string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && e.Name() == "keys":
				return filepath.SkipDir
			case e.IsDir(), e.Name() == demo.AccountsFile, e.Name() == demo.CastFile, e.Name() == app.SandboxFile:
				return nil
			}
			data, err := os.ReadFile(path)
			out[path] = data
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (o *office) folder(name string) *blob.Folder {
	o.t.Helper()
	f, err := blob.OpenFolder(filepath.Join(o.Config.Data, name))
	if err != nil {
		o.t.Fatal(err)
	}
	return f
}

// lock is a key and what it is bound to.
type lock struct{ key, aad []byte }

func (l lock) opens(sealed []byte) bool {
	if len(sealed) < 28 { // nonce and tag
		return false
	}
	_, err := gm.Decrypt(l.key, sealed, l.aad)
	return err == nil
}

// secrets are what the person's keys open, and these keys as they lie wrapped.
type secrets struct {
	own      lock
	licenses []lock // of those that nobody else holds
	sealed   [][]byte
	wrapped  [][]byte
	plain    map[string]string
}

// learn takes note of everything that the person's keys open before they are gone.
func (o *office) learn() secrets {
	o.t.Helper()
	c := o.Cast(o.t, "father")
	s := secrets{plain: map[string]string{"code": c.Code, "phone": c.Phone, "address": c.Address}}
	for _, x := range cells(o.t, o.DB) {
		if x.table != "holder_key" || x.column != "wrapped" {
			continue
		}
		if key, err := o.Keys.Unwrap(x.value, []byte("holder:"+o.person)); err == nil {
			s.own = lock{key, []byte(o.person)}
			s.wrapped = append(s.wrapped, x.value)
		}
	}
	o.Read(o.t, func(ctx context.Context, q *db.Tx) error {
		held, err := o.Licenses.Held(ctx, q, o.person, "")
		for _, l := range held {
			var wrapped []byte
			if err := q.QueryRow(ctx, `SELECT wrapped FROM license_key WHERE holder_id = $1 AND license_id = $2`, o.person, l.ID).Scan(&wrapped); err != nil {
				return err
			}
			key, err := gm.Decrypt(s.own.key, wrapped, s.own.aad)
			if err != nil {
				return err
			}
			s.wrapped = append(s.wrapped, wrapped)
			if len(l.Holders) == 1 {
				s.licenses = append(s.licenses, lock{key, []byte(l.ID)})
			}
		}
		return err
	})
	for _, x := range cells(o.t, o.DB) {
		if s.opened(x.value) {
			s.sealed = append(s.sealed, x.value)
		}
	}
	for _, data := range folders(o.t, o.Config.Data) {
		if s.opened(data) {
			s.sealed = append(s.sealed, data)
		}
	}
	if len(s.licenses) == 0 || len(s.wrapped) < 3 || len(s.sealed) < 15 {
		o.t.Fatalf("the person has %d licenses, %d keys and %d texts", len(s.licenses), len(s.wrapped), len(s.sealed))
	}
	return s
}

func (s secrets) opened(sealed []byte) bool {
	if s.own.opens(sealed) {
		return true
	}
	for _, l := range s.licenses {
		if l.opens(sealed) {
			return true
		}
	}
	return false
}

// keys are all that the platform can unwrap, from the root key on: in a database that lacks those of the person.
func (o *office) keys(all []cell) [][]byte {
	o.t.Helper()
	var ids []string
	for _, x := range all {
		if strings.HasSuffix(x.column, "holder_id") {
			ids = append(ids, string(x.value))
		}
	}
	seen := map[string]bool{}
	var keys [][]byte
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		for _, x := range all {
			if x.table != "holder_key" || x.column != "wrapped" {
				continue
			}
			if key, err := o.Keys.Unwrap(x.value, []byte("holder:"+id)); err == nil {
				keys = append(keys, key)
				for _, y := range all {
					if y.table == "license_key" && y.column == "wrapped" {
						if key, err := gm.Decrypt(key, y.value, []byte(id)); err == nil {
							keys = append(keys, key)
						}
					}
				}
			}
		}
	}
	return keys
}

// TestScan: after an erasure nothing of the person stands in the clear in any cell, in any byte of the database's files, of the
// folders or of a backup taken before; no wrapped key of theirs is left, and what their keys opened is opened by none that the
// platform has. The same search, made before, finds what it looks for.
func TestScan(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), t.Context()
		o.live()
		s := o.learn()
		o.end()
		backup := filepath.Join(t.TempDir(), "backup")
		if w.DB.Dialect() == "sqlite" {
			if err := w.DB.BackUp(ctx, backup); err != nil {
				t.Fatal(err)
			}
		} else if err := os.MkdirAll(backup, 0o700); err != nil {
			t.Fatal(err)
		}
		if found := o.left(s, false); found["key"] == 0 || found["opens"] == 0 {
			t.Errorf("before it, the search finds %v", found)
		}
		id := o.approved()
		w.Now.Move(erasure.Grace)
		if err := w.Erasures.Resume(ctx); err != nil {
			t.Fatal(err)
		}
		if e := o.get(id); e.State != erasure.Done {
			t.Fatalf("%+v", e)
		}
		if found := o.left(s, true); len(found) > 0 {
			t.Errorf("left are %v", found)
		}
		if w.DB.Dialect() == "sqlite" {
			o.scanBackup(backup, s)
		}
		if r, err := w.Door.Own(ctx, w.Actor(t, "mother"), o.marriage.ID, access.Fields); err != nil || !strings.Contains(r.Fields[0].Value, w.Cast(t, "mother").Name) {
			t.Errorf("the spouse reads %v", err)
		}
	})
}

// left counts what is left of the person, by what it is. With all keys it takes time, so it is tried where it must fail.
func (o *office) left(s secrets, thorough bool) map[string]int {
	o.t.Helper()
	found := map[string]int{}
	look := func(where string, data []byte) {
		for what, text := range s.plain {
			if bytes.Contains(data, []byte(text)) || bytes.Contains(data, []byte(hex.EncodeToString([]byte(text)))) {
				found[what+" in "+where]++
			}
		}
		for _, wrapped := range s.wrapped {
			if bytes.Contains(data, wrapped) {
				found["key"]++
				if thorough {
					o.t.Logf("a key in %s", where)
				}
			}
		}
	}
	all := cells(o.t, o.DB)
	for _, x := range all {
		look(x.table+"."+x.column, x.value)
		if s.opened(x.value) {
			found["opens"]++
			if thorough {
				o.t.Logf("%s.%s is still there", x.table, x.column)
			}
		}
	}
	for path, data := range folders(o.t, o.Config.Data) {
		look(filepath.Base(path), data)
	}
	if !thorough {
		return found
	}
	keys := o.keys(all)
	if len(keys) < 10 {
		o.t.Errorf("only %d keys were tried", len(keys))
	}
	for _, key := range keys {
		for _, sealed := range s.sealed {
			for _, l := range append(s.licenses, s.own) {
				if (lock{key, l.aad}).opens(sealed) {
					found["opened by a key of the platform"]++
				}
			}
		}
	}
	return found
}

// scanBackup looks into a backup that is older than the erasure: apart from its keys it tells nothing and opens nothing, and with
// them it opens, so that they are kept for a shorter time.
func (o *office) scanBackup(dir string, s secrets) {
	o.t.Helper()
	found := map[string]bool{}
	for path, data := range folders(o.t, dir) {
		for what, text := range s.plain {
			if bytes.Contains(data, []byte(text)) {
				o.t.Errorf("%s holds the %s", filepath.Base(path), what)
			}
		}
		for _, wrapped := range s.wrapped {
			if bytes.Contains(data, wrapped) {
				found[filepath.Base(path)] = true
			}
		}
	}
	if found[db.BackupData] || !found[db.BackupKeys] {
		o.t.Errorf("keys of the person lie in %v", found)
	}
	d, err := db.Open(o.t.Context(), "sqlite:"+filepath.Join(dir, db.BackupData))
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	theirs := 0
	for _, x := range cells(o.t, d) {
		if x.table == "holder_key" || x.table == "license_key" {
			o.t.Fatalf("the backup holds %s", x.table)
		}
		if s.own.opens(x.value) {
			theirs++
		}
	}
	if theirs < 10 {
		o.t.Errorf("the backup has only %d texts of the person", theirs)
	}
}

// TestEveryTableIsDecidedOn: what becomes of a table is said for each, so that a new one does not escape.
func TestEveryTableIsDecidedOn(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	named := erasure.Named()
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		there := map[string]bool{}
		for _, table := range tables(ctx, t, w.DB, q) {
			there[table] = true
			if !named[table] && table != "goose_db_version" {
				t.Errorf("internal/erasure/rules.go does not say what becomes of table %s", table)
			}
		}
		for table := range named {
			if !there[table] {
				t.Errorf("there is no table %s", table)
			}
		}
		return nil
	})
}
