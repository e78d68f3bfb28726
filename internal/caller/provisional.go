package caller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/task"
)

const (
	// Within is how soon the data of a case must come for which a system vouched.
	Within = 4 * time.Hour
	// overdueMost is how many such cases of a system may be overdue or contradicted before it is believed no further one, and
	// remembered how long a contradiction counts.
	overdueMost = 3
	remembered  = 30 * 24 * time.Hour
)

// State says what became of a case that a system vouched for.
type State string

// The states.
const (
	Open         State = "open"
	Confirmed    State = "confirmed"
	Contradicted State = "contradicted" // its data say otherwise
	Overdue      State = "overdue"      // its data have not come in time
)

// Provisional is a case that a system vouched for.
type Provisional struct {
	HolderID  string
	SystemID  string
	CaseNo    string
	Matter    string
	Unit      string
	Stage     matter.Stage
	ClerkID   string
	State     State
	Differs   []string
	Uses      int
	CreatedAt time.Time
	DueAt     time.Time
	SettledAt time.Time
	detail    []byte
}

// provisional rests a request on what its system vouches for. The first request says what must be confirmed; a later one
// that says otherwise of matter or parties is not believed.
func (c *Call) provisional(ctx context.Context, tx *db.Tx, f *access.Facts) error {
	d, v, now := c.desk, c.vouched, c.desk.o.Clock.Now()
	parties, err := d.parties(ctx, tx, v.Parties)
	if err != nil {
		return err
	}
	stage := v.Stage
	if stage == "" {
		stage = matter.Accept
	}
	f.Provisional = true
	f.Case = &access.CaseFacts{State: casefile.StateOpen, Unit: c.System.Unit, Matter: c.elements.ItemCode, Stage: stage, Clerk: c.actor.AccountID, Parties: parties}
	if !slices.Contains(c.System.Matters, c.elements.ItemCode) || v.At.After(now.Add(feed.Skew)) {
		f.Case.State = "none"
		return nil
	}
	late, err := d.overdue(ctx, tx, c.System.ID)
	if err != nil {
		return err
	}
	known, err := d.provisionalOf(ctx, tx, c.System.ID, c.elements.BusinessCode)
	if errs.Of(err).Kind == errs.NotFound {
		if late >= overdueMost {
			f.Trusted = false
			return nil
		}
		known, err = c.vouch(ctx, tx, parties, stage)
	}
	if err != nil {
		return err
	}
	said, err := d.vouchedFor(ctx, tx, known)
	if err != nil {
		return err
	}
	f.Trusted = known.State == Open && now.Before(known.DueAt) && late < overdueMost && known.Matter == c.elements.ItemCode && maps.Equal(said.Parties, v.Parties)
	_, err = tx.Exec(ctx, `
		UPDATE provisional_case
		SET uses = uses + 1, stage = $1, clerk_id = $2
		WHERE holder_id = $3 AND system_id = $4 AND case_no = $5`, string(stage), c.actor.AccountID, known.HolderID, known.SystemID, known.CaseNo)
	if err != nil {
		return fmt.Errorf("count use of provisional case: %w", err)
	}
	return nil
}

