package present

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/license"
)

// ConsentLife is how long after the consent the asker may read, once.
const ConsentLife = 10 * time.Minute

// Holding is one of the holder's licenses that would answer a request.
type Holding struct {
	License license.License
	State   license.State
}

func (d *Desk) holdings(held []license.License) []Holding {
	now := d.o.Clock.Now()
	var out []Holding
	for _, l := range held {
		if l.Step == license.StepPublished {
			out = append(out, Holding{License: l, State: l.State(now)})
		}
	}
	return out
}

// Choice is what a holder gives for one item of a request: a license, and of the fields asked for those agreed to.
type Choice struct {
	LicenseID string
	Fields    []string // none: all that are asked for
}

// consent is a holder's word (授权): one license, its fields, one account, a term, so many readings.
type consent struct {
	id              string
	licenseHolderID string
	licenseID       string
	fields          []string
	givenAt, until  time.Time
	usesLeft        int
}

// consentBody is a consent as the log holds it (committed, not shown).
type consentBody struct {
	RequestID string        `json:"requestId"`
	HolderID  string        `json:"holderId"`
	AccountID string        `json:"accountId"` // who consented
	Grantee   string        `json:"grantee"`   // account
	UnitID    string        `json:"unitId,omitempty"`
	PeerID    string        `json:"peerId,omitempty"`
	Scenario  string        `json:"scenario,omitempty"`
	Purpose   string        `json:"purpose"`
	Licenses  []licenseBody `json:"licenses"`
	At        string        `json:"at"`
	Until     string        `json:"until"`
}

type licenseBody struct {
	ConsentID string   `json:"consentId"`
	LicenseID string   `json:"licenseId"`
	TypeCode  string   `json:"typeCode"`
	Fields    []string `json:"fields"`
}

// Consent answers yes: the asker may read the chosen licenses, once, within ConsentLife. It gives the 存证编号 of the
// consent. Of two answers at once, one counts.
func (d *Desk) Consent(ctx context.Context, actor *authn.Actor, code string, choices []Choice) (string, error) {
	if err := MayShow(actor); err != nil {
		return "", err
	}
	var no string
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := d.Look(ctx, tx, actor, code)
		if err != nil {
			return err
		}
		if err := d.stillAsks(ctx, tx, actor, a); err != nil {
			return err
		}
		ok, err := d.step(ctx, tx, a.ID, Given, actor.HolderID)
		if err != nil {
			return err
		}
		if !ok {
			return over(a.State)
		}
		no, err = d.agree(ctx, tx, actor, a, choices)
		return err
	})
	return no, err
}

// stillAsks refuses a request whose asker may no longer ask, or not of this holder.
func (d *Desk) stillAsks(ctx context.Context, q *db.Tx, actor *authn.Actor, a AskedOf) error {
	if a.ScenarioID == "" {
		return nil
	}
	l, err := d.Scenario(ctx, q, a.ScenarioID)
	if err != nil {
		return err
	}
	ok, err := d.UnitEnrolled(ctx, q, a.ScenarioID, a.AskerUnit)
	if err != nil {
		return err
	}
	if !ok {
		return errs.New(errs.Conflict, "present.asker-not-enrolled")
	}
	return d.fits(ctx, q, actor.HolderID, l)
}

