package httpapi_test

import (
	"encoding/json"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/verify"
)

// A second version changes two fields: a license of the first one is drawn, told and judged as before, under the
// version it was issued under. 榕政办〔2018〕214号 第六条、第十条.
func TestOldLicensesKeepTheirVersion(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		const firmType = "11350000YX0000016Q001"
		c := newCity(t, url)
		holder, author, digital := c.as(t, "food-firm"), c.as(t, "fj-scjg-catalog"), c.as(t, "digital")
		l := c.License(t, "food-firm", "business-license")
		path := "/api/v1/me/licenses/" + l.ID
		seen := func() (picture, file string, fields []httpapi.Item) {
			t.Helper()
			var detail struct{ Fields []httpapi.Item }
			holder.must("GET", path, nil, &detail)
			return holder.do("GET", path+"/preview", nil).body, holder.do("GET", path+"/file", nil).body, detail.Fields
		}
		picture, file, fields := seen()

		var x httpapi.TypeDraft
		author.must("POST", "/api/v1/type-drafts", m{"typeCode": firmType, "reason": "修订两项"}, &x)
		next, at := x.Draft, "/api/v1/type-drafts/"+x.ID
		next.Fields[0].Label, next.Fields[1].Label = "甲改名", "乙改名"
		author.must("PUT", at, m{"version": x.Version, "type": next}, &x)
		author.must("POST", at+"/submit", m{"version": x.Version, "reason": "请审核"}, &x)
		digital.must("POST", at+"/review", m{"version": x.Version, "outcome": "publish", "reason": "同意"}, nil)
		var diff struct{ Items []httpapi.TypeChange }
		digital.must("GET", "/api/v1/types/"+firmType+"/diff?from=1&to=2", nil, &diff)
		if len(diff.Items) != 2 {
			t.Errorf("the versions differ in %+v", diff.Items)
		}

		pictureNow, fileNow, fieldsNow := seen()
		if pictureNow != picture || fileNow != file {
			t.Error("the old license is drawn otherwise than before")
		}
		was, is := mustJSON(t, fields), mustJSON(t, fieldsNow)
		if was != is {
			t.Errorf("the old license is told as %s, was %s", is, was)
		}
		var r struct{ Verdict string }
		c.as(t, "").must("POST", "/api/v1/verify", []byte(fileNow), &r)
		if r.Verdict != verify.Valid {
			t.Errorf("the old license is judged %s", r.Verdict)
		}
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
