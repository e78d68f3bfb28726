package consent

import (
	"context"
	"errors"
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
//
// The reading is counted where it is recorded, so that never more are given than were agreed to. When the license cannot be
// opened then, or the holder not be told, nothing is handed out and the count is given back; the record stays.
func (d *Desk) Read(ctx context.Context, actor *authn.Actor, id, purpose string) (present.Verdict, error) {
	if err := present.MayShow(actor); err != nil {
		return present.Verdict{}, err
	}
	var a Authorisation
	var agreed access.Agreed
	recordID := ""
	claim := func(ctx context.Context, tx *db.Tx) (access.Agreed, error) {
		var err error
		recordID = ""
		if a, err = d.holdNamed(ctx, tx, actor, id); err != nil {
			return access.Agreed{}, err
		}
		if a.LicenseID == "" {
			return access.Agreed{}, over(a.State(d.o.Clock.Now()))
		}
		agreed, err = d.agreed(ctx, tx, actor, a, strings.TrimSpace(purpose))
		return agreed, err
	}
	count := func(ctx context.Context, tx *db.Tx, record string) error {
		recordID = record
		return d.count(ctx, tx, a)
	}
	r, err := d.o.Door.Consented(ctx, actor, claim, count)
	var v present.Verdict
	if err == nil {
		v, err = d.o.Present.Verdict(ctx, r)
	}
	if err == nil {
		err = d.o.DB.Write(ctx, func(tx *db.Tx) error { return d.read(ctx, tx, actor, a, agreed, recordID) })
	}
	if err != nil && recordID != "" {
		err = errors.Join(err, d.giveBack(context.WithoutCancel(ctx), a)) // whoever asked may have gone
	}
	if err != nil {
		return present.Verdict{}, err
	}
	return v, nil
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

// count counts a reading that is given.
func (d *Desk) count(ctx context.Context, tx *db.Tx, a Authorisation) error {
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
	return nil
}

// giveBack takes a reading from the count that came to nothing.
func (d *Desk) giveBack(ctx context.Context, a Authorisation) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE authorisation
			SET uses = uses - 1
			WHERE holder_id = $1 AND authorisation_id = $2 AND uses > 0`, a.HolderID, a.ID)
		if err != nil {
			return fmt.Errorf("give reading back: %w", err)
		}
		return nil
	})
}

// read gives both sides their receipts of a reading and tells the holder, before anything is handed out.
func (d *Desk) read(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Authorisation, g access.Agreed, recordID string) error {
	if err := d.o.Present.Hand(ctx, tx, present.Handed{Giver: a.HolderID, To: actor, Ground: access.Consent, License: g.License,
		Fields: g.Fields, RecordID: recordID, ScenarioID: a.ScenarioID, Purpose: g.Purpose, At: d.o.Clock.Now()}); err != nil {
		return err
	}
	now, err := d.Get(ctx, tx, a.HolderID, a.ID)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, a.HolderID, notice.AuthorisationUsed, now)
}

// Uses lists the readings under an authorisation, newest first: all that can be given, and as many refused at most.
func (d *Desk) Uses(ctx context.Context, q *db.Tx, a Authorisation) ([]access.Use, error) {
	if a.LicenseID == "" {
		return nil, nil
	}
	return d.o.Door.UsesUnder(ctx, q, license.License{HolderID: a.LicenseHolderID, ID: a.LicenseID}, a.ID, UsesMax)
}
