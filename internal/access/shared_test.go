package access_test

import (
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/test/demotest"
)

// TestBothHoldersSeeTheUse: of a license held by two, a use stands once and both find it; a look of the one is
// not the other's to see.
func TestBothHoldersSeeTheUse(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := demotest.Open(t, url)
		l := w.License(t, "father", demo.MarriageCertificate)
		father := w.Actor(t, "father")
		p, err := w.App.Desk.Show(t.Context(), father, present.Showing{LicenseID: l.ID})
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.App.Desk.Check(t.Context(), nil, p.Code, "")
		if err != nil {
			t.Fatal(err)
		}
		looks := map[string]string{}
		for _, key := range []string{"father", "mother"} {
			r, err := w.App.Door.Own(t.Context(), w.Actor(t, key), l.ID, access.Fields)
			if err != nil {
				t.Fatal(err)
			}
			looks[key] = r.RecordNo
		}
		for _, key := range []string{"father", "mother"} {
			id := w.HolderID(t, key)
			var uses []access.Use
			w.Read(t, func(q *db.Tx) error {
				var err error
				uses, err = w.App.Door.Uses(t.Context(), q, id, access.UseFilter{Limit: 100})
				return err
			})
			i := slices.IndexFunc(uses, func(u access.Use) bool { return u.RecordNo == v.RecordNo })
			if i < 0 {
				t.Errorf("%s does not see the check", key)
				continue
			}
			w.Read(t, func(q *db.Tx) error {
				owner, err := w.App.Door.Whose(t.Context(), q, id, uses[i].RecordID)
				if err == nil && owner != l.HolderID {
					t.Errorf("%s is led to another shard", key)
				}
				return err
			})
			if id != l.HolderID && slices.ContainsFunc(uses, func(u access.Use) bool { return u.RecordNo == looks["father"] }) {
				t.Errorf("%s sees the other's own look", key)
			}
		}
	})
}
