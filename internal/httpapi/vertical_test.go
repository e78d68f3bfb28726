package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// ISS-5, ISS-11: the reference system pushes through the signed interface with every fault it knows, begins again in the
// middle, and the day agrees; what drifts is found, and what a person asks for comes again.
func TestVerticalSystemPushesSigned(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		system := m{}
		c.as(t, "digital").must("POST", "/api/v1/systems", m{"unitId": "11350100YX00102060", "name": "垂管测试系统", "connection": "api", "since": "2026-01-01",
			"health": "ok", "matters": []string{}, "reason": "接入"}, &system)
		signer, public := sm2Pair(t)
		key := m{}
		c.as(t, "digital").must("POST", "/api/v1/systems/"+id(system)+"/keys", m{"publicKey": public, "reason": "登记公钥"}, &key)
		v := &reference.Vertical{Department: reference.Department{Base: c.url, KeyID: id(key), Signer: signer, Clock: c.App.Clock}}
		owner, _ := c.City.Cast("owner")
		now := c.App.Clock.Now()
		today := now.In(clock.Shanghai).Format(time.DateOnly)
		for _, n := range []string{"1", "2", "3", "4"} {
			p := reference.Push{LicenseKey: "T-" + n, At: now.Add(-time.Minute), Action: "issue", TypeCode: c.TypeCode(t, "tax-proof"), Number: "35202699000" + n,
				Holders: []reference.Applicant{{Code: owner.Code, Name: owner.Name}}, IssuedOn: today, Fields: map[string]string{"KZ_SZ": "印花税", "KZ_PM": "产权转移书据",
					"KZ_SSQ": "2026-01", "KZ_RKRQ": "2026-02-05", "KZ_JE": "120.00", "KZ_HJDX": "壹佰贰拾元整", "KZ_HJ": "120.00"}}
			v.Enter(p)
			v.Enter(reference.Push{LicenseKey: p.LicenseKey, At: p.At, Action: "change", Fields: p.Fields, IssuedOn: today})
			v.Enter(reference.Push{LicenseKey: p.LicenseKey, At: p.At, Action: "end", Cause: "cancelled", Ground: "税注1号"})
		}
		if _, err := v.Send(t.Context(), reference.PushFaults{Repeat: true, Shuffle: true, Drop: 4, Seed: 3}); err != nil {
			t.Fatal(err)
		}
		if d, err := v.Reconcile(t.Context(), today); err != nil || d.Agrees || len(d.Differences) == 0 {
			t.Errorf("with lost messages: %+v, %v", d, err)
		}
		again := &reference.Vertical{Department: v.Department, Record: v.Record} // it has restarted
		if _, err := again.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d, err := again.Reconcile(t.Context(), today); err != nil || !d.Agrees || d.Ours != 12 {
			t.Errorf("after sending again: %+v, %v", d, err)
		}
		again.Record[0].Fingerprint = strings.Repeat("0", 64)
		if d, err := again.Reconcile(t.Context(), today); err != nil || d.Agrees || len(d.Differences) != 1 || d.Differences[0].Kind != "different" {
			t.Errorf("drifted: %+v, %v", d, err)
		}
		at := "/api/v1/vertical/systems/" + id(system)
		c.as(t, "digital").must("POST", at+"/replay", m{"licenseKey": "T-2", "fromSeq": 2, "reason": "核对"}, &m{})
		c.as(t, "digital").must("POST", at+"/retry", m{"reason": "核对"}, nil)
		if told, err := again.Settle(t.Context()); err != nil || told["repeated"] != 2 {
			t.Errorf("%v, %v", told, err)
		}
		if got := c.as(t, clerk).do("POST", at+"/retry", m{"reason": "核对"}); got.StatusCode != 403 {
			t.Errorf("a clerk: %d", got.StatusCode)
		}
		var list struct {
			Items []struct {
				System                    struct{ ID string }
				Licenses, Applied, Parked int
				Wishes                    int
			}
		}
		c.as(t, "digital").must("GET", "/api/v1/vertical/systems", nil, &list)
		for _, x := range list.Items {
			if x.System.ID == id(system) && (x.Licenses != 4 || x.Applied != 12 || x.Parked != 0 || x.Wishes != 0) {
				t.Errorf("%+v", x)
			}
		}
		var one struct {
			Open []any
			Days []struct{ Agrees bool }
		}
		c.as(t, "digital").must("GET", at, nil, &one)
		if len(one.Open) != 0 || len(one.Days) != 1 {
			t.Errorf("%+v", one)
		}
	})
}
