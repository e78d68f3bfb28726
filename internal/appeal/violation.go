package appeal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// Source says how a violation was recognised.
type Source string

// The sources.
const (
	FromDesk       Source = "desk"       // the system refused a clerk who would take paper
	FromCorrection Source = "correction" // paper taken as "wrong" while the issuer finds the license right
	FromComplaint  Source = "complaint"  // a complaint proved right
)

// The states and outcomes of a violation.
const (
	Settled   State   = "settled"
	Upheld    Outcome = "upheld"    // 认定
	Dismissed Outcome = "dismissed" // 不认定
)

// Violation is one recognised act against the rules of use (榕政办〔2018〕214号 第二十条); nothing in it is personal.
type Violation struct {
	HolderID        string
	ID              string
	Ground          Ground
	Source          Source
	UnitID          string
	AccountID       string // "" where a complaint names an office only
	SupervisorID    string
	CaseNo          string
	MatterCode      string
	Seq             int
	LicenseHolderID string
	LicenseID       string
	TypeCode        string
	LicenseState    license.State
	Claimed         string // the ground that the desk gave
	AppealID        string
	ProofID         string
	LeafID          string
	At              time.Time
	State           State // Waiting or Settled
	Outcome         Outcome
	SettledBy       string
	SettledAt       time.Time
	RowVersion      int64
}

// violationBody is a violation as the log holds it.
type violationBody struct {
	At        string `json:"at"`
	Ground    string `json:"ground"`
	Source    string `json:"source"`
	UnitID    string `json:"unitId"`
	AccountID string `json:"accountId,omitempty"`
	CaseNo    string `json:"caseNo,omitempty"`
	Matter    string `json:"matter"`
	Seq       int    `json:"seq,omitempty"`
	HolderID  string `json:"holderId"`
	LicenseID string `json:"licenseId,omitempty"`
	TypeCode  string `json:"typeCode,omitempty"`
	State     string `json:"state,omitempty"`
	Claimed   string `json:"claimed,omitempty"`
	ProofID   string `json:"proofId,omitempty"`
}

// Record enters a violation with its leaf in the caller's transaction, gives it to who supervises, and tells the holder.
// The same act again changes nothing.
func (s *Store) Record(ctx context.Context, tx *db.Tx, v Violation, onceKey string) error {
	var err error
	if v.SupervisorID == "" {
		if v.SupervisorID, err = s.SupervisorOf(ctx, tx, v.UnitID); err != nil {
			return err
		}
	}
	v.ID, v.At, v.State = db.NewID(), s.o.Clock.Now(), Waiting
	words, err := s.o.Holders.Seal(ctx, tx, v.HolderID, []byte{})
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO violation (holder_id, violation_id, once_key, kind, source, unit_id, account_id, supervisor_id, case_no, matter_code,
			seq, license_holder_id, license_id, type_code, license_state, ground, appeal_id, proof_id, leaf_id, at, state, outcome,
			words, settled_by, settled_at, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', $19, $20, '', $21, '', 0, 1)
		ON CONFLICT (holder_id, once_key) DO NOTHING`,
		v.HolderID, v.ID, onceKey, string(v.Ground), string(v.Source), v.UnitID, v.AccountID, v.SupervisorID, v.CaseNo, v.MatterCode, v.Seq,
		v.LicenseHolderID, v.LicenseID, v.TypeCode, string(v.LicenseState), v.Claimed, v.AppealID, v.ProofID, db.Micros(v.At),
		string(v.State), words)
	if err != nil {
		return fmt.Errorf("record violation: %w", err)
	}
	if n == 0 {
		return nil
	}
	receipt, err := s.o.Book.Append(ctx, tx, evidence.Event{HolderID: v.HolderID, Kind: "violation", At: v.At, Body: violationBody{
		At: v.At.Format(time.RFC3339Nano), Ground: string(v.Ground), Source: string(v.Source), UnitID: v.UnitID, AccountID: v.AccountID,
		CaseNo: v.CaseNo, Matter: v.MatterCode, Seq: v.Seq, HolderID: v.HolderID, LicenseID: v.LicenseID, TypeCode: v.TypeCode,
		State: string(v.LicenseState), Claimed: v.Claimed, ProofID: v.ProofID,
	}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE violation SET leaf_id = $1
		WHERE holder_id = $2 AND violation_id = $3`, receipt.LeafID, v.HolderID, v.ID); err != nil {
		return fmt.Errorf("record violation: %w", err)
	}
	if err := s.projectViolation(ctx, tx, v); err != nil {
		return err
	}
	return s.tellPaper(ctx, tx, v)
}

