package httpapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// weighty are the operations that need a strong confirmation.
var weighty = []string{"addSystemKey", "agreeToAuthorisation", "approveErasure", "approveGlass", "askErasure", "askGlass", "changeSeal", "createAccount", "createMandate", "decideSealRequest", "endMandate", "endSealStandIn", "endSystemKey",
	"endVerifier", "enrolVerifier", "giveAuthorisation", "giveSealMandate", "makeSeals", "orderReseal", "publishScenario", "putRegistration", "removeFactor", "renameFactor",
	"resetFactors", "resetGuestFactors", "resetPassword", "reviewBatch", "shareLicense", "standInForSeals", "startAccount", "updateAccount", "withdrawAuthorisation", "withdrawScenario"}

func TestWhatWeighsMuchNeedsAConfirmation(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		var doc struct {
			Paths map[string]map[string]struct {
				OperationID string `json:"operationId"`
				Confirm     bool   `json:"x-confirm"`
			}
		}
		if err := json.Unmarshal([]byte(c.as(t, "").do("GET", "/openapi.json", nil).body), &doc); err != nil {
			t.Fatal(err)
		}
		marked := map[string]bool{}
		for _, item := range doc.Paths {
			for _, op := range item {
				marked[op.OperationID] = op.Confirm
			}
		}
		for _, id := range weighty {
			if !marked[id] {
				t.Errorf("%s needs no strong confirmation", id)
			}
		}
		manager := c.as(t, "fz-seal-manager")
		manager.weak = true
		const path = "/api/v1/seals/35010000000015/state"
		a := manager.do("POST", path, m{"action": "stop", "reason": "试验"})
		if a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, `"authn.confirm"`) || !strings.Contains(a.body, `"confirm":["totp"]`) {
			t.Errorf("without a confirmation: %d %s", a.StatusCode, a.body)
		}
		manager.must("POST", "/api/v1/session/confirm", m{"code": manager.code(t)}, nil)
		if a := manager.do("POST", path, m{"action": "stop", "reason": "试验"}); strings.Contains(a.body, `"authn.confirm"`) {
			t.Errorf("after a confirmation: %d %s", a.StatusCode, a.body)
		}
		c.erasures(t)
		t.Run("reset of a clerk", func(t *testing.T) { resetOfAClerk(t, c) })
		t.Run("face check", func(t *testing.T) { faceCheck(t, c) })
		t.Run("reset at a counter", func(t *testing.T) { resetAtACounter(t, c) })
	})
}

// myFactors are what an account's own page of them shows.
type myFactors struct {
	Items      []struct{ ID, Kind, Name string }
	Ways       []string
	StrongFrom string
	History    []struct {
		Action, Kind, By string
		Own              bool
	}
}

