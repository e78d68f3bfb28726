package httpapi_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

const unitHeadings = "统一社会信用代码,机构名称,层级,行政区划代码,上级机构代码\n"

func importPath(kind, mode string) string {
	return "/api/v1/imports?" + url.Values{"kind": {kind}, "mode": {mode}, "reason": {"初始化机构"}, "fileName": {"机构.csv"}}.Encode()
}

// A spreadsheet goes in row by row; what is wrong comes back as a spreadsheet, is corrected and goes in again.
func TestImportOverTheInterface(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, u string) {
		c := newCity(t, u)
		admin := c.as(t, "admin")
		run := func(file []byte) (got httpapi.Import) {
			t.Helper()
			admin.must("POST", importPath("units", "each"), file, &got)
			if got.State != "checking" || got.By == "" {
				t.Errorf("%+v", got)
			}
			if err := c.App.Imports.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
			admin.must("GET", "/api/v1/imports/"+got.ID, nil, &got)
			return got
		}
		good := "11350102YX900001" // its check characters are added below
		code := goodUSCC(t, good)
		got := run([]byte(unitHeadings + code + ",鼓楼区导入局,县级,350102,\n" + code[:17] + "A,鼓楼区错码局,县级,350102,\n11350102,鼓楼区短码局,县级,102,\n"))
		if got.State != "done" || got.Changed != 1 || got.Failed != 2 || !got.HasErrors {
			t.Errorf("%+v", got)
		}
		var faults struct {
			Items []httpapi.ImportFault
			Total int
		}
		admin.must("GET", "/api/v1/imports/"+got.ID+"/faults", nil, &faults)
		if faults.Total != 3 || faults.Items[0].Row != 3 || faults.Items[0].Column != "统一社会信用代码" || faults.Items[0].Code != "code.uscc" {
			t.Errorf("%+v", faults)
		}
		errors := admin.do("GET", "/api/v1/imports/"+got.ID+"/errors", nil)
		book, err := sheet.Open([]byte(errors.body), sheet.Standard)
		if err != nil || !strings.Contains(errors.Header.Get("Content-Disposition"), "errors-units.xlsx") {
			t.Fatal(err)
		}
		lines := 0
		for _, err := range book.Rows(0) {
			if err != nil {
				t.Fatal(err)
			}
			lines++
		}
		if lines != 3 {
			t.Errorf("%d lines in the file of errors", lines)
		}
		if again := run([]byte(errors.body)); again.Total != 2 || again.Failed != 2 {
			t.Errorf("the file of errors again: %+v", again)
		}
		var list struct {
			Items []httpapi.Import
			Total int
		}
		admin.must("GET", "/api/v1/imports?kind=units", nil, &list)
		if list.Total != 2 || len(list.Items) != 2 {
			t.Errorf("%+v", list)
		}
		importRefusals(t, c, got.ID)
	})
}

func goodUSCC(t *testing.T, first string) string {
	t.Helper()
	organisation, err := gbcode.OrganizationCheckChar(first[8:])
	if err != nil {
		t.Fatal(err)
	}
	last, err := gbcode.USCCCheckChar(first + string(organisation))
	if err != nil {
		t.Fatal(err)
	}
	return first + string(organisation) + string(last)
}

func importRefusals(t *testing.T, c *city, id string) {
	t.Helper()
	for _, x := range []struct {
		name, login, method, path string
		body                      any
		status                    int
		code                      string
	}{
		{"another role's kind", "matters", "POST", importPath("units", "each"), []byte(unitHeadings), 403, "denied"},
		{"a verifier", "hotel-verifier", "POST", importPath("units", "each"), []byte(unitHeadings), 403, "denied"},
		{"no reason", "admin", "POST", "/api/v1/imports?kind=units&mode=each", []byte(unitHeadings), 422, "body.invalid"},
		{"no such kind", "admin", "POST", importPath("licenses", "each"), []byte(unitHeadings), 422, "body.invalid"},
		{"other columns", "admin", "POST", importPath("units", "each"), []byte("a,b\n1,2\n"), 422, "sheet.heading.missing"},
		{"an old file", "admin", "POST", importPath("units", "all"), []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 422, "sheet.old"},
		{"too large", "admin", "POST", importPath("units", "all"), make([]byte, httpapi.MaxFile+2), 413, "body.too-large"},
		{"another unit's import", "matters", "GET", "/api/v1/imports/" + id, nil, 404, "import.unknown"},
		{"what has ended", "admin", "POST", "/api/v1/imports/" + id + "/steer", m{"action": "pause"}, 409, "import.ended"},
	} {
		if p := c.as(t, x.login).do(x.method, x.path, x.body).problem(t); p.Status != x.status || p.Code != x.code {
			t.Errorf("%s: %d %s, want %d %s", x.name, p.Status, p.Code, x.status, x.code)
		}
	}
	for _, kind := range []string{"units", "types", "matters", "regions"} {
		a := c.as(t, "admin").do("GET", "/api/v1/import-templates/"+kind, nil)
		if a.StatusCode != 200 || !bytes.HasPrefix([]byte(a.body), []byte("PK")) {
			t.Errorf("%s", fmt.Sprint(kind, a.StatusCode))
		}
	}
}
