package license

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/gm"
)

const columns = `holder_id, license_id, type_code, type_version, issuer_id, version_no, holders, step, ended, hold,
	identifier, case_no, maker_id, reviewer_id, issued_on, valid_from, valid_to, file_ref, file_digest,
	made_at, due_at, published_at, origin, origin_id, converter_id, paper_serial, follows,
	inspect_due, inspect_by, remind_at, row_version`

func scan(row interface{ Scan(...any) error }) (License, error) {
	var l License
	var issued, from, to, made, due, published, inspectDue, inspectBy, remind int64
	var holders string
	err := row.Scan(&l.HolderID, &l.ID, &l.TypeCode, &l.TypeVersion, &l.IssuerID, &l.VersionNo, &holders, &l.Step, &l.Ended,
		&l.Holds, &l.Identifier, &l.CaseNo, &l.MakerID, &l.ReviewerID, &issued, &from, &to, &l.FileRef, &l.FileDigest,
		&made, &due, &published, &l.Origin, &l.OriginID, &l.ConverterID, &l.PaperSerial, &l.Follows,
		&inspectDue, &inspectBy, &remind, &l.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return License{}, errs.New(errs.NotFound, "license.unknown")
	}
	if err != nil {
		return License{}, fmt.Errorf("read license: %w", err)
	}
	if err := json.Unmarshal([]byte(holders), &l.Holders); err != nil {
		return License{}, fmt.Errorf("decode holders: %w", err)
	}
	l.IssuedOn, l.ValidFrom, l.ValidTo = db.Time(issued), db.Time(from), db.Time(to)
	l.MadeAt, l.DueAt, l.PublishedAt = db.Time(made), db.Time(due), db.Time(published)
	l.InspectDue, l.InspectBy, l.RemindAt = db.Time(inspectDue), db.Time(inspectBy), db.Time(remind)
	return l, nil
}

