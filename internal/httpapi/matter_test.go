package httpapi_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

// A unit binds a material, proposes an entry of the 免提交 list, tries it; the digital office publishes it, and
// everybody finds it by initials and takes it away as a table.
func TestMattersThroughTheInterface(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		const firm = "11350000YX0000016Q001"
		s := newCity(t, url)
		officer, digital, office, public := s.as(t, "gl-scjg-catalog"), s.as(t, "digital"), s.as(t, "matters"), s.as(t, "")

		var bound struct{ Items []httpapi.MaterialBinding }
		officer.must("GET", "/api/v1/matters/"+foodMatter+"/bindings", nil, &bound)
		binding := m{"decision": "bound", "bindings": []m{{"type": firm, "fields": []string{"CZZT"}}}, "party": "applicant",
			"stages": []string{"accept"}, "version": bound.Items[3].Version, "reason": "试绑"}
		var one httpapi.MaterialBinding
		officer.must("PUT", "/api/v1/matters/"+foodMatter+"/materials/4/binding", binding, &one)
		if one.State != "bound" || one.Inherited || one.Type.Code != firm {
			t.Errorf("%+v", one)
		}
		if p := officer.do("PUT", "/api/v1/matters/"+foodMatter+"/materials/4/binding", binding).problem(t); p.Status != 409 {
			t.Errorf("the second editor: %d %s", p.Status, p.Code)
		}
		var sum struct{ Sum httpapi.Coverage }
		office.must("GET", "/api/v1/coverage?by=unit", nil, &sum)
		if c := sum.Sum; c.Total == 0 || c.Bound+c.Plain+c.Open != c.Total {
			t.Errorf("%+v", c)
		}

		var e httpapi.Exemption
		entry := m{"type": firm, "unit": unitID, "matter": foodMatter}
		officer.must("POST", "/api/v1/exemptions", m{"entry": entry, "reason": "免提交"}, &e)
		office.must("POST", "/api/v1/trials", m{"exemption": entry}, &httpapi.Trial{})
		if p := public.do("GET", "/api/v1/exemptions?state=proposed", nil).problem(t); p.Status != 401 {
			t.Errorf("what is proposed is shown to nobody: %d", p.Status)
		}
		digital.must("POST", "/api/v1/exemptions/"+e.ID+"/publish", m{"version": e.Version, "reason": "同意"}, &e)
		var list struct {
			Items []httpapi.Exemption
			Total int
		}
		public.must("GET", "/api/v1/exemptions?q=yyzz&unit="+unitID+"&matter="+foodMatter, nil, &list)
		found := false
		for _, x := range list.Items {
			found = found || x.ID == e.ID && x.State == "published" && x.Matter.Code == foodMatter
		}
		if !found {
			t.Errorf("%+v", list)
		}
		if a := public.do("GET", "/api/v1/exemptions/export", nil); !strings.HasPrefix(a.body, "\ufeff证照类型代码,") || !strings.Contains(a.body, foodMatter) {
			t.Errorf("%.200s", a.body)
		}
		for _, path := range []string{"/api/v1/inspection-lists", "/api/v1/scenarios?audience=firm", "/api/v1/inspection-lists/export", "/api/v1/scenarios/export"} {
			if a := public.do("GET", path, nil); a.StatusCode != 200 {
				t.Errorf("%s: %s", path, a.body)
			}
		}
	})
}
