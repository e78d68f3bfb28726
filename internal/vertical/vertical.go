// Package vertical takes licenses in that vertical systems (垂管系统) make, and the changes of any license that a
// department's business system knows first (总对总). 榕政办〔2018〕214号 第七条; 闽政办〔2022〕33号.
//
// A system of the ledger signs what it sends, as package feed tells who sent it. About each license it numbers its
// messages without gaps from 1, and sends each one at least once. A message is first kept, durably, and then carried out
// when all before it were: one that comes early waits, one that comes again changes nothing, another content under a
// number that was used is refused. One that cannot be carried out is tried again, and holds up only its own license.
// So the end state is the source's, in whatever order and how often messages come; the day's manifest proves it.
package vertical

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/steward"
	"github.com/yinxin-org/yinxin/verify"
)

// skew is how far a system's clock may be off.
const skew = 10 * time.Minute

// Options are the parts package vertical works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Trail    *change.Trail
	Units    *org.Store
	Types    *catalog.Store
	Holders  *holder.Store
	Licenses *license.Store
	Hall     *hall.Hall
	Steward  *steward.Desk
	Verify   func(file []byte) verify.Report // against the installation's trust anchors
}

// Desk takes messages in and carries them out.
type Desk struct{ o Options }

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Action is what a message tells of a license.
type Action string

// The actions.
const (
	Issue   Action = "issue"
	Change  Action = "change"  // 变更、延续、换证: a new version
	End     Action = "end"     // 注销、撤销、吊销、废止
	Suspend Action = "suspend" // 挂起
	Release Action = "release" // 解挂
)

// Person is one of the holders of a license.
type Person struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Message is one step in the life of a license, as the system that knows of it sends it.
type Message struct {
	Key         string    `json:"key"` // the system's own name for the license, nothing personal
	Seq         int64     `json:"seq"`
	Action      Action    `json:"action"`
	At          time.Time `json:"at"`
	Fingerprint string    `json:"fingerprint"` // by which the system compares its content; told again in its lists

	Identifier  string            `json:"identifier,omitempty"` // of the license issued or changed; of one known here, to begin with it
	TypeCode    string            `json:"typeCode,omitempty"`
	IssuerID    string            `json:"issuerId,omitempty"` // "": the system's unit
	Number      string            `json:"number,omitempty"`
	Holders     []Person          `json:"holders,omitempty"`
	Fields      map[string]string `json:"fields,omitempty"`
	IssuedOn    string            `json:"issuedOn,omitempty"`
	PaperSerial string            `json:"paperSerial,omitempty"`
	CaseNo      string            `json:"caseNo,omitempty"` // the case here that waits for this license
	File        []byte            `json:"file,omitempty"`   // OFD, sealed there
	Digest      string            `json:"digest,omitempty"` // of a file that stays there, where the index alone is taken

	Cause  license.State `json:"cause,omitempty"`  // how it ends
	Ground string        `json:"ground,omitempty"` // number of the decision
}

// State is how far a message has come.
type State string

// The states.
const (
	Parked  State = "parked"  // waits for one before it
	Applied State = "applied" // carried out
	Failed  State = "failed"  // could not be carried out; it is tried again
)

// What becomes of a message beside its states.
const (
	Repeated = "repeated"
	Refused  = "refused"
)

// Result is what became of a message.
type Result struct {
	Key    string
	Seq    int64
	Status string // a State, Repeated or Refused
	Code   string // why it was refused or failed
	Args   map[string]string
}

// Take keeps the messages of a system, each in a transaction of its own, and carries out what can be.
func (d *Desk) Take(ctx context.Context, x org.System, messages []Message) ([]Result, error) {
	out := make([]Result, 0, len(messages))
	for _, m := range messages {
		r, err := d.take(ctx, x, m)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, d.count(ctx, x, out)
}

func (d *Desk) take(ctx context.Context, x org.System, m Message) (Result, error) {
	r := Result{Key: m.Key, Seq: m.Seq}
	if code := m.refusal(d.o.Clock.Now()); code != "" {
		r.Status, r.Code = Refused, code
		return r, nil
	}
	if err := d.keep(ctx, x, m, &r); err != nil || r.Status == Refused {
		return r, err
	}
	repeated := r.Status == Repeated
	if err := d.advance(ctx, x, m.Key); err != nil {
		return r, err
	}
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		var args []byte
		err := q.QueryRow(ctx, `
			SELECT state, reason, args FROM vertical_message
			WHERE system_id = $1 AND license_key = $2 AND seq = $3`, x.ID, m.Key, m.Seq).Scan(&r.Status, &r.Code, &args)
		if err != nil || r.Code == "" {
			return err
		}
		return json.Unmarshal(args, &r.Args)
	})
	if err != nil {
		return r, fmt.Errorf("find message: %w", err)
	}
	if repeated && r.Status == string(Applied) {
		r.Status = Repeated
	}
	return r, nil
}

