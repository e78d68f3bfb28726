package httpapi_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// follower is a department's system that uses licenses by the share interface and has a receiver for what becomes of them.
type follower struct {
	*city
	t        *testing.T
	box      demo.Sandbox
	signer   *gm.Signer
	receiver *reference.Receiver
	seq      int
}

func newFollower(t *testing.T, c *city) *follower {
	t.Helper()
	f := &follower{city: c, t: t, seq: 3}
	text, err := os.ReadFile(filepath.Join(c.App.Config.Data, app.SandboxFile))
	if err == nil {
		err = json.Unmarshal(text, &f.box)
	}
	if err == nil {
		f.signer, err = gm.ParsePrivateKey([]byte(f.box.PrivateKey))
	}
	if err != nil {
		t.Fatal(err)
	}
	f.receiver = f.subscribe(f.box.SystemID)
	return f
}

// subscribe lets a system be told of the licenses that it uses, and gives its receiver.
func (f *follower) subscribe(systemID string) *reference.Receiver {
	f.t.Helper()
	platform, err := f.App.PushSigner(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	r := reference.NewReceiver(platform.Public())
	server := httptest.NewServer(r)
	f.t.Cleanup(server.Close)
	f.as(f.t, "digital").must("POST", "/api/v1/systems/"+systemID+"/subscriptions", m{"url": server.URL + "/events", "about": "used", "reason": "接收证照变更"}, nil)
	return r
}

// send sends a signed request of the system's.
func (f *follower) send(path string, body any, nonce string) string {
	f.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		f.t.Fatal(err)
	}
	s := feed.Signed{Method: "POST", Path: path, Time: f.Clock.Now().Format(time.RFC3339), Nonce: nonce, Body: raw}
	sig, err := f.signer.Sign(s.Text())
	if err != nil {
		f.t.Fatal(err)
	}
	headers := []string{"X-Yinxin-Key", f.box.KeyID, "X-Yinxin-Time", s.Time, "X-Yinxin-Signature", base64.StdEncoding.EncodeToString(sig)}
	if nonce != "" {
		headers = append(headers, "X-Yinxin-Nonce", nonce)
	}
	a := f.as(f.t, "").do("POST", path, string(raw), headers...)
	if a.StatusCode != 200 {
		f.t.Fatalf("%s: %d %s", path, a.StatusCode, a.body)
	}
	return a.body
}

// uses reads a license in a case of the system's.
func (f *follower) uses(identifier, caseNo string) {
	f.t.Helper()
	f.pass(time.Minute)
	body := f.send("/api/v1/elssp/GetCertificateDataByCertificateID", m{"head": m{"orgName": f.box.OrgName, "username": f.box.Username, "itemName": f.box.ItemName,
		"itemCode": f.box.ItemCode, "businessCode": caseNo}, "data": m{"CertificateID": identifier}}, db.NewID())
	if !strings.Contains(body, `"status":"0"`) {
		f.t.Fatalf("a license was not given: %s", body)
	}
	f.pass(time.Minute)
}

// tells sends what happened to one of its cases.
func (f *follower) tells(caseNo, event string) {
	f.t.Helper()
	f.seq++
	f.pass(time.Minute)
	item := m{"seq": f.seq, "caseNo": caseNo, "matterCode": f.box.ItemCode, "unitId": unitID, "event": event, "at": f.Clock.Now(), "applicant": m{"code": f.box.Applicant.Code, "name": f.box.Applicant.Name}}
	if event == "opened" {
		item["stage"], item["clerk"], item["parties"] = "accept", f.box.Username, m{"representative": m{"code": f.box.Person.Code, "name": f.box.Person.Name}}
	} else {
		item["outcome"] = "refused"
	}
	if body := f.send("/api/v1/feed/cases", m{"items": []m{item}}, ""); !strings.Contains(body, `"status":"taken"`) {
		f.t.Fatalf("%s was not taken: %s", event, body)
	}
}

