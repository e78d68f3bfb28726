package httpapi_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

const foodType = "11350000YX0000016Q012"

// The next version of a type through the interface: prepared, previewed, checked, reviewed, published, compared; a
// new one refused for its name; claims; two editors at once.
func TestTypesThroughTheInterface(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		author, digital, nobody := c.as(t, "fj-scjg-catalog"), c.as(t, "digital"), c.as(t, "")
		var list struct {
			Items []httpapi.TypeRow
			Total int
		}
		nobody.must("GET", "/api/v1/types?q=spjyxkz", nil, &list)
		if list.Total != 1 || list.Items[0].Code != foodType || !list.Items[0].Faced {
			t.Fatalf("found %+v", list)
		}
		var detail httpapi.TypeDetail
		author.must("GET", "/api/v1/types/"+foodType, nil, &detail)
		if !detail.MayDraft || !detail.MayWithdraw || len(detail.Versions) != 1 || !detail.Versions[0].InEffect || len(detail.ClaimedBy) == 0 {
			t.Errorf("detail %+v", detail.TypeRow)
		}

		var x httpapi.TypeDraft
		author.must("POST", "/api/v1/type-drafts", m{"typeCode": foodType, "reason": "法规修订"}, &x)
		path := "/api/v1/type-drafts/" + x.ID
		next := x.Draft
		next.Validity.Years, next.Basis = 3, "《中华人民共和国食品安全法》"
		var saved httpapi.TypeDraft
		author.must("PUT", path, m{"version": x.Version, "type": next}, &saved)
		if len(saved.Changes) != 2 || saved.Base == nil || saved.Base.Validity.Years != 5 || !saved.MayEdit || saved.MayReview {
			t.Errorf("changes %+v", saved.Changes)
		}
		if p := author.do("PUT", path, m{"version": x.Version, "type": next}).problem(t); p.Status != 409 || p.Code != "conflict" {
			t.Errorf("the second editor: %d %s", p.Status, p.Code)
		}
		if p := c.as(t, "gl-scjg-catalog").do("PUT", path, m{"version": saved.Version, "type": next}).problem(t); p.Status != 403 {
			t.Errorf("another unit: %d %s", p.Status, p.Code)
		}

		var shown struct {
			SVG      string
			Values   map[string]string
			Findings []httpapi.TypeFinding
		}
		author.must("POST", "/api/v1/types/preview", m{"type": next, "values": m{"KZ_FDDBR": "林榕"}}, &shown)
		if !strings.HasPrefix(shown.SVG, "<svg") || shown.Values["KZ_FDDBR"] != "林榕" || len(shown.Findings) != 0 {
			t.Errorf("preview of %d bytes, %+v", len(shown.SVG), shown.Findings)
		}
		next.Fields[1].MaxLen, next.Secrecy = 900, ""
		author.must("POST", "/api/v1/types/gate", m{"type": next}, &shown)
		if len(shown.Findings) == 0 || shown.Findings[0].Object == nil {
			t.Errorf("gate %+v", shown.Findings)
		}
		next.Secrecy = "秘密"
		if p := author.do("PUT", path, m{"version": saved.Version, "type": next}).problem(t); p.Code != "type.classified" || p.Errors[0].Field != "secrecy" {
			t.Errorf("classified: %s", p.Code)
		}
		next = saved.Draft
		for i := range next.Fields { // whatever its face was given, let it pass the gate
			if next.Fields[i].Type == "text" {
				next.Fields[i].MaxLen = min(next.Fields[i].MaxLen, 30)
			}
		}
		author.must("PUT", path, m{"version": saved.Version, "type": next}, &saved)
		if len(saved.Findings) != 0 {
			t.Fatalf("findings %+v", saved.Findings)
		}
		author.must("POST", path+"/submit", m{"version": saved.Version, "reason": "请审核"}, &saved)
		digital.must("GET", path, nil, &saved)
		if !saved.MayReview || saved.State != "submitted" {
			t.Errorf("state %s, may review %v", saved.State, saved.MayReview)
		}
		digital.must("POST", path+"/review", m{"version": saved.Version, "outcome": "publish", "reason": "同意"}, nil)

		var diff struct{ Items []httpapi.TypeChange }
		nobody.must("GET", "/api/v1/types/"+foodType+"/diff?from=1&to=2", nil, &diff)
		if len(diff.Items) < 2 {
			t.Errorf("diff %+v", diff.Items)
		}
		nobody.must("GET", "/api/v1/types/"+foodType, nil, &detail)
		if detail.Version != 2 || detail.Type.Validity.Years != 3 || detail.MayDraft || detail.DraftID != "" {
			t.Errorf("published %+v", detail.TypeRow)
		}
		c.claims(t)
		c.standards(t)
	})
}

func (c *city) claims(t *testing.T) {
	t.Helper()
	issuer, path := c.as(t, "gl-scjg-catalog"), "/api/v1/types/"+foodType
	var detail httpapi.TypeDetail
	issuer.must("POST", path+"/unclaim", m{"reason": "职能调整"}, &detail)
	if detail.Mine || !detail.MayClaim {
		t.Error("still claimed")
	}
	if p := issuer.do("POST", path+"/unclaim", m{"reason": "职能调整"}).problem(t); p.Code != "claim.none" {
		t.Errorf("unclaimed twice: %s", p.Code)
	}
	for range 2 {
		issuer.must("POST", path+"/claim", m{"reason": "恢复"}, &detail)
	}
	if !detail.Mine {
		t.Error("not claimed")
	}
	if p := issuer.do("POST", path+"/withdraw", m{"entryVersion": detail.EntryVersion, "reason": "试试"}).problem(t); p.Code != "type.not-keeper" {
		t.Errorf("withdrawn by an issuer: %s", p.Code)
	}
}

func (c *city) standards(t *testing.T) {
	t.Helper()
	digital, path := c.as(t, "digital"), "/api/v1/standards/C%200293%E2%80%942024"
	body := m{"version": 0, "title": "食品经营许可证", "publishedOn": "2024-06-01", "effectiveOn": "2024-12-01", "dueOn": "2026-12-31", "typeCodes": []string{foodType}, "reason": "国家发布"}
	var s httpapi.Standard
	digital.must("PUT", path, body, &s)
	if len(s.Types) != 1 || s.Types[0].Stage != "pending" || s.Types[0].Licenses == 0 || s.Types[0].Reissued != 0 {
		t.Errorf("standard %+v", s)
	}
	if p := digital.do("PUT", path, body).problem(t); p.Status != 409 {
		t.Errorf("put twice: %d", p.Status)
	}
	var list struct{ Total int }
	digital.must("GET", "/api/v1/standards?q=0293", nil, &list)
	if list.Total != 1 {
		t.Errorf("%d standards", list.Total)
	}
}
