package access_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
)

// TestNoReadOutsideAGround lets people who mean well and people who do not ask for licenses, thousands of times, while
// cases pass on, close and come back, clerks change, and time goes by. A plain model, written from the architecture's
// table of grounds and not from the rules, says beforehand what must come of each. The door must agree each time, give no
// field more than is bound, and leave a record of each. YINXIN_TUPLES sets how often on each database.
func TestNoReadOutsideAGround(t *testing.T) {
	t.Parallel()
	tuples := 5000
	if text := os.Getenv("YINXIN_TUPLES"); text != "" {
		var err error
		if tuples, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.EachURL(t, func(t *testing.T, url string) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		newCrowd(t, url, seed).run(t, tuples)
	})
}

// crowd is the model: what is so, as far as it decides about uses, kept beside the platform in the plainest way.
type crowd struct {
	*world
	rnd      *rand.Rand
	actors   []*authn.Actor
	holders  []*authn.Actor // who hold licenses and look at their own
	licenses []license.License
	cases    []*modelCase
	tokens   []*modelToken
	shown    []*modelShown
	asked    int            // uses asked for that reach the rules
	came     map[string]int // what came of them
}

type modelCase struct {
	no          string
	clerk       string
	open        bool
	stage       matter.Stage
	applicant   string
	represented string
	grants      []*modelGrant
}

type modelGrant struct {
	license, clerk       string
	from, until, endedAt time.Time
}

type modelToken struct {
	secret string
	c      *modelCase
	grant  *modelGrant
	l      license.License
	used   bool
}

type modelShown struct {
	code    string
	l       license.License
	until   time.Time
	over    bool // checked or taken back
	offered *authn.Actor
	id      string
}

func newCrowd(t *testing.T, url string, seed uint64) *crowd {
	t.Helper()
	m := &crowd{world: newWorld(t, url), rnd: rand.New(rand.NewPCG(seed, 8)), came: map[string]int{}}
	elsewhere, stripped, approver := *m.clerk, *m.clerk, *m.colleague
	elsewhere.UnitID, stripped.Roles = otherUnit, []string{"verifier", "holder"}
	approver.AccountID, approver.Roles = db.NewID(), []string{"approver"}
	m.actors = []*authn.Actor{m.clerk, m.colleague, &approver, &elsewhere, &stripped, m.reviewer}
	for _, key := range []string{"owner", "chemist", "bride", "student", "elder"} {
		m.holders = append(m.holders, m.Actor(t, key))
		m.licenses = append(m.licenses, m.License(t, key, identityCard))
	}
	m.licenses = append(m.licenses, m.License(t, "bride", socialSecurity), m.License(t, "food-firm", businessLicense),
		m.License(t, "loser", identityCard))
	for range 12 {
		m.openCase(t)
	}
	return m
}

func (m *crowd) openCase(t *testing.T) {
	t.Helper()
	rep := []string{"owner", "chemist", "bride", "student", "elder", "loser"}[m.rnd.IntN(6)]
	c := m.open(t, labMatter, rep)
	m.cases = append(m.cases, &modelCase{no: c.No, clerk: m.clerk.AccountID, open: true, stage: matter.Accept, applicant: m.firm, represented: m.HolderID(t, rep)})
}

func (m *crowd) run(t *testing.T, tuples int) {
	before := m.count(t, "access_record")
	for range tuples {
		switch n := m.rnd.IntN(100); {
		case n < 30:
			m.lend(t)
		case n < 42:
			m.grant(t)
		case n < 66:
			m.redeem(t)
		case n < 74:
			m.self(t)
		case n < 84:
			m.show(t)
		case n < 94:
			m.change(t)
		case n < 97:
			m.Clock.Move(time.Duration(m.rnd.IntN(int(3 * time.Hour))))
		default:
			m.cases[m.rnd.IntN(len(m.cases))] = m.cases[len(m.cases)-1]
			m.cases = m.cases[:len(m.cases)-1]
			m.openCase(t)
		}
		if t.Failed() {
			break
		}
	}
	if n := m.count(t, "access_record") - before; n != m.asked {
		t.Errorf("%d uses were asked for and %d are recorded", m.asked, n)
	}
	for _, what := range []string{"lend given", "lend refused", "grant given", "grant refused", "redeem given", "redeem refused", "self given",
		"self refused", "show given", "show refused"} {
		if tuples >= 1000 && m.came[what] < 10 {
			t.Errorf("%q came about %d times only: the crowd does not try everything", what, m.came[what])
		}
	}
	t.Logf("%v", m.came)
}

