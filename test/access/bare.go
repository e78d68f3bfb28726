package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// written counts the rows of the tables that uses write.
type written struct{ records, leaves, grants, tokens int }

func (w written) less(o written) written {
	return written{w.records - o.records, w.leaves - o.leaves, w.grants - o.grants, w.tokens - o.tokens}
}

func (w written) each(uses int) string {
	n := float64(uses)
	return fmt.Sprintf("%.2f records, %.2f leaves, %.2f grants, %.2f tokens", float64(w.records)/n, float64(w.leaves)/n, float64(w.grants)/n, float64(w.tokens)/n)
}

func (p *platform) written(ctx context.Context) (written, error) {
	var w written
	err := p.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM access_record), (SELECT count(*) FROM log_leaf), (SELECT count(*) FROM use_grant),
				(SELECT count(*) FROM use_token)`).Scan(&w.records, &w.leaves, &w.grants, &w.tokens)
	})
	return w, err
}

// copied is a table whose rows are written again under ids of their own.
type copied struct {
	table   string
	columns []string
	id      int // of the columns, which is new each time
	rows    [][]any
}

func tables() []*copied {
	split := func(s string) []string { return strings.Split(s, " ") }
	return []*copied{
		{table: "log_leaf", columns: split("holder_id leaf_id kind leaf opening promise created_at"), id: 1},
		{table: "access_record", columns: split("holder_id record_id at ground result reasons account_id unit_id role case_no matter_code " +
			"license_id version_no type_code fields purpose place relation_id grant_id"), id: 1},
		{table: "use_grant", columns: split("holder_id grant_id license_id case_no material_seq account_id unit_id created_at expires_at ended_at copy_ref"), id: 1},
	}
}

// take reads some of the rows that uses have written.
func (c *copied) take(ctx context.Context, q *db.Tx) error {
	rows, err := q.Query(ctx, "SELECT "+strings.Join(c.columns, ", ")+" FROM "+c.table+" ORDER BY "+c.columns[c.id]+" DESC LIMIT 500")
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

// put writes one of the rows again.
func (c *copied) put(ctx context.Context, tx *db.Tx, n int) error {
	row := append([]any{}, c.rows[n%len(c.rows)]...)
	row[c.id] = db.NewID()
	_, err := tx.Insert(ctx, c.table+" ("+strings.Join(c.columns, ", ")+")", "", [][]any{row})
	return err
}

// bare commits, as fast as clients get their answers, what uses write, and nothing else: the record, its leaf, and the
// grant as often as the uses made one. The log takes nothing in meanwhile.
func (p *platform) bare(ctx context.Context, clients int, stage time.Duration, rows written, uses int) (float64, error) {
	p.stop()
	<-p.ended
	all := tables()
	err := p.DB.Read(ctx, func(q *db.Tx) error {
		for _, c := range all {
			if err := c.take(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	var n, failures atomic.Int64
	began := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for time.Since(began) < stage {
				i := int(n.Add(1))
				err := p.DB.Write(ctx, func(tx *db.Tx) error {
					for t, c := range all {
						if t == 2 && i*rows.grants/uses == (i-1)*rows.grants/uses {
							continue
						}
						if err := c.put(ctx, tx, i); err != nil {
							return err
						}
					}
					return nil
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
		return 0, fmt.Errorf("%d bare commits failed", failures.Load())
	}
	return float64(n.Load()) / time.Since(began).Seconds(), nil
}
