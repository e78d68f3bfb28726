package license

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// joinedField is the field of a comprehensive license that names its parts (集成的单项许可). A type may do without.
const joinedField = "KZ_DXXK"

// Part is a license that a comprehensive license (行业综合许可证) was made of, in the version that there is now.
type Part struct {
	License License
	Changed bool // it is another version than the one that the whole was made of, or has ended
}

// Parts lists the parts of a license, each as it is now: a part that was revoked this moment shows so. Most licenses
// have none.
func (s *Store) Parts(ctx context.Context, q *db.Tx, l License) ([]Part, error) {
	made, err := s.list(ctx, q, `
		SELECT `+columns+`
		FROM license
		WHERE holder_id = $1 AND license_id IN (SELECT part_id FROM license_part WHERE holder_id = $1 AND license_id = $2)
		ORDER BY (SELECT seq FROM license_part p WHERE p.holder_id = $1 AND p.license_id = $2 AND p.part_id = license.license_id)`,
		l.HolderID, l.ID)
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, of := range made {
		now, err := s.newest(ctx, q, of)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{License: now, Changed: now.ID != of.ID || now.Ended != ""})
	}
	return parts, nil
}

// newest is the last published version of a license.
func (s *Store) newest(ctx context.Context, q *db.Tx, l License) (License, error) {
	if l.Ended != string(Superseded) {
		return l, nil
	}
	versions, err := s.Versions(ctx, q, l)
	if err != nil {
		return License{}, err
	}
	for _, v := range versions {
		if v.Step == StepPublished {
			l = v
		}
	}
	return l, nil
}

// gathered are the licenses of a holder that a type joins and that have not ended, in the order of the type.
func (s *Store) gathered(ctx context.Context, q *db.Tx, t *catalog.Type, holderID string) ([]License, error) {
	var all []License
	for _, code := range t.Parts {
		found, err := s.list(ctx, q, `
			SELECT `+columns+`
			FROM license
			WHERE holder_id = $1 AND type_code = $2 AND step = $3 AND ended = ''
			ORDER BY license_id`, holderID, code, string(StepPublished))
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			if l.State(s.o.Clock.Now()) != Expired {
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// join notes which licenses a comprehensive license is made of.
func (s *Store) join(ctx context.Context, tx *db.Tx, t *catalog.Type, whole License) error {
	if len(t.Parts) == 0 {
		return nil
	}
	parts, err := s.gathered(ctx, tx, t, whole.HolderID)
	if err != nil {
		return err
	}
	for i, p := range parts {
		if _, err := tx.Exec(ctx, `
			INSERT INTO license_part (holder_id, license_id, part_id, seq) VALUES ($1, $2, $3, $4)`,
			whole.HolderID, whole.ID, p.ID, i); err != nil {
			return fmt.Errorf("join parts: %w", err)
		}
	}
	return nil
}

// wholes are the licenses in force that were made of a part.
func (s *Store) wholes(ctx context.Context, q *db.Tx, part License) ([]License, error) {
	return s.list(ctx, q, `
		SELECT `+columns+`
		FROM license
		WHERE holder_id = $1 AND step = $3 AND ended = ''
			AND license_id IN (SELECT license_id FROM license_part WHERE holder_id = $1 AND part_id = $2)`,
		part.HolderID, part.ID, string(StepPublished))
}

// remakeWholes makes a new version of every comprehensive license that was made of a part which has changed or ended, in
// the same transaction: a draft by the system, which is sealed and reviewed like any other.
func (s *Store) remakeWholes(ctx context.Context, tx *db.Tx, part License) error {
	wholes, err := s.wholes(ctx, tx, part)
	if err != nil {
		return err
	}
	for _, w := range wholes {
		if err := s.remake(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}

// followParts lets comprehensive licenses follow a version that has just been published instead of another.
func (s *Store) followParts(ctx context.Context, tx *db.Tx, before, l License) error {
	if err := s.remakeStale(ctx, tx, l); err != nil || before.ID == "" {
		return err
	}
	return s.remakeWholes(ctx, tx, before)
}

// remakeStale is for a whole that is published: a part may have changed while it was made.
func (s *Store) remakeStale(ctx context.Context, tx *db.Tx, whole License) error {
	parts, err := s.Parts(ctx, tx, whole)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Changed {
			return s.remake(ctx, tx, whole)
		}
	}
	return nil
}

// remake drafts the next version of a comprehensive license from the parts that there are now. A rule that stands against
// it, such as a version that is being made already, keeps no part from ending: the whole then shows its parts as they are
// and waits for its lead unit.
func (s *Store) remake(ctx context.Context, tx *db.Tx, whole License) error {
	t, err := s.o.Types.Current(ctx, tx, whole.TypeCode)
	if err != nil {
		return refusedAlone(err)
	}
	parts, err := s.gathered(ctx, tx, t, whole.HolderID)
	if err != nil || len(parts) == 0 {
		return err // of nothing there is no whole: its lead unit ends it
	}
	b, err := s.body(ctx, tx, whole)
	if err != nil {
		return err
	}
	fields := map[string]string{}
	for _, f := range t.Own() {
		if v, ok := b.Values[f.Name]; ok {
			fields[f.Name] = v
		}
	}
	if end, ok := b.Values[endOfValidity]; ok && t.Validity.Rule == catalog.Until {
		fields[endOfValidity] = end
	}
	if _, ok := t.Field(joinedField); ok {
		if fields[joinedField], err = s.names(ctx, tx, parts); err != nil {
			return err
		}
	}
	now := s.o.Clock.Now()
	_, err = s.Draft(ctx, tx, Draft{TypeCode: whole.TypeCode, IssuerID: whole.IssuerID, Holders: whole.Holders, Fields: maps.Clone(fields),
		IssuedOn: now, DueAt: clock.EndOfDay(now), Origin: ByPart, OriginID: whole.ID, Follows: whole.ID})
	return refusedAlone(err)
}

// names are the names of licenses, each once.
func (s *Store) names(ctx context.Context, q *db.Tx, parts []License) (string, error) {
	var names []string
	seen := map[string]bool{}
	for _, p := range parts {
		t, err := s.o.Types.Version(ctx, q, p.TypeCode, p.TypeVersion)
		if err != nil {
			return "", err
		}
		if !seen[t.Code] {
			seen[t.Code] = true
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, "；"), nil
}

// refusedAlone lets the refusal of a new version stand for itself; anything else that goes wrong undoes the change too.
func refusedAlone(err error) error {
	if refusal, ok := errors.AsType[*errs.Error](err); ok && refusal.Kind != errs.Internal {
		return nil
	}
	return err
}
