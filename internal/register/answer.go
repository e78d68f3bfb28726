package register

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Kept is a verdict to be kept with a license, or with the case that it turned down.
type Kept struct {
	HolderID  string
	SubjectID string // license, or number of the case
	Verdict   Verdict
}

// Keep writes what registers answered. What was answered before of the same subject is replaced; how often they were asked
// and since when is not.
func (s *Store) Keep(ctx context.Context, tx *db.Tx, all ...Kept) error {
	var rows [][]any
	for _, k := range all {
		for _, f := range k.Verdict.Findings {
			fields, err := json.Marshal(f.Fields)
			if err != nil {
				return fmt.Errorf("encode a register's answer: %w", err)
			}
			at := db.Micros(f.At)
			rows = append(rows, []any{k.HolderID, k.SubjectID, f.Rule, f.Person, f.Register, f.Name, string(f.Result), f.Effect, string(fields), 1, at, at})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Insert(ctx, `register_answer (holder_id, subject_id, rule, person, register, name, result, effect, fields, asked, first_at, at)`, `
		ON CONFLICT (holder_id, subject_id, rule, person) DO UPDATE SET register = excluded.register, name = excluded.name,
			result = excluded.result, effect = excluded.effect, fields = excluded.fields, asked = register_answer.asked + 1, at = excluded.at`, rows)
	if err != nil {
		return fmt.Errorf("keep registers' answers: %w", err)
	}
	return nil
}

// Of gives what registers answered of a subject, rule by rule.
func (s *Store) Of(ctx context.Context, q *db.Tx, holderID, subjectID string) ([]Finding, error) {
	rows, err := q.Query(ctx, `
		SELECT rule, person, register, name, result, effect, fields, asked, at
		FROM register_answer
		WHERE holder_id = $1 AND subject_id = $2
		ORDER BY rule, person`, holderID, subjectID)
	if err != nil {
		return nil, fmt.Errorf("read registers' answers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Finding
	for rows.Next() {
		var f Finding
		var fields string
		var at int64
		if err := rows.Scan(&f.Rule, &f.Person, &f.Register, &f.Name, &f.Result, &f.Effect, &fields, &f.Asked, &at); err != nil {
			return nil, fmt.Errorf("read registers' answers: %w", err)
		}
		if err := json.Unmarshal([]byte(fields), &f.Fields); err != nil {
			return nil, fmt.Errorf("decode a register's answer: %w", err)
		}
		f.At = db.Time(at)
		found = append(found, f)
	}
	return found, rows.Err()
}

// Settled reports whether the registers have said of a license to be what its rules wait for.
func (s *Store) Settled(ctx context.Context, q *db.Tx, t *catalog.Type, values map[string]string, holderID, subjectID string) (bool, error) {
	need := len(questions(t, 0, values))
	if need == 0 {
		return true, nil
	}
	found, err := s.Of(ctx, q, holderID, subjectID)
	if err != nil {
		return false, err
	}
	for _, f := range found {
		if f.Effect == "" || f.Effect == catalog.Warn {
			need--
		}
	}
	return need <= 0, nil
}
