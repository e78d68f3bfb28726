package access

import (
	"context"
	"strings"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Own lets a holder, or who acts for them with the power to read, read an own license, in whatever state it is.
func (d *Door) Own(ctx context.Context, actor *authn.Actor, licenseID string, want Want) (Reading, error) {
	return d.direct(ctx, actor, want, d.own(actor, licenseID, "own", authn.PowerRead))
}

// OwnToApply gives what an own license says to an application of its holder's: who acts for the holder needs no more
// than the power to apply.
func (d *Door) OwnToApply(ctx context.Context, actor *authn.Actor, licenseID string) (Reading, error) {
	return d.direct(ctx, actor, Fields, d.own(actor, licenseID, "own", authn.PowerApply))
}

// own gathers the facts of a holder who reads an own license; power is what acting for them must include.
func (d *Door) own(actor *authn.Actor, licenseID, purpose, power string) gather {
	return func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		l, err := d.o.Licenses.Find(ctx, tx, actor.HolderID, licenseID)
		if errs.Code(err) == "license.unknown" {
			// Recorded under the asker: somebody tried to read what is not theirs, or is not there.
			return use{ground: Self, purpose: purpose, license: license.License{ID: licenseID}, holderID: ownerOr(actor, holder.PlatformID)},
				cedar.RecordMap{"published": cedar.True, "power": cedar.String(power), "powers": powersOf(actor)}, nil
		}
		return use{ground: Self, purpose: purpose, license: l, holderID: l.HolderID},
			cedar.RecordMap{"published": cedar.Boolean(l.Step == license.StepPublished), "power": cedar.String(power), "powers": powersOf(actor)}, err
	}
}

// powersOf are what an actor may do for the holder they act for.
func powersOf(a *authn.Actor) cedar.Set {
	var have []string
	for _, p := range []string{authn.PowerApply, authn.PowerShow, authn.PowerRead} {
		if a.May(p) {
			have = append(have, p)
		}
	}
	return stringSet(have)
}

func ownerOr(a *authn.Actor, other string) string {
	if a != nil && a.HolderID != "" {
		return a.HolderID
	}
	return other
}

// Task lets the issuer's second person read a license that waits for review.
func (d *Door) Task(ctx context.Context, actor *authn.Actor, licenseID string, want Want) (Reading, error) {
	return d.direct(ctx, actor, want, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		u := use{ground: Issuing, purpose: "review", license: license.License{ID: licenseID}}
		m, err := d.o.Licenses.Making(ctx, tx, actor.UnitID, licenseID)
		if errs.Code(err) == "license.unknown" {
			return u, making(false), nil
		}
		if err != nil {
			return use{}, nil, err
		}
		u.license, err = d.o.Licenses.Get(ctx, tx, m.HolderID, m.LicenseID)
		u.holderID, u.caseNo = u.license.HolderID, u.license.CaseNo
		return u, making(u.license.Step == license.StepSealed), err
	})
}

// making are the facts of a look while a license is made.
func making(task bool) cedar.RecordMap {
	return cedar.RecordMap{"task": cedar.Boolean(task), "afterwards": cedar.False, "published": cedar.False, "reason": cedar.False}
}

// Kept lets the issuer read a license that it has issued and keeps, for a reason that stands in the record.
func (d *Door) Kept(ctx context.Context, actor *authn.Actor, identifier, reason string, want Want) (Reading, error) {
	return d.direct(ctx, actor, want, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		u := use{ground: Issuing, purpose: reason, whole: want == File}
		l, err := d.o.Licenses.ByIdentifier(ctx, tx, identifier)
		if err != nil && errs.Code(err) != "license.unknown" {
			return use{}, nil, err
		}
		u.license, u.holderID, u.caseNo = l, l.HolderID, l.CaseNo
		return u, cedar.RecordMap{"task": cedar.False, "afterwards": cedar.True, "published": cedar.Boolean(l.Step == license.StepPublished),
			"reason": cedar.Boolean(strings.TrimSpace(reason) != "")}, nil
	})
}

// Shown is a presentation as package present found it in the same transaction.
type Shown struct {
	License    license.License
	Fields     []string
	Live       bool
	InScenario bool // it is shown in a social scenario
	Enrolled   bool // and whoever checks is enrolled in that
	Purpose    string
}

// Presented lets whoever holds a live code read what its holder chose to show. claim runs in the transaction
// of the decision: it finds the presentation and uses it up.
func (d *Door) Presented(ctx context.Context, actor *authn.Actor, want Want,
	claim func(ctx context.Context, tx *db.Tx) (Shown, error),
	settle func(ctx context.Context, tx *db.Tx, recordID string) error,
) (Reading, error) {
	return d.directly(ctx, actor, want, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		s, err := claim(ctx, tx)
		if err != nil {
			return use{}, nil, err
		}
		return use{ground: Presentation, purpose: s.Purpose, license: s.License, holderID: s.License.HolderID, fields: s.Fields},
			cedar.RecordMap{"live": cedar.Boolean(s.Live), "inScenario": cedar.Boolean(s.InScenario),
				"enrolled": cedar.Boolean(s.Enrolled)}, nil
	}, settle)
}

