package license

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Change is a step in the life of a license, by its place in the log.
type Change struct {
	Index   int64 // in the log
	License License
	Seq     int // in the life of the license
	Action  string
	At      time.Time
}

// Changes lists what happened to the licenses of an issuer, of all issuers for "", between two places of the log, the first one left out, in the
// order of the log. It names them and says how they stand now; it opens nothing.
func (s *Store) Changes(ctx context.Context, q *db.Tx, issuerID string, after, until int64) ([]Change, error) {
	rows, err := q.Query(ctx, `
		SELECT e.idx, v.seq, v.action, v.at, l.holder_id, l.license_id, l.identifier, l.type_code, l.issuer_id, l.version_no,
			l.step, l.ended, l.hold, l.valid_from, l.valid_to, l.inspect_by
		FROM log_entry e
		JOIN license_event v ON v.holder_id = e.holder_id AND v.leaf_id = e.leaf_id
		JOIN license l ON l.holder_id = v.holder_id AND l.license_id = v.license_id
		WHERE e.idx > $1 AND e.idx <= $2 AND ($3 = '' OR l.issuer_id = $3)
		ORDER BY e.idx`, after, until, issuerID)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Change
	for rows.Next() {
		var c Change
		l := &c.License
		var at, from, to, inspectBy int64
		if err := rows.Scan(&c.Index, &c.Seq, &c.Action, &at, &l.HolderID, &l.ID, &l.Identifier, &l.TypeCode, &l.IssuerID, &l.VersionNo,
			&l.Step, &l.Ended, &l.Holds, &from, &to, &inspectBy); err != nil {
			return nil, fmt.Errorf("list changes: %w", err)
		}
		c.At, l.ValidFrom, l.ValidTo, l.InspectBy = db.Time(at), db.Time(from), db.Time(to), db.Time(inspectBy)
		found = append(found, c)
	}
	return found, rows.Err()
}
