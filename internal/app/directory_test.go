package app_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// The public pages read what the platform holds, on either database, and ask nobody who they are.
func TestPublicPagesTellWhatIsConfigured(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		h, err := w.Handler()
		if err != nil {
			t.Fatal(err)
		}
		get := func(path string) string {
			t.Helper()
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
			if rec.Code != 200 {
				t.Fatalf("%s: %d", path, rec.Code)
			}
			return rec.Body.String()
		}
		permit := w.TypeCode(t, "food-permit")
		business := w.TypeCode(t, "business-license")
		for path, parts := range map[string][]string{
			"/guides?q=spjyxk": {"食品经营许可（新办）", "项免提交"},
			"/guides?q=食品&level=4&region=350102&for=legal": {"食品经营许可（新办）"},
			"/guides?region=350100&type=" + business:       {"食品经营许可（新办）", "只列出会自动获取这种证照的事项"},
			"/guides/11350102YX0100017G4350131901001":      {"免提交 · 自动获取", "只读取：", fmt.Sprintf("/licenses/%s", business), fmt.Sprintf("/licenses/%s", permit), "台江区"},
			"/licenses?q=yyzz":                             {"营业执照", "个事项免提交"},
			"/licenses/" + business:                        {"办这些事，不用带它", "食品经营许可（新办）"},
		} {
			body := get(path)
			for _, part := range parts {
				if !strings.Contains(body, part) {
					t.Errorf("%s lacks %s", path, part)
				}
			}
		}
		for _, path := range []string{"/guides?q=hunyindengji-nowhere", "/guides?level=2&region=350102", "/licenses?q=zzzz"} {
			if !strings.Contains(get(path), "没有找到") {
				t.Errorf("%s finds something", path)
			}
		}
	})
}

// What is published stands on the pages of the lists; what is only proposed does not.
func TestPublicListsTellWhatIsPublished(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		digital := w.Actor(t, "digital")
		business, identity := w.TypeCode(t, "business-license"), w.TypeCode(t, "identity-card")
		enter := func(l matter.Listing, publish bool) string {
			t.Helper()
			var id string
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				var err error
				if id, err = w.Matters.Propose(ctx, tx, digital, "试验", l); err != nil || !publish {
					return err
				}
				return w.Matters.Publish(ctx, tx, change.Of(digital, "试验"), l.List, id, 1, time.Time{})
			})
			return id
		}
		shown := []matter.Binding{{Type: identity, Fields: []string{"CZZT"}}}
		enter(matter.Listing{List: matter.ListExempt, Exemption: &matter.Exemption{Type: business, Region: "350100", Note: "试验说明"}}, true)
		enter(matter.Listing{List: matter.ListExempt, Exemption: &matter.Exemption{Type: identity, Region: "350103"}}, false)
		id := enter(matter.Listing{List: matter.ListScenario, Scenario: &matter.Scenario{Code: "test-library", Name: "试验图书馆", NameEn: "Test library",
			Audience: "person", Basis: "公共图书馆法", Types: shown}}, true)
		enter(matter.Listing{List: matter.ListScenario, Scenario: &matter.Scenario{Code: "test-secret", Name: "试验未公布", Audience: "person",
			Basis: "无", Types: shown}}, false)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Matters.Enrol(ctx, tx, change.Of(digital, "试验"), id, matter.Verifier{Unit: "11350102YX0100009M"})
		})
		h, err := w.Handler()
		if err != nil {
			t.Fatal(err)
		}
		get := func(path string) (int, string) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
			return rec.Code, rec.Body.String()
		}
		for path, part := range map[string]string{
			"/lists/exempt?q=yyzz":                    "2026年3月2日",
			"/lists/exempt.csv?q=yyzz":                "试验说明",
			"/scenarios?q=sytsg":                      "试验图书馆",
			"/scenarios/test-library":                 "鼓楼区人民政府",
			"/scenarios/test-library?lang=en":         "Holder",
			"/licenses/" + identity:                   "试验图书馆",
			"/guides/11350102YX0100017G4350131901001": "属于违规",
			"/lists/inspection":                       "检查清单",
		} {
			if code, body := get(path); code != 200 || !strings.Contains(body, part) {
				t.Errorf("%s: %d, lacks %s", path, code, part)
			}
		}
		if _, body := get("/scenarios?q=sywgb"); strings.Contains(body, "试验未公布") {
			t.Error("a proposed scenario is told to everybody")
		}
		if code, _ := get("/scenarios/test-secret"); code != 404 {
			t.Errorf("a proposed scenario: %d", code)
		}
		if code, body := get("/api/v1/exemptions?q=yyzz"); code != 200 || !strings.Contains(body, "试验说明") {
			t.Errorf("the interface does not tell everybody the published list: %d", code)
		}
	})
}
