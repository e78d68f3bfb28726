package steward

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

const columns = `o.holder_id, o.operation_id, o.license_id, o.unit_id, o.state, o.action, o.reason, o.ground, o.true_from, o.asked_by,
	o.asked_at, o.closed_by, o.closed_at, o.row_version`

func scan(row interface{ Scan(...any) error }) (Request, error) {
	var r Request
	var from, asked, closed int64
	err := row.Scan(&r.HolderID, &r.ID, &r.LicenseID, &r.UnitID, &r.State, &r.Action, &r.Reason, &r.Ground, &from, &r.AskedBy, &asked,
		&r.ClosedBy, &closed, &r.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Request{}, errs.New(errs.NotFound, "operation.unknown")
	}
	if err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	r.TrueFrom, r.AskedAt, r.ClosedAt = db.Time(from), db.Time(asked), db.Time(closed)
	return r, nil
}

// OfUnit reads a request of a unit; another unit's does not exist for it.
func (k *Desk) OfUnit(ctx context.Context, q *db.Tx, unitID, id string) (Request, error) {
	return scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM unit_operation u
		JOIN life_operation o ON o.holder_id = u.holder_id AND o.operation_id = u.operation_id
		WHERE u.unit_id = $1 AND u.operation_id = $2`, unitID, id))
}

// OfLicense is the request that waits for a license; the zero Request where none does.
func (k *Desk) OfLicense(ctx context.Context, q *db.Tx, l license.License) (Request, error) {
	r, err := scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM life_operation o
		WHERE o.holder_id = $1 AND o.open_key = $2`, l.HolderID, l.ID))
	if errs.Code(err) == "operation.unknown" {
		return Request{}, nil
	}
	return r, err
}

// Queue lists the requests of a unit: the open ones, the oldest first, or all that are closed, the newest first.
func (k *Desk) Queue(ctx context.Context, q *db.Tx, unitID string, open bool, limit, offset int) ([]Request, int, error) {
	which, order := `u.state <> $2`, `DESC`
	if open {
		which, order = `u.state = $2`, `ASC`
	}
	var total int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM unit_operation u WHERE u.unit_id = $1 AND `+which, unitID, string(Open)).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count requests: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+columns+`
		FROM unit_operation u
		JOIN life_operation o ON o.holder_id = u.holder_id AND o.operation_id = u.operation_id
		WHERE u.unit_id = $1 AND `+which+`
		ORDER BY u.operation_id `+order+`
		LIMIT $3 OFFSET $4`, unitID, string(Open), limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list requests: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Request
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, r)
	}
	return found, total, rows.Err()
}

// insert writes a request. While one waits for a license, no other is taken.
func (k *Desk) insert(ctx context.Context, tx *db.Tx, r Request, words string) error {
	sealed, err := k.seal(ctx, tx, r, words)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO life_operation (holder_id, operation_id, license_id, open_key, unit_id, state, action, reason, ground, true_from, words,
			asked_by, asked_at, closed_by, closed_at, answer, row_version)
		VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0, NULL, 1)
		ON CONFLICT (holder_id, open_key) DO NOTHING`,
		r.HolderID, r.ID, r.LicenseID, r.UnitID, string(r.State), string(r.Action), r.Reason, r.Ground, db.Micros(r.TrueFrom), sealed,
		r.AskedBy, db.Micros(r.AskedAt))
	if err != nil {
		return fmt.Errorf("enter request: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "operation.open")
	}
	return k.project(ctx, tx, r)
}

// end closes a request.
func (k *Desk) end(ctx context.Context, tx *db.Tx, actor *authn.Actor, r Request, state State, answer string) error {
	sealed, err := k.seal(ctx, tx, r, answer)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE life_operation
		SET state = $1, closed_by = $2, closed_at = $3, answer = $4, open_key = operation_id, row_version = row_version + 1
		WHERE holder_id = $5 AND operation_id = $6 AND row_version = $7`,
		string(state), actor.AccountID, db.Micros(k.o.Clock.Now()), sealed, r.HolderID, r.ID, r.RowVersion)
	if err != nil {
		return fmt.Errorf("close request: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	r.State = state
	return k.project(ctx, tx, r)
}

// project keeps the unit's list in step.
func (k *Desk) project(ctx context.Context, tx *db.Tx, r Request) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO unit_operation (unit_id, operation_id, holder_id, state)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (unit_id, operation_id) DO UPDATE SET state = excluded.state`, r.UnitID, r.ID, r.HolderID, string(r.State))
	if err != nil {
		return fmt.Errorf("show request to its unit: %w", err)
	}
	return nil
}

func (k *Desk) seal(ctx context.Context, tx *db.Tx, r Request, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return k.o.Holders.Seal(ctx, tx, r.HolderID, []byte(text))
}

// Words opens who the pledgee is and what was agreed.
func (k *Desk) Words(ctx context.Context, q *db.Tx, r Request) (string, error) {
	return k.opened(ctx, q, r, `SELECT words FROM life_operation WHERE holder_id = $1 AND operation_id = $2`)
}

// Answer opens why a request was refused.
func (k *Desk) Answer(ctx context.Context, q *db.Tx, r Request) (string, error) {
	return k.opened(ctx, q, r, `SELECT answer FROM life_operation WHERE holder_id = $1 AND operation_id = $2`)
}

func (k *Desk) opened(ctx context.Context, q *db.Tx, r Request, query string) (string, error) {
	var sealed []byte
	if err := q.QueryRow(ctx, query, r.HolderID, r.ID).Scan(&sealed); err != nil {
		return "", fmt.Errorf("read words of request: %w", err)
	}
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := k.o.Holders.Open(ctx, q, r.HolderID, sealed)
	return string(text), err
}
