package push_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/push"
	"github.com/yinxin-org/yinxin/internal/reference"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const unit = "11350102YX0100017G"

// line is a system of the ledger that is told of the licenses of its unit.
type line struct {
	*world.World
	t        *testing.T
	receiver *reference.Receiver
	sub      push.Subscription
	lost     license.License
}

func newLine(t *testing.T, w *world.World) *line {
	t.Helper()
	ctx := context.Background()
	signer, err := w.PushSigner(ctx)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{World: w, t: t, receiver: reference.NewReceiver(signer.Public())}
	server := httptest.NewServer(l.receiver)
	t.Cleanup(server.Close)
	by := change.By{AccountID: "a", UnitID: unit, Reason: "接入"}
	l.sequence()
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		x, err := w.Units.SaveSystem(ctx, tx, by, org.System{Unit: unit, Name: "业务系统", Matters: []string{"11350102YX0100017G4350131901001"},
			Connection: org.ByAPI, Since: "2026-01-01", Health: "ok"})
		if err != nil {
			return err
		}
		l.sub, err = w.Push.Subscribe(ctx, tx, by, push.Subscription{SystemID: x.ID, URL: server.URL + "/events"})
		return err
	})
	l.lost = held(t, w, "food-firm", "business-license")
	return l
}

// held is the license that a member of the cast holds of a type.
func held(t testing.TB, w *world.World, cast, typeKey string) license.License {
	t.Helper()
	var found []license.License
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		var err error
		found, err = w.Licenses.Held(ctx, q, w.HolderID(t, cast), w.TypeCode(t, typeKey))
		return err
	})
	if len(found) == 0 {
		t.Fatalf("%s holds no %s", cast, typeKey)
	}
	return found[0]
}

