package present

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// purposeMax bounds what a verifier may write as purpose, in characters.
const purposeMax = 100

// Verdict is what a check says.
type Verdict struct {
	State    license.State
	Type     *catalog.Type
	Issuer   string
	Fields   []access.Field // empty when the license is not in force
	Parts    []Part         // of a comprehensive license (行业综合许可证), as they are now
	Late     bool           // its annual inspection is overdue, and it is in force all the same
	At       time.Time
	RecordNo string
}

// Part is one license that a comprehensive one joins: what it is and how it stands, not what it says.
type Part struct {
	Type   *catalog.Type
	Issuer string
	State  license.State
}

// Parts are the parts of a license as they are at a moment.
func (d *Desk) Parts(ctx context.Context, q *db.Tx, l license.License, at time.Time) ([]Part, error) {
	found, err := d.o.Licenses.Parts(ctx, q, l)
	if err != nil {
		return nil, err
	}
	var out []Part
	for _, p := range found {
		x := Part{State: p.License.State(at)}
		if x.Type, err = d.o.Types.Version(ctx, q, p.License.TypeCode, p.License.TypeVersion); err != nil {
			return nil, err
		}
		u, err := d.o.Units.Get(ctx, q, p.License.IssuerID)
		if err != nil {
			return nil, err
		}
		x.Issuer = u.Name
		out = append(out, x)
	}
	return out, nil
}

// find leads from a code to its presentation.
func (d *Desk) find(ctx context.Context, q *db.Tx, code string) (Presentation, error) {
	var holderID, id string
	err := q.QueryRow(ctx, `
		SELECT holder_id, presentation_id
		FROM presentation_code
		WHERE code_hash = $1`, codeHash(code)).Scan(&holderID, &id)
	if errors.Is(err, db.ErrNoRows) {
		return Presentation{}, errs.New(errs.NotFound, "present.unknown")
	}
	if err != nil {
		return Presentation{}, fmt.Errorf("find presentation: %w", err)
	}
	return d.read(ctx, q, holderID, id)
}

// Peek tells what a code would show, without using it up.
func (d *Desk) Peek(ctx context.Context, code string) (Presentation, error) {
	var p Presentation
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		p, err = d.find(ctx, q, code)
		return err
	})
	return p, err
}

// dead says why a presentation can no longer be checked.
var dead = map[State]*errs.Error{
	Checked: errs.New(errs.Gone, "present.used"),
	Expired: errs.New(errs.Gone, "present.expired"),
	Ended:   errs.New(errs.Gone, "present.ended"),
}

// Check uses a code up and gives the verdict. actor is nil for the public. A code that is no longer live is
// refused, and the attempt stands in the holder's list of uses; so is a check by somebody who is not enrolled in the
// scenario, which uses nothing up.
func (d *Desk) Check(ctx context.Context, actor *authn.Actor, code, purpose string) (Verdict, error) {
	if actor != nil && actor.MustEnrol { // the page without scripts comes here too
		return Verdict{}, errs.New(errs.Denied, "authn.enrol")
	}
	if err := checkPurpose(purpose); err != nil {
		return Verdict{}, err
	}
	var p Presentation
	var s access.Shown
	claim := func(ctx context.Context, tx *db.Tx) (access.Shown, error) {
		var err error
		if p, err = d.find(ctx, tx, code); err != nil {
			return access.Shown{}, err
		}
		s, err = d.claim(ctx, tx, p, actor, purpose)
		return s, err
	}
	settle := func(ctx context.Context, tx *db.Tx, recordID string) error {
		return d.checked(ctx, tx, p, s, actor, recordID)
	}
	r, err := d.o.Door.Presented(ctx, actor, access.Fields, claim, settle)
	if refusal, refused := errors.AsType[*access.Refusal](err); refused {
		if refusal.Reasons[0] != notLive {
			return Verdict{}, err
		}
		if p.State == Open { // of several checks at this moment another one was first
			p.State = Checked
		}
		return Verdict{}, dead[p.State]
	}
	if err != nil {
		return Verdict{}, err
	}
	return d.Verdict(ctx, r)
}

// notLive is the door's reason against a code that is no longer live.
const notLive = "access.present.live"

func checkPurpose(purpose string) error {
	if utf8.RuneCountInString(purpose) > purposeMax {
		return errs.New(errs.Invalid, "field.too-long").On("purpose").With("max", fmt.Sprint(purposeMax))
	}
	if !utf8.ValidString(purpose) || strings.ContainsFunc(purpose, unicode.IsControl) {
		return errs.New(errs.Invalid, "field.format").On("purpose")
	}
	return nil
}

// claim gathers what the door decides on, and takes the use if nothing stands against it.
func (d *Desk) claim(ctx context.Context, tx *db.Tx, p Presentation, actor *authn.Actor, purpose string) (access.Shown, error) {
	l, err := d.o.Licenses.Get(ctx, tx, p.LicenseHolderID, p.LicenseID)
	if err != nil {
		return access.Shown{}, err
	}
	s := access.Shown{License: l, Fields: p.Fields, Purpose: purpose, InScenario: p.ScenarioID != "", Live: p.State == Open}
	if !l.State(d.o.Clock.Now()).Usable() {
		s.Fields = []string{}
	}
	if s.InScenario {
		if s.Purpose, err = d.PurposeIn(ctx, tx, p.ScenarioID, purpose); err != nil {
			return access.Shown{}, err
		}
		if s.Enrolled, err = d.Enrolled(ctx, tx, p.ScenarioID, actor); err != nil || !s.Enrolled {
			return s, err
		}
	}
	s.Live, err = d.use(ctx, tx, p)
	return s, err
}