// An administrator resets the lost factors of a clerk: another's only, with a reason that stands in the trail; the clerk's
// sessions end, and they enrol anew before anything else.
func resetOfAClerk(t *testing.T, c *city) {
	t.Helper()
	admin, old := c.as(t, "admin"), c.as(t, clerk)
	var me, them struct{ AccountID string }
	admin.must("GET", "/api/v1/session", nil, &me)
	old.must("GET", "/api/v1/session", nil, &them)
	path := func(id string) string { return "/api/v1/accounts/" + id }
	var account struct{ Version int64 }
	admin.must("GET", path(me.AccountID), nil, &account)
	if a := admin.do("POST", path(me.AccountID)+"/factors/reset", m{"version": account.Version, "reason": "手机丢失"}); a.StatusCode != http.StatusForbidden ||
		!strings.Contains(a.body, `"authn.own-reset"`) {
		t.Errorf("the own factors: %d %s", a.StatusCode, a.body)
	}
	if a := old.do("POST", path(them.AccountID)+"/factors/reset", m{"version": 1, "reason": "手机丢失"}); a.StatusCode != http.StatusForbidden {
		t.Errorf("by a clerk: %d %s", a.StatusCode, a.body)
	}
	admin.must("GET", path(them.AccountID), nil, &account)
	var fresh struct{ Password string }
	admin.must("POST", path(them.AccountID)+"/factors/reset", m{"version": account.Version, "reason": "手机丢失"}, &fresh)
	if a := old.do("GET", "/api/v1/session", nil); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the clerk's session goes on: %d", a.StatusCode)
	}
	old.code = nil
	old.must("POST", "/api/v1/session", m{"account": clerk, "password": fresh.Password}, nil)
	if a := old.do("GET", "/api/v1/cases?queue=mine", nil); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, `"authn.enrol"`) {
		t.Errorf("before an enrolment: %d %s", a.StatusCode, a.body)
	}
	var n struct{ Secret string }
	old.must("POST", "/api/v1/me/factors/totp", m{"password": fresh.Password, "name": "新手机"}, &n)
	c.codes[clerk] = n.Secret
	old.must("POST", "/api/v1/me/factors/totp/finish", m{"code": c.code(t, clerk)}, nil)
	old.must("GET", "/api/v1/cases?queue=mine", nil, nil)
	var mine myFactors
	old.must("GET", "/api/v1/me/factors", nil, &mine)
	if len(mine.Items) != 1 || len(mine.History) != 2 || mine.History[0].Action != "factor-add" || mine.History[0].Kind != "totp" || !mine.History[0].Own ||
		mine.History[1].Action != "factor-reset" || mine.History[1].Own || mine.History[1].By == "" {
		t.Errorf("the clerk's page: %+v", mine)
	}
	var now struct{ FactorsChangedAt string }
	if old.must("GET", "/api/v1/session", nil, &now); now.FactorsChangedAt == "" {
		t.Error("the clerk is not told")
	}
	old.must("PUT", "/api/v1/me/factors/"+mine.Items[0].ID, m{"name": "工作手机"}, nil)
	var trail struct {
		Items []struct{ Action, Reason string }
	}
	admin.must("GET", "/api/v1/changes?subject=account&subjectId="+them.AccountID, nil, &trail)
	if len(trail.Items) < 2 || trail.Items[0].Action != "factor-add" || trail.Items[1].Action != "factor-reset" || trail.Items[1].Reason != "手机丢失" {
		t.Errorf("the trail: %+v", trail.Items)
	}
}

// A holder confirms by face where a service is connected; the picture reaches it, and another session's challenge is worth nothing.
func faceCheck(t *testing.T, c *city) {
	t.Helper()
	const login = "student"
	person := c.as(t, login)
	const begin, finish = "/api/v1/session/confirm/face", "/api/v1/session/confirm/face/finish"
	if a := person.do("POST", begin, nil); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, `"authn.no-face"`) {
		t.Errorf("without a service: %d %s", a.StatusCode, a.body)
	}
	signer, err := c.App.SourceAsker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	double, err := reference.NewFaceService(t.Context(), signer.Public(), c.Clock)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	key, err := double.Key()
	if err != nil {
		t.Fatal(err)
	}
	service, err := connect.OpenFaceService(connect.FaceOptions{Base: server.URL, Key: key, Signer: signer, Clock: c.Clock})
	if err != nil {
		t.Fatal(err)
	}
	c.App.UseFaceCheck(service)
	t.Cleanup(func() { c.App.Accounts.UseFaces(nil) })
	cast := c.Cast(t, login)
	double.Tell(reference.FaceOrder{People: map[string]string{connect.FaceSubject(cast.Name, cast.Code): ""}})
	var mine myFactors
	if person.must("GET", "/api/v1/me/factors", nil, &mine); !slices.Contains(mine.Ways, "face") {
		t.Errorf("ways %v", mine.Ways)
	}
	var now struct{ StrongUntil string }
	for _, x := range []struct {
		name, code string
		body       m
		order      reference.FaceOrder
	}{
		{"nothing shown", "field.required", m{}, reference.FaceOrder{}},
		{"not begun", "authn.step", m{"picture": "AAAA"}, reference.FaceOrder{}},
		{"somebody else", "authn.face", m{"picture": "AAAA"}, reference.FaceOrder{Mismatch: true}},
		{"out of service", "authn.face-down", m{"picture": "AAAA"}, reference.FaceOrder{Refuse: true}},
		{"forged", "authn.face-down", m{"picture": "AAAA"}, reference.FaceOrder{Forged: true}},
	} {
		double.Tell(x.order)
		if x.code != "authn.step" {
			person.must("POST", begin, nil, nil)
		}
		if a := person.do("POST", finish, x.body); a.StatusCode < 400 || !strings.Contains(a.body, `"`+x.code+`"`) {
			t.Errorf("%s: %d %s", x.name, a.StatusCode, a.body)
		}
		if x.code == "field.required" {
			person.do("POST", finish, m{"picture": "AAAA"}) // takes the challenge away
		}
	}
	double.Tell(reference.FaceOrder{})
	person.must("POST", begin, nil, nil)
	person.must("POST", finish, m{"picture": "AAAA"}, nil)
	if person.must("GET", "/api/v1/session", nil, &now); now.StrongUntil == "" {
		t.Error("the session is not confirmed")
	}
	if a := person.do("POST", finish, m{"picture": "AAAA"}); a.StatusCode != http.StatusConflict {
		t.Errorf("once more: %d %s", a.StatusCode, a.body)
	}
}

