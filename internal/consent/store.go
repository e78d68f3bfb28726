package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
)

// listed bounds a list in one answer.
const listed = 200

const columns = `authorisation_id, holder_id, step, grantee_unit, grantee_holder, scenario_id, type_code, license_holder_id, license_id,
			fields, purpose, uses_max, uses, days, asked_by, asked_at, answer_by, given_by, given_at, until_at, ended_at, leaf_id, told`

func unknown() error { return errs.New(errs.NotFound, "consent.unknown") }

// change runs a step in a transaction and gives the authorisation as the step left it.
func (d *Desk) change(ctx context.Context, step func(ctx context.Context, tx *db.Tx) (Authorisation, error)) (Authorisation, error) {
	var a Authorisation
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		a, err = step(ctx, tx)
		return err
	})
	return a, err
}

// hold finds a holder's authorisation and keeps others from it until the transaction ends: readings are counted and
// withdrawals made one after the other, however many come at once.
func (d *Desk) hold(ctx context.Context, tx *db.Tx, holderID, id string) (Authorisation, error) {
	n, err := tx.Exec(ctx, `
		UPDATE authorisation
		SET row_version = row_version + 1
		WHERE holder_id = $1 AND authorisation_id = $2`, holderID, id)
	if err != nil {
		return Authorisation{}, fmt.Errorf("hold authorisation: %w", err)
	}
	if n == 0 {
		return Authorisation{}, unknown()
	}
	return d.Get(ctx, tx, holderID, id)
}

// holdNamed is hold for whoever is named in the authorisation.
func (d *Desk) holdNamed(ctx context.Context, tx *db.Tx, actor *authn.Actor, id string) (Authorisation, error) {
	holderID, err := d.lead(ctx, tx, actor, id)
	if err != nil {
		return Authorisation{}, err
	}
	return d.hold(ctx, tx, holderID, id)
}

// namedAs is as whom an actor may be named: a unit's verifier as the unit, a holder as who they act for.
func namedAs(actor *authn.Actor) string {
	if actor.HolderID != "" {
		return actor.HolderID
	}
	return actor.UnitID
}

// lead finds the holder of an authorisation that names the actor.
func (d *Desk) lead(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (string, error) {
	var holderID string
	err := q.QueryRow(ctx, `
		SELECT holder_id
		FROM authorisation_index
		WHERE authorisation_id = $1 AND grantee = $2`, id, namedAs(actor)).Scan(&holderID)
	if errors.Is(err, db.ErrNoRows) {
		return "", unknown()
	}
	if err != nil {
		return "", fmt.Errorf("find authorisation: %w", err)
	}
	return holderID, nil
}

// Get gives an authorisation of a holder's.
func (d *Desk) Get(ctx context.Context, q *db.Tx, holderID, id string) (Authorisation, error) {
	found, err := d.list(ctx, q, `
		SELECT `+columns+`
		FROM authorisation
		WHERE holder_id = $1 AND authorisation_id = $2`, holderID, id)
	if err == nil && len(found) == 0 {
		err = unknown()
	}
	if err != nil {
		return Authorisation{}, err
	}
	return found[0], nil
}

// Named gives an authorisation to whoever is named in it.
func (d *Desk) Named(ctx context.Context, q *db.Tx, actor *authn.Actor, id string) (Authorisation, error) {
	holderID, err := d.lead(ctx, q, actor, id)
	if err != nil {
		return Authorisation{}, err
	}
	return d.Get(ctx, q, holderID, id)
}

// List gives a holder's authorisations, the newest first; what was taken back or refused comes last, so that no number of
// such requests hides what can be withdrawn.
func (d *Desk) List(ctx context.Context, q *db.Tx, holderID string) ([]Authorisation, error) {
	return d.list(ctx, q, `
		SELECT `+columns+`
		FROM authorisation
		WHERE holder_id = $1
		ORDER BY CASE WHEN step IN ('given', 'asked') THEN 0 ELSE 1 END, authorisation_id DESC
		LIMIT $2`, holderID, listed)
}

// ListNamed gives the authorisations that name the actor, in the order of List.
func (d *Desk) ListNamed(ctx context.Context, q *db.Tx, actor *authn.Actor) ([]Authorisation, error) {
	return d.list(ctx, q, `
		SELECT a.`+columns+`
		FROM authorisation_index
		JOIN authorisation a USING (holder_id, authorisation_id)
		WHERE grantee = $1
		ORDER BY CASE WHEN step IN ('given', 'asked') THEN 0 ELSE 1 END, authorisation_id DESC
		LIMIT $2`, namedAs(actor), listed)
}

func (d *Desk) list(ctx context.Context, q *db.Tx, query string, args ...any) ([]Authorisation, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list authorisations: %w", err)
	}
	var found []Authorisation
	var purposes, told [][]byte
	for rows.Next() {
		var a Authorisation
		var fields string
		var purpose, name []byte
		var asked, answer, given, until, ended int64
		if err := rows.Scan(&a.ID, &a.HolderID, &a.step, &a.GranteeUnit, &a.GranteeHolder, &a.ScenarioID, &a.TypeCode, &a.LicenseHolderID,
			&a.LicenseID, &fields, &purpose, &a.Uses, &a.Taken, &a.Days, &a.askedBy, &asked, &answer, &a.givenBy, &given, &until,
			&ended, &a.LeafID, &name); err != nil {
			return nil, errors.Join(fmt.Errorf("list authorisations: %w", err), rows.Close())
		}
		if err := json.Unmarshal([]byte(fields), &a.Fields); err != nil {
			return nil, errors.Join(fmt.Errorf("decode fields: %w", err), rows.Close())
		}
		a.AskedAt, a.AnswerBy, a.GivenAt, a.Until, a.EndedAt = db.Time(asked), db.Time(answer), db.Time(given), db.Time(until), db.Time(ended)
		found, purposes, told = append(found, a), append(purposes, purpose), append(told, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list authorisations: %w", err)
	}
	for i := range found {
		plain, err := d.o.Holders.Open(ctx, q, found[i].HolderID, purposes[i])
		if err != nil {
			return nil, err
		}
		found[i].Purpose = string(plain)
		if len(told[i]) == 0 {
			continue
		}
		if plain, err = d.o.Holders.Open(ctx, q, found[i].HolderID, told[i]); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &found[i].Told); err != nil {
			return nil, fmt.Errorf("decode who was asked: %w", err)
		}
	}
	return found, nil
}

