package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// weighty are the operations that need a strong confirmation.
var weighty = []string{"addSystemKey", "changeSeal", "createAccount", "createMandate", "decideSealRequest", "endMandate", "endSystemKey", "giveSealMandate",
	"makeSeals", "orderReseal", "removeFactor", "resetPassword", "reviewBatch", "standInForSeals", "startAccount", "updateAccount"}

func TestWhatWeighsMuchNeedsAConfirmation(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		var doc struct {
			Paths map[string]map[string]struct {
				OperationID string `json:"operationId"`
				Confirm     bool   `json:"x-confirm"`
			}
		}
		if err := json.Unmarshal([]byte(c.as(t, "").do("GET", "/openapi.json", nil).body), &doc); err != nil {
			t.Fatal(err)
		}
		marked := map[string]bool{}
		for _, item := range doc.Paths {
			for _, op := range item {
				marked[op.OperationID] = op.Confirm
			}
		}
		for _, id := range weighty {
			if !marked[id] {
				t.Errorf("%s needs no strong confirmation", id)
			}
		}
		manager := c.as(t, "fz-seal-manager")
		manager.weak = true
		const path = "/api/v1/seals/35010000000015/state"
		a := manager.do("POST", path, m{"action": "stop", "reason": "试验"})
		if a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, `"authn.confirm"`) || !strings.Contains(a.body, `"confirm":["totp"]`) {
			t.Errorf("without a confirmation: %d %s", a.StatusCode, a.body)
		}
		manager.must("POST", "/api/v1/session/confirm", m{"code": manager.code(t)}, nil)
		if a := manager.do("POST", path, m{"action": "stop", "reason": "试验"}); strings.Contains(a.body, `"authn.confirm"`) {
			t.Errorf("after a confirmation: %d %s", a.StatusCode, a.body)
		}
	})
}
