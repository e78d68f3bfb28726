package demo_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	everyCity(t, func(t *testing.T, c *demo.City) {
		t.Helper()
		members := map[string]demo.Member{}
		for _, m := range c.Members() {
			if _, twice := members[m.Key]; twice || m.Key == "" {
				t.Errorf("key %q is empty or there twice", m.Key)
			}
			members[m.Key] = m
			check := gbcode.CheckCitizen
			if m.Kind == catalog.Legal {
				check = gbcode.CheckUSCC
			}
			if err := check(m.Code); err != nil {
				t.Errorf("%s: %v", m.Key, err)
			}
		}
		firm := members["food-firm"]
		owner, ok := c.Cast(firm.Representative)
		if firm.Kind != catalog.Legal || !ok || owner.Key != "owner" || members["owner"].Code != owner.Code {
			t.Errorf("food-firm is %+v, represented by %+v", firm, owner)
		}
	})
}
