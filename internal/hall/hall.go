// Package hall is where cases are worked on (办事大厅): a clerk opens a case and the licenses that it needs are
// fetched by themselves through the door; an approver decides after their states are checked again; the result
// license is made, reviewed by a second person of the issuer and published; only then the case closes.
// 榕政办〔2018〕214号 第二条、第七条、第十四条.
//
// Every step is one transaction; what follows it (fetching, making) is found again and finished after a crash.
package hall

import (
	"context"
	"errors"
	"log/slog"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/once"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// Options are the parts the hall works with.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Units     *org.Store
	Matters   *matter.Store
	Types     *catalog.Store
	Holders   *holder.Store
	Licenses  *license.Store
	Cases     *casefile.Store
	Door      *access.Door
	Calendar  *workday.Calendar
	Notices   *notice.Store
	Tasks     *task.Store
	Deadlines *deadline.Store
	Book      *evidence.Book
	// Staff tells how the accounts of a unit stand.
	Staff  func(ctx context.Context, q *db.Tx, unitID string) (map[string]authn.Standing, error)
	Agency *agency.Service
	// ResetFactors takes the factors from a holder's accounts, and counts these.
	ResetFactors func(ctx context.Context, tx *db.Tx, holderID string) (int, error)
	// Source gives the system that keeps the licenses of a type; nil, also where it gives nil: the platform's word stands.
	Source    func(typeCode string) license.Source
	Registers *register.Store
	Appeals   *appeal.Store
	Files     Files // what applicants hand in
}

// Files stores ciphertext files; Put is durable when it returns.
type Files interface {
	Put(ctx context.Context, data []byte) (ref string, err error)
	Get(ctx context.Context, ref string) ([]byte, error)
	Remove(ctx context.Context, ref string) error
}

// Hall works on cases.
type Hall struct {
	o    Options
	once *once.Store
}

// New makes a Hall.
func New(o Options) *Hall { return &Hall{o: o, once: once.Open(o.Holders, o.Clock)} }

// Person is a party as the clerk enters it. The name is needed only for one the platform does not know.
type Person struct{ Code, Name string }

// Request is a case to open.
type Request struct {
	MatterCode string
	Parties    map[matter.Party]Person
	Key        string   // idempotency key of the caller
	Visitor    *Visitor // who brought it, where they were verified at a counter
}

// Open opens a case, fetches what it needs, and gives its number. The same key again gives the same case.
func (h *Hall) Open(ctx context.Context, actor *authn.Actor, r Request) (string, error) {
	if err := matter.CheckCode(r.MatterCode, "matterCode"); err != nil {
		return "", err
	}
	codes, err := parseParties(r.Parties)
	if err != nil {
		return "", err
	}
	var c casefile.Case
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := h.o.Matters.Get(ctx, tx, r.MatterCode)
		if err != nil {
			return err
		}
		desk, err := h.deskFor(ctx, tx, actor, m)
		if err != nil {
			return err
		}
		no, err := h.once.Do(ctx, tx, actor, r.Key, r, func() (string, error) {
			c, err = h.create(ctx, tx, actor, m, desk, r, codes)
			return c.No, err
		})
		c.No = no
		return err
	})
	if err != nil {
		return "", err
	}
	return c.No, h.Fetch(ctx, actor, c.No)
}

func parseParties(parties map[matter.Party]Person) (map[matter.Party]holder.Profile, error) {
	out := map[matter.Party]holder.Profile{}
	for role, p := range parties {
		code, kind, err := holder.ParseCode(p.Code, string(role)+".code")
		if err != nil {
			return nil, err
		}
		out[role] = holder.Profile{Name: p.Name, Code: code, CodeType: kind}
	}
	if _, ok := out[matter.Applicant]; !ok {
		return nil, errs.New(errs.Invalid, "field.required").On("applicant.code")
	}
	return out, nil
}

