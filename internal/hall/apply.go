package hall

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// Application is what a holder applies for online. The applicant is whom the actor acts for; Parties are the others.
type Application struct {
	MatterCode string
	Parties    map[matter.Party]Person
	Key        string // idempotency key of the caller
}

// Apply begins an application: a case that its applicant still fills in, with the form filled from their licenses as
// far as these go. The same key again gives the same case.
func (h *Hall) Apply(ctx context.Context, actor *authn.Actor, a Application) (string, error) {
	if err := mayApply(actor); err != nil {
		return "", err
	}
	if err := matter.CheckCode(a.MatterCode, "matterCode"); err != nil {
		return "", err
	}
	others, err := parseOthers(a.Parties)
	if err != nil {
		return "", err
	}
	var no string
	err = h.o.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := h.o.Matters.Get(ctx, tx, a.MatterCode)
		if err != nil {
			return err
		}
		no, err = h.once.Do(ctx, tx, actor, a.Key, a, func() (string, error) {
			c, err := h.prepare(ctx, tx, actor, m, others, casefile.New{Channel: casefile.ByHolder}, nil)
			return c.No, err
		})
		return err
	})
	if err != nil {
		return "", err
	}
	return no, h.Prefill(ctx, actor, no)
}

// mayApply holds who asks to what the holder let them do.
func mayApply(actor *authn.Actor) error {
	if actor == nil || actor.HolderID == "" || !actor.May(authn.PowerApply) {
		return errs.New(errs.Denied, "application.no-power")
	}
	return nil
}

// parseOthers reads the parties besides the applicant. Each needs a name: whether the platform knows somebody is not
// told to whoever asks. Of one that it does not know, the name is a claim.
func parseOthers(parties map[matter.Party]Person) (map[matter.Party]holder.Profile, error) {
	out := map[matter.Party]holder.Profile{}
	for role, p := range parties {
		code, kind, err := holder.ParseCode(p.Code, string(role)+".code")
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(p.Name) == "" || !clean(p.Name) {
			return nil, errs.New(errs.Invalid, "field.required").On(string(role) + ".name")
		}
		out[role] = holder.Profile{Name: strings.TrimSpace(p.Name), Code: code, CodeType: kind, Claimed: true}
	}
	return out, nil
}

// prepare makes a case that its applicant fills in. awaited are the license types that earlier cases of its bundle yield.
func (h *Hall) prepare(ctx context.Context, tx *db.Tx, actor *authn.Actor, m matter.Matter, others map[matter.Party]holder.Profile,
	n casefile.New, awaited map[string]bool,
) (casefile.Case, error) {
	if err := h.typesPublished(ctx, tx, m); err != nil {
		return casefile.Case{}, err
	}
	unit, err := h.o.Units.Get(ctx, tx, m.Unit)
	if err != nil {
		return casefile.Case{}, err
	}
	applicant, err := h.o.Holders.Get(ctx, tx, actor.HolderID)
	if err != nil {
		return casefile.Case{}, err
	}
	if m.HolderKind != catalog.Mixed && m.HolderKind != applicant.Kind {
		return casefile.Case{}, errs.New(errs.Invalid, "case.party-kind").On("matterCode")
	}
	n.Parties = map[matter.Party]string{matter.Applicant: applicant.ID}
	needed := neededParties(m)
	for role, p := range others {
		if !slices.Contains(needed, role) && !slices.Contains(m.Parties(), role) {
			continue // entered for another matter of the same bundle
		}
		if n.Parties[role], err = h.o.Holders.Put(ctx, tx, p); err != nil {
			return casefile.Case{}, err
		}
	}
	for _, role := range needed {
		if n.Parties[role] == "" {
			return casefile.Case{}, errs.New(errs.Invalid, "case.party-required").On(string(role)+".code").With("party", partyName[role]).With("partyEn", string(role))
		}
	}
	n.Matter, n.Region, n.Stage, n.AppliedBy = m, unit.Region, casefile.StageDraft, actor.AccountID
	c, err := h.o.Cases.Create(ctx, tx, n)
	if err != nil {
		return casefile.Case{}, err
	}
	if err := h.o.Cases.Add(ctx, tx, c, "apply", actor.AccountID, ""); err != nil {
		return casefile.Case{}, err
	}
	_, err = h.foresee(ctx, tx, c, m, awaited)
	return c, err
}

