package hall

import (
	"context"
	"errors"
	"log/slog"
	"maps"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// word is what a source said of a license; down: it could not be reached.
type word struct {
	source string
	state  license.State
	down   bool
}

// ends reports whether the word forbids a use that the platform's own data would allow.
func (w word) ends() bool { return w.state != "" && !w.state.Usable() }

// askSource asks the source of a license how it stands, never inside a transaction. Of a type without a source there is
// no word.
func (h *Hall) askSource(ctx context.Context, l license.License) (word, error) {
	if l.ID == "" || h.o.Source == nil {
		return word{}, nil
	}
	s := h.o.Source(l.TypeCode)
	if s == nil {
		return word{}, nil
	}
	w := word{source: s.Name()}
	var err error
	if w.state, err = s.State(ctx, l.Identifier); err != nil {
		if ctx.Err() != nil {
			return word{}, ctx.Err()
		}
		h.o.Log.WarnContext(ctx, "license source not reachable", slog.String("type", l.TypeCode), slog.Any("error", err))
		w.down = true
	}
	return w, nil
}

// words asks the sources of all licenses lent to a case, by license id: what is decided next rests on it.
func (h *Hall) words(ctx context.Context, actor *authn.Actor, no string) (map[string]word, error) {
	var lent []license.License
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, _, err := h.ofUnit(ctx, q, actor, no)
		if err != nil {
			return err
		}
		materials, err := h.o.Cases.Materials(ctx, q, c)
		if err != nil {
			return err
		}
		for _, m := range materials {
			if m.Status != casefile.Lent {
				continue
			}
			l, err := h.o.Licenses.Get(ctx, q, m.LicenseHolderID, m.LicenseID)
			if err != nil {
				return err
			}
			lent = append(lent, l)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	said := map[string]word{}
	for _, l := range lent {
		if said[l.ID], err = h.askSource(ctx, l); err != nil {
			return nil, err
		}
	}
	return said, nil
}

// failures are the outcomes of a material whose license could not be fetched at its source, by the code of what went wrong.
var failures = map[string]struct{ status, reason string }{
	"license.source-none":  {casefile.Down, "material.source-none"},
	"license.source-down":  {casefile.Down, "material.source-down"},
	"license.source-wrong": {casefile.Down, "material.source-wrong"},
	"license.source-says":  {casefile.Unusable, "material.source-says"}, // otherwise than a moment before
}

// failed puts into a material's outcome that its license, of which only the index is kept here, could not be fetched, and
// reports whether that was what went wrong.
func (t *errand) failed(err error) bool {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return false
	}
	f, ok := failures[e.Code]
	if ok {
		t.outcome.Status, t.outcome.Reason = f.status, f.reason
		maps.Copy(t.outcome.Detail, e.Args)
	}
	return ok
}

// heed puts a source's word into a material's outcome and reports whether the license may still be asked of the door.
func (t *errand) heed(w word) bool {
	if w.source != "" {
		t.outcome.Detail["source"] = w.source
	}
	switch {
	case w.down:
		t.outcome.Status, t.outcome.Reason = casefile.Down, "material.source-down"
	case w.ends():
		t.outcome.Status, t.outcome.Reason = casefile.Unusable, "material.source-says"
		t.outcome.LicenseState = string(w.state)
		t.outcome.Detail["state"], t.outcome.Detail["stateEn"] = w.state.Text("zh"), w.state.Text("en")
	default:
		return true
	}
	return false
}
