package caller_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

var here = netip.MustParseAddr("127.0.0.1")

var by = change.By{AccountID: "a", UnitID: "11350102YX0100017G", Reason: "试验"}

// desk is the sandbox's system as it asks.
type desk struct {
	*world.World
	t      *testing.T
	box    demo.Sandbox
	system org.System
	signer *gm.Signer
	seq    int64
}

func newDesk(t *testing.T, w *world.World) *desk {
	t.Helper()
	d := &desk{World: w, t: t, seq: 3}
	text, err := os.ReadFile(filepath.Join(w.Config.Data, app.SandboxFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d.box); err != nil {
		t.Fatal(err)
	}
	if d.signer, err = gm.ParsePrivateKey([]byte(d.box.PrivateKey)); err != nil {
		t.Fatal(err)
	}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		d.system, err = w.Units.System(ctx, q, d.box.SystemID)
		return err
	})
	return d
}

// elements are those of the open case, all right.
func (d *desk) elements() caller.Elements {
	return caller.Elements{OrgName: d.box.OrgName, Username: d.box.Username, ItemName: d.box.ItemName, ItemCode: d.box.ItemCode, BusinessCode: d.box.Case}
}

// signed is a request as the system signs it now, with a nonce of its own.
func (d *desk) signed() feed.Signed {
	d.t.Helper()
	s := feed.Signed{KeyID: d.box.KeyID, Time: d.Now.Now().Format(time.RFC3339), Nonce: db.NewID(), Method: "POST", Path: "/x", Body: []byte("{}")}
	return d.sign(s)
}

func (d *desk) sign(s feed.Signed) feed.Signed {
	d.t.Helper()
	signature, err := d.signer.Sign(s.Text())
	if err != nil {
		d.t.Fatal(err)
	}
	s.Signature = base64.StdEncoding.EncodeToString(signature)
	return s
}

