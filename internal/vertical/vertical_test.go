package vertical_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/vertical"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const taxUnit = "11350100YX00102060"

var today = world.Start.Format(time.DateOnly)

// line is the tax office's system.
type line struct {
	*world.World
	t      *testing.T
	system org.System
}

func newLine(t *testing.T, w *world.World, unit string, matters ...string) *line {
	t.Helper()
	l := &line{World: w, t: t}
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		var err error
		l.system, err = w.Units.SaveSystem(ctx, tx, change.By{AccountID: "a", UnitID: unit, Reason: "接入"}, org.System{Unit: unit, Name: "垂管系统",
			Matters: matters, Connection: org.ByAPI, Since: "2026-01-01", Health: "ok"})
		return err
	})
	return l
}

func print(text string) string { return fmt.Sprintf("%x", gm.SM3([]byte(text))) }

var taxFields = map[string]string{"KZ_SZ": "印花税", "KZ_PM": "产权转移书据", "KZ_SSQ": "2026-01-01至2026-01-31", "KZ_RKRQ": "2026-02-05", "KZ_JE": "120.00",
	"KZ_HJDX": "壹佰贰拾元整", "KZ_HJ": "120.00"}

func (l *line) issue(key, number string) vertical.Message {
	c := l.Cast(l.t, "owner")
	return vertical.Message{Key: key, Seq: 1, Action: vertical.Issue, At: world.Start.Add(-time.Hour), Fingerprint: print(key + "1"),
		TypeCode: l.TypeCode(l.t, "tax-proof"), Number: number, Holders: []vertical.Person{{Code: c.Code, Name: c.Name}}, Fields: maps.Clone(taxFields), IssuedOn: today}
}

func (l *line) next(m vertical.Message, action vertical.Action) vertical.Message {
	n := vertical.Message{Key: m.Key, Seq: m.Seq + 1, Action: action, At: m.At.Add(time.Minute), Fingerprint: print(m.Key + strconv.FormatInt(m.Seq+1, 10))}
	switch action {
	case vertical.Change:
		n.Fields, n.IssuedOn = maps.Clone(taxFields), today
		n.Fields["KZ_BZ"] = "第" + strconv.FormatInt(n.Seq, 10) + "次"
	case vertical.End:
		n.Cause, n.Ground = license.Cancelled, "税注〔2026〕1号"
	}
	return n
}

func (l *line) send(messages ...vertical.Message) []vertical.Result {
	l.t.Helper()
	out, err := l.Vertical.Take(context.Background(), l.system, messages)
	if err != nil {
		l.t.Fatal(err)
	}
	return out
}

// stands is what the licenses of a key are now, by version.
func (l *line) stands(key string) (states []license.State) {
	l.t.Helper()
	l.Read(l.t, func(ctx context.Context, q *db.Tx) error {
		var holderID, id string
		if err := q.QueryRow(ctx, `SELECT holder_id, license_id FROM vertical_license WHERE system_id = $1 AND license_key = $2`,
			l.system.ID, key).Scan(&holderID, &id); err != nil {
			return err
		}
		newest, err := l.Licenses.Get(ctx, q, holderID, id)
		if err != nil {
			return err
		}
		all, err := l.Licenses.Versions(ctx, q, newest)
		for _, x := range all {
			states = append(states, x.State(l.Now.Now()))
		}
		return err
	})
	return states
}

