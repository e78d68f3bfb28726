package hall

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// Bounds of what a clerk enters besides the type's own fields, in characters.
const (
	numberMax = 60
	caseNoMax = 64
	nameMax   = 200
)

// Entry is a license to be made for a case that was closed elsewhere (脱机制证), as a clerk of the issuing unit enters it.
type Entry struct {
	Key         string // idempotency key of the caller
	TypeCode    string
	Holders     []Person
	Fields      map[string]string
	Number      string // as the paper license bears it; "" gives the next one by the type's rule
	IssuedOn    string // 2006-01-02
	ClosedOn    string // day on which the case was closed
	SystemID    string // of the ledger, which handled the case; "": none that is connected
	CaseNo      string // in the system that handled it
	PaperSerial string // printed number of the paper license
	Follows     string // identifier of the version before (变更、延续、补发), whose holders it keeps; "": a first one
	Why         string // code of why a next version is made
	NewName     string // the holder's name from now on, where that has changed (名称变更); "": as before
}

// DueAt is when a license of a case closed on a day must be published: 榕政办〔2018〕214号 第七条, 脱机制证应当在办结之日内.
func (e Entry) DueAt() (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, e.ClosedOn, clock.Shanghai)
	if err != nil {
		return time.Time{}, errs.New(errs.Invalid, "field.date").On("closedOn")
	}
	return clock.EndOfDay(day), nil
}

// Enter makes the license of a case closed elsewhere: drafted and sealed now, published by the second person's
// review. The same key again gives the same license.
func (h *Hall) Enter(ctx context.Context, actor *authn.Actor, e Entry) (license.License, error) {
	var l license.License
	e, err := h.kept(ctx, actor, e)
	if err != nil {
		return license.License{}, err
	}
	asked, err := h.askForEntry(ctx, actor, e)
	if err != nil {
		return license.License{}, err
	}
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		answer, err := h.once.Do(ctx, tx, actor, e.Key, e, func() (string, error) {
			d, err := h.entered(ctx, tx, actor, e)
			if err != nil {
				return "", err
			}
			d.Asked = asked
			if err := h.o.Licenses.Drawable(ctx, tx, d); err != nil {
				return "", err
			}
			made, err := h.o.Licenses.Draft(ctx, tx, d)
			if err != nil {
				return "", err
			}
			return made.HolderID + "/" + made.ID, h.Owe(ctx, tx, made)
		})
		if err != nil {
			return err
		}
		holderID, id, _ := strings.Cut(answer, "/")
		l, err = h.o.Licenses.Get(ctx, tx, holderID, id)
		return err
	})
	if err != nil {
		return license.License{}, err
	}
	// The entry stands; if the making is cut off here, Resume takes it up again.
	made, err := h.Make(ctx, l.HolderID, l.ID)
	if err != nil {
		h.o.Log.ErrorContext(ctx, "license not made yet", slog.String("license", l.ID), slog.Any("error", err))
		return l, nil
	}
	return made, nil
}

// errUndone ends a transaction in which nothing is to be kept.
var errUndone = errors.New("undone on purpose")

// Sketch holds an entry against everything that entering it would, and draws the face it would have. Nothing is kept.
func (h *Hall) Sketch(ctx context.Context, actor *authn.Actor, e Entry) ([]byte, error) {
	var face []byte
	e, err := h.kept(ctx, actor, e)
	if err != nil {
		return nil, err
	}
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := h.entered(ctx, tx, actor, e)
		if err != nil {
			return err
		}
		if err := h.o.Licenses.Drawable(ctx, tx, d); err != nil {
			return err
		}
		if face, err = h.o.Licenses.Sketch(ctx, tx, d); err != nil {
			return err
		}
		return errUndone // the holders whom the platform did not know
	})
	if errors.Is(err, errUndone) {
		err = nil
	}
	return face, err
}

// entered turns an entry into a draft: dates, texts, holders, the blank.
func (h *Hall) entered(ctx context.Context, tx *db.Tx, actor *authn.Actor, e Entry) (license.Draft, error) {
	none := func(err error) (license.Draft, error) { return license.Draft{}, err }
	now := h.o.Clock.Now()
	due, err := e.DueAt()
	if err != nil {
		return none(err)
	}
	if due.Add(-24 * time.Hour).After(now) {
		return none(errs.New(errs.Invalid, "offline.future").On("closedOn"))
	}
	issued, err := time.ParseInLocation(time.DateOnly, e.IssuedOn, clock.Shanghai)
	if err != nil {
		return none(errs.New(errs.Invalid, "field.date").On("issuedOn"))
	}
	if issued.After(now) {
		return none(errs.New(errs.Invalid, "offline.future").On("issuedOn"))
	}
	number, caseNo, serial := strings.TrimSpace(e.Number), strings.TrimSpace(e.CaseNo), strings.TrimSpace(e.PaperSerial)
	if err := errors.Join(plainText("number", number, numberMax), plainText("caseNo", caseNo, caseNoMax), plainText("paperSerial", serial, numberMax)); err != nil {
		return none(err)
	}
	if err := h.handledBy(ctx, tx, actor, e.SystemID); err != nil {
		return none(err)
	}
	if serial != "" {
		if err := h.o.Licenses.PaperFree(ctx, tx, e.TypeCode, actor.UnitID, serial); err != nil {
			return none(err)
		}
	}
	if err := plainText("newName", e.NewName, nameMax); err != nil {
		return none(err)
	}
	holders, err := h.enteredHolders(ctx, tx, e.Holders)
	if err != nil {
		return none(err)
	}
	before, err := h.followed(ctx, tx, actor, e)
	if err == nil && e.Follows != "" {
		err = h.o.Licenses.Follow(ctx, tx, before)
	}
	if err != nil {
		return none(err)
	}
	return license.Draft{TypeCode: e.TypeCode, Holders: holders, IssuerID: actor.UnitID, Fields: e.Fields, Number: number, CaseNo: caseNo,
		MakerID: actor.AccountID, IssuedOn: issued, DueAt: due, Origin: license.Offline, OriginID: e.SystemID,
		PaperSerial: serial, Follows: before.ID, Why: e.Why, Renamed: e.NewName}, nil
}

