// Package steward is the desk at which people of an issuing unit carry out operations on its licenses (证照变动): one
// asks, with the reason and the decision that it rests on, and a second person agrees, refuses, or who asked takes it
// back. What needs no second person is done at once. 榕政办〔2018〕214号 第九条.
//
// It keeps requests only. What may be done to a license, and what follows, stands in package license; every request is
// held against that when it is asked for, and again when it is agreed to.
package steward

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
)

// State is how far a request has come.
type State string

// The states.
const (
	Open      State = "open"
	Done      State = "done"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// Request is something that somebody of the issuer asks to be done to a license. Nothing in it is personal.
type Request struct {
	HolderID   string // of the license, in whose shard it lives
	ID         string
	LicenseID  string
	UnitID     string
	State      State
	Action     license.Action
	Reason     string
	Ground     string
	TrueFrom   time.Time
	AskedBy    string
	AskedAt    time.Time
	ClosedBy   string
	ClosedAt   time.Time
	RowVersion int64
}

// Options are the parts the desk works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Units    *org.Store
	Types    *catalog.Store
	Holders  *holder.Store
	Licenses *license.Store
	Notices  *notice.Store
}

// Desk carries out operations on licenses.
type Desk struct{ o Options }

// New gives the desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Bounds of what people write, in characters.
const (
	groundMax = 100
	wordsMax  = 500
)

// Asking is what somebody asks for. A reason left empty is the action's usual one.
type Asking struct {
	Identifier string
	Action     license.Action
	Reason     string
	Ground     string
	TrueFrom   time.Time
	Words      string // who the pledgee is, what was agreed: kept encrypted
}

func (a Asking) check() error {
	if !a.Action.Asked() {
		return errs.New(errs.Invalid, "license.action").On("action")
	}
	if err := plain("ground", a.Ground, groundMax); err != nil {
		return err
	}
	return plain("words", a.Words, wordsMax)
}

func (a Asking) operation(actor *authn.Actor) license.Operation {
	return license.Operation{Action: a.Action, Reason: a.Reason, Ground: a.Ground, TrueFrom: a.TrueFrom, Words: a.Words,
		AccountID: actor.AccountID, UnitID: actor.UnitID}
}

// Ask asks for an operation on a license of the actor's unit. One that needs no second person is done at once, and the
// request that comes back is the zero one.
func (k *Desk) Ask(ctx context.Context, actor *authn.Actor, a Asking) (Request, error) {
	a.Ground, a.Words = strings.TrimSpace(a.Ground), strings.TrimSpace(a.Words)
	if err := a.check(); err != nil {
		return Request{}, err
	}
	var r Request
	err := k.o.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := k.o.Licenses.ByIdentifier(ctx, tx, a.Identifier)
		if err != nil {
			return err
		}
		if l.IssuerID != actor.UnitID {
			return errs.New(errs.NotFound, "license.unknown")
		}
		if !a.Action.NeedsSecond() {
			return k.Carry(ctx, tx, l, a.operation(actor))
		}
		if err := a.operation(actor).Check(l, k.o.Clock.Now()); err != nil {
			return err
		}
		if a.Reason == "" {
			a.Reason = a.Action.UsualReason()
		}
		r = Request{HolderID: l.HolderID, ID: db.NewID(), LicenseID: l.ID, UnitID: l.IssuerID, State: Open, Action: a.Action, Reason: a.Reason,
			Ground: a.Ground, TrueFrom: a.TrueFrom, AskedBy: actor.AccountID, AskedAt: k.o.Clock.Now(), RowVersion: 1}
		return k.insert(ctx, tx, r, a.Words)
	})
	return r, err
}

