package vertical

import (
	"context"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
)

// ask asks the base registers about a license that a system tells of and that is made here, never inside a transaction.
// What cannot be asked about is refused when it is entered.
func (d *Desk) ask(ctx context.Context, x org.System, m Message) (register.Verdict, error) {
	if m.Action != Issue && m.Action != Change {
		return register.Verdict{}, nil
	}
	var row license.Row
	var typeCode, issuerID string
	kept := register.Kept{HolderID: holder.PlatformID, SubjectID: x.ID + "/" + m.Key}
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		l, err := d.find(ctx, q, x, m)
		if err != nil {
			return err
		}
		typeCode, issuerID, row = m.TypeCode, m.IssuerID, license.Row{Fields: m.Fields}
		if issuerID == "" {
			issuerID = x.Unit
		}
		if m.Action == Change {
			typeCode, issuerID, kept.HolderID = l.now.TypeCode, l.now.IssuerID, l.now.HolderID
		}
		t, err := d.o.Types.Current(ctx, q, typeCode)
		if err != nil {
			return err
		}
		if !t.Making.Here() {
			typeCode = ""
			return nil
		}
		row.Holders, err = d.profiles(ctx, q, l, m)
		return err
	})
	if err != nil || typeCode == "" || len(row.Holders) == 0 {
		return register.Verdict{}, err
	}
	return d.o.Hall.Compare(ctx, typeCode, issuerID, row, kept)
}

// profiles are who will hold what a message enters: those of the version before, or those it names.
func (d *Desk) profiles(ctx context.Context, q *db.Tx, l line, m Message) ([]holder.Profile, error) {
	var all []holder.Profile
	if m.Action == Change {
		for _, id := range l.now.Holders {
			h, err := d.o.Holders.Get(ctx, q, id)
			if err != nil {
				return nil, err
			}
			all = append(all, h.Profile)
		}
		if name := renamed(all, m); name != "" {
			all[0].Name = name
		}
		return all, nil
	}
	for _, p := range m.Holders {
		code, kind, err := holder.ParseCode(p.Code, "holders")
		if err != nil {
			return nil, err
		}
		all = append(all, holder.Profile{Name: p.Name, Code: code, CodeType: kind})
	}
	return all, nil
}

// renamed is the name that a message gives the one holder of a license where that is another than before; "" else.
func renamed(held []holder.Profile, m Message) string {
	if len(held) != 1 || len(m.Holders) != 1 || m.Holders[0].Name == "" || m.Holders[0].Name == held[0].Name {
		return ""
	}
	if code, _, err := holder.ParseCode(m.Holders[0].Code, ""); err != nil || code != held[0].Code {
		return ""
	}
	return m.Holders[0].Name
}

// enter enters a license or its new version. One of a type that is made here is drafted, and its issuer's second person
// reviews it as any other; the version before it stays in force until then.
func (d *Desk) enter(ctx context.Context, tx *db.Tx, l *line, m Message, laid license.Laid, asked register.Verdict) (license.License, error) {
	draft, err := d.draft(ctx, tx, l, m)
	if err != nil {
		return license.License{}, err
	}
	t, err := d.o.Types.Current(ctx, tx, draft.TypeCode)
	if err != nil {
		return license.License{}, err
	}
	var made license.License
	switch {
	case t.Making.Here() && len(m.File) > 0:
		return license.License{}, errs.New(errs.Conflict, "license.made-here")
	case t.Making.Here():
		made, err = d.drafted(ctx, tx, draft, asked)
	case t.Making == catalog.External:
		made, err = d.index(ctx, tx, draft, m)
	default:
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

// drafted enters a license to be made here, owed today as any that is decided elsewhere.
func (d *Desk) drafted(ctx context.Context, tx *db.Tx, draft license.Draft, asked register.Verdict) (license.License, error) {
	draft.DueAt, draft.Asked = clock.EndOfDay(d.o.Clock.Now()), asked
	if err := d.o.Licenses.Drawable(ctx, tx, draft); err != nil {
		return license.License{}, err
	}
	l, err := d.o.Licenses.Draft(ctx, tx, draft)
	if err != nil {
		return license.License{}, err
	}
	return l, d.o.Hall.Owe(ctx, tx, l)
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
		if l.now.ID != "" {
			return draft, errs.New(errs.Conflict, "vertical.issued")
		}
		draft.CaseNo = m.CaseNo
	} else {
		draft.Follows, draft.TypeCode, draft.Holders, draft.IssuerID = l.now.ID, l.now.TypeCode, l.now.Holders, l.now.IssuerID
		held, err := d.profiles(ctx, tx, *l, Message{Action: Change})
		if err != nil {
			return draft, err
		}
		if draft.Renamed = renamed(held, m); draft.Renamed != "" {
			draft.Why = "08"
		}
		return draft, nil
	}
	named, err := d.profiles(ctx, tx, *l, m)
	if err != nil {
		return draft, err
	}
	for _, p := range named {
		id, err := d.o.Holders.Put(ctx, tx, p)
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
