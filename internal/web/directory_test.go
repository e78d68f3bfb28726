package web_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/web"
)

const (
	guideCode = "11350102YX0100017G4350131901001"
	foodType  = "11350000YX0000016Q012"
	// evil is what a name in the database could be, if somebody managed to enter it.
	evil = `<script>alert(1)</script>"'>`
)

// directory holds a little of everything, and remembers what it was asked.
type directory struct {
	guides  web.GuideQuery
	list    web.ListQuery
	asked   int
	rows    int // of each list
	failing bool
}

func (d *directory) answer() error {
	d.asked++
	if d.failing {
		return errors.New("database gone")
	}
	return nil
}

func foodRow() web.GuideRow {
	return web.GuideRow{Code: guideCode, Name: web.Text{Zh: "食品经营许可（新办）", En: "Food permit (new)"}, Unit: web.Text{Zh: "鼓楼区市场监督管理局"},
		Level: 4, Audience: "legal", Days: 10, Fetched: 2, Papers: 1}
}

func (d *directory) Guides(_ context.Context, q web.GuideQuery) (web.Found[web.GuideRow], error) {
	d.guides = q
	if q.Words == "没有" {
		return web.Found[web.GuideRow]{}, d.answer()
	}
	rows := []web.GuideRow{foodRow()}
	for len(rows) < q.Limit && len(rows) < d.rows {
		rows = append(rows, foodRow())
	}
	return web.Found[web.GuideRow]{Items: rows, Total: max(1, d.rows)}, d.answer()
}

func (d *directory) Guide(_ context.Context, code string) (web.GuideView, error) {
	if code != guideCode {
		return web.GuideView{}, errs.New(errs.NotFound, "matter.unknown")
	}
	return web.GuideView{
		GuideRow: foodRow(), Basis: []string{"中华人民共和国食品安全法 第三十五条"}, Conditions: []string{"有固定场所" + evil}, LegalDays: 20,
		Place: "鼓楼区政务服务中心", Phone: "0591-00000000", ResultType: &web.TypeRef{Code: foodType, Name: food},
		Process: []web.GuideStep{{Name: web.Text{Zh: "受理", En: "Acceptance"}, Who: web.Text{Zh: "窗口", En: "Desk"}}},
		Materials: []web.GuideMaterial{
			{Name: web.Text{Zh: "营业执照"}, Required: true, Exempt: true, Party: web.Text{Zh: "申请人", En: "applicant"}, Sources: []web.GuideSource{{
				Type: web.TypeRef{Code: "11350000YX0000016Q001", Name: web.Text{Zh: "营业执照", En: "Business license"}},
				From: web.Text{Zh: "市场监督管理局"}, Fields: []web.Text{{Zh: "市场主体名称", En: "Name"}, {Zh: "住所", En: "Address"}}}}},
			{Name: web.Text{Zh: "平面图" + evil}, Required: true, Form: "原件", Copies: 1, Why: "没有电子证照"},
		},
		Elsewhere: []web.GuideRow{{Code: "11350103YX011001274350131901001", Unit: web.Text{Zh: "台江区市场监督管理局"}, Level: 4}},
	}, d.answer()
}

func (d *directory) Events(_ context.Context, words, _ string) ([]web.EventRow, error) {
	if words != "新生儿" {
		return nil, d.answer()
	}
	return []web.EventRow{{Code: "newborn", Name: web.Text{Zh: "新生儿出生一件事" + evil, En: "A child is born"}, Summary: web.Text{Zh: "填一张表"},
		Steps: []web.GuideRow{foodRow()}}}, d.answer()
}

func (d *directory) Regions(context.Context) ([]web.Choice, error) {
	return []web.Choice{{Value: "350102", Text: web.Text{Zh: "鼓楼区", En: "Gulou"}}}, nil
}

func (d *directory) lines(q web.ListQuery) (web.Found[web.ListRow], error) {
	d.list = q
	f := web.Found[web.ListRow]{Total: d.rows}
	for i := q.Offset; i < d.rows && len(f.Items) < q.Limit; i++ {
		f.Items = append(f.Items, web.ListRow{
			Type: web.TypeRef{Code: foodType, Name: food}, Matter: web.Text{Zh: fmt.Sprintf("=事项,%d\"", i)}, Guide: guideCode,
			Unit: web.Text{Zh: "鼓楼区市场监督管理局"}, Level: 4, Audience: "legal", Basis: "食品安全法", Since: noon,
		})
	}
	return f, d.answer()
}

func (d *directory) Exempt(_ context.Context, q web.ListQuery) (web.Found[web.ListRow], error) {
	return d.lines(q)
}

func (d *directory) Inspections(_ context.Context, q web.ListQuery) (web.Found[web.ListRow], error) {
	return d.lines(q)
}

func hotel() web.ScenarioRow {
	return web.ScenarioRow{Code: "hotel", Name: web.Text{Zh: "酒店入住", En: "Hotel check-in"}, Audience: "natural", Verifiers: 2,
		Types: []web.TypeRef{{Code: foodType, Name: food}}}
}