func (l *line) reconcile(list ...vertical.Message) vertical.Reconciliation {
	l.t.Helper()
	m := vertical.Manifest{Day: today, List: []vertical.Entry{}}
	for _, x := range list {
		m.List = append(m.List, vertical.Entry{Key: x.Key, Seq: x.Seq, Fingerprint: x.Fingerprint})
	}
	m.Count, m.Hash = int64(len(m.List)), vertical.Hash(m.List)
	first := m
	first.List = nil
	r, err := l.Vertical.Reconcile(context.Background(), l.system, first)
	if err == nil && r.ListWanted {
		r, err = l.Vertical.Reconcile(context.Background(), l.system, m)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

// ISS-5: in whatever order, however often and with whatever gaps messages come, the end state is the source's.
func TestAnyOrderEndsEqualToTheSource(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w, taxUnit)
		want := map[string][]license.State{}
		var all []vertical.Message
		for i := range 6 {
			m := l.issue(fmt.Sprintf("SW-%d", i), fmt.Sprintf("3520269%05d", i))
			all = append(all, m)
			states := []license.State{license.Valid}
			for _, a := range [][]vertical.Action{
				{}, {vertical.Change, vertical.Change}, {vertical.End}, {vertical.Suspend, vertical.Change, vertical.Suspend},
				{vertical.Suspend, vertical.Release, vertical.Change, vertical.End}, {vertical.Suspend},
			}[i] {
				m = l.next(m, a)
				all = append(all, m)
				last := len(states) - 1
				switch a {
				case vertical.Change:
					states[last] = license.Superseded
					states = append(states, license.Valid)
				case vertical.End:
					states[last] = license.Cancelled
				case vertical.Suspend:
					states[last] = license.Suspended
				case vertical.Release:
					states[last] = license.Valid
				}
			}
			want[m.Key] = states
		}
		for seed := range uint64(4) {
			sent := slices.Clone(all)
			for i := range sent { // each try sends licenses of its own
				sent[i].Key += fmt.Sprintf(".%d", seed)
				if sent[i].Number != "" {
					sent[i].Number += strconv.FormatUint(seed, 10)
				}
			}
			random := rand.New(rand.NewPCG(seed, 7))
			stream := append(slices.Clone(sent), sent[:len(sent)/2]...)
			random.Shuffle(len(stream), func(i, j int) { stream[i], stream[j] = stream[j], stream[i] })
			lost := stream[0]
			stream = slices.DeleteFunc(stream, func(m vertical.Message) bool { return m.Key == lost.Key && m.Seq == lost.Seq })
			for len(stream) > 0 {
				n := min(len(stream), 1+random.IntN(5))
				for _, r := range l.send(stream[:n]...) {
					if r.Status == vertical.Refused || r.Status == string(vertical.Failed) {
						t.Fatalf("%+v", r)
					}
				}
				stream = stream[n:]
			}
			l.send(lost)
			for key, states := range want {
				if got := l.stands(key + fmt.Sprintf(".%d", seed)); !slices.Equal(got, states) {
					t.Errorf("order %d: %s is %v, want %v", seed, key, got, states)
				}
			}
			if seed == 0 {
				if r := l.reconcile(sent...); !r.Agrees || r.Ours != int64(len(sent)) {
					t.Errorf("%+v", r)
				}
			}
		}
		if n := w.Count(t, `SELECT count(*) FROM vertical_message WHERE system_id = $1 AND (state <> 'applied' OR length(payload) > 0)`, l.system.ID); n != 0 {
			t.Errorf("%d messages are open or still hold what they say", n)
		}
	})
}

// One that cannot be carried out holds up its own license only, and may be mended under its number; one that was carried
// out may not.
func TestWhatFailsMayBeMended(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w, taxUnit)
		m := l.issue("SW-1", "352026900001")
		bad := l.next(m, vertical.Change)
		bad.IssuedOn = "2027-01-01"
		got := l.send(bad, l.next(bad, vertical.End), m)
		if got[0].Status != "parked" || got[1].Status != "parked" || got[2].Status != "applied" {
			t.Errorf("%+v", got)
		}
		if got := l.send(bad); got[0].Status != "failed" || got[0].Code != "vertical.issued-on" {
			t.Errorf("%+v", got)
		}
		mended := bad
		mended.IssuedOn = today
		if got := l.send(mended); got[0].Status != "applied" {
			t.Errorf("%+v", got)
		}
		if got := l.stands("SW-1"); !slices.Equal(got, []license.State{license.Superseded, license.Cancelled}) {
			t.Errorf("%v", got)
		}
		other := m
		other.Number = "352026900002"
		if got := l.send(other, m); got[0].Code != "vertical.used" || got[1].Status != vertical.Repeated {
			t.Errorf("%+v", got)
		}
		personal := m
		personal.Key = w.Cast(t, "owner").Code
		if got := l.send(personal); got[0].Code != "vertical.key-personal" {
			t.Errorf("%+v", got)
		}
	})
}

