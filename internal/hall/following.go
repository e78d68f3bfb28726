package hall

import (
	"context"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// kept gives an entry that follows a license with the holders of that one: a license keeps them through its versions.
func (h *Hall) kept(ctx context.Context, actor *authn.Actor, e Entry) (Entry, error) {
	if e.Follows == "" {
		return e, nil
	}
	if len(e.Holders) > 0 {
		return Entry{}, errs.New(errs.Invalid, "offline.keeps-holders").On("holders")
	}
	e.NewName = strings.TrimSpace(e.NewName)
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		before, err := h.followed(ctx, q, actor, e)
		if err != nil {
			return err
		}
		for _, id := range before.Holders {
			x, err := h.o.Holders.Get(ctx, q, id)
			if err != nil {
				return err
			}
			e.Holders = append(e.Holders, Person{Name: x.Profile.Name, Code: x.Profile.Code.Reveal()})
		}
		return nil
	})
	return e, err
}

// followed is the license of the actor's unit that an entry follows; the zero License where it follows none.
func (h *Hall) followed(ctx context.Context, q *db.Tx, actor *authn.Actor, e Entry) (license.License, error) {
	if e.Follows == "" {
		if e.Why != "" {
			return license.License{}, errs.New(errs.Invalid, "field.unknown").On("why")
		}
		if e.NewName != "" {
			return license.License{}, errs.New(errs.Invalid, "license.rename").On("newName")
		}
		return license.License{}, nil
	}
	l, err := h.o.Licenses.ByIdentifier(ctx, q, e.Follows)
	switch {
	case err != nil:
		return license.License{}, err
	case l.IssuerID != actor.UnitID:
		return license.License{}, errs.New(errs.NotFound, "license.unknown")
	case l.TypeCode != e.TypeCode:
		return license.License{}, errs.New(errs.Conflict, "license.other").On("typeCode")
	}
	return l, nil
}
