package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/test/gauge"
)

// written counts the rows that uses leave in the tables that they write, and how often they were counted against a limit.
type written struct{ records, leaves, nonces, counts, grants, follows int }

func (w written) less(o written) written {
	return written{w.records - o.records, w.leaves - o.leaves, w.nonces - o.nonces, w.counts - o.counts, w.grants - o.grants, w.follows - o.follows}
}

func (w written) each(uses int) string {
	n := float64(uses)
	return fmt.Sprintf("%.2f records, %.2f leaves, %.2f nonces, %.2f counts, %.2f grants, %.2f licenses followed", float64(w.records)/n, float64(w.leaves)/n,
		float64(w.nonces)/n, float64(w.counts)/n, float64(w.grants)/n, float64(w.follows)/n)
}

func (p *platform) written(ctx context.Context) (written, error) {
	var w written
	err := p.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM access_record), (SELECT count(*) FROM log_leaf), (SELECT count(*) FROM request_nonce),
				(SELECT COALESCE(SUM(used), 0) FROM application_use), (SELECT count(*) FROM use_grant),
				(SELECT count(*) FROM followed_license)`).Scan(&w.records, &w.leaves, &w.nonces, &w.counts, &w.grants, &w.follows)
	})
	return w, err
}

// copied is a table whose rows are written again under keys of their own.
type copied struct {
	table   string
	columns []string
	key     int // of the columns, which is new each time
	each    int // how many of them uses wrote
	rows    [][]any
}

func tables(w written) []*copied {
	split := func(s string) []string { return strings.Split(s, " ") }
	return []*copied{
		{table: "request_nonce", columns: split("system_id nonce expires_at"), key: 1, each: w.nonces},
		{table: "use_grant", columns: split("holder_id grant_id license_id case_no material_seq account_id unit_id created_at expires_at ended_at copy_ref"),
			key: 1, each: w.grants},
		{table: "followed_license", columns: split("system_id license_id case_no since ended_at"), key: 2, each: w.follows},
		{table: "log_leaf", columns: split("holder_id leaf_id kind leaf opening promise created_at"), key: 1, each: w.leaves},
		{table: "access_record", columns: split("holder_id record_id at ground result reasons account_id unit_id role case_no matter_code " +
			"license_id version_no type_code fields purpose place relation_id grant_id issuer_id"), key: 1, each: w.records},
	}
}

// take reads some of the rows that uses have written.
func (c *copied) take(ctx context.Context, q *db.Tx) error {
	rows, err := q.Query(ctx, "SELECT "+strings.Join(c.columns, ", ")+" FROM "+c.table+" ORDER BY "+c.columns[c.key]+" DESC LIMIT 500")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		row, into := make([]any, len(c.columns)), make([]any, len(c.columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		c.rows = append(c.rows, row)
	}
	return rows.Err()
}

// due reports whether the n-th of the uses writes such a row: as many do as did.
func (c *copied) due(n, uses int) bool { return n*c.each/uses > (n-1)*c.each/uses }

// put writes one of the rows again.
func (c *copied) put(ctx context.Context, tx *db.Tx, n int) error {
	row := append([]any{}, c.rows[n%len(c.rows)]...)
	if c.table == "request_nonce" {
		row[c.key] = db.NewRandomID()
	} else {
		row[c.key] = db.NewID()
	}
	_, err := tx.Insert(ctx, c.table+" ("+strings.Join(c.columns, ", ")+")", "", [][]any{row})
	return err
}

// slots are the rows over which package caller spreads the count of a day's uses.
const slots = 8

// count is how a use is counted against the day's limit.
func (p *platform) count(ctx context.Context, tx *db.Tx, day string) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_use SET used = used + 1
		WHERE system_id = $1 AND day = $2 AND type_code = $3 AND slot = $4`, p.department.SystemID, day, p.department.Types.Identity, rand.IntN(slots)) //nolint:gosec // spreads load
	return err
}

// bare commits, as fast as clients get their answers, what uses write, and nothing else: nonce and count, the record, its leaf,
// and as often as uses made them the grant and the following of the license. The log takes nothing in meanwhile.
func (p *platform) bare(ctx context.Context, clients int, stage time.Duration, rows written, uses int) (tally, error) {
	all, day := tables(rows), ""
	err := p.DB.Read(ctx, func(q *db.Tx) error {
		for _, c := range all {
			if err := c.take(ctx, q); err != nil {
				return err
			}
		}
		return q.QueryRow(ctx, `SELECT MAX(day) FROM application_use WHERE system_id = $1`, p.department.SystemID).Scan(&day)
	})
	if err != nil {
		return tally{}, err
	}
	cpu, err := gauge.Processor()
	if err != nil {
		return tally{}, err
	}
	var n, failures atomic.Int64
	began := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for time.Since(began) < stage {
				i := int(n.Add(1))
				err := p.DB.Write(ctx, func(tx *db.Tx) error {
					for _, c := range all {
						if !c.due(i, uses) {
							continue
						}
						if err := c.put(ctx, tx, i); err != nil {
							return err
						}
					}
					return p.count(ctx, tx, day)
				})
				if err != nil {
					failures.Add(1)
					return
				}
			}
		})
	}
	wg.Wait()
	if failures.Load() > 0 {
		return tally{}, fmt.Errorf("%d bare commits failed", failures.Load())
	}
	t := tally{done: int(n.Load()), took: time.Since(began)}
	spent, err := gauge.Processor()
	t.used = spent - cpu
	return t, err
}