// Approve agrees to a request: the operation is done and the request closed, in one transaction. Who asked is not who
// agrees; that, too, the license's own rules say.
func (k *Desk) Approve(ctx context.Context, actor *authn.Actor, id string, version int64) error {
	return k.o.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := k.waiting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		l, err := k.o.Licenses.Get(ctx, tx, r.HolderID, r.LicenseID)
		if err != nil {
			return err
		}
		words, err := k.Words(ctx, tx, r)
		if err != nil {
			return err
		}
		err = k.Carry(ctx, tx, l, license.Operation{Action: r.Action, Reason: r.Reason, Ground: r.Ground, TrueFrom: r.TrueFrom,
			AccountID: r.AskedBy, ApproverID: actor.AccountID, UnitID: r.UnitID, Words: words})
		if err != nil {
			return err
		}
		return k.end(ctx, tx, actor, r, Done, "")
	})
}

// Carry does something to a license and tells its holders, with the reason and the number of what it rests on, in the
// caller's transaction: whoever decided against them owes them that (行政许可法 第七条: 陈述、申辩、复议、诉讼).
func (k *Desk) Carry(ctx context.Context, tx *db.Tx, l license.License, o license.Operation) error {
	if _, err := k.o.Licenses.Operate(ctx, tx, l, o); err != nil {
		return err
	}
	t, err := k.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
	if err != nil {
		return err
	}
	unit, err := k.o.Units.Get(ctx, tx, l.IssuerID)
	if err != nil {
		return err
	}
	if o.Reason == "" {
		o.Reason = o.Action.UsualReason()
	}
	detail := map[string]string{"type": t.Name, "typeEn": t.NameEn, "unit": unit.Name, "unitEn": unit.NameEn,
		"action": o.Action.Text("zh"), "actionEn": o.Action.Text("en")}
	for _, r := range license.Reasons {
		if r.Code == o.Reason {
			detail["reason"], detail["reasonEn"] = r.Zh, r.En
		}
	}
	if o.Ground != "" {
		detail["reason"] += "（" + o.Ground + "）"
		detail["reasonEn"] += " (" + o.Ground + ")"
	}
	for _, id := range l.Holders {
		if err := k.o.Notices.Send(ctx, tx, notice.Notice{HolderID: id, Kind: notice.LicenseOperated, Subject: l.ID, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

// Refuse declines a request, with the reason. Nothing is done to the license.
func (k *Desk) Refuse(ctx context.Context, actor *authn.Actor, id string, version int64, why string) error {
	why = strings.TrimSpace(why)
	if why == "" {
		return errs.New(errs.Invalid, "field.required").On("answer")
	}
	if err := plain("answer", why, wordsMax); err != nil {
		return err
	}
	return k.o.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := k.waiting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if r.AskedBy == actor.AccountID {
			return errs.New(errs.Denied, "license.same-person")
		}
		return k.end(ctx, tx, actor, r, Refused, why)
	})
}

// Withdraw takes a request back; only who asked can.
func (k *Desk) Withdraw(ctx context.Context, actor *authn.Actor, id string, version int64) error {
	return k.o.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := k.waiting(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if r.AskedBy != actor.AccountID {
			return errs.New(errs.Denied, "operation.not-yours")
		}
		return k.end(ctx, tx, actor, r, Withdrawn, "")
	})
}

// waiting is an open request of the actor's unit, as the actor has seen it.
func (k *Desk) waiting(ctx context.Context, tx *db.Tx, actor *authn.Actor, id string, version int64) (Request, error) {
	r, err := k.OfUnit(ctx, tx, actor.UnitID, id)
	switch {
	case err != nil:
		return Request{}, err
	case r.State != Open:
		return Request{}, errs.New(errs.Conflict, "operation.closed")
	case r.RowVersion != version:
		return Request{}, errs.New(errs.Conflict, "conflict")
	}
	return r, nil
}

// plain holds a text against its bound and refuses marks that hide or reorder what stands around them.
func plain(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return errs.New(errs.Invalid, "field.too-long").On(field).With("max", strconv.Itoa(most))
	}
	hidden := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, hidden) {
		return errs.New(errs.Invalid, "field.format").On(field)
	}
	return nil
}
