package caller

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Elements are what every request says of who asks and for what (用证五要素). The door believes none of it.
type Elements struct {
	OrgName      string // 单位
	Username     string // 经办人, by the name in the department's system
	ItemName     string // 事项名称
	ItemCode     string // 事项编码
	BusinessCode string // 办件编号
}

func (e Elements) whole() bool {
	for _, s := range []string{e.OrgName, e.Username, e.ItemName, e.ItemCode, e.BusinessCode} {
		if strings.TrimSpace(s) == "" {
			return false
		}
	}
	return true
}

// Vouched is what a system says of a case whose data have not come yet (暂认办件).
type Vouched struct {
	Stage   matter.Stage                 `json:"stage"`
	At      time.Time                    `json:"at"` // when the case was opened
	Parties map[matter.Party]feed.Person `json:"parties"`
}

// Call is one request of an application that is known to be its own.
type Call struct {
	desk     *Desk
	System   org.System
	app      Application
	elements Elements
	vouched  *Vouched
	nonce    string
	until    time.Time // the nonce must be known; longer than any clock of ours takes the request
	actor    *authn.Actor
	fresh    bool // its nonce has been taken
	before   before
}

// before is what was read of a call's case before the door's transaction, which reads the case again. Of what is still the same
// there, what it means need not be found out anew.
type before struct {
	fed     feed.Case
	parties map[matter.Party]string // holders that its parties are; nil unless all are known
	settled bool                    // no word of the system's about it is left to be held against its data
}

var nonceForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// Begin finds out whose request it is, and refuses one that is nobody's, comes from elsewhere, or lacks an element.
func (d *Desk) Begin(ctx context.Context, s feed.Signed, from netip.Addr, e Elements, v *Vouched) (*Call, error) {
	if !nonceForm.MatchString(s.Nonce) {
		return nil, errs.New(errs.Unauthenticated, "feed.signature")
	}
	signed, err := time.Parse(time.RFC3339, s.Time)
	if err != nil {
		return nil, errs.New(errs.Unauthenticated, "feed.signature")
	}
	c := &Call{desk: d, elements: e, vouched: v, nonce: s.Nonce, until: signed.Add(2 * feed.Skew)}
	if c.System, err = d.o.Feed.Sender(ctx, s, c.begin); err != nil {
		return nil, err
	}
	switch {
	case !c.app.reaches(from):
		return nil, errs.New(errs.Denied, "caller.address")
	case !c.app.in(d.o.Clock.Now()):
		return nil, errs.New(errs.Denied, "caller.period")
	}
	return c, nil
}

// begin reads what is known of the system that a request says to come from.
func (c *Call) begin(ctx context.Context, q *db.Tx, x org.System) error {
	c.System = x
	if !c.elements.whole() {
		return errs.New(errs.Invalid, "caller.element")
	}
	var err error
	if c.app, err = c.desk.Application(ctx, q, x.ID); err != nil {
		return err
	}
	return c.desk.know(ctx, q, c)
}

// know holds the unit and the matter that a request names against the ledger, and says for whom the system asks.
func (d *Desk) know(ctx context.Context, q *db.Tx, c *Call) error {
	unit, err := d.o.Units.Name(ctx, q, c.System.Unit)
	if err != nil {
		return err
	}
	if c.elements.OrgName != unit {
		return errs.New(errs.Invalid, "caller.unit")
	}
	matter, err := d.o.Matters.Name(ctx, q, c.elements.ItemCode)
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return err
	}
	if err != nil || matter != c.elements.ItemName {
		return errs.New(errs.Invalid, "caller.matter")
	}
	told, err := d.told(ctx, q, c)
	if err != nil {
		return err
	}
	here := false
	if !told {
		if here, err = d.here(ctx, q, c); err != nil {
			return err
		}
	}
	if here {
		if c.actor, err = d.o.Accounts.StaffNamed(ctx, q, c.elements.Username); err != nil && errs.Of(err).Kind != errs.NotFound {
			return err
		}
		if err == nil && c.actor.UnitID == c.System.Unit {
			return nil
		}
	}
	c.actor = &authn.Actor{AccountID: d.o.Feed.ClerkID(c.System.ID, c.elements.Username), Kind: authn.KindStaff, UnitID: c.System.Unit,
		Roles: []string{authn.RoleClerk}}
	return nil
}

