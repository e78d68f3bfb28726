// Package erasure erases what the platform keeps of a person (个人信息清除), once nothing needs it any more.
//
// The person's key and their wraps of the keys of licenses are destroyed, so that what is ciphertext under them cannot be opened
// again by anybody; what leads to the person in the indexes and what stands of them in the clear goes with it, table by table as
// rules says. What proves something stays: leaves, chains and the map of the log are hashes of salted commitments. A license that
// somebody else holds too stays theirs: its key is wrapped for each.
//
// Two persons of two posts decide, and nothing is erased while a hold, an open case, a license in force, a pledge or the time of
// keeping stands in the way; that is judged when it is asked for, when it is approved and in the transaction that destroys the
// keys. Every step is one transaction that also says that it was done, so that a process may be killed at any moment.
package erasure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Keep is for how long what the platform has of a person is kept after the last thing that happened: as long as records of use.
const Keep = 10 // years

// Grace lies between the approval and the end of the keys. From the approval on nobody finds the person any more; whatever began
// before that has ended when the grace is over, and is seen.
const Grace = time.Minute

// State is how far an erasure has come.
type State string

// The states.
const (
	Asked     State = "asked"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Approved  State = "approved" // the keys are destroyed after the grace
	Halted    State = "halted"   // something came to stand in the way before that; nothing was erased
	Running   State = "running"  // the keys are destroyed, the rest follows
	Done      State = "done"
)

// Reason is why a person is erased.
type Reason string

// The reasons.
const (
	OnRequest Reason = "request"   // 个人申请
	Kept      Reason = "retention" // 保存期满
)

// Erasure is one person's, from the asking on.
type Erasure struct {
	ID         string
	HolderID   string
	Masked     string // the person's name, masked; "" once it is gone
	State      State
	Reason     Reason
	Ground     string // number of the paper that it rests on; "" once it is gone
	Answer     string // why it was refused
	AskedBy    string
	AskedRole  string
	AskedAt    time.Time
	DecidedBy  string
	DecidedAt  time.Time
	Step       string           // the last step that was done
	Counts     map[string]int64 // rows by table, and files
	EndedAt    time.Time
	LeafID     string // of the certificate
	RowVersion int64

	codes [][]byte
	words words
}

// words are what somebody wrote, kept under the person's key.
type words struct {
	Ground string `json:"ground"`
	Answer string `json:"answer,omitempty"`
}

// Options are the parts package erasure works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Trail    *change.Trail
	Accounts *authn.Service
	Holders  *holder.Store
	Licenses *license.Store
	Book     *evidence.Book
	HandedIn *blob.Folder // of applicants
}

// Desk decides on erasures and carries them out.
type Desk struct{ o Options }

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o} }

// post is the post in which somebody takes part in an erasure; "" means no part.
func post(a *authn.Actor) string {
	for _, r := range []string{authn.RoleAdmin, authn.RoleDigital} {
		if a.Has(r) {
			return r
		}
	}
	return ""
}

// Look tells what there is of the person with a code and what stands in the way of erasing it. The look is on record.
func (d *Desk) Look(ctx context.Context, actor *authn.Actor, code string) (s Scope, err error) {
	if post(actor) == "" {
		return Scope{}, errs.New(errs.Denied, "denied")
	}
	parsed, _, err := holder.ParseCode(code, "code")
	if err != nil {
		return Scope{}, err
	}
	err = d.o.DB.Read(ctx, func(q *db.Tx) error {
		id, err := d.o.Holders.Find(ctx, q, parsed)
		if err != nil {
			return err
		}
		s, err = d.Scope(ctx, q, id)
		return err
	})
	if err != nil {
		return Scope{}, err
	}
	return s, d.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.log(ctx, tx, "look", map[string]any{"accountId": actor.AccountID, "holderId": s.HolderID})
		return err
	})
}

// Ask asks that the person with a code be erased. While anything stands in the way it is errs "erasure.blocked".
func (d *Desk) Ask(ctx context.Context, actor *authn.Actor, code string, reason Reason, ground string) (string, error) {
	if post(actor) == "" {
		return "", errs.New(errs.Denied, "denied")
	}
	if ground == "" {
		return "", errs.New(errs.Invalid, "field.required").On("ground")
	}
	if reason != OnRequest && reason != Kept {
		return "", errs.New(errs.Invalid, "field.option").On("reason")
	}
	parsed, _, err := holder.ParseCode(code, "code")
	if err != nil {
		return "", err
	}
	e := Erasure{ID: db.NewID(), State: Asked, Reason: reason, AskedBy: actor.AccountID, AskedRole: post(actor), AskedAt: d.o.Clock.Now(),
		words: words{Ground: ground}, Counts: map[string]int64{}}
	return e.ID, d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if e.HolderID, err = d.o.Holders.Find(ctx, tx, parsed); err != nil {
			return err
		}
		if err := d.free(ctx, tx, e.HolderID); err != nil {
			return err
		}
		if err := d.insert(ctx, tx, e); err != nil {
			return err
		}
		_, err := d.log(ctx, tx, "ask", map[string]any{"erasureId": e.ID, "accountId": actor.AccountID, "role": e.AskedRole, "reason": string(reason)})
		return err
	})
}

