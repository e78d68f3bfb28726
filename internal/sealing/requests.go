package sealing

import (
	"context"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const requestColumns = `r.request_id, r.kind, r.purpose, r.unit_id, r.applicant_id, r.approver_id, r.reason, r.answer, r.state, r.created_at,
	r.decided_at, r.ended_at, r.row_version`

func scanRequest(scan func(...any) error) (Request, error) {
	var r Request
	var created, decided, ended int64
	err := scan(&r.ID, &r.Kind, &r.Purpose, &r.UnitID, &r.ApplicantID, &r.ApproverID, &r.Reason, &r.Answer, &r.State, &created, &decided, &ended, &r.Version)
	if err != nil {
		return Request{}, err
	}
	r.CreatedAt, r.DecidedAt, r.EndedAt = db.Time(created), db.Time(decided), db.Time(ended)
	return r, nil
}

// Request finds an application with its units.
func (s *Store) Request(ctx context.Context, q *db.Tx, id string) (Request, error) {
	r, err := scanRequest(q.QueryRow(ctx, `SELECT `+requestColumns+` FROM seal_request r WHERE r.request_id = $1`, id).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return Request{}, errs.New(errs.NotFound, "seal.no-request")
	}
	if err != nil {
		return Request{}, fmt.Errorf("find application for seals: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT unit_id, old_code, seal_code, fault
		FROM seal_request_unit
		WHERE request_id = $1
		ORDER BY unit_id`, id)
	if err != nil {
		return Request{}, fmt.Errorf("find application for seals: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var u RequestUnit
		if err := rows.Scan(&u.UnitID, &u.OldCode, &u.Code, &u.Fault); err != nil {
			return Request{}, fmt.Errorf("find application for seals: %w", err)
		}
		r.Units = append(r.Units, u)
	}
	return r, rows.Err()
}

// maxRequests bounds a list of applications.
const maxRequests = 200

// Requests lists what concerns an actor, the newest first: a manager's are those for units whose seals they manage, a
// clerk's those of the own unit.
func (s *Store) Requests(ctx context.Context, q *db.Tx, actor *authn.Actor) ([]Request, error) {
	unit := actor.UnitID
	if actor.Has(authn.RoleSealManager) {
		unit = "" // and held against managed below
	}
	rows, err := q.Query(ctx, `
		SELECT r.request_id
		FROM seal_request r
		WHERE $1 = '' OR r.unit_id = $1
		ORDER BY r.request_id DESC
		LIMIT $2`, unit, maxRequests)
	if err != nil {
		return nil, fmt.Errorf("list applications for seals: %w", err)
	}
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list applications for seals: %w", err)
		}
		ids = append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var found []Request
	for _, id := range ids {
		r, err := s.Request(ctx, q, id)
		if err != nil {
			return nil, err
		}
		if r.UnitID != actor.UnitID {
			switch err := s.managed(ctx, q, actor, r.Units[0].UnitID); {
			case errs.Code(err) == "seal.not-manager":
				continue
			case err != nil:
				return nil, err
			}
		}
		found = append(found, r)
	}
	return found, nil
}
