package license

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/ofd"
)

// multi joins the values of an element that several holders give (GB/T 36903-2018).
const multi = "^"

// endOfValidity is the field that states the end where the type's rule leaves it to each license (GB/T 36903-2018).
const endOfValidity = "ZZYXQJZRQ"

// Draft is the decision to issue a license: what is to be made, for whom, by whom.
type Draft struct {
	TypeCode string
	Holders  []string // holder ids; the first one's shard keeps the license
	IssuerID string
	Fields   map[string]string // the type's own fields
	Number   string            // as a paper license bears it; "": the next one by the type's rule
	CaseNo   string
	MakerID  string
	IssuedOn time.Time // civil day in Beijing time
	DueAt    time.Time // when it must be published
	External bool      // taken over from the national system that makes this type; see ADR 0004

	Origin      Origin // "": ByCase, or Foreign for what is External
	OriginID    string
	ConverterID string
	PaperSerial string
	Follows     string // id of the version before, in the first holder's shard; it is superseded when this one is published
	Why         string // code of why a next version is made (变更、延续、补发); "" for a first one
	Renamed     string // the holder's name from the publication of this version on (名称变更); "": the name that they have

	// Asked is what base registers said of it a moment ago. What they have not said of just this draft is asked before it
	// is sealed.
	Asked register.Verdict
}

func (d Draft) origin() Origin {
	switch {
	case d.Origin != "":
		return d.Origin
	case d.External:
		return Foreign
	default:
		return ByCase
	}
}

// Draft enters a license to be made, with its number, identifier and key, inside the caller's transaction.
// The file follows by Make.
func (s *Store) Draft(ctx context.Context, tx *db.Tx, d Draft) (License, error) {
	t, holders, issuer, err := s.admit(ctx, tx, d)
	if err != nil {
		return License{}, err
	}
	found, err := s.findings(ctx, tx, t, d)
	if err != nil {
		return License{}, err
	}
	warnings, err := parted(found)
	if err != nil {
		return License{}, err
	}
	before, err := s.before(ctx, tx, d)
	if err != nil {
		return License{}, err
	}
	values, err := s.values(ctx, tx, t, holders, issuer, d, before)
	if err != nil {
		return License{}, err
	}
	l := License{
		HolderID: d.Holders[0], ID: db.NewID(), TypeCode: t.Code, TypeVersion: t.Version, IssuerID: issuer.ID,
		VersionNo: before.VersionNo + 1, Follows: before.ID, Holders: d.Holders, Step: StepData, Identifier: values["ZZBS"], CaseNo: d.CaseNo, MakerID: d.MakerID,
		IssuedOn: clock.Date(d.IssuedOn), MadeAt: s.o.Clock.Now(), DueAt: d.DueAt,
		Origin: d.origin(), OriginID: d.OriginID, ConverterID: d.ConverterID, PaperSerial: d.PaperSerial, RowVersion: 1,
	}
	if l.ValidFrom, l.ValidTo, err = t.Validity.Period(l.IssuedOn, d.Fields[endOfValidity]); err != nil {
		return License{}, err
	}
	b := body{Values: values, Code: strings.ToLower(rand.Text()), Renamed: d.Renamed}
	key, err := gm.NewKey()
	if err != nil {
		return License{}, err
	}
	if err := s.insert(ctx, tx, l, b, key); err != nil {
		return License{}, err
	}
	if err := s.join(ctx, tx, t, l); err != nil {
		return License{}, err
	}
	if err := s.answered(ctx, tx, t, l, values, d); err != nil {
		return License{}, err
	}
	if err := s.record(ctx, tx, l, Operation{Action: "draft", Reason: d.Why, AccountID: l.MakerID, UnitID: l.IssuerID, Ground: l.CaseNo,
		Words: warnings}); err != nil { // whoever reviews it reads them
		return License{}, err
	}
	return l, s.queue(ctx, tx, l)
}

