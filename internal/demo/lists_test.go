package demo_test

import (
	"os"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/demotest"
)

func TestMain(m *testing.M) { os.Exit(demotest.Main(m)) }

// 闽政办〔2022〕33号 任务3 names fourteen scenarios for persons and six for firms; no desk of the demonstration is empty.
func TestListsOfTheDemonstration(t *testing.T) {
	t.Parallel()
	w := demotest.Open(t, "")
	count := func(list, state string) (found []matter.Listing) {
		t.Helper()
		w.Read(t, func(q *db.Tx) error {
			var err error
			found, _, err = w.App.Matters.Listings(t.Context(), q, matter.ListFilter{List: list, State: state, Limit: 100})
			return err
		})
		return found
	}
	audience := map[string]int{}
	for _, state := range []string{matter.Published, matter.Proposed} {
		for _, l := range count(matter.ListScenario, state) {
			audience[l.Scenario.Audience]++
			w.Read(t, func(q *db.Tx) error {
				enrolled, err := w.App.Matters.Verifiers(t.Context(), q, l.ID)
				if len(enrolled) == 0 {
					t.Errorf("nobody verifies in %s", l.Scenario.Name)
				}
				return err
			})
		}
		for _, list := range []string{matter.ListScenario, matter.ListExempt, matter.ListInspection} {
			if len(count(list, state)) == 0 {
				t.Errorf("nothing on the list %s is %s", list, state)
			}
		}
	}
	if audience["person"] < 14 || audience["firm"] < 6 {
		t.Errorf("scenarios: %v", audience)
	}
}
