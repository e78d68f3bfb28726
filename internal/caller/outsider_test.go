package caller_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/test/world"
)

// nobody is a citizen whom the city does not know.
const nobody = "350102199003079332"

// told are the reasons that a system gets to see.
func told(err error) string {
	r, ok := errors.AsType[*access.Refusal](err)
	if !ok {
		return ""
	}
	return strings.Join(r.Told(), " ")
}

// Whoever has no ground of somebody's licenses learns nothing of them: not whether there is one, nor how it stands, nor whether the
// person is known at all.
func TestRefusalsTellNothingOfOthers(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		ctx := context.Background()
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			l, err := w.Licenses.ByIdentifier(ctx, tx, d.box.Licenses.Stranger)
			if err != nil {
				return err
			}
			return w.Licenses.Lose(ctx, tx, l, "holder")
		})
		var same []string
		for _, identifier := range []string{d.box.Licenses.Stranger, "1.2.156.3005.2.none"} {
			_, err := d.read(d.elements(), nil, identifier)
			same = append(same, told(err))
		}
		for _, code := range []string{d.box.Stranger.Code, nobody} {
			q := caller.Query{HolderCode: code, TypeCode: d.box.Types.Identity}
			_, err := d.begin(d.elements(), nil).List(ctx, q)
			same = append(same, told(err))
			c := d.begin(d.elements(), nil)
			found, err := c.ByHolder(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Read(ctx, found[0], access.Fields)
			same = append(same, told(err))
			q.Number = "350"
			_, err = d.begin(d.elements(), nil).Verify(ctx, q, nil)
			same = append(same, told(err))
		}
		if same[0] != "access.case.party" || len(slices.Compact(same)) != 1 {
			t.Errorf("told %q", same)
		}
	})
}

// Who is a party and not known here has nothing, and that is told to who works on the case; of others unknown it is not.
func TestAPartyWhoIsNotKnown(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		ctx, q := context.Background(), caller.Query{HolderCode: nobody, TypeCode: d.box.Types.Identity}
		_, err := d.begin(d.elements(), nil).List(ctx, q)
		d.wantRefused(err, "access.case.party")
		d.tell(feed.Message{CaseNo: d.box.Case, Event: feed.Moved, At: d.Now.Now().Add(time.Second),
			Progress: feed.Progress{Parties: map[matter.Party]feed.Person{matter.Representative: {Code: nobody, Name: "无名"}}}})
		if l, err := d.begin(d.elements(), nil).List(ctx, q); err != nil || len(l.Licenses) != 0 || l.RecordNo == "" {
			t.Errorf("a party whom nobody knows: %+v %v", l, err)
		}
		if v, err := d.begin(d.elements(), nil).Verify(ctx, caller.Query{HolderCode: nobody, TypeCode: d.box.Types.Identity, Number: "1"}, nil); err != nil || v.Code != access.VerifiedUnknown {
			t.Errorf("verified as %d: %v", v.Code, err)
		}
		q.HolderCode = "350102198507215217"
		_, err = d.begin(d.elements(), nil).List(ctx, q)
		d.wantRefused(err, "access.case.party")
	})
}

// A system that first says what opens a license and then what is true is not believed again and again.
func TestContradictedCasesEndTheBelief(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d := newDesk(t, w)
	e := d.elements()
	for _, no := range []string{"FALSE-1", "FALSE-2", "FALSE-3", "FALSE-4"} {
		e.BusinessCode = no
		v := d.vouched()
		v.Parties[matter.Representative] = d.box.Stranger
		_, err := d.read(e, v, d.box.Licenses.Stranger)
		if no == "FALSE-4" {
			d.wantRefused(err, "access.system.provisional")
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		d.tell(d.opened(no))
	}
	d.Now.Move(31 * 24 * time.Hour)
	e.BusinessCode = "TRUE-1"
	if _, err := d.read(e, d.vouched(), d.box.Licenses.Identity); err != nil {
		t.Errorf("a month later: %v", err)
	}
}

// A verification of a file is on record before it is answered, counts once, and is nobody's use of a license.
func TestVerifiedFilesAreOnRecord(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d, ctx := newDesk(t, w), context.Background()
	before := len(d.uses("owner"))
	c := d.begin(d.elements(), nil)
	code, no, err := c.File(ctx, []byte("a file"), func() string { return "2" })
	if err != nil || code != "2" || no == "" {
		t.Fatalf("%q %q %v", code, no, err)
	}
	if e, err := w.Book.Entry(ctx, no); err != nil || e.Kind != caller.FileLeafKind {
		t.Errorf("%+v %v", e, err)
	}
	if n := len(d.uses("owner")); n != before {
		t.Errorf("%d uses more", n-before)
	}
	if _, _, err := c.File(ctx, []byte("a file"), func() string { t.Error("judged again"); return "0" }); errs.Code(err) != "caller.replay" {
		t.Errorf("played again: %v", err)
	}
}