func (d *directory) Scenarios(_ context.Context, q web.ListQuery) (web.Found[web.ScenarioRow], error) {
	d.list = q
	return web.Found[web.ScenarioRow]{Items: []web.ScenarioRow{hotel()}, Total: 1}, d.answer()
}

func (d *directory) Scenario(_ context.Context, code string) (web.ScenarioView, error) {
	if code != "hotel" {
		return web.ScenarioView{}, errs.New(errs.NotFound, "page.unknown")
	}
	return web.ScenarioView{ScenarioRow: hotel(), Basis: "旅馆业治安管理办法", Since: noon, Terms: web.Text{Zh: "只用于登记" + evil},
		Shown:    []web.GuideSource{{Type: web.TypeRef{Code: foodType, Name: food}, Fields: []web.Text{{Zh: "姓名", En: "Name"}}}},
		Enrolled: []web.Verifier{{Name: web.Text{Zh: "榕城旅馆"}, Until: noon}}}, d.answer()
}

func licenseRow() web.LicenseRow {
	return web.LicenseRow{Code: foodType, Name: food, Definer: web.Text{Zh: "省市场监督管理局"}, Holders: "legal", Matters: 40, Scenarios: 1}
}

func (d *directory) Licenses(_ context.Context, q web.ListQuery) (web.Found[web.LicenseRow], error) {
	d.list = q
	return web.Found[web.LicenseRow]{Items: []web.LicenseRow{licenseRow()}, Total: 1}, d.answer()
}

func (d *directory) License(_ context.Context, code string) (web.LicenseView, error) {
	if code != foodType {
		return web.LicenseView{}, errs.New(errs.NotFound, "type.unknown")
	}
	return web.LicenseView{LicenseRow: licenseRow(), Basis: "食品安全法" + evil, Issuers: []web.Text{{Zh: "鼓楼区市场监督管理局"}},
		UsedIn: []web.GuideRow{foodRow()}, ShownIn: []web.ScenarioRow{hotel()}}, d.answer()
}

func TestDirectoryPagesAreOpenToAll(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.directory.rows = 40
	for path, want := range map[string][2]string{
		"/guides":                  {"办事指南", "Service guides"},
		"/guides/" + guideCode:     {"免提交 · 自动获取", "Not to be submitted · fetched for you"},
		"/lists/exempt":            {"免提交证照清单", "Licenses not to be submitted"},
		"/lists/inspection":        {"检查清单", "Inspection list"},
		"/scenarios":               {"酒店入住", "Hotel check-in"},
		"/scenarios/hotel":         {"对方会看到什么", "What the other side sees"},
		"/licenses":                {"有哪些电子证照", "Which licenses there are"},
		"/licenses/" + foodType:    {"办这些事，不用带它", "Matters that fetch it for you"},
		"/":                        {"查指南", "Published for everybody"},
		"/guides?type=" + foodType: {"只列出会自动获取这种证照的事项", "Only matters that fetch this license"},
	} {
		for i, lang := range []string{"zh", "en"} {
			a := s.get(path, "Cookie", "yx_lang="+lang)
			if a.StatusCode != 200 || !strings.Contains(a.body, want[i]) {
				t.Errorf("%s in %s: %d, lacks %q", path, lang, a.StatusCode, want[i])
			}
			if len(a.body) > 100<<10 || strings.Contains(a.body, "<script") || strings.Contains(a.body, "onclick") || strings.Count(a.body, "<h1") != 1 {
				t.Errorf("%s: %d bytes, or a script, or not one heading", path, len(a.body))
			}
		}
	}
}

func TestGuideSaysWhatIsFetchedAndFromWhom(t *testing.T) {
	t.Parallel()
	a := open(t).get("/guides/" + guideCode)
	for _, part := range []string{
		"<h1>食品经营许可（新办）</h1>", "/licenses/11350000YX0000016Q001", "，来自市场监督管理局", "市场主体名称、住所", "获取不到怎么办", "属于违规",
		"平面图&lt;script&gt;", "没有电子证照", "10个工作日", "20个工作日", "第三十五条", "鼓楼区政务服务中心", "不收费", "台江区市场监督管理局",
	} {
		if !strings.Contains(a.body, part) {
			t.Errorf("the guide lacks %s", part)
		}
	}
}

