package present

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
)

// The sides of a receipt.
const (
	Gave = "gave" // whose license was shown
	Got  = "got"  // who was shown it
)

// Receipt is what one side keeps of a showing (回执): who, what, when, what for, and the number under which both find
// the same record in the log. It holds no value of any field.
type Receipt struct {
	ID          string
	Side        string
	Ground      access.Ground
	RecordID    string
	LicenseID   string // on the side that gave
	OtherUnit   string
	OtherHolder string
	TypeCode    string
	TypeVersion int
	Fields      []string
	State       license.State // as it was told
	ScenarioID  string
	Purpose     string
	At          time.Time
}

// RecordNo is the 存证编号 of the use.
func (r Receipt) RecordNo() string { return access.Number(r.RecordID) }

// Handed is something shown, on its way to the receipts of both sides.
type Handed struct {
	Giver      string // holder
	To         *authn.Actor
	Ground     access.Ground
	License    license.License
	Fields     []string
	RecordID   string
	ScenarioID string
	Purpose    string
	At         time.Time
}

// Hand writes the receipts of both sides. The public keeps none, and nobody keeps one of showing to themselves.
func (d *Desk) Hand(ctx context.Context, tx *db.Tx, h Handed) error {
	unit, peer := sides(h.To)
	if unit == "" && peer == "" || peer == h.Giver {
		return nil
	}
	if err := d.keep(ctx, tx, h, h.Giver, Gave, unit, peer); err != nil {
		return err
	}
	if unit != "" {
		return d.keepForUnit(ctx, tx, h)
	}
	return d.keep(ctx, tx, h, peer, Got, "", h.Giver)
}

func (d *Desk) keep(ctx context.Context, tx *db.Tx, h Handed, holderID, side, otherUnit, otherHolder string) error {
	fields, err := json.Marshal(h.Fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	purpose, err := d.o.Holders.Seal(ctx, tx, holderID, []byte(h.Purpose))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO show_receipt (holder_id, receipt_id, side, ground, record_id, owner_id, license_id, other_unit,
			other_holder, type_code, type_version, fields, state, scenario_id, purpose, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		holderID, db.NewID(), side, string(h.Ground), h.RecordID, h.License.HolderID, h.License.ID, otherUnit, otherHolder,
		h.License.TypeCode, h.License.TypeVersion, string(fields), string(h.License.State(h.At)), h.ScenarioID, purpose,
		db.Micros(h.At))
	if err != nil {
		return fmt.Errorf("keep receipt: %w", err)
	}
	return nil
}

func (d *Desk) keepForUnit(ctx context.Context, tx *db.Tx, h Handed) error {
	fields, err := json.Marshal(h.Fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	purpose, err := d.o.Holders.Seal(ctx, tx, holder.PlatformID, []byte(h.Purpose))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO unit_receipt (account_id, receipt_id, unit_id, ground, record_id, other_holder, type_code, type_version,
			fields, state, scenario_id, purpose, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		h.To.AccountID, db.NewID(), h.To.UnitID, string(h.Ground), h.RecordID, h.Giver, h.License.TypeCode,
		h.License.TypeVersion, string(fields), string(h.License.State(h.At)), h.ScenarioID, purpose, db.Micros(h.At))
	if err != nil {
		return fmt.Errorf("keep receipt: %w", err)
	}
	return nil
}

// Receipts lists an actor's receipts, newest first: a holder's own, a verifier's of what they checked for their unit.
func (d *Desk) Receipts(ctx context.Context, q *db.Tx, actor *authn.Actor, limit int) ([]Receipt, error) {
	if actor.HolderID == "" {
		return d.receipts(ctx, q, holder.PlatformID, `
			SELECT receipt_id, 'got', ground, record_id, '', '', other_holder, type_code, type_version, fields, state,
				scenario_id, purpose, at
			FROM unit_receipt
			WHERE account_id = $1
			ORDER BY receipt_id DESC
			LIMIT $2`, actor.AccountID, limit)
	}
	return d.receipts(ctx, q, actor.HolderID, `
		SELECT receipt_id, side, ground, record_id, license_id, other_unit, other_holder, type_code, type_version, fields,
			state, scenario_id, purpose, at
		FROM show_receipt
		WHERE holder_id = $1
		ORDER BY receipt_id DESC
		LIMIT $2`, actor.HolderID, limit)
}

func (d *Desk) receipts(ctx context.Context, q *db.Tx, keyOf, query string, args ...any) ([]Receipt, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", err)
	}
	var found []Receipt
	var purposes [][]byte
	for rows.Next() {
		var r Receipt
		var fields string
		var purpose []byte
		var at int64
		if err := rows.Scan(&r.ID, &r.Side, &r.Ground, &r.RecordID, &r.LicenseID, &r.OtherUnit, &r.OtherHolder, &r.TypeCode,
			&r.TypeVersion, &fields, &r.State, &r.ScenarioID, &purpose, &at); err != nil {
			return nil, errors.Join(fmt.Errorf("list receipts: %w", err), rows.Close())
		}
		if err := json.Unmarshal([]byte(fields), &r.Fields); err != nil {
			return nil, errors.Join(fmt.Errorf("decode fields: %w", err), rows.Close())
		}
		r.At = db.Time(at)
		found, purposes = append(found, r), append(purposes, purpose)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list receipts: %w", err)
	}
	for i := range found {
		plain, err := d.o.Holders.Open(ctx, q, keyOf, purposes[i])
		if err != nil {
			return nil, err
		}
		found[i].Purpose = string(plain)
	}
	return found, nil
}

// RecordOwner finds in whose shard the record of a receipt stands that a holder keeps, or gives evidence.unknown.
// Whoever was shown a license may check the proof of it as its holder may.
func (d *Desk) RecordOwner(ctx context.Context, q *db.Tx, holderID, recordID string) (string, error) {
	var owner string
	err := q.QueryRow(ctx, `
		SELECT owner_id
		FROM show_receipt
		WHERE holder_id = $1 AND record_id = $2`, holderID, recordID).Scan(&owner)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.New(errs.NotFound, "evidence.unknown")
	}
	if err != nil {
		return "", fmt.Errorf("find receipt: %w", err)
	}
	return owner, nil
}
