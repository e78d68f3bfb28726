package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Import enters a row of a catalogue that was kept elsewhere (目录先行): a type, mostly without fields and face. What
// the row does not say of a type that is known already stays as it is. With publish, which only the digital office
// may ask for, it is published at once and effective today; otherwise it becomes a draft of the importing unit.
// Imported again it changes nothing. A refusal blames the field by its name in JSON.
func (s *Store) Import(ctx context.Context, tx *db.Tx, by change.By, t Type, publish bool) (changed bool, err error) {
	t = Clean(t)
	base, err := s.newest(ctx, tx, t.Code)
	switch {
	case errs.Code(err) == "type.unpublished":
		base = nil
	case err != nil:
		return false, err
	default:
		t = overlay(*base, t)
		if same(*base, t) {
			return false, nil
		}
	}
	if base != nil {
		if e, err := s.Entry(ctx, tx, t.Code); err != nil {
			return false, err
		} else if e.State == Withdrawn {
			return false, errs.New(errs.Conflict, "type.withdrawn").On("code")
		}
	}
	if found := Check(&t); len(found) > 0 {
		return false, found[0].Err()
	}
	if err := s.nameFree(ctx, tx, t.Code, t.Name); err != nil {
		return false, err
	}
	if !publish {
		return s.importDraft(ctx, tx, by, t, base)
	}
	if found := s.judge(&t); len(found) > 0 {
		return false, found[0].Err()
	}
	keeper := t.Definer
	if t.National {
		keeper = by.UnitID
	}
	if err := s.release(ctx, tx, &t, base, keeper, clock.Date(s.o.Clock.Now())); err != nil {
		return false, err
	}
	for _, unit := range t.Issuers {
		if err := s.claimFor(ctx, tx, by, t.Code, unit); err != nil {
			return false, err
		}
	}
	return true, s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Type, SubjectID: t.Code, Action: "import",
		After: published{Version: t.Version, EffectiveOn: s.today(), Changes: Diff(base, &t)}})
}

// claimFor enters the claim of a unit that a row names.
func (s *Store) claimFor(ctx context.Context, tx *db.Tx, by change.By, code, unit string) error {
	u, err := s.o.Units.Get(ctx, tx, unit)
	switch {
	case errs.Code(err) == "unit.unknown":
		return errs.New(errs.Invalid, "unit.unknown").On("issuers")
	case err != nil:
		return err
	case u.State != org.Active:
		return errs.New(errs.Conflict, "unit.ended").On("issuers")
	}
	made, err := s.claim(ctx, tx, code, unit, s.o.Clock.Now())
	if err != nil || !made {
		return err
	}
	return s.o.Trail.Record(ctx, tx, by, change.Entry{Subject: change.Claim, SubjectID: code, Action: "claim",
		After: map[string]string{"unit": unit}})
}

// overlay lets a row say what it says; the fields, face, seals and numbers of the version it changes stay where the
// row has none.
func overlay(base, row Type) Type {
	out := row
	if len(row.Fields) == 0 {
		out.Fields = base.Fields
	}
	if !row.HasFace() {
		out.Face = base.Face
	}
	if len(row.Seals) == 0 && row.Making.Here() {
		out.Seals = base.Seals
	}
	if row.Number == "" {
		out.Number = base.Number
	}
	if row.Inspection == nil {
		out.Inspection = base.Inspection
	}
	return out
}

// same reports whether two types say the same, their version and the units that claim them apart.
func same(a, b Type) bool {
	a, b = Clean(a), Clean(b)
	a.Version, b.Version, a.Issuers, b.Issuers = 0, 0, nil, nil
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// importDraft keeps a row as a draft of the importing unit; one that this unit has in hand already is replaced.
func (s *Store) importDraft(ctx context.Context, tx *db.Tx, by change.By, t Type, base *Type) (bool, error) {
	if base != nil {
		e, err := s.Entry(ctx, tx, t.Code)
		if err != nil {
			return false, err
		}
		if e.KeeperID != by.UnitID {
			return false, errs.New(errs.Denied, "type.not-keeper").On("code")
		}
	}
	d, err := s.draftOf(ctx, tx, t.Code)
	switch {
	case errs.Code(err) == "draft.unknown":
		_, err := s.begin(ctx, tx, by, t, base, "")
		return err == nil, err
	case err != nil:
		return false, err
	case d.UnitID != by.UnitID:
		return false, errs.New(errs.Conflict, "type.code-taken").On("code")
	case same(d.Type, t):
		return false, nil
	case d.State == Submitted:
		return false, errs.New(errs.Conflict, "draft.submitted").On("code")
	}
	if _, err := s.save(ctx, tx, by, d, t, d.Note); err != nil {
		return false, fmt.Errorf("import type: %w", err)
	}
	return true, nil
}