// Get reads a license's facts.
func (s *Store) Get(ctx context.Context, q *db.Tx, holderID, licenseID string) (License, error) {
	return scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM license
		WHERE holder_id = $1 AND license_id = $2`, holderID, licenseID))
}

// Pin makes sure that a license is still as it was read and stays so until the caller's transaction ends: a
// report of loss at the same moment waits, or makes this one fail with conflict.
func (s *Store) Pin(ctx context.Context, tx *db.Tx, l License) error {
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET row_version = row_version
		WHERE holder_id = $1 AND license_id = $2 AND row_version = $3`, l.HolderID, l.ID, l.RowVersion)
	if err != nil {
		return fmt.Errorf("pin license: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	return nil
}

// ByCode finds the license that bears a static check code.
func (s *Store) ByCode(ctx context.Context, q *db.Tx, code string) (License, error) {
	return s.lookup(ctx, q, `SELECT holder_id, license_id FROM license_code WHERE code_hash = $1`, codeHash(code))
}

// ByIdentifier finds a license by its identifier (电子证照标识).
func (s *Store) ByIdentifier(ctx context.Context, q *db.Tx, identifier string) (License, error) {
	return scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM license
		WHERE holder_id = (SELECT holder_id FROM license_index WHERE identifier = $1)
			AND license_id = (SELECT license_id FROM license_index WHERE identifier = $1)`, identifier))
}

// Named finds which license bears an identifier. It gives its holder and its id, and nothing that stands in its row.
func (s *Store) Named(ctx context.Context, q *db.Tx, identifier string) (License, error) {
	var l License
	err := q.QueryRow(ctx, `SELECT holder_id, license_id FROM license_index WHERE identifier = $1`, identifier).Scan(&l.HolderID, &l.ID)
	if errors.Is(err, db.ErrNoRows) {
		return License{}, errs.New(errs.NotFound, "license.unknown")
	}
	if err != nil {
		return License{}, fmt.Errorf("look up license: %w", err)
	}
	return l, nil
}

func (s *Store) lookup(ctx context.Context, q *db.Tx, query string, key any) (License, error) {
	var holderID, licenseID string
	err := q.QueryRow(ctx, query, key).Scan(&holderID, &licenseID)
	if errors.Is(err, db.ErrNoRows) {
		return License{}, errs.New(errs.NotFound, "license.unknown")
	}
	if err != nil {
		return License{}, fmt.Errorf("look up license: %w", err)
	}
	return s.Get(ctx, q, holderID, licenseID)
}

// InForce counts the licenses of a type in force by the version they were issued under. It asks every shard: for
// reports, never on the way of a case.
func (s *Store) InForce(ctx context.Context, q *db.Tx, typeCode string) (map[int]int, error) {
	rows, err := q.Query(ctx, `
		SELECT type_version, count(*)
		FROM license
		WHERE type_code = $1 AND step = $2 AND ended = '' AND (valid_to = 0 OR valid_to > $3)
		GROUP BY type_version`, typeCode, string(StepPublished), db.Micros(s.o.Clock.Now()))
	if err != nil {
		return nil, fmt.Errorf("count licenses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int]int{}
	for rows.Next() {
		var version, n int
		if err := rows.Scan(&version, &n); err != nil {
			return nil, fmt.Errorf("count licenses: %w", err)
		}
		out[version] = n
	}
	return out, rows.Err()
}

// Held lists a holder's licenses, also those held with others, newest first. typeCode narrows when given.
func (s *Store) Held(ctx context.Context, q *db.Tx, holderID, typeCode string) ([]License, error) {
	own, err := s.list(ctx, q, `
		SELECT `+columns+`
		FROM license
		WHERE holder_id = $1 AND ($2 = '' OR type_code = $2)
		ORDER BY issued_on DESC, license_id DESC`, holderID, typeCode)
	if err != nil {
		return nil, err
	}
	shared, err := s.Shared(ctx, q, holderID)
	if err != nil {
		return nil, err
	}
	for _, l := range shared {
		x, err := s.Get(ctx, q, l.HolderID, l.ID)
		if err != nil {
			return nil, err
		}
		if typeCode == "" || x.TypeCode == typeCode {
			own = append(own, x)
		}
	}
	return own, nil
}

func (s *Store) list(ctx context.Context, q *db.Tx, query string, args ...any) ([]License, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list licenses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []License
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

// Shared names the licenses that a holder holds with another one in whose shard they live: shard and id only.
func (s *Store) Shared(ctx context.Context, q *db.Tx, holderID string) ([]License, error) {
	rows, err := q.Query(ctx, `
		SELECT first_holder_id, license_id
		FROM license_link
		WHERE holder_id = $1
		ORDER BY license_id DESC`, holderID)
	if err != nil {
		return nil, fmt.Errorf("list shared licenses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []License
	for rows.Next() {
		var l License
		if err := rows.Scan(&l.HolderID, &l.ID); err != nil {
			return nil, fmt.Errorf("list shared licenses: %w", err)
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

// Find gives the license of an id among those a holder holds, wherever it lives.
func (s *Store) Find(ctx context.Context, q *db.Tx, holderID, licenseID string) (License, error) {
	var first string
	err := q.QueryRow(ctx, `
		SELECT first_holder_id FROM license_link
		WHERE holder_id = $1 AND license_id = $2`, holderID, licenseID).Scan(&first)
	switch {
	case errors.Is(err, db.ErrNoRows):
		first = holderID
	case err != nil:
		return License{}, fmt.Errorf("find license: %w", err)
	}
	return s.Get(ctx, q, first, licenseID)
}

// key unwraps a license's key through one of its holders.
func (s *Store) key(ctx context.Context, q *db.Tx, holderID, licenseID string) ([]byte, error) {
	var wrapped []byte
	err := q.QueryRow(ctx, `
		SELECT wrapped FROM license_key
		WHERE holder_id = $1 AND license_id = $2`, holderID, licenseID).Scan(&wrapped)
	if err != nil {
		return nil, fmt.Errorf("get license key: %w", err)
	}
	return s.o.Holders.Open(ctx, q, holderID, wrapped)
}

// keyOf unwraps a license's key through the first of its holders who has it: whoever was erased has it no more.
func (s *Store) keyOf(ctx context.Context, q *db.Tx, l License) ([]byte, error) {
	for _, id := range append([]string{l.HolderID}, l.Holders...) {
		key, err := s.key(ctx, q, id, l.ID)
		if !errors.Is(err, db.ErrNoRows) {
			return key, err
		}
	}
	return nil, errs.New(errs.NotFound, "license.erased")
}

func (s *Store) body(ctx context.Context, q *db.Tx, l License) (body, error) {
	if l.Indexed() {
		return body{}, errs.New(errs.Conflict, "license.kept-elsewhere")
	}
	key, err := s.keyOf(ctx, q, l)
	if err != nil {
		return body{}, err
	}
	return s.opened(ctx, q, l, key)
}

// unlocked is what a license says, with its key, read in one.
func (s *Store) unlocked(ctx context.Context, q *db.Tx, l License) (body, []byte, error) {
	var sealed, wrapped []byte
	err := q.QueryRow(ctx, `
		SELECT l.data, k.wrapped
		FROM license l
		JOIN license_key k ON k.holder_id = l.holder_id AND k.license_id = l.license_id
		WHERE l.holder_id = $1 AND l.license_id = $2`, l.HolderID, l.ID).Scan(&sealed, &wrapped)
	if errors.Is(err, db.ErrNoRows) {
		return s.unlockedByOther(ctx, q, l)
	}
	if err != nil {
		return body{}, nil, fmt.Errorf("get license data: %w", err)
	}
	key, err := s.o.Holders.Open(ctx, q, l.HolderID, wrapped)
	if err != nil {
		return body{}, nil, err
	}
	b, err := unsealed(l, key, sealed)
	return b, key, err
}

// unlockedByOther is unlocked where the first holder was erased.
func (s *Store) unlockedByOther(ctx context.Context, q *db.Tx, l License) (body, []byte, error) {
	key, err := s.keyOf(ctx, q, l)
	if err != nil {
		return body{}, nil, err
	}
	b, err := s.opened(ctx, q, l, key)
	return b, key, err
}

// opened is what a license says, opened with its key.
func (s *Store) opened(ctx context.Context, q *db.Tx, l License, key []byte) (body, error) {
	var sealed []byte
	err := q.QueryRow(ctx, `
		SELECT data FROM license
		WHERE holder_id = $1 AND license_id = $2`, l.HolderID, l.ID).Scan(&sealed)
	if err != nil {
		return body{}, fmt.Errorf("get license data: %w", err)
	}
	return unsealed(l, key, sealed)
}

func unsealed(l License, key, sealed []byte) (body, error) {
	plain, err := gm.Decrypt(key, sealed, []byte(l.ID))
	if err != nil {
		return body{}, fmt.Errorf("open license data: %w", err)
	}
	var b body
	if err := json.Unmarshal(plain, &b); err != nil {
		return body{}, fmt.Errorf("decode license data: %w", err)
	}
	return b, nil
}

// event is what happened to a license and who did it.
type event struct {
	Action    string `json:"action"`
	LicenseID string `json:"licenseId"`
	TypeCode  string `json:"typeCode"`
	VersionNo int    `json:"versionNo"`
	UnitID    string `json:"unitId"`
	AccountID string `json:"accountId"`
	Ground    string `json:"ground,omitempty"`
	File      string `json:"file,omitempty"` // SM3 of the file
}

// leaf is the record of an event of a license.
func (s *Store) leaf(l License, action string, at time.Time, accountID, unitID, ground string) evidence.Event {
	return evidence.Event{HolderID: l.HolderID, IssuerID: l.IssuerID, Kind: leaf.License, At: at, Body: event{
		Action: action, LicenseID: l.ID, TypeCode: l.TypeCode, VersionNo: l.VersionNo,
		UnitID: unitID, AccountID: accountID, Ground: ground, File: l.FileDigest,
	}}
}

// record writes an event of a license beside it and as a leaf of the log; its words are kept under the holder's key.
func (s *Store) record(ctx context.Context, tx *db.Tx, l License, o Operation) error {
	now := s.o.Clock.Now()
	var words []byte
	if o.Words != "" {
		var err error
		if words, err = s.o.Holders.Seal(ctx, tx, l.HolderID, []byte(o.Words)); err != nil {
			return err
		}
	}
	receipt, err := s.o.Book.Append(ctx, tx, s.leaf(l, string(o.Action), now, o.AccountID, o.UnitID, o.Ground))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO license_event (holder_id, license_id, seq, action, account_id, unit_id, ground, at, leaf_id,
			reason, approver_id, true_from, words)
		VALUES ($1, $2,
			(SELECT coalesce(max(seq), 0) + 1 FROM license_event WHERE holder_id = $1 AND license_id = $2),
			$3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		l.HolderID, l.ID, string(o.Action), o.AccountID, o.UnitID, o.Ground, db.Micros(now), receipt.LeafID,
		o.Reason, o.ApproverID, db.Micros(o.TrueFrom), words)
	if err != nil {
		return fmt.Errorf("record license event: %w", err)
	}
	return nil
}