// PurposeIn is what a use in a scenario is for: as it was written, or else the scenario's name.
func (d *Desk) PurposeIn(ctx context.Context, q *db.Tx, scenarioID, purpose string) (string, error) {
	if purpose != "" || scenarioID == "" {
		return purpose, nil
	}
	l, err := d.o.Matters.Listing(ctx, q, matter.ListScenario, scenarioID)
	if err != nil {
		return "", err
	}
	return l.Scenario.Name, nil
}

// use takes one use of the presentation, if there is one left: of two checks at once, one gets the last.
func (d *Desk) use(ctx context.Context, tx *db.Tx, p Presentation) (bool, error) {
	if p.State != Open {
		return false, nil
	}
	n, err := tx.Exec(ctx, `
		UPDATE presentation
		SET uses_left = uses_left - 1
		WHERE holder_id = $1 AND presentation_id = $2 AND uses_left > 0`, p.HolderID, p.ID)
	if err != nil {
		return false, fmt.Errorf("use presentation: %w", err)
	}
	return n == 1, nil
}

// checked notes a check that was given, and gives both sides their receipts.
func (d *Desk) checked(ctx context.Context, tx *db.Tx, p Presentation, s access.Shown, actor *authn.Actor, recordID string) error {
	now := d.o.Clock.Now()
	unit, peer := sides(actor)
	_, err := tx.Exec(ctx, `
		UPDATE presentation
		SET checked_at = $1, checked_by = $2, record_id = $3
		WHERE holder_id = $4 AND presentation_id = $5`, db.Micros(now), unit, recordID, p.HolderID, p.ID)
	if err != nil {
		return fmt.Errorf("note the check: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO presentation_check (holder_id, presentation_id, record_id, at, unit_id, peer_holder_id)
		VALUES ($1, $2, $3, $4, $5, $6)`, p.HolderID, p.ID, recordID, db.Micros(now), unit, peer)
	if err != nil {
		return fmt.Errorf("note the check: %w", err)
	}
	return d.Hand(ctx, tx, Handed{Giver: p.HolderID, To: actor, Ground: access.Presentation, License: s.License, Fields: s.Fields,
		RecordID: recordID, ScenarioID: p.ScenarioID, Purpose: s.Purpose, At: now})
}

// sides tells for whom an actor looks: a unit or a holder. Nobody signed in looks for neither.
func sides(actor *authn.Actor) (unitID, holderID string) {
	if actor == nil {
		return "", ""
	}
	return actor.UnitID, actor.HolderID
}

// Verdict says of a reading what whoever was shown the license is told.
func (d *Desk) Verdict(ctx context.Context, r access.Reading) (Verdict, error) {
	v := Verdict{State: r.License.State(r.At), Late: r.License.InspectionMarked(r.At), Type: r.Type, Fields: r.Fields, At: r.At, RecordNo: r.RecordNo}
	var err error
	if v.Issuer, err = d.issuer(ctx, r.License); err != nil {
		return Verdict{}, err
	}
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		v.Parts, err = d.Parts(ctx, q, r.License, r.At)
		return err
	})
	return v, err
}

func (d *Desk) issuer(ctx context.Context, l license.License) (string, error) {
	var name string
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		u, err := d.o.Units.Get(ctx, q, l.IssuerID)
		name = u.Name
		return err
	})
	return name, err
}

// Static answers the check code printed on a face: type and state only, nothing of the holder. No body is read.
func (d *Desk) Static(ctx context.Context, code string) (Verdict, error) {
	return d.status(ctx, func(q *db.Tx) (license.License, error) {
		l, err := d.o.Licenses.ByCode(ctx, q, code)
		if err == nil && l.Step != license.StepPublished && l.Step != license.StepRefused {
			// A license that is still being made does not exist for outsiders. One that was refused after it was sealed
			// does: whoever has its file must learn that it is void.
			return license.License{}, errs.New(errs.NotFound, "license.unknown")
		}
		return l, err
	})
}

// ByIdentifier is Static for a license identifier (电子证照标识), as a verified file names it. Whoever has the
// sealed file of a license that is not published, or was refused, is told so.
func (d *Desk) ByIdentifier(ctx context.Context, identifier string) (Verdict, error) {
	return d.status(ctx, func(q *db.Tx) (license.License, error) { return d.o.Licenses.ByIdentifier(ctx, q, identifier) })
}

func (d *Desk) status(ctx context.Context, find func(q *db.Tx) (license.License, error)) (Verdict, error) {
	v := Verdict{At: d.o.Clock.Now()}
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		l, err := find(q)
		if err != nil {
			return err
		}
		v.State, v.Late = l.State(v.At), l.InspectionMarked(v.At)
		if v.Type, err = d.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion); err != nil {
			return err
		}
		if v.Parts, err = d.Parts(ctx, q, l, v.At); err != nil {
			return err
		}
		u, err := d.o.Units.Get(ctx, q, l.IssuerID)
		v.Issuer = u.Name
		return err
	})
	return v, err
}

// Dead says why a presentation in a state can no longer be checked; nil while it can.
func Dead(s State) error {
	if err := dead[s]; err != nil {
		return err
	}
	return nil
}