// A restart in the middle: what was kept and not carried out is carried out afterwards, with its file, once.
func TestWhatWasKeptIsCarriedOutAfterARestart(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		ctx := context.Background()
		l := newLine(t, w, taxUnit)
		m := l.issue("SW-1", "352026900001")
		var err error
		m.Identifier, err = gbcode.MintIdentifier(gbcode.Identifier{TypeCode: m.TypeCode, IssuerCode: taxUnit, Serial: "352026900001", Version: 1})
		if err != nil {
			t.Fatal(err)
		}
		m.File = []byte("sealed there")
		desk := func(judge func([]byte) verify.Report) *vertical.Desk {
			return vertical.New(vertical.Options{DB: w.DB, Clock: w.Now, Trail: w.Trail, Units: w.Units, Types: w.Types, Holders: w.Holders,
				Licenses: w.Licenses, Hall: w.Hall, Steward: w.Steward, Verify: judge})
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("it did not stop")
				}
			}()
			_, _ = desk(func([]byte) verify.Report { panic("stopped") }).Take(ctx, l.system, []vertical.Message{m})
		}()
		after := desk(func([]byte) verify.Report {
			return verify.Report{Verdict: verify.Valid, License: []verify.Item{{Name: "ZZBS", Value: m.Identifier}, {Name: "CZZTDM", Value: m.Holders[0].Code}}}
		})
		for range 2 {
			if err := after.Resume(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got := l.send(m); got[0].Status != vertical.Repeated {
			t.Errorf("%+v", got)
		}
		if n := w.Count(t, `SELECT count(*) FROM license WHERE identifier = $1 AND file_ref <> ''`, m.Identifier); n != 1 {
			t.Errorf("%d licenses", n)
		}
		forged := l.issue("SW-2", "352026900002")
		forged.File = m.File
		if got := l.send(forged); got[0].Status != "failed" || got[0].Code != "vertical.file" {
			t.Errorf("%+v", got)
		}
	})
}

// A drift that was seeded is found, whatever it is.
func TestReconciliationFindsSeededDrift(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := newLine(t, w, taxUnit)
		var sent []vertical.Message
		for i := range 5 {
			sent = append(sent, l.issue(fmt.Sprintf("SW-%d", i), fmt.Sprintf("35202690%04d", i)))
		}
		waits := l.next(l.next(sent[4], vertical.Suspend), vertical.Release)
		l.send(append(slices.Clone(sent[1:]), waits)...)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE license SET ended = 'cancelled' WHERE license_id =
				(SELECT license_id FROM vertical_license WHERE system_id = $1 AND license_key = 'SW-3')`, l.system.ID)
			return err
		})
		theirs := []vertical.Message{sent[0], sent[2], sent[3], sent[4], waits}
		theirs[1].Fingerprint = print("another")
		r := l.reconcile(theirs...)
		want := []vertical.Difference{{"SW-0", 1, vertical.Missing}, {"SW-2", 1, vertical.Different}, {"SW-4", 3, vertical.Waiting},
			{"SW-1", 1, vertical.Extra}, {"SW-3", 1, vertical.Drifted}}
		if r.Agrees || !slices.Equal(r.Found, want) {
			t.Errorf("%+v", r)
		}
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			wanted, err := w.Vertical.Wanted(ctx, q, l.system.ID)
			if len(wanted) != 2 || wanted[0].Key != "SW-4" || wanted[0].From != 2 || wanted[1].Key != "SW-0" || wanted[1].ID == "" {
				t.Errorf("%+v", wanted)
			}
			if err != nil {
				return err
			}
			healths, err := w.Vertical.Healths(ctx, q)
			if err != nil {
				return err
			}
			for _, h := range healths {
				if h.SystemID == l.system.ID && (h.Applied != 4 || h.Parked != 1 || h.Gaps != 1 || h.Wishes != 1) {
					t.Errorf("%+v", h)
				}
			}
			days, err := w.Vertical.Days(ctx, q, l.system.ID)
			if len(days) != 1 || len(days[0].Found) != len(want) {
				t.Errorf("%+v", days)
			}
			return err
		})
	})
}

// ISS-11: what the department's own system knows of a license made here changes it at once.
func TestABusinessEventChangesALicenseMadeHereAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		var l license.License
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			held, err := w.Licenses.Held(ctx, q, w.HolderID(t, "food-firm"), "")
			for _, x := range held {
				if x.State(world.Start) == license.Valid && x.FileRef != "" {
					l = x
				}
			}
			return err
		})
		x := newLine(t, w, l.IssuerID)
		end := vertical.Message{Key: "ZX-1", Seq: 1, Action: vertical.End, Identifier: l.Identifier, At: world.Start, Fingerprint: print("ZX-1"),
			Cause: license.Cancelled, Ground: "注〔2026〕1号"}
		if got := newLine(t, w, taxUnit).send(end); got[0].Code != "vertical.issuer" {
			t.Errorf("another unit's system: %+v", got)
		}
		began := time.Now()
		if got := x.send(end); got[0].Status != "applied" {
			t.Fatalf("%+v", got)
		}
		t.Logf("from the message to the changed license: %s", time.Since(began).Round(100*time.Microsecond))
		w.Read(t, func(ctx context.Context, q *db.Tx) error {
			got, err := w.Licenses.Get(ctx, q, l.HolderID, l.ID)
			if got.State(world.Start) != license.Cancelled {
				t.Errorf("%s", got.State(world.Start))
			}
			return err
		})
	})
}
