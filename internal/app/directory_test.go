package app_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

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
