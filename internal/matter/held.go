package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// texts are all that is kept of a matter as it holds: what the item says, what the unit adds, and their bindings.
type texts struct{ entry, item, bounds string }

// understood is a matter as its texts say it.
type understood struct {
	texts
	matter *Matter
}

// memory keeps what texts were understood as. It cannot be out of date: the texts are read each time, and what they mean
// depends on nothing else.
type memory struct{ byCode sync.Map }

// Between the parts of a binding, and between bindings; neither can stand in JSON or in a name.
const unitSep, recordSep = "\x1f", "\x1e"

// Standing gives a matter by its code, as Get does, for whoever asks often: one query, and nothing is decoded that was
// decoded before. What it gives is shared; it is not to be changed.
func (s *Store) Standing(ctx context.Context, q *db.Tx, code string) (*Matter, error) {
	if CheckCode(code, "") != nil {
		return nil, errs.New(errs.NotFound, "matter.unknown")
	}
	var t texts
	err := q.QueryRow(ctx, `
		SELECT m.data, i.data, COALESCE((
			SELECT string_agg(b.scope_code || $2 || b.material || $2 || b.data, $3)
			FROM material_binding b
			WHERE b.scope_code = m.matter_code OR b.scope_code = m.base_code), '')
		FROM matter m
		JOIN matter_item i ON i.base_code = m.base_code
		WHERE m.matter_code = $1`, code, unitSep, recordSep).Scan(&t.entry, &t.item, &t.bounds)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.New(errs.NotFound, "matter.unknown")
	}
	if err != nil {
		return nil, fmt.Errorf("get matter: %w", err)
	}
	if known, ok := s.known.byCode.Load(code); ok && known.(understood).texts == t {
		return known.(understood).matter, nil
	}
	m, err := t.read()
	if err != nil {
		return nil, err
	}
	s.known.byCode.Store(code, understood{t, m})
	return m, nil
}

// Name gives the name of a matter by its code, or matter.unknown.
func (s *Store) Name(ctx context.Context, q *db.Tx, code string) (string, error) {
	if CheckCode(code, "") != nil {
		return "", errs.New(errs.NotFound, "matter.unknown")
	}
	var name string
	err := q.QueryRow(ctx, `SELECT name FROM matter WHERE matter_code = $1`, code).Scan(&name)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.New(errs.NotFound, "matter.unknown")
	}
	if err != nil {
		return "", fmt.Errorf("get matter: %w", err)
	}
	return name, nil
}

func (t texts) read() (*Matter, error) {
	var i Item
	var e Entry
	if err := errors.Join(json.Unmarshal([]byte(t.item), &i), json.Unmarshal([]byte(t.entry), &e)); err != nil {
		return nil, fmt.Errorf("decode matter: %w", err)
	}
	base := map[string]Bound{}
	for text := range strings.SplitSeq(t.bounds, recordSep) {
		parts := strings.SplitN(text, unitSep, 3)
		if len(parts) != 3 {
			continue
		}
		var b Bound
		if err := json.Unmarshal([]byte(parts[2]), &b); err != nil {
			return nil, fmt.Errorf("decode binding: %w", err)
		}
		if parts[0] != e.Code {
			base[parts[1]] = b
			continue
		}
		if e.Bound == nil {
			e.Bound = map[string]Bound{}
		}
		e.Bound[parts[1]] = b
	}
	for n := range i.Materials {
		i.Materials[n].Bound = base[i.Materials[n].Name]
	}
	m, err := Resolve(i, e)
	return &m, err
}