// Grantee is whom a holder named in a consent: one account, whoever verifies for a unit, or whoever acts as a holder.
// Exactly one is set.
type Grantee struct{ Account, Unit, Holder string }

// kind and id tell the rules which, and who.
func (g Grantee) kind() string {
	switch {
	case g.Unit != "":
		return "unit"
	case g.Holder != "":
		return "holder"
	}
	return "account"
}

func (g Grantee) id() string { return g.Account + g.Unit + g.Holder }

// Agreed is a consent as its keeper found it in the same transaction: package present one for a single reading, package
// consent one that stands.
type Agreed struct {
	ID            string // of an authorisation that stands; the record names it
	License       license.License
	Giver         string // holder who consented
	Grantee       Grantee
	Consented     []string // fields that were agreed to
	Fields        []string // fields that are to be read
	Live          bool     // given, and not withdrawn
	Left          int      // readings left, this one included
	InScenario    bool
	Enrolled      bool
	From, Until   time.Time
	Purpose       string // what the reading is for
	AgreedPurpose string // what was agreed to
}

func (a Agreed) facts(now time.Time) cedar.RecordMap {
	return cedar.RecordMap{"live": cedar.Boolean(a.Live), "left": cedar.Long(a.Left), "granteeKind": cedar.String(a.Grantee.kind()),
		"grantee": cedar.String(a.Grantee.id()), "giver": cedar.String(a.Giver), "consented": stringSet(a.Consented),
		"fields": stringSet(a.Fields), "inScenario": cedar.Boolean(a.InScenario), "enrolled": cedar.Boolean(a.Enrolled),
		"purpose": cedar.String(a.Purpose), "agreedPurpose": cedar.String(a.AgreedPurpose), "now": cedar.Long(now.UnixMicro()),
		"from": cedar.Long(a.From.UnixMicro()), "until": cedar.Long(a.Until.UnixMicro())}
}

// Consented lets whoever a holder named read what the holder agreed to. claim runs in the transaction of the
// decision: it finds the consent, and holds it against others until the end.
func (d *Door) Consented(ctx context.Context, actor *authn.Actor,
	claim func(ctx context.Context, tx *db.Tx) (Agreed, error),
	settle func(ctx context.Context, tx *db.Tx, recordID string) error,
) (Reading, error) {
	return d.directly(ctx, actor, Fields, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		a, err := claim(ctx, tx)
		if err != nil {
			return use{}, nil, err
		}
		return use{ground: Consent, purpose: a.Purpose, license: a.License, holderID: a.License.HolderID, fields: a.Fields, grantID: a.ID},
			a.facts(d.o.Clock.Now()), nil
	}, settle)
}

type gather func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error)

func (d *Door) direct(ctx context.Context, actor *authn.Actor, want Want, find gather) (Reading, error) {
	return d.directly(ctx, actor, want, find, nil)
}

// directly decides a use that needs no grant: find the facts, decide, record, and then hand out.
func (d *Door) directly(ctx context.Context, actor *authn.Actor, want Want, find gather,
	settle func(ctx context.Context, tx *db.Tx, recordID string) error,
) (Reading, error) {
	u, err := d.decided(ctx, actor, find, settle)
	if err != nil {
		return Reading{}, err
	}
	return d.open(ctx, u, want, nil)
}

// decided is a use that was permitted and durably recorded; nothing has been read yet.
func (d *Door) decided(ctx context.Context, actor *authn.Actor, find gather,
	settle func(ctx context.Context, tx *db.Tx, recordID string) error,
) (use, error) {
	var u use
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var found cedar.RecordMap
		var err error
		if u, found, err = find(ctx, tx); err != nil {
			return err
		}
		u.actor = actor
		if err := d.judge(&u, found); err != nil {
			return err
		}
		if err := d.record(ctx, tx, &u); err != nil {
			return err
		}
		if settle != nil && len(u.reasons) == 0 {
			return settle(ctx, tx, u.recordID)
		}
		return nil
	})
	if err != nil {
		return use{}, err
	}
	return u, u.refusal()
}

func (d *Door) judge(u *use, context cedar.RecordMap) error {
	var err error
	u.reasons, err = d.rules.decide(facts{
		ground: u.ground, actor: u.actor, license: u.license,
		usable: u.license.State(d.o.Clock.Now()).Usable(), context: context,
	})
	return err
}
