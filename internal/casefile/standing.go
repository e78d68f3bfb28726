package casefile

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Standing gives what the door asks of a case: all of it but its form, which stays sealed, its times and its outcome,
// with its parties as holder ids by role.
func (s *Store) Standing(ctx context.Context, q *db.Tx, no string) (Case, map[matter.Party]string, error) {
	c := Case{No: no}
	var err error
	if c.HolderID, err = s.shard(ctx, q, no); err != nil {
		return Case{}, nil, err
	}
	var all string
	err = q.QueryRow(ctx, `
		SELECT c.matter_code, c.unit_id, c.clerk_id, c.stage, c.state, c.desk_unit_id, COALESCE((
			SELECT string_agg(p.role || '=' || p.party_holder_id, ',')
			FROM case_party p
			WHERE p.holder_id = c.holder_id AND p.case_no = c.case_no), '')
		FROM case_file c
		WHERE c.holder_id = $1 AND c.case_no = $2`, c.HolderID, no).
		Scan(&c.MatterCode, &c.UnitID, &c.ClerkID, &c.Stage, &c.State, &c.DeskUnitID, &all)
	if errors.Is(err, db.ErrNoRows) {
		return Case{}, nil, errs.New(errs.NotFound, "case.unknown")
	}
	if err != nil {
		return Case{}, nil, fmt.Errorf("read case: %w", err)
	}
	parties := map[matter.Party]string{}
	for one := range strings.SplitSeq(all, ",") {
		if role, id, ok := strings.Cut(one, "="); ok {
			parties[matter.Party(role)] = id
		}
	}
	return c, parties, nil
}

// Borrowed names the matter of a case and the license that was lent for one of its materials.
func (s *Store) Borrowed(ctx context.Context, q *db.Tx, no string, seq int) (matterCode string, m Material, err error) {
	m = Material{Seq: seq}
	shard, err := s.shard(ctx, q, no)
	if err != nil {
		return "", m, err
	}
	err = q.QueryRow(ctx, `
		SELECT c.matter_code, m.license_holder_id, m.license_id
		FROM case_file c
		JOIN case_material m ON m.holder_id = c.holder_id AND m.case_no = c.case_no
		WHERE c.holder_id = $1 AND c.case_no = $2 AND m.seq = $3 AND m.license_id <> ''`, shard, no, seq).
		Scan(&matterCode, &m.LicenseHolderID, &m.LicenseID)
	if errors.Is(err, db.ErrNoRows) {
		return "", m, errs.New(errs.NotFound, "case.material-unknown")
	}
	if err != nil {
		return "", m, fmt.Errorf("find lent license: %w", err)
	}
	return matterCode, m, nil
}

// shard finds the holder under whom a case lies.
func (s *Store) shard(ctx context.Context, q *db.Tx, no string) (string, error) {
	var id string
	err := q.QueryRow(ctx, `SELECT holder_id FROM case_index WHERE case_no = $1`, no).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.New(errs.NotFound, "case.unknown")
	}
	if err != nil {
		return "", fmt.Errorf("find case: %w", err)
	}
	return id, nil
}