// vouch enters a case for which its system vouches.
func (c *Call) vouch(ctx context.Context, tx *db.Tx, parties map[matter.Party]string, stage matter.Stage) (Provisional, error) {
	d, now := c.desk, c.desk.o.Clock.Now()
	shard := parties[matter.Applicant]
	if shard == "" || isUnknown(shard) {
		shard = holder.PlatformID
	}
	shard, err := d.o.Feed.Claim(ctx, tx, c.System.ID, c.elements.BusinessCode, shard)
	if err != nil {
		return Provisional{}, err
	}
	if _, err := d.o.Feed.NameClerk(ctx, tx, c.System.ID, c.elements.Username); err != nil {
		return Provisional{}, err
	}
	p := Provisional{HolderID: shard, SystemID: c.System.ID, CaseNo: c.elements.BusinessCode, Matter: c.elements.ItemCode, Unit: c.System.Unit,
		Stage: stage, ClerkID: c.actor.AccountID, State: Open, CreatedAt: now, DueAt: now.Add(Within)}
	plain, err := json.Marshal(c.vouched)
	if err != nil {
		return Provisional{}, fmt.Errorf("encode case: %w", err)
	}
	if p.detail, err = d.o.Holders.Seal(ctx, tx, shard, plain); err != nil {
		return Provisional{}, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO provisional_case (holder_id, system_id, case_no, matter_code, unit_id, stage, clerk_id, detail, state,
			differs, uses, created_at, due_at, settled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '[]', 0, $10, $11, 0)
		ON CONFLICT (holder_id, system_id, case_no) DO NOTHING`,
		p.HolderID, p.SystemID, p.CaseNo, p.Matter, p.Unit, string(p.Stage), p.ClerkID, p.detail, string(p.State), db.Micros(p.CreatedAt), db.Micros(p.DueAt))
	if err != nil {
		return Provisional{}, fmt.Errorf("enter provisional case: %w", err)
	}
	return p, nil
}

const provisionalColumns = `holder_id, system_id, case_no, matter_code, unit_id, stage, clerk_id, detail, state, differs, uses,
	created_at, due_at, settled_at`

func scanProvisional(row interface{ Scan(...any) error }) (Provisional, error) {
	var p Provisional
	var differs string
	var created, due, settled int64
	err := row.Scan(&p.HolderID, &p.SystemID, &p.CaseNo, &p.Matter, &p.Unit, &p.Stage, &p.ClerkID, &p.detail, &p.State, &differs, &p.Uses,
		&created, &due, &settled)
	if errors.Is(err, db.ErrNoRows) {
		return Provisional{}, errs.New(errs.NotFound, "case.unknown")
	}
	if err != nil {
		return Provisional{}, fmt.Errorf("read provisional case: %w", err)
	}
	p.CreatedAt, p.DueAt, p.SettledAt = db.Time(created), db.Time(due), db.Time(settled)
	if err := json.Unmarshal([]byte(differs), &p.Differs); err != nil {
		return Provisional{}, fmt.Errorf("decode provisional case: %w", err)
	}
	return p, nil
}

func (d *Desk) provisionalOf(ctx context.Context, q *db.Tx, systemID, caseNo string) (Provisional, error) {
	return scanProvisional(q.QueryRow(ctx, `
		SELECT `+provisionalColumns+`
		FROM provisional_case
		WHERE system_id = $1 AND case_no = $2`, systemID, caseNo))
}

// Provisionals lists what a system vouched for, the newest first.
func (d *Desk) Provisionals(ctx context.Context, q *db.Tx, systemID string, limit int) ([]Provisional, error) {
	return d.list(ctx, q, `
		SELECT `+provisionalColumns+`
		FROM provisional_case
		WHERE system_id = $1
		ORDER BY created_at DESC
		LIMIT $2`, systemID, limit)
}

func (d *Desk) list(ctx context.Context, q *db.Tx, query string, args ...any) ([]Provisional, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list provisional cases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []Provisional{}
	for rows.Next() {
		p, err := scanProvisional(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

func (d *Desk) vouchedFor(ctx context.Context, q *db.Tx, p Provisional) (v Vouched, err error) {
	plain, err := d.o.Holders.Open(ctx, q, p.HolderID, p.detail)
	if err != nil {
		return Vouched{}, err
	}
	if err := json.Unmarshal(plain, &v); err != nil {
		return Vouched{}, fmt.Errorf("decode provisional case: %w", err)
	}
	return v, nil
}

// overdue counts the cases of a system whose data have not come in time, whether or not anybody has been told yet, and those whose
// data named other parties, another matter or another unit: who says first what opens a license, and then what is true, is not
// believed again. That another clerk has a case by then is no contradiction of that kind.
func (d *Desk) overdue(ctx context.Context, q *db.Tx, systemID string) (int, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*)
		FROM provisional_case
		WHERE system_id = $1 AND (state IN ('open', 'overdue') AND due_at <= $2
			OR state = 'contradicted' AND differs <> '["clerk"]' AND settled_at > $3)`,
		systemID, db.Micros(d.o.Clock.Now()), db.Micros(d.o.Clock.Now().Add(-remembered))).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count overdue cases: %w", err)
	}
	return n, nil
}

