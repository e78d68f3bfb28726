package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
)

const chunk = 20_000 // licenses entered at once

// table is one of those that a license stands in.
type table struct {
	name, columns string
	first         func(l life) [8]byte // begins the key of its rows: in this order they are entered
	rows          func(p *platform, l life) ([][]any, error)
}

var tables = []table{
	{"license_index", "identifier, holder_id, license_id",
		func(l life) [8]byte { return [8]byte([]byte(l.serial)) },
		func(_ *platform, l life) ([][]any, error) { return [][]any{{l.identifier, l.holder, l.id}}, nil }},
	{"license_code", "code_hash, holder_id, license_id",
		func(l life) [8]byte { return [8]byte(l.codeHash()) },
		func(_ *platform, l life) ([][]any, error) { return [][]any{{l.codeHash(), l.holder, l.id}}, nil }},
	{"license", `holder_id, license_id, type_code, type_version, issuer_id, version_no, holders, step, ended, hold,
			identifier, case_no, maker_id, reviewer_id, issued_on, valid_from, valid_to, file_ref, file_digest,
			made_at, due_at, published_at, origin, origin_id, converter_id, paper_serial, follows, row_version, data`,
		byHolder,
		func(p *platform, l life) ([][]any, error) {
			row, err := p.row(l)
			return [][]any{row}, err
		}},
	{"license_event", "holder_id, license_id, seq, action, account_id, unit_id, ground, at, leaf_id", byHolder, (*platform).events},
}

func byHolder(l life) [8]byte { return [8]byte([]byte(l.holder)) }

func (l life) codeHash() []byte {
	sum := gm.SM3([]byte("license.code\x00" + l.code))
	return sum[:]
}

// events is the history of a license.
func (p *platform) events(l life) (rows [][]any, err error) {
	for i, s := range l.steps {
		by := p.clerk.Actor.AccountID
		if s.action == publish {
			by = p.reviewer.AccountID
		}
		rows = append(rows, []any{l.holder, l.id, i + 1, string(s.action), by, p.clerk.Actor.UnitID, "榕函〔2026〕1号", db.Micros(s.at), db.NewID()})
	}
	return rows, nil
}

// grow enters so many licenses, with all that leads to them and their history. Keys are random, as in the platform. One
// license after the other, each would touch other pages of a file that is larger than the memory, and millions would take
// days: so each table is filled in the order of its key, and the indexes beside the key are made when it is full.
// What was entered is noted in the end, with the moment from which it was made up.
func (p *platform) grow(ctx context.Context, n int) error {
	note := filepath.Join(p.dir, "entered.json")
	var done entered
	if was, err := os.ReadFile(note); err == nil {
		if err := json.Unmarshal(was, &done); err != nil || done.Lives != n {
			return fmt.Errorf("%s is of another measurement: name another folder by -data", p.dir)
		}
		p.now, p.lives = done.Now, n
		return nil
	}
	for _, t := range tables {
		indexes, err := p.dropIndexes(ctx, t.name)
		if err != nil {
			return err
		}
		if err := p.fill(ctx, t, n); err != nil {
			return err
		}
		for _, definition := range indexes {
			err := p.DB.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, definition)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	p.lives = n
	debug.FreeOSMemory() // what the order of the rows took, the system keeps pages of the database in
	was, err := json.Marshal(entered{n, p.now})
	if err != nil {
		return err
	}
	return os.WriteFile(note, was, 0o600)
}

// entered is the note of what a folder of -data holds.
type entered struct {
	Lives int       `json:"lives"`
	Now   time.Time `json:"now"`
}

func (p *platform) fill(ctx context.Context, t table, n int) error {
	type place struct {
		first [8]byte
		n     int32
	}
	order := make([]place, n)
	for i := range order {
		order[i] = place{t.first(p.life(i)), int32(i)}
	}
	slices.SortFunc(order, func(a, b place) int { return bytes.Compare(a.first[:], b.first[:]) })
	for part := range slices.Chunk(order, chunk) {
		var all [][]any
		for _, x := range part {
			rows, err := t.rows(p, p.life(int(x.n)))
			if err != nil {
				return err
			}
			all = append(all, rows...)
		}
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Insert(ctx, t.name+" ("+t.columns+")", "", all)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropIndexes takes the indexes off a table that are none of a key, and gives what makes them again.
func (p *platform) dropIndexes(ctx context.Context, table string) (definitions []string, err error) {
	query := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
	if p.DB.Dialect() == "postgres" {
		query = `SELECT indexname, indexdef FROM pg_indexes
			WHERE tablename = ? AND indexname NOT IN (SELECT conname FROM pg_constraint)`
	}
	return definitions, p.DB.Write(ctx, func(tx *db.Tx) error {
		definitions = nil
		var names []string
		rows, err := tx.Query(ctx, query, table)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name, definition string
			if err := rows.Scan(&name, &definition); err != nil {
				return err
			}
			names, definitions = append(names, name), append(definitions, definition)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, name := range names {
			if _, err := tx.Exec(ctx, "DROP INDEX "+name); err != nil {
				return err
			}
		}
		return nil
	})
}
