package casefile

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Past lists cases of a matter that were opened in a span of time, the newest first, without what anybody wrote in
// them: for counting what a rule would have done.
func (s *Store) Past(ctx context.Context, q *db.Tx, matterCode string, from, until time.Time, limit int) ([]Case, error) {
	rows, err := q.Query(ctx, `
		SELECT holder_id, case_no, matter_code, unit_id, stage, state, outcome, opened_at
		FROM case_file
		WHERE matter_code = $1 AND opened_at >= $2 AND opened_at < $3
		ORDER BY opened_at DESC, case_no
		LIMIT $4`, matterCode, db.Micros(from), db.Micros(until), limit)
	if err != nil {
		return nil, fmt.Errorf("list past cases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Case
	for rows.Next() {
		var c Case
		var opened int64
		if err := rows.Scan(&c.HolderID, &c.No, &c.MatterCode, &c.UnitID, &c.Stage, &c.State, &c.Outcome, &opened); err != nil {
			return nil, fmt.Errorf("list past cases: %w", err)
		}
		c.OpenedAt = db.Time(opened)
		found = append(found, c)
	}
	return found, rows.Err()
}
