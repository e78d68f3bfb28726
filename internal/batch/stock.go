package batch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// over are the reasons for which an old license is left out though nothing is wrong with its row: only valid ones are
// converted.
var over = map[string]bool{"stock.expired": true, "stock.ended": true}

// inForce are the words by which a list says that a license is in force.
var inForce = []string{"", "有效", "正常", "在用", "存续", "生效", "valid", "active", "in force"}

// over tells why an old license is not converted though nothing is wrong with its row.
func (r reader) over(values map[string]string, row license.Row) []Fault {
	if r.kind != Stock {
		return nil
	}
	if !slices.Contains(inForce, strings.ToLower(values[colStatus])) {
		return []Fault{{Field: colStatus, Code: "stock.ended"}}
	}
	_, to, err := r.t.Validity.Period(clock.Date(row.IssuedOn), row.Fields[colEnd])
	if err == nil && !to.IsZero() && !to.After(r.now) {
		return []Fault{{Field: colIssued, Code: "stock.expired"}}
	}
	return nil // a wrong period is told with what else is wrong
}

// colEnd is the field that states the end where the type leaves it to each license (GB/T 36903-2018).
const colEnd = "ZZYXQJZRQ"

// held tells which licenses the holders of old ones have already.
func (l *loader) held(ctx context.Context, q *db.Tx, rows []license.Row) ([]license.License, error) {
	if l.b.Kind != Stock {
		return make([]license.License, len(rows)), nil
	}
	return l.bulk.Held(ctx, q, rows)
}

// Answer is what a person says of an old license whose holder has another of the same type.
type Answer string

// The answers.
const (
	Both  Answer = "both"  // two licenses: both are kept
	Newer Answer = "newer" // the same license: the one issued later counts
	Drop  Answer = "drop"  // the row is left out
)

// Proposal is an old license whose holder has another of the type.
type Proposal struct {
	Row
	Name     string // masked
	Number   string
	IssuedOn string
	Held     license.License
}

// Proposals lists the rows for which somebody has to say whether they are the license that their holder has already, to
// the batch's maker.
func (d *Desk) Proposals(ctx context.Context, q *db.Tx, a *authn.Actor, id string, limit, offset int) ([]Proposal, error) {
	b, err := d.own(ctx, q, a, id)
	if err != nil {
		return nil, err
	}
	if b.Doubtful() == 0 {
		return nil, nil
	}
	v, err := d.vault(b)
	if err != nil {
		return nil, err
	}
	rows, err := d.Rows(ctx, q, b, Doubt, limit, offset)
	if err != nil {
		return nil, err
	}
	var list []Proposal
	for _, r := range rows {
		values, err := v.open(r)
		if err != nil {
			return nil, err
		}
		p := Proposal{Row: r, Number: values[colNumber], IssuedOn: values[colIssued]}
		if h, err := person(values[colCode], values[colName], ""); err == nil {
			p.Name = h.Masked()
		}
		if p.Held, err = d.o.Licenses.Get(ctx, q, r.HolderID, r.LicenseID); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// decideMost is how many rows are decided at once.
const decideMost = 200

// Decide takes a person's answer for a row of the list, or with 0 for all that are open.
func (d *Desk) Decide(ctx context.Context, a *authn.Actor, id string, fileRow int, answer Answer) (Batch, error) {
	if answer != Both && answer != Newer && answer != Drop {
		return Batch{}, errs.New(errs.Invalid, "field.option").On("answer")
	}
	var b Batch
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if b, err = d.own(ctx, tx, a, id); err != nil {
			return err
		}
		if b.State != Checked {
			return errs.New(errs.Conflict, "batch.stage")
		}
		good, left, err := d.decide(ctx, tx, b, fileRow, answer)
		if err != nil {
			return err
		}
		if good+left == 0 {
			return errs.New(errs.NotFound, "stock.settled")
		}
		b.Good, b.LeftOut, b.UpdatedAt = b.Good+good, b.LeftOut+left, d.o.Clock.Now()
		return d.write(ctx, tx, a, &b, Checked, "decide", `good = $5, left_out = $6`, b.Good, b.LeftOut)
	})
	return b, err
}

