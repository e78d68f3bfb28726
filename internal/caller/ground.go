package caller

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// facts are what the door decides a request on, as they are in the transaction of the decision. One request may lead to
// several decisions, about several licenses; its nonce is taken in the first.
func (c *Call) facts(ctx context.Context, tx *db.Tx, typeCode string) (access.Facts, error) {
	if !c.fresh {
		if err := c.take(ctx, tx); err != nil {
			return access.Facts{}, err
		}
	}
	f := access.Facts{Application: c.System.ID, Within: true, Trusted: true}
	for _, x := range c.app.Types {
		f.Types = append(f.Types, x.Type)
	}
	if x, ok := c.app.allowed(typeCode); ok {
		f.Rights, f.Fields = x.Rights, x.Fields
		var err error
		if f.Within, err = c.desk.count(ctx, tx, c.System.ID, x); err != nil {
			return access.Facts{}, err
		}
	}
	return f, c.ground(ctx, tx, &f)
}

// ground finds the case: as the system told of it; or, if it works on one of this platform's, that; or, while its data have
// not come, as the system vouches for it now.
func (c *Call) ground(ctx context.Context, tx *db.Tx, f *access.Facts) error {
	d := c.desk
	known := c.before.fed
	known.SystemID, known.No = c.System.ID, c.elements.BusinessCode
	fed, err := d.o.Feed.CaseAgain(ctx, tx, known)
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return err
	}
	if err == nil && fed.Told() {
		f.Case = &access.CaseFacts{State: casefile.StateOpen, Unit: fed.Unit, Matter: fed.Matter, Stage: fed.Stage, Clerk: fed.ClerkID}
		if fed.Closed {
			f.Case.State = casefile.StateClosed
		}
		if f.Case.Parties = c.before.parties; f.Case.Parties == nil || !fed.Same(known) {
			if f.Case.Parties, err = d.parties(ctx, tx, fed.Parties); err != nil {
				return err
			}
		}
		if c.before.settled {
			return nil
		}
		return d.settle(ctx, tx, fed)
	}
	here, err := d.here(ctx, tx, c)
	if err != nil || here {
		return err
	}
	if c.vouched == nil {
		f.Case = &access.CaseFacts{State: "none"}
		return nil
	}
	return c.provisional(ctx, tx, f)
}

// parties are the holders that a case names. One who is not known here has no license here.
func (d *Desk) parties(ctx context.Context, q *db.Tx, named map[matter.Party]feed.Person) (map[matter.Party]string, error) {
	out := map[matter.Party]string{}
	for party, who := range named {
		code, _, err := holder.ParseCode(who.Code, "")
		if err != nil {
			continue
		}
		id, err := d.o.Holders.Find(ctx, q, code)
		if errs.Of(err).Kind == errs.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[party] = id
	}
	return out, nil
}

// given notes that a license was handed out in a case: while it is open, the system hears of its changes.
func (c *Call) given(ctx context.Context, tx *db.Tx, l license.License) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO followed_license (system_id, license_id, case_no, since, ended_at)
		VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (system_id, license_id, case_no) DO NOTHING`,
		c.System.ID, l.ID, c.elements.BusinessCode, db.Micros(c.desk.o.Clock.Now()))
	if err != nil {
		return fmt.Errorf("follow license: %w", err)
	}
	return nil
}
