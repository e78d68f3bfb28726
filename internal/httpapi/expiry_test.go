package httpapi_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// standing is how a license stands by each of the ways in which it can be looked at.
func (c *city) standing(t *testing.T, l made, file []byte) map[string]string {
	t.Helper()
	for login := range c.clients { // years pass in these tests: everybody signs in anew
		delete(c.clients, login)
	}
	var own, held, issued struct{ State string }
	var list struct{ Items []struct{ ID, State string } }
	var known struct{ Current *struct{ State string } }
	holder := c.as(t, "food-firm")
	holder.must("GET", "/api/v1/me/licenses/"+l.LicenseID, nil, &own)
	holder.must("GET", "/api/v1/me/licenses", nil, &list)
	for _, x := range list.Items {
		if x.ID == l.LicenseID {
			held.State = x.State
		}
	}
	c.as(t, clerk).must("GET", "/api/v1/licenses/"+l.Identifier, nil, &issued)
	c.as(t, "").must("POST", "/api/v1/verify", file, &known)
	if known.Current == nil {
		t.Fatal("the platform does not know its file")
	}
	return map[string]string{"its holder": own.State, "the list of the holder": held.State, "its issuer": issued.State, "whoever has the file": known.Current.State}
}

// 榕政办〔2018〕214号 第九条: at expiry a license becomes a historic version by itself, to the second, on every way, and
// with no job run. It ends with its last day in Beijing, whatever the zone of the server.
func TestExpiryToTheSecond(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		c.Clock.Move(time.Date(2028, 2, 29, 9, 0, 0, 0, clock.Shanghai).Sub(c.Clock.Now()))
		var l made
		entry := with(c.foodEntry(t, "food-firm", "2028-02-29"), m{"idempotencyKey": "expiry-0001"})
		c.as(t, clerk).must("POST", "/api/v1/makings", entry, &l)
		c.as(t, reviewer).must("POST", "/api/v1/makings/"+l.LicenseID+"/review", m{"outcome": "publish"}, &l)
		file := []byte(c.as(t, "food-firm").do("GET", "/api/v1/me/licenses/"+l.LicenseID+"/file", nil).body)

		end := time.Date(2033, 3, 1, 0, 0, 0, 0, clock.Shanghai) // five years less a day: 2033 has no 29 February
		c.Clock.Move(end.Add(-time.Second).Sub(c.Clock.Now()))
		for way, state := range c.standing(t, l, file) {
			if state != "valid" {
				t.Errorf("one second before its end %s sees %s", way, state)
			}
		}
		var shown struct{ URL string }
		holder := c.as(t, "food-firm")
		holder.must("POST", "/api/v1/me/licenses/"+l.LicenseID+"/presentations", m{}, &shown)
		code := shown.URL[strings.LastIndexAny(shown.URL, "/#=")+1:]
		c.Clock.Move(time.Second)
		var v struct{ Verdict, State string }
		c.as(t, "").must("POST", "/api/v1/presentations/"+code+"/check", m{}, &v)
		if v.Verdict != "ended" || v.State != "expired" {
			t.Errorf("a code shown one second before the end says %+v at the end", v)
		}
		for range 2 {
			for way, state := range c.standing(t, l, file) {
				if state != "expired" {
					t.Errorf("at %v %s sees %s", c.Clock.Now(), way, state)
				}
			}
			c.Clock.Move(time.Second)
		}
		if p := c.as(t, "food-firm").do("POST", "/api/v1/me/licenses/"+l.LicenseID+"/presentations", m{}).problem(t); p.Code != "license.not-in-force" {
			t.Errorf("an expired license is shown: %s", p.Code)
		}
	})
}

// The same on servers in other zones.
func TestExpiryInOtherZones(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "America/New_York"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestExpiryToTheSecond$/^sqlite$", "-test.v")
		cmd.Env = append(os.Environ(), "TZ="+zone)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestExpiryToTheSecond/sqlite") {
			t.Errorf("in %s: %v\n%s", zone, err, out)
		}
	}
}