// deliver brings the log up to date and tells whoever is due.
func (f *follower) deliver() {
	f.t.Helper()
	if _, err := f.App.Book.Sequence(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	if err := f.App.Push.Deliver(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// heard requires that the receiver knows of just these steps, in this order.
func (f *follower) heard(when string, want ...string) {
	f.t.Helper()
	var got []string
	for _, e := range f.receiver.Events() {
		got = append(got, e.Action+" "+string(e.State))
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("%s the receiver knows of %q, want %q", when, got, want)
	}
	if _, refused := f.receiver.Messages(); refused != 0 {
		f.t.Errorf("%s: %d messages were not signed by the platform", when, refused)
	}
}

// operates has something done to a license by two persons of its issuer.
func (f *follower) operates(identifier, action string) {
	f.t.Helper()
	var p lifePage
	f.as(f.t, clerk).must("POST", "/api/v1/licenses/"+identifier+"/operations", m{"action": action, "ground": "鼓市监〔2026〕3号"}, &p)
	f.as(f.t, reviewer).must("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/approve", m{"version": 1}, nil)
}

// follows makes the next version of a business license, and gives its identifier.
func (f *follower) follows(identifier string) string {
	f.t.Helper()
	today := f.Clock.Now().Format(time.DateOnly)
	var l made
	f.as(f.t, clerk).must("POST", "/api/v1/makings", m{"typeCode": f.box.Types.Business, "follows": identifier, "why": "08", "issuedOn": today, "closedOn": today,
		"caseNo": "GL-2026-0009", "idempotencyKey": "webhook-0001", "fields": m{"KZ_LX": "有限责任公司", "KZ_FDDBR": "林㛃", "KZ_ZCZB": "壹佰万元整", "KZ_CLRQ": "2020-01-01",
			"KZ_YYQX": "长期", "KZ_ZS": "福州市鼓楼区榕印路1号", "KZ_JYFW": "餐饮服务"}}, &l)
	f.as(f.t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, nil)
	return l.Identifier
}

// turns reports a card lost or found.
func (f *follower) turns(identifier string, action license.Action) {
	f.t.Helper()
	f.Write(f.t, func(tx *db.Tx) error {
		l, err := f.App.Licenses.ByIdentifier(f.t.Context(), tx, identifier)
		if err != nil {
			return err
		}
		if action == license.Lose {
			return f.App.Licenses.Lose(f.t.Context(), tx, l, "holder")
		}
		return f.App.Licenses.Recover(f.t.Context(), tx, l, "holder")
	})
}

// LIFE-5, USE-7: what happens to a license that a department's system used reaches that system's receiver, signed, while its case
// is open: also after the receiver was down, once although it was sent twice, and no other system's.
func TestChangesOfUsedLicensesReachWhoUsedThem(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		f := newFollower(t, c)
		other := m{}
		c.as(t, "digital").must("POST", "/api/v1/systems", m{"unitId": unitID, "name": "别的业务系统", "connection": "api", "since": "2026-01-01",
			"health": "ok", "matters": []string{foodMatter}, "reason": "接入"}, &other)
		stranger := f.subscribe(id(other))
		paper, card := f.box.Licenses.Business, f.box.Licenses.Identity

		f.operates(paper, "suspended")
		f.operates(paper, "release")
		f.deliver()
		f.heard("before it used anything")
		f.uses(paper, f.box.Case)
		f.operates(paper, "suspended")
		f.turns(card, license.Lose) // a party's, and not used yet
		f.deliver()
		f.heard("a license that it used was suspended:", "suspended suspended")

		told := f.down()
		f.operates(paper, "release")
		f.comesBack(told)
		f.heard("it was down and is back:", "suspended suspended", "release valid")

		next := f.follows(paper)
		f.deliver()
		f.heard("there is a new version:", "suspended suspended", "release valid", "superseded superseded")
		f.uses(next, f.box.Case)
		f.operates(next, "revoked")
		f.deliver()
		f.heard("that was revoked:", "suspended suspended", "release valid", "superseded superseded", "revoked revoked")

		f.turns(card, license.Recover)
		f.tells("WEBHOOK-1", "opened")
		f.uses(card, f.box.Case)
		f.uses(card, "WEBHOOK-1")
		f.tells(f.box.Case, "closed")
		f.turns(card, license.Lose)
		f.twice()
		f.heard("one of two cases is closed:", "suspended suspended", "release valid", "superseded superseded", "revoked revoked", "lost lost")
		f.tells("WEBHOOK-1", "closed")
		f.turns(card, license.Recover)
		f.deliver()
		if err := f.App.Callers.Reconcile(t.Context()); err != nil { // which forgets the licenses of closed cases
			t.Fatal(err)
		}
		f.turns(card, license.Lose)
		f.deliver()
		f.heard("both are closed:", "suspended suspended", "release valid", "superseded superseded", "revoked revoked", "lost lost")
		if all, _ := stranger.Messages(); all != 0 {
			t.Errorf("a system that used nothing was sent %d messages", all)
		}
	})
}

// down lets the receiver be down from now on, and gives how many messages it was sent.
func (f *follower) down() int {
	f.receiver.Set(reference.ReceiverFaults{Down: true})
	all, _ := f.receiver.Messages()
	return all
}

// comesBack requires that the receiver is tried after a second, two, four, and no sooner, and lets it be there again.
func (f *follower) comesBack(sent int) {
	f.t.Helper()
	tried := func(want int) {
		f.t.Helper()
		f.deliver()
		if all, _ := f.receiver.Messages(); all-sent != want {
			f.t.Errorf("it was tried %d times, want %d", all-sent, want)
		}
	}
	tried(1)
	for n, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		f.pass(wait - time.Microsecond)
		tried(n + 1)
		f.pass(time.Microsecond)
		tried(n + 2)
	}
	f.receiver.Set(reference.ReceiverFaults{})
	f.pass(8 * time.Second)
	tried(5)
}

// twice lets the receiver take what it is told and break off: it is sent the same again, and knows it.
func (f *follower) twice() {
	f.t.Helper()
	before, _ := f.receiver.Messages()
	f.receiver.Set(reference.ReceiverFaults{Forget: true})
	f.deliver()
	f.receiver.Set(reference.ReceiverFaults{})
	f.pass(time.Second)
	f.deliver()
	if all, _ := f.receiver.Messages(); all-before != 2 {
		f.t.Errorf("what was not answered was sent %d times, want 2", all-before)
	}
}