// agree writes the consents and the one leaf that holds them.
func (d *Desk) agree(ctx context.Context, tx *db.Tx, actor *authn.Actor, a AskedOf, choices []Choice) (string, error) {
	if len(choices) == 0 {
		return "", errs.New(errs.Invalid, "field.required").On("choices")
	}
	now := d.o.Clock.Now()
	purpose, err := d.PurposeIn(ctx, tx, a.ScenarioID, a.Purpose)
	if err != nil {
		return "", err
	}
	body := consentBody{RequestID: a.ID, HolderID: actor.HolderID, AccountID: actor.AccountID, Grantee: a.AskerAccount,
		UnitID: a.AskerUnit, PeerID: a.AskerHolder, Scenario: a.ScenarioID, Purpose: purpose,
		At: now.Format(time.RFC3339Nano), Until: now.Add(ConsentLife).Format(time.RFC3339Nano)}
	var given []consent
	seen := map[string]bool{}
	for _, c := range choices {
		l, fields, err := d.pick(ctx, tx, actor, a, c)
		if err != nil {
			return "", err
		}
		if seen[l.TypeCode] {
			return "", errs.New(errs.Invalid, "present.item-twice").On("choices")
		}
		seen[l.TypeCode] = true
		x := consent{id: db.NewID(), licenseHolderID: l.HolderID, licenseID: l.ID, fields: fields, givenAt: now,
			until: now.Add(ConsentLife), usesLeft: 1}
		given = append(given, x)
		body.Licenses = append(body.Licenses, licenseBody{ConsentID: x.id, LicenseID: l.ID, TypeCode: l.TypeCode, Fields: fields})
	}
	r, err := d.o.Book.Append(ctx, tx, evidence.Event{HolderID: actor.HolderID, Kind: "consent", At: now, Body: body})
	if err != nil {
		return "", err
	}
	for _, x := range given {
		if err := d.insertConsent(ctx, tx, actor.HolderID, a.Request, x, purpose, r.LeafID); err != nil {
			return "", err
		}
	}
	return r.No, nil
}

// pick holds one choice against the request: an own license of a type asked for, in force, and no field too many.
func (d *Desk) pick(ctx context.Context, q *db.Tx, actor *authn.Actor, a AskedOf, c Choice) (license.License, []string, error) {
	l, err := d.o.Licenses.Find(ctx, q, actor.HolderID, c.LicenseID)
	if err != nil {
		return license.License{}, nil, err
	}
	i := slices.IndexFunc(a.Items, func(x Item) bool { return x.Type == l.TypeCode })
	if i < 0 {
		return license.License{}, nil, errs.New(errs.Invalid, "present.not-asked").On("choices")
	}
	if err := Usable(l, d.o.Clock.Now()); err != nil {
		return license.License{}, nil, err
	}
	if len(c.Fields) == 0 {
		return l, a.Items[i].Fields, nil
	}
	for _, n := range c.Fields {
		if !slices.Contains(a.Items[i].Fields, n) {
			return license.License{}, nil, errs.New(errs.Invalid, "present.not-asked").On("choices")
		}
	}
	return l, c.Fields, nil
}

func (d *Desk) insertConsent(ctx context.Context, tx *db.Tx, holderID string, r Request, x consent, purpose, leafID string) error {
	fields, err := json.Marshal(x.fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	sealed, err := d.o.Holders.Seal(ctx, tx, holderID, []byte(purpose))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO consent (holder_id, consent_id, request_id, license_holder_id, license_id, fields, grantee_account,
			grantee_unit, grantee_holder, scenario_id, purpose, given_at, until_at, uses_left, leaf_id, record_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '')`,
		holderID, x.id, r.ID, x.licenseHolderID, x.licenseID, string(fields), r.AskerAccount, r.AskerUnit, r.AskerHolder,
		r.ScenarioID, sealed, db.Micros(x.givenAt), db.Micros(x.until), x.usesLeft, leafID)
	if err != nil {
		return fmt.Errorf("insert consent: %w", err)
	}
	return nil
}

// consents lists what was agreed to for a request, what can still be read first.
func (d *Desk) consents(ctx context.Context, q *db.Tx, holderID, requestID string) ([]consent, error) {
	rows, err := q.Query(ctx, `
		SELECT consent_id, license_holder_id, license_id, fields, given_at, until_at, uses_left
		FROM consent
		WHERE holder_id = $1 AND request_id = $2
		ORDER BY uses_left DESC, consent_id`, holderID, requestID)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []consent
	for rows.Next() {
		var x consent
		var fields string
		var given, until int64
		if err := rows.Scan(&x.id, &x.licenseHolderID, &x.licenseID, &fields, &given, &until, &x.usesLeft); err != nil {
			return nil, fmt.Errorf("list consents: %w", err)
		}
		if err := json.Unmarshal([]byte(fields), &x.fields); err != nil {
			return nil, fmt.Errorf("decode fields: %w", err)
		}
		x.givenAt, x.until = db.Time(given), db.Time(until)
		found = append(found, x)
	}
	return found, rows.Err()
}

// LiveConsents counts the showings that a holder agreed to and that can still be read.
func (d *Desk) LiveConsents(ctx context.Context, q *db.Tx, holderID string) (int, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*) FROM consent
		WHERE holder_id = $1 AND uses_left > 0 AND until_at > $2`, holderID, db.Micros(d.o.Clock.Now())).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count consents: %w", err)
	}
	return n, nil
}

