package access_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// officeModel is what offices have to do with licenses beside cases.
type officeModel struct {
	waiting   license.License     // for review
	lists     string              // an inspection matter of the unit
	listed    map[string][]string // what it names: the fields of each type
	inspector *authn.Actor
	visits    []*modelVisit
	posts     []*authn.Actor // who may ask for emergency looks or approve them
	looks     []*modelLook
}

type modelVisit struct {
	id, subject string
	until       time.Time
}

type modelLook struct {
	id       string
	l        license.License
	asker    *authn.Actor
	minutes  int
	askedAt  time.Time
	approved time.Time
	ended    bool
}

func (m *crowd) openOffice(t *testing.T) {
	t.Helper()
	o := &m.office
	o.inspector = staff(unitID, "verifier")
	o.posts = []*authn.Actor{staff(unitID, "admin"), staff(unitID, "digital"), staff(unitID, "admin"), staff(otherUnit, "digital")}
	m.Write(t, func(tx *db.Tx) error {
		var err error
		o.waiting, err = m.App.Licenses.Draft(t.Context(), tx, license.Draft{TypeCode: m.TypeCode(t, "food-permit"), Holders: []string{m.firm}, IssuerID: unitID,
			Fields:  map[string]string{"KZ_FDDBR": "林㛃", "KZ_ZS": "鼓楼区", "KZ_JYCS": "鼓楼区", "KZ_ZTYT": "单位食堂", "KZ_JYXM": "热食类"},
			MakerID: m.colleague.AccountID, IssuedOn: m.Clock.Now(), DueAt: clock.EndOfDay(m.Clock.Now())})
		return err
	})
	var err error
	if o.waiting, err = m.App.Licenses.Make(t.Context(), o.waiting.HolderID, o.waiting.ID); err != nil {
		t.Fatal(err)
	}
	var listed []matter.Listing
	m.Read(t, func(q *db.Tx) error {
		listed, _, err = m.App.Matters.Listings(t.Context(), q, matter.ListFilter{List: matter.ListInspection, State: matter.Published})
		return err
	})
	o.listed = map[string][]string{}
	for _, l := range listed {
		if o.lists == "" && (l.Inspection.Unit == "" || l.Inspection.Unit == unitID) &&
			slices.ContainsFunc(l.Inspection.Types, func(b matter.Binding) bool { return b.Type == m.typeOf(businessLicense) }) {
			o.lists = l.Inspection.Matter
		}
	}
	for _, l := range listed {
		if l.Inspection.Matter == o.lists && (l.Inspection.Unit == "" || l.Inspection.Unit == unitID) {
			for _, b := range l.Inspection.Types {
				o.listed[b.Type] = append(o.listed[b.Type], b.Fields...)
			}
		}
	}
}

// any draws one of all licenses, that which waits for review among them.
func (m *crowd) any() license.License {
	if i := m.rnd.IntN(len(m.licenses) + 3); i < len(m.licenses) {
		return m.licenses[i]
	}
	return m.office.waiting
}

// issue: people look at a license while it is made, and at licenses that were made, with a reason or without.
func (m *crowd) issue(t *testing.T) {
	l := m.any()
	a := []*authn.Actor{m.reviewer, m.reviewer, m.clerk, m.actors[3], m.office.inspector, m.actors[2]}[m.rnd.IntN(6)]
	if m.rnd.IntN(4) == 0 {
		x := *a
		x.UnitID = otherUnit
		a = &x
	}
	own := a.UnitID == l.IssuerID
	if m.rnd.IntN(2) == 0 {
		if m.rnd.IntN(2) == 0 {
			l = m.office.waiting
			own = a.UnitID == l.IssuerID
		}
		r, err := m.door.Task(t.Context(), a, l.ID, access.Fields)
		m.judge(t, "review", own && slices.Contains(a.Roles, "reviewer") && l.ID == m.office.waiting.ID, nil, r, err)
		return
	}
	reason := []string{"核对纸质证照", "核对纸质证照", " "}[m.rnd.IntN(3)]
	of := slices.ContainsFunc(a.Roles, func(r string) bool { return r == "clerk" || r == "approver" || r == "reviewer" })
	if m.rnd.IntN(2) == 0 { // what this unit has issued
		l = m.License(t, "food-firm", businessLicense)
		own = a.UnitID == l.IssuerID
	}
	r, err := m.door.Kept(t.Context(), a, l.Identifier, reason, access.Fields)
	m.judge(t, "kept", own && of && reason != " " && l.ID != m.office.waiting.ID, nil, r, err)
}

