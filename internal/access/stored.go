package access

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

// LeafKind is the kind of the leaves of uses.
const LeafKind = "use"

// StoredUses reads the records of uses as they are stored, those from one id through another, by their ids. It goes by the
// leaves, whose ids are indexed without their holder's.
func StoredUses(ctx context.Context, q *db.Tx, from, through string) (map[string]leaf.UseRow, error) {
	rows, err := q.Query(ctx, `
		SELECT r.holder_id, r.record_id, r.at, r.ground, r.result, r.reasons, r.account_id, r.unit_id, r.role, r.case_no, r.matter_code,
			r.license_id, r.version_no, r.type_code, r.fields, r.purpose, r.place, r.relation_id, r.grant_id
		FROM log_entry e
		JOIN access_record r ON r.holder_id = e.holder_id AND r.record_id = e.leaf_id
		WHERE e.leaf_id >= $1 AND e.leaf_id <= $2 AND r.record_id >= $1 AND r.record_id <= $2`, from, through)
	if err != nil {
		return nil, fmt.Errorf("read stored uses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := make(map[string]leaf.UseRow)
	for rows.Next() {
		var r leaf.UseRow
		var reasons, fields string
		if err := rows.Scan(&r.HolderID, &r.RecordID, &r.At, &r.Ground, &r.Result, &reasons, &r.AccountID, &r.UnitID, &r.Role, &r.CaseNo,
			&r.MatterCode, &r.LicenseID, &r.VersionNo, &r.TypeCode, &fields, &r.Purpose, &r.Place, &r.RelationID, &r.GrantID); err != nil {
			return nil, fmt.Errorf("read stored uses: %w", err)
		}
		r.Reasons, r.Fields = []byte(reasons), []byte(fields)
		found[r.RecordID] = r
	}
	return found, rows.Err()
}

// PartUses takes records of uses out of the database, those after one id up to another, where their month cannot leave as a
// whole. It is for what stands in the archive.
func PartUses(ctx context.Context, tx *db.Tx, after, through string) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM access_record
		WHERE record_id > $1 AND record_id <= $2
			AND (holder_id, record_id) IN (SELECT holder_id, leaf_id FROM log_entry WHERE leaf_id > $1 AND leaf_id <= $2)`, after, through)
	if err != nil {
		return fmt.Errorf("part with uses: %w", err)
	}
	return nil
}

// HasUse reports whether a holder has a record, or a case, among those from one id to before another.
func HasUse(ctx context.Context, q *db.Tx, holderID, caseNo, from, before string) (bool, error) {
	var n int
	query, value := `
		SELECT COUNT(*) FROM access_record
		WHERE holder_id = $1 AND record_id >= $2 AND record_id < $3`, holderID
	if holderID == "" {
		query, value = `
		SELECT COUNT(*)
		FROM log_entry e
		JOIN access_record r ON r.holder_id = e.holder_id AND r.record_id = e.leaf_id
		WHERE r.case_no = $1 AND e.leaf_id >= $2 AND e.leaf_id < $3 AND r.record_id >= $2 AND r.record_id < $3`, caseNo
	}
	if err := q.QueryRow(ctx, query, value, from, before).Scan(&n); err != nil {
		return false, fmt.Errorf("look for uses: %w", err)
	}
	return n > 0, nil
}
