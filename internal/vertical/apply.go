package vertical

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/verify"
)

// line is how far the messages about one license were carried out.
type line struct {
	system    org.System
	key       string
	applied   int64
	holderID  string
	licenseID string
	stands    license.State
}

// advance carries out the messages about a license in order, as far as they are there. Two that do so at once do no
// harm: each message is carried out by the one that moves the number.
func (d *Desk) advance(ctx context.Context, x org.System, key string) error {
	for {
		m, ok, err := d.next(ctx, x, key)
		if err != nil || !ok {
			return err
		}
		made, err := d.step(ctx, x, m)
		if e, refused := errors.AsType[*errs.Error](err); refused && e.Kind != errs.Internal && e.Kind != errs.Unavailable {
			return d.fail(ctx, x, m, e)
		}
		if err != nil {
			return err
		}
		if made.Step == license.StepData {
			// The license is decided and will be made, if not now then by whoever finishes what was cut off.
			_, _ = d.o.Licenses.Make(ctx, made.HolderID, made.ID)
		}
	}
}

// next reads the message after the last one that was carried out, if it is there and it is time to try it.
func (d *Desk) next(ctx context.Context, x org.System, key string) (m Message, ok bool, err error) {
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		var sealed []byte
		err := q.QueryRow(ctx, `
			SELECT m.payload
			FROM vertical_license l JOIN vertical_message m
				ON m.system_id = l.system_id AND m.license_key = l.license_key AND m.seq = l.applied + 1
			WHERE l.system_id = $1 AND l.license_key = $2 AND m.next_at <= $3`,
			x.ID, key, db.Micros(d.o.Clock.Now())).Scan(&sealed)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find next message: %w", err)
		}
		plain, err := d.o.Holders.Open(ctx, q, holder.PlatformID, sealed)
		if err != nil {
			return err
		}
		ok = true
		return json.Unmarshal(plain, &m)
	})
	return m, ok, err
}

// step carries out one message: the file is judged and stored first, then all is written in one transaction.
func (d *Desk) step(ctx context.Context, x org.System, m Message) (license.License, error) {
	if err := d.judge(m); err != nil {
		return license.License{}, err
	}
	laid, err := d.o.Licenses.Lay(ctx, m.File)
	if err != nil {
		return license.License{}, err
	}
	var made license.License
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		made = license.License{}
		// Moving the number first decides between two at once.
		n, err := tx.Exec(ctx, `
			UPDATE vertical_license SET applied = $1
			WHERE system_id = $2 AND license_key = $3 AND applied = $4`, m.Seq, x.ID, m.Key, m.Seq-1)
		if err != nil || n == 0 {
			return err
		}
		l := line{system: x, key: m.Key, applied: m.Seq}
		err = tx.QueryRow(ctx, `
			SELECT holder_id, license_id, stands FROM vertical_license
			WHERE system_id = $1 AND license_key = $2`, x.ID, m.Key).Scan(&l.holderID, &l.licenseID, &l.stands)
		if err != nil {
			return fmt.Errorf("read license of a system: %w", err)
		}
		if made, err = d.carryOut(ctx, tx, &l, m, laid); err != nil {
			return err
		}
		return d.done(ctx, tx, l, m)
	})
	return made, err
}