// foresee says of each material what will become of it when the case is accepted, as things stand now, and reports
// whether that differs from what was foreseen before. Only the applicant's own licenses are looked for: what others hold
// is not the applicant's to know. awaited nil means that what was awaited still is.
func (h *Hall) foresee(ctx context.Context, tx *db.Tx, c casefile.Case, m matter.Matter, awaited map[string]bool) (bool, error) {
	parties, err := h.o.Cases.Parties(ctx, tx, c)
	if err != nil {
		return false, err
	}
	known, err := h.o.Cases.Materials(ctx, tx, c)
	if err != nil {
		return false, err
	}
	files, err := h.o.Cases.Attachments(ctx, tx, c)
	if err != nil {
		return false, err
	}
	changed := false
	for _, x := range m.Materials {
		var old casefile.Material
		if i := slices.IndexFunc(known, func(k casefile.Material) bool { return k.Seq == x.Seq }); i >= 0 {
			old = known[i]
		}
		if settled(old.Status) {
			continue // settled by a clerk before the case came back for correction
		}
		now, err := h.outlook(ctx, tx, x, parties, awaited)
		if err != nil {
			return false, err
		}
		attached := slices.ContainsFunc(files, func(a casefile.Attachment) bool { return a.Seq == x.Seq })
		if attached && now.Status != casefile.Ready {
			now.Status = casefile.Attached
		}
		if old.Status == casefile.Awaited && awaited == nil && now.Status != casefile.Ready {
			continue
		}
		if old.Status == now.Status && old.Reason == now.Reason && old.LicenseID == now.LicenseID {
			continue
		}
		changed = true
		if err := h.o.Cases.PutMaterial(ctx, tx, c, now); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// outlook is what will become of one material.
func (h *Hall) outlook(ctx context.Context, q *db.Tx, x matter.Material, parties map[matter.Party]string, awaited map[string]bool) (casefile.Material, error) {
	t := errand{material: x, outcome: casefile.Material{Seq: x.Seq, Detail: map[string]string{}}}
	switch {
	case slices.ContainsFunc(x.Bindings, func(b matter.Binding) bool { return awaited[b.Type+" "+string(x.Party)] }):
		t.outcome.Status = casefile.Awaited
	case len(x.Bindings) > 0 && x.Party != matter.Applicant && parties[x.Party] != "" && parties[x.Party] != parties[matter.Applicant]:
		t.outcome.Status = casefile.OfParty
	default:
		if err := h.candidate(ctx, q, &t, parties[x.Party]); err != nil {
			return casefile.Material{}, err
		}
		if t.license.ID != "" {
			t.outcome.Status = casefile.Ready
			t.outcome.LicenseHolderID, t.outcome.LicenseID = t.license.HolderID, t.license.ID
			t.outcome.LicenseState = string(t.license.State(h.o.Clock.Now()))
		}
	}
	return t.outcome, nil
}

// Prefill fills the form of an application from the licenses of its applicant, each read once through the door, on the
// ground of its being their own. What was filled before stays.
func (h *Hall) Prefill(ctx context.Context, actor *authn.Actor, no string) error {
	var todo []casefile.Material
	var m matter.Matter
	err := h.o.DB.Read(ctx, func(q *db.Tx) error {
		c, found, err := h.own(ctx, q, actor, no)
		if err != nil || !c.Editable() {
			return err
		}
		m = found
		materials, err := h.o.Cases.Materials(ctx, q, c)
		if err != nil {
			return err
		}
		for _, x := range materials {
			if x.Status == casefile.Ready && x.RecordNo == "" && feeds(m, x.Seq) {
				todo = append(todo, x)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, x := range todo {
		r, err := h.o.Door.OwnToApply(ctx, actor, x.LicenseID)
		if refused, ok := errors.AsType[*access.Refusal](err); ok {
			x.RecordNo = refused.RecordNo // the form stays empty there; the clerk's own reading decides
		} else if _, failed := failures[errs.Code(err)]; failed {
			continue // it stays empty until the source answers
		} else if err != nil {
			return err
		} else {
			x.RecordNo = r.RecordNo
		}
		if err := h.prefill(ctx, actor, no, m, x, r.Fields); err != nil {
			return err
		}
	}
	return nil
}

func (h *Hall) prefill(ctx context.Context, actor *authn.Actor, no string, m matter.Matter, x casefile.Material, fields []access.Field) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := h.own(ctx, tx, actor, no)
		if err != nil || !c.Editable() {
			return err
		}
		if err := h.o.Cases.PutMaterial(ctx, tx, c, x); err != nil {
			return err
		}
		fill(&c, m, x.Seq, fields)
		return h.o.Cases.Save(ctx, tx, &c)
	})
}

// feeds reports whether a form takes values from a material.
func feeds(m matter.Matter, seq int) bool {
	return slices.ContainsFunc(m.Form, func(f matter.FormField) bool { return FilledBy(f) == seq })
}

// FilledBy is the material that fills a field; 0: none does.
func FilledBy(f matter.FormField) int {
	seq, _ := sourceOf(f)
	return seq
}

// own reads a case whose applicant the actor is or acts for; anybody else's does not exist for them.
func (h *Hall) own(ctx context.Context, q *db.Tx, actor *authn.Actor, no string) (casefile.Case, matter.Matter, error) {
	c, err := h.o.Cases.Get(ctx, q, no)
	if errs.Code(err) == "case.unknown" || err == nil && (actor.HolderID == "" || c.HolderID != actor.HolderID) {
		return casefile.Case{}, matter.Matter{}, errs.New(errs.NotFound, "application.unknown")
	}
	if err != nil {
		return casefile.Case{}, matter.Matter{}, err
	}
	m, err := h.o.Matters.Get(ctx, q, c.MatterCode)
	return c, m, err
}

// inHand reads a case that its applicant has in hand, in the version they saw; version 0 asks for none.
func (h *Hall) inHand(ctx context.Context, tx *db.Tx, actor *authn.Actor, no string, version int64) (casefile.Case, matter.Matter, error) {
	if err := mayApply(actor); err != nil {
		return casefile.Case{}, matter.Matter{}, err
	}
	c, m, err := h.own(ctx, tx, actor, no)
	switch {
	case err != nil:
	case c.State != casefile.StateOpen:
		err = errs.New(errs.Conflict, "case.closed")
	case !c.Editable():
		err = errs.New(errs.Conflict, "application.handed-in")
	case version != 0 && version != c.RowVersion:
		err = errs.New(errs.Conflict, "conflict")
	}
	return c, m, err
}

// SaveForm keeps what an applicant wrote so far: fields may be left empty until the application is handed in.
func (h *Hall) SaveForm(ctx context.Context, actor *authn.Actor, no string, version int64, values map[string]string) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.inHand(ctx, tx, actor, no, version)
		if err != nil {
			return err
		}
		pending, err := h.pending(ctx, tx, c)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			i := slices.IndexFunc(m.Form, func(f matter.FormField) bool { return f.Name == name })
			if i < 0 {
				return errs.New(errs.Invalid, "case.form-unknown").On(name)
			}
			if err := write(&c, m.Form[i], values[name], pending); err != nil {
				return err
			}
		}
		return h.o.Cases.Save(ctx, tx, &c)
	})
}