// A clerk who has seen the paper of a guest resets the guest's lost factors: the guest is told, it is recorded, and what they
// enrol confirms after a day.
func resetAtACounter(t *testing.T, c *city) {
	t.Helper()
	const guest = "student"
	desk, person := c.as(t, threefold), c.as(t, guest)
	person.must("GET", "/api/v1/session", nil, nil)
	cast := c.Cast(t, guest)
	var v struct{ ID string }
	desk.must("POST", "/api/v1/window/visits", m{"card": m{"name": cast.Name, "code": cast.Code, "readAt": c.Clock.Now()}}, &v)
	path := "/api/v1/window/visits/" + v.ID + "/factors/reset"
	for name, body := range map[string]m{"nobody present": {"guest": 2, "seen": "id-card"}, "no paper": {"guest": 1, "seen": "word"}} {
		if a := desk.do("POST", path, body); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
	if a := c.as(t, approver).do("POST", path, m{"guest": 1, "seen": "id-card"}); a.StatusCode != http.StatusForbidden {
		t.Errorf("by another than the clerk: %d %s", a.StatusCode, a.body)
	}
	leaves := c.count(t, "factor-reset")
	desk.must("POST", path, m{"guest": 1, "seen": "id-card"}, nil)
	if got := c.count(t, "factor-reset"); got != leaves+1 {
		t.Errorf("%d records of resets, want %d", got, leaves+1)
	}
	if a := person.do("GET", "/api/v1/session", nil); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the person's session goes on: %d", a.StatusCode)
	}
	person.must("POST", "/api/v1/session", m{"account": guest, "password": c.Password(guest)}, nil)
	var n struct{ Secret string }
	person.must("POST", "/api/v1/me/factors/totp", m{"password": c.Password(guest), "name": "新手机"}, &n)
	code, err := authn.CodeAt(n.Secret, c.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	person.must("POST", "/api/v1/me/factors/totp/finish", m{"code": code}, nil)
	var mine myFactors
	person.must("GET", "/api/v1/me/factors", nil, &mine)
	if len(mine.Items) != 1 || len(mine.Ways) != 0 || mine.StrongFrom == "" {
		t.Errorf("the person's page: %+v", mine)
	}
	if a := person.do("DELETE", "/api/v1/me/factors/"+mine.Items[0].ID, nil); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, `"authn.wait"`) {
		t.Errorf("while waiting: %d %s", a.StatusCode, a.body)
	}
	var told struct{ Items []struct{ Kind string } }
	person.must("GET", "/api/v1/me/notices", nil, &told)
	if len(told.Items) < 2 || told.Items[0].Kind != "factor-add" || told.Items[1].Kind != "factor-reset" {
		t.Errorf("messages: %+v", told.Items)
	}
}

// count counts the records of a kind.
func (c *city) count(t *testing.T, kind string) (n int) {
	t.Helper()
	c.Read(t, func(q *db.Tx) error {
		return q.QueryRow(t.Context(), `SELECT count(*) FROM log_leaf WHERE kind = $1`, kind).Scan(&n)
	})
	return n
}
