package license_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

const (
	// livesFolder and livesDatabase name where the process to be killed works.
	livesFolder   = "YINXIN_LIVES_CHILD"
	livesDatabase = "YINXIN_LIVES_DATABASE"
	// livesAtOnce share the clock, livesTogether of them are at the database at the same time, and each has livesSteps
	// operations tried on it.
	livesAtOnce   = 500
	livesTogether = 8
	livesInAWorld = 10 * livesAtOnce // in which the clock goes on by a year or two: no longer than a seal is good for
	livesSteps    = 12
)

// line is one line of a journal: that an operation is tried on license N at a moment, or, without one, how it came out.
type line struct {
	N      int                `json:"n"`
	At     time.Time          `json:"at,omitzero"`
	Op     *license.Operation `json:"op,omitempty"`
	Done   bool               `json:"done,omitempty"`
	Err    string             `json:"err,omitempty"`
	Word   license.State      `json:"word,omitempty"`
	Killed bool               `json:"killed,omitempty"` // nobody was answered; Done says what the database had after the restart
}

const broke = "broke off"

var errBreaksOff = errors.New("the transaction breaks off")

// journal is what the process that is killed writes down before and after each operation.
type journal struct {
	mu   sync.Mutex
	file *os.File
}

func (j *journal) write(t *testing.T, x line) {
	t.Helper()
	text, err := json.Marshal(x)
	if err != nil {
		t.Error(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(text, '\n')); err != nil {
		t.Error(err)
	}
}

// openJournal reads what is written and opens it for more. A line that was cut off was not written.
func openJournal(t *testing.T, dir string) (*journal, []line) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "lives.journal"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	if err := f.Truncate(int64(len(whole))); err != nil {
		t.Fatal(err)
	}
	var lines []line
	for text := range bytes.Lines(whole) {
		var x line
		if err := json.Unmarshal(text, &x); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, x)
	}
	return &journal{file: f}, lines
}

// TestLivesChild is the process that is killed: it tries operations on licenses, several at the same time.
func TestLivesChild(t *testing.T) {
	dir := os.Getenv(livesFolder)
	if dir == "" {
		t.Skip("needs to be started by TestLivesAgainstTheDatabase: it is the process that is killed")
	}
	w := world.At(t, dir, os.Getenv(livesDatabase))
	defer func() { _ = w.Close() }()
	text, err := os.ReadFile(filepath.Join(dir, "lives.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []license.License
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	j, lines := openJournal(t, dir)
	w.Now.Move(all[0].PublishedAt.Sub(world.Start))
	tried, done, open := make([]int, len(all)), make([]int, len(all)), make([]bool, len(all))
	for _, x := range lines {
		if open[x.N] = x.Op != nil; open[x.N] {
			tried[x.N]++
			w.Now.Move(max(0, x.At.Sub(w.Now.Now())))
		}
		if x.Done {
			done[x.N]++
		}
	}
	for n := range all {
		all[n] = get(t, w, all[n])
		if open[n] {
			j.write(t, line{N: n, Killed: true, Done: len(actions(t, w, all[n])) > 1+done[n]})
		}
	}
	dice := rand.New(rand.NewPCG(7, uint64(len(lines))))
	for round := slices.Min(tried); round < livesSteps; round++ {
		w.Now.Move(time.Duration(1+dice.IntN(100)) * time.Hour)
		var together sync.WaitGroup
		for k := range livesTogether {
			r := rand.New(rand.NewPCG(dice.Uint64(), 9))
			together.Go(func() {
				for n := k; n < len(all); n += livesTogether {
					if tried[n] == round {
						try(t, w, r, j, n, &all[n])
						tried[n]++
					}
				}
			})
		}
		together.Wait()
	}
}

// try has something happen to a license, and sometimes breaks its transaction off.
func try(t *testing.T, w *world.World, r *rand.Rand, j *journal, n int, l *license.License) {
	t.Helper()
	now := w.Now.Now()
	o, breaks := guess(r, now), r.IntN(6) == 0
	j.write(t, line{N: n, At: now, Op: &o})
	var after license.License
	err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		var err error
		if after, err = w.Licenses.Operate(ctx, tx, *l, o); err == nil && breaks {
			err = errBreaksOff
		}
		return err
	})
	switch {
	case errors.Is(err, errBreaksOff):
		j.write(t, line{N: n, Err: broke})
	case err != nil:
		j.write(t, line{N: n, Err: errs.Code(err)})
	default:
		j.write(t, line{N: n, Done: true, Word: after.State(now)})
		*l = after
	}
}

// The same against the database, by a process that is killed again and again: what was answered has happened, nothing
// forbidden has, and what was so at any moment, seen from any other, follows from the events.
func TestLivesAgainstTheDatabase(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]func(testing.TB) *world.World{"sqlite": world.New, "postgres": world.NewPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, 9))
			lives, kills, cut := howManyLives(t, name), 0, [2]int{}
			var w *world.World
			var typ catalog.Type
			for first := 0; first < lives; first += livesAtOnce {
				if first%livesInAWorld == 0 {
					w = in(t)
					typ = plain(t, w)
					typ.Validity = catalog.Validity{Rule: catalog.Fixed, Days: 20}
					publish(t, w, typ)
				}
				made := born(t, w, typ.Code, first, min(livesAtOnce, lives-first))
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				kills += killLives(t, w, r)
				now := w.Now.Now()
				w = world.At(t, w.Config.Data, w.Config.Database)
				t.Cleanup(func() { _ = w.Close() })
				w.Now.Move(now.Sub(world.Start))
				judge(t, w, r, made, &cut)
			}
			t.Logf("%d lives, killed %d times: of what was cut off %d had happened and %d not", lives, kills, cut[1], cut[0])
		})
	}
}