func (h *Hall) create(ctx context.Context, tx *db.Tx, actor *authn.Actor, m matter.Matter, desk string, r Request, parties map[matter.Party]holder.Profile) (casefile.Case, error) {
	if err := h.typesPublished(ctx, tx, m); err != nil {
		return casefile.Case{}, err
	}
	unit, err := h.o.Units.Get(ctx, tx, m.Unit)
	if err != nil {
		return casefile.Case{}, err
	}
	ids := map[matter.Party]string{}
	for role, p := range parties {
		if ids[role], err = h.party(ctx, tx, role, p); err != nil {
			return casefile.Case{}, err
		}
	}
	if kind := parties[matter.Applicant].CodeType; m.HolderKind == catalog.Legal && kind != holder.CodeUSCC ||
		m.HolderKind == catalog.Natural && kind == holder.CodeUSCC {
		return casefile.Case{}, errs.New(errs.Invalid, "case.party-kind").On("applicant.code")
	}
	for _, role := range neededParties(m) {
		if ids[role] == "" {
			return casefile.Case{}, errs.New(errs.Invalid, "case.party-required").On(string(role)+".code").With("party", partyName[role]).With("partyEn", string(role))
		}
	}
	due := h.o.Calendar.After(h.o.Clock.Now(), m.Days)
	if err := h.o.Units.NeedYear(ctx, tx, workday.LastYear(due)); err != nil {
		return casefile.Case{}, err
	}
	c, err := h.o.Cases.Create(ctx, tx, casefile.New{Matter: m, Region: unit.Region, ClerkID: actor.AccountID, Parties: ids, DueAt: due, DeskUnitID: desk})
	if err != nil {
		return casefile.Case{}, err
	}
	if r.Visitor != nil {
		if err := h.putVisitor(ctx, tx, c, *r.Visitor); err != nil {
			return casefile.Case{}, err
		}
	}
	return c, h.o.Cases.Add(ctx, tx, c, "open", actor.AccountID, "")
}

// typesPublished refuses a matter that asks for, or yields, a license of a type that is not published: such a case
// could never come to its end.
func (h *Hall) typesPublished(ctx context.Context, tx *db.Tx, m matter.Matter) error {
	blame := func(err error) error {
		if e, ok := errors.AsType[*errs.Error](err); ok {
			return e.On("matterCode")
		}
		return err
	}
	if m.Result != "" {
		if _, err := h.o.Types.Current(ctx, tx, m.Result); err != nil {
			return blame(err)
		}
	}
	for _, x := range m.Materials {
		for _, b := range x.Bindings {
			// Licenses of a type that is withdrawn stay good as materials.
			if _, err := h.o.Types.Latest(ctx, tx, b.Type); err != nil {
				return blame(err)
			}
		}
	}
	return nil
}

// party finds a party's holder; one the platform does not know, or only by somebody's word, is entered when its name is given.
func (h *Hall) party(ctx context.Context, tx *db.Tx, role matter.Party, p holder.Profile) (string, error) {
	id, err := h.o.Holders.Find(ctx, tx, p.Code)
	if (err == nil || errs.Code(err) == "case.holder-unknown") && p.Name != "" {
		return h.o.Holders.Put(ctx, tx, p)
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return "", e.On(string(role) + ".code")
	}
	return id, err
}

var partyName = map[matter.Party]string{
	matter.Applicant: "申请人", matter.Representative: "法定代表人", matter.Spouse: "配偶", matter.Child: "子女",
}

func neededParties(m matter.Matter) []matter.Party {
	var need []matter.Party
	for _, x := range m.Materials {
		if len(x.Bindings) > 0 && x.Required {
			need = append(need, x.Party)
		}
	}
	return append(need, m.ResultHolders...)
}

// mine reads a case and requires that it is open and the actor handles it at the stage.
func (h *Hall) mine(ctx context.Context, tx *db.Tx, actor *authn.Actor, no string, stage matter.Stage, version int64) (casefile.Case, matter.Matter, error) {
	c, m, err := h.ofUnit(ctx, tx, actor, no)
	switch {
	case err != nil:
	case c.State != casefile.StateOpen:
		err = errs.New(errs.Conflict, "case.closed")
	case c.Stage != stage:
		err = errs.New(errs.Conflict, "case.stage")
	case c.ClerkID != actor.AccountID:
		err = errs.New(errs.Denied, "case.not-assigned")
	case version != c.RowVersion:
		err = errs.New(errs.Conflict, "conflict")
	}
	return c, m, err
}

// ofUnit reads a case of the actor's own unit, or at a front desk one that it still accepts for another; any other does
// not exist for them.
func (h *Hall) ofUnit(ctx context.Context, q *db.Tx, actor *authn.Actor, no string) (casefile.Case, matter.Matter, error) {
	c, m, err := h.seen(ctx, q, actor, no)
	if err == nil && c.UnitID != actor.UnitID && c.Stage != matter.Accept && c.Stage != casefile.StageMend {
		return casefile.Case{}, matter.Matter{}, errs.New(errs.NotFound, "case.unknown")
	}
	return c, m, err
}