// admit checks a draft against its type.
func (s *Store) admit(ctx context.Context, tx *db.Tx, d Draft) (*catalog.Type, []holder.Holder, org.Unit, error) {
	none := func(err error) (*catalog.Type, []holder.Holder, org.Unit, error) { return nil, nil, org.Unit{}, err }
	t, issuer, err := s.makable(ctx, tx, d.TypeCode, d.IssuerID, d.External)
	if err != nil {
		return none(err)
	}
	holders, err := s.suits(ctx, tx, t, d)
	return t, holders, issuer, err
}

// suits holds the holders, the fields and the period of a draft against its type.
func (s *Store) suits(ctx context.Context, tx *db.Tx, t *catalog.Type, d Draft) ([]holder.Holder, error) {
	holders, err := s.holdersOf(ctx, tx, t, d.Holders)
	if err != nil {
		return nil, err
	}
	if d.Renamed != "" {
		if d.Follows == "" || len(holders) != 1 || !slices.Contains([]string{"07", "08"}, d.Why) {
			return nil, errs.New(errs.Invalid, "license.rename").On("newName")
		}
		holders[0].Profile.Name = d.Renamed
	}
	if err := t.CheckFields(d.Fields); err != nil {
		return nil, err
	}
	_, _, err = t.Validity.Period(clock.Date(d.IssuedOn), d.Fields[endOfValidity])
	return holders, err
}

