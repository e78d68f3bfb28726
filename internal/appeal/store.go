package appeal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const columns = `holder_id, appeal_id, kind, state, outcome, unit_id, clerk_id, origin, raised_by, raised_unit_id, type_code,
	license_holder_id, license_id, matter_code, case_no, seq, against_id, ground, proof_id, raised_at, due_at, closed_at,
	row_version`

func scan(row interface{ Scan(...any) error }) (Appeal, error) {
	var a Appeal
	var raised, due, closed int64
	err := row.Scan(&a.HolderID, &a.ID, &a.Kind, &a.State, &a.Outcome, &a.UnitID, &a.ClerkID, &a.Origin, &a.RaisedBy,
		&a.RaisedUnitID, &a.TypeCode, &a.LicenseHolderID, &a.LicenseID, &a.MatterCode, &a.CaseNo, &a.Seq, &a.AgainstID,
		&a.Ground, &a.ProofID, &raised, &due, &closed, &a.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Appeal{}, errs.New(errs.NotFound, "appeal.unknown")
	}
	if err != nil {
		return Appeal{}, fmt.Errorf("read appeal: %w", err)
	}
	a.RaisedAt, a.DueAt, a.ClosedAt = db.Time(raised), db.Time(due), db.Time(closed)
	return a, nil
}

// Get reads an appeal of a holder.
func (s *Store) Get(ctx context.Context, q *db.Tx, holderID, id string) (Appeal, error) {
	return scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM appeal
		WHERE holder_id = $1 AND appeal_id = $2`, holderID, id))
}

// OfUnit reads an appeal that a unit answers; another unit's does not exist for it.
func (s *Store) OfUnit(ctx context.Context, q *db.Tx, unitID, id string) (Appeal, error) {
	var holderID string
	err := q.QueryRow(ctx, `
		SELECT holder_id FROM unit_appeal
		WHERE unit_id = $1 AND appeal_id = $2`, unitID, id).Scan(&holderID)
	if errors.Is(err, db.ErrNoRows) {
		return Appeal{}, errs.New(errs.NotFound, "appeal.unknown")
	}
	if err != nil {
		return Appeal{}, fmt.Errorf("find appeal: %w", err)
	}
	return s.Get(ctx, q, holderID, id)
}

// Mine lists a holder's appeals, the newest first.
func (s *Store) Mine(ctx context.Context, q *db.Tx, holderID string, limit, offset int) ([]Appeal, int, error) {
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM appeal WHERE holder_id = $1`, holderID).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count appeals: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+columns+`
		FROM appeal
		WHERE holder_id = $1
		ORDER BY appeal_id DESC
		LIMIT $2 OFFSET $3`, holderID, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list appeals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Appeal
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, a)
	}
	return found, total, rows.Err()
}

// Filter narrows a unit's desk; empty fields do not.
type Filter struct {
	UnitID string
	Kinds  []Kind
	State  string // a State, or "open": all that are not closed
	Limit  int
	Offset int
}

