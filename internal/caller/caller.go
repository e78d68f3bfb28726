// Package caller knows the applications of departments (应用系统) that use licenses by the share interface of GB/T 36906:
// what each may ask for, whether a request is one of its own and new, and on which case of its own it rests.
//
// It hands nothing out and decides nothing: the door (package access) does, on the facts that are found here in the door's own
// transaction. It guarantees that a signed request counts once, that no more is given on a day than was allowed, and that a
// case which a system vouched for is confirmed by the case's data or shown to those who have to look into it.
package caller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/recent"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Options are the parts package caller works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Trail    *change.Trail
	Tasks    *task.Store
	Accounts *authn.Service
	Units    *org.Store
	Types    *catalog.Store
	Matters  *matter.Store
	Holders  *holder.Store
	Licenses *license.Store
	Cases    *casefile.Store
	Appeals  *appeal.Store
	Book     *evidence.Book
	Feed     *feed.Desk
	Door     *access.Door
}

// Desk takes the requests of applications.
type Desk struct {
	o       Options
	cases   *recent.Map[usedIn, before] // of which everything is settled and all parties are known
	decoded sync.Map                    // system to what its application says
}

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o, cases: recent.New[usedIn, before](casesKnown)} }

// Allowed is what an application may do with licenses of a type.
type Allowed struct {
	Type   string         `json:"type"`
	Fields []string       `json:"fields,omitempty"` // of those that the matter binds; empty: all of them
	Rights []access.Right `json:"rights"`
	PerDay int            `json:"perDay"`
}

// Application is what a system of the ledger may ask for.
type Application struct {
	SystemID   string    `json:"systemId"`
	Addresses  []string  `json:"addresses"` // prefixes, as 10.1.0.0/16
	Types      []Allowed `json:"types"`
	ValidFrom  time.Time `json:"validFrom"`
	ValidUntil time.Time `json:"validUntil,omitzero"` // the first instant it is not valid any more
	Version    int64     `json:"-"`
}

// mostPerDay bounds a daily limit.
const mostPerDay = 1_000_000

// allowed is what the application may do with a type.
func (a Application) allowed(typeCode string) (Allowed, bool) {
	i := slices.IndexFunc(a.Types, func(x Allowed) bool { return x.Type == typeCode })
	if i < 0 {
		return Allowed{}, false
	}
	return a.Types[i], true
}

// reaches reports whether requests may come from an address.
func (a Application) reaches(from netip.Addr) bool {
	return slices.ContainsFunc(a.Addresses, func(p string) bool {
		prefix, err := netip.ParsePrefix(p)
		return err == nil && prefix.Contains(from.Unmap())
	})
}

// in reports whether the application is valid at a moment.
func (a Application) in(now time.Time) bool {
	return !now.Before(a.ValidFrom) && (a.ValidUntil.IsZero() || now.Before(a.ValidUntil))
}

// Application gives what a system may ask for.
func (d *Desk) Application(ctx context.Context, q *db.Tx, systemID string) (Application, error) {
	a := Application{SystemID: systemID}
	var addresses, types string
	var from, until int64
	err := q.QueryRow(ctx, `
		SELECT addresses, types, valid_from, valid_until, row_version
		FROM application
		WHERE system_id = $1`, systemID).Scan(&addresses, &types, &from, &until, &a.Version)
	if errors.Is(err, db.ErrNoRows) {
		return Application{}, errs.New(errs.NotFound, "caller.unknown")
	}
	if err != nil {
		return Application{}, fmt.Errorf("find application: %w", err)
	}
	a.ValidFrom, a.ValidUntil = db.Time(from), db.Time(until)
	t := texts{addresses, types}
	if known, ok := d.decoded.Load(systemID); ok && known.(decoded).texts == t {
		a.Addresses, a.Types = slices.Clone(known.(decoded).addresses), slices.Clone(known.(decoded).types)
		return a, nil
	}
	if err := errors.Join(json.Unmarshal([]byte(addresses), &a.Addresses), json.Unmarshal([]byte(types), &a.Types)); err != nil {
		return Application{}, fmt.Errorf("decode application: %w", err)
	}
	d.decoded.Store(systemID, decoded{t, slices.Clone(a.Addresses), slices.Clone(a.Types)})
	return a, nil
}