// free refuses while anything stands in the way.
func (d *Desk) free(ctx context.Context, q *db.Tx, holderID string) error {
	s, err := d.judge(ctx, q, holderID)
	if err != nil {
		return err
	}
	if len(s.Obstacles) > 0 {
		return errs.New(errs.Conflict, "erasure.blocked")
	}
	return nil
}

// Approve is the word of the second person: another one, of another post. From here nobody finds the person any more, and after
// the grace the keys are destroyed.
func (d *Desk) Approve(ctx context.Context, actor *authn.Actor, id string) error {
	return d.decide(ctx, actor, id, "approve", func(tx *db.Tx, e *Erasure) error {
		if err := d.free(ctx, tx, e.HolderID); err != nil {
			return err
		}
		var err error
		if e.codes, err = d.o.Holders.Unlist(ctx, tx, e.HolderID); err != nil {
			return err
		}
		e.State = Approved
		return d.o.Accounts.CloseHolder(ctx, tx, e.HolderID)
	})
}

// Refuse ends what was asked for, with a reason.
func (d *Desk) Refuse(ctx context.Context, actor *authn.Actor, id, answer string) error {
	if answer == "" {
		return errs.New(errs.Invalid, "field.required").On("answer")
	}
	return d.decide(ctx, actor, id, "refuse", func(_ *db.Tx, e *Erasure) error {
		e.State, e.words.Answer, e.EndedAt = Refused, answer, d.o.Clock.Now()
		return nil
	})
}

// decide takes the step of the second person.
func (d *Desk) decide(ctx context.Context, actor *authn.Actor, id, action string, step func(tx *db.Tx, e *Erasure) error) error {
	return d.step(ctx, id, func(tx *db.Tx, e *Erasure) error {
		role := post(actor)
		if role == "" || role == e.AskedRole || actor.AccountID == e.AskedBy {
			return errs.New(errs.Denied, "erasure.second")
		}
		if e.State != Asked {
			return errs.New(errs.Conflict, "erasure.step")
		}
		if err := d.o.Trail.Settled(ctx, tx, e.AskedBy, actor.AccountID); err != nil {
			return err
		}
		e.DecidedBy, e.DecidedAt = actor.AccountID, d.o.Clock.Now()
		if err := step(tx, e); err != nil {
			return err
		}
		_, err := d.log(ctx, tx, action, map[string]any{"erasureId": e.ID, "accountId": actor.AccountID, "role": role})
		return err
	})
}

// Withdraw takes back what was asked for; only who asked may, and only until it is decided.
func (d *Desk) Withdraw(ctx context.Context, actor *authn.Actor, id string) error {
	return d.step(ctx, id, func(tx *db.Tx, e *Erasure) error {
		if actor.AccountID != e.AskedBy {
			return errs.New(errs.Denied, "denied")
		}
		if e.State != Asked {
			return errs.New(errs.Conflict, "erasure.step")
		}
		e.State, e.EndedAt = Withdrawn, d.o.Clock.Now()
		_, err := d.log(ctx, tx, "withdraw", map[string]any{"erasureId": e.ID, "accountId": actor.AccountID})
		return err
	})
}

// step changes one erasure in one transaction.
func (d *Desk) step(ctx context.Context, id string, fn func(tx *db.Tx, e *Erasure) error) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		e, err := d.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := fn(tx, &e); err != nil {
			return err
		}
		return d.update(ctx, tx, e)
	})
}

// log puts a step on record, under the platform's key. It names nobody but those who decide: the person by the id, which leads
// nowhere once the index is gone, and only while nothing is erased.
func (d *Desk) log(ctx context.Context, tx *db.Tx, action string, body map[string]any) (string, error) {
	body["action"], body["at"] = action, d.o.Clock.Now().Format(time.RFC3339Nano)
	r, err := d.o.Book.Append(ctx, tx, evidence.Event{HolderID: holder.PlatformID, Kind: "erasure", At: d.o.Clock.Now(), Body: body})
	return r.LeafID, err
}

// Resume carries out all that was approved, as far as it is time. What was cut off is taken up where it stopped.
func (d *Desk) Resume(ctx context.Context) error {
	var ids []string
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `
			SELECT erasure_id
			FROM erasure
			WHERE state IN ('approved', 'running')
			ORDER BY erasure_id`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		ids = nil
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("look for erasures: %w", err)
	}
	var failed error
	for _, id := range ids {
		more := true
		for more && err == nil {
			more, err = d.Work(ctx, id)
		}
		if err != nil { // a step that cannot be done is tried again the next time, and holds up no other
			failed = errors.Join(failed, fmt.Errorf("erase: %w", err))
			err = nil
		}
	}
	return failed
}
