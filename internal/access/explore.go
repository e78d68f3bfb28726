package access

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
)

const (
	// LookDays is the longest span that one look goes over.
	LookDays = 92
	// lookScans is how many records one look goes through at most; it tells how far it came, and the next goes on from there.
	lookScans = 20_000
)

// LookKind is the kind of leaf that an auditor's look leaves in the log.
const LookKind = "audit-look"

// Look says which records of use an auditor wants to see; what is empty narrows nothing, but From and Until are needed.
type Look struct {
	From, Until time.Time // from the one to before the other
	UnitID      string    // that asked
	AccountID   string    // of who asked
	CaseNo      string
	Ground      Ground
	Result      string
	Identifier  string // 电子证照标识
	TypeCode    string
	After       string // what the page before gave as Next
	Limit       int    // required
}

// Seen is one record of use as an auditor sees it. Nothing in it was kept under a holder's key.
type Seen struct {
	Use       // without the purpose, which is whatever somebody wrote
	HolderID  string
	AccountID string
	IssuerID  string
}

// LookPage is a page of records of use.
type LookPage struct {
	Seen []Seen
	Next string    // "" at the end; a page can be empty and not be the last
	Back time.Time // how far back the records were gone through
	No   string    // 存证编号 of the look itself
}

// lookEntry is a look as the log holds it: who, what they asked for and which records they were shown.
type lookEntry struct {
	AccountID  string   `json:"accountId"`
	UnitID     string   `json:"unitId"`
	From       string   `json:"from"`
	Until      string   `json:"until"`
	OfUnit     string   `json:"ofUnit,omitempty"`
	OfAccount  string   `json:"ofAccount,omitempty"`
	CaseNo     string   `json:"caseNo,omitempty"`
	Ground     Ground   `json:"ground,omitempty"`
	Result     string   `json:"result,omitempty"`
	Identifier string   `json:"identifier,omitempty"`
	TypeCode   string   `json:"typeCode,omitempty"`
	After      string   `json:"after,omitempty"`
	Shown      []string `json:"shown"` // numbers of records
	At         string   `json:"at"`
}

// Explore shows a supervisor the records of use of the own unit and those beneath it, newest first; to that of a topmost unit
// also those that no unit asked for. The look is in the log before anything is shown (AUD-1): who watches is on record too.
func (d *Door) Explore(ctx context.Context, actor *authn.Actor, l Look) (LookPage, error) {
	if actor == nil || !actor.Has(authn.RoleSupervisor) {
		return LookPage{}, errs.New(errs.Denied, "denied")
	}
	if !l.From.Before(l.Until) || l.Until.Sub(l.From) > LookDays*24*time.Hour {
		return LookPage{}, errs.New(errs.Invalid, "look.span").On("to")
	}
	at, id, err := parseAfter(l.After)
	if err != nil {
		return LookPage{}, err
	}
	var p LookPage
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if p, err = d.explore(ctx, tx, actor, l, at, id); err != nil {
			return err
		}
		now := d.o.Clock.Now()
		e := lookEntry{AccountID: actor.AccountID, UnitID: actor.UnitID, From: l.From.UTC().Format(time.RFC3339), Until: l.Until.UTC().Format(time.RFC3339),
			OfUnit: l.UnitID, OfAccount: l.AccountID, CaseNo: l.CaseNo, Ground: l.Ground, Result: l.Result, Identifier: l.Identifier,
			TypeCode: l.TypeCode, After: l.After, Shown: []string{}, At: now.UTC().Format(time.RFC3339Nano)}
		for _, s := range p.Seen {
			e.Shown = append(e.Shown, s.RecordNo)
		}
		r, err := d.o.Book.Append(ctx, tx, evidence.Event{HolderID: holder.PlatformID, Kind: LookKind, At: now, Body: e})
		p.No = r.No
		return err
	})
	if err != nil {
		return LookPage{}, err
	}
	return p, nil
}

