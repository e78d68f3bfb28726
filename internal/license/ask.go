package license

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/register"
)

// Ask asks the base registers of a type's rules about licenses that a unit is to issue, never inside a transaction.
func (s *Store) Ask(ctx context.Context, typeCode, issuerID string, rows []Row) (*catalog.Type, []register.Verdict, error) {
	var t *catalog.Type
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		t, _, err = s.makable(ctx, q, typeCode, issuerID, false)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	verdicts, err := s.ask(ctx, t, rows)
	return t, verdicts, err
}

func (s *Store) ask(ctx context.Context, t *catalog.Type, rows []Row) ([]register.Verdict, error) {
	if len(t.Compare) == 0 {
		return make([]register.Verdict, len(rows)), nil
	}
	values := make([]map[string]string, len(rows))
	for i, row := range rows {
		values[i] = row.compared()
	}
	return s.o.Registers.Ask(ctx, t, values)
}

// compared are the values of a row that registers can be asked about.
func (r Row) compared() map[string]string {
	var names, codes []string
	for _, p := range r.Holders {
		names, codes = append(names, p.Name), append(codes, p.Code.Reveal())
	}
	v := map[string]string{}
	maps.Copy(v, r.Fields)
	v["CZZT"], v["CZZTDM"] = strings.Join(names, multi), strings.Join(codes, multi)
	return v
}

// asks reports whether base registers are asked before a license is sealed here. What a national system makes was compared
// there.
func (l License) asks() bool { return l.Origin != Foreign }

// answered keeps with a draft what registers said of it. A verdict that was given on something else does not count:
// they are asked again before it is sealed.
func (s *Store) answered(ctx context.Context, tx *db.Tx, t *catalog.Type, l License, values map[string]string, d Draft) error {
	if len(t.Compare) == 0 || !l.asks() || !d.Asked.Covers(t, values) {
		return nil
	}
	if err := d.Asked.Err(t); err != nil {
		return err
	}
	return s.o.Registers.Keep(ctx, tx, register.Kept{HolderID: l.HolderID, SubjectID: l.ID, Verdict: d.Asked})
}

// settle asks registers about a license that is decided already, and keeps what they say. One that does not answer is
// waited for, also where no decision would have been made without it: this one stands.
func (s *Store) settle(ctx context.Context, t *catalog.Type, l License, values map[string]string) (waits bool, err error) {
	verdicts, err := s.o.Registers.Ask(ctx, t, []map[string]string{values})
	if err != nil {
		return false, err
	}
	v := verdicts[0]
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		return s.o.Registers.Keep(ctx, tx, register.Kept{HolderID: l.HolderID, SubjectID: l.ID, Verdict: v})
	})
	if err != nil || v.Effect == catalog.Wait || v.Effect == catalog.Refuse {
		return true, err
	}
	return false, v.Err(t)
}

// TurnDown refuses a license that is decided and not sealed yet, because a base register contradicts it ("contradict") or a
// unit refuses its seal ("refuse"): it is void, and its number is free again. It runs inside the caller's transaction, which sends back what asked for the license.
func (s *Store) TurnDown(ctx context.Context, tx *db.Tx, holderID, licenseID, action, why string) (License, error) {
	l, err := s.Get(ctx, tx, holderID, licenseID)
	if err != nil {
		return License{}, err
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET step = $1, row_version = row_version + 1
		WHERE holder_id = $2 AND license_id = $3 AND step = $4`, string(StepRefused), l.HolderID, l.ID, string(StepData))
	if err != nil {
		return License{}, fmt.Errorf("turn license down: %w", err)
	}
	if n == 0 {
		return License{}, errs.New(errs.Conflict, "license.stage")
	}
	l.Step, l.RowVersion = StepRefused, l.RowVersion+1
	if err := s.freeNumber(ctx, tx, l); err != nil {
		return License{}, err
	}
	if err := s.record(ctx, tx, l, Operation{Action: Action(action), Ground: l.CaseNo, Words: why}); err != nil {
		return License{}, err
	}
	return l, s.queue(ctx, tx, l)
}

// Answers is what base registers said of a license before it was sealed.
func (s *Store) Answers(ctx context.Context, q *db.Tx, l License) ([]register.Finding, error) {
	return s.o.Registers.Of(ctx, q, l.HolderID, l.ID)
}

// ask asks base registers about the rows of a chunk. While one does not answer that the rules wait for, nothing of the
// chunk is drawn: the error is register.waits, and the same rows may be drawn later.
func (c *Chunk) ask(ctx context.Context) error {
	if len(c.b.t.Compare) == 0 {
		return nil
	}
	var err error
	if c.asked, err = c.b.s.ask(ctx, c.b.t, c.rows); err != nil {
		return err
	}
	for _, v := range c.asked {
		if v.Effect == catalog.Wait || v.Effect == catalog.Refuse {
			return errs.New(errs.Unavailable, "register.waits")
		}
	}
	return nil
}

// keepAnswers keeps what registers said of the rows that were made.
func (c *Chunk) keepAnswers(ctx context.Context, tx *db.Tx, made []License) error {
	var all []register.Kept
	for i, v := range c.asked {
		if made[i].ID != "" {
			all = append(all, register.Kept{HolderID: made[i].HolderID, SubjectID: made[i].ID, Verdict: v})
		}
	}
	return c.b.s.o.Registers.Keep(ctx, tx, all...)
}