var (
	keyForm   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	printForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// refusal names why a message cannot be kept at all; its number stays open until it comes right.
func (m Message) refusal(now time.Time) string {
	_, kind, err := holder.ParseCode(m.Key, "")
	switch {
	case !keyForm.MatchString(m.Key):
		return "vertical.key"
	case err == nil && kind == holder.CodeCitizen:
		return "vertical.key-personal"
	case m.Seq < 1:
		return "vertical.number"
	case !printForm.MatchString(m.Fingerprint):
		return "vertical.fingerprint"
	case !slices.Contains([]Action{Issue, Change, End, Suspend, Release}, m.Action):
		return "vertical.action"
	case m.At.IsZero() || m.At.After(now.Add(skew)):
		return "feed.future"
	case m.Action == End && !license.Ends(m.Cause):
		return "license.cause"
	}
	return ""
}

// keep writes a message down, or finds that it is known.
func (d *Desk) keep(ctx context.Context, x org.System, m Message, r *Result) error {
	plain, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	digest := d.o.Holders.Digest("vertical", x.ID+"\x00"+base64.StdEncoding.EncodeToString(plain))
	work := func(tx *db.Tx) error {
		r.Status, r.Code = string(Parked), ""
		var known []byte
		var state State
		err := tx.QueryRow(ctx, `
			SELECT digest, state FROM vertical_message
			WHERE system_id = $1 AND license_key = $2 AND seq = $3`, x.ID, m.Key, m.Seq).Scan(&known, &state)
		switch {
		case err == nil && gm.EqualMAC(known, digest):
			r.Status = Repeated
			return d.tryNow(ctx, tx, x.ID, m.Key)
		case err == nil && state != Failed:
			r.Status, r.Code = Refused, "vertical.used"
			return nil
		case err != nil && !errors.Is(err, db.ErrNoRows):
			return fmt.Errorf("find message: %w", err)
		}
		if over, err := d.surplus(ctx, tx, x, m); err != nil || over {
			r.Status, r.Code = Refused, "vertical.index-only"
			return err
		}
		sealed, err := d.o.Holders.Seal(ctx, tx, holder.PlatformID, plain)
		if err != nil {
			return err
		}
		// One that failed was never carried out: the system may mend it under its number.
		_, err = tx.Exec(ctx, `
			INSERT INTO vertical_message (system_id, license_key, seq, action, day, fingerprint, digest, payload, state, reason, args, tries, next_at,
				received_at, applied_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '{}', 0, 0, $10, 0)
			ON CONFLICT (system_id, license_key, seq) DO UPDATE
			SET action = excluded.action, day = excluded.day, fingerprint = excluded.fingerprint, digest = excluded.digest,
			    payload = excluded.payload, state = excluded.state, reason = '', tries = 0, next_at = 0, received_at = excluded.received_at
			WHERE vertical_message.state = 'failed'`,
			x.ID, m.Key, m.Seq, string(m.Action), day(m.At), m.Fingerprint, digest, sealed, string(Parked), db.Micros(d.o.Clock.Now()))
		if err != nil {
			return fmt.Errorf("keep message: %w", err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO vertical_license (system_id, license_key, applied, holder_id, license_id, stands) VALUES ($1, $2, 0, '', '', '')
			ON CONFLICT (system_id, license_key) DO NOTHING`, x.ID, m.Key)
		if err != nil {
			return fmt.Errorf("keep message: %w", err)
		}
		return nil
	}
	return d.o.DB.Write(ctx, work)
}

// tryNow lets what failed or was put off of a license be tried without waiting.
func (d *Desk) tryNow(ctx context.Context, tx *db.Tx, systemID, key string) error {
	_, err := tx.Exec(ctx, `
		UPDATE vertical_message SET next_at = 0
		WHERE system_id = $1 AND license_key = $2 AND state <> 'applied'`, systemID, key)
	if err != nil {
		return fmt.Errorf("try again: %w", err)
	}
	return nil
}

func day(t time.Time) string { return t.In(clock.Shanghai).Format(time.DateOnly) }

// count keeps how often a system sent what.
func (d *Desk) count(ctx context.Context, x org.System, results []Result) error {
	var taken, repeated, refused int64
	reason := ""
	for _, r := range results {
		switch r.Status {
		case Repeated:
			repeated++
		case Refused:
			refused, reason = refused+1, r.Code
		default:
			taken++
		}
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO vertical_system (system_id, last_at, taken, repeated, refused, reason) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (system_id) DO UPDATE
			SET last_at = excluded.last_at, taken = vertical_system.taken + excluded.taken,
			    repeated = vertical_system.repeated + excluded.repeated, refused = vertical_system.refused + excluded.refused,
			    reason = CASE WHEN excluded.refused > 0 THEN excluded.reason ELSE vertical_system.reason END`,
			x.ID, db.Micros(d.o.Clock.Now()), taken, repeated, refused, reason)
		if err != nil {
			return fmt.Errorf("count messages: %w", err)
		}
		return nil
	})
}
