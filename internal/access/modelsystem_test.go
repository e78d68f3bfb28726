package access_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// perDay is how often the department's system may use licenses of each of its two types.
const perDay = 15

// systemModel is what a department's own system may do.
type systemModel struct {
	box    demo.Sandbox
	self   org.System
	signer *gm.Signer
	seq    int64
	cases  []*systemCase
	used   map[string]int // by day and type
	sent   []sentRequest
}

type systemCase struct {
	no, clerk string
	open      bool
}

// sentRequest is one that was signed before, to be played again.
type sentRequest struct {
	signed     feed.Signed
	elements   caller.Elements
	identifier string
}

func (m *crowd) openSystem(t *testing.T) {
	t.Helper()
	s := &m.system
	s.seq, s.used = 3, map[string]int{}
	text, err := os.ReadFile(filepath.Join(m.App.Config.Data, app.SandboxFile))
	if err == nil {
		err = json.Unmarshal(text, &s.box)
	}
	if err == nil {
		s.signer, err = gm.ParsePrivateKey([]byte(s.box.PrivateKey))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.Write(t, func(tx *db.Tx) error {
		if s.self, err = m.App.Units.System(t.Context(), tx, s.box.SystemID); err != nil {
			return err
		}
		a, err := m.App.Callers.Application(t.Context(), tx, s.box.SystemID)
		if err != nil {
			return err
		}
		for i := range a.Types {
			a.Types[i].PerDay = perDay
		}
		_, err = m.App.Callers.Save(t.Context(), tx, change.By{AccountID: "a", UnitID: unitID, Reason: "试验"}, a)
		return err
	})
	m.tell(t, &systemCase{no: "MODEL-0"}, feed.Opened)
}

// tell sends what happened to a case of the system's.
func (m *crowd) tell(t *testing.T, c *systemCase, event feed.Event) {
	t.Helper()
	s := &m.system
	s.seq++
	msg := feed.Message{Seq: s.seq, CaseNo: c.no, Matter: s.box.ItemCode, Unit: s.self.Unit, Event: event, At: m.Clock.Now(), HolderCode: s.box.Applicant.Code,
		HolderName: s.box.Applicant.Name}
	clerk := []string{s.box.Username, s.box.Username, "somebody-else"}[m.rnd.IntN(3)]
	switch event {
	case feed.Opened:
		msg.Progress = feed.Progress{Stage: matter.Accept, Clerk: clerk, Parties: map[matter.Party]feed.Person{matter.Representative: s.box.Person}}
	case feed.Moved:
		msg.Progress = feed.Progress{Clerk: clerk}
	case feed.Closed:
		msg.Outcome = "refused"
	}
	out, err := m.App.Feed.Take(t.Context(), s.self, []feed.Message{msg})
	if err != nil || out[0].Status != feed.Taken {
		t.Fatalf("%s of a case was not taken: %+v %v", event, out, err)
	}
	switch event {
	case feed.Opened:
		c.open, c.clerk = true, clerk
		s.cases = append(s.cases, c)
	case feed.Moved:
		c.clerk = clerk
	case feed.Closed:
		c.open = false
	}
}

// department: a department's system asks for its clerks, by signed requests, in its own cases: some for the wrong clerk or
// matter, for somebody else's license or one of a type it may not have, some signed by nobody, long ago, or played again.
func (m *crowd) department(t *testing.T) {
	s := &m.system
	c := lately(m, s.cases)
	switch n := m.rnd.IntN(20); {
	case n < 1:
		m.tell(t, &systemCase{no: fmt.Sprintf("MODEL-%d", s.seq)}, feed.Opened)
		return
	case n < 2 && c.open:
		m.Clock.Move(time.Second)
		m.tell(t, c, feed.Moved)
		return
	case n < 3 && c.open && m.rnd.IntN(3) == 0:
		m.Clock.Move(time.Second)
		m.tell(t, c, feed.Closed)
		return
	case n < 5 && len(s.sent) > 0:
		m.replay(t, lately(m, s.sent))
		return
	}
	e := caller.Elements{OrgName: s.box.OrgName, Username: c.clerk, ItemName: s.box.ItemName, ItemCode: s.box.ItemCode, BusinessCode: c.no}
	identifier, typeCode, party := s.box.Licenses.Business, s.box.Types.Business, true
	if m.rnd.IntN(2) == 0 {
		identifier, typeCode = s.box.Licenses.Identity, s.box.Types.Identity
	}
	signed := feed.Signed{KeyID: s.box.KeyID, Time: m.Clock.Now().Format(time.RFC3339), Nonce: db.NewID(), Method: "POST", Path: "/x", Body: []byte("{}")}
	right, known := c.open, true
	for range []int{0, 0, 1, 1, 2}[m.rnd.IntN(5)] {
		switch m.rnd.IntN(6) {
		case 0:
			e.Username, right = "nobody", false
		case 1:
			e.ItemCode, e.ItemName, right = labMatter, "门的试验", false
		case 2:
			identifier, typeCode, party = s.box.Licenses.Stranger, s.box.Types.Identity, false
		case 3:
			identifier, typeCode, party = m.marriage(t), s.box.Types.Marriage, false
		case 4:
			signed.Time, known = m.Clock.Now().Add(-time.Hour).Format(time.RFC3339), false
		case 5:
			e.BusinessCode, right = "MODEL-NONE", false
		}
	}
	m.sign(t, &signed)
	if m.rnd.IntN(20) == 0 {
		signed.Body, known = []byte("{ }"), false
	}
	m.request(t, sentRequest{signed, e, identifier}, typeCode, known, right && party && (typeCode != s.box.Types.Identity || m.usableNow(t, identifier)))
}

func (m *crowd) sign(t *testing.T, s *feed.Signed) {
	t.Helper()
	signature, err := m.system.signer.Sign(s.Text())
	if err != nil {
		t.Fatal(err)
	}
	s.Signature = base64.StdEncoding.EncodeToString(signature)
}

// request sends a request that is known as the system's or not, and right or not but for the day's limit.
func (m *crowd) request(t *testing.T, x sentRequest, typeCode string, known, right bool) {
	t.Helper()
	s := &m.system
	r, began, err := m.call(t, x)
	if began != known {
		t.Fatalf("a request was taken for the system's: %v, the model says %v: %v", began, known, err)
	}
	if !known {
		if len(r.Fields) > 0 {
			t.Fatal("a request of nobody's was answered with data")
		}
		return
	}
	day := m.Clock.Now().In(clock.Shanghai).Format(time.DateOnly) + typeCode
	m.judge(t, "department", right && s.used[day] < perDay, nil, r, err)
	s.used[day]++
	s.sent = append(s.sent, x)
}

// call sends a request, and tells whether it was taken for the system's.
func (m *crowd) call(t *testing.T, x sentRequest) (r access.Reading, began bool, err error) {
	t.Helper()
	c, err := m.App.Callers.Begin(t.Context(), x.signed, netip.MustParseAddr("127.0.0.1"), x.elements, nil)
	if err != nil {
		return r, false, err
	}
	l, err := c.ByIdentifier(t.Context(), x.identifier)
	if err != nil {
		t.Fatal(err)
	}
	r, err = c.Read(t.Context(), l, access.Fields)
	return r, true, err
}

// replay plays a request again: there is no data, and it counts for nothing.
func (m *crowd) replay(t *testing.T, x sentRequest) {
	t.Helper()
	r, began, err := m.call(t, x)
	_, refused := errors.AsType[*access.Refusal](err)
	if err == nil || refused || len(r.Fields) > 0 || began && errs.Code(err) != "caller.replay" {
		t.Fatalf("a request that was played again: %v", err)
	}
	m.came["department replayed"]++
}

// marriage is the identifier of a license of a type that the system may not have.
func (m *crowd) marriage(t *testing.T) string {
	t.Helper()
	return m.License(t, "father", "marriage-certificate").Identifier
}

// usableNow: of the licenses with an identifier that the system asks for, the owner's card may be lost.
func (m *crowd) usableNow(t *testing.T, identifier string) bool {
	t.Helper()
	for _, l := range m.licenses {
		if l.Identifier == identifier {
			return m.usable(l)
		}
	}
	return true
}