// may is the model of a use in a case: an open case, at the stage at which its matter asks for licenses, the clerk who has
// it and to whom it was granted, in the unit and in the role, for the matter of the case, one of the two licenses that the
// matter binds, of the party that it is bound for, in force, and in time.
func (m *crowd) may(a *authn.Actor, c *modelCase, l license.License, matterCode, grantee string, from, until time.Time) bool {
	now := m.Clock.Now()
	role := slices.Contains(a.Roles, "clerk") || slices.Contains(a.Roles, "approver")
	mine := a.AccountID == c.clerk && a.AccountID == grantee && a.UnitID == unitID
	card := l.TypeCode == m.typeOf(identityCard) && slices.Contains(l.Holders, c.represented)
	paper := l.TypeCode == m.typeOf(businessLicense) && slices.Contains(l.Holders, c.applicant)
	return role && mine && c.open && c.stage == matter.Accept && matterCode == labMatter && (card || paper) &&
		l.State(now).Usable() && !now.Before(from) && now.Before(until)
}

func (m *crowd) typeOf(key string) string {
	typ, _ := m.City.Type(key)
	return typ.Code
}

// tuple draws who asks for what: mostly all is right, and then one thing or two are not.
func (m *crowd) tuple() (*authn.Actor, *modelCase, license.License, string) {
	c := m.cases[m.rnd.IntN(len(m.cases))]
	for range 2 { // mostly one in which there is work
		if !c.open || c.stage != matter.Accept || c.clerk == "" {
			c = m.cases[m.rnd.IntN(len(m.cases))]
		}
	}
	a, code := m.clerk, labMatter
	for _, x := range m.actors {
		if x.AccountID == c.clerk && x.UnitID == unitID && m.rnd.IntN(8) > 0 {
			a = x
		}
	}
	right := slices.DeleteFunc(slices.Clone(m.licenses), func(l license.License) bool {
		return !slices.Contains(l.Holders, c.represented) && !slices.Contains(l.Holders, c.applicant)
	})
	l := right[m.rnd.IntN(len(right))]
	for range []int{0, 0, 1, 1, 1, 2, 2}[m.rnd.IntN(7)] {
		switch m.rnd.IntN(3) {
		case 0:
			a = m.actors[m.rnd.IntN(len(m.actors))]
		case 1:
			l = m.licenses[m.rnd.IntN(len(m.licenses))]
		case 2:
			code = []string{foodMatter, "", "x"}[m.rnd.IntN(3)]
		}
	}
	return a, c, l, code
}

// judge holds what came against what the model says: not more and not less.
func (m *crowd) judge(t *testing.T, what string, want bool, fields []string, r access.Reading, err error) {
	t.Helper()
	m.asked++
	if _, refused := errors.AsType[*access.Refusal](err); err != nil && !refused {
		t.Fatalf("%s: %v", what, err)
	}
	if (err == nil) != want {
		t.Fatalf("%s: given %v, the model says %v: %v", what, err == nil, want, err)
	}
	if err != nil {
		m.came[what+" refused"]++
		empty(t, r)
		return
	}
	m.came[what+" given"]++
	for _, name := range names(r.Fields) {
		if fields != nil && !slices.Contains(fields, name) {
			t.Fatalf("%s gave field %s, which is not bound", what, name)
		}
	}
}

func (m *crowd) fieldsOf(l license.License) []string {
	for key, fields := range labFields {
		if l.TypeCode == m.typeOf(key) {
			return fields
		}
	}
	return []string{}
}

// granted is the clerk's live grant in the model, or a new one.
func (m *crowd) granted(c *modelCase, l license.License, clerk string) *modelGrant {
	now := m.Clock.Now()
	var best *modelGrant
	for _, g := range c.grants {
		if g.license == l.ID && g.clerk == clerk && g.endedAt.IsZero() && now.Before(g.until) && (best == nil || g.until.After(best.until)) {
			best = g
		}
	}
	if best == nil {
		best = &modelGrant{license: l.ID, clerk: clerk, from: now, until: now.Add(24 * time.Hour)}
		c.grants = append(c.grants, best)
	}
	return best
}

func (m *crowd) lend(t *testing.T) {
	a, c, l, code := m.tuple()
	now := m.Clock.Now()
	want := m.may(a, c, l, code, a.AccountID, now, now.Add(time.Hour))
	r, _, err := m.door.Lend(t.Context(), a, access.Ask{CaseNo: c.no, MatterCode: code, LicenseHolderID: l.HolderID, LicenseID: l.ID}, access.Fields)
	m.judge(t, "lend", want, m.fieldsOf(l), r, err)
	if want {
		m.granted(c, l, a.AccountID)
	}
}

func (m *crowd) grant(t *testing.T) {
	a, c, l, code := m.tuple()
	now := m.Clock.Now()
	want := m.may(a, c, l, code, a.AccountID, now, now.Add(time.Hour))
	token, err := m.door.Grant(t.Context(), a, access.Ask{CaseNo: c.no, MatterCode: code, LicenseHolderID: l.HolderID, LicenseID: l.ID})
	m.judge(t, "grant", want, nil, access.Reading{}, err)
	if want {
		m.tokens = append(m.tokens, &modelToken{secret: token.Secret, c: c, grant: m.granted(c, l, a.AccountID), l: l})
	}
}

