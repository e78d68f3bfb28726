package casefile

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// StageWait is where a case of a bundle (一件事) stays that has been handed in and waits for the result of another.
// Its unit does not see it yet.
const StageWait matter.Stage = "wait"

// Withdrawn is the outcome of a case that its applicant took back.
const Withdrawn = "withdrawn"

// Material statuses of a case that its unit has not taken yet: what will become of each material.
const (
	Ready    = "ready"    // the applicant has a license in force; it is fetched when the case is accepted
	OfParty  = "party"    // another party's license; it is looked for when the case is accepted
	Awaited  = "await"    // an earlier case of the same bundle yields it
	Attached = "attached" // the applicant handed in a file; stays when the case is accepted
)

// unseen reports whether the unit of a case does not see it yet.
func unseen(stage matter.Stage) bool { return stage == StageDraft || stage == StageWait }

// Attachment is a file that the applicant handed in for a material.
type Attachment struct {
	ID      string
	Seq     int
	Ground  string // GroundPlain, GroundMissing or GroundUnusable
	Name    string
	Media   string
	Size    int
	FileRef string
	AddedBy string
	AddedAt time.Time
}

// Grounds on which a file is taken.
const (
	GroundPlain    = "plain"    // no license satisfies the material
	GroundMissing  = "missing"  // the holder has no such license here
	GroundUnusable = "unusable" // the holder has one that is not in force
)

// Correction is what a clerk asked the applicant to correct (补正), once.
type Correction struct {
	Round       int
	Items       []CorrectionItem
	RequestedBy string
	RequestedAt time.Time
	AnsweredAt  time.Time // zero until the case was handed in again
}

// CorrectionItem is one thing to correct: of a form field, of a material, or, with neither, of the whole.
type CorrectionItem struct {
	Field string `json:"field,omitempty"`
	Seq   int    `json:"seq,omitempty"`
	Text  string `json:"text"`
}

// OfHolder lists the cases of an applicant, the newest first, without what anybody wrote in them, and counts all.
func (s *Store) OfHolder(ctx context.Context, q *db.Tx, holderID string, limit, offset int) (found []Case, total int, err error) {
	if err := q.QueryRow(ctx, `SELECT count(*) FROM case_file WHERE holder_id = $1`, holderID).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count applications: %w", err)
	}
	found, err = s.outlines(ctx, q, `
		WHERE holder_id = $1
		ORDER BY opened_at DESC, case_no
		LIMIT $2 OFFSET $3`, holderID, limit, offset)
	return found, total, err
}

// OfBundle lists the cases of a bundle as OfHolder does.
func (s *Store) OfBundle(ctx context.Context, q *db.Tx, holderID, bundleID string) ([]Case, error) {
	return s.outlines(ctx, q, `
		WHERE holder_id = $1 AND bundle_id = $2
		ORDER BY case_no`, holderID, bundleID)
}