// write enters one value of an applicant, unless the rule takes it from a license.
func write(c *casefile.Case, f matter.FormField, text string, pending map[int]bool) error {
	old := c.Form[f.Name]
	if old.Text == text {
		return nil
	}
	if Fixed(f, old, pending) {
		return errs.New(errs.Invalid, "case.form-locked").On(f.Name).With("name", f.Label).With("nameEn", f.LabelEn)
	}
	if err := checkValue(f, text); err != nil {
		return err
	}
	c.Form[f.Name] = casefile.Value{Text: text}
	return nil
}

// Fixed reports whether a field is a license's to fill: it was filled by one, or will be, and may not be changed.
func Fixed(f matter.FormField, v casefile.Value, pending map[int]bool) bool {
	return f.Locked && (v.Seq > 0 || pending[FilledBy(f)])
}

// pending are the materials from which values still come: licenses that will be fetched, or were.
func (h *Hall) pending(ctx context.Context, q *db.Tx, c casefile.Case) (map[int]bool, error) {
	materials, err := h.o.Cases.Materials(ctx, q, c)
	return Pending(materials), err
}

// Pending names the materials whose licenses fill the form, now or when the case is accepted.
func Pending(materials []casefile.Material) map[int]bool {
	out := map[int]bool{}
	for _, x := range materials {
		switch x.Status {
		case casefile.Ready, casefile.OfParty, casefile.Awaited, casefile.Lent:
			out[x.Seq] = true
		}
	}
	return out
}

// HandIn gives an application to its unit, for the first time or after it was corrected. From then on the days count.
func (h *Hall) HandIn(ctx context.Context, actor *authn.Actor, no string, version int64) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.inHand(ctx, tx, actor, no, version)
		if err != nil {
			return err
		}
		if c.Stage == casefile.StageDraft && c.BundleID != "" {
			return errs.New(errs.Conflict, "application.in-bundle")
		}
		if err := h.complete(ctx, tx, c, m); err != nil {
			return err
		}
		if c.Stage == casefile.StageDraft {
			return h.toUnit(ctx, tx, &c, m, actor, "handin")
		}
		// What was only foreseen is looked for again; the clerk who asked for the correction goes on with it.
		if err := h.o.Cases.Unsettle(ctx, tx, c); err != nil {
			return err
		}
		if err := h.o.Cases.AnswerCorrections(ctx, tx, c); err != nil {
			return err
		}
		return h.toUnit(ctx, tx, &c, m, actor, "resubmit")
	})
}

