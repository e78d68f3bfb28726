package httpapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// sm2Key is a public key in PEM of a pair made for the test.
func sm2Key(t *testing.T) string {
	t.Helper()
	_, text := sm2Pair(t)
	return text
}

func sm2Pair(t *testing.T) (*gm.Signer, string) {
	t.Helper()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(t.Context(), "system"); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Signer("system")
	if err != nil {
		t.Fatal(err)
	}
	text, err := gm.EncodePublicKey(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(text)
}

// A department's system sends its cases signed; what is missing shows in the report. CASE-4.
func TestSystemsSendCasesSigned(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		system := m{}
		c.as(t, "digital").must("POST", "/api/v1/systems", m{"unitId": unitID, "name": "市场监管业务系统", "connection": "api", "since": "2026-01-01",
			"health": "ok", "matters": []string{foodMatter}, "reason": "接入"}, &system)
		signer, public := sm2Pair(t)
		key := m{}
		c.as(t, "digital").must("POST", "/api/v1/systems/"+id(system)+"/keys", m{"publicKey": public, "reason": "登记公钥"}, &key)
		now := c.App.Clock.Now()
		send := func(path, keyID string, at time.Time, body any, spoil bool) answer {
			t.Helper()
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			s := feed.Signed{Method: "POST", Path: path, Time: at.Format(time.RFC3339), Body: raw}
			sig, err := signer.Sign(s.Text())
			if err != nil {
				t.Fatal(err)
			}
			if spoil {
				raw = bytes.Replace(raw, []byte("A-1"), []byte("A-9"), 1)
			}
			return c.as(t, "").do("POST", path, string(raw), "X-Yinxin-Key", keyID, "X-Yinxin-Time", s.Time, "X-Yinxin-Signature", base64.StdEncoding.EncodeToString(sig))
		}
		items := m{"items": []m{
			{"seq": 1, "caseNo": "A-1", "matterCode": foodMatter, "unitId": unitID, "event": "opened", "at": now.Add(-time.Hour), "applicant": m{"code": "91350102MA2YXD001W", "name": "榕印油坊"}},
			{"seq": 3, "caseNo": "A-2", "matterCode": foodMatter, "unitId": unitID, "event": "closed", "at": now.Add(-time.Hour)},
			{"seq": 4, "caseNo": "A-3", "matterCode": "11350102YX0100017G4350131999001", "unitId": unitID, "event": "opened", "at": now.Add(-time.Hour)},
		}}
		got := send("/api/v1/feed/cases", id(key), now, items, false)
		var out struct {
			Items []struct {
				Status string
				Reason *struct{ Code string }
				Faults []struct{ Code string }
			}
		}
		if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.StatusCode != 200 || len(out.Items) != 3 {
			t.Fatalf("%d %s", got.StatusCode, got.body)
		}
		if out.Items[0].Status != "taken" || len(out.Items[0].Faults) != 0 || out.Items[1].Status != "taken" || len(out.Items[1].Faults) != 3 ||
			out.Items[2].Status != "refused" || out.Items[2].Reason.Code != "feed.matter" {
			t.Errorf("%s", got.body)
		}
		if got := send("/api/v1/feed/tallies", id(key), now, m{"day": now.Format(time.DateOnly), "counts": []m{{"matterCode": foodMatter, "opened": 2, "closed": 1}}}, false); got.StatusCode != 204 {
			t.Errorf("tally: %d %s", got.StatusCode, got.body)
		}
		for what, try := range map[string]func() answer{
			"another body": func() answer { return send("/api/v1/feed/cases", id(key), now, items, true) },
			"an old one":   func() answer { return send("/api/v1/feed/cases", id(key), now.Add(-time.Hour), items, false) },
			"no such key":  func() answer { return send("/api/v1/feed/cases", id(system), now, items, false) },
		} {
			if got := try(); got.StatusCode != 401 || !strings.Contains(got.body, "feed.signature") {
				t.Errorf("%s: %d %s", what, got.StatusCode, got.body)
			}
		}
		var report struct {
			Items []struct {
				Missing, Late, Lacking int
				Expected, Received     struct{ Opened, Closed int }
			}
			Systems []struct {
				System        struct{ ID string }
				Last, Missing int64
				Holes         []struct{ From, To int64 }
			}
		}
		c.as(t, "digital").must("GET", "/api/v1/feed/report?systemId="+id(system), nil, &report)
		if len(report.Items) != 1 || report.Items[0].Missing != 1 || report.Items[0].Lacking != 1 {
			t.Errorf("%+v", report.Items)
		}
		holes := 0
		for _, x := range report.Systems { // the demonstration's own systems send too
			if x.System.ID == id(system) && x.Missing == 1 && x.Holes[0].From == 2 {
				holes++
			}
		}
		if holes != 1 {
			t.Errorf("%+v", report)
		}
		c.as(t, "digital").must("POST", "/api/v1/systems/"+id(system)+"/keys/"+id(key)+"/end", m{"reason": "换密钥"}, &key)
		if got := send("/api/v1/feed/cases", id(key), now, items, false); got.StatusCode != 401 {
			t.Errorf("an ended key: %d", got.StatusCode)
		}
	})
}