func (s *Store) outlines(ctx context.Context, q *db.Tx, where string, args ...any) ([]Case, error) {
	rows, err := q.Query(ctx, `
		SELECT holder_id, case_no, matter_code, unit_id, clerk_id, stage, state, outcome, license_id, opened_at, due_at, closed_at,
			channel, bundle_id, submitted_at, row_version
		FROM case_file`+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Case
	for rows.Next() {
		var c Case
		var opened, due, closed, submitted int64
		if err := rows.Scan(&c.HolderID, &c.No, &c.MatterCode, &c.UnitID, &c.ClerkID, &c.Stage, &c.State, &c.Outcome, &c.LicenseID,
			&opened, &due, &closed, &c.Channel, &c.BundleID, &submitted, &c.RowVersion); err != nil {
			return nil, fmt.Errorf("list applications: %w", err)
		}
		c.OpenedAt, c.DueAt, c.ClosedAt, c.SubmittedAt = db.Time(opened), db.Time(due), db.Time(closed), db.Time(submitted)
		found = append(found, c)
	}
	return found, rows.Err()
}

// Unsettle forgets what was only foreseen of a case's materials, so that they are fetched now. Files that the applicant
// handed in stay, and so do licenses that were lent.
func (s *Store) Unsettle(ctx context.Context, tx *db.Tx, c Case) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM case_material
		WHERE holder_id = $1 AND case_no = $2 AND status IN ('ready', 'party', 'await', 'missing', 'unusable', 'refused', 'plain')`,
		c.HolderID, c.No)
	if err != nil {
		return fmt.Errorf("unsettle materials: %w", err)
	}
	return nil
}

// Attach keeps what is known of a file; its name may name people, so it is ciphertext.
func (s *Store) Attach(ctx context.Context, tx *db.Tx, c Case, a Attachment) error {
	name, err := s.holders.Seal(ctx, tx, c.HolderID, []byte(a.Name))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO case_attachment (holder_id, case_no, attachment_id, seq, ground, name, media, size, file_ref, added_by, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		c.HolderID, c.No, a.ID, a.Seq, a.Ground, name, a.Media, a.Size, a.FileRef, a.AddedBy, db.Micros(a.AddedAt))
	if err != nil {
		return fmt.Errorf("attach file: %w", err)
	}
	return nil
}

// Detach takes a file off a case.
func (s *Store) Detach(ctx context.Context, tx *db.Tx, c Case, id string) error {
	n, err := tx.Exec(ctx, `
		DELETE FROM case_attachment
		WHERE holder_id = $1 AND case_no = $2 AND attachment_id = $3`, c.HolderID, c.No, id)
	if err != nil {
		return fmt.Errorf("detach file: %w", err)
	}
	if n == 0 {
		return errs.New(errs.NotFound, "attachment.unknown")
	}
	return nil
}

// Attachments lists the files of a case in the order in which they came.
func (s *Store) Attachments(ctx context.Context, q *db.Tx, c Case) ([]Attachment, error) {
	rows, err := q.Query(ctx, `
		SELECT attachment_id, seq, ground, name, media, size, file_ref, added_by, added_at
		FROM case_attachment
		WHERE holder_id = $1 AND case_no = $2
		ORDER BY attachment_id`, c.HolderID, c.No)
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	var found []Attachment
	var names [][]byte
	for rows.Next() {
		var a Attachment
		var name []byte
		var added int64
		if err := rows.Scan(&a.ID, &a.Seq, &a.Ground, &name, &a.Media, &a.Size, &a.FileRef, &a.AddedBy, &added); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list attachments: %w", err)
		}
		a.AddedAt = db.Time(added)
		found, names = append(found, a), append(names, name)
	}
	_ = rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	for i := range found {
		plain, err := s.holders.Open(ctx, q, c.HolderID, names[i])
		if err != nil {
			return nil, err
		}
		found[i].Name = string(plain)
	}
	return found, nil
}

// AskCorrection keeps what the applicant has to correct.
func (s *Store) AskCorrection(ctx context.Context, tx *db.Tx, c Case, accountID string, items []CorrectionItem) error {
	plain, err := json.Marshal(items)
	if err != nil {
		return fmt.Errorf("encode correction: %w", err)
	}
	sealed, err := s.holders.Seal(ctx, tx, c.HolderID, plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO case_correction (holder_id, case_no, round, items, requested_by, requested_at, answered_at)
		VALUES ($1, $2,
			(SELECT coalesce(max(round), 0) + 1 FROM case_correction WHERE holder_id = $1 AND case_no = $2),
			$3, $4, $5, 0)`, c.HolderID, c.No, sealed, accountID, db.Micros(s.clock.Now()))
	if err != nil {
		return fmt.Errorf("ask for correction: %w", err)
	}
	return nil
}

// AnswerCorrections marks what was asked of the applicant as answered.
func (s *Store) AnswerCorrections(ctx context.Context, tx *db.Tx, c Case) error {
	_, err := tx.Exec(ctx, `
		UPDATE case_correction
		SET answered_at = $1
		WHERE holder_id = $2 AND case_no = $3 AND answered_at = 0`, db.Micros(s.clock.Now()), c.HolderID, c.No)
	if err != nil {
		return fmt.Errorf("answer correction: %w", err)
	}
	return nil
}

// Corrections lists what applicants were asked to correct in a case, the latest first.
func (s *Store) Corrections(ctx context.Context, q *db.Tx, c Case) ([]Correction, error) {
	rows, err := q.Query(ctx, `
		SELECT round, items, requested_by, requested_at, answered_at
		FROM case_correction
		WHERE holder_id = $1 AND case_no = $2
		ORDER BY round DESC`, c.HolderID, c.No)
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	var found []Correction
	var sealed [][]byte
	for rows.Next() {
		var x Correction
		var items []byte
		var asked, answered int64
		if err := rows.Scan(&x.Round, &items, &x.RequestedBy, &asked, &answered); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list corrections: %w", err)
		}
		x.RequestedAt, x.AnsweredAt = db.Time(asked), db.Time(answered)
		found, sealed = append(found, x), append(sealed, items)
	}
	_ = rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	for i := range found {
		plain, err := s.holders.Open(ctx, q, c.HolderID, sealed[i])
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &found[i].Items); err != nil {
			return nil, fmt.Errorf("decode correction: %w", err)
		}
	}
	return found, nil
}