func (d *desk) begin(e caller.Elements, v *caller.Vouched) *caller.Call {
	d.t.Helper()
	c, err := d.Callers.Begin(context.Background(), d.signed(), here, e, v)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// read asks for the fields of a license.
func (d *desk) read(e caller.Elements, v *caller.Vouched, identifier string) (access.Reading, error) {
	d.t.Helper()
	c := d.begin(e, v)
	l, err := c.ByIdentifier(context.Background(), identifier)
	if err != nil {
		d.t.Fatal(err)
	}
	return c.Read(context.Background(), l, access.Fields)
}

// refused tells the reasons of a refusal.
func refused(err error) []string {
	if r, ok := errors.AsType[*access.Refusal](err); ok {
		return r.Reasons
	}
	return nil
}

func (d *desk) wantRefused(err error, want ...string) {
	d.t.Helper()
	if got := refused(err); !slices.Equal(got, want) {
		d.t.Errorf("%v: refused for %v, want %v", err, got, want)
	}
}

// tell sends a message about a case.
func (d *desk) tell(m feed.Message) {
	d.t.Helper()
	d.seq++
	m.Seq, m.Matter, m.Unit = d.seq, d.box.ItemCode, d.system.Unit
	out, err := d.Feed.Take(context.Background(), d.system, []feed.Message{m})
	if err != nil || out[0].Status != feed.Taken {
		d.t.Fatalf("%+v %v", out, err)
	}
	if err := d.Callers.Arrived(context.Background(), d.system.ID, []string{m.CaseNo}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) opened(no string) feed.Message {
	return feed.Message{CaseNo: no, Event: feed.Opened, At: d.Now.Now(), HolderCode: d.box.Applicant.Code, HolderName: d.box.Applicant.Name,
		Progress: feed.Progress{Stage: matter.Accept, Clerk: d.box.Username, Parties: map[matter.Party]feed.Person{matter.Representative: d.box.Person}}}
}

// vouched is what the system says of the same case when its data have not come.
func (d *desk) vouched() *caller.Vouched {
	return &caller.Vouched{Stage: matter.Accept, At: d.Now.Now(), Parties: map[matter.Party]feed.Person{matter.Applicant: d.box.Applicant, matter.Representative: d.box.Person}}
}

// USE-7: the ground of a department's case is decided by the rules of any case, one dimension after the other.
func TestEveryDimensionOfADepartmentsCase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		ok := d.elements()
		r, err := d.read(ok, nil, d.box.Licenses.Identity)
		if err != nil || len(r.Fields) == 0 || r.RecordNo == "" {
			t.Fatalf("%+v %v", r, err)
		}
		other := ok
		other.Username = "somebody-else"
		_, err = d.read(other, nil, d.box.Licenses.Identity)
		d.wantRefused(err, "access.case.clerk")
		closed := ok
		closed.BusinessCode = d.box.ClosedCase
		_, err = d.read(closed, nil, d.box.Licenses.Identity)
		d.wantRefused(err, "access.case.open")
		unknown := ok
		unknown.BusinessCode = "NOBODY-KNOWS"
		if _, err = d.read(unknown, nil, d.box.Licenses.Identity); len(refused(err)) == 0 || refused(err)[0] != "access.case.open" {
			t.Errorf("a case that nobody told of: %v", err)
		}
		_, err = d.read(ok, nil, d.box.Licenses.Stranger)
		d.wantRefused(err, "access.case.party")
		if _, err = d.read(ok, nil, "1.2.156.3005.2.none"); len(refused(err)) == 0 {
			t.Errorf("an identifier that is none: %v", err)
		}
		d.tell(feed.Message{CaseNo: d.box.Case, Event: feed.Moved, At: d.Now.Now().Add(time.Second), Progress: feed.Progress{Clerk: "somebody-else"}})
		_, err = d.read(ok, nil, d.box.Licenses.Identity)
		d.wantRefused(err, "access.case.clerk")
		if _, err = d.read(other, nil, d.box.Licenses.Identity); err != nil {
			t.Errorf("whoever has it now: %v", err)
		}
		for i, who := range []feed.Person{d.box.Applicant, d.box.Person} { // what was read of a case before is not believed
			d.tell(feed.Message{CaseNo: d.box.Case, Event: feed.Moved, At: d.Now.Now().Add(time.Duration(2+i) * time.Second),
				Progress: feed.Progress{Parties: map[matter.Party]feed.Person{matter.Representative: who}}})
			_, err = d.read(other, nil, d.box.Licenses.Identity)
			if who == d.box.Person && err != nil {
				t.Errorf("a party again: %v", err)
			} else if who != d.box.Person {
				d.wantRefused(err, "access.case.party")
			}
		}
		d.tell(feed.Message{CaseNo: d.box.Case, Event: feed.Closed, At: d.Now.Now().Add(9 * time.Second), Outcome: "refused", HolderCode: d.box.Applicant.Code, HolderName: d.box.Applicant.Name})
		_, err = d.read(other, nil, d.box.Licenses.Identity)
		d.wantRefused(err, "access.case.open")
	})
}

// What a request says of unit and matter, and where it comes from, is held against the ledger before anything is decided.
func TestWhoAsks(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d := newDesk(t, w)
	ctx := context.Background()
	for name, x := range map[string]struct {
		change func(e *caller.Elements, s *feed.Signed)
		from   string
		code   string
	}{
		"no clerk":        {change: func(e *caller.Elements, _ *feed.Signed) { e.Username = " " }, code: "caller.element"},
		"another unit":    {change: func(e *caller.Elements, _ *feed.Signed) { e.OrgName = "别的单位" }, code: "caller.unit"},
		"another matter":  {change: func(e *caller.Elements, _ *feed.Signed) { e.ItemName = "别的事项" }, code: "caller.matter"},
		"another address": {from: "198.51.100.7", code: "caller.address"},
		"no nonce": {change: func(_ *caller.Elements, s *feed.Signed) {
			*s = d.sign(feed.Signed{KeyID: s.KeyID, Time: s.Time, Method: s.Method, Path: s.Path, Body: s.Body})
		}, code: "feed.signature"},
		"another body":  {change: func(_ *caller.Elements, s *feed.Signed) { s.Body = []byte("{ }") }, code: "feed.signature"},
		"another path":  {change: func(_ *caller.Elements, s *feed.Signed) { s.Path = "/y" }, code: "feed.signature"},
		"another nonce": {change: func(_ *caller.Elements, s *feed.Signed) { s.Nonce = db.NewID() }, code: "feed.signature"},
		"an hour ago": {change: func(_ *caller.Elements, s *feed.Signed) {
			s.Time = d.Now.Now().Add(-time.Hour).Format(time.RFC3339)
			*s = d.sign(*s)
		}, code: "feed.signature"},
		"a key of nobody's": {change: func(_ *caller.Elements, s *feed.Signed) { s.KeyID = db.NewID(); *s = d.sign(*s) }, code: "feed.signature"},
	} {
		e, s, from := d.elements(), d.signed(), here
		if x.change != nil {
			x.change(&e, &s)
		}
		if x.from != "" {
			from = netip.MustParseAddr(x.from)
		}
		if _, err := d.Callers.Begin(ctx, s, from, e, nil); errs.Code(err) != x.code {
			t.Errorf("%s: %v, want %s", name, err, x.code)
		}
	}
	app := d.application()
	app.ValidUntil = d.Now.Now()
	d.save(app)
	if _, err := d.Callers.Begin(ctx, d.signed(), here, d.elements(), nil); errs.Code(err) != "caller.period" {
		t.Errorf("after its last day: %v", err)
	}
}

