package hall

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// PaperGround is why a material is taken on paper (榕政办〔2018〕214号 第十五条).
type PaperGround string

// The grounds. A material that no license can satisfy needs none.
const (
	NoLicense        PaperGround = ""            // no license is bound to the material
	PaperMissing     PaperGround = "missing"     // 没有电子证照: none is in force
	PaperWrong       PaperGround = "wrong"       // 内容有误: there is one, and what it says is not so
	PaperUnreachable PaperGround = "unreachable" // 调取不到: its source does not answer, or the door refused
)

// Paper records that a material was accepted on paper, with its ground, and has the holder's license made or mended
// so that paper is unnecessary next time (补录). Where the license was available to this office at this moment, paper
// is refused, and the demand is recorded as a violation (第二十条).
func (h *Hall) Paper(ctx context.Context, actor *authn.Actor, no string, seq int, ground PaperGround, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	var offence error
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		offence = nil
		c, err := h.o.Cases.Get(ctx, tx, no)
		if err != nil {
			return err
		}
		c, m, err := h.mine(ctx, tx, actor, no, matter.Accept, c.RowVersion)
		if err != nil {
			return err
		}
		p, err := h.paperOf(ctx, tx, c, m, seq)
		if err != nil {
			return err
		}
		if offence, err = h.admitPaper(ctx, tx, actor, p, ground); err != nil || offence != nil {
			return err
		}
		return h.takePaper(ctx, tx, actor, p, ground, reason)
	})
	if err != nil {
		return err
	}
	return offence
}

func checkReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return errs.New(errs.Invalid, "field.required").On("reason")
	case utf8.RuneCountInString(reason) > opinionMax:
		return errs.New(errs.Invalid, "field.too-long").On("reason").With("max", strconv.Itoa(opinionMax))
	case !clean(reason):
		return errs.New(errs.Invalid, "field.format").On("reason")
	}
	return nil
}

// paper is one material about to be taken on paper.
type paper struct {
	c         casefile.Case
	bound     matter.Material
	settled   casefile.Material
	holderID  string          // of the party whose license it is; "" if the case names none
	available license.License // zero: none that this office could use now
}

// paperOf finds a material with what stands in its way: a license of a bound type that is in force now. Its row is
// held, so that it cannot end between looking and recording.
func (h *Hall) paperOf(ctx context.Context, tx *db.Tx, c casefile.Case, m matter.Matter, seq int) (paper, error) {
	settled, err := h.settled(ctx, tx, c, seq)
	if err != nil {
		return paper{}, err
	}
	bound, ok := m.Material(seq)
	if !ok {
		return paper{}, errs.New(errs.NotFound, "case.material-unknown")
	}
	parties, err := h.o.Cases.Parties(ctx, tx, c)
	if err != nil {
		return paper{}, err
	}
	p := paper{c: c, bound: bound, settled: settled, holderID: parties[bound.Party]}
	if len(bound.Bindings) == 0 || p.holderID == "" || p.settled.Status == casefile.Declined || p.settled.Reason == "material.source-says" {
		return p, nil // the door, or the source, has said that this office may not use it
	}
	for _, b := range bound.Bindings {
		held, err := h.o.Licenses.Held(ctx, tx, p.holderID, b.Type)
		if err != nil {
			return paper{}, err
		}
		for _, l := range held {
			if !l.State(h.o.Clock.Now()).Usable() {
				continue
			}
			if err := h.o.Licenses.Pin(ctx, tx, l); err != nil {
				return paper{}, err
			}
			p.available = l
			return p, nil
		}
	}
	return p, nil
}

