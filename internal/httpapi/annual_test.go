package httpapi_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// The school of the demonstration has its registration inspected, from its phone to the reviewer's desk and back.
func TestAnnualInspectionOnline(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		school, clerk, second := c.as(t, "school"), c.as(t, "gl-mzj-clerk"), c.as(t, "gl-mzj-reviewer")
		var held struct {
			Items []struct{ ID, InspectBy string }
		}
		school.must("GET", "/api/v1/me/licenses", nil, &held)
		path := "/api/v1/me/licenses/" + held.Items[0].ID + "/inspection"
		var cycle struct {
			Due      string
			MayApply bool
			Items    []struct{ ID, Step, Finding string }
		}
		school.must("GET", path, nil, &cycle)
		if cycle.Due != held.Items[0].InspectBy || !cycle.MayApply || len(cycle.Items) != 0 {
			t.Fatalf("before: %+v", cycle)
		}
		var due struct {
			Items []struct{ Identifier, Day string }
			Total int
		}
		clerk.must("GET", "/api/v1/due-licenses?show=inspection", nil, &due)
		if due.Total != 1 || due.Items[0].Day != cycle.Due {
			t.Errorf("due: %+v", due)
		}
		school.must("POST", path, m{"statement": "没有变化"}, &cycle)
		school.refused("POST", path, m{"statement": ""}, 409, "inspect.open")

		var list struct{ Items []struct{ ID string } }
		clerk.must("GET", "/api/v1/annual-inspections", nil, &list)
		one := "/api/v1/annual-inspections/" + list.Items[0].ID
		var detail struct {
			Step, Statement       string
			Version               int64
			MayExamine, MayReview bool
		}
		clerk.must("GET", one, nil, &detail)
		if detail.Statement != "没有变化" || !detail.MayExamine || detail.MayReview {
			t.Fatalf("on the desk: %+v", detail)
		}
		c.as(t, clerkOfOther).refused("GET", one, nil, 404, "inspect.unknown")
		clerk.must("POST", one+"/examine", m{"version": detail.Version, "passes": true, "finding": "符合要求"}, &detail)
		clerk.refused("POST", one+"/review", m{"version": detail.Version, "agrees": true, "reason": ""}, 403, "denied")
		school.must("GET", path, nil, &cycle)
		if detail.Step != "examined" || cycle.Items[0].Finding != "" {
			t.Errorf("before the review: %+v, the holder reads %+v", detail, cycle.Items)
		}
		second.must("POST", one+"/review", m{"version": detail.Version, "agrees": true, "reason": ""}, &detail)
		school.must("GET", path, nil, &cycle)
		if detail.Step != "passed" || cycle.Items[0].Finding != "符合要求" || cycle.Due <= held.Items[0].InspectBy {
			t.Errorf("after: %+v, %+v", detail, cycle)
		}
	})
}

// clerkOfOther is a clerk of another unit.
const clerkOfOther = "gl-scjg-clerk"