// texts are what is kept of an application, and decoded is what they mean; the texts are read each time.
type (
	texts   struct{ addresses, types string }
	decoded struct {
		texts
		addresses []string
		types     []Allowed
	}
)

// Save enters what a system may ask for (Version 0), or changes it.
func (d *Desk) Save(ctx context.Context, tx *db.Tx, by change.By, a Application) (Application, error) {
	if _, err := d.o.Units.System(ctx, tx, a.SystemID); err != nil {
		return Application{}, err
	}
	if err := d.check(ctx, tx, &a); err != nil {
		return Application{}, err
	}
	before, err := d.Application(ctx, tx, a.SystemID)
	if err != nil && errs.Code(err) != "caller.unknown" {
		return Application{}, err
	}
	if before.Version != a.Version {
		return Application{}, errs.New(errs.Conflict, "conflict")
	}
	addresses, err := json.Marshal(a.Addresses)
	if err != nil {
		return Application{}, fmt.Errorf("encode addresses: %w", err)
	}
	types, err := json.Marshal(a.Types)
	if err != nil {
		return Application{}, fmt.Errorf("encode types: %w", err)
	}
	a.Version++
	n, err := tx.Exec(ctx, `
		INSERT INTO application (system_id, addresses, types, valid_from, valid_until, row_version)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (system_id) DO UPDATE
		SET addresses = excluded.addresses, types = excluded.types, valid_from = excluded.valid_from,
		    valid_until = excluded.valid_until, row_version = excluded.row_version
		WHERE application.row_version = excluded.row_version - 1`,
		a.SystemID, string(addresses), string(types), db.Micros(a.ValidFrom), db.Micros(a.ValidUntil), a.Version)
	if err != nil {
		return Application{}, fmt.Errorf("save application: %w", err)
	}
	if n == 0 {
		return Application{}, errs.New(errs.Conflict, "conflict")
	}
	e := change.Entry{Subject: change.System, SubjectID: a.SystemID, Action: "application", After: a}
	if before.Version > 0 {
		e.Before = before
	}
	return a, d.o.Trail.Record(ctx, tx, by, e)
}

// check refuses what makes no sense, and puts the rest into its one form.
func (d *Desk) check(ctx context.Context, q *db.Tx, a *Application) error {
	if len(a.Addresses) == 0 {
		return errs.New(errs.Invalid, "caller.addresses").On("addresses")
	}
	for i, text := range a.Addresses {
		p, err := netip.ParsePrefix(text)
		if addr, one := netip.ParseAddr(text); one == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return errs.New(errs.Invalid, "caller.addresses").On("addresses[" + strconv.Itoa(i) + "]")
		}
		a.Addresses[i] = p.Masked().String()
	}
	if !a.ValidUntil.IsZero() && !a.ValidFrom.Before(a.ValidUntil) {
		return errs.New(errs.Invalid, "caller.validity").On("validUntil")
	}
	seen := map[string]bool{}
	for i, x := range a.Types {
		on := "types[" + strconv.Itoa(i) + "]"
		t, err := d.o.Types.Current(ctx, q, x.Type)
		if err != nil {
			return errs.New(errs.Invalid, "type.unknown").On(on + ".typeCode")
		}
		for _, name := range x.Fields {
			if _, ok := t.Field(name); !ok {
				return errs.New(errs.Invalid, "caller.field").On(on + ".fields")
			}
		}
		if seen[x.Type] || len(x.Rights) == 0 || x.PerDay < 1 || x.PerDay > mostPerDay {
			return errs.New(errs.Invalid, "caller.type").On(on)
		}
		for _, r := range x.Rights {
			if !slices.Contains(access.Rights, r) {
				return errs.New(errs.Invalid, "caller.type").On(on + ".rights")
			}
		}
		seen[x.Type] = true
	}
	return nil
}
