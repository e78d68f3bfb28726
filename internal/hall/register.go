package hall

import (
	"context"
	"errors"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/register"
)

// contradicted is the code of a license that a base register turns down.
const contradicted = "register.mismatch"

// declined is the refusal of a license on which a unit will not set its seal.
const declined = "seal.declined"

// askFor asks the base registers about the license that approving a case would yield, before anything is decided. A
// refusal is kept with the case.
func (h *Hall) askFor(ctx context.Context, actor *authn.Actor, no, outcome string, version int64) (register.Verdict, error) {
	if outcome != Approve {
		return register.Verdict{}, nil
	}
	var row license.Row
	var typeCode, holderID string
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, m, err := h.mine(ctx, q, actor, no, matter.Decide, version)
		if err != nil || !m.MadeHere() {
			return err
		}
		d, err := h.draft(ctx, q, c, m, actor)
		if err != nil {
			return err
		}
		typeCode, holderID, row.Fields = d.TypeCode, c.HolderID, d.Fields
		for _, id := range d.Holders {
			x, err := h.o.Holders.Get(ctx, q, id)
			if err != nil {
				return err
			}
			row.Holders = append(row.Holders, x.Profile)
		}
		return nil
	})
	if err != nil || typeCode == "" {
		return register.Verdict{}, err
	}
	return h.Compare(ctx, typeCode, actor.UnitID, row, register.Kept{HolderID: holderID, SubjectID: no})
}

// askForEntry asks the base registers about an entry. What cannot be asked about is refused when it is entered.
func (h *Hall) askForEntry(ctx context.Context, actor *authn.Actor, e Entry) (register.Verdict, error) {
	row := license.Row{Fields: e.Fields}
	for i, p := range e.Holders {
		if i == 0 && e.NewName != "" {
			p.Name = e.NewName // what registers say is held against what the license will say
		}
		code, kind, err := holder.ParseCode(p.Code, "")
		if err != nil {
			return register.Verdict{}, nil //nolint:nilerr // entering it says so, with its place
		}
		row.Holders = append(row.Holders, holder.Profile{Name: p.Name, Code: code, CodeType: kind})
	}
	return h.Compare(ctx, e.TypeCode, actor.UnitID, row, register.Kept{HolderID: holder.PlatformID, SubjectID: e.Key})
}

// Compare asks the base registers about one license to be; turned down, the answer is kept, and refuses.
func (h *Hall) Compare(ctx context.Context, typeCode, issuerID string, row license.Row, k register.Kept) (register.Verdict, error) {
	t, said, err := h.o.Licenses.Ask(ctx, typeCode, issuerID, []license.Row{row})
	if err != nil {
		return register.Verdict{}, err
	}
	refusal := said[0].Err(t)
	if refusal == nil {
		return said[0], nil
	}
	k.Verdict = said[0]
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error { return h.o.Registers.Keep(ctx, tx, k) })
	return register.Verdict{}, errors.Join(err, refusal)
}

// Make makes a license. One that a base register contradicts, which had not answered when it was decided, or that a unit refuses its seal is void, and
// what asked for it goes back to its people.
func (h *Hall) Make(ctx context.Context, holderID, licenseID string) (license.License, error) {
	l, err := h.o.Licenses.Make(ctx, holderID, licenseID)
	action := "contradict"
	switch errs.Code(err) {
	case contradicted:
	case declined:
		action = "refuse"
	default:
		return l, err
	}
	e := errs.Of(err)
	why := errs.Text(e.Code, "zh", e.Args)
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		if l, err = h.o.Licenses.TurnDown(ctx, tx, holderID, licenseID, action, why); err != nil {
			return err
		}
		_, err = h.reviewed(ctx, tx, &authn.Actor{UnitID: l.IssuerID}, l, why)
		return err
	})
	return l, err
}