// complete refuses an application that lacks what only the applicant can give.
func (h *Hall) complete(ctx context.Context, tx *db.Tx, c casefile.Case, m matter.Matter) error {
	if _, err := h.foresee(ctx, tx, c, m, nil); err != nil {
		return err
	}
	materials, err := h.o.Cases.Materials(ctx, tx, c)
	if err != nil {
		return err
	}
	if missing := Unfinished(m, c, materials); len(missing) > 0 {
		return errs.New(errs.Conflict, "case.incomplete").With("missing", strings.Join(missing, "、"))
	}
	return nil
}

// Unfinished names the required materials and fields that the applicant still owes.
func Unfinished(m matter.Matter, c casefile.Case, materials []casefile.Material) []string {
	status := map[int]string{}
	for _, x := range materials {
		status[x.Seq] = x.Status
	}
	var out []string
	for _, x := range m.Materials {
		if s := status[x.Seq]; x.Required && slices.Contains([]string{"", casefile.Missing, casefile.Unusable, casefile.Plain, casefile.Declined}, s) {
			out = append(out, x.Name)
		}
	}
	pending := Pending(materials)
	for _, f := range m.Form {
		if f.Required && strings.TrimSpace(c.Form[f.Name].Text) == "" && !pending[FilledBy(f)] {
			out = append(out, f.Label)
		}
	}
	return out
}

// toUnit puts a case before its unit, with a deadline from now.
func (h *Hall) toUnit(ctx context.Context, tx *db.Tx, c *casefile.Case, m matter.Matter, actor *authn.Actor, action string) error {
	now := h.o.Clock.Now()
	due := h.o.Calendar.After(now, m.Days)
	if err := h.o.Units.NeedYear(ctx, tx, workday.LastYear(due)); err != nil {
		return err
	}
	c.Stage, c.DueAt, c.SubmittedAt = matter.Accept, due, now
	return h.pass(ctx, tx, c, action, actor, "")
}

// Withdraw takes an application back. It can be done until it is decided.
func (h *Hall) Withdraw(ctx context.Context, actor *authn.Actor, no string, version int64) error {
	var files []casefile.Attachment
	err := h.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := mayApply(actor); err != nil {
			return err
		}
		c, _, err := h.own(ctx, tx, actor, no)
		switch {
		case err != nil:
			return err
		case c.State != casefile.StateOpen:
			return errs.New(errs.Conflict, "case.closed")
		case c.Stage == casefile.StageMaking:
			return errs.New(errs.Conflict, "application.decided")
		case version != c.RowVersion:
			return errs.New(errs.Conflict, "conflict")
		}
		files, err = h.withdraw(ctx, tx, &c, actor)
		return err
	})
	if err != nil {
		return err
	}
	h.discard(ctx, files...)
	return nil
}

// withdraw closes a case for its applicant. Files of one that was never handed in are of no use to anybody any more.
func (h *Hall) withdraw(ctx context.Context, tx *db.Tx, c *casefile.Case, actor *authn.Actor) ([]casefile.Attachment, error) {
	var files []casefile.Attachment
	if c.SubmittedAt.IsZero() {
		var err error
		if files, err = h.o.Cases.Attachments(ctx, tx, *c); err != nil {
			return nil, err
		}
		for _, a := range files {
			if err := h.o.Cases.Detach(ctx, tx, *c, a.ID); err != nil {
				return nil, err
			}
		}
	}
	if err := h.o.Cases.GoOn(ctx, tx, c.No); err != nil {
		return nil, err
	}
	c.State, c.Stage, c.Outcome, c.ClosedAt = casefile.StateClosed, casefile.StageDone, casefile.Withdrawn, h.o.Clock.Now()
	return files, h.pass(ctx, tx, c, "withdraw", actor, "")
}

// told are the steps that a holder hears of.
var told = map[string]notice.Kind{
	"handin": notice.CaseSubmitted, "resubmit": notice.CaseSubmitted, "advance": notice.CaseSubmitted, "accept": notice.CaseAccepted,
	"correct": notice.CaseReturned, Approve: notice.CaseApproved, Refuse: notice.CaseRefused, "publish": notice.LicenseIssued,
}

// tell writes the notice of a step, in its transaction.
func (h *Hall) tell(ctx context.Context, tx *db.Tx, c casefile.Case, action string) error {
	kind, ok := told[action]
	if !ok {
		return nil
	}
	m, err := h.o.Matters.Get(ctx, tx, c.MatterCode)
	if err != nil {
		return err
	}
	n := notice.Notice{HolderID: c.HolderID, Kind: kind, Subject: c.No, Detail: map[string]string{"matter": m.Name, "matterEn": m.NameEn,
		"caseNo": c.No, "unitId": c.UnitID, "bundleId": c.BundleID, "licenseId": c.LicenseID, "channel": c.Channel}}
	return h.o.Notices.Send(ctx, tx, n)
}