func (d *Desk) decide(ctx context.Context, tx *db.Tx, b Batch, fileRow int, answer Answer) (good, left int, err error) {
	v, err := d.vault(b)
	if err != nil {
		return 0, 0, err
	}
	for after := 0; ; {
		rows, err := d.open(ctx, tx, b, fileRow, after)
		if err != nil {
			return 0, 0, err
		}
		for _, r := range rows {
			state, fault, err := d.settled(ctx, tx, v, r, answer)
			if err != nil {
				return 0, 0, err
			}
			if state == Good {
				good++
			} else {
				left++
			}
			if err := answered(ctx, tx, b.ID, r, state, fault, answer == Newer && state == Good); err != nil {
				return 0, 0, err
			}
			after = r.No
		}
		if len(rows) < decideMost {
			return good, left, nil
		}
	}
}

// open lists the next rows behind one that wait for a person's answer; with a row of the list, that one alone.
func (d *Desk) open(ctx context.Context, q *db.Tx, b Batch, fileRow, after int) ([]Row, error) {
	return d.rows(ctx, q, `
		SELECT row_no, file_row, state, faults, holder_id, license_id, payload
		FROM batch_row
		WHERE batch_id = $1 AND state = 'doubt' AND row_no > $2 AND ($3 = 0 OR file_row = $3)
		ORDER BY row_no
		LIMIT $4`, b.ID, after, fileRow, decideMost)
}

// settled is what becomes of a row by an answer.
func (d *Desk) settled(ctx context.Context, q *db.Tx, v vault, r Row, answer Answer) (RowState, string, error) {
	switch answer {
	case Both:
		return Good, "", nil
	case Drop:
		return Left, "stock.dropped", nil
	}
	values, err := v.open(r)
	if err != nil {
		return "", "", err
	}
	held, err := d.o.Licenses.Get(ctx, q, r.HolderID, r.LicenseID)
	if err != nil {
		return "", "", err
	}
	issued, err := time.ParseInLocation(time.DateOnly, values[colIssued], clock.Shanghai)
	if err != nil {
		return "", "", fmt.Errorf("read date of row %d: %w", r.No, err)
	}
	var another int
	err = q.QueryRow(ctx, `
		SELECT count(*) FROM batch_row
		WHERE batch_id = $1 AND state = 'good' AND license_id = $2`, v.id, r.LicenseID).Scan(&another)
	if err != nil {
		return "", "", fmt.Errorf("look for another row: %w", err)
	}
	if another > 0 {
		return Left, "stock.another", nil
	}
	if issued.After(held.IssuedOn) {
		return Good, "", nil
	}
	return Left, "stock.older", nil
}

// answered writes what became of a row; with replaces, the license that it names ends when the row is made.
func answered(ctx context.Context, tx *db.Tx, batchID string, r Row, state RowState, fault string, replaces bool) error {
	faults := ""
	if fault != "" {
		faults = `[{"code":"` + fault + `"}]`
	}
	if !replaces {
		r.HolderID, r.LicenseID = "", ""
	}
	n, err := tx.Exec(ctx, `
		UPDATE batch_row
		SET state = $1, faults = $2, holder_id = $3, license_id = $4, row_key = CASE WHEN $7 = '' THEN row_key ELSE $8 END
		WHERE batch_id = $5 AND row_no = $6 AND state = 'doubt'`, string(state), faults, r.HolderID, r.LicenseID, batchID, r.No, fault, []byte{})
	if err != nil {
		return fmt.Errorf("settle row: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	return nil
}

// replace ends the license that a converted one takes the place of, in the transaction that publishes it.
func (m *maker) replace(ctx context.Context, tx *db.Tx, r Row, made license.License) error {
	if r.LicenseID == "" {
		return nil
	}
	held, err := m.d.o.Licenses.Get(ctx, tx, r.HolderID, r.LicenseID)
	if err != nil || held.Ended != "" {
		return err
	}
	_, err = m.d.o.Licenses.Operate(ctx, tx, held, license.Operation{Action: license.Supersede, AccountID: m.b.ReviewerID, UnitID: m.b.UnitID,
		Ground: made.Identifier})
	return err
}
