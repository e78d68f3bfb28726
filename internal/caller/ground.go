package caller

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

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

// parties are the holders that a case names. One who is not known here has no license here, and is told apart from others who are
// not by a name of its own: that there is nothing is an answer to who may ask about a party, and to nobody who asks about others.
func (d *Desk) parties(ctx context.Context, q *db.Tx, named map[matter.Party]feed.Person) (map[matter.Party]string, error) {
	out := map[matter.Party]string{}
	for party, who := range named {
		code, _, err := holder.ParseCode(who.Code, "")
		if err != nil {
			continue
		}
		id, err := d.o.Holders.Find(ctx, q, code)
		if errs.Of(err).Kind == errs.NotFound {
			id, err = d.unknown(code), nil
		}
		if err != nil {
			return nil, err
		}
		out[party] = id
	}
	return out, nil
}

// unknownMark begins the names of who is not known here; no holder's id does.
const unknownMark = "unknown/"

// unknown names who is not known here. Nobody reads the code from it, and it is kept nowhere.
func (d *Desk) unknown(code holder.Code) string {
	return unknownMark + hex.EncodeToString(d.o.Holders.Digest("caller.unknown", code.Reveal()))
}

// isUnknown reports whether a party is somebody who is not known here.
func isUnknown(id string) bool { return strings.HasPrefix(id, unknownMark) }

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