func TestSearchTakesOnlyWhatItKnows(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.directory.rows = 95
	a := s.get("/guides?q=+spjy++xb+&level=3&region=350102&for=legal&page=2&extra=1")
	if q := s.directory.guides; q != (web.GuideQuery{Words: "spjy xb", Level: 3, Region: "350102", Audience: "legal", Offset: 30, Limit: 30}) {
		t.Errorf("asked for %+v", q)
	}
	kept := "for=legal&amp;lang=en&amp;level=3&amp;page=2&amp;q=spjy&#43;xb&amp;region=350102"
	if !strings.Contains(a.body, kept) || strings.Contains(a.body, "extra") {
		t.Error("switching the language loses the search, or keeps what is no part of it")
	}
	if !strings.Contains(a.body, `rel="prev"`) || !strings.Contains(a.body, `rel="next"`) || !strings.Contains(a.body, `value="spjy xb"`) {
		t.Error("no way to the other pages")
	}
	for _, bad := range []string{"level=9&for=robots&page=-1&region=../x", "level=&page=abc&region=%00", "page=999999999999&region=a'b"} {
		s.get("/guides?" + bad)
		if q := s.directory.guides; q != (web.GuideQuery{Limit: 30}) {
			t.Errorf("%s asks for %+v", bad, q)
		}
	}
	before := s.directory.asked
	for _, words := range []string{strings.Repeat("字", 61), "a\x00b", "\xff"} {
		a := s.get("/guides?q=" + url.QueryEscape(words))
		if a.StatusCode != 200 || !strings.Contains(a.body, "没有找到") || s.directory.asked != before {
			t.Errorf("%q: %d, asked %d times", words[:2], a.StatusCode, s.directory.asked-before)
		}
	}
	if a := s.get("/guides?q=没有"); !strings.Contains(a.body, "换一个说法") {
		t.Error("finding nothing does not say how to go on")
	}
}

func TestDirectoryEscapesAndRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/guides", "/lists/exempt", "/lists/inspection", "/scenarios", "/licenses"} {
		a := s.get(path + "?q=" + url.QueryEscape(evil))
		if a.StatusCode != 200 || strings.Contains(a.body, "<script") || strings.Contains(a.body, `"'>"`) {
			t.Errorf("%s gives back what was asked as it is", path)
		}
	}
	for _, path := range []string{"/guides/" + guideCode, "/scenarios/hotel", "/licenses/" + foodType} {
		if a := s.get(path); !strings.Contains(a.body, "&lt;script&gt;") || strings.Contains(a.body, "<script") {
			t.Errorf("%s writes a text of the database as markup", path)
		}
	}
	for path, code := range map[string]string{
		"/guides/none": "matter.unknown", "/guides/" + url.PathEscape(evil): "matter.unknown", "/guides/%00": "matter.unknown",
		"/scenarios/none": "page.unknown", "/licenses/none": "type.unknown", "/licenses/" + strings.Repeat("9", 50): "type.unknown",
		"/guides?type=none": "type.unknown", "/lists/other": "page.unknown",
	} {
		if a := s.get(path); a.StatusCode != 404 || !strings.Contains(a.body, code) {
			t.Errorf("%s: %d, want 404 %s", path, a.StatusCode, code)
		}
	}
	if a := s.get("/lists"); a.StatusCode != 303 || a.Header.Get("Location") != "/lists/exempt" {
		t.Errorf("/lists: %d", a.StatusCode)
	}
	s.directory.failing = true
	for _, path := range []string{"/guides", "/guides/" + guideCode, "/lists/exempt", "/lists/exempt.csv", "/lists/inspection.csv", "/scenarios", "/licenses"} {
		if a := s.get(path); a.StatusCode != 500 || strings.Contains(a.body, "database gone") || !strings.Contains(a.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s with the database down: %d", path, a.StatusCode)
		}
	}
}

func TestListsAreExportedWhole(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.directory.rows = 1203
	for _, path := range []string{"/lists/exempt", "/lists/inspection"} {
		a := s.get(path + "?q=sp&level=3&page=4")
		if !strings.Contains(a.body, path+".csv?level=3&amp;q=sp\"") {
			t.Errorf("%s does not lead to the file of this search", path)
		}
		a = s.get(path + ".csv?q=sp&level=3&page=4")
		if a.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(a.body, "\ufeff") || !strings.Contains(a.Header.Get("Content-Disposition"), ".csv") {
			t.Errorf("%s.csv: %v", path, a.Header)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 1204 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		want := []string{"食品经营许可证", foodType, "'=事项,1202\"", guideCode, "鼓楼区市场监督管理局", "县级", "企业和其他组织", "", "食品安全法", "2026-03-02"}
		if got := rows[1203]; strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("the last row is %v", got)
		}
		if q := s.directory.list; q.Words != "sp" || q.Level != 3 {
			t.Errorf("the file does not keep to the search: %+v", q)
		}
	}
	if a := s.get("/lists/exempt.csv?lang=en"); !strings.Contains(a.body, "License,Type code,Matter") {
		t.Error("no English head")
	}
}

// A life event that a search finds stands above the matters, with its matters in order and the way to apply.
func TestGuidesShowLifeEvents(t *testing.T) {
	t.Parallel()
	s := open(t)
	for path, want := range map[string]bool{
		"/guides?q=新生儿": true, "/guides?q=食品": false, "/guides?q=新生儿&page=2": false, "/guides?q=新生儿&level=3": false,
	} {
		body := s.get(path).body
		if got := strings.Contains(body, `href="/h5/events/newborn"`); got != want {
			t.Errorf("%s: shown %v, want %v", path, got, want)
		}
		if strings.Contains(body, evil) {
			t.Errorf("%s: not escaped", path)
		}
	}
}
