package vertical

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/verify"
)

// line is how far the messages about one license were carried out.
type line struct {
	system    org.System
	key       string
	applied   int64
	holderID  string
	licenseID string // the newest version, also where the review refused it
	stands    license.State
	now       license.License // what the next message is about: the newest version that was not refused; zero: none
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
		if e, refused := errors.AsType[*errs.Error](err); refused && e.Kind != errs.Internal {
			return d.fail(ctx, x, m, e)
		}
		if err != nil {
			return err
		}
		if made.Step == license.StepData {
			// The license is decided and will be made, if not now then by whoever finishes what was cut off.
			_, _ = d.o.Hall.Make(ctx, made.HolderID, made.ID)
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

// step carries out one message: the file is judged and stored and the base registers are asked first, then all is written
// in one transaction.
func (d *Desk) step(ctx context.Context, x org.System, m Message) (license.License, error) {
	bears, err := d.judge(m)
	if err != nil {
		return license.License{}, err
	}
	asked, err := d.ask(ctx, x, m)
	if err != nil {
		return license.License{}, err
	}
	laid, err := d.o.Licenses.Lay(ctx, m.File, bears)
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
		l, err := d.find(ctx, tx, x, m)
		if err != nil {
			return err
		}
		if made, err = d.carryOut(ctx, tx, &l, m, laid, asked); err != nil {
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

// judge holds the file against the trust anchors: it is the license's own, sealed and whole. It gives what the file says
// of the license, by element.
func (d *Desk) judge(m Message) (map[string]string, error) {
	if len(m.File) == 0 {
		return nil, nil //nolint:nilnil // no file says nothing
	}
	r := d.o.Verify(m.File)
	if r.Verdict != verify.Valid {
		return nil, errs.New(errs.Invalid, "vertical.file")
	}
	bears := map[string]string{}
	for _, item := range r.License {
		bears[item.Name] = item.Value
	}
	if bears["ZZBS"] == "" || bears["ZZBS"] != m.Identifier {
		return nil, errs.New(errs.Invalid, "vertical.file-other")
	}
	return bears, nil
}

// find reads how far the messages about a license were carried out, and which license the next one is about.
func (d *Desk) find(ctx context.Context, q *db.Tx, x org.System, m Message) (line, error) {
	l := line{system: x, key: m.Key, applied: m.Seq}
	err := q.QueryRow(ctx, `
		SELECT holder_id, license_id, stands FROM vertical_license
		WHERE system_id = $1 AND license_key = $2`, x.ID, m.Key).Scan(&l.holderID, &l.licenseID, &l.stands)
	if err != nil {
		return line{}, fmt.Errorf("read license of a system: %w", err)
	}
	if l.now, err = d.inForce(ctx, q, l.holderID, l.licenseID); err != nil || l.now.ID != "" || m.Action == Issue {
		return l, err
	}
	if l.licenseID != "" && m.Action == End {
		return l, nil // refused before it came into being: there is nothing to end
	}
	return l, d.begin(ctx, q, &l, m)
}

// inForce is a version of a license or, where the review refused that, the newest one before it; none is the zero License.
func (d *Desk) inForce(ctx context.Context, q *db.Tx, holderID, licenseID string) (license.License, error) {
	for licenseID != "" {
		l, err := d.o.Licenses.Get(ctx, q, holderID, licenseID)
		if err != nil || l.Step != license.StepRefused {
			return l, err
		}
		licenseID = l.Follows
	}
	return license.License{}, nil
}

// begin finds the license that a system's first message speaks of: one that was made here, by the system's own unit.
// So a business event of its department (注销、换证) changes it at once.
func (d *Desk) begin(ctx context.Context, q *db.Tx, l *line, m Message) error {
	if m.Identifier == "" {
		return errs.New(errs.Conflict, "vertical.first")
	}
	known, err := d.o.Licenses.ByIdentifier(ctx, q, m.Identifier)
	if err != nil {
		return err
	}
	if err := d.mayTell(ctx, q, l.system, known.IssuerID); err != nil {
		return err
	}
	l.holderID, l.licenseID, l.now = known.HolderID, known.ID, known
	return nil
}

// mayTell lets a system speak for its unit and for those below it.
func (d *Desk) mayTell(ctx context.Context, q *db.Tx, x org.System, unitID string) error {
	serves, err := d.o.Units.Within(ctx, q, unitID, x.Unit)
	if err == nil && !serves {
		err = errs.New(errs.Denied, "vertical.issuer")
	}
	return err
}

// carryOut does what a message tells, inside the transaction.
func (d *Desk) carryOut(ctx context.Context, tx *db.Tx, l *line, m Message, laid license.Laid, asked register.Verdict) (license.License, error) {
	if m.Action == Issue || m.Action == Change {
		return d.enter(ctx, tx, l, m, laid, asked)
	}
	by := license.Operation{Ground: cmp.Or(m.Ground, m.Key), UnitID: l.system.Unit}
	switch m.Action {
	case End:
		l.stands = m.Cause
		if l.now.ID == "" {
			return license.License{}, nil
		}
		by.Action = license.Action(m.Cause)
	case Suspend:
		l.stands = license.Suspended
		by.Action = license.Suspend
	default:
		l.stands = license.Valid
		by.Action = license.Release
	}
	if held := l.now.Holds.Has(license.Suspended); l.now.Ended == "" && (by.Action == license.Suspend && held || by.Action == license.Release && !held) {
		return license.License{}, nil // it stands so already
	}
	return license.License{}, d.o.Steward.Carry(ctx, tx, l.now, by)
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
