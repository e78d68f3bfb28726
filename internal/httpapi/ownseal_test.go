package httpapi_test

import (
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/verify"
)

// ownSeal is what these tests see of a seal that lives with a license.
type ownSeal struct {
	Kind, Owner, Code     string
	Made, CanMake, Usable bool
	Cause                 *struct{ Code string }
	Uses                  []struct{ Result, Digest string }
}

// contract is a document that nobody prepared for signatures.
func contract(t *testing.T, pages int) []byte {
	t.Helper()
	doc := &ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "购销合同", Created: time.Unix(1_700_000_000, 0)}
	for range pages {
		doc.Pages = append(doc.Pages, ofd.Page{Width: 210, Height: 297})
	}
	p, err := ofd.Build(doc)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// operated lets the issuer do something to a license: asked for by one, agreed to by another.
func (c *city) operated(t *testing.T, identifier, action, ground string) {
	t.Helper()
	c.pass(time.Second)
	var p lifePage
	c.as(t, clerk).must("POST", "/api/v1/licenses/"+identifier+"/operations", m{"action": action, "ground": ground}, &p)
	if p.Life.Open == nil {
		t.Fatalf("%s is not asked for", action)
	}
	c.as(t, reviewer).must("POST", "/api/v1/operations/"+p.Life.Open.OperationID+"/approve", m{"version": p.Life.Open.Version}, nil)
	c.pass(time.Second)
}

// SEAL-4: a firm has its seal made from its business license and signs a contract with it; suspended with the license the
// seal refuses at once, and signs again when the license is free.
func TestEnterpriseSealThroughTheInterface(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		l := c.License(t, "food-firm", "business-license")
		at, firm := "/api/v1/me/licenses/"+l.ID+"/seal", c.as(t, "food-firm")
		var x ownSeal
		firm.must("GET", at, nil, &x)
		if x.Kind != "enterprise" || x.Owner == "" || x.Made || !x.CanMake {
			t.Fatalf("before: %+v", x)
		}
		if p := firm.do("POST", at+"/signatures", contract(t, 1)).problem(t); p.Code != "seal.no-such" {
			t.Errorf("signing without a seal: %s", p.Code)
		}
		if p := c.as(t, "hotel").do("POST", at, nil).problem(t); p.Code != "license.unknown" {
			t.Errorf("another's license: %s", p.Code)
		}
		permit := c.License(t, "hotel", "public-place-hygiene")
		if p := c.as(t, "hotel").do("POST", "/api/v1/me/licenses/"+permit.ID+"/seal", nil).problem(t); p.Code != "seal.binds-none" {
			t.Errorf("a permit: %s", p.Code)
		}
		firm.must("POST", at, nil, &x)
		code := x.Code
		if firm.must("POST", at, nil, &x); !x.Made || !x.Usable || x.Code != code || code == "" {
			t.Fatalf("made: %+v", x)
		}
		c.signs(t, firm, at)
		for name, want := range map[string]string{"page=9": "seal.page", "page=1&corner=centre": ""} {
			if a := firm.do("POST", at+"/signatures?"+name, contract(t, 2)); want == "" && a.StatusCode != 200 || want != "" && a.problem(t).Code != want {
				t.Errorf("%s: %d", name, a.StatusCode)
			}
		}
		if p := firm.do("POST", at+"/signatures", []byte("PK no document")).problem(t); p.Code != "seal.document" {
			t.Errorf("no document: %s", p.Code)
		}
		signed := firm.do("POST", at+"/signatures", contract(t, 1))
		if p := firm.do("POST", at+"/signatures", []byte(signed.body)).problem(t); p.Code != "seal.closed" {
			t.Errorf("a closed document: %s", p.Code)
		}

		c.operated(t, l.Identifier, "suspended", "鼓市监限〔2026〕9号")
		if p := firm.do("POST", at+"/signatures", contract(t, 1)).problem(t); p.Code != "seal.bound" {
			t.Errorf("with a suspended license: %s", p.Code)
		}
		if firm.must("GET", at, nil, &x); x.Usable || x.Cause == nil || x.Cause.Code != "seal.bound" || x.Uses[0].Result != "refused" {
			t.Errorf("suspended: %+v", x)
		}
		c.operated(t, l.Identifier, "release", "鼓市监解〔2026〕9号")
		c.signs(t, firm, at)
		if firm.must("GET", at, nil, &x); !x.Usable || len(x.Uses) != 5 || x.Uses[0].Digest == "" {
			t.Errorf("free again: %+v", x)
		}
	})
}

// signs signs a contract and looks whether the seal holds.
func (c *city) signs(t *testing.T, firm *client, at string) {
	t.Helper()
	a := firm.do("POST", at+"/signatures", contract(t, 2))
	if a.StatusCode != 200 {
		t.Fatalf("sign: %d %s", a.StatusCode, a.body)
	}
	if r := c.App.VerifyFile([]byte(a.body)); r.Verdict != verify.Valid || len(r.Seals) != 1 {
		t.Errorf("%s: %v", r.Verdict, r.Causes)
	}
}