// admitPaper holds the ground against what there is. offence is the refusal of paper that must not be asked for; it
// is recorded, and the transaction goes on to keep that record.
func (h *Hall) admitPaper(ctx context.Context, tx *db.Tx, actor *authn.Actor, p paper, ground PaperGround) (offence, err error) {
	atSource := slices.Contains([]string{"material.source-down", "material.source-wrong", "material.source-none"}, p.settled.Reason)
	down := p.settled.Status == casefile.Down || p.settled.Status == casefile.Declined || p.settled.Status == casefile.Promised && atSource
	switch {
	case len(p.bound.Bindings) == 0:
		return nil, nil
	case ground == PaperUnreachable && down:
		return nil, nil
	case ground == PaperWrong && p.available.ID != "":
		return nil, nil // the issuer will say whether it is wrong; if not, this was a violation after all
	case p.available.ID != "" && !down:
		code := "case.paper-offence"
		if p.settled.Status == casefile.Lent {
			code = "case.paper-not-needed"
		}
		return errs.New(errs.Conflict, code), h.o.Appeals.Record(ctx, tx, appeal.Violation{
			HolderID: p.c.HolderID, Ground: appeal.PaperAsked, Source: appeal.FromDesk, UnitID: actor.UnitID, AccountID: actor.AccountID,
			CaseNo: p.c.No, MatterCode: p.c.MatterCode, Seq: p.bound.Seq, LicenseHolderID: p.available.HolderID, LicenseID: p.available.ID,
			TypeCode: p.available.TypeCode, LicenseState: p.available.State(h.o.Clock.Now()), Claimed: string(ground),
		}, "desk|"+p.c.No+"|"+strconv.Itoa(p.bound.Seq))
	case ground == PaperMissing:
		return nil, nil
	case ground == PaperWrong:
		return nil, errs.New(errs.Invalid, "case.paper-nothing").On("ground")
	case ground == PaperUnreachable:
		return nil, errs.New(errs.Invalid, "case.paper-reached").On("ground")
	}
	return nil, errs.New(errs.Invalid, "case.paper-ground").On("ground")
}

// takenFor says of a material that was taken on paper what comes of it.
var takenFor = map[PaperGround]string{
	PaperMissing: "material.paper-missing", PaperWrong: "material.paper-wrong", PaperUnreachable: "material.paper-unreachable",
}

// takePaper settles a material as handed in on paper and raises the ticket that goes with its ground.
func (h *Hall) takePaper(ctx context.Context, tx *db.Tx, actor *authn.Actor, p paper, ground PaperGround, reason string) error {
	m := p.settled
	m.Status, m.Reason = casefile.Paper, ""
	if len(p.bound.Bindings) > 0 {
		m.Reason = takenFor[ground]
		if err := h.ticket(ctx, tx, actor, p, ground, reason); err != nil {
			return err
		}
	}
	if err := h.o.Cases.PutMaterial(ctx, tx, p.c, m); err != nil {
		return err
	}
	if err := h.handed(ctx, tx, p.c, m.Seq); err != nil {
		return err
	}
	if err := h.o.Cases.Save(ctx, tx, &p.c); err != nil {
		return err
	}
	return h.o.Cases.Add(ctx, tx, p.c, "paper", actor.AccountID, reason)
}

// ticket asks the issuer to make what was missing or to look at what is said to be wrong. What cannot be reached will
// be there again by itself.
func (h *Hall) ticket(ctx context.Context, tx *db.Tx, actor *authn.Actor, p paper, ground PaperGround, reason string) error {
	if ground == PaperUnreachable || p.holderID == "" {
		return nil
	}
	unit, err := h.o.Units.Get(ctx, tx, p.c.UnitID)
	if err != nil {
		return err
	}
	t := appeal.Ticket{Kind: appeal.Supplement, HolderID: p.holderID, TypeCode: p.bound.Bindings[0].Type, Region: unit.Region,
		MatterCode: p.c.MatterCode, CaseNo: p.c.No, Seq: p.bound.Seq, Text: reason}
	if ground == PaperWrong {
		t.Kind, t.License, t.TypeCode = appeal.Correction, p.available, p.available.TypeCode
	}
	_, err = h.o.Appeals.RaiseTicket(ctx, tx, actor, t)
	return err
}
