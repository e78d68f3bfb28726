package casefile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// New is a case to be opened.
type New struct {
	Matter  matter.Matter
	Region  string                  // region code of the unit, the beginning of the case number
	ClerkID string                  // "" while the applicant fills it in
	Parties map[matter.Party]string // holder ids; Applicant must be there
	DueAt   time.Time
	Stage   matter.Stage // accept by default
	Channel string       // ByWindow by default
	// Where they apply; see Case.
	AppliedBy, DeskUnitID, BundleID string
}

// Create opens a case and claims its number.
func (s *Store) Create(ctx context.Context, tx *db.Tx, n New) (Case, error) {
	now := s.clock.Now()
	c := Case{
		HolderID: n.Parties[matter.Applicant], MatterCode: n.Matter.Code, UnitID: n.Matter.Unit, ClerkID: n.ClerkID,
		AcceptedBy: n.ClerkID, Stage: cmp.Or(n.Stage, matter.Accept), State: StateOpen, Form: map[string]Value{}, OpenedAt: now,
		DueAt: n.DueAt, Channel: cmp.Or(n.Channel, ByWindow), AppliedBy: n.AppliedBy, DeskUnitID: n.DeskUnitID, BundleID: n.BundleID,
		RowVersion: 1,
	}
	if c.Stage != StageDraft {
		c.SubmittedAt = now
	}
	var err error
	// Random digits: a running number would make every clerk of a city wait for one row.
	c.No, err = s.claim(ctx, tx, c.HolderID, func() string {
		return n.Region + now.In(clock.Shanghai).Format("20060102") + fmt.Sprintf("%08d", rand.IntN(100_000_000)) //nolint:gosec // not a secret
	})
	if err != nil {
		return Case{}, err
	}
	form, err := s.sealForm(ctx, tx, c)
	if err != nil {
		return Case{}, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO case_file (holder_id, case_no, matter_code, unit_id, clerk_id, accepted_by, stage, state, outcome,
			form, license_id, opened_at, due_at, closed_at, channel, applied_by, desk_unit_id, bundle_id, submitted_at, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, '', $10, $11, 0, $12, $13, $14, $15, $16, 1)`,
		c.HolderID, c.No, c.MatterCode, c.UnitID, c.ClerkID, c.AcceptedBy, string(c.Stage), c.State, form,
		db.Micros(c.OpenedAt), db.Micros(c.DueAt), c.Channel, c.AppliedBy, c.DeskUnitID, c.BundleID, db.Micros(c.SubmittedAt))
	if err != nil {
		return Case{}, fmt.Errorf("create case: %w", err)
	}
	for role, id := range n.Parties {
		if _, err := tx.Exec(ctx, `
			INSERT INTO case_party (holder_id, case_no, role, party_holder_id) VALUES ($1, $2, $3, $4)`,
			c.HolderID, c.No, string(role), id); err != nil {
			return Case{}, fmt.Errorf("enter party: %w", err)
		}
	}
	return c, s.project(ctx, tx, c)
}

// draws bounds how often a number is drawn anew. With a thousand cases a day one draw in a hundred thousand
// meets a number that is taken.
const draws = 8

// claim draws numbers until one is free, and takes it.
func (s *Store) claim(ctx context.Context, tx *db.Tx, holderID string, draw func() string) (string, error) {
	for range draws {
		no := draw()
		n, err := tx.Exec(ctx, `
			INSERT INTO case_index (case_no, holder_id) VALUES ($1, $2)
			ON CONFLICT (case_no) DO NOTHING`, no, holderID)
		if err != nil {
			return "", fmt.Errorf("claim case number: %w", err)
		}
		if n == 1 {
			return no, nil
		}
	}
	return "", errors.New("claim case number: none is free")
}

// Get reads a case by its number.
func (s *Store) Get(ctx context.Context, q *db.Tx, no string) (Case, error) {
	c := Case{No: no}
	var err error
	if c.HolderID, err = s.shard(ctx, q, no); err != nil {
		return Case{}, err
	}
	var form []byte
	var opened, due, closed, submitted int64
	err = q.QueryRow(ctx, `
		SELECT matter_code, unit_id, clerk_id, accepted_by, stage, state, outcome, form, license_id,
			opened_at, due_at, closed_at, channel, applied_by, desk_unit_id, bundle_id, submitted_at, result_identifier, row_version
		FROM case_file
		WHERE holder_id = $1 AND case_no = $2`, c.HolderID, no).
		Scan(&c.MatterCode, &c.UnitID, &c.ClerkID, &c.AcceptedBy, &c.Stage, &c.State, &c.Outcome, &form, &c.LicenseID,
			&opened, &due, &closed, &c.Channel, &c.AppliedBy, &c.DeskUnitID, &c.BundleID, &submitted, &c.ResultIdentifier, &c.RowVersion)
	if err != nil {
		return Case{}, fmt.Errorf("read case: %w", err)
	}
	c.OpenedAt, c.DueAt, c.ClosedAt, c.SubmittedAt = db.Time(opened), db.Time(due), db.Time(closed), db.Time(submitted)
	plain, err := s.holders.Open(ctx, q, c.HolderID, form)
	if err != nil {
		return Case{}, err
	}
	if err := json.Unmarshal(plain, &c.Form); err != nil {
		return Case{}, fmt.Errorf("decode form: %w", err)
	}
	return c, nil
}

// Save writes a changed case if nobody changed it since it was read, and raises its version.
func (s *Store) Save(ctx context.Context, tx *db.Tx, c *Case) error {
	form, err := s.sealForm(ctx, tx, *c)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE case_file
		SET clerk_id = $1, accepted_by = $2, stage = $3, state = $4, outcome = $5, form = $6, license_id = $7, due_at = $8,
		    closed_at = $9, submitted_at = $10, result_identifier = $11, row_version = row_version + 1
		WHERE holder_id = $12 AND case_no = $13 AND row_version = $14`,
		c.ClerkID, c.AcceptedBy, string(c.Stage), c.State, c.Outcome, form, c.LicenseID, db.Micros(c.DueAt),
		db.Micros(c.ClosedAt), db.Micros(c.SubmittedAt), c.ResultIdentifier, c.HolderID, c.No, c.RowVersion)
	if err != nil {
		return fmt.Errorf("save case: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	c.RowVersion++
	return s.project(ctx, tx, *c)
}

func (s *Store) sealForm(ctx context.Context, tx *db.Tx, c Case) ([]byte, error) {
	plain, err := json.Marshal(c.Form)
	if err != nil {
		return nil, fmt.Errorf("encode form: %w", err)
	}
	return s.holders.Seal(ctx, tx, c.HolderID, plain)
}

// project keeps the unit's queue in step with the case. What an applicant still fills in is in nobody's queue.
func (s *Store) project(ctx context.Context, tx *db.Tx, c Case) error {
	if c.State == StateClosed || unseen(c.Stage) {
		_, err := tx.Exec(ctx, `DELETE FROM unit_case WHERE unit_id IN ($1, $2) AND case_no = $3`, c.UnitID, c.DeskUnitID, c.No)
		return err
	}
	materials, err := s.Materials(ctx, tx, c)
	if err != nil {
		return err
	}
	electronic, missing, promised := 0, 0, 0
	for _, m := range materials {
		switch m.Status {
		case Lent, Ready:
			electronic = 1
		case Missing, Declined, Unusable, Down:
			missing++
		case Promised:
			promised++
		}
	}
	// A front desk has the case in its own queue too, as long as it accepts it; the unit sees it throughout.
	queues := []string{c.UnitID}
	if c.DeskUnitID != "" {
		if c.Stage == matter.Accept || c.Stage == StageMend {
			queues = append(queues, c.DeskUnitID)
		} else if _, err := tx.Exec(ctx, `DELETE FROM unit_case WHERE unit_id = $1 AND case_no = $2`, c.DeskUnitID, c.No); err != nil {
			return fmt.Errorf("queue case: %w", err)
		}
	}
	for _, unitID := range queues {
		_, err = tx.Exec(ctx, `
			INSERT INTO unit_case (unit_id, case_no, holder_id, clerk_id, stage, electronic, missing, due_at, updated_at, promised)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (unit_id, case_no) DO UPDATE
			SET clerk_id = excluded.clerk_id, stage = excluded.stage, electronic = excluded.electronic,
			    missing = excluded.missing, due_at = excluded.due_at, updated_at = excluded.updated_at,
			    promised = excluded.promised`,
			unitID, c.No, c.HolderID, c.ClerkID, string(c.Stage), electronic, missing, db.Micros(c.DueAt), db.Micros(s.clock.Now()), promised)
		if err != nil {
			return fmt.Errorf("queue case: %w", err)
		}
	}
	return nil
}

// Parties gives a case's parties as holder ids by role.
func (s *Store) Parties(ctx context.Context, q *db.Tx, c Case) (map[matter.Party]string, error) {
	rows, err := q.Query(ctx, `
		SELECT role, party_holder_id
		FROM case_party
		WHERE holder_id = $1 AND case_no = $2`, c.HolderID, c.No)
	if err != nil {
		return nil, fmt.Errorf("list parties: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[matter.Party]string{}
	for rows.Next() {
		var role, id string
		if err := rows.Scan(&role, &id); err != nil {
			return nil, fmt.Errorf("list parties: %w", err)
		}
		found[matter.Party(role)] = id
	}
	return found, rows.Err()
}