func (d *Door) explore(ctx context.Context, q *db.Tx, actor *authn.Actor, l Look, at int64, id string) (LookPage, error) {
	p := LookPage{Back: l.From}
	unit, err := d.o.Units.Get(ctx, q, actor.UnitID)
	if err != nil {
		return p, err
	}
	var holderID, licenseID string
	if l.Identifier != "" {
		found, err := d.o.Licenses.ByIdentifier(ctx, q, l.Identifier)
		if err != nil {
			return p, err
		}
		holderID, licenseID = found.HolderID, found.ID
	}
	if l.After == "" {
		at, id = db.Micros(l.Until)-1, lastRecord
	}
	// Where this look must end, so that it never goes through more records than it may.
	floorAt, floorID := db.Micros(l.From), ""
	err = q.QueryRow(ctx, `
		SELECT at, record_id
		FROM access_record
		WHERE at >= $1 AND at <= $2 AND (at < $2 OR record_id < $3) AND record_id >= $5 AND record_id < $6
		ORDER BY at DESC, record_id DESC
		LIMIT 1 OFFSET $4`, db.Micros(l.From), at, id, lookScans-1, floor(l.From), ceiling(l.Until)).Scan(&floorAt, &floorID)
	further := err == nil
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return p, fmt.Errorf("bound look: %w", err)
	}
	rows, err := q.Query(ctx, `
		WITH RECURSIVE beneath (unit_id) AS (
			SELECT CAST($1 AS TEXT)
			UNION
			SELECT u.unit_id FROM unit u JOIN beneath b ON u.parent_id = b.unit_id
		)
		SELECT holder_id, record_id, at, ground, result, reasons, account_id, unit_id, role, case_no, matter_code, license_id, type_code,
			fields, issuer_id
		FROM access_record
		WHERE at >= $2 AND at <= $3 AND (at < $3 OR record_id < $4) AND (at > $2 OR record_id >= $5) AND record_id >= $16 AND record_id < $17
			AND (unit_id IN (SELECT unit_id FROM beneath) OR $6 = 1 AND unit_id = '')
			AND ($7 = '' OR unit_id = $7) AND ($8 = '' OR account_id = $8) AND ($9 = '' OR case_no = $9) AND ($10 = '' OR ground = $10)
			AND ($11 = '' OR result = $11) AND ($12 = '' OR holder_id = $12 AND license_id = $13) AND ($14 = '' OR type_code = $14)
		ORDER BY at DESC, record_id DESC
		LIMIT $15`, actor.UnitID, floorAt, at, id, floorID, flag(unit.Parent == ""), l.UnitID, l.AccountID, l.CaseNo, string(l.Ground), l.Result,
		holderID, licenseID, l.TypeCode, l.Limit+1, floor(l.From), ceiling(l.Until))
	if err != nil {
		return p, fmt.Errorf("look at records: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		s, err := scanSeen(rows)
		if err != nil {
			return p, fmt.Errorf("look at records: %w", err)
		}
		p.Seen = append(p.Seen, s)
	}
	if err := rows.Err(); err != nil {
		return p, fmt.Errorf("look at records: %w", err)
	}
	switch {
	case len(p.Seen) > l.Limit:
		p.Seen = p.Seen[:l.Limit]
		last := p.Seen[l.Limit-1]
		p.Next, p.Back = after(db.Micros(last.At), last.RecordID), last.At
	case further:
		p.Next, p.Back = after(floorAt, floorID), db.Time(floorAt)
	}
	return p, nil
}

func scanSeen(rows interface{ Scan(...any) error }) (Seen, error) {
	var s Seen
	var at int64
	var reasons, fields string
	if err := rows.Scan(&s.HolderID, &s.RecordID, &at, &s.Ground, &s.Result, &reasons, &s.AccountID, &s.UnitID, &s.Role, &s.CaseNo, &s.MatterCode,
		&s.LicenseID, &s.TypeCode, &fields, &s.IssuerID); err != nil {
		return Seen{}, err
	}
	if err := errors.Join(json.Unmarshal([]byte(reasons), &s.Reasons), json.Unmarshal([]byte(fields), &s.Fields)); err != nil {
		return Seen{}, err
	}
	s.At, s.RecordNo = db.Time(at), Number(s.RecordID)
	return s, nil
}

// after writes the place behind which a page goes on.
func after(at int64, id string) string { return fmt.Sprintf("%d.%s", at, id) }

// parseAfter reads it; what a page did not give is errs "look.page".
func parseAfter(s string) (at int64, id string, err error) {
	if s == "" {
		return 0, "", nil
	}
	number, id, ok := strings.Cut(s, ".")
	if _, err := fmt.Sscanf(number, "%d", &at); err != nil || !ok || Number(id) == "" {
		return 0, "", errs.New(errs.Invalid, "look.page").On("after")
	}
	return at, id, nil
}

// Decisive is the rule that decided a use: of a refusal the first that said no, of what was given the one that opens its ground.
func (d *Door) Decisive(u Use) (Rule, bool) {
	want := strings.TrimPrefix(cmp.Or(u.Reasons...), "access.")
	for _, c := range d.book {
		for _, r := range c.Rules {
			if want != "" && r.ID == want || want == "" && c.Ground == u.Ground && r.Permits {
				return r, true
			}
		}
	}
	return Rule{}, false
}
