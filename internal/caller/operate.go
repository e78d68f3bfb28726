package caller

import (
	"context"
	"errors"
	"slices"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Query names licenses by their holder.
type Query struct {
	HolderCode string
	TypeCode   string
	TypeName   string
	Number     string // narrows to one; identifier or printed number
}

// found is what a query names in the ledger of holders and types. A holder who is not known here has a name of Desk.unknown.
type found struct {
	holderID string
	typeCode string
}

// named finds holder and type of a query.
func (c *Call) named(ctx context.Context, q Query) (f found, err error) {
	code, _, err := holder.ParseCode(q.HolderCode, "")
	if err != nil {
		return found{}, errs.New(errs.Invalid, "caller.holder-code")
	}
	d := c.desk
	err = d.o.DB.Read(ctx, func(tx *db.Tx) error {
		if f.holderID, err = d.o.Holders.Find(ctx, tx, code); errs.Of(err).Kind == errs.NotFound {
			f.holderID, err = d.unknown(code), nil
		}
		if err != nil {
			return err
		}
		t, err := d.typeOf(ctx, tx, q)
		if err == nil {
			f.typeCode = t.Code
		}
		return err
	})
	return f, err
}

// typeOf finds the type that a query names by its code or, as GB/T 36906 lets it, by its name.
func (d *Desk) typeOf(ctx context.Context, q *db.Tx, of Query) (*catalog.Type, error) {
	if of.TypeCode != "" {
		return d.o.Types.Current(ctx, q, of.TypeCode)
	}
	entries, _, err := d.o.Types.Search(ctx, q, catalog.Filter{Query: of.TypeName, Limit: 100})
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name == of.TypeName {
			return d.o.Types.Current(ctx, q, e.Code)
		}
	}
	return nil, errs.New(errs.NotFound, "type.unknown")
}

// Types are those that the application may ask for.
func (c *Call) Types(ctx context.Context) ([]*catalog.Type, error) {
	var out []*catalog.Type
	if err := c.Take(ctx); err != nil {
		return nil, err
	}
	err := c.desk.o.DB.Read(ctx, func(q *db.Tx) error {
		out = nil
		for _, x := range c.app.Types {
			t, err := c.desk.o.Types.Current(ctx, q, x.Type)
			if errs.Of(err).Kind == errs.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// List says which licenses of a type a party of the case has.
func (c *Call) List(ctx context.Context, q Query) (access.Listing, error) {
	f, err := c.named(ctx, q)
	if err != nil {
		return access.Listing{}, err
	}
	l, err := c.desk.o.Door.List(ctx, c.actor, access.ListAsk{CaseNo: c.elements.BusinessCode, MatterCode: c.elements.ItemCode, HolderID: f.holderID,
		TypeCode: f.typeCode, System: c.system()})
	if err != nil {
		return access.Listing{}, c.decided(err)
	}
	c.fresh = true
	if q.Number == "" {
		return l, nil
	}
	one, err := c.numbered(ctx, l.Licenses, q)
	l.Licenses = one
	return l, err
}

// numbered keeps the licenses that bear a number or identifier.
func (c *Call) numbered(ctx context.Context, all []license.License, q Query) (some []license.License, err error) {
	err = c.desk.o.DB.Read(ctx, func(tx *db.Tx) error {
		some = nil
		for _, l := range all {
			bear, err := c.desk.o.Licenses.ByNumber(ctx, tx, l.IssuerID, q.Number, []string{l.TypeCode})
			if err != nil {
				return err
			}
			if l.Identifier == q.Number || slices.ContainsFunc(bear, func(x license.License) bool { return x.ID == l.ID }) {
				some = append(some, l)
			}
		}
		return nil
	})
	return some, err
}

// ByIdentifier finds a license for Read. One that is not there is a license of nobody's, which the door refuses and records:
// whether an identifier exists is told to nobody who may not use it. Of the license only holder and id are known then.
func (c *Call) ByIdentifier(ctx context.Context, identifier string) (l license.License, err error) {
	err = c.desk.o.DB.Read(ctx, func(q *db.Tx) error {
		ctx := context.WithoutCancel(ctx) // one row by its key: not worth being watched and broken off
		l, err = c.desk.o.Licenses.Named(ctx, q, identifier)
		return err
	})
	if errs.Of(err).Kind == errs.NotFound {
		return license.License{}, nil
	}
	return l, err
}

// handedAtOnce bounds the licenses that one request hands out.
const handedAtOnce = 10

// ByHolder finds the licenses of a query for Read: those in force or, where there is none, the newest, of which the door says
// why not. None at all is for the door too.
func (c *Call) ByHolder(ctx context.Context, q Query) ([]license.License, error) {
	f, err := c.named(ctx, q)
	if err != nil {
		return nil, err
	}
	none := []license.License{{TypeCode: f.typeCode, Holders: []string{f.holderID}}}
	if isUnknown(f.holderID) {
		return none, nil
	}
	var held []license.License
	err = c.desk.o.DB.Read(ctx, func(tx *db.Tx) error {
		held, err = c.desk.o.Licenses.Held(ctx, tx, f.holderID, f.typeCode)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := c.desk.o.Clock.Now()
	held = license.Told(held, now)
	if q.Number != "" {
		if held, err = c.numbered(ctx, held, q); err != nil {
			return nil, err
		}
	}
	if len(held) == 0 {
		return none, nil
	}
	usable := slices.DeleteFunc(slices.Clone(held), func(l license.License) bool { return !l.State(now).Usable() })
	if len(usable) == 0 {
		return held[:1], nil
	}
	return usable[:min(len(usable), handedAtOnce)], nil
}

// Read lets the door hand a license out: its fields, or the annotated copy or its picture, never the original.
func (c *Call) Read(ctx context.Context, l license.License, want access.Want) (access.Reading, error) {
	if l.ID == "" && l.TypeCode != "" {
		// Nothing of this type is held: whether that may be told is what the right to list is for.
		_, err := c.desk.o.Door.List(ctx, c.actor, access.ListAsk{CaseNo: c.elements.BusinessCode, MatterCode: c.elements.ItemCode, HolderID: l.Holders[0],
			TypeCode: l.TypeCode, System: c.system()})
		if err != nil {
			return access.Reading{}, c.decided(err)
		}
		c.fresh = true
		return access.Reading{}, errs.New(errs.NotFound, "license.unknown")
	}
	r, _, err := c.desk.o.Door.Lend(ctx, c.actor, c.Ask(l), want)
	return r, c.decided(err)
}

// Verify holds what a request tells of a license against it.
func (c *Call) Verify(ctx context.Context, q Query, told map[string]string) (access.Verdict, error) {
	f, err := c.named(ctx, q)
	if err != nil {
		return access.Verdict{}, err
	}
	v, err := c.desk.o.Door.Verify(ctx, c.actor, c.Ask(license.License{HolderID: f.holderID}), access.Claim{TypeCode: f.typeCode, Number: q.Number, Told: told})
	return v, c.decided(err)
}

// decided notes whether the door's transaction stands: then the nonce is taken, also by a refusal.
func (c *Call) decided(err error) error {
	_, refused := errors.AsType[*access.Refusal](err)
	if err == nil || refused {
		c.fresh = true
	}
	return err
}
