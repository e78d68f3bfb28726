package access_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// TestNoReadOutsideAGround lets people who mean well and people who do not ask for licenses on every ground, thousands of
// times, while cases pass on, close and come back, clerks change, licenses are reported lost and found, and time goes by. A
// plain model, written from the architecture's table of grounds and not from the rules, says beforehand what must come of
// each. The door must agree each time, give no field more than is bound, and leave a record of each.
//
// YINXIN_TUPLES sets how often on each database, YINXIN_SEED what is drawn. Every ten thousand there is another city, so that
// what is asked first is asked as much as what is asked late.
func TestNoReadOutsideAGround(t *testing.T) {
	t.Parallel()
	const inOneCity = 10_000
	tuples, seed := setting(t, "YINXIN_TUPLES", 5000), setting(t, "YINXIN_SEED", rand.Uint64())
	t.Logf("YINXIN_SEED=%d YINXIN_TUPLES=%d", seed, tuples)
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "yinxin.db") },
		"postgres": dbtest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for done := uint64(0); done < tuples && !t.Failed(); done += inOneCity {
				t.Run(strconv.FormatUint(done, 10), func(t *testing.T) {
					newCrowd(t, url(t), seed+done+uint64(len(name))).run(t, int(min(inOneCity, tuples-done)))
				})
			}
		})
	}
}

