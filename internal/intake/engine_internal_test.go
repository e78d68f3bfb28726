package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sheet"
	"github.com/yinxin-org/yinxin/internal/task"
)

// The machinery is tested with a kind of its own, which writes words into the table of the installation: what it
// guarantees must not depend on what is imported.

var clerk = &authn.Actor{AccountID: "a", UnitID: "u", Roles: []string{"admin"}}

type office struct {
	*Desk
	db   *db.DB
	now  *clock.Fixed
	hook func(name string) error // stands for what may go wrong between two rows
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{db: d, now: clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)), hook: func(string) error { return nil }}
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.Desk = Open(Options{DB: d, Clock: o.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Keys: keys, Files: files,
		Trail: change.Open(o.now), Tasks: task.Open(o.now), Node: "here"})
	o.plans = map[Kind]plan{Units: o.wordPlan()}
	return o
}

func (o *office) wordPlan() plan {
	main := sheet.Form{Zh: "词", En: "Words", Columns: []sheet.Column{{Name: "name", Zh: "词", En: "Word", Required: true},
		{Name: "value", Zh: "义", En: "Meaning"}, {Name: "parent", Zh: "上位词", En: "Above"}}}
	sub := sheet.Form{Zh: "例", En: "Examples", Columns: []sheet.Column{{Name: "word", Zh: "词", En: "Word", Required: true}, {Name: "text", Zh: "例句", En: "Example", Required: true}}}
	return plan{kind: Units, roles: []string{"admin"}, main: main, sub: sub, key: "name", subs: "examples", above: func(v row) string { return v.get("parent") },
		link: func(v row) string { return v.get("name") },
		ready: func(b *batch, r *record) (step, []Fault) {
			v := b.main(r)
			return func(ctx context.Context, tx *db.Tx, by change.By) (bool, error) {
				return o.word(ctx, tx, v.get("name"), v.get("value"), v.get("parent"), len(r.subs))
			}, nil
		}}
}