// redeem redeems a token, mostly one that is fresh, by its clerk: sometimes another, sometimes one used before, sometimes
// one with a letter changed.
func (m *crowd) redeem(t *testing.T) {
	if len(m.tokens) == 0 {
		return
	}
	k := m.tokens[m.rnd.IntN(len(m.tokens))]
	if m.rnd.IntN(3) > 0 {
		k = m.tokens[len(m.tokens)-1-m.rnd.IntN(min(4, len(m.tokens)))]
	}
	a := m.clerk
	for _, x := range m.actors {
		if x.AccountID == k.grant.clerk {
			a = x
			break
		}
	}
	if m.rnd.IntN(4) == 0 {
		a = m.actors[m.rnd.IntN(len(m.actors))]
	}
	until := k.grant.until
	if !k.grant.endedAt.IsZero() && k.grant.endedAt.Before(until) {
		until = k.grant.endedAt
	}
	want := !k.used && m.may(a, k.c, k.l, labMatter, k.grant.clerk, k.grant.from, until)
	secret := k.secret
	if m.rnd.IntN(10) == 0 {
		at := 6 + m.rnd.IntN(len(secret)-8) // its last letter says less than a letter can
		secret = secret[:at] + map[bool]string{true: "A", false: "B"}[secret[at] != 'A'] + secret[at+1:]
		want = false
	}
	r, err := m.door.Redeem(t.Context(), a, secret, access.Fields)
	m.judge(t, "redeem", want, m.fieldsOf(k.l), r, err)
	k.used = k.used || want
}

// change passes a case on: to another clerk, another stage, an end, or back. With it the hall ends the grants; behind its
// back, nothing does.
func (m *crowd) change(t *testing.T) {
	c := m.cases[m.rnd.IntN(len(m.cases))]
	switch m.rnd.IntN(4) {
	case 0:
		c.open = m.rnd.IntN(4) > 0
	case 1:
		c.stage = []matter.Stage{matter.Accept, matter.Accept, matter.Accept, matter.Accept, matter.Decide, casefile.StageMend}[m.rnd.IntN(6)]
	default:
		c.clerk = []string{m.clerk.AccountID, m.clerk.AccountID, m.colleague.AccountID, m.clerk.AccountID, m.actors[2].AccountID, ""}[m.rnd.IntN(6)]
	}
	ends := m.rnd.IntN(2) == 0
	m.Write(t, func(tx *db.Tx) error {
		now, err := m.App.Cases.Get(t.Context(), tx, c.no)
		if err != nil {
			return err
		}
		now.ClerkID, now.Stage, now.State = c.clerk, c.stage, map[bool]string{true: casefile.StateOpen, false: casefile.StateClosed}[c.open]
		if err := m.App.Cases.Save(t.Context(), tx, &now); err != nil || !ends {
			return err
		}
		return m.door.EndGrants(t.Context(), tx, now)
	})
	for _, g := range c.grants {
		if ends && g.endedAt.IsZero() {
			g.endedAt = m.Clock.Now()
		}
	}
}

// self: holders look at their own licenses, and at others'.
func (m *crowd) self(t *testing.T) {
	a := m.holders[m.rnd.IntN(len(m.holders))]
	l := m.licenses[m.rnd.IntN(len(m.licenses))]
	if m.rnd.IntN(2) == 0 {
		l = m.licenses[slices.Index(m.holders, a)]
	}
	r, err := m.door.Own(t.Context(), a, l.ID, access.Fields)
	m.judge(t, "self", slices.Contains(l.Holders, a.HolderID), nil, r, err)
}

// show: a code is shown, and checked in time, late, twice, or after it was taken back.
func (m *crowd) show(t *testing.T) {
	if len(m.shown) == 0 || m.rnd.IntN(3) == 0 {
		i := m.rnd.IntN(len(m.holders))
		p, err := m.App.Desk.Show(t.Context(), m.holders[i], present.Showing{LicenseID: m.licenses[i].ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range m.shown { // the latest code of a license is the only one
			s.over = s.over || s.l.ID == m.licenses[i].ID
		}
		m.shown = append(m.shown, &modelShown{code: p.Code, id: p.ID, l: m.licenses[i], until: p.ExpiresAt, offered: m.holders[i]})
		return
	}
	s := m.shown[len(m.shown)-1-m.rnd.IntN(min(3, len(m.shown)))]
	if m.rnd.IntN(6) == 0 && !s.over {
		if err := m.App.Desk.End(t.Context(), s.offered, s.id); err == nil {
			s.over = true
		}
		return
	}
	want := !s.over && m.Clock.Now().Before(s.until)
	v, err := m.App.Desk.Check(t.Context(), nil, s.code, "")
	m.asked++
	if (err == nil && len(v.Fields) > 0) != want {
		t.Fatalf("a code shown: given %v, the model says %v: %v", err == nil, want, err)
	}
	m.came[map[bool]string{true: "show given", false: "show refused"}[want]]++
	s.over = s.over || want
}