// holdersOf gives the holders of a license, where the type may be held by as many and by such.
func (s *Store) holdersOf(ctx context.Context, tx *db.Tx, t *catalog.Type, ids []string) ([]holder.Holder, error) {
	if err := countHolders(t, len(ids)); err != nil {
		return nil, err
	}
	var holders []holder.Holder
	for _, id := range ids {
		h, err := s.o.Holders.Get(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if t.HolderKind != catalog.Mixed && t.HolderKind != h.Kind {
			return nil, errs.New(errs.Invalid, "license.holder-kind")
		}
		holders = append(holders, h)
	}
	return holders, nil
}

// makable gives the type and the issuer of licenses to be made, where this platform makes the type and the unit may
// issue it.
func (s *Store) makable(ctx context.Context, q *db.Tx, typeCode, issuerID string, external bool) (*catalog.Type, org.Unit, error) {
	t, issuer, err := s.madeHere(ctx, q, typeCode, issuerID, external)
	if err != nil {
		return nil, org.Unit{}, err
	}
	return t, issuer, s.mayIssue(ctx, q, t.Code, issuer.ID)
}

// madeHere gives the type and the issuer of licenses, where this platform makes the type.
func (s *Store) madeHere(ctx context.Context, q *db.Tx, typeCode, issuerID string, external bool) (*catalog.Type, org.Unit, error) {
	t, err := s.o.Types.Current(ctx, q, typeCode)
	if err != nil {
		return nil, org.Unit{}, err
	}
	if !t.Making.Here() && !external {
		return nil, org.Unit{}, errs.New(errs.Conflict, "type.external")
	}
	if !t.HasFace() {
		return nil, org.Unit{}, errs.New(errs.Conflict, "type.no-face")
	}
	issuer, err := s.o.Units.Get(ctx, q, issuerID)
	return t, issuer, err
}

// countHolders holds the number of holders against the type: from its fewest to its most.
func countHolders(t *catalog.Type, n int) error {
	least := t.HoldersMin
	if least == 0 {
		least = t.Holders
	}
	if least <= n && n <= t.Holders {
		return nil
	}
	words := strconv.Itoa(t.Holders)
	if least < t.Holders {
		words = strconv.Itoa(least) + "–" + words
	}
	return errs.New(errs.Invalid, "license.holders").With("n", words)
}

// mayIssue refuses a unit that has neither claimed a type (认领) nor been mandated (委托) by one that has.
func (s *Store) mayIssue(ctx context.Context, tx *db.Tx, code, unitID string) error {
	mandators, err := s.o.Units.Mandated(ctx, tx, org.Issue, unitID, code, s.o.Clock.Now())
	if err != nil {
		return err
	}
	for _, id := range append([]string{unitID}, mandators...) {
		claimed, err := s.o.Types.Claimed(ctx, tx, code, id)
		if err != nil || claimed {
			return err
		}
	}
	return errs.New(errs.Denied, "type.unclaimed")
}

// values fills all elements of GB/T 36903-2018 for one license.
func (s *Store) values(ctx context.Context, tx *db.Tx, t *catalog.Type, holders []holder.Holder, issuer org.Unit, d Draft,
	before License,
) (map[string]string, error) {
	if d.Number == "" && before.ID != "" {
		b, err := s.body(ctx, tx, before)
		if err != nil {
			return nil, err
		}
		d.Number = b.Values["ZZBH"] // the same license, so the same number
	}
	number, err := s.number(ctx, tx, t, holders[0], issuer, d)
	if err != nil {
		return nil, err
	}
	identifier, err := mint(t, issuer)
	if before.ID != "" {
		identifier, err = nextIdentifier(before)
	}
	if err != nil {
		return nil, err
	}
	return s.elements(t, holders, issuer, d, number, identifier), nil
}

// mint makes the identifier (电子证照标识) of a first version. Its serial is random: the number of an identity license
// would put the holder's code into every URL and log.
func mint(t *catalog.Type, issuer org.Unit) (string, error) {
	identifier, err := gbcode.MintIdentifier(gbcode.Identifier{
		TypeCode: t.Code, IssuerCode: issuer.ID, Version: 1,
		Serial: strings.ToUpper(strings.ReplaceAll(uuid.NewString(), "-", "")),
	})
	if err != nil {
		return "", fmt.Errorf("mint identifier: %w", err)
	}
	return identifier, nil
}

// elements are the values of GB/T 36903-2018 with the type's own fields beside them.
func (s *Store) elements(t *catalog.Type, holders []holder.Holder, issuer org.Unit, d Draft, number, identifier string) map[string]string {
	from, to, _ := t.Validity.Period(clock.Date(d.IssuedOn), d.Fields[endOfValidity]) // admitted before
	v := map[string]string{
		"ZZMC": t.Name, "ZZLXDM": t.Code, "ZZBH": number, "ZZBS": identifier,
		"ZZBFJG": issuer.Name, "ZZBFJGDM": issuer.ID, "ZZBFRQ": civil(d.IssuedOn),
	}
	var names, codes, kinds, kindCodes []string
	for _, h := range holders {
		names = append(names, h.Profile.Name)
		codes = append(codes, h.Profile.Code.Reveal())
		kinds = append(kinds, h.Profile.CodeTypeName())
		kindCodes = append(kindCodes, h.Profile.CodeType)
	}
	v["CZZT"], v["CZZTDM"] = strings.Join(names, multi), strings.Join(codes, multi)
	v["CZZTDMLX"], v["CZZTDMLXDM"] = strings.Join(kinds, multi), strings.Join(kindCodes, multi)
	if t.Validity.Rule != "none" {
		v["ZZYXQQSRQ"], v["ZZYXQJZRQ"] = civil(from), "长期"
		if !to.IsZero() {
			v["ZZYXQJZRQ"] = civil(to.Add(-time.Second))
		}
	}
	maps.Copy(v, d.Fields)
	return v
}

func civil(t time.Time) string { return t.In(clock.Shanghai).Format(time.DateOnly) }

// number gives the next number (证照编号) by the type's rule. Equal numbers but for the running part count together.
func (s *Store) number(ctx context.Context, tx *db.Tx, t *catalog.Type, first holder.Holder, issuer org.Unit, d Draft) (string, error) {
	if d.Number != "" {
		return d.Number, nil
	}
	filled, scope, err := fill(t, issuer, first.Profile.Code, d.IssuedOn)
	if err != nil || filled.Width == 0 {
		return filled.Number(0), err
	}
	for {
		if _, err := tx.Exec(ctx, `
			INSERT INTO numbering (scope, last) VALUES ($1, 1)
			ON CONFLICT (scope) DO UPDATE SET last = numbering.last + 1`, scope); err != nil {
			return "", fmt.Errorf("take number: %w", err)
		}
		var n int64
		if err := tx.QueryRow(ctx, `SELECT last FROM numbering WHERE scope = $1`, scope).Scan(&n); err != nil {
			return "", fmt.Errorf("take number: %w", err)
		}
		given, err := s.given(ctx, tx, t.Code, issuer.ID, filled.Number(n))
		if err != nil || !given {
			return filled.Number(n), err
		}
	}
}

// given tells whether a number was given before: old licenses that were converted bear numbers that the rule comes to
// only later.
func (s *Store) given(ctx context.Context, q *db.Tx, typeCode, issuerID, number string) (bool, error) {
	var one int
	err := q.QueryRow(ctx, `SELECT 1 FROM license_number WHERE number_index = $1`,
		s.numberIndex(License{TypeCode: typeCode, IssuerID: issuerID}, body{Values: map[string]string{"ZZBH": number}})).Scan(&one)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for number: %w", err)
	}
	return true, nil
}