func (d *Desk) done(ctx context.Context, tx *db.Tx, l line, m Message) error {
	_, err := tx.Exec(ctx, `
		UPDATE vertical_license SET holder_id = $1, license_id = $2, stands = $3
		WHERE system_id = $4 AND license_key = $5`, l.holderID, l.licenseID, string(l.stands), l.system.ID, l.key)
	if err != nil {
		return fmt.Errorf("note license of a system: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE vertical_message
		SET state = $1, reason = '', payload = $2, next_at = 0, applied_at = $3
		WHERE system_id = $4 AND license_key = $5 AND seq = $6`,
		string(Applied), []byte{}, db.Micros(d.o.Clock.Now()), l.system.ID, l.key, m.Seq)
	if err != nil {
		return fmt.Errorf("note message: %w", err)
	}
	return nil
}

// judge holds the file against the trust anchors: it is the license's own, sealed and whole.
func (d *Desk) judge(m Message) error {
	if len(m.File) == 0 {
		return nil
	}
	r := d.o.Verify(m.File)
	if r.Verdict != verify.Valid {
		return errs.New(errs.Invalid, "vertical.file")
	}
	for _, item := range r.License {
		if item.Name == "ZZBS" && item.Value == m.Identifier {
			return nil
		}
	}
	return errs.New(errs.Invalid, "vertical.file-other")
}

// carryOut does what a message tells, inside the transaction.
func (d *Desk) carryOut(ctx context.Context, tx *db.Tx, l *line, m Message, laid license.Laid) (license.License, error) {
	if l.licenseID == "" && m.Action != Issue {
		if err := d.begin(ctx, tx, l, m); err != nil {
			return license.License{}, err
		}
	}
	if m.Action == Issue || m.Action == Change {
		return d.enter(ctx, tx, l, m, laid)
	}
	now, err := d.o.Licenses.Get(ctx, tx, l.holderID, l.licenseID)
	if err != nil {
		return license.License{}, err
	}
	by := license.Ending{Cause: m.Cause, Ground: m.Ground, UnitID: l.system.Unit}
	switch m.Action {
	case End:
		l.stands = m.Cause
		return license.License{}, d.o.Licenses.End(ctx, tx, now, by)
	case Suspend:
		l.stands = license.Suspended
		return license.License{}, d.o.Licenses.Suspend(ctx, tx, now, by)
	default:
		l.stands = license.Valid
		return license.License{}, d.o.Licenses.Release(ctx, tx, now, by)
	}
}

// begin finds the license that a system's first message speaks of: one that was made here, by the system's own unit.
// So a business event of its department (注销、换证) changes it at once.
func (d *Desk) begin(ctx context.Context, tx *db.Tx, l *line, m Message) error {
	if m.Identifier == "" {
		return errs.New(errs.Conflict, "vertical.first")
	}
	known, err := d.o.Licenses.ByIdentifier(ctx, tx, m.Identifier)
	if err != nil {
		return err
	}
	if err := d.mayTell(ctx, tx, l.system, known.IssuerID); err != nil {
		return err
	}
	l.holderID, l.licenseID = known.HolderID, known.ID
	return nil
}

// mayTell lets a system speak for its unit and for those below it.
func (d *Desk) mayTell(ctx context.Context, q *db.Tx, x org.System, unitID string) error {
	for id := unitID; id != ""; {
		if id == x.Unit {
			return nil
		}
		u, err := d.o.Units.Get(ctx, q, id)
		if err != nil {
			return err
		}
		id = u.Parent
	}
	return errs.New(errs.Denied, "vertical.issuer")
}

// enter enters a license or its new version. One of a type that is made here is drafted, and its issuer's second person
// reviews it as any other; the version before it stays in force until then.
func (d *Desk) enter(ctx context.Context, tx *db.Tx, l *line, m Message, laid license.Laid) (license.License, error) {
	draft, err := d.draft(ctx, tx, l, m)
	if err != nil {
		return license.License{}, err
	}
	t, err := d.o.Types.Current(ctx, tx, draft.TypeCode)
	if err != nil {
		return license.License{}, err
	}
	var made license.License
	if t.Making.Here() {
		if len(m.File) > 0 {
			return license.License{}, errs.New(errs.Conflict, "license.made-here")
		}
		draft.DueAt = clock.EndOfDay(d.o.Clock.Now())
		made, err = d.o.Licenses.Draft(ctx, tx, draft)
	} else {
		made, err = d.o.Licenses.Push(ctx, tx, draft, m.Identifier, laid)
	}
	if err != nil {
		return license.License{}, err
	}
	l.holderID, l.licenseID, l.stands = made.HolderID, made.ID, license.Valid
	if m.CaseNo == "" || m.Action != Issue {
		return made, nil
	}
	if t.Making.Here() {
		return license.License{}, errs.New(errs.Conflict, "case.stage")
	}
	return made, d.o.Hall.Answered(ctx, tx, l.system, m.CaseNo, made)
}

func (d *Desk) draft(ctx context.Context, tx *db.Tx, l *line, m Message) (license.Draft, error) {
	draft := license.Draft{TypeCode: m.TypeCode, IssuerID: m.IssuerID, Fields: m.Fields, Number: m.Number, Origin: license.Pushed,
		OriginID: l.system.ID, PaperSerial: m.PaperSerial}
	if draft.IssuerID == "" {
		draft.IssuerID = l.system.Unit
	}
	if err := d.mayTell(ctx, tx, l.system, draft.IssuerID); err != nil {
		return draft, err
	}
	on, err := time.ParseInLocation(time.DateOnly, m.IssuedOn, clock.Shanghai)
	if err != nil || on.After(d.o.Clock.Now()) {
		return draft, errs.New(errs.Invalid, "vertical.issued-on").On("issuedOn")
	}
	draft.IssuedOn = on
	if m.Action == Issue {
		if l.licenseID != "" {
			return draft, errs.New(errs.Conflict, "vertical.issued")
		}
		draft.CaseNo = m.CaseNo
	} else {
		before, err := d.o.Licenses.Get(ctx, tx, l.holderID, l.licenseID)
		if err != nil {
			return draft, err
		}
		draft.Follows, draft.TypeCode, draft.Holders, draft.IssuerID = before.ID, before.TypeCode, before.Holders, before.IssuerID
		return draft, nil
	}
	for _, p := range m.Holders {
		code, kind, err := holder.ParseCode(p.Code, "holders")
		if err != nil {
			return draft, err
		}
		id, err := d.o.Holders.Put(ctx, tx, holder.Profile{Name: p.Name, Code: code, CodeType: kind})
		if err != nil {
			return draft, err
		}
		draft.Holders = append(draft.Holders, id)
	}
	if len(draft.Holders) == 0 {
		return draft, errs.New(errs.Invalid, "vertical.holders").On("holders")
	}
	return draft, nil
}

// pauses lie between two tries of what failed: the longer it fails, the longer they are.
var pauses = []time.Duration{30 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, time.Hour}

// fail notes that a message could not be carried out, and when it is tried again.
func (d *Desk) fail(ctx context.Context, x org.System, m Message, why *errs.Error) error {
	args, err := json.Marshal(why.Args)
	if err != nil {
		return fmt.Errorf("encode reason: %w", err)
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var tries int
		err := tx.QueryRow(ctx, `
			SELECT tries FROM vertical_message
			WHERE system_id = $1 AND license_key = $2 AND seq = $3`, x.ID, m.Key, m.Seq).Scan(&tries)
		if err != nil {
			return fmt.Errorf("find message: %w", err)
		}
		again := d.o.Clock.Now().Add(pauses[min(tries, len(pauses)-1)])
		_, err = tx.Exec(ctx, `
			UPDATE vertical_message
			SET state = $1, reason = $2, tries = tries + 1, next_at = $3, args = $7
			WHERE system_id = $4 AND license_key = $5 AND seq = $6 AND state <> 'applied'`,
			string(Failed), why.Code, db.Micros(again), x.ID, m.Key, m.Seq, string(args))
		if err != nil {
			return fmt.Errorf("note failure: %w", err)
		}
		return nil
	})
}

// resumeAtOnce bounds how many licenses one Resume looks at.
const resumeAtOnce = 500

// Resume carries out what a crash cut off, and tries again what failed when its time has come.
func (d *Desk) Resume(ctx context.Context) error {
	type open struct{ systemID, key string }
	var all []open
	systems := map[string]org.System{}
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `
			SELECT m.system_id, m.license_key
			FROM vertical_message m JOIN vertical_license l
				ON l.system_id = m.system_id AND l.license_key = m.license_key AND m.seq = l.applied + 1
			WHERE m.state <> 'applied' AND m.next_at <= $1
			ORDER BY m.next_at, m.system_id, m.license_key
			LIMIT $2`, db.Micros(d.o.Clock.Now()), resumeAtOnce)
		if err != nil {
			return fmt.Errorf("find open messages: %w", err)
		}
		for rows.Next() {
			var o open
			if err := rows.Scan(&o.systemID, &o.key); err != nil {
				return errors.Join(err, rows.Close())
			}
			all = append(all, o)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return fmt.Errorf("find open messages: %w", err)
		}
		for _, o := range all {
			if _, known := systems[o.systemID]; known {
				continue
			}
			x, err := d.o.Units.System(ctx, q, o.systemID)
			if err != nil && errs.Of(err).Kind != errs.NotFound {
				return err
			}
			systems[o.systemID] = x
		}
		return nil
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, o := range all {
		if x := systems[o.systemID]; x.ID != "" { // one taken off the ledger has no say any more
			failed = append(failed, d.advance(ctx, x, o.key))
		}
	}
	return errors.Join(failed...)
}
