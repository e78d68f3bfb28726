package consent

import (
	"context"
	"fmt"
	"strings"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/present"
)

// Read reads once under an authorisation that names the actor, for a purpose. Given or refused by the door, it stands on
// record, and the holder sees it. A request that is not answered with yes is refused before the door: no license is named yet.
func (d *Desk) Read(ctx context.Context, actor *authn.Actor, id, purpose string) (present.Verdict, error) {
	if err := present.MayShow(actor); err != nil {
		return present.Verdict{}, err
	}
	var a Authorisation
	var agreed access.Agreed
	claim := func(ctx context.Context, tx *db.Tx) (access.Agreed, error) {
		var err error
		if a, err = d.holdNamed(ctx, tx, actor, id); err != nil {
			return access.Agreed{}, err
		}
		if a.LicenseID == "" {
			return access.Agreed{}, over(a.State(d.o.Clock.Now()))
		}
		agreed, err = d.agreed(ctx, tx, actor, a, strings.TrimSpace(purpose))
		return agreed, err
	}
	settle := func(ctx context.Context, tx *db.Tx, recordID string) error {
		return d.read(ctx, tx, actor, a, agreed, recordID)
	}
	r, err := d.o.Door.Consented(ctx, actor, claim, settle)
	if err != nil {
		return present.Verdict{}, err
	}
	return d.o.Present.Verdict(ctx, r)
}

// agreed gathers what the door decides on.
func (d *Desk) agreed(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Authorisation, purpose string) (access.Agreed, error) {
	l, err := d.o.Licenses.Get(ctx, tx, a.LicenseHolderID, a.LicenseID)
	if err != nil {
		return access.Agreed{}, err
	}
	g := access.Agreed{ID: a.ID, License: l, Giver: a.HolderID, Grantee: access.Grantee{Unit: a.GranteeUnit, Holder: a.GranteeHolder},
		Consented: a.Fields, Fields: a.Fields, Live: a.step == stepGiven, Left: a.Left(), InScenario: a.ScenarioID != "",
		From: a.GivenAt, Until: a.Until, Purpose: purpose, AgreedPurpose: a.Purpose}
	if !l.State(d.o.Clock.Now()).Usable() {
		g.Fields = []string{}
	}
	g.Enrolled, err = d.o.Present.Enrolled(ctx, tx, a.ScenarioID, actor)
	return g, err
}

// read counts a reading that was given, gives both sides their receipts and tells the holder.
func (d *Desk) read(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Authorisation, g access.Agreed, recordID string) error {
	n, err := tx.Exec(ctx, `
		UPDATE authorisation
		SET uses = uses + 1
		WHERE holder_id = $1 AND authorisation_id = $2 AND step = 'given' AND uses < uses_max`, a.HolderID, a.ID)
	if err != nil {
		return fmt.Errorf("count reading: %w", err)
	}
	if n == 0 { // the door has just judged the same row
		return errs.New(errs.Gone, "consent.used")
	}
	a.Taken++
	if err := d.o.Present.Hand(ctx, tx, present.Handed{Giver: a.HolderID, To: actor, Ground: access.Consent, License: g.License,
		Fields: g.Fields, RecordID: recordID, ScenarioID: a.ScenarioID, Purpose: g.Purpose, At: d.o.Clock.Now()}); err != nil {
		return err
	}
	return d.tell(ctx, tx, a.HolderID, notice.AuthorisationUsed, a)
}

// usesShown bounds the readings listed under one authorisation: all that can be given, and as many refused.
const usesShown = 2 * UsesMax

// Uses lists the readings under an authorisation, newest first, refusals included.
func (d *Desk) Uses(ctx context.Context, q *db.Tx, a Authorisation) ([]access.Use, error) {
	if a.LicenseID == "" {
		return nil, nil
	}
	return d.o.Door.UsesUnder(ctx, q, license.License{HolderID: a.LicenseHolderID, ID: a.LicenseID}, a.ID, usesShown)
}