// inspect: inspectors read licenses of the one whom their task is about, and of others, in its term and later.
func (m *crowd) inspect(t *testing.T) {
	o := &m.office
	if len(o.visits) == 0 || m.rnd.IntN(10) == 0 {
		v := &modelVisit{subject: []string{m.firm, m.firm, m.licenses[0].HolderID}[m.rnd.IntN(3)], until: m.Clock.Now().Add(time.Duration(1+m.rnd.IntN(48)) * time.Hour)}
		var err error
		if v.id, err = m.door.PlanInspection(t.Context(), o.inspector, access.Visit{SubjectID: v.subject, MatterCode: o.lists, For: v.until.Sub(m.Clock.Now())}); err != nil {
			t.Fatal(err)
		}
		o.visits = append(o.visits, v)
		return
	}
	v, a, subject := lately(m, o.visits), o.inspector, ""
	subject = v.subject
	right := slices.DeleteFunc(slices.Clone(m.licenses), func(l license.License) bool { return !slices.Contains(l.Holders, v.subject) })
	l := right[m.rnd.IntN(len(right))]
	for range m.rnd.IntN(3) {
		switch m.rnd.IntN(4) {
		case 0:
			a = staff(unitID, "verifier")
		case 1:
			x := *a
			x.UnitID, x.Roles = otherUnit, a.Roles
			a = &x
		case 2:
			l = m.any()
		case 3:
			subject = m.licenses[1].HolderID // the task is not about them
		}
	}
	fields, listed := o.listed[l.TypeCode]
	want := a.AccountID == o.inspector.AccountID && a.UnitID == unitID && subject == v.subject && slices.Contains(l.Holders, subject) && listed &&
		m.Clock.Now().Before(v.until)
	r, err := m.door.Inspect(t.Context(), a, subject, v.id, l.ID, access.Fields)
	m.judge(t, "inspect", want, fields, r, err)
}

// emergency: somebody asks to break the glass, somebody approves who may and who may not, and people look.
func (m *crowd) emergency(t *testing.T) {
	o, now := &m.office, m.Clock.Now()
	a := append(slices.Clone(o.posts), m.clerk)[m.rnd.IntN(len(o.posts)+1)]
	if len(o.looks) == 0 || m.rnd.IntN(6) == 0 {
		if a == m.clerk {
			return
		}
		x := &modelLook{l: m.licenses[m.rnd.IntN(len(m.licenses))], asker: a, minutes: 1 + m.rnd.IntN(240), askedAt: now}
		var err error
		if x.id, err = m.door.AskGlass(t.Context(), a, x.l.Identifier, "法院调查", x.minutes); err != nil {
			t.Fatal(err)
		}
		o.looks = append(o.looks, x)
		return
	}
	x := lately(m, o.looks)
	over := !x.approved.IsZero() && !now.Before(x.approved.Add(time.Duration(x.minutes)*time.Minute))
	switch n := m.rnd.IntN(10); {
	case n < 5 && x.approved.IsZero():
		if m.rnd.IntN(2) == 0 {
			a = o.posts[(slices.Index(o.posts, x.asker)+1)%len(o.posts)] // of the other post
		}
		may := a != m.clerk && a.Roles[0] != x.asker.Roles[0] && !x.ended && now.Before(x.askedAt.Add(4*time.Hour))
		if err := m.door.ApproveGlass(t.Context(), a, x.id); (err == nil) != may {
			t.Fatalf("an emergency look was approved: the model says %v: %v", may, err)
		}
		if may {
			x.approved = now
		}
	case n == 5:
		may := a == x.asker && !x.ended && !over && (!x.approved.IsZero() || now.Before(x.askedAt.Add(4*time.Hour)))
		if a != x.asker { // who approved may end it as well, which says nothing about looks
			return
		}
		if err := m.door.EndGlass(t.Context(), a, x.id); (err == nil) != may {
			t.Fatalf("an emergency look was ended: the model says %v: %v", may, err)
		}
		x.ended = x.ended || may
	default:
		if m.rnd.IntN(3) > 0 {
			a = x.asker
		}
		want := a == x.asker && !x.approved.IsZero() && !x.ended && !over
		r, err := m.door.Broken(t.Context(), a, x.id, access.Fields)
		m.judge(t, "glass", want, nil, r, err)
	}
}