func setting(t *testing.T, name string, standard uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// crowd is the model: what is so, as far as it decides about uses, kept beside the platform in the plainest way.
type crowd struct {
	*world
	rnd      *rand.Rand
	actors   []*authn.Actor
	holders  []*authn.Actor // who hold licenses and look at their own: the card of each is the license at the same place
	licenses []license.License
	lost     map[string]bool // licenses reported lost while the crowd looks
	today    map[string]int  // by license, unit and day: how often values were held against it
	cases    []*modelCase
	tokens   []*modelToken
	shown    []*modelShown
	direct   directModel
	office   officeModel
	system   systemModel
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
	tries       map[string]int // by license: how often values were held against it
	promised    map[int]*casefile.Commitment
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
	fields  []string
	l       license.License
	until   time.Time
	over    bool // checked or taken back
	offered *authn.Actor
	id      string
}

func newCrowd(t *testing.T, url string, seed uint64) *crowd {
	t.Helper()
	m := &crowd{world: newWorld(t, url), rnd: rand.New(rand.NewPCG(seed, 8)), came: map[string]int{}, lost: map[string]bool{}, today: map[string]int{}}
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
	m.openOffice(t)
	m.openSystem(t)
	return m
}

func (m *crowd) openCase(t *testing.T) {
	t.Helper()
	rep := []string{"owner", "chemist", "bride", "student", "elder", "loser"}[m.rnd.IntN(6)]
	c := m.open(t, labMatter, rep)
	m.cases = append(m.cases, &modelCase{no: c.No, clerk: m.clerk.AccountID, open: true, stage: matter.Accept, applicant: m.firm, represented: m.HolderID(t, rep),
		tries: map[string]int{}, promised: map[int]*casefile.Commitment{}})
}

// deeds are what somebody may do next, and how often of a hundred times it is done.
var deeds = []struct {
	often int
	do    func(m *crowd, t *testing.T)
}{
	{14, (*crowd).lend}, {8, (*crowd).grant}, {14, (*crowd).redeem}, {5, (*crowd).ask}, {4, (*crowd).self}, {6, (*crowd).show},
	{5, (*crowd).consent}, {3, (*crowd).forge}, {4, (*crowd).download}, {3, (*crowd).issue}, {4, (*crowd).inspect}, {6, (*crowd).emergency},
	{3, (*crowd).fetch}, {2, (*crowd).job}, {8, (*crowd).department}, {6, (*crowd).change}, {1, (*crowd).turn}, {2, (*crowd).wait}, {2, (*crowd).renew},
}

func (m *crowd) run(t *testing.T, tuples int) {
	before := m.count(t, "access_record")
	for m.asked < tuples {
		n := m.rnd.IntN(100)
		for _, d := range deeds {
			if n -= d.often; n < 0 {
				d.do(m, t)
				break
			}
		}
		if t.Failed() {
			break
		}
	}
	if n := m.count(t, "access_record") - before; n != m.asked {
		t.Errorf("%d uses were asked for and %d are recorded", m.asked, n)
	}
	for _, what := range []string{"lend", "grant", "redeem", "list", "verify", "compare", "self", "show", "consent", "forged consent", "forged code", "share", "review",
		"kept", "inspect", "glass", "commitment", "archive", "quality", "department"} {
		for _, came := range []string{what + " given", what + " refused"} {
			if tuples >= 4000 && m.came[came] == 0 {
				t.Errorf("%q never came about: the crowd does not try everything", came)
			}
		}
	}
	t.Logf("%d uses: %v", m.asked, m.came)
}

// wait lets time go by.
func (m *crowd) wait(*testing.T) { m.Clock.Move(time.Duration(m.rnd.IntN(int(3 * time.Hour)))) }

// renew puts a case of its own in the place of one.
func (m *crowd) renew(t *testing.T) {
	m.cases[m.rnd.IntN(len(m.cases))] = m.cases[len(m.cases)-1]
	m.cases = m.cases[:len(m.cases)-1]
	m.openCase(t)
}

// usable is the model of a license that is in force.
func (m *crowd) usable(l license.License) bool {
	return !m.lost[l.ID] && l.State(m.Clock.Now()).Usable()
}

// may is the model of a use in a case: an open case, at the stage at which its matter asks for licenses, the clerk who has
// it and to whom it was granted, in the unit and in the role, for the matter of the case, one of the two licenses that the
// matter binds, of the party that it is bound for, in force, and in time.
func (m *crowd) may(a *authn.Actor, c *modelCase, l license.License, matterCode, grantee string, from, until time.Time) bool {
	now := m.Clock.Now()
	return a.AccountID == grantee && m.works(a, c, matterCode) && m.needs(c, l.TypeCode, l.Holders...) && m.usable(l) && !now.Before(from) && now.Before(until)
}

// works: the clerk, in unit and role, at work on an open case of the matter, at the stage at which it asks for licenses.
func (m *crowd) works(a *authn.Actor, c *modelCase, matterCode string) bool {
	role := slices.Contains(a.Roles, "clerk") || slices.Contains(a.Roles, "approver")
	return role && a.AccountID == c.clerk && a.UnitID == unitID && c.open && c.stage == matter.Accept && matterCode == labMatter
}

// needs: the matter asks for a license of this type from one of these holders.
func (m *crowd) needs(c *modelCase, typeCode string, holders ...string) bool {
	card := typeCode == m.typeOf(identityCard) && slices.Contains(holders, c.represented)
	paper := typeCode == m.typeOf(businessLicense) && slices.Contains(holders, c.applicant)
	return card || paper
}

func (m *crowd) typeOf(key string) string {
	typ, _ := m.City.Type(key)
	return typ.Code
}

// tuple draws who asks for what: mostly all is right, and then one thing or two are not.
func (m *crowd) tuple() (*authn.Actor, *modelCase, license.License, string) {
	c := m.cases[m.rnd.IntN(len(m.cases))]
	for range 6 { // mostly one in which there is work
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
	if r.RecordNo == "" {
		t.Fatalf("%s gave data under no record", what)
	}
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
	m.judge(t, "grant", want, nil, access.Reading{RecordNo: token.RecordNo}, err)
	if want {
		m.tokens = append(m.tokens, &modelToken{secret: token.Secret, c: c, grant: m.granted(c, l, a.AccountID), l: l})
	}
}

// ask asks for less than reading: what there is, whether it is in force, whether what somebody says stands on it.
func (m *crowd) ask(t *testing.T) {
	a, c, l, code := m.tuple()
	ask := access.Ask{CaseNo: c.no, MatterCode: code, LicenseHolderID: l.HolderID, LicenseID: l.ID}
	works, needs := m.works(a, c, code), m.needs(c, l.TypeCode, l.Holders...)
	switch m.rnd.IntN(3) {
	case 0:
		found, err := m.door.List(t.Context(), a, access.ListAsk{CaseNo: c.no, MatterCode: code, HolderID: l.HolderID, TypeCode: l.TypeCode})
		m.judge(t, "list", works && m.needs(c, l.TypeCode, l.HolderID), nil, access.Reading{RecordNo: found.RecordNo}, err)
		for _, x := range found.Licenses {
			if x.TypeCode != l.TypeCode || !slices.Contains(x.Holders, l.HolderID) {
				t.Fatal("a list named a license that was not asked for")
			}
		}
	case 1:
		v, err := m.door.Verify(t.Context(), a, ask, access.Claim{})
		m.judge(t, "verify", works && needs, nil, access.Reading{RecordNo: v.RecordNo}, err)
		if err == nil && (v.Code == access.VerifiedValid) != m.usable(l) {
			t.Fatalf("a license verified as %d, in force: %v", v.Code, m.usable(l))
		}
	case 2:
		for range []int{1, 1, 7}[m.rnd.IntN(3)] { // seven times in a row is guessing
			today := l.ID + a.UnitID + m.Clock.Now().In(clock.Shanghai).Format(time.DateOnly)
			want := works && needs && m.usable(l) && c.tries[l.ID] < 5 && m.today[today] < 20
			v, err := m.door.Compare(t.Context(), a, ask, map[string]string{"CZZT": "无此人", "KZ_ZS": "无此处"})
			m.judge(t, "compare", want, nil, access.Reading{RecordNo: v.RecordNo}, err)
			if want {
				c.tries[l.ID]++
				m.today[today]++
			}
		}
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
