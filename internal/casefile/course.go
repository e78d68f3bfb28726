package casefile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/db"
)

// PutMaterial enters or replaces what became of a material.
func (s *Store) PutMaterial(ctx context.Context, tx *db.Tx, c Case, m Material) error {
	detail, err := json.Marshal(m.Detail)
	if err != nil {
		return fmt.Errorf("encode material: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO case_material (holder_id, case_no, seq, status, reason, detail, license_holder_id, license_id,
			license_state, grant_id, record_no, rechecked_state, rechecked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (holder_id, case_no, seq) DO UPDATE
		SET status = excluded.status, reason = excluded.reason, detail = excluded.detail,
		    license_holder_id = excluded.license_holder_id, license_id = excluded.license_id,
		    license_state = excluded.license_state, grant_id = excluded.grant_id, record_no = excluded.record_no,
		    rechecked_state = excluded.rechecked_state, rechecked_at = excluded.rechecked_at`,
		c.HolderID, c.No, m.Seq, m.Status, m.Reason, string(detail), m.LicenseHolderID, m.LicenseID,
		m.LicenseState, m.GrantID, m.RecordNo, m.RecheckedState, db.Micros(m.RecheckedAt))
	if err != nil {
		return fmt.Errorf("put material: %w", err)
	}
	return nil
}

// Materials lists what became of a case's materials, in order.
func (s *Store) Materials(ctx context.Context, q *db.Tx, c Case) ([]Material, error) {
	rows, err := q.Query(ctx, `
		SELECT seq, status, reason, detail, license_holder_id, license_id, license_state, grant_id, record_no,
			rechecked_state, rechecked_at
		FROM case_material
		WHERE holder_id = $1 AND case_no = $2
		ORDER BY seq`, c.HolderID, c.No)
	if err != nil {
		return nil, fmt.Errorf("list materials: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Material
	for rows.Next() {
		var m Material
		var detail string
		var rechecked int64
		if err := rows.Scan(&m.Seq, &m.Status, &m.Reason, &detail, &m.LicenseHolderID, &m.LicenseID, &m.LicenseState,
			&m.GrantID, &m.RecordNo, &m.RecheckedState, &rechecked); err != nil {
			return nil, fmt.Errorf("list materials: %w", err)
		}
		if err := json.Unmarshal([]byte(detail), &m.Detail); err != nil {
			return nil, fmt.Errorf("decode material: %w", err)
		}
		m.RecheckedAt = db.Time(rechecked)
		found = append(found, m)
	}
	return found, rows.Err()
}

// Add writes one step of the case's course. The opinion may name people, so it is ciphertext.
func (s *Store) Add(ctx context.Context, tx *db.Tx, c Case, action, accountID, opinion string) error {
	sealed, err := s.holders.Seal(ctx, tx, c.HolderID, []byte(opinion))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO case_event (holder_id, case_no, seq, action, account_id, opinion, at)
		VALUES ($1, $2,
			(SELECT coalesce(max(seq), 0) + 1 FROM case_event WHERE holder_id = $1 AND case_no = $2),
			$3, $4, $5, $6)`,
		c.HolderID, c.No, action, accountID, sealed, db.Micros(s.clock.Now()))
	if err != nil {
		return fmt.Errorf("record case event: %w", err)
	}
	return nil
}

// Did reports whether an account took one of some steps of a case.
func (s *Store) Did(ctx context.Context, q *db.Tx, c Case, accountID string, actions ...string) (bool, error) {
	rows, err := q.Query(ctx, `
		SELECT action FROM case_event
		WHERE holder_id = $1 AND case_no = $2 AND account_id = $3`, c.HolderID, c.No, accountID)
	if err != nil {
		return false, fmt.Errorf("look for a step: %w", err)
	}
	defer func() { _ = rows.Close() }()
	did := false
	for rows.Next() {
		var action string
		if err := rows.Scan(&action); err != nil {
			return false, fmt.Errorf("look for a step: %w", err)
		}
		did = did || slices.Contains(actions, action)
	}
	return did, rows.Err()
}

// Course lists the steps of a case, oldest first.
func (s *Store) Course(ctx context.Context, q *db.Tx, c Case) ([]Event, error) {
	rows, err := q.Query(ctx, `
		SELECT action, account_id, opinion, at
		FROM case_event
		WHERE holder_id = $1 AND case_no = $2
		ORDER BY seq`, c.HolderID, c.No)
	if err != nil {
		return nil, fmt.Errorf("list case events: %w", err)
	}
	type sealedEvent struct {
		Event
		sealed []byte
	}
	var read []sealedEvent
	for rows.Next() {
		var e sealedEvent
		var at int64
		if err := rows.Scan(&e.Action, &e.AccountID, &e.sealed, &at); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list case events: %w", err)
		}
		e.At = db.Time(at)
		read = append(read, e)
	}
	_ = rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list case events: %w", err)
	}
	var found []Event
	for _, e := range read {
		// One connection serves a transaction, so keys are fetched only after the rows are read.
		plain, err := s.holders.Open(ctx, q, c.HolderID, e.sealed)
		if err != nil {
			return nil, err
		}
		e.Opinion = string(plain)
		found = append(found, e.Event)
	}
	return found, nil
}

// Queue lists a unit's open cases: those with electronic licenses first (优先受理), then by deadline.
func (s *Store) Queue(ctx context.Context, q *db.Tx, unitID string) ([]Summary, error) {
	rows, err := q.Query(ctx, `
		SELECT holder_id, case_no, clerk_id, stage, electronic, missing, promised, due_at
		FROM unit_case
		WHERE unit_id = $1
		ORDER BY electronic DESC, due_at, case_no`, unitID)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Summary
	for rows.Next() {
		var x Summary
		var electronic, due int64
		if err := rows.Scan(&x.HolderID, &x.No, &x.ClerkID, &x.Stage, &electronic, &x.Missing, &x.Promised, &due); err != nil {
			return nil, fmt.Errorf("list cases: %w", err)
		}
		x.Electronic, x.DueAt = electronic == 1, db.Time(due)
		found = append(found, x)
	}
	return found, rows.Err()
}