func (d *Desk) insert(ctx context.Context, tx *db.Tx, a Authorisation) error {
	fields, err := json.Marshal(a.Fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	purpose, err := d.o.Holders.Seal(ctx, tx, a.HolderID, []byte(a.Purpose))
	if err != nil {
		return err
	}
	told, err := d.told(ctx, tx, a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO authorisation (authorisation_id, holder_id, step, grantee_unit, grantee_holder, scenario_id, type_code,
			license_holder_id, license_id, fields, purpose, uses_max, uses, days, asked_by, asked_at, answer_by, given_by,
			given_at, until_at, ended_at, leaf_id, told, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15, $16, $17, $18, $19, 0, $20, $21, 1)`,
		a.ID, a.HolderID, string(a.step), a.GranteeUnit, a.GranteeHolder, a.ScenarioID, a.TypeCode, a.LicenseHolderID, a.LicenseID,
		string(fields), purpose, a.Uses, a.Days, a.askedBy, db.Micros(a.AskedAt), db.Micros(a.AnswerBy), a.givenBy,
		db.Micros(a.GivenAt), db.Micros(a.Until), a.LeafID, told)
	if err != nil {
		return fmt.Errorf("insert authorisation: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO authorisation_index (authorisation_id, holder_id, grantee, remind_at)
		VALUES ($1, $2, $3, $4)`, a.ID, a.HolderID, a.grantee(), db.Micros(a.remindAt()))
	if err != nil {
		return fmt.Errorf("insert authorisation: %w", err)
	}
	return nil
}

// told seals who was asked where nobody is known; empty otherwise.
func (d *Desk) told(ctx context.Context, tx *db.Tx, a Authorisation) ([]byte, error) {
	if a.Told.Name == "" {
		return []byte{}, nil
	}
	plain, err := json.Marshal(a.Told)
	if err != nil {
		return nil, fmt.Errorf("encode who was asked: %w", err)
	}
	return d.o.Holders.Seal(ctx, tx, a.HolderID, plain)
}

// save writes a step of an authorisation that is held.
func (d *Desk) save(ctx context.Context, tx *db.Tx, a Authorisation) error {
	fields, err := json.Marshal(a.Fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE authorisation
		SET step = $1, license_holder_id = $2, license_id = $3, fields = $4, uses_max = $5, days = $6, given_by = $7, given_at = $8,
			until_at = $9, ended_at = $10, leaf_id = $11
		WHERE holder_id = $12 AND authorisation_id = $13`,
		string(a.step), a.LicenseHolderID, a.LicenseID, string(fields), a.Uses, a.Days, a.givenBy, db.Micros(a.GivenAt),
		db.Micros(a.Until), db.Micros(a.EndedAt), a.LeafID, a.HolderID, a.ID)
	if err != nil {
		return fmt.Errorf("save authorisation: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE authorisation_index
		SET remind_at = $1
		WHERE authorisation_id = $2`, db.Micros(a.remindAt()), a.ID)
	if err != nil {
		return fmt.Errorf("save authorisation: %w", err)
	}
	return nil
}

// tell sends a notice about an authorisation. It names no person: the unit, the type, how many readings are left, the day.
func (d *Desk) tell(ctx context.Context, tx *db.Tx, holderID string, kind notice.Kind, a Authorisation) error {
	t, err := d.o.Types.Latest(ctx, tx, a.TypeCode)
	if err != nil {
		return err
	}
	var u org.Unit
	if a.GranteeUnit != "" {
		if u, err = d.o.Units.Get(ctx, tx, a.GranteeUnit); err != nil {
			return err
		}
	}
	return d.o.Notices.Send(ctx, tx, notice.Notice{HolderID: holderID, Kind: kind, Subject: a.ID, Detail: map[string]string{
		"type": t.Name, "typeEn": t.NameEn, "unit": u.Name, "unitEn": u.NameEn, "left": fmt.Sprint(a.Left()), "day": a.lastDay()}})
}

// tellPeer tells another holder who was named. Units have no notices; they look at their list.
func (d *Desk) tellPeer(ctx context.Context, tx *db.Tx, kind notice.Kind, a Authorisation) error {
	if a.GranteeHolder == "" {
		return nil
	}
	return d.tell(ctx, tx, a.GranteeHolder, kind, a)
}
