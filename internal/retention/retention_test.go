package retention_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/retention"
	"github.com/yinxin-org/yinxin/test/demotest"
	"github.com/yinxin-org/yinxin/verify"
)

// TestMain runs the tests, or lets months leave.
func TestMain(m *testing.M) {
	if os.Getenv(retireEnv) != "" {
		if err := retireUntilKilled(os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(demotest.Main(m))
}

var errPower = errors.New("power cut")

// world is the demonstration city seen by whoever keeps its records.
type world struct {
	*demotest.World
	owner   *authn.Actor
	license string
	dir     string
	desk    *retention.Desk
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	w := &world{World: demotest.Open(t, url), dir: t.TempDir()}
	w.owner, w.license = w.Actor(t, "owner"), w.License(t, "owner", "identity-card").ID
	var err error
	if w.desk, err = retention.New(w.options()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) options() retention.Options {
	return retention.Options{DB: w.App.DB, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Book: w.App.Book, Dir: w.dir, Node: "node"}
}

// goTo moves the clock to the beginning of a day in Beijing and brings the log up to date.
func (w *world) goTo(t *testing.T, day string) {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Move(at.Sub(w.Clock.Now()))
	w.sequence(t)
}

func (w *world) sequence(t *testing.T) {
	t.Helper()
	if _, err := w.App.Book.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// use lets the owner look at the own card n times, a minute apart.
func (w *world) use(t *testing.T, n int) {
	t.Helper()
	for range n {
		w.Clock.Move(time.Minute)
		if _, err := w.App.Door.Own(t.Context(), w.owner, w.license, access.Fields); err != nil {
			t.Fatal(err)
		}
	}
	w.sequence(t)
}

func (w *world) uses(t *testing.T) (list []access.Use) {
	t.Helper()
	w.Read(t, func(q *db.Tx) (err error) {
		list, err = w.App.Door.Uses(t.Context(), q, w.owner.HolderID, access.UseFilter{Limit: 100})
		return err
	})
	return list
}

func (w *world) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	w.Read(t, func(q *db.Tx) error { return q.QueryRow(t.Context(), query, args...).Scan(&n) })
	return n
}

func (w *world) retire(t *testing.T) {
	t.Helper()
	if err := w.desk.Retire(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.sequence(t)
}

func (w *world) state(t *testing.T, month string) string {
	t.Helper()
	months, err := w.desk.Months(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return months[month].State
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// proved checks a kept receipt against a proof that the log gives now.
func (w *world) proved(t *testing.T, receipt []byte, recordID string) {
	t.Helper()
	p, err := w.App.Book.Proof(t.Context(), recordID)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify.Log(w.App.Book.Pub(), receipt, encode(t, p)); r.Verdict != verify.LogValid {
		t.Errorf("record is not proved: %v", r.Causes)
	}
}

// whole takes the owner's list with its proof, and checks that it is whole and goes on from an earlier one.
func (w *world) whole(t *testing.T, earlier []byte) ([]byte, verify.WholeReport) {
	t.Helper()
	list, err := w.App.Book.Whole(t.Context(), evidence.Holder, w.owner.HolderID, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := encode(t, list)
	r := verify.Whole(w.App.Book.Pub(), file, verify.WholeOptions{Earlier: earlier})
	if r.Verdict != verify.LogValid {
		t.Errorf("the list is not whole: %v", r.Causes)
	}
	return file, r
}

// logWhole checks the log as a stranger does, from its tiles, and as the platform does, from its leaves.
func (w *world) logWhole(t *testing.T, kept map[string][]byte) {
	t.Helper()
	if _, err := w.App.Book.Check(t.Context()); err != nil {
		t.Errorf("log: %v", err)
	}
	root, err := os.OpenRoot(filepath.Join(w.App.Config.Data, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	r, err := verify.Audit(t.Context(), folder{root}, verify.AuditOptions{Pub: w.App.Book.Pub(), Evidence: kept, Skew: 12 * 366 * 24 * time.Hour})
	if err != nil || r.Verdict != verify.LogValid {
		t.Errorf("audit: %v, %v", r.Causes, err)
	}
}

type folder struct{ root *os.Root }

func (f folder) Read(_ context.Context, path string) ([]byte, error) { return f.root.ReadFile(path) }

func (w *world) records(t *testing.T, file []byte) verify.RecordsReport {
	t.Helper()
	return verify.Records(w.App.Book.Pub(), bytes.NewReader(file))
}

// Eleven years by the clock: what was recorded in the first can be proved in the tenth, leaves by rule in the eleventh, a month
// at once, and can be proved then from the file and the log's keys; the holder's list and the log stay whole.
func TestElevenYears(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url)
		w.use(t, 3) // in March 2026
		first := w.uses(t)
		receipt, err := w.App.Book.Receipt(t.Context(), w.owner.HolderID, first[0].RecordID)
		if err != nil {
			t.Fatal(err)
		}
		kept := encode(t, receipt)
		list, _ := w.whole(t, nil)
		w.retire(t) // makes the months to come
		w.goTo(t, "2026-04-10")
		w.use(t, 2)
		march := w.count(t, `SELECT count(*) FROM access_record WHERE record_id < $1`, db.FloorID(w.Clock.Now().AddDate(0, 0, -9)))

		w.goTo(t, "2036-03-31") // still in the tenth year
		w.retire(t)
		if got := w.uses(t); len(got) != len(first)+2 || w.state(t, "2026-03") != "" {
			t.Fatalf("in the tenth year %d of %d uses are there; the month is %q", len(got), len(first)+2, w.state(t, "2026-03"))
		}
		w.proved(t, kept, first[0].RecordID)
		list, _ = w.whole(t, list)
		w.logWhole(t, map[string][]byte{"kept.json": kept})

		w.goTo(t, "2036-04-01") // the eleventh: March leaves, April stays
		w.retire(t)
		if got := w.uses(t); len(got) != 2 || w.state(t, "2026-03") != "left" || w.state(t, "2026-04") != "" {
			t.Fatalf("in the eleventh year %d uses are there; March is %q, April %q", len(got), w.state(t, "2026-03"), w.state(t, "2026-04"))
		}
		w.leftTruly(t, march, len(first))
		if _, err := w.App.Book.Receipt(t.Context(), w.owner.HolderID, first[0].RecordID); errs.Code(err) != "evidence.left" {
			t.Errorf("the receipt of what left: %v", err)
		}
		w.proved(t, kept, first[0].RecordID)
		if _, r := w.whole(t, list); int(r.Count) < len(first)+2 {
			t.Errorf("the list has %d records", r.Count)
		}
		w.logWhole(t, map[string][]byte{"kept.json": kept})

		path := filepath.Join(w.dir, "uses-2026-03.jsonl")
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if r := w.records(t, file); r.Verdict != verify.LogValid || int(r.Records) != march || r.Month != "2026-03" {
			t.Errorf("the file: %+v", r)
		}
		again, proof, err := w.desk.Show(t.Context(), path, first[0].RecordNo)
		if err != nil || !bytes.Equal(encode(t, again), kept) {
			t.Errorf("the record in the file is not the one that was kept: %v", err)
		}
		if r := verify.Log(w.App.Book.Pub(), encode(t, again), encode(t, proof)); r.Verdict != verify.LogValid {
			t.Errorf("proof of the file: %v", r.Causes)
		}
		w.changed(t, file)

		w.goTo(t, "2036-05-01") // on PostgreSQL April is a part of its own
		w.retire(t)
		if got := w.uses(t); len(got) != 0 || w.state(t, "2026-04") != "left" {
			t.Errorf("after April %d uses are there; it is %q", len(got), w.state(t, "2026-04"))
		}
		w.logWhole(t, map[string][]byte{"kept.json": kept})
	})
}

// leftTruly: rows and openings of the month are gone, leaves are not, and the log says that it left.
func (w *world) leftTruly(t *testing.T, month, owners int) {
	t.Helper()
	before := db.FloorID(time.Date(2026, 4, 1, 0, 0, 0, 0, clock.Shanghai))
	if n := w.count(t, `SELECT count(*) FROM access_record WHERE record_id < $1`, before); n != 0 {
		t.Errorf("%d records of March are still there", n)
	}
	gone := w.count(t, `SELECT count(*) FROM log_leaf WHERE leaf_id < $1 AND kind = 'use' AND length(opening) = 0 AND length(leaf) > 0`, before)
	open := w.count(t, `SELECT count(*) FROM log_leaf WHERE kind <> 'use' AND length(opening) = 0`)
	if gone != month || open != 0 {
		t.Errorf("%d of %d leaves say nothing any more, and %d of other kinds", gone, month, open)
	}
	if n := w.count(t, `SELECT count(*) FROM log_leaf WHERE kind = 'records-left'`); n != 1 {
		t.Errorf("the log has %d records of the leaving", n)
	}
	w.Read(t, func(q *db.Tx) error {
		n, err := w.App.Book.Gone(t.Context(), q, w.owner.HolderID, access.LeafKind, retention.DueBefore(w.Clock.Now()))
		if n != owners {
			t.Errorf("the holder is told of %d records that left, not %d", n, owners)
		}
		return err
	})
}

// changed: whatever is done to the file is told.
func (w *world) changed(t *testing.T, file []byte) {
	t.Helper()
	lines := strings.SplitAfter(string(file), "\n")
	lines = lines[:len(lines)-1] // what follows the last line end
	without := func(i int) string { return strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "") }
	swapped := slices.Clone(lines)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	for name, c := range map[string]struct{ file, code string }{
		"a record is left out":     {without(2), verify.RecordsSigned},
		"two records are swapped":  {strings.Join(swapped, ""), verify.RecordsOrder},
		"a refusal becomes a gift": {strings.Replace(string(file), `"result":"given"`, `"result":"giveN"`, 1), verify.RecordsSigned},
		"a time is another":        {strings.Replace(string(file), `"at":17`, `"at":16`, 1), verify.RecordsRow},
		"a place is another":       {strings.Replace(string(file), `"index":`, `"index":1`, 1), verify.LogInclusion},
		"another month":            {strings.Replace(string(file), `"month":"2026-03"`, `"month":"2026-02"`, 1), verify.RecordsSigned},
		"cut off":                  {without(len(lines) - 1), verify.RecordsFile},
		"something follows":        {string(file) + "{}\n", verify.RecordsFile},
		"no checkpoint":            {strings.Replace(string(file), `"checkpoint":"`, `"checkpoint":"x`, 1), verify.LogCheckpoint},
	} {
		r := w.records(t, []byte(c.file))
		if r.Verdict != verify.LogInvalid || !slices.ContainsFunc(r.Causes, func(x verify.LogCause) bool { return x.Code == c.code && x.Zh != "" }) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// The process dies once at each step; the next goes on. At no moment is a record neither in the database nor in a file that is
// right, and the month leaves once.
func TestMonthLeavesThoughKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url)
		w.retire(t)
		w.goTo(t, "2026-05-10")
		w.use(t, 9)
		may := w.uses(t)
		w.goTo(t, "2036-06-02")
		died, lost := map[string]bool{}, false
		for run := 0; ; run++ {
			seen := map[string]int{}
			desk, err := retention.Dying(w.options(), 4, func(what string) error {
				seen[what]++
				if key := fmt.Sprintf("%s %d of %s", what, seen[what], w.state(t, "2026-05")); !died[key] {
					died[key] = true
					return errPower
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			err = desk.Retire(t.Context())
			if err != nil && !errors.Is(err, errPower) && !errors.Is(err, fs.ErrNotExist) || run > 100 {
				t.Fatalf("run %d: %v", run, err)
			}
			w.nothingLost(t, may)
			if err == nil {
				break
			}
			if file := filepath.Join(w.dir, "uses-2026-05.jsonl"); w.state(t, "2026-05") == "archived" && !lost {
				lost = true // the file is lost before anything has left: it is made anew
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
		}
		t.Log(slices.Sorted(maps.Keys(died)))
		for _, step := range []string{"claimed", "written", "placed", "checked", "archived", "leaving", "taken"} {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(died)), func(k string) bool { return strings.HasPrefix(k, step) }) {
				t.Errorf("nobody died at %q", step)
			}
		}
		if !lost {
			t.Error("no file was lost")
		}
		w.sequence(t)
		months, err := w.desk.Months(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(months, func(_ string, m retention.Month) bool { return m.State == "left" && m.Records == 0 })
		if n := w.count(t, `SELECT count(*) FROM log_leaf WHERE kind = 'records-left'`); n != len(months) || len(w.uses(t)) != 0 {
			t.Errorf("%d months left, the log has %d records of it, %d uses are there", len(months), n, len(w.uses(t)))
		}
		w.logWhole(t, nil)
	})
}

// nothingLost: each use can be read, in the database or in a file that is right.
func (w *world) nothingLost(t *testing.T, uses []access.Use) {
	t.Helper()
	path := filepath.Join(w.dir, "uses-2026-05.jsonl")
	for _, u := range uses {
		receipt, err := w.App.Book.Receipt(t.Context(), w.owner.HolderID, u.RecordID)
		if errs.Code(err) == "evidence.left" {
			receipt, _, err = w.desk.Show(t.Context(), path, u.RecordNo)
		}
		if err != nil || len(receipt.Body) == 0 {
			t.Fatalf("a record is lost: %v", err)
		}
	}
	if len(w.uses(t)) == len(uses) {
		return
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := w.records(t, file); r.Verdict != verify.LogValid || int(r.Records) != len(uses) {
		t.Fatalf("records are gone, and their file is not right: %+v", r)
	}
}

// Who was erased before their last records leave holds up no month: the file has what is left, and that is proved.
func TestMonthLeavesThoughAHolderWasErased(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url)
		w.goTo(t, "2026-06-10")
		w.use(t, 2)
		june := w.uses(t)
		w.goTo(t, "2036-07-01")
		w.Write(t, func(tx *db.Tx) error { return w.App.Holders.Destroy(t.Context(), tx, w.owner.HolderID) })
		w.exec(t, `UPDATE log_leaf SET opening = $1 WHERE holder_id = $2 AND leaf_id = $3`, []byte(evidence.Erased), w.owner.HolderID, june[0].RecordID)
		w.retire(t)
		file, err := os.ReadFile(filepath.Join(w.dir, "uses-2026-06.jsonl"))
		if err != nil || w.state(t, "2026-06") != "left" {
			t.Fatalf("the month is %q, %v", w.state(t, "2026-06"), err)
		}
		if r := w.records(t, file); r.Verdict != verify.LogValid || r.Records != 2 {
			t.Errorf("the file: %+v", r)
		}
	})
}

// A hold on a holder, a case or the month keeps the month, until it is lifted or ends; one on somebody else does not.
func TestHoldKeepsAMonth(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url)
		w.goTo(t, "2026-06-10")
		w.use(t, 2)
		w.exec(t, `UPDATE access_record SET case_no = 'C1' WHERE record_id = $1`, w.uses(t)[0].RecordID)
		w.goTo(t, "2036-07-01")
		place := func(subject, value string, until time.Time) string {
			id, err := w.desk.Place(t.Context(), retention.Hold{Subject: subject, Value: value, PlacedBy: "admin", Ground: "〔2036〕1号", Until: until})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		place(retention.OfHolder, db.NewRandomID(), time.Time{})
		place(retention.OfCase, "C2", time.Time{})
		place(retention.OfMonth, "2026-07", time.Time{})
		for _, h := range [][2]string{{retention.OfHolder, w.owner.HolderID}, {retention.OfCase, "C1"}, {retention.OfMonth, "2026-06"}} {
			id := place(h[0], h[1], time.Time{})
			w.retire(t)
			if s := w.state(t, "2026-06"); s != "" || len(w.uses(t)) != 2 {
				t.Fatalf("the month is %q in spite of a hold on a %s", s, h[0])
			}
			if err := w.desk.Lift(t.Context(), id, "admin", "〔2036〕2号"); err != nil {
				t.Fatal(err)
			}
			if err := w.desk.Lift(t.Context(), id, "admin", "〔2036〕2号"); errs.Code(err) != "hold.unknown" {
				t.Errorf("lifted twice: %v", err)
			}
		}
		place(retention.OfMonth, "2026-06", w.Clock.Now().AddDate(0, 1, 0))
		w.retire(t)
		if s := w.state(t, "2026-06"); s != "" {
			t.Errorf("the month is %q before the hold ended", s)
		}
		w.goTo(t, "2036-08-02")
		w.retire(t)
		if s := w.state(t, "2026-06"); s != "left" {
			t.Errorf("the month is %q after the hold ended", s)
		}
		if n := w.count(t, `SELECT count(*) FROM log_leaf WHERE kind IN ('hold', 'hold-lifted')`); n != 10 {
			t.Errorf("the log has %d records of seven holds and three liftings", n)
		}
		for name, h := range map[string]retention.Hold{
			"no ground": {Subject: retention.OfMonth, Value: "2026-06", PlacedBy: "admin"},
			"no month":  {Subject: retention.OfMonth, Value: "June", PlacedBy: "admin", Ground: "x"},
			"nobody":    {Subject: retention.OfCase, Value: "C1", Ground: "x"},
			"nothing":   {Subject: "license", Value: "L", PlacedBy: "admin", Ground: "x"},
			"over":      {Subject: retention.OfCase, Value: "C1", PlacedBy: "admin", Ground: "x", Until: w.Clock.Now().Add(-time.Second)},
		} {
			if _, err := w.desk.Place(t.Context(), h); errs.Code(err) != "hold.invalid" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func (w *world) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	err := w.App.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
