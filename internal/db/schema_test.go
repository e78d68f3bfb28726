package db_test

import (
	"context"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// kinds reads the declared kind of every table from the migrations.
func kinds(t *testing.T) map[string]string {
	t.Helper()
	dir, err := db.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	files, err := fs.Glob(dir, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := fs.ReadFile(dir, f)
		if err != nil {
			t.Fatal(err)
		}
		text += string(b) + "\n"
	}
	return declared(t, text)
}

var (
	createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	withKind    = regexp.MustCompile(`(?m)^-- kind: (holder|reference|lookup|local)\nCREATE TABLE (\w+)`)
	forbidden   = regexp.MustCompile(`(?i)\b(serial|bigserial|sequence|trigger|listen|notify|advisory|exclude|autoincrement|generated)\b`)
	comments    = regexp.MustCompile(`(?m)--.*$`)
)

func declared(t *testing.T, text string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, m := range withKind.FindAllStringSubmatch(text, -1) {
		got[m[2]] = m[1]
	}
	for _, m := range createTable.FindAllStringSubmatch(text, -1) {
		if got[m[1]] == "" {
			t.Errorf("table %s declares no kind", m[1])
		}
	}
	if m := forbidden.FindString(comments.ReplaceAllString(text, "")); m != "" {
		t.Errorf("migrations use %q, which a distributed PostgreSQL cannot carry", m)
	}
	return got
}

// key is one unique constraint, primary key included, with its columns in order.
type key struct {
	table   string
	columns []string
}

const sqliteKeys = `
SELECT m.name, i.name, c.name
FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
WHERE m.type = 'table' AND i."unique" = 1
ORDER BY m.name, i.name, c.seqno`

const postgresKeys = `
SELECT t.relname, i.relname, a.attname
FROM pg_index x
JOIN pg_class t ON t.oid = x.indrelid AND NOT t.relispartition
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, pos)
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
WHERE x.indisunique
ORDER BY t.relname, i.relname, k.pos`

func uniqueKeys(t *testing.T, d *db.DB) []key {
	t.Helper()
	query := sqliteKeys
	if d.Dialect() == "postgres" {
		query = postgresKeys
	}
	ctx := context.Background()
	byIndex := map[string]*key{}
	var order []string
	err := d.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, query)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var table, index, column string
			if err := rows.Scan(&table, &index, &column); err != nil {
				return err
			}
			if byIndex[index] == nil {
				byIndex[index] = &key{table: table}
				order = append(order, index)
			}
			byIndex[index].columns = append(byIndex[index].columns, column)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	var keys []key
	for _, i := range order {
		keys = append(keys, *byIndex[i])
	}
	return keys
}

// TestSchemaHoldsShardRules checks the live schema of each database against the four kinds of tables, so
// that the same schema can be distributed by holder.
func TestSchemaHoldsShardRules(t *testing.T) {
	t.Parallel()
	kind := kinds(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, problem := range shardProblems(kind, uniqueKeys(t, d)) {
			t.Error(problem)
		}
	})
}

func shardProblems(kind map[string]string, keys []key) []string {
	var problems []string
	keyed := map[string]bool{}
	for _, k := range keys {
		if strings.HasPrefix(k.table, "goose") || strings.HasPrefix(k.table, "sqlite") {
			continue
		}
		keyed[k.table] = true
		switch kind[k.table] {
		case "":
			problems = append(problems, "table "+k.table+" stands in no migration")
		case "holder":
			if k.columns[0] != "holder_id" {
				problems = append(problems, "holder table "+k.table+": a unique key begins with "+k.columns[0])
			}
		case "lookup":
			if len(k.columns) != 1 {
				problems = append(problems, "lookup table "+k.table+": a unique key has several columns")
			}
		}
	}
	for table := range kind {
		if !keyed[table] {
			problems = append(problems, "table "+table+" has no primary key")
		}
	}
	slices.Sort(problems)
	return problems
}

func TestShardRulesCatchBreaches(t *testing.T) {
	t.Parallel()
	kind := map[string]string{"license": "holder", "case_index": "lookup", "lost": "local"}
	keys := []key{
		{"license", []string{"license_id", "holder_id"}},
		{"case_index", []string{"case_no", "holder_id"}},
		{"stray", []string{"id"}},
	}
	if got := len(shardProblems(kind, keys)); got != 4 {
		t.Errorf("found %d problems, want 4: %v", got, shardProblems(kind, keys))
	}
}