// howManyLives are tried: the rules are the same on both databases, and what can differ is what they keep.
func howManyLives(t *testing.T, database string) int {
	t.Helper()
	if text := os.Getenv("YINXIN_LIVES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if database == "sqlite" {
		return 1000
	}
	return 200
}

// born makes the licenses of some lives and lays them where the process finds them, with an empty journal.
func born(t *testing.T, w *world.World, typeCode string, first, count int) []license.License {
	t.Helper()
	o := order(t, w, demo.FoodPermit)
	o.TypeCode = typeCode
	var rows []license.Row
	for i := range count {
		rows = append(rows, license.Row{Holders: []holder.Profile{firm(t, first+i)}, IssuedOn: w.Now.Now()})
	}
	made, refused, err := bulk(t, w, o).Make(context.Background(), rows, none)
	if err != nil || refused[0] != nil {
		t.Fatal(err, refused[0])
	}
	for i := range made {
		made[i] = get(t, w, made[i])
	}
	text, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Config.Data, "lives.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Config.Data, "lives.journal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return made
}

// killLives starts processes and kills each some time after it has begun to write, until one comes to the end.
func killLives(t *testing.T, w *world.World, r *rand.Rand) (kills int) {
	t.Helper()
	path := filepath.Join(w.Config.Data, "lives.journal")
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for range 1000 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestLivesChild$")
		child.Env = append(os.Environ(), livesFolder+"="+w.Config.Data, livesDatabase+"="+w.Config.Database)
		var out bytes.Buffer
		child.Stdout, child.Stderr = &out, &out
		before := size()
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		begun := time.NewTicker(5 * time.Millisecond)
		var kill <-chan time.Time
		var err error
		for waiting := true; waiting; {
			select {
			case err = <-ended:
				waiting = false
			case <-begun.C:
				if kill == nil && size() != before {
					kill = time.After(time.Duration(r.IntN(600)) * time.Millisecond)
				}
			case <-kill:
				_ = child.Process.Kill()
			}
		}
		begun.Stop()
		if err == nil {
			return kills
		}
		if child.ProcessState.Exited() {
			t.Fatalf("the child failed: %s", out.String())
		}
		kills++
	}
	t.Fatal("it never came to the end")
	return kills
}

// judge holds what the journal and the database say of lives against the plain lives. cut counts what was cut off: what
// had not happened all the same, and what had.
func judge(t *testing.T, w *world.World, r *rand.Rand, made []license.License, cut *[2]int) {
	t.Helper()
	_, lines := openJournal(t, w.Config.Data)
	all, tried := make([]*plainLife, len(made)), make([]line, len(made))
	for i, l := range made {
		all[i] = lifeOf(l)
	}
	for _, x := range lines {
		if x.Op != nil {
			tried[x.N] = x
			w.Now.Move(max(0, x.At.Sub(w.Now.Now())))
			continue
		}
		life, o, at := all[x.N], *tried[x.N].Op, tried[x.N].At
		may := life.may(o, at)
		switch {
		case x.Killed && x.Done:
			cut[1]++
		case x.Killed:
			cut[0]++
		}
		if x.Done && !may || !x.Killed && may != (x.Done || x.Err == broke) {
			t.Fatalf("after %v: %+v gives %+v", life.told, o, x)
		}
		if x.Done {
			life.do(o, at)
		}
		if x.Word != "" && x.Word != life.word(at, at) {
			t.Fatalf("after %v it is %s", life.told, x.Word)
		}
	}
	for i, l := range made {
		compare(t, w, r, l, all[i])
	}
	if _, err := w.Book.Sequence(context.Background()); err != nil {
		t.Error(err)
	}
	if n := w.Count(t, `
		SELECT count(*) FROM license_event e
		LEFT JOIN log_leaf f ON f.holder_id = e.holder_id AND f.leaf_id = e.leaf_id
		WHERE f.idx IS NULL`); n != 0 {
		t.Errorf("%d events are not in the log", n)
	}
}

// compare holds a license in the database against its plain life, now and at moments seen from others.
func compare(t *testing.T, w *world.World, r *rand.Rand, made license.License, life *plainLife) {
	t.Helper()
	now, l := w.Now.Now(), get(t, w, made)
	var want []string
	for _, e := range life.told {
		want = append(want, string(e.action))
	}
	if got := actions(t, w, l); l.State(now) != life.word(now, now) || !slices.Equal(got[1:], want) || l.RowVersion != made.RowVersion+int64(len(want)) {
		t.Fatalf("after %v it is %s, its course is %v", life.told, l.State(now), got)
	}
	begin := l.PublishedAt.Add(-30 * time.Hour)
	span := int(now.Sub(begin) / time.Hour)
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		for range 20 {
			at := license.When{True: begin.Add(time.Duration(r.IntN(span)) * time.Hour), Known: begin.Add(time.Duration(r.IntN(span)) * time.Hour)}
			then, err := w.Licenses.AsOf(ctx, q, l, at)
			if err != nil {
				return err
			}
			want := life.word(at.True, at.Known)
			if at.Known.Before(l.PublishedAt) {
				want = license.InMaking
			}
			if got := then.State(at.True); got != want {
				t.Errorf("after %v: at %v it is %s and should be %s", life.told, at, got, want)
			}
		}
		return nil
	})
}
