package access

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// What a use came to, as its record says.
const (
	ResultGiven   = "given"
	ResultRefused = "refused"
)

// Use is one line of "谁用过我的证照".
type Use struct {
	RecordID, RecordNo string
	At                 time.Time
	Ground             Ground
	Result             string
	Reasons            []string
	UnitID, Role       string
	CaseNo, MatterCode string
	LicenseID          string
	TypeCode           string
	Fields             []string
	Purpose            string
}

// UseFilter narrows a list of uses; what is empty narrows nothing.
type UseFilter struct {
	LicenseID string
	UnitID    string // that asked
	Ground    Ground
	Result    string // ResultGiven or ResultRefused: listed apart, refusals, which anybody can cause, cannot push out what was given
	Others    bool   // without the holder's own looks
	From      time.Time
	Until     time.Time // before it
	Before    string    // the record id that the page before ended with
	Limit     int       // required

	grantID  string
	recordID string
	shared   bool // the holder's shard is another's: without that one's own looks
}

// Uses lists the uses of a holder's licenses, newest first, refusals included. Of a license held with another,
// the uses stand in the first holder's shard; each holder sees them, except the other's own looks. A full page is followed by
// the one before its last record.
func (d *Door) Uses(ctx context.Context, q *db.Tx, holderID string, f UseFilter) ([]Use, error) {
	found, err := d.uses(ctx, q, holderID, f)
	if err != nil {
		return nil, err
	}
	shared, err := d.o.Licenses.Shared(ctx, q, holderID)
	if err != nil {
		return nil, err
	}
	for _, l := range shared {
		if f.LicenseID != "" && f.LicenseID != l.ID {
			continue
		}
		of := f
		of.LicenseID, of.shared = l.ID, true
		more, err := d.uses(ctx, q, l.HolderID, of)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	slices.SortFunc(found, func(a, b Use) int { return strings.Compare(b.RecordID, a.RecordID) })
	return found[:min(len(found), f.Limit)], nil
}

// OneUse is a use that a holder may see. One that is not there, or is no use of the holder's licenses, is errs "evidence.unknown".
func (d *Door) OneUse(ctx context.Context, q *db.Tx, holderID, recordID string) (Use, error) {
	found, err := d.Uses(ctx, q, holderID, UseFilter{recordID: recordID, Limit: 1})
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "evidence.unknown")
	}
	if err != nil {
		return Use{}, err
	}
	return found[0], nil
}

// Whose finds in whose shard a record stands that a holder may see: the holder's own, or that of the first holder
// of a license held together.
func (d *Door) Whose(ctx context.Context, q *db.Tx, holderID, recordID string) (string, error) {
	shared, err := d.o.Licenses.Shared(ctx, q, holderID)
	if err != nil {
		return "", err
	}
	for _, l := range shared {
		var n int
		err := q.QueryRow(ctx, `
			SELECT count(*) FROM access_record
			WHERE holder_id = $1 AND record_id = $2 AND license_id = $3 AND ground <> 'self'`,
			l.HolderID, recordID, l.ID).Scan(&n)
		if err != nil {
			return "", fmt.Errorf("find record: %w", err)
		}
		if n > 0 {
			return l.HolderID, nil
		}
	}
	return holderID, nil
}

// UsesUnder lists the uses of a license that rest on one authorisation of a holder's: the newest given, and apart from them the
// newest refused, up to a limit of each.
func (d *Door) UsesUnder(ctx context.Context, q *db.Tx, l license.License, authorisationID string, limit int) ([]Use, error) {
	var all []Use
	for _, result := range []string{ResultGiven, ResultRefused} {
		found, err := d.uses(ctx, q, l.HolderID, UseFilter{LicenseID: l.ID, Result: result, Limit: limit, grantID: authorisationID, shared: true})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b Use) int { return strings.Compare(b.RecordID, a.RecordID) })
	return all, nil
}

// uses reads the records of one shard.
func (d *Door) uses(ctx context.Context, q *db.Tx, holderID string, f UseFilter) ([]Use, error) {
	until := db.Micros(cmp.Or(f.Until, endOfTime))
	rows, err := q.Query(ctx, `
		SELECT record_id, at, ground, result, reasons, unit_id, role, case_no, matter_code, license_id, type_code,
			fields, purpose
		FROM access_record
		WHERE holder_id = $1 AND record_id < $2 AND at >= $3 AND at < $4
			AND ($5 = '' OR license_id = $5) AND ($6 = '' OR unit_id = $6) AND ($7 = '' OR ground = $7) AND ($8 = '' OR result = $8)
			AND ($9 = 0 OR ground <> 'self') AND ($10 = '' OR grant_id = $10) AND ($11 = '' OR record_id = $11)
		ORDER BY record_id DESC
		LIMIT $12`, holderID, cmp.Or(f.Before, lastRecord), micros(f.From), until, f.LicenseID, f.UnitID, string(f.Ground), f.Result,
		flag(f.Others || f.shared), f.grantID, f.recordID, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list uses: %w", err)
	}
	var found []Use
	var purposes [][]byte
	for rows.Next() {
		var u Use
		var purpose []byte
		var at int64
		var reasons, fields string
		if err := rows.Scan(&u.RecordID, &at, &u.Ground, &u.Result, &reasons, &u.UnitID, &u.Role, &u.CaseNo,
			&u.MatterCode, &u.LicenseID, &u.TypeCode, &fields, &purpose); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("list uses: %w", err)
		}
		if err := json.Unmarshal([]byte(reasons), &u.Reasons); err != nil {
			return nil, fmt.Errorf("decode reasons: %w", err)
		}
		if err := json.Unmarshal([]byte(fields), &u.Fields); err != nil {
			return nil, fmt.Errorf("decode fields: %w", err)
		}
		u.At = db.Time(at)
		u.RecordNo = Number(u.RecordID)
		found, purposes = append(found, u), append(purposes, purpose)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("list uses: %w", err)
	}
	for i := range found {
		if len(purposes[i]) == 0 { // the holder it was kept for was erased
			continue
		}
		plain, err := d.o.Holders.Open(ctx, q, holderID, purposes[i])
		if err != nil {
			return nil, err
		}
		found[i].Purpose = string(plain)
	}
	return found, nil
}

// lastRecord sorts behind every record id.
const lastRecord = "g"

// endOfTime is later than any record.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// micros is a moment as the database has it; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}