// Desk lists the appeals that a unit answers: those not closed by deadline, then the closed ones, the newest first.
func (s *Store) Desk(ctx context.Context, q *db.Tx, f Filter) ([]Appeal, int, error) {
	where, args := `u.unit_id = $1`, []any{f.UnitID}
	add := func(condition string, value any) {
		args = append(args, value)
		where += strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args)))
	}
	switch f.State {
	case "":
	case "open":
		add(` AND u.state <> ?`, string(Closed))
	default:
		add(` AND u.state = ?`, f.State)
	}
	if len(f.Kinds) > 0 {
		// At most four, each its own placeholder: one SQL text serves both databases.
		var in []string
		for _, k := range f.Kinds {
			args = append(args, string(k))
			in = append(in, "$"+strconv.Itoa(len(args)))
		}
		where += ` AND u.kind IN (` + strings.Join(in, ", ") + `)`
	}
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM unit_appeal u WHERE `+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count appeals: %w", err)
	}
	n := len(args)
	rows, err := q.Query(ctx, `
		SELECT `+prefixed("a", columns)+`
		FROM unit_appeal u
		JOIN appeal a ON a.holder_id = u.holder_id AND a.appeal_id = u.appeal_id
		WHERE `+where+`
		ORDER BY CASE WHEN u.state = 'closed' THEN 1 ELSE 0 END,
			CASE WHEN u.state = 'closed' THEN -u.raised_at ELSE u.due_at END, u.appeal_id
		LIMIT $`+strconv.Itoa(n+1)+` OFFSET $`+strconv.Itoa(n+2), append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list appeals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Appeal
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, a)
	}
	return found, total, rows.Err()
}

// prefixed are columns of a joined table.
func prefixed(table, columns string) string {
	names := strings.Fields(columns)
	for i, n := range names {
		names[i] = table + "." + n
	}
	return strings.Join(names, " ")
}

// insert writes a new appeal, or finds the one that asks the same and is still open.
func (s *Store) insert(ctx context.Context, tx *db.Tx, a Appeal, subject string, w Words) (Appeal, bool, error) {
	sealed, err := s.sealWords(ctx, tx, a.HolderID, w)
	if err != nil {
		return Appeal{}, false, err
	}
	key := string(a.Kind) + "|" + subject
	n, err := tx.Exec(ctx, `
		INSERT INTO appeal (holder_id, appeal_id, kind, state, outcome, open_key, unit_id, clerk_id, origin, raised_by,
			raised_unit_id, type_code, license_holder_id, license_id, matter_code, case_no, seq, against_id, ground, proof_id,
			words, raised_at, due_at, closed_at, row_version)
		VALUES ($1, $2, $3, $4, '', $5, $6, '', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 0, 1)
		ON CONFLICT (holder_id, open_key) DO NOTHING`,
		a.HolderID, a.ID, string(a.Kind), string(a.State), key, a.UnitID, string(a.Origin), a.RaisedBy, a.RaisedUnitID, a.TypeCode,
		a.LicenseHolderID, a.LicenseID, a.MatterCode, a.CaseNo, a.Seq, a.AgainstID, string(a.Ground), a.ProofID, sealed,
		db.Micros(a.RaisedAt), db.Micros(a.DueAt))
	if err != nil {
		return Appeal{}, false, fmt.Errorf("raise appeal: %w", err)
	}
	if n == 0 {
		known, err := scan(tx.QueryRow(ctx, `
			SELECT `+columns+`
			FROM appeal
			WHERE holder_id = $1 AND open_key = $2`, a.HolderID, key))
		return known, false, err
	}
	return a, true, s.project(ctx, tx, a)
}

// save writes a changed appeal if nobody changed it since it was read, and raises its version.
func (s *Store) save(ctx context.Context, tx *db.Tx, a *Appeal) error {
	n, err := tx.Exec(ctx, `
		UPDATE appeal
		SET state = $1, outcome = $2, clerk_id = $3, license_holder_id = $4, license_id = $5, closed_at = $6,
		    open_key = CASE WHEN $1 = 'closed' THEN appeal_id ELSE open_key END, row_version = row_version + 1
		WHERE holder_id = $7 AND appeal_id = $8 AND row_version = $9`,
		string(a.State), string(a.Outcome), a.ClerkID, a.LicenseHolderID, a.LicenseID, db.Micros(a.ClosedAt),
		a.HolderID, a.ID, a.RowVersion)
	if err != nil {
		return fmt.Errorf("save appeal: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	a.RowVersion++
	return s.project(ctx, tx, *a)
}

// project keeps the answering unit's desk in step.
func (s *Store) project(ctx context.Context, tx *db.Tx, a Appeal) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO unit_appeal (unit_id, appeal_id, holder_id, kind, state, clerk_id, due_at, raised_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (unit_id, appeal_id) DO UPDATE SET state = excluded.state, clerk_id = excluded.clerk_id`,
		a.UnitID, a.ID, a.HolderID, string(a.Kind), string(a.State), a.ClerkID, db.Micros(a.DueAt), db.Micros(a.RaisedAt))
	if err != nil {
		return fmt.Errorf("show appeal to its unit: %w", err)
	}
	return nil
}

func (s *Store) sealWords(ctx context.Context, tx *db.Tx, holderID string, w any) ([]byte, error) {
	plain, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode words: %w", err)
	}
	return s.o.Holders.Seal(ctx, tx, holderID, plain)
}

// Words opens what was written when an appeal was raised.
func (s *Store) Words(ctx context.Context, q *db.Tx, a Appeal) (Words, error) {
	var sealed []byte
	err := q.QueryRow(ctx, `
		SELECT words FROM appeal
		WHERE holder_id = $1 AND appeal_id = $2`, a.HolderID, a.ID).Scan(&sealed)
	if err != nil {
		return Words{}, fmt.Errorf("read words: %w", err)
	}
	plain, err := s.o.Holders.Open(ctx, q, a.HolderID, sealed)
	if err != nil {
		return Words{}, err
	}
	var w Words
	if err := json.Unmarshal(plain, &w); err != nil {
		return Words{}, fmt.Errorf("decode words: %w", err)
	}
	return w, nil
}

// add writes one step of an appeal's course.
func (s *Store) add(ctx context.Context, tx *db.Tx, a Appeal, action, accountID, words string) error {
	sealed, err := s.o.Holders.Seal(ctx, tx, a.HolderID, []byte(words))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO appeal_event (holder_id, appeal_id, seq, action, account_id, words, at)
		VALUES ($1, $2,
			(SELECT coalesce(max(seq), 0) + 1 FROM appeal_event WHERE holder_id = $1 AND appeal_id = $2),
			$3, $4, $5, $6)`,
		a.HolderID, a.ID, action, accountID, sealed, db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("record step of appeal: %w", err)
	}
	return nil
}

// Course lists the steps of an appeal, oldest first.
func (s *Store) Course(ctx context.Context, q *db.Tx, a Appeal) ([]Event, error) {
	rows, err := q.Query(ctx, `
		SELECT action, account_id, words, at
		FROM appeal_event
		WHERE holder_id = $1 AND appeal_id = $2
		ORDER BY seq`, a.HolderID, a.ID)
	if err != nil {
		return nil, fmt.Errorf("list steps of appeal: %w", err)
	}
	var found []Event
	var sealed [][]byte
	for rows.Next() {
		var e Event
		var words []byte
		var at int64
		if err := rows.Scan(&e.Action, &e.AccountID, &words, &at); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list steps of appeal: %w", err)
		}
		e.At = db.Time(at)
		found, sealed = append(found, e), append(sealed, words)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list steps of appeal: %w", err)
	}
	for i := range found {
		// One connection serves a transaction, so keys are fetched only after the rows are read.
		plain, err := s.o.Holders.Open(ctx, q, a.HolderID, sealed[i])
		if err != nil {
			return nil, err
		}
		found[i].Words = string(plain)
	}
	return found, nil
}
