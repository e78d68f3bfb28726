package vertical

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

// resumeAtOnce bounds how many licenses of one system a Resume looks at.
const resumeAtOnce = 500

// Resume carries out what a crash cut off, and tries again what failed when its time has come, system by system. One that
// was taken off the ledger has no say any more, and holds up nobody.
func (d *Desk) Resume(ctx context.Context) error {
	var systems []org.System
	var keys [][]string // of each system
	now := db.Micros(d.o.Clock.Now())
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		ids, err := texts(ctx, q, `
			SELECT DISTINCT system_id
			FROM vertical_message
			WHERE state <> 'applied' AND next_at <= $1
			ORDER BY system_id`, now)
		if err != nil {
			return err
		}
		for _, id := range ids {
			x, err := d.o.Units.System(ctx, q, id)
			if errs.Code(err) == "system.unknown" {
				continue
			}
			if err != nil {
				return err
			}
			open, err := texts(ctx, q, `
				SELECT m.license_key
				FROM vertical_message m JOIN vertical_license l
					ON l.system_id = m.system_id AND l.license_key = m.license_key AND m.seq = l.applied + 1
				WHERE m.system_id = $1 AND m.state <> 'applied' AND m.next_at <= $2
				ORDER BY m.next_at, m.license_key
				LIMIT $3`, id, now, resumeAtOnce)
			if err != nil {
				return err
			}
			systems, keys = append(systems, x), append(keys, open)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var failed []error
	for i, x := range systems {
		for _, key := range keys[i] {
			if err := d.advance(ctx, x, key); err != nil {
				failed = append(failed, err, d.postpone(ctx, x.ID, key))
			}
		}
	}
	return errors.Join(failed...)
}

// postpone lets others go first when a license's next message meets an error that is not its own.
func (d *Desk) postpone(ctx context.Context, systemID, key string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE vertical_message SET next_at = $1
			WHERE system_id = $2 AND license_key = $3 AND state <> 'applied'`,
			db.Micros(d.o.Clock.Now().Add(pauses[0])), systemID, key)
		if err != nil {
			return fmt.Errorf("postpone messages: %w", err)
		}
		return nil
	})
}

// texts are the values of a query of one column.
func texts(ctx context.Context, q *db.Tx, query string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("find open messages: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("find open messages: %w", err)
		}
		all = append(all, s)
	}
	return all, rows.Err()
}
