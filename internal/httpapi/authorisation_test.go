package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

type authorised struct {
	ID, State, Until, RecordNo, NumberMasked, Purpose, LicenseID string
	Other                                                        struct{ Kind, Name string }
	Uses, Taken                                                  int
	Fields                                                       []struct{ Name string }
	Fitting                                                      []struct {
		ID     string
		Usable bool
	}
	History []struct {
		Result, Unit, Purpose string
		Reason                *struct{ Code string }
	}
}

// TestAuthorisationCentre: a hotel asks by code and name, the guest agrees with a strong confirmation, the hotel reads, the guest
// withdraws, the next reading is refused with the reason, and the guest sees all of it.
func TestAuthorisationCentre(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		hotel, owner := c.as(t, "hotel-verifier"), c.as(t, "owner")
		var mine struct {
			Items []struct{ ID, Name string }
		}
		hotel.must("GET", "/api/v1/scenarios/mine", nil, &mine)
		guest := c.Cast(t, "owner")
		asked := m{"scenario": mine.Items[0].ID, "holder": m{"code": guest.Code, "name": guest.Name}, "type": c.TypeCode(t, "identity-card"),
			"uses": 3, "days": 30, "idempotencyKey": "hotel-asks-1"}
		var got authorised
		hotel.must("POST", "/api/v1/authorisations", asked, &got)
		if got.State != "asked" || got.Other.Name == guest.Name || got.Other.Kind != "person" {
			t.Errorf("to the hotel: %+v", got)
		}
		var again, stray authorised
		if hotel.must("POST", "/api/v1/authorisations", asked, &again); again.ID != got.ID {
			t.Errorf("asked again under the key: %+v", again)
		}
		asked["holder"], asked["idempotencyKey"] = m{"code": guest.Code, "name": "别某某"}, "hotel-asks-2"
		hotel.must("POST", "/api/v1/authorisations", asked, &stray)
		if stray.State != got.State || stray.Purpose != got.Purpose || stray.Other.Kind != got.Other.Kind || stray.Other.Name == "" || stray.Other.Name == "别某某" {
			t.Errorf("a name that does not fit is answered otherwise: %+v", stray)
		}
		if a := hotel.do("DELETE", "/api/v1/authorisations/"+stray.ID, nil); a.StatusCode != http.StatusNoContent {
			t.Errorf("taken back: %d %s", a.StatusCode, a.body)
		}
		mineAt, hotelAt := "/api/v1/me/authorisations/"+got.ID, "/api/v1/authorisations/"+got.ID
		if p := hotel.do("POST", hotelAt+"/read", m{"purpose": got.Purpose}).problem(t); p.Code != "consent.waiting" {
			t.Errorf("before the answer: %+v", p)
		}
		owner.must("GET", mineAt, nil, &got)
		if got.Other.Kind != "unit" || len(got.Fitting) != 1 || !got.Fitting[0].Usable {
			t.Fatalf("to the guest: %+v", got)
		}
		yes := m{"licenseId": got.Fitting[0].ID, "uses": 2}
		owner.weak = true
		if a := owner.do("POST", mineAt+"/agree", yes); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, `"authn.confirm"`) {
			t.Errorf("without a confirmation: %d %s", a.StatusCode, a.body)
		}
		owner.weak = false
		owner.must("POST", mineAt+"/agree", yes, &got)
		if got.State != "given" || got.Uses != 2 || got.Until == "" || got.RecordNo == "" || got.NumberMasked == "" {
			t.Errorf("given: %+v", got)
		}
		var verdict struct {
			Verdict string
			Fields  []struct{ Value string }
		}
		hotel.must("POST", hotelAt+"/read", m{"purpose": got.Purpose}, &verdict)
		if verdict.Verdict != "valid" || len(verdict.Fields) == 0 {
			t.Errorf("read: %+v", verdict)
		}
		if a := c.as(t, "bank-verifier").do("GET", hotelAt, nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("another unit: %d %s", a.StatusCode, a.body)
		}
		owner.must("POST", mineAt+"/withdraw", nil, nil)
		if p := hotel.do("POST", hotelAt+"/read", m{"purpose": got.Purpose}).problem(t); p.Code != "access.consent.live" || p.Status != http.StatusForbidden {
			t.Errorf("after the withdrawal: %+v", p)
		}
		owner.must("GET", mineAt, nil, &got)
		if got.State != "withdrawn" || got.Taken != 1 || len(got.History) != 2 || got.History[0].Reason == nil || got.History[1].Result != "given" {
			t.Errorf("to the guest at the end: %+v", got)
		}
		var list struct{ Items []authorised }
		hotel.must("GET", "/api/v1/authorisations", nil, &list)
		if len(list.Items) != 2 || !slices.ContainsFunc(list.Items, func(a authorised) bool { return a.ID == got.ID && a.State == "withdrawn" }) {
			t.Errorf("the hotel's list: %+v", list)
		}
		givenUnasked(t, c, owner, got.LicenseID)
	})
}

// givenUnasked gives an authorisation to another holder, who reads it once.
func givenUnasked(t *testing.T, c *city, owner *client, licenseID string) {
	t.Helper()
	peer := c.Cast(t, "baker")
	give := m{"licenseId": licenseID, "holder": m{"code": peer.Code, "name": peer.Name}, "purpose": "签订租房合同", "uses": 1, "days": 7, "idempotencyKey": "owner-gives-1"}
	var got authorised
	owner.must("POST", "/api/v1/me/authorisations", give, &got)
	baker, at := c.as(t, "baker"), "/api/v1/authorisations/"+got.ID
	if p := baker.do("POST", at+"/read", m{"purpose": "转卖"}).problem(t); p.Code != "access.consent.purpose" {
		t.Errorf("another purpose: %+v", p)
	}
	baker.must("POST", at+"/read", m{"purpose": "签订租房合同"}, nil)
	if p := baker.do("POST", at+"/read", m{"purpose": "签订租房合同"}).problem(t); p.Code != "access.consent.count" {
		t.Errorf("once more than agreed to: %+v", p)
	}
}