// fetch: the platform fetches what was committed to, and what was not.
func (m *crowd) fetch(t *testing.T) {
	c, now := m.cases[m.rnd.IntN(len(m.cases))], m.Clock.Now()
	seq := 1 + m.rnd.IntN(2)
	p := c.promised[seq]
	if p == nil || m.rnd.IntN(6) == 0 {
		p = &casefile.Commitment{HolderID: c.applicant, CaseNo: c.no, Seq: seq, Kind: casefile.Later, Text: "承诺", ClerkID: m.clerk.AccountID,
			SignedAt: now, DueAt: now.Add([]time.Duration{24 * time.Hour, -89 * 24 * time.Hour, -91 * 24 * time.Hour}[m.rnd.IntN(3)]),
			State: []string{casefile.CommitWaiting, casefile.CommitWaiting, casefile.CommitWaiting, casefile.CommitKept}[m.rnd.IntN(4)]}
		if m.rnd.IntN(6) == 0 {
			p.SignedAt = time.Time{}
		}
		m.Write(t, func(tx *db.Tx) error { return m.App.Cases.PutCommitment(t.Context(), tx, *p) })
		c.promised[seq] = p
	}
	l := m.licenses[m.rnd.IntN(len(m.licenses))]
	for range 3 {
		if !m.needs(c, l.TypeCode, l.Holders...) {
			l = m.licenses[m.rnd.IntN(len(m.licenses))]
		}
	}
	type of struct{ typeCode, holder string }
	bound := map[int]of{1: {m.typeOf(businessLicense), c.applicant}, 2: {m.typeOf(identityCard), c.represented}}[seq]
	want := p.State == casefile.CommitWaiting && !p.SignedAt.IsZero() && l.TypeCode == bound.typeCode && slices.Contains(l.Holders, bound.holder) &&
		now.Before(p.DueAt.Add(90*24*time.Hour)) && m.usable(l)
	r, _, err := m.door.Committed(t.Context(), access.Ask{CaseNo: c.no, LicenseHolderID: l.HolderID, LicenseID: l.ID}, seq)
	if r.Content != nil {
		t.Fatal("a copy that nobody may see was handed out")
	}
	m.judge(t, "commitment", want, m.fieldsOf(l), r, err)
}

// job: the platform's own jobs work by the rules that are written down, and by no others.
func (m *crowd) job(t *testing.T) {
	l := m.any()
	var seen bool
	switch m.rnd.IntN(3) {
	case 0:
		want := l.ID != m.office.waiting.ID
		_, err := m.door.Archived(t.Context(), l.HolderID, l.ID, func(access.Page) ([]byte, error) { seen = true; return nil, nil })
		m.worked(t, "archive", want, seen, err)
	case 1:
		rule := []string{"values", "file", "export", ""}[m.rnd.IntN(4)]
		_, err := m.door.Checked(t.Context(), rule, l.HolderID, l.ID, func(access.Page) ([]access.Finding, error) { seen = true; return nil, nil })
		m.worked(t, "quality", rule == "values" || rule == "file", seen, err)
	case 2:
		n := 4 + m.rnd.IntN(2)
		sums, err := m.door.Counted(t.Context(), slices.Repeat([]license.License{l}, n), func(access.Page) string { return "all" })
		m.asked += n
		if err != nil || sums["all"] != map[int]int{4: 0, 5: 5}[n] {
			t.Fatalf("a sum of %d: %v %v", n, sums, err)
		}
	}
}

func (m *crowd) worked(t *testing.T, what string, want, seen bool, err error) {
	t.Helper()
	m.asked++
	if _, refused := errors.AsType[*access.Refusal](err); err != nil && !refused {
		t.Fatalf("%s: %v", what, err)
	}
	if (err == nil) != want || seen != want {
		t.Fatalf("%s: saw a license %v, the model says %v: %v", what, seen, want, err)
	}
	m.came[what+map[bool]string{true: " given", false: " refused"}[want]]++
}
