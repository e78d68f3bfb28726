package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
)

// use is one decided use on its way to the record.
type use struct {
	holderID   string // whose record it is: the license's first holder, or the platform when there is none
	ground     Ground
	actor      *authn.Actor
	license    license.License
	caseNo     string
	matterCode string
	grantID    string   // of the use grant, or of the holder's authorisation that stands
	tokenHash  []byte   // of the token that was redeemed, if there was one
	fields     []string // nil: all
	beside     []string // what a picture shows beside them
	whole      bool     // a file is handed out, which shows the whole face whatever fields are bound
	purpose    string
	place      string
	reasons    []string // empty: given

	at       time.Time
	recordID string
	recordNo string
}

func (u use) result() string {
	if len(u.reasons) > 0 {
		return ResultRefused
	}
	return ResultGiven
}

func (u use) refusal() error {
	if len(u.reasons) == 0 {
		return nil
	}
	return &Refusal{Reasons: u.reasons, RecordNo: u.recordNo}
}

// entry is a use as the log holds it (committed, not shown). FZ-18: who, unit, case, matter, holder, license,
// fields, purpose, result, place.
type entry struct {
	Ground    Ground   `json:"ground"`
	Result    string   `json:"result"`
	Reasons   []string `json:"reasons,omitempty"`
	AccountID string   `json:"accountId"`
	Relation  string   `json:"relation,omitempty"` // by which the account acted for the holder
	UnitID    string   `json:"unitId"`
	CaseNo    string   `json:"caseNo,omitempty"`
	Grant     string   `json:"grant,omitempty"` // 用证码, or the holder's authorisation that stands
	Token     []byte   `json:"token,omitempty"` // digest of the token: each can stand in one record of a reading given
	Matter    string   `json:"matter,omitempty"`
	HolderID  string   `json:"holderId"`
	LicenseID string   `json:"licenseId"`
	TypeCode  string   `json:"typeCode"`
	VersionNo int      `json:"versionNo"`
	Fields    []string `json:"fields"`
	Purpose   string   `json:"purpose"`
	Place     string   `json:"place,omitempty"`
	At        string   `json:"at"`
}

// record writes a use, given or refused, and its leaf.
func (d *Door) record(ctx context.Context, tx *db.Tx, u *use) error {
	u.at = d.o.Clock.Now()
	if u.holderID == "" {
		u.holderID = holder.PlatformID
	}
	unit, role := "", "public"
	if u.actor != nil {
		unit, role = u.actor.UnitID, roleFor(u.ground, u.actor)
	}
	fields := u.fields
	if fields == nil || u.whole {
		fields = []string{"*"}
	} else if len(u.beside) > 0 {
		fields = slices.Compact(slices.Sorted(slices.Values(slices.Concat(fields, u.beside))))
	}
	seal, err := d.o.Holders.Sealing(ctx, tx, u.holderID)
	if err != nil {
		return err
	}
	prepared, err := d.o.Book.Prepare(evidence.Event{HolderID: u.holderID, IssuerID: u.license.IssuerID, Kind: LeafKind, At: u.at, Body: entry{
		Ground: u.ground, Result: u.result(), Reasons: u.reasons, AccountID: actorID(u.actor), Relation: relationOf(u.actor), UnitID: unit,
		CaseNo: u.caseNo, Grant: u.grantID, Token: u.tokenHash, Matter: u.matterCode, HolderID: u.holderID, LicenseID: u.license.ID,
		TypeCode: u.license.TypeCode, VersionNo: u.license.VersionNo, Fields: fields, Purpose: u.purpose,
		Place: u.place, At: u.at.Format(time.RFC3339Nano),
	}}, seal)
	if err != nil {
		return err
	}
	if err := d.o.Book.Enter(ctx, tx, []evidence.Prepared{prepared}); err != nil {
		return err
	}
	u.recordID, u.recordNo = prepared.LeafID, prepared.No
	names, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("encode fields: %w", err)
	}
	reasons, err := json.Marshal(append([]string{}, u.reasons...))
	if err != nil {
		return fmt.Errorf("encode reasons: %w", err)
	}
	purpose, err := seal([]byte(u.purpose))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO access_record (holder_id, record_id, at, ground, result, reasons, account_id, unit_id, role, case_no,
			matter_code, license_id, version_no, type_code, fields, purpose, place, relation_id,
			grant_id, issuer_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		u.holderID, u.recordID, db.Micros(u.at), string(u.ground), u.result(), string(reasons), actorID(u.actor), unit,
		role, u.caseNo, u.matterCode, u.license.ID, u.license.VersionNo, u.license.TypeCode, string(names), purpose, u.place, relationOf(u.actor),
		u.grantID, u.license.IssuerID)
	if err != nil {
		return fmt.Errorf("record use: %w", err)
	}
	return nil
}

func relationOf(a *authn.Actor) string {
	if a == nil || a.Acting == nil {
		return ""
	}
	return a.Acting.RelationID
}

// roleFor is the role in which an actor acted on a ground. Who acted for the holder is told apart from the holder.
func roleFor(g Ground, a *authn.Actor) string {
	if a.Acting != nil {
		return "agent"
	}
	wanted := map[Ground][]string{Case: {"approver", "clerk"}, Self: {"holder"}, Presentation: {"verifier"}, Consent: {"verifier", "holder"}, Issuing: {"reviewer", "approver", "clerk"}, Commitment: {rolePlatform},
		Inspection: {"verifier"}, BreakGlass: {authn.RoleAdmin, authn.RoleDigital}}
	for _, r := range wanted[g] {
		if a.Has(r) {
			return r
		}
	}
	return a.Kind
}

// Number is the 存证编号 of a record; "" of what has none.
func Number(recordID string) string {
	id, err := uuid.Parse(recordID)
	if err != nil {
		return ""
	}
	return leaf.Number(id)
}