func (d *desk) application() (a caller.Application) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		a, err = d.Callers.Application(ctx, q, d.system.ID)
		return err
	})
	return a
}

func (d *desk) save(a caller.Application) {
	d.t.Helper()
	d.Write(d.t, func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Callers.Save(ctx, tx, by, a)
		return err
	})
}

// A request that is played again, also by several at the same moment, counts once.
func TestAReplayedRequestCountsOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		ctx, s := context.Background(), d.signed()
		var given, replayed atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				c, err := d.Callers.Begin(ctx, s, here, d.elements(), nil)
				if err != nil {
					t.Errorf("%v", err)
					return
				}
				l, err := c.ByIdentifier(ctx, d.box.Licenses.Business)
				if err != nil {
					t.Errorf("%v", err)
					return
				}
				switch _, err = c.Read(ctx, l, access.Fields); {
				case err == nil:
					given.Add(1)
				case errs.Code(err) == "caller.replay":
					replayed.Add(1)
				default:
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if given.Load() != 1 || replayed.Load() != 5 {
			t.Errorf("given %d times, refused as replayed %d times", given.Load(), replayed.Load())
		}
	})
}

// The day's limit is exact under concurrency, and begins anew at midnight in Beijing.
func TestQuotaIsExact(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		const limit = 11
		app := d.application()
		for i := range app.Types {
			app.Types[i].PerDay = limit
		}
		d.save(app)
		var given atomic.Int32
		ask := func() {
			_, err := d.read(d.elements(), nil, d.box.Licenses.Business)
			if err == nil {
				given.Add(1)
			} else if !slices.Equal(refused(err), []string{"access.system.quota"}) {
				t.Errorf("%v", err)
			}
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 5 {
					ask()
				}
			})
		}
		all.Wait()
		if given.Load() != limit {
			t.Errorf("given %d times, allowed %d", given.Load(), limit)
		}
		if _, err := d.read(d.elements(), nil, d.box.Licenses.Identity); err != nil {
			t.Errorf("another type has a limit of its own: %v", err)
		}
		d.Now.Move(14 * time.Hour) // it is ten in the morning
		if ask(); given.Load() != limit+1 {
			t.Error("not counted anew after midnight")
		}
	})
}

// What the registration does not name is refused, and fields are cut to it.
func TestWhatIsNotRegistered(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d := newDesk(t, w)
	app := d.application()
	app.Types = []caller.Allowed{{Type: d.box.Types.Identity, Fields: []string{"CZZT"}, Rights: []access.Right{"list", "read"}, PerDay: 100}}
	d.save(app)
	_, err := d.read(d.elements(), nil, d.box.Licenses.Business)
	d.wantRefused(err, "access.system.type")
	r, err := d.read(d.elements(), nil, d.box.Licenses.Identity)
	if err != nil || len(r.Fields) != 1 || r.Fields[0].Name != "CZZT" {
		t.Errorf("%+v %v", r.Fields, err)
	}
	c := d.begin(d.elements(), nil)
	l, err := c.ByIdentifier(context.Background(), d.box.Licenses.Identity)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Read(context.Background(), l, access.File)
	d.wantRefused(err, "access.system.right")
}