// word writes a word and what hangs on it. It breaks the rule that a refusal comes before the first write, so that
// the tests see whether anything of a refused row stays.
func (o *office) word(ctx context.Context, tx *db.Tx, name, value, parent string, examples int) (bool, error) {
	if err := o.hook(name); err != nil {
		return false, err
	}
	if parent != "" {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM installation WHERE name = $1`, "w:"+parent).Scan(&n); err != nil {
			return false, err
		}
		if n == 0 {
			return false, errs.New(errs.Invalid, "unit.unknown").On("parent")
		}
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO installation (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value
		WHERE installation.value <> excluded.value`, "w:"+name, value)
	if err != nil {
		return false, err
	}
	switch value {
	case "bad":
		return false, errs.New(errs.Invalid, "field.too-long").On("value").With("max", "2")
	case "bad example":
		return false, errs.New(errs.Invalid, "field.required").On("examples[1].text")
	case "taken":
		_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, 'x')`, "w:"+name)
		return false, errs.New(errs.Conflict, "conflict").On("name").Wrap(err) // on PostgreSQL the transaction is lost as well
	case "broken":
		_, err := tx.Exec(ctx, `INSERT INTO nowhere (name) VALUES ($1)`, name)
		return false, err
	}
	return n > 0, nil
}

func (o *office) words(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := o.db.Read(context.Background(), func(q *db.Tx) error {
		rows, err := q.Query(context.Background(), `SELECT name, value FROM installation WHERE name LIKE 'w:%'`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var k, v string
			if err := rows.Scan(&k, &v); err != nil {
				return err
			}
			found[strings.TrimPrefix(k, "w:")] = v
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (o *office) start(t *testing.T, mode Mode, data string) Task {
	t.Helper()
	task, err := o.Start(context.Background(), clerk, Upload{Kind: Units, Mode: mode, Reason: "初始化词表", FileName: "词表.csv", Data: []byte(data)})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func (o *office) read(t *testing.T, id string) Task {
	t.Helper()
	var task Task
	if err := o.db.Read(context.Background(), func(q *db.Tx) (err error) {
		task, err = o.get(context.Background(), q, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return task
}

func (o *office) work(t *testing.T) {
	t.Helper()
	if err := o.Work(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (o *office) faults(t *testing.T, id string) []Fault {
	t.Helper()
	var list []Fault
	if err := o.db.Read(context.Background(), func(q *db.Tx) (err error) {
		list, _, err = o.Faults(context.Background(), q, id, 1000, 0)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func (o *office) tasks(t *testing.T) (open int) {
	t.Helper()
	if err := o.db.Read(context.Background(), func(q *db.Tx) error {
		return q.QueryRow(context.Background(), `SELECT count(*) FROM config_task WHERE done_at = 0`).Scan(&open)
	}); err != nil {
		t.Fatal(err)
	}
	return open
}

const mixed = "词,义,上位词\n甲,1,\n乙,2,\n丙,bad,\n丁,4,\n戊,taken,\n己,broken,\n庚,7,无此词\n甲,8,\n,9,\n末,10,首\n首,11,\n"

func TestRowByRow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		id := o.start(t, Each, mixed).ID
		o.work(t)
		got := o.read(t, id)
		if got.State != Done || got.Total != 11 || got.Position != 11 || got.Changed != 5 || got.Unchanged != 0 || got.Failed != 6 {
			t.Errorf("%+v", got)
		}
		want := map[string]string{"甲": "1", "乙": "2", "丁": "4", "末": "10", "首": "11"}
		if words := o.words(t); fmt.Sprint(words) != fmt.Sprint(want) {
			t.Errorf("%v", words)
		}
		var told []string
		for _, f := range o.faults(t, id) {
			told = append(told, fmt.Sprintf("%d %s %s", f.Row, f.Field, f.Code))
		}
		slices.Sort(told)
		if want := []string{"10 name field.required", "4 value field.too-long", "6 name conflict", "7  internal", "8 parent unit.unknown", "9 name import.twice"}; !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
		if o.tasks(t) != 1 {
			t.Error("nobody is told to mend the rows")
		}
		// Again: what is here changes nothing.
		again := o.start(t, Each, mixed).ID
		o.work(t)
		if got := o.read(t, again); got.Changed != 0 || got.Unchanged != 5 || got.Failed != 6 {
			t.Errorf("again: %+v", got)
		}
		// Corrected: the work is done.
		o.start(t, All, "词,义\n丙,3\n")
		o.work(t)
		if n := o.tasks(t); n != 0 {
			t.Errorf("%d tasks after a clean import", n)
		}
	})
}

func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for name, c := range map[string]struct {
			data   string
			failed int
		}{
			"seen in the file":   {"词,义\n甲,1\n,2\n甲,3\n", 2},
			"seen by the domain": {"词,义\n甲,1\n乙,bad\n丙,bad\n丁,4\n", 2},
			"lost transaction":   {"词,义\n甲,1\n乙,taken\n丁,4\n", 1},
		} {
			id := o.start(t, All, c.data).ID
			o.work(t)
			got := o.read(t, id)
			if got.State != Failed || got.Failed != c.failed || got.Changed != 0 || got.Problem == nil || got.Problem.Code != "import.refused" ||
				len(o.faults(t, id)) != c.failed || len(o.words(t)) != 0 {
				t.Errorf("%s: %+v %v %v", name, got, o.faults(t, id), o.words(t))
			}
		}
		id := o.start(t, All, "词,义,上位词\n甲,1,乙\n乙,2,\n").ID
		o.work(t)
		if got := o.read(t, id); got.State != Done || got.Changed != 2 || got.Position != 2 || len(o.words(t)) != 2 {
			t.Errorf("%+v", got)
		}
	})
}

// The rows of the further sheet belong to those of the main one, and are blamed by their own numbers.
func TestFurtherSheet(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		var file bytes.Buffer
		if err := sheet.Write(&file, sheet.Page{Name: "词", Headings: []string{"词", "义"}, Rows: lines([]string{"甲", "1"}, []string{"乙", "bad example"}, []string{"丙", "3"})},
			sheet.Page{Name: "例", Headings: []string{"词", "例句"}, Rows: lines([]string{"乙", "一"}, []string{"乙", "二"}, []string{"丙", ""}, []string{"丁", "四"}, []string{"甲", "五"})}); err != nil {
			t.Fatal(err)
		}
		id := o.start(t, Each, file.String()).ID
		o.work(t)
		var told []string
		for _, f := range o.faults(t, id) {
			told = append(told, fmt.Sprintf("%d:%d %s %s", f.Sheet, f.Row, f.Field, f.Code))
		}
		slices.Sort(told)
		if want := []string{"1:3 text field.required", "1:4 text field.required", "1:5 word import.orphan"}; !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
		// The file of errors has all rows of the records left out, and is taken in again.
		var b []byte
		var err error
		if b, err = o.ErrorFile(context.Background(), o.read(t, id), false); err != nil {
			t.Fatal(err)
		}
		book, err := sheet.Open(b, sheet.Standard)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for i := range book.Sheets() {
			for r, err := range book.Rows(i) {
				if err != nil {
					t.Fatal(err)
				}
				line := ""
				for _, c := range r.Cells {
					line += c.Text + "|"
				}
				text = append(text, line)
			}
		}
		want := []string{"词|义|错误|", "乙|bad example|", "丙|3|", "词|例句|错误|", "乙|一|", "乙|二|例句：此项必填。|", "丙||例句：此项必填。|", "丁|四|词：主表里没有这个代码。请在主表补上，或删去这一行。|"}
		if !slices.Equal(text, want) {
			t.Errorf("%q", text)
		}
		again := o.start(t, Each, string(b)).ID
		o.work(t)
		if got := o.read(t, again); got.Failed != 3 || got.Total != 3 {
			t.Errorf("%+v", got)
		}
	})
}

func lines(rows ...[]string) func(func([]string, error) bool) {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// An import that is cut off anywhere goes on where it stood: every row is written once, and counted once.
func TestCutOffAnywhere(t *testing.T) {
	t.Parallel()
	const n = 300
	var data strings.Builder
	data.WriteString("词,义\n")
	for i := range n {
		value := "v"
		if i%17 == 0 {
			value = "bad"
		}
		fmt.Fprintf(&data, "w%04d,%s\n", i, value)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		dice := rand.New(rand.NewPCG(1, 2))
		id := o.start(t, Each, data.String()).ID
		cuts := 0
		for {
			ctx, cancel := context.WithCancel(context.Background())
			left := dice.IntN(120)
			o.hook = func(string) error {
				if left--; left < 0 {
					cancel()
					return context.Canceled
				}
				return nil
			}
			err := o.Work(ctx)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if cuts++; cuts > 200 {
				t.Fatal("it does not come on")
			}
			at := o.read(t, id)
			if at.Position != at.Changed+at.Failed || len(o.words(t)) != at.Changed {
				t.Fatalf("cut off at %+v with %d words", at, len(o.words(t)))
			}
		}
		bad := (n + 16) / 17
		if got := o.read(t, id); got.State != Done || got.Changed != n-bad || got.Failed != bad || len(o.words(t)) != n-bad || len(o.faults(t, id)) != bad {
			t.Errorf("after %d cuts: %+v, %d words", cuts, got, len(o.words(t)))
		}
		if cuts == 0 {
			t.Error("it was never cut off")
		}
	})
}

func TestSteering(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		o := newOffice(t, d)
		for _, mode := range []Mode{Each, All} {
			data := "词,义\n"
			for i := range 200 {
				data += fmt.Sprintf("%s%03d,1\n", mode, i)
			}
			id := o.start(t, mode, data).ID
			steer := func(a Action, want State) {
				t.Helper()
				if got, err := o.Steer(ctx, clerk, id, a); err != nil || got.State != want {
					t.Fatalf("%s %s: %v %v", mode, a, got.State, err)
				}
			}
			steer(Pause, Paused)
			o.work(t)
			steer(Pause, Paused)
			steer(Resume, Checking)
			steer(Resume, Checking)
			// Somebody pauses it while it runs; the row can only be written between two transactions.
			seen := 0
			paused := make(chan error, 1)
			o.hook = func(string) error {
				if seen++; seen == 60 {
					go func() {
						_, err := o.Steer(ctx, clerk, id, Pause)
						paused <- err
					}()
					for !o.Desk.stoppedForTest(id) {
						time.Sleep(time.Millisecond)
					}
				}
				return nil
			}
			o.work(t)
			if err := <-paused; err != nil {
				t.Fatal(err)
			}
			o.hook = func(string) error { return nil }
			o.work(t)
			at := o.read(t, id)
			if at.State != Paused || at.Position == 200 || mode == All && at.Position != 0 {
				t.Fatalf("%s: %+v", mode, at)
			}
			steer(Resume, Running)
			o.work(t)
			if got := o.read(t, id); got.State != Done || got.Changed != 200 {
				t.Errorf("%s: %+v", mode, got)
			}
			if _, err := o.Steer(ctx, clerk, id, Cancel); errs.Code(err) != "import.ended" {
				t.Errorf("cancel what is done: %v", err)
			}
		}
		id := o.start(t, Each, "词\n甲\n").ID
		if _, err := o.Steer(ctx, clerk, id, Cancel); err != nil {
			t.Fatal(err)
		}
		o.work(t)
		if got := o.read(t, id); got.State != Cancelled || got.Changed != 0 {
			t.Errorf("%+v", got)
		}
		if _, err := o.Steer(ctx, &authn.Actor{UnitID: "other", Roles: []string{"admin"}}, id, Resume); errs.Code(err) != "import.unknown" {
			t.Errorf("another unit: %v", err)
		}
	})
}

// stoppedForTest tells whether somebody has asked a running import to stop.
func (d *Desk) stoppedForTest(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.live[id]
	return ok && p.stopped
}

// Two nodes never write the same rows: the one that comes second leaves off.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		options := o.o
		options.Node = "there"
		other := Open(options)
		other.plans = o.plans
		id := o.start(t, Each, "词,义\n甲,1\n乙,2\n").ID
		if _, err := o.take(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := other.Work(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := o.read(t, id); got.Position != 0 {
			t.Errorf("the other node did not leave it alone: %+v", got)
		}
		o.now.Move(2 * leaseFor)
		stale, err := scanTask(o, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Work(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := o.carry(context.Background(), stale); !errors.Is(err, errMoved) {
			t.Errorf("both worked on it: %v", err)
		}
		if got := o.read(t, id); got.State != Done || got.Changed != 2 {
			t.Errorf("%+v", got)
		}
	})
}

func scanTask(o *office, id string) (t Task, err error) {
	err = o.db.Read(context.Background(), func(q *db.Tx) error {
		t, err = o.get(context.Background(), q, id)
		return err
	})
	return t, err
}

func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		good := Upload{Kind: Units, Mode: Each, Reason: "初始化", Data: []byte("词\n甲\n")}
		for name, c := range map[string]struct {
			change func(*Upload)
			actor  *authn.Actor
			code   string
		}{
			"another role":  {func(*Upload) {}, &authn.Actor{UnitID: "u", Roles: []string{"clerk"}}, "denied"},
			"no such kind":  {func(u *Upload) { u.Kind = "licenses" }, clerk, "import.kind"},
			"no mode":       {func(u *Upload) { u.Mode = "some" }, clerk, "import.mode"},
			"no reason":     {func(u *Upload) { u.Reason = " " }, clerk, "change.reason"},
			"no file":       {func(u *Upload) { u.Data = nil }, clerk, "sheet.empty"},
			"other columns": {func(u *Upload) { u.Data = []byte("义\n甲\n") }, clerk, "sheet.heading.missing"},
		} {
			u := good
			c.change(&u)
			if _, err := o.Start(context.Background(), c.actor, u); errs.Code(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		id := o.start(t, Each, "词\n").ID
		o.work(t)
		if got := o.read(t, id); got.State != Failed || got.Problem.Code != "import.empty" {
			t.Errorf("%+v", got)
		}
		for range maxOpen {
			o.start(t, Each, "词\n甲\n")
		}
		if _, err := o.Start(context.Background(), clerk, good); errs.Code(err) != "import.many" {
			t.Errorf("one too many: %v", err)
		}
	})
}

// What stands in the file lies nowhere in plain.
func TestFilesAreKeptEncrypted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		task := o.start(t, Each, "词,义\n甲,秘密的意义\n")
		sealed, err := o.o.Files.Get(context.Background(), o.read(t, task.ID).fileRef)
		if err != nil || bytes.Contains(sealed, []byte("秘密")) {
			t.Errorf("%v", err)
		}
		if b, err := o.file(context.Background(), o.read(t, task.ID)); err != nil || !bytes.Contains(b, []byte("秘密")) {
			t.Errorf("%v", err)
		}
	})
}
