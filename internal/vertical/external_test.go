package vertical_test

import (
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/vertical"
	"github.com/yinxin-org/yinxin/test/world"
)

// ISS-13: the system that keeps a kind of license tells of it by the same messages; the index alone is taken in, and what
// says more is refused before it is kept.
func TestASourceTellsItsIndex(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		x := w.Elsewhere(t, demo.IdentityCard, "owner", "SOURCE0001", true)
		l := newLine(t, w, x.IssuerID)
		c := w.Cast(t, "owner")
		m := vertical.Message{Key: "GA-1", Seq: 1, Action: vertical.Issue, At: world.Start, Fingerprint: print("GA-1"), TypeCode: x.TypeCode,
			Identifier: x.Identifier, Digest: x.Digest, Holders: []vertical.Person{{Code: c.Code, Name: c.Name}}, IssuedOn: today}
		for name, change := range map[string]func(*vertical.Message){
			"a number": func(m *vertical.Message) { m.Number = "1" }, "fields": func(m *vertical.Message) { m.Fields = map[string]string{"KZ_XB": "女"} },
			"its file": func(m *vertical.Message) { m.File = x.File },
		} {
			more := m
			change(&more)
			if got := l.send(more)[0]; got.Status != vertical.Refused || got.Code != "vertical.index-only" {
				t.Errorf("with %s: %+v", name, got)
			}
		}
		if n := w.Count(t, `SELECT count(*) FROM vertical_message WHERE system_id = $1`, l.system.ID); n != 0 {
			t.Errorf("%d messages that say too much were kept", n)
		}
		bare := m
		bare.Digest = ""
		if got := l.send(bare)[0]; got.Status != string(vertical.Failed) || got.Code != "vertical.digest" {
			t.Errorf("without a digest: %+v", got)
		}
		if got := l.send(m, m); got[0].Status != string(vertical.Applied) || got[1].Status != vertical.Repeated {
			t.Errorf("%+v", got)
		}
		same := m // from the beginning again, under another name
		same.Key = "GA-2"
		if got := l.send(same)[0]; got.Status != string(vertical.Applied) {
			t.Errorf("%+v", got)
		}
		id, err := gbcode.ParseIdentifier(m.Identifier)
		if err != nil {
			t.Fatal(err)
		}
		id.Version = 2
		next := vertical.Message{Key: "GA-1", Seq: 2, Action: vertical.Change, At: world.Start.Add(time.Minute), Fingerprint: print("GA-12"), Digest: print("2"), IssuedOn: today}
		if next.Identifier, err = gbcode.MintIdentifier(id); err != nil {
			t.Fatal(err)
		}
		more := next
		more.Fields = map[string]string{"KZ_XB": "女"}
		if got := l.send(more)[0]; got.Status != vertical.Refused || got.Code != "vertical.index-only" {
			t.Errorf("a change that says more: %+v", got)
		}
		end := l.next(next, vertical.End)
		if got := l.send(next, end); got[0].Status != string(vertical.Applied) || got[1].Status != string(vertical.Applied) {
			t.Errorf("%+v", got)
		}
		if got := l.stands("GA-1"); !slices.Equal(got, []license.State{license.Superseded, license.Cancelled}) {
			t.Errorf("%v", got)
		}
		if n := w.Count(t, `SELECT count(*) FROM license_key k JOIN license_index i ON i.license_id = k.license_id WHERE i.identifier IN ($1, $2)`,
			m.Identifier, next.Identifier); n != 0 {
			t.Error("a key was made")
		}
	})
}