// Receive gives the asker what was agreed to, each license once. What a broken connection left unread can be received
// later, within the term; what was read is refused, on record.
func (d *Desk) Receive(ctx context.Context, actor *authn.Actor, id string) ([]Verdict, error) {
	if err := MayShow(actor); err != nil {
		return nil, err
	}
	var r Request
	var all []consent
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if r, err = d.own(ctx, q, actor, id); err != nil || r.HolderID == "" {
			return err
		}
		all, err = d.consents(ctx, q, r.HolderID, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	switch r.State {
	case Asked:
		return nil, errs.New(errs.Conflict, "present.request-waiting")
	case Refused:
		return nil, errs.New(errs.Gone, "present.request-refused")
	case Given, Received:
	default:
		return nil, over(r.State)
	}
	var out []Verdict
	for i, x := range all {
		if x.usesLeft == 0 && i > 0 {
			break // read before, and the first one has told so if nothing is left
		}
		v, err := d.readOne(ctx, actor, r, x)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (d *Desk) readOne(ctx context.Context, actor *authn.Actor, r Request, x consent) (Verdict, error) {
	var a access.Agreed
	claim := func(ctx context.Context, tx *db.Tx) (access.Agreed, error) {
		var err error
		a, err = d.agreed(ctx, tx, actor, r, x)
		return a, err
	}
	settle := func(ctx context.Context, tx *db.Tx, recordID string) error {
		return d.received(ctx, tx, actor, r, x, a, recordID)
	}
	reading, err := d.o.Door.Consented(ctx, actor, claim, settle)
	if err != nil {
		return Verdict{}, err
	}
	return d.Verdict(ctx, reading)
}

// agreed gathers what the door decides on, and takes the one reading.
func (d *Desk) agreed(ctx context.Context, tx *db.Tx, actor *authn.Actor, r Request, x consent) (access.Agreed, error) {
	l, err := d.o.Licenses.Get(ctx, tx, x.licenseHolderID, x.licenseID)
	if err != nil {
		return access.Agreed{}, err
	}
	a := access.Agreed{License: l, Giver: r.HolderID, Grantee: access.Grantee{Account: r.AskerAccount}, Consented: x.fields, Fields: x.fields,
		Live: true, InScenario: r.ScenarioID != "", From: x.givenAt, Until: x.until}
	if !l.State(d.o.Clock.Now()).Usable() {
		a.Fields = []string{}
	}
	if a.Purpose, err = d.PurposeIn(ctx, tx, r.ScenarioID, r.Purpose); err != nil {
		return access.Agreed{}, err
	}
	a.AgreedPurpose = a.Purpose
	if a.Enrolled, err = d.Enrolled(ctx, tx, r.ScenarioID, actor); err != nil {
		return access.Agreed{}, err
	}
	n, err := tx.Exec(ctx, `
		UPDATE consent
		SET uses_left = uses_left - 1
		WHERE holder_id = $1 AND consent_id = $2 AND uses_left > 0`, r.HolderID, x.id)
	if err != nil {
		return access.Agreed{}, fmt.Errorf("use consent: %w", err)
	}
	a.Left = int(n) // as it was before this reading
	return a, nil
}

// received notes a reading and gives both sides their receipts.
func (d *Desk) received(ctx context.Context, tx *db.Tx, actor *authn.Actor, r Request, x consent, a access.Agreed, recordID string) error {
	_, err := tx.Exec(ctx, `
		UPDATE consent
		SET record_id = $1
		WHERE holder_id = $2 AND consent_id = $3`, recordID, r.HolderID, x.id)
	if err != nil {
		return fmt.Errorf("note the reading: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE show_request
		SET state = 'received'
		WHERE request_id = $1 AND state = 'given'`, r.ID)
	if err != nil {
		return fmt.Errorf("note the reading: %w", err)
	}
	return d.Hand(ctx, tx, Handed{Giver: r.HolderID, To: actor, Ground: access.Consent, License: a.License, Fields: a.Fields,
		RecordID: recordID, ScenarioID: r.ScenarioID, Purpose: a.Purpose, At: d.o.Clock.Now()})
}