// fill puts the facts of a license into its type's rule; numbers of one scope count together.
func fill(t *catalog.Type, issuer org.Unit, first holder.Code, issuedOn time.Time) (filled catalog.Filled, scope string, err error) {
	rule, wrong := catalog.ParseNumbering(t.Number)
	if wrong != nil {
		return catalog.Filled{}, "", fmt.Errorf("numbering rule of type %s: %w", t.Code, wrong.Err())
	}
	filled = rule.Fill(catalog.NumberFacts{Region: issuer.Region, IssuedOn: issuedOn.In(clock.Shanghai), HolderCode: first.Reveal()})
	return filled, t.Code + "|" + issuer.ID + "|" + filled.Scope(), nil
}

func codeHash(code string) []byte {
	sum := gm.SM3([]byte("license.code\x00" + code))
	return sum[:]
}

func (s *Store) numberIndex(l License, b body) []byte {
	return s.o.Keys.BlindIndex("license.number", l.TypeCode+"\x00"+l.IssuerID+"\x00"+b.Values["ZZBH"])
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, l License, b body, key []byte) error {
	if err := s.claimNumber(ctx, tx, l, b); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO license_code (code_hash, holder_id, license_id) VALUES ($1, $2, $3)`,
		codeHash(b.Code), l.HolderID, l.ID); err != nil {
		return fmt.Errorf("claim check code: %w", err)
	}
	if err := s.shareKey(ctx, tx, l, key); err != nil {
		return err
	}
	plain, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode license data: %w", err)
	}
	data, err := gm.Encrypt(key, plain, []byte(l.ID))
	if err != nil {
		return err
	}
	return s.insertRow(ctx, tx, l, data)
}

// insertRow claims a license's identifier and writes its row; data is its sealed body, empty of an index entry.
func (s *Store) insertRow(ctx context.Context, tx *db.Tx, l License, data []byte) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO license_index (identifier, holder_id, license_id) VALUES ($1, $2, $3)
		ON CONFLICT (identifier) DO NOTHING`, l.Identifier, l.HolderID, l.ID)
	if err != nil {
		return fmt.Errorf("claim identifier: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "license.identifier-used").On("identifier")
	}
	holders, err := json.Marshal(l.Holders)
	if err != nil {
		return fmt.Errorf("encode holders: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO license (holder_id, license_id, type_code, type_version, issuer_id, version_no, holders, step, ended, hold,
			identifier, data, case_no, maker_id, reviewer_id, issued_on, valid_from, valid_to, file_ref, file_digest,
			made_at, due_at, published_at, origin, origin_id, converter_id, paper_serial, follows,
			inspect_due, inspect_by, remind_at, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, $10, $11, $12, '', $13, $14, $15, $23, $24, $16, $17, $25,
			$18, $19, $20, $21, $22, $26, $27, $28, 1)`,
		l.HolderID, l.ID, l.TypeCode, l.TypeVersion, l.IssuerID, l.VersionNo, string(holders), string(l.Step), l.Identifier, data,
		l.CaseNo, l.MakerID, db.Micros(l.IssuedOn), db.Micros(l.ValidFrom), db.Micros(l.ValidTo),
		db.Micros(l.MadeAt), db.Micros(l.DueAt), string(l.Origin), l.OriginID, l.ConverterID, l.PaperSerial, l.Follows,
		l.FileRef, l.FileDigest, db.Micros(l.PublishedAt), db.Micros(l.InspectDue), db.Micros(l.InspectBy), db.Micros(l.RemindAt))
	if err != nil {
		return fmt.Errorf("insert license: %w", err)
	}
	return nil
}

// shareKey wraps the license's key for each holder, and links further holders to it.
func (s *Store) shareKey(ctx context.Context, tx *db.Tx, l License, key []byte) error {
	for _, id := range l.Holders {
		wrapped, err := s.o.Holders.Seal(ctx, tx, id, key)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO license_key (holder_id, license_id, wrapped) VALUES ($1, $2, $3)`, id, l.ID, wrapped); err != nil {
			return fmt.Errorf("put license key: %w", err)
		}
	}
	return s.link(ctx, tx, l)
}

