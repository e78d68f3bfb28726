package agency

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// put writes a new relation into the shards of both sides.
func (s *Service) put(ctx context.Context, tx *db.Tx, r Relation) error {
	powers, err := json.Marshal(r.Powers)
	if err != nil {
		return fmt.Errorf("encode powers: %w", err)
	}
	for _, id := range []string{r.PrincipalID, r.AgentID} {
		_, err := tx.Exec(ctx, `
			INSERT INTO relation (holder_id, relation_id, principal_id, agent_id, kind, powers, step, asked_by, proof, proof_no,
				confirmed_by, confirmed_unit, valid_to, asked_at, answered_at, ended_at, ended_by, row_version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
			id, r.ID, r.PrincipalID, r.AgentID, string(r.Kind), string(powers), string(r.Step), r.AskedBy, r.Proof, r.ProofNo,
			r.ConfirmedBy, r.ConfirmedUnit, db.Micros(r.ValidTo), db.Micros(r.AskedAt), db.Micros(r.AnsweredAt),
			db.Micros(r.EndedAt), r.EndedBy, r.Version)
		if err != nil {
			return fmt.Errorf("put relation: %w", err)
		}
	}
	return nil
}

// save writes the next step of a relation into both shards, if nobody was faster.
func (s *Service) save(ctx context.Context, tx *db.Tx, r Relation) error {
	for _, id := range []string{r.PrincipalID, r.AgentID} {
		n, err := tx.Exec(ctx, `
			UPDATE relation
			SET step = $1, proof = $2, proof_no = $3, confirmed_by = $4, confirmed_unit = $5, answered_at = $6, ended_at = $7,
			    ended_by = $8, row_version = row_version + 1
			WHERE holder_id = $9 AND relation_id = $10 AND row_version = $11`,
			string(r.Step), r.Proof, r.ProofNo, r.ConfirmedBy, r.ConfirmedUnit, db.Micros(r.AnsweredAt), db.Micros(r.EndedAt),
			r.EndedBy, id, r.ID, r.Version)
		if err != nil {
			return fmt.Errorf("save relation: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "conflict")
		}
	}
	return nil
}

// Of lists the relations of a holder, on either side, the newest first.
func (s *Service) Of(ctx context.Context, q *db.Tx, holderID string) ([]Relation, error) {
	return s.read(ctx, q, holderID, `ORDER BY relation_id DESC`)
}

// Get finds a relation that a holder is a side of; any other does not exist for them.
func (s *Service) Get(ctx context.Context, q *db.Tx, holderID, id string) (Relation, error) {
	found, err := s.read(ctx, q, holderID, `AND relation_id = $2`, id)
	if err != nil {
		return Relation{}, err
	}
	if len(found) == 0 {
		return Relation{}, errs.New(errs.NotFound, "relation.unknown")
	}
	return found[0], nil
}

func (s *Service) read(ctx context.Context, q *db.Tx, holderID, rest string, args ...any) ([]Relation, error) {
	rows, err := q.Query(ctx, `
		SELECT relation_id, principal_id, agent_id, kind, powers, step, asked_by, proof, proof_no, confirmed_by, confirmed_unit,
			valid_to, asked_at, answered_at, ended_at, ended_by, row_version
		FROM relation
		WHERE holder_id = $1 `+rest, append([]any{holderID}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read relations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Relation
	for rows.Next() {
		var r Relation
		var powers string
		var to, asked, answered, ended int64
		if err := rows.Scan(&r.ID, &r.PrincipalID, &r.AgentID, &r.Kind, &powers, &r.Step, &r.AskedBy, &r.Proof, &r.ProofNo,
			&r.ConfirmedBy, &r.ConfirmedUnit, &to, &asked, &answered, &ended, &r.EndedBy, &r.Version); err != nil {
			return nil, fmt.Errorf("read relations: %w", err)
		}
		if err := json.Unmarshal([]byte(powers), &r.Powers); err != nil {
			return nil, fmt.Errorf("decode powers: %w", err)
		}
		r.ValidTo, r.AskedAt, r.AnsweredAt, r.EndedAt = db.Time(to), db.Time(asked), db.Time(answered), db.Time(ended)
		found = append(found, r)
	}
	return found, rows.Err()
}
