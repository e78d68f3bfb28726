package hall

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Result enters the license that another system made for an approved case (垂管系统、国家系统制发), by its identifier
// of GB/T 36904, and closes the case. Until then the case stays open: approval alone is no end where a license is due.
// A license that is kept here must be the applicant's own.
func (h *Hall) Result(ctx context.Context, actor *authn.Actor, no string, version int64, identifier string) error {
	identifier = strings.ToUpper(strings.TrimSpace(identifier))
	id, err := gbcode.ParseIdentifier(identifier)
	if e, ok := errors.AsType[*gbcode.Error](err); ok {
		return errs.New(errs.Invalid, "code.identifier").On("identifier").With("rule", e.Chinese()).With("ruleEn", e.Error())
	}
	if err != nil {
		return err
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.ofUnit(ctx, tx, actor, no)
		switch {
		case err != nil:
			return err
		case c.ResultIdentifier == identifier:
			return nil
		case c.State != casefile.StateOpen:
			return errs.New(errs.Conflict, "case.closed")
		case c.Stage != casefile.StageMaking || m.Elsewhere() == "":
			return errs.New(errs.Conflict, "case.stage")
		case version != c.RowVersion:
			return errs.New(errs.Conflict, "conflict")
		case m.Result != "" && id.TypeCode != m.Result:
			return errs.New(errs.Invalid, "case.result-type").On("identifier")
		}
		return h.conclude(ctx, tx, c, m, actor, identifier)
	})
}

// Answered closes the case that waits for a license, with the license as the system that made it has just entered it
// (回传). What holds for Result holds here; the ledger must list the case's matter for the system, and the case must be of
// the system's unit or of one beneath it.
func (h *Hall) Answered(ctx context.Context, tx *db.Tx, x org.System, no string, l license.License) error {
	c, err := h.o.Cases.Get(ctx, tx, no)
	if err != nil {
		return err
	}
	serves, err := h.o.Units.Within(ctx, tx, c.UnitID, x.Unit)
	if err != nil {
		return err
	}
	m, err := h.o.Matters.Get(ctx, tx, c.MatterCode)
	switch {
	case err != nil:
		return err
	case !serves:
		return errs.New(errs.Denied, "vertical.issuer")
	case !slices.Contains(x.Matters, c.MatterCode):
		return errs.New(errs.Denied, "feed.matter")
	case c.State != casefile.StateOpen:
		return errs.New(errs.Conflict, "case.closed")
	case c.Stage != casefile.StageMaking || m.Elsewhere() == "":
		return errs.New(errs.Conflict, "case.stage")
	case m.Result != "" && l.TypeCode != m.Result:
		return errs.New(errs.Invalid, "case.result-type").On("identifier")
	}
	return h.conclude(ctx, tx, c, m, &authn.Actor{UnitID: x.Unit}, l.Identifier)
}

// conclude closes an approved case with the license that another system made for it.
func (h *Hall) conclude(ctx context.Context, tx *db.Tx, c casefile.Case, m matter.Matter, actor *authn.Actor, identifier string) error {
	if err := h.heldResult(ctx, tx, &c, m, identifier); err != nil {
		return err
	}
	c.ResultIdentifier = identifier
	c.State, c.Stage, c.ClosedAt = casefile.StateClosed, casefile.StageDone, h.o.Clock.Now()
	if err := h.pass(ctx, tx, &c, "result", actor, identifier); err != nil {
		return err
	}
	return h.o.Notices.Send(ctx, tx, notice.Notice{HolderID: c.HolderID, Kind: notice.LicenseIssued, Subject: c.No,
		Detail: map[string]string{"matter": m.Name}})
}

// heldResult ties the case to the license where the platform keeps it too.
func (h *Hall) heldResult(ctx context.Context, tx *db.Tx, c *casefile.Case, m matter.Matter, identifier string) error {
	l, err := h.o.Licenses.ByIdentifier(ctx, tx, identifier)
	if errs.Code(err) == "license.unknown" {
		return nil
	}
	if err != nil {
		return err
	}
	parties, err := h.o.Cases.Parties(ctx, tx, *c)
	if err != nil {
		return err
	}
	for _, p := range resultHolders(m) {
		if slices.Contains(l.Holders, parties[p]) {
			// A result lives in the shard of its first holder, which the case's row does not name.
			if l.HolderID == c.HolderID {
				c.LicenseID = l.ID
			}
			return nil
		}
	}
	return errs.New(errs.Invalid, "case.result-holder").On("identifier")
}

// resultHolder is in whose shard a case's result lives: the first of those who hold it.
func (h *Hall) resultHolder(ctx context.Context, q *db.Tx, c casefile.Case, m matter.Matter) (string, error) {
	first := resultHolders(m)[0]
	if first == matter.Applicant {
		return c.HolderID, nil
	}
	parties, err := h.o.Cases.Parties(ctx, q, c)
	return parties[first], err
}

// resultHolders are the parties who hold a matter's result: the applicant, if it names nobody.
func resultHolders(m matter.Matter) []matter.Party {
	if len(m.ResultHolders) > 0 {
		return m.ResultHolders
	}
	return []matter.Party{matter.Applicant}
}