// enteredHolders finds the holders of an entry, or enters those whom the platform does not know. A name that is not the
// one that stands here under the code is a slip in one of the two: the face would show another name than was entered.
func (h *Hall) enteredHolders(ctx context.Context, tx *db.Tx, persons []Person) ([]string, error) {
	if len(persons) == 0 {
		return nil, errs.New(errs.Invalid, "field.required").On("holders")
	}
	var ids []string
	for i, p := range persons {
		at := "holders[" + strconv.Itoa(i) + "]."
		code, kind, err := holder.ParseCode(p.Code, at+"code")
		if err != nil {
			return nil, err
		}
		name := strings.TrimSpace(p.Name)
		if name == "" {
			return nil, errs.New(errs.Invalid, "field.required").On(at + "name")
		}
		if err := plainText(at+"name", name, nameMax); err != nil {
			return nil, err
		}
		id, err := h.o.Holders.Put(ctx, tx, holder.Profile{Name: name, Code: code, CodeType: kind})
		if err != nil {
			return nil, err
		}
		known, err := h.o.Holders.Get(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if known.Profile.Name != name {
			return nil, errs.New(errs.Conflict, "offline.holder-name").On(at + "name")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// plainText holds a line of text against its bound.
func plainText(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return errs.New(errs.Invalid, "field.too-long").On(field).With("max", strconv.Itoa(most))
	}
	if !clean(text) || strings.ContainsAny(text, "\n\t") {
		return errs.New(errs.Invalid, "field.format").On(field)
	}
	return nil
}

// handledBy refuses a system that is not of the actor's unit.
func (h *Hall) handledBy(ctx context.Context, tx *db.Tx, actor *authn.Actor, systemID string) error {
	if systemID == "" {
		return nil
	}
	x, err := h.o.Units.System(ctx, tx, systemID)
	if err == nil && x.Unit == actor.UnitID {
		return nil
	}
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return err
	}
	return errs.New(errs.Invalid, "system.unknown").On("systemId")
}

// elsewhere names the case of an offline license among the deadlines. A refused license that is entered anew for the
// same case is owed by the same deadline; without a case each stands for itself.
func elsewhere(l license.License) string {
	switch {
	case l.CaseNo == "":
		return l.ID
	case l.OriginID == "":
		return deadline.Elsewhere(l.IssuerID, l.CaseNo)
	default:
		return deadline.Elsewhere(l.OriginID, l.CaseNo)
	}
}

// Owe says that what was decided elsewhere owes its license. Where the system has told of the case, that stands.
func (h *Hall) Owe(ctx context.Context, tx *db.Tx, l license.License) error {
	return h.o.Deadlines.Open(ctx, tx, deadline.Deadline{Kind: deadline.Offline, SubjectID: elsewhere(l), UnitID: l.IssuerID, AccountID: l.MakerID,
		TypeCode: l.TypeCode, Licenses: 1, DueAt: l.DueAt})
}

// offlineReviewed follows the second person's word on a license that was decided elsewhere: published, it is owed no more
// and its holders are told. Refused, it is void, and the clerk or the system enters it anew.
func (h *Hall) offlineReviewed(ctx context.Context, tx *db.Tx, actor *authn.Actor, l license.License) error {
	if l.Step != license.StepPublished {
		if l.CaseNo == "" {
			return h.o.Deadlines.Cancel(ctx, tx, deadline.Offline, elsewhere(l))
		}
		return nil
	}
	if err := h.o.Deadlines.Settle(ctx, tx, deadline.Offline, elsewhere(l), actor.AccountID); err != nil {
		return err
	}
	t, err := h.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
	if err != nil {
		return err
	}
	for _, id := range l.Holders {
		err := h.o.Notices.Send(ctx, tx, notice.Notice{HolderID: id, Kind: notice.LicenseMade, Subject: l.ID,
			Detail: map[string]string{"type": t.Name, "typeEn": t.NameEn}})
		if err != nil {
			return fmt.Errorf("tell holder: %w", err)
		}
	}
	return nil
}
