package hall

import (
	"context"
	"log/slog"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Source is the system of the office that keeps a kind of license (证照来源系统). What it says of a license goes before
// what the platform holds. Any error means that it cannot be reached now; it answers within bounded time.
type Source interface {
	Name() string
	State(ctx context.Context, identifier string) (license.State, error)
}

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
