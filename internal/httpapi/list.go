package httpapi

import (
	"context"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

func errRequired(field string) error { return errs.New(errs.Invalid, "field.required").On(field) }

func percent(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// maySee lets everybody see what is published, and staff what is not.
func maySee(ctx context.Context, state string) error {
	a := actorFrom(ctx)
	switch {
	case state == matter.Published:
		return nil
	case a == nil:
		return errs.New(errs.Unauthenticated, "unauthenticated")
	case !a.Has(RoleMatters, RoleCatalog, RoleDigital):
		return errs.New(errs.Denied, "denied")
	}
	return nil
}

// entries reads a list and shows each entry by view.
func entries[T any](ctx context.Context, d Deps, f matter.ListFilter, view func(ctx context.Context, q *db.Tx, l matter.Listing) (T, error)) ([]T, int, error) {
	if err := maySee(ctx, f.State); err != nil {
		return nil, 0, err
	}
	out := []T{}
	var total int
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, n, err := d.Matters.Listings(ctx, q, f)
		if err != nil {
			return err
		}
		total = n
		for _, l := range found {
			x, err := view(ctx, q, l)
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	return out, total, err
}

// entryAfter does something to an entry and shows what became of it.
func entryAfter[T any](ctx context.Context, d Deps, list string, view func(ctx context.Context, q *db.Tx, l matter.Listing) (T, error),
	do func(tx *db.Tx) (string, error),
) (T, error) {
	var out T
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := do(tx)
		if err != nil {
			return err
		}
		l, err := d.Matters.Listing(ctx, tx, list, id)
		if err != nil {
			return err
		}
		out, err = view(ctx, tx, l)
		return err
	})
	return out, err
}

func (d Deps) propose(ctx context.Context, l matter.Listing, reason string) func(tx *db.Tx) (string, error) {
	return func(tx *db.Tx) (string, error) { return d.Matters.Propose(ctx, tx, actorFrom(ctx), reason, l) }
}

func (d Deps) changeEntry(ctx context.Context, l matter.Listing, reason string, version int64) func(tx *db.Tx) (string, error) {
	return func(tx *db.Tx) (string, error) {
		return l.ID, d.Matters.ChangeEntry(ctx, tx, actorFrom(ctx), reason, l, version)
	}
}

func (d Deps) publishEntry(ctx context.Context, list string, in *publishEntryInput) func(tx *db.Tx) (string, error) {
	return func(tx *db.Tx) (string, error) {
		day, err := midnight(in.Body.EffectiveOn, "effectiveOn")
		if err != nil {
			return "", err
		}
		return in.EntryID, d.Matters.Publish(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), list, in.EntryID, in.Body.Version, day)
	}
}

func (d Deps) withdrawEntry(ctx context.Context, list string, in *entryStepInput) func(tx *db.Tx) (string, error) {
	return func(tx *db.Tx) (string, error) {
		return in.EntryID, d.Matters.Withdraw(ctx, tx, actorFrom(ctx), in.Body.Reason, list, in.EntryID, in.Body.Version)
	}
}

// midnight is the midnight in Beijing that begins a day; the zero time for none.
func midnight(text, field string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, clock.Shanghai)
	if err != nil {
		return time.Time{}, errs.New(errs.Invalid, "field.date").On(field)
	}
	return t, nil
}

func (d Deps) listed(ctx context.Context, q *db.Tx, l matter.Listing, lang string) (Listed, error) {
	by, err := d.unitNamed(ctx, q, l.ProposedBy, lang)
	return Listed{ID: l.ID, State: l.State, EffectiveOn: date(l.EffectiveOn), ProposedBy: by, Version: l.Version}, err
}

// unitOrAll names a unit; nil for every unit.
func (d Deps) unitOrAll(ctx context.Context, q *db.Tx, id, lang string) (*Named, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // absent in the answer: every unit
	}
	u, err := d.unitNamed(ctx, q, id, lang)
	return &u, err
}

// matterNamed names a matter by its code, or an item by its base code; one that is no more stands by its code.
func (d Deps) matterNamed(ctx context.Context, q *db.Tx, code, lang string) (Coded, error) {
	var m matter.Item
	var err error
	if len(code) == 12 {
		m, err = d.Matters.Item(ctx, q, code)
	} else {
		var x matter.Matter
		x, err = d.Matters.Get(ctx, q, code)
		m = x.Item
	}
	if err != nil && errs.Of(err).Kind == errs.NotFound {
		return Coded{Code: code, Name: code}, nil
	}
	return Coded{Code: code, Name: choose(lang, m.Name, m.NameEn)}, err
}

func nameOf(u *Named) string {
	if u == nil {
		return ""
	}
	return u.Name
}