// settled reports whether there is nothing to settle about a case of which data have come.
func (d *Desk) settled(ctx context.Context, q *db.Tx, fed feed.Case) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*)
		FROM provisional_case
		WHERE system_id = $1 AND case_no = $2 AND state IN ('open', 'overdue')`, fed.SystemID, fed.No).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("find provisional case: %w", err)
	}
	return n == 0, nil
}

// settle holds what a system vouched for against the data that have come. Late data still confirm.
func (d *Desk) settle(ctx context.Context, tx *db.Tx, fed feed.Case) error {
	p, err := d.provisionalOf(ctx, tx, fed.SystemID, fed.No)
	if errs.Of(err).Kind == errs.NotFound {
		return nil
	}
	if err != nil || p.State == Confirmed || p.State == Contradicted {
		return err
	}
	v, err := d.vouchedFor(ctx, tx, p)
	if err != nil {
		return err
	}
	p.State, p.Differs = Confirmed, differs(p, v, fed)
	if len(p.Differs) > 0 {
		p.State = Contradicted
	}
	if err := d.mark(ctx, tx, p); err != nil {
		return err
	}
	if p.State == Contradicted {
		return d.flag(ctx, tx, task.CaseContradicted, p)
	}
	return d.o.Tasks.Done(ctx, tx, task.CaseUnconfirmed, subject(p))
}

// differs names in what the data of a case contradict what its system vouched for. The stage is left out: it moves on.
func differs(p Provisional, v Vouched, fed feed.Case) []string {
	var out []string
	if p.Matter != fed.Matter {
		out = append(out, "matter")
	}
	if p.Unit != fed.Unit {
		out = append(out, "unit")
	}
	if p.ClerkID != fed.ClerkID {
		out = append(out, "clerk")
	}
	for _, party := range []matter.Party{matter.Applicant, matter.Representative, matter.Spouse, matter.Child} {
		if said, ok := v.Parties[party]; ok && said.Code != fed.Parties[party].Code {
			out = append(out, string(party))
		}
	}
	return out
}

func (d *Desk) mark(ctx context.Context, tx *db.Tx, p Provisional) error {
	list, err := json.Marshal(append([]string{}, p.Differs...))
	if err != nil {
		return fmt.Errorf("encode differences: %w", err)
	}
	settled := d.o.Clock.Now()
	if p.State == Overdue {
		settled = time.Time{}
	}
	_, err = tx.Exec(ctx, `
		UPDATE provisional_case
		SET state = $1, differs = $2, settled_at = $3
		WHERE holder_id = $4 AND system_id = $5 AND case_no = $6`,
		string(p.State), string(list), db.Micros(settled), p.HolderID, p.SystemID, p.CaseNo)
	if err != nil {
		return fmt.Errorf("settle provisional case: %w", err)
	}
	return nil
}

func subject(p Provisional) string { return p.SystemID + "/" + p.CaseNo }

// flag tells the unit, and those who supervise it, of a case that was used and is not confirmed.
func (d *Desk) flag(ctx context.Context, tx *db.Tx, k task.Kind, p Provisional) error {
	x, err := d.o.Units.System(ctx, tx, p.SystemID)
	if err != nil && errs.Code(err) != "system.unknown" {
		return err
	}
	give := task.Task{Kind: k, SubjectID: subject(p), UnitID: p.Unit, Role: authn.RoleCatalog, Label: x.Name,
		Detail: map[string]string{"systemId": p.SystemID, "caseNo": p.CaseNo, "matterCode": p.Matter}}
	if err := d.o.Tasks.Give(ctx, tx, give); err != nil {
		return err
	}
	above, err := d.o.Appeals.SupervisorOf(ctx, tx, p.Unit)
	if err != nil {
		return err
	}
	give.UnitID, give.Role = above, authn.RoleSupervisor
	return d.o.Tasks.Give(ctx, tx, give)
}

// someAtOnce bounds the cases of one transaction.
const someAtOnce = 100

// Reconcile holds the cases that systems vouched for against the data that have come, and tells of those whose data have not
// come in time. It is done again and again; a case that was used is settled also without it.
func (d *Desk) Reconcile(ctx context.Context) error {
	var waiting []Provisional
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var err error
		waiting, err = d.list(ctx, q, `
			SELECT `+provisionalColumns+`
			FROM provisional_case
			WHERE state IN ('open', 'overdue')
			ORDER BY due_at
			LIMIT $1`, 100*someAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(waiting, someAtOnce) {
		err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
			for _, p := range some {
				if err := d.look(ctx, tx, p.SystemID, p.CaseNo); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return d.unfollow(ctx)
}

// Arrived settles the cases of which data have just come.
func (d *Desk) Arrived(ctx context.Context, systemID string, caseNos []string) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		for _, no := range caseNos {
			if err := d.look(ctx, tx, systemID, no); err != nil {
				return err
			}
		}
		return nil
	})
}

// look settles one case, or says that it is overdue.
func (d *Desk) look(ctx context.Context, tx *db.Tx, systemID, caseNo string) error {
	fed, err := d.o.Feed.Case(ctx, tx, systemID, caseNo)
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return err
	}
	if err == nil && (fed.Opened || fed.Closed) {
		return d.settle(ctx, tx, fed)
	}
	p, err := d.provisionalOf(ctx, tx, systemID, caseNo)
	if errs.Of(err).Kind == errs.NotFound {
		return nil
	}
	if err != nil || p.State != Open || d.o.Clock.Now().Before(p.DueAt) {
		return err
	}
	p.State = Overdue
	if err := d.mark(ctx, tx, p); err != nil {
		return err
	}
	return d.flag(ctx, tx, task.CaseUnconfirmed, p)
}