// Two keys hold at once while one takes over from the other.
func TestKeysRollOver(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d := newDesk(t, w)
	old, oldKey := d.signer, d.box.KeyID
	private, public, _, err := gm.NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		k, err := w.Feed.AddKey(ctx, tx, by, d.system.ID, string(public))
		d.box.KeyID = k.ID
		return err
	})
	if d.signer, err = gm.ParsePrivateKey(private); err != nil {
		t.Fatal(err)
	}
	use := func() error {
		_, err := d.Callers.Begin(context.Background(), d.signed(), here, d.elements(), nil)
		return err
	}
	if err := use(); err != nil {
		t.Errorf("the new one: %v", err)
	}
	d.signer, d.box.KeyID = old, oldKey
	if err := use(); err != nil {
		t.Errorf("the old one: %v", err)
	}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Feed.EndKey(ctx, tx, by, d.system.ID, oldKey)
		return err
	})
	if err := use(); errs.Code(err) != "feed.signature" {
		t.Errorf("the old one after its end: %v", err)
	}
}

// A case of this platform may be worked on by a system of the same unit, in the name of the assigned clerk's account.
func TestCaseOfThisPlatform(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d := newDesk(t, w)
	var no, clerk string
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		return q.QueryRow(ctx, `
			SELECT case_no, clerk_id FROM case_file
			WHERE unit_id = $1 AND matter_code = $2 AND state = 'open' AND stage = 'accept' AND clerk_id <> ''
			ORDER BY case_no LIMIT 1`, d.system.Unit, d.box.ItemCode).Scan(&no, &clerk)
	})
	if clerk != w.Actor(t, "gl-scjg-clerk").AccountID {
		t.Fatal("the city has no open case of that clerk")
	}
	e := d.elements()
	e.BusinessCode, e.Username = no, "gl-scjg-clerk"
	held := license.License{}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		c, err := w.Cases.Get(ctx, q, no)
		if err != nil {
			return err
		}
		parties, err := w.Cases.Parties(ctx, q, c)
		if err != nil {
			return err
		}
		all, err := w.Licenses.Held(ctx, q, parties[matter.Applicant], d.box.Types.Business)
		if len(all) > 0 {
			held = all[0]
		}
		return err
	})
	if _, err := d.read(e, nil, held.Identifier); err != nil {
		t.Errorf("%v", err)
	}
	e.Username = "gl-scjg-approver"
	_, err := d.read(e, nil, held.Identifier)
	d.wantRefused(err, "access.case.clerk")
}

// LIFE-5: a system hears of changes of the licenses that it used, while the case is open, and of no others.
func TestUsedLicensesAreToldWhileTheCaseIsOpen(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		ctx := context.Background()
		d.Now.Move(time.Minute)
		r, err := d.read(d.elements(), nil, d.box.Licenses.Business)
		if err != nil {
			t.Fatal(err)
		}
		var cursor int64
		told := func() (steps []string) {
			t.Helper()
			if _, err := w.Book.Sequence(ctx); err != nil {
				t.Fatal(err)
			}
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				events, next, err := w.Push.Used(ctx, q, d.system.ID, nil, cursor, 100)
				cursor = next
				for _, e := range events {
					steps = append(steps, e.Identifier+" "+e.Action)
				}
				return err
			})
			return steps
		}
		if got := told(); len(got) != 0 {
			t.Errorf("before anything changed: %v", got)
		}
		d.Now.Move(time.Minute)
		turn := func(identifier string, lose bool) {
			w.Write(t, func(ctx context.Context, tx *db.Tx) error {
				l, err := w.Licenses.ByIdentifier(ctx, tx, identifier)
				if err != nil {
					return err
				}
				if lose {
					return w.Licenses.Lose(ctx, tx, l, "holder")
				}
				return w.Licenses.Recover(ctx, tx, l, "holder")
			})
		}
		turn(r.License.Identifier, true)
		turn(d.box.Licenses.Identity, true) // a party's, but never used
		if got := told(); !slices.Equal(got, []string{r.License.Identifier + " lost"}) {
			t.Errorf("while the case is open: %v", got)
		}
		d.tell(feed.Message{CaseNo: d.box.Case, Event: feed.Closed, At: d.Now.Now(), Outcome: "refused", HolderCode: d.box.Applicant.Code, HolderName: d.box.Applicant.Name})
		turn(r.License.Identifier, false)
		if got := told(); len(got) != 0 {
			t.Errorf("after it closed: %v", got)
		}
	})
}
