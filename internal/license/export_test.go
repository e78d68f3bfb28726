package license

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// MakeInParts is Make, telling after each of its parts, so that what a license costs can be measured part by part.
func (s *Store) MakeInParts(ctx context.Context, holderID, licenseID string, done func(part string)) error {
	var l License
	var b body
	var t *catalog.Type
	var key []byte
	var steps []sealing.Step
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		if l, err = s.Get(ctx, q, holderID, licenseID); err != nil {
			return err
		}
		if t, err = s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion); err != nil {
			return err
		}
		if b, err = s.body(ctx, q, l); err != nil {
			return err
		}
		if key, err = s.key(ctx, q, holderID, licenseID); err != nil {
			return err
		}
		steps, err = s.sealPlan(ctx, q, t, l.IssuerID)
		return err
	})
	if err != nil {
		return err
	}
	done("read")
	press, err := s.o.Faces.Press(t)
	if err != nil {
		return err
	}
	sealed, err := s.seal(press, b, steps)
	if err != nil {
		return err
	}
	file, err := sealed.Bytes()
	if err != nil {
		return err
	}
	done("face-seal")
	if l.FileRef, err = s.store(ctx, key, file, l.ID); err != nil {
		return err
	}
	l.FileDigest = digest(file)
	done("file")
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.sealed(ctx, tx, &l, steps) })
	done("record")
	return err
}

// Apply judges an operation by the license alone; without names one guard of the action's that is left out, -1 for none.
func Apply(l License, o Operation, now time.Time, without int) (License, error) {
	r := rules[o.Action]
	if without >= 0 {
		r.guards = slices.Delete(slices.Clone(r.guards), without, without+1)
	}
	return r.apply(situation{License: l, Operation: o, now: now})
}

// Guards names the guards of an action.
func Guards(a Action) []string {
	var names []string
	for _, g := range rules[a].guards {
		names = append(names, g.name)
	}
	return names
}

// AllActions are all there are, also what people cannot ask for.
func AllActions() []Action { return slices.Sorted(maps.Keys(rules)) }