// sequence gives the leaves that came their places in the log.
func (l *line) sequence() {
	l.t.Helper()
	if _, err := l.Book.Sequence(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

// turn reports the license lost, or takes the report back.
func (l *line) turn() {
	l.t.Helper()
	l.Write(l.t, func(ctx context.Context, tx *db.Tx) error {
		now, err := l.Licenses.Get(ctx, tx, l.lost.HolderID, l.lost.ID)
		if err != nil {
			return err
		}
		if now.Holds == "" {
			return l.Licenses.Lose(ctx, tx, now, "holder")
		}
		return l.Licenses.Recover(ctx, tx, now, "holder")
	})
	l.sequence()
}

func (l *line) deliver() {
	l.t.Helper()
	if err := l.Push.Deliver(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) now() (s push.Subscription) {
	l.t.Helper()
	l.Read(l.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		s, err = l.Push.Get(ctx, q, l.sub.ID)
		return err
	})
	return s
}

// told are the steps in the life of the license that the receiver knows of.
func (l *line) told() (seqs []int) {
	for _, e := range l.receiver.Events() {
		if e.Identifier == l.lost.Identifier {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}

// A receiver that is down for an hour misses nothing, and hears all of it in the order in which it happened.
func TestAReceiverThatWasDownForAnHourHearsEverything(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		l.receiver.Set(reference.ReceiverFaults{Down: true})
		const turns = 30
		for range turns {
			l.turn()
			l.deliver()
			w.Now.Move(2 * time.Minute)
		}
		s := l.now()
		if s.Told != 0 || s.Failures < 10 || !s.FailingSince.Equal(world.Start) {
			t.Errorf("while it is down: %+v", s)
		}
		if all, _ := l.receiver.Messages(); all > turns {
			t.Errorf("it was asked %d times", all)
		}
		l.receiver.Set(reference.ReceiverFaults{})
		w.Now.Move(5 * time.Minute)
		l.deliver()
		got := l.told()
		if len(got) != turns || !slices.IsSorted(got) {
			t.Errorf("it heard %v", got)
		}
		events := l.receiver.Events()
		last := events[len(events)-1]
		if last.State != license.Valid || last.Action != "found" || last.IssuerID != unit {
			t.Errorf("the last: %+v", last)
		}
		if s := l.now(); s.Told != turns || s.Failures != 0 || !s.FailingSince.IsZero() {
			t.Errorf("afterwards: %+v", s)
		}
	})
}

// What arrived and was not answered is told again; the receiver knows it by its place in the log.
func TestWhatWasNotAnsweredIsToldAgain(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := newLine(t, w)
	l.receiver.Set(reference.ReceiverFaults{Forget: true})
	l.turn()
	l.deliver()
	if s := l.now(); s.Failures != 1 || s.Told != 0 {
		t.Errorf("%+v", s)
	}
	l.receiver.Set(reference.ReceiverFaults{})
	l.deliver()
	if all, _ := l.receiver.Messages(); all != 1 {
		t.Errorf("asked %d times within the first second", all)
	}
	w.Now.Move(time.Second)
	l.deliver()
	all, refused := l.receiver.Messages()
	if got := l.told(); len(got) != 1 || all != 2 || refused != 0 {
		t.Errorf("%v after %d messages, %d refused", got, all, refused)
	}
}

func TestOnlyTheOwnUnitsPublishedLicensesAreTold(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := newLine(t, w)
	other := held(t, w, "owner", "identity-card")
	w.Write(t, func(ctx context.Context, tx *db.Tx) error { return w.Licenses.Lose(ctx, tx, other, "holder") })
	l.turn()
	l.deliver()
	for _, e := range l.receiver.Events() {
		if e.Identifier == other.Identifier || e.IssuerID != unit || slices.Contains([]string{"draft", "seal", "refuse"}, e.Action) {
			t.Errorf("told of %+v", e)
		}
	}
	if len(l.receiver.Events()) != 1 {
		t.Errorf("%+v", l.receiver.Events())
	}
}

func TestASubscriptionIsPausedAndEnded(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w)
		set := func(to push.State) error {
			return w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Push.Set(ctx, tx, change.By{AccountID: "a", UnitID: unit, Reason: "检修"}, l.sub.ID, to)
				return err
			})
		}
		if err := set(push.Paused); err != nil {
			t.Fatal(err)
		}
		l.turn()
		l.deliver()
		if all, _ := l.receiver.Messages(); all != 0 {
			t.Error("told while it is paused")
		}
		if err := set(push.On); err != nil {
			t.Fatal(err)
		}
		l.deliver()
		if len(l.told()) != 1 {
			t.Errorf("it heard %v", l.told())
		}
		if err := set(push.Ended); err != nil {
			t.Fatal(err)
		}
		l.turn()
		l.deliver()
		if len(l.told()) != 1 || errs.Code(set(push.On)) != "push.ended" {
			t.Error("told after its end")
		}
	})
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := newLine(t, w)
	for _, url := range []string{"", "example.org", "ftp://example.org/", "https://", "https://name:word@example.org/"} {
		err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Push.Subscribe(ctx, tx, change.By{AccountID: "a", UnitID: unit, Reason: "接入"}, push.Subscription{SystemID: l.sub.SystemID, URL: url})
			return err
		})
		if errs.Code(err) != "push.url" {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, url := range []string{"http://10.0.0.7/", "http://169.254.169.254/latest", "http://[fd00::1]:9000/", "http://[::ffff:192.168.0.1]/"} {
		err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Push.Subscribe(ctx, tx, change.By{AccountID: "a", UnitID: unit, Reason: "接入"}, push.Subscription{SystemID: l.sub.SystemID, URL: url})
			return err
		})
		if errs.Code(err) != "push.address" {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// Two nodes, pauses, failures: whatever happens, each event is heard, and those of a license in order.
func TestTwoNodesTellInOrder(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := newLine(t, w)
	signer, err := w.PushSigner(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	nodes := []*push.Desk{w.Push}
	for i := range 2 {
		nodes = append(nodes, push.Open(push.Options{DB: w.DB, Clock: w.Now, Log: slog.New(slog.DiscardHandler), Trail: w.Trail, Units: w.Units, Licenses: w.Licenses,
			Receiver: connect.OpenReceivers(signer, demo.Loopback(), 0), Reaches: connect.Reach(demo.Loopback()).Allows, Node: fmt.Sprint("node", i)}))
	}
	for i := range 24 {
		l.turn()
		l.receiver.Set(reference.ReceiverFaults{Down: i%5 == 3, Forget: i%7 == 2})
		done := make(chan error, len(nodes))
		for _, n := range nodes {
			go func() { done <- n.Deliver(context.Background()) }()
		}
		var failed error
		for range nodes {
			failed = errors.Join(failed, <-done)
		}
		if failed != nil {
			t.Fatal(failed)
		}
		w.Now.Move(20 * time.Minute)
	}
	l.receiver.Set(reference.ReceiverFaults{})
	l.deliver()
	if got := l.told(); len(got) != 24 || !slices.IsSorted(got) {
		t.Errorf("%v", got)
	}
}

// How long after a change its event has arrived, with everything running as in service.
func BenchmarkChangeToReceiver(b *testing.B) {
	w := world.New(b)
	receiver := reference.NewReceiver(nil)
	server := httptest.NewServer(receiver)
	b.Cleanup(server.Close)
	ctx, stop := context.WithCancel(context.Background())
	b.Cleanup(stop)
	go func() { _ = w.Book.Run(ctx) }()
	go w.Push.Run(ctx)
	by := change.By{AccountID: "a", UnitID: unit, Reason: "接入"}
	w.Write(b, func(ctx context.Context, tx *db.Tx) error {
		x, err := w.Units.SaveSystem(ctx, tx, by, org.System{Unit: unit, Name: "业务系统", Matters: []string{"11350102YX0100017G4350131901001"},
			Connection: org.ByAPI, Since: "2026-01-01", Health: "ok"})
		if err != nil {
			return err
		}
		_, err = w.Push.Subscribe(ctx, tx, by, push.Subscription{SystemID: x.ID, URL: server.URL})
		return err
	})
	l := held(b, w, "food-firm", "business-license")
	heard := 0
	for b.Loop() {
		w.Write(b, func(ctx context.Context, tx *db.Tx) error {
			now, err := w.Licenses.Get(ctx, tx, l.HolderID, l.ID)
			if err != nil {
				return err
			}
			if now.Holds == "" {
				return w.Licenses.Lose(ctx, tx, now, "holder")
			}
			return w.Licenses.Recover(ctx, tx, now, "holder")
		})
		for len(receiver.Events()) == heard {
			time.Sleep(time.Millisecond)
		}
		heard = len(receiver.Events())
	}
}

func TestASystemTakenOffTheLedgerIsToldNoMore(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := newLine(t, w)
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		x, err := w.Units.System(ctx, tx, l.sub.SystemID)
		if err != nil {
			return err
		}
		return w.Units.RemoveSystem(ctx, tx, change.By{AccountID: "a", UnitID: unit, Reason: "停用"}, x.ID, x.Version)
	})
	l.turn()
	l.deliver()
	if all, _ := l.receiver.Messages(); all != 0 || l.now().State != push.Ended {
		t.Errorf("%d messages, %+v", all, l.now())
	}
}
