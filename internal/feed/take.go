package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Event is what a message tells of a case.
type Event string

// The events.
const (
	Opened Event = "opened" // 受理
	Moved  Event = "moved"  // 转到另一环节或另一经办人
	Closed Event = "closed" // 办结
)

// lateAfter is how long after its event a message is still in time.
const lateAfter = 24 * time.Hour

// Message is one step of a case, as a system sends it.
type Message struct {
	Seq        int64     `json:"seq"`
	CaseNo     string    `json:"caseNo"`
	Matter     string    `json:"matter"`
	Unit       string    `json:"unit"`
	Event      Event     `json:"event"`
	At         time.Time `json:"at"`
	Outcome    string    `json:"outcome,omitempty"`
	HolderCode string    `json:"holderCode,omitempty"`
	HolderName string    `json:"holderName,omitempty"`
	Progress
}

// Result is what became of a message.
type Result struct {
	Seq    int64
	Status string   // taken, repeated, refused
	Code   string   // why it was refused
	Faults []string // what it lacks
}

// What becomes of a message.
const (
	Taken    = "taken"
	Repeated = "repeated"
	Refused  = "refused"
)

// Take takes the messages of a system, each in its own transaction: one that is refused does not hold up the others.
func (d *Desk) Take(ctx context.Context, x org.System, messages []Message) ([]Result, error) {
	var out []Result
	for _, m := range messages {
		r, err := d.take(ctx, x, m)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (d *Desk) take(ctx context.Context, x org.System, m Message) (Result, error) {
	r := Result{Seq: m.Seq, Status: Taken}
	if code := m.refusal(x, d.o.Clock.Now()); code != "" {
		return Result{Seq: m.Seq, Status: Refused, Code: code}, nil
	}
	plain, err := json.Marshal(m)
	if err != nil {
		return Result{}, fmt.Errorf("encode message: %w", err)
	}
	digest := d.o.Holders.Digest("feed", x.ID+"\x00"+string(plain))
	work := func(tx *db.Tx) error {
		r = Result{Seq: m.Seq, Status: Taken}
		var known []byte
		err := tx.QueryRow(ctx, `SELECT digest FROM feed_message WHERE system_id = $1 AND seq = $2`, x.ID, m.Seq).Scan(&known)
		switch {
		case err == nil && gm.EqualMAC(known, digest):
			r.Status = Repeated
			return nil
		case err == nil:
			r.Status, r.Code = Refused, "feed.seq"
			return nil
		case !errors.Is(err, db.ErrNoRows):
			return fmt.Errorf("find message: %w", err)
		}
		if r.Faults, err = d.keep(ctx, tx, x, m); err != nil {
			return err
		}
		return d.enter(ctx, tx, x, m, digest, r.Faults)
	}
	err = d.o.DB.Write(ctx, work)
	if db.IsUnique(err) {
		err = d.o.DB.Write(ctx, work) // another with its number was taken at this moment: now it is known
	}
	return r, err
}

// refusal names why a message cannot be taken at all; its number stays open until it comes right.
func (m Message) refusal(x org.System, now time.Time) string {
	switch {
	case !slices.Contains(x.Matters, m.Matter):
		return "feed.matter"
	case m.At.After(now.Add(Skew)):
		return "feed.future"
	}
	return ""
}

// faults are the elements that the standard asks for and the message lacks.
func (m Message) faults(x org.System) (faults []string) {
	if m.Event == Moved && m.HolderCode == "" && m.HolderName == "" {
		// who applies was said when the case was opened
	} else if m.HolderCode == "" || m.HolderName == "" {
		faults = append(faults, "feed.no-applicant")
	} else if _, _, err := holder.ParseCode(m.HolderCode, ""); err != nil {
		faults = append(faults, "feed.applicant")
	}
	if m.Unit != x.Unit {
		faults = append(faults, "feed.unit")
	}
	if m.Event == Closed && m.Outcome == "" {
		faults = append(faults, "feed.no-outcome")
	}
	return faults
}

// keep writes the case that a message tells of.
func (d *Desk) keep(ctx context.Context, tx *db.Tx, x org.System, m Message) ([]string, error) {
	faults := m.faults(x)
	holderID, err := d.applicant(ctx, tx, x, m)
	if err != nil {
		return nil, err
	}
	opened, err := d.merge(ctx, tx, x, m, holderID)
	if err != nil {
		return nil, err
	}
	if m.Event == Closed {
		if !opened {
			faults = append(faults, "feed.no-opening")
		}
		if err := d.owe(ctx, tx, x, m); err != nil {
			return nil, err
		}
	}
	return faults, nil
}

// approved is the outcome of a case after which a license is due.
const approved = "approved"

// Subject names a case of another system among the deadlines (脱机制证).
func Subject(systemID, caseNo string) string { return deadline.Elsewhere(systemID, caseNo) }

// owe says that a case which closed elsewhere owes a license that is made here, on the day it closed. 榕政办〔2018〕214号
// 第七条.
func (d *Desk) owe(ctx context.Context, tx *db.Tx, x org.System, m Message) error {
	if m.Outcome != approved {
		return nil
	}
	of, err := d.o.Matters.Get(ctx, tx, m.Matter)
	if errs.Of(err).Kind == errs.NotFound || err == nil && !of.MadeHere() {
		return nil // the ledger may know a matter before its folder does
	}
	if err != nil {
		return err
	}
	t, err := d.o.Types.Latest(ctx, tx, of.Result)
	if err != nil || !t.Making.Here() {
		return err
	}
	return d.o.Deadlines.Open(ctx, tx, deadline.Deadline{Kind: deadline.Offline, SubjectID: Subject(x.ID, m.CaseNo), UnitID: x.Unit,
		TypeCode: of.Result, Licenses: 1, OpenedAt: m.At, DueAt: clock.EndOfDay(m.At)})
}

// applicant finds in whose shard the case lives: where its first message put it.
func (d *Desk) applicant(ctx context.Context, tx *db.Tx, x org.System, m Message) (string, error) {
	holderID := holder.PlatformID
	if code, _, err := holder.ParseCode(m.HolderCode, ""); err == nil {
		found, err := d.o.Holders.Find(ctx, tx, code)
		if err != nil && errs.Of(err).Kind != errs.NotFound {
			return "", err
		}
		if err == nil {
			holderID = found
		}
	}
	return d.Claim(ctx, tx, x.ID, m.CaseNo, holderID)
}

// Claim gives a case of a system its shard, and tells in which it is: the first to speak of it decides.
func (d *Desk) Claim(ctx context.Context, tx *db.Tx, systemID, caseNo, holderID string) (string, error) {
	key := systemID + "/" + caseNo
	_, err := tx.Exec(ctx, `
		INSERT INTO fed_case_index (case_key, holder_id) VALUES ($1, $2)
		ON CONFLICT (case_key) DO NOTHING`, key, holderID)
	if err != nil {
		return "", fmt.Errorf("claim case: %w", err)
	}
	if err := tx.QueryRow(ctx, `SELECT holder_id FROM fed_case_index WHERE case_key = $1`, key).Scan(&holderID); err != nil {
		return "", fmt.Errorf("claim case: %w", err)
	}
	return holderID, nil
}

// enter notes that a message came, whole or not, in time or not.
func (d *Desk) enter(ctx context.Context, tx *db.Tx, x org.System, m Message, digest []byte, faults []string) error {
	now := d.o.Clock.Now()
	late := 0
	if now.Sub(m.At) > lateAfter {
		late = 1
	}
	list, err := json.Marshal(append([]string{}, faults...))
	if err != nil {
		return fmt.Errorf("encode faults: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO feed_message (system_id, seq, digest, day, matter_code, event, late, faults, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		x.ID, m.Seq, digest, day(m.At), m.Matter, string(m.Event), late, string(list), db.Micros(now))
	if err != nil {
		return fmt.Errorf("enter message: %w", err)
	}
	return nil
}

func day(t time.Time) string { return t.In(clock.Shanghai).Format(time.DateOnly) }

// Tally is how many cases of a matter there were on a day, by the system's own count.
type Tally struct {
	Matter string
	Opened int
	Closed int
}

// Count takes a day's tally of a system, signed at a time. A later one of the same day takes its place; an earlier one,
// played again or held up on its way, does not.
func (d *Desk) Count(ctx context.Context, x org.System, at time.Time, day string, tallies []Tally) error {
	if on, err := time.Parse(time.DateOnly, day); err != nil || on.After(d.o.Clock.Now().Add(24*time.Hour)) {
		return errs.New(errs.Invalid, "feed.day").On("day")
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var latest int64
		if err := tx.QueryRow(ctx, `
			SELECT COALESCE(MAX(received_at), 0) FROM feed_tally
			WHERE system_id = $1 AND day = $2`, x.ID, day).Scan(&latest); err != nil {
			return fmt.Errorf("count day: %w", err)
		}
		if latest > db.Micros(at) {
			return errs.New(errs.Conflict, "conflict")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM feed_tally WHERE system_id = $1 AND day = $2`, x.ID, day); err != nil {
			return fmt.Errorf("count day: %w", err)
		}
		seen := map[string]bool{}
		for i, t := range tallies {
			switch {
			case !slices.Contains(x.Matters, t.Matter):
				return errs.New(errs.Invalid, "feed.matter").On("counts[" + strconv.Itoa(i) + "].matterCode")
			case seen[t.Matter]:
				return errs.New(errs.Invalid, "feed.twice").On("counts[" + strconv.Itoa(i) + "].matterCode")
			}
			seen[t.Matter] = true
			_, err := tx.Exec(ctx, `
				INSERT INTO feed_tally (system_id, day, matter_code, opened, closed, received_at)
				VALUES ($1, $2, $3, $4, $5, $6)`, x.ID, day, t.Matter, t.Opened, t.Closed, db.Micros(at))
			if err != nil {
				return fmt.Errorf("count day: %w", err)
			}
		}
		return nil
	})
}