func (s *Store) tellPaper(ctx context.Context, tx *db.Tx, v Violation) error {
	detail := map[string]string{"ground": string(v.Ground)}
	m, err := s.o.Matters.Get(ctx, tx, v.MatterCode)
	if err != nil && errs.Code(err) != "matter.unknown" {
		return err
	}
	detail["matter"], detail["matterEn"] = m.Name, m.NameEn
	if v.TypeCode != "" {
		t, err := s.o.Types.Latest(ctx, tx, v.TypeCode)
		if err != nil {
			return err
		}
		detail["type"], detail["typeEn"] = t.Name, t.NameEn
	}
	return s.o.Notices.Send(ctx, tx, notice.Notice{HolderID: v.HolderID, Kind: notice.PaperViolation, Subject: v.CaseNo, Detail: detail})
}

func (s *Store) projectViolation(ctx context.Context, tx *db.Tx, v Violation) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO supervisor_violation (unit_id, violation_id, holder_id, of_unit_id, state, at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (unit_id, violation_id) DO UPDATE SET state = excluded.state`,
		v.SupervisorID, v.ID, v.HolderID, v.UnitID, string(v.State), db.Micros(v.At))
	if err != nil {
		return fmt.Errorf("show violation to its supervisor: %w", err)
	}
	return nil
}

// fromComplaint records what a complaint proved. It is settled: the supervisor has just said so.
func (s *Store) fromComplaint(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Appeal, words string) error {
	v := Violation{HolderID: a.HolderID, Ground: a.Ground, Source: FromComplaint, UnitID: a.AgainstID, SupervisorID: a.UnitID,
		MatterCode: a.MatterCode, LicenseHolderID: a.LicenseHolderID, LicenseID: a.LicenseID, TypeCode: a.TypeCode, AppealID: a.ID,
		ProofID: a.ProofID}
	if a.ProofID != "" {
		p, err := s.ProofByID(ctx, tx, a.HolderID, a.ProofID)
		if err != nil {
			return err
		}
		v.LicenseState = p.LicenseState
	}
	if err := s.Record(ctx, tx, v, "complaint|"+a.ID); err != nil {
		return err
	}
	recorded, err := scanViolation(tx.QueryRow(ctx, `
		SELECT `+violationColumns+`
		FROM violation
		WHERE holder_id = $1 AND once_key = $2`, a.HolderID, "complaint|"+a.ID))
	if err != nil {
		return err
	}
	return s.settle(ctx, tx, recorded, actor, Upheld, words)
}

// fromCorrection records that a desk took paper for a license that its issuer finds right.
func (s *Store) fromCorrection(ctx context.Context, tx *db.Tx, a Appeal) error {
	l, err := s.o.Licenses.Get(ctx, tx, a.LicenseHolderID, a.LicenseID)
	if err != nil {
		return err
	}
	state, err := s.o.Licenses.StateAt(ctx, tx, l, a.RaisedAt)
	if err != nil {
		return err
	}
	return s.Record(ctx, tx, Violation{HolderID: a.HolderID, Ground: PaperAsked, Source: FromCorrection, UnitID: a.RaisedUnitID,
		AccountID: a.RaisedBy, CaseNo: a.CaseNo, MatterCode: a.MatterCode, Seq: a.Seq, LicenseHolderID: a.LicenseHolderID,
		LicenseID: a.LicenseID, TypeCode: a.TypeCode, LicenseState: state, Claimed: "wrong", AppealID: a.ID}, "correction|"+a.ID)
}

const violationColumns = `holder_id, violation_id, kind, source, unit_id, account_id, supervisor_id, case_no, matter_code, seq,
	license_holder_id, license_id, type_code, license_state, ground, appeal_id, proof_id, leaf_id, at, state, outcome, settled_by,
	settled_at, row_version`

func scanViolation(row interface{ Scan(...any) error }) (Violation, error) {
	var v Violation
	var at, settled int64
	err := row.Scan(&v.HolderID, &v.ID, &v.Ground, &v.Source, &v.UnitID, &v.AccountID, &v.SupervisorID, &v.CaseNo, &v.MatterCode, &v.Seq,
		&v.LicenseHolderID, &v.LicenseID, &v.TypeCode, &v.LicenseState, &v.Claimed, &v.AppealID, &v.ProofID, &v.LeafID, &at, &v.State,
		&v.Outcome, &v.SettledBy, &settled, &v.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Violation{}, errs.New(errs.NotFound, "violation.unknown")
	}
	if err != nil {
		return Violation{}, fmt.Errorf("read violation: %w", err)
	}
	v.At, v.SettledAt = db.Time(at), db.Time(settled)
	return v, nil
}

// Supervised reads a violation that a unit supervises.
func (s *Store) Supervised(ctx context.Context, q *db.Tx, unitID, id string) (Violation, error) {
	var holderID string
	err := q.QueryRow(ctx, `
		SELECT holder_id FROM supervisor_violation
		WHERE unit_id = $1 AND violation_id = $2`, unitID, id).Scan(&holderID)
	if errors.Is(err, db.ErrNoRows) {
		return Violation{}, errs.New(errs.NotFound, "violation.unknown")
	}
	if err != nil {
		return Violation{}, fmt.Errorf("find violation: %w", err)
	}
	return scanViolation(q.QueryRow(ctx, `
		SELECT `+violationColumns+`
		FROM violation
		WHERE holder_id = $1 AND violation_id = $2`, holderID, id))
}

// Violations lists what a unit supervises, the newest first; state narrows when given.
func (s *Store) Violations(ctx context.Context, q *db.Tx, unitID, state string, limit, offset int) ([]Violation, int, error) {
	var total int
	if err := q.QueryRow(ctx, `
		SELECT count(*) FROM supervisor_violation
		WHERE unit_id = $1 AND ($2 = '' OR state = $2)`, unitID, state).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count violations: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+prefixed("v", violationColumns)+`
		FROM supervisor_violation s
		JOIN violation v ON v.holder_id = s.holder_id AND v.violation_id = s.violation_id
		WHERE s.unit_id = $1 AND ($2 = '' OR s.state = $2)
		ORDER BY s.at DESC, s.violation_id DESC
		LIMIT $3 OFFSET $4`, unitID, state, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list violations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Violation
	for rows.Next() {
		v, err := scanViolation(rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, v)
	}
	return found, total, rows.Err()
}

// Verdict opens what the supervisor wrote when a violation was settled.
func (s *Store) Verdict(ctx context.Context, q *db.Tx, v Violation) (string, error) {
	var sealed []byte
	err := q.QueryRow(ctx, `
		SELECT words FROM violation
		WHERE holder_id = $1 AND violation_id = $2`, v.HolderID, v.ID).Scan(&sealed)
	if err != nil {
		return "", fmt.Errorf("read verdict: %w", err)
	}
	plain, err := s.o.Holders.Open(ctx, q, v.HolderID, sealed)
	return string(plain), err
}

// Settle is the supervisor's word on a violation (认定).
func (s *Store) Settle(ctx context.Context, actor *authn.Actor, id string, version int64, outcome Outcome, words string) error {
	if err := needText("words", words); err != nil {
		return err
	}
	if outcome != Upheld && outcome != Dismissed {
		return errs.New(errs.Invalid, "field.option").On("outcome")
	}
	return s.o.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := s.Supervised(ctx, tx, actor.UnitID, id)
		switch {
		case err != nil:
			return err
		case v.State == Settled:
			return errs.New(errs.Conflict, "violation.settled")
		case v.RowVersion != version:
			return errs.New(errs.Conflict, "conflict")
		}
		return s.settle(ctx, tx, v, actor, outcome, words)
	})
}

func (s *Store) settle(ctx context.Context, tx *db.Tx, v Violation, actor *authn.Actor, outcome Outcome, words string) error {
	sealed, err := s.o.Holders.Seal(ctx, tx, v.HolderID, []byte(words))
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE violation
		SET state = $1, outcome = $2, words = $3, settled_by = $4, settled_at = $5, row_version = row_version + 1
		WHERE holder_id = $6 AND violation_id = $7 AND row_version = $8`,
		string(Settled), string(outcome), sealed, actor.AccountID, db.Micros(s.o.Clock.Now()), v.HolderID, v.ID, v.RowVersion)
	if err != nil {
		return fmt.Errorf("settle violation: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	v.State = Settled
	return s.projectViolation(ctx, tx, v)
}