// casesKnown is how many cases are remembered at least.
const casesKnown = 4096

// told reports whether the system has told of the case, and reads it. Whoever reads one license of a case soon reads the next: what
// was told of it is opened once, as long as nothing more is told.
func (d *Desk) told(ctx context.Context, q *db.Tx, c *Call) (bool, error) {
	in := usedIn{c.System.ID, c.elements.BusinessCode}
	known, _ := d.cases.Get(in)
	known.fed.SystemID, known.fed.No = in.systemID, in.caseNo
	fed, err := d.o.Feed.CaseAgain(ctx, q, known.fed)
	if errs.Of(err).Kind == errs.NotFound || err == nil && !fed.Told() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if fed.Same(known.fed) {
		c.before = before{fed, known.parties, true}
		return true, nil
	}
	c.before.fed = fed
	if c.before.parties, err = d.parties(ctx, q, fed.Parties); err != nil {
		return false, err
	}
	if len(c.before.parties) < len(fed.Parties) || slices.ContainsFunc(slices.Collect(maps.Values(c.before.parties)), isUnknown) {
		c.before.parties = nil // whoever is not known yet may be in a moment
	}
	// A system is believed no further word about a case that it has told of: what is not there now will not come.
	if c.before.settled, err = d.settled(ctx, q, fed); err != nil {
		return false, err
	}
	if c.before.settled && c.before.parties != nil {
		fed.Parties = nil // no name and no code is remembered
		d.cases.Put(in, before{fed, c.before.parties, true})
	}
	return true, nil
}

// here reports whether a request about a case that its system has not told of is about one of this platform, which the system's
// own unit handles.
func (d *Desk) here(ctx context.Context, q *db.Tx, c *Call) (bool, error) {
	own, err := d.o.Cases.Get(ctx, q, c.elements.BusinessCode)
	if errs.Of(err).Kind == errs.NotFound {
		return false, nil
	}
	return err == nil && own.UnitID == c.System.Unit, err
}

// Ask names a license for the door.
func (c *Call) Ask(l license.License) access.Ask {
	return access.Ask{CaseNo: c.elements.BusinessCode, MatterCode: c.elements.ItemCode, LicenseHolderID: l.HolderID, LicenseID: l.ID, System: c.system()}
}

// system is how the door asks back, in the transaction of its decision.
func (c *Call) system() *access.System { return &access.System{Facts: c.facts, Given: c.given} }

// Actor is the clerk for whom the system asks.
func (c *Call) Actor() *authn.Actor { return c.actor }

// take uses the nonce up: a request that is played again finds it taken.
func (c *Call) take(ctx context.Context, tx *db.Tx) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO request_nonce (system_id, nonce, expires_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (system_id, nonce) DO NOTHING`, c.System.ID, c.nonce, db.Micros(c.until))
	if err != nil {
		return fmt.Errorf("take nonce: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Unauthenticated, "caller.replay")
	}
	return nil
}

// Take uses the nonce up where the door is not asked.
func (c *Call) Take(ctx context.Context) error {
	return c.desk.o.DB.Write(ctx, func(tx *db.Tx) error { return c.take(ctx, tx) })
}

// Sweep forgets nonces whose time would not be accepted any more, and counts of days long past.
func (d *Desk) Sweep(ctx context.Context) error {
	now := d.o.Clock.Now()
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM request_nonce WHERE expires_at < $1`, db.Micros(now)); err != nil {
			return fmt.Errorf("sweep nonces: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM application_use WHERE day < $1`, beijingDay(now.AddDate(0, -3, 0))); err != nil {
			return fmt.Errorf("sweep counts: %w", err)
		}
		return nil
	})
}