// link leaves the further holders of a license a link to the first one's shard.
func (s *Store) link(ctx context.Context, tx *db.Tx, l License) error {
	for _, id := range l.Holders[1:] {
		if _, err := tx.Exec(ctx, `
			INSERT INTO license_link (holder_id, license_id, first_holder_id) VALUES ($1, $2, $3)`,
			id, l.ID, l.HolderID); err != nil {
			return fmt.Errorf("link co-holder: %w", err)
		}
	}
	return nil
}

// queue shows the license in its issuer's list of work while it is being made.
func (s *Store) queue(ctx context.Context, tx *db.Tx, l License) error {
	if l.Step == StepPublished || l.Step == StepRefused {
		_, err := tx.Exec(ctx, `
			DELETE FROM unit_making
			WHERE unit_id = $1 AND license_id = $2`, l.IssuerID, l.ID)
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO unit_making (unit_id, license_id, holder_id, step, due_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (unit_id, license_id) DO UPDATE SET step = excluded.step, updated_at = excluded.updated_at`,
		l.IssuerID, l.ID, l.HolderID, string(l.Step), db.Micros(l.DueAt), db.Micros(s.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("queue making: %w", err)
	}
	return nil
}

// Drawable checks before a decision that the license it yields can be made: every value fits its place on
// the face and every character can be drawn. Nothing is written.
func (s *Store) Drawable(ctx context.Context, tx *db.Tx, d Draft) error {
	// The longest number and a real check code, so that what passes here cannot fail later for its length.
	_, err := s.draw(ctx, tx, d, strings.Repeat("8", longestNumber))
	return err
}

const longestNumber = 18

// Sketch draws what a draft would become, unsealed and without its identifier. Nothing is written.
func (s *Store) Sketch(ctx context.Context, tx *db.Tx, d Draft) ([]byte, error) {
	p, err := s.draw(ctx, tx, d, "制证时编号")
	if err != nil {
		return nil, err
	}
	file, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	return Picture(file)
}

// draw lays out the face of a draft; number stands for the one that is yet to be given.
func (s *Store) draw(ctx context.Context, tx *db.Tx, d Draft, number string) (*ofd.Package, error) {
	t, holders, issuer, err := s.admit(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	if d.Number != "" {
		number = d.Number
	}
	values := s.elements(t, holders, issuer, d, number, "")
	return s.o.Faces.License(t, face.Input{Values: values, Code: strings.ToLower(rand.Text())}, len(t.Seals), s.o.Clock.Now())
}
