// Package batch_test brings in batches of thousands and kills the process that reads and makes them, again and again:
// every right row becomes one license, no row becomes two, and every faulty one is told.
package batch_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

const (
	childFolder   = "YINXIN_BATCH_CHILD"    // the installation that a child process is to work in
	childDatabase = "YINXIN_BATCH_DATABASE" // and its database
	full          = "YINXIN_BATCH_ROWS"     // how many rows, instead of 20,000
	filesTo       = "YINXIN_BATCH_FILES"    // a folder for every thousandth file, for others to judge
)

// TestChild is the process that is killed: it opens the platform, brings leaves into the log, and works on what is due.
func TestChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("needs to be started by the tests that kill it")
	}
	w := world.At(t, dir, os.Getenv(childDatabase))
	ctx, stop := context.WithCancel(t.Context())
	logged := make(chan error, 1)
	go func() { logged <- w.Book.Run(ctx) }()
	if err := w.Batches.Work(ctx); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-logged; err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// One row in a hundred is faulty, in one of four ways.
const faultyEvery = 100

func TestKilledWhileMakingABatch(t *testing.T) {
	rows := 20_000
	if s := os.Getenv(full); s != "" {
		var err error
		if rows, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	killed(t, world.New(t), rows)
}

func TestKilledWhileMakingABatchOnPostgreSQL(t *testing.T) {
	killed(t, world.NewPostgres(t), 1500)
}

func killed(t *testing.T, w *world.World, rows int) {
	t.Helper()
	d := &deed{t: t, dir: w.Config.Data, url: w.Config.Database, rows: rows, dice: rand.New(rand.NewPCG(6, uint64(rows)))}
	d.maker, d.reviewer = w.Actor(t, "gl-scjg-clerk"), w.Actor(t, "gl-scjg-reviewer")
	d.typeCode = w.TypeCode(t, "food-permit")
	d.begin(w)
	d.close(w)

	t.Logf("killed %d times while it was read", d.kill())
	w = world.At(t, d.dir, d.url)
	bad := rows / faultyEvery
	if b := d.batch(w); b.State != batch.Checked || b.Total != rows || b.Bad != bad || b.Good != rows-bad {
		t.Fatalf("read: %+v", b)
	}
	d.told(w, bad)
	d.submit(w)
	d.close(w)

	t.Logf("killed %d times while it was made", d.kill())
	w = world.At(t, d.dir, d.url)
	defer d.close(w)
	if b := d.batch(w); b.State != batch.Done || b.Made != rows-bad || b.Good != 0 || b.LeftOut != 0 || b.Bad != bad {
		t.Fatalf("made: %+v", b)
	}
	d.once(w, rows-bad)
	d.files(w)
}

// deed is one batch that is brought in, read and made by processes that are killed.
type deed struct {
	t               *testing.T
	dir, url        string
	rows            int
	dice            *rand.Rand
	maker, reviewer *authn.Actor
	typeCode        string
	id              string
}

func (d *deed) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *deed) close(w *world.World) {
	d.t.Helper()
	d.ok(w.Close())
}

func (d *deed) batch(w *world.World) (b batch.Batch) {
	d.t.Helper()
	w.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		b, err = w.Batches.Get(ctx, q, d.maker, d.id)
		return err
	})
	return b
}

// begin brings the file in and says which column is which.
func (d *deed) begin(w *world.World) {
	d.t.Helper()
	var file bytes.Buffer
	file.WriteString("统一社会信用代码,单位名称,法定代表人（负责人）,住所,经营场所,主体业态,经营项目\n")
	for n := range d.rows {
		first := fmt.Sprintf("91350102YX%07d", n)
		check, err := gbcode.USCCCheckChar(first)
		d.ok(err)
		code, name, kind := first+string(check), fmt.Sprintf("榕印小吃第%d分店", n), "餐饮服务经营者"
		if n%faultyEvery == faultyEvery/2 {
			switch n / faultyEvery % 4 {
			case 0:
				code = code[:17] + "?"
			case 1:
				name = ""
			case 2:
				kind = "路边摊"
			default:
				name = "\U000F0000号店" // a character that no font has
			}
		}
		fmt.Fprintf(&file, "%s,%s,林清,福州市鼓楼区东街8号,福州市鼓楼区东街%d号,%s,热食类食品制售\n", code, name, n, kind)
	}
	b, err := w.Batches.Begin(d.t.Context(), d.maker, batch.Upload{Kind: batch.New, TypeCode: d.typeCode, FileName: "名单.csv", Data: file.Bytes()})
	d.ok(err)
	d.id = b.ID
	p, err := w.Batches.Preview(d.t.Context(), d.maker, b.ID)
	d.ok(err)
	_, err = w.Batches.Map(d.t.Context(), d.maker, b.ID, p.Headings)
	d.ok(err)
}

func (d *deed) submit(w *world.World) {
	d.t.Helper()
	_, err := w.Batches.Submit(d.t.Context(), d.maker, d.id)
	d.ok(err)
	_, err = w.Batches.Judge(d.t.Context(), d.reviewer, d.id, true, "")
	d.ok(err)
}

// told holds the faults against how the rows were spoilt.
func (d *deed) told(w *world.World, bad int) {
	d.t.Helper()
	want := []string{"holderCode", "holderName", "KZ_ZTYT", ""}
	var rows []batch.Row
	w.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		var err error
		rows, err = w.Batches.Rows(ctx, q, d.batch(w), batch.Bad, bad+1, 0)
		return err
	})
	if len(rows) != bad {
		d.t.Fatalf("%d faulty rows, want %d", len(rows), bad)
	}
	for i, r := range rows {
		if n := i*faultyEvery + faultyEvery/2; r.No != n+1 || len(r.Faults) != 1 || want[i%4] != "" && r.Faults[0].Field != want[i%4] {
			d.t.Errorf("row %d, %+v, want row %d and %s", r.No, r.Faults, n+1, want[i%4])
		}
	}
}

// kill starts children and kills them at random moments; the last one is let go to the end.
func (d *deed) kill() (kills int) {
	d.t.Helper()
	const most = 8
	for ; ; kills++ {
		child := exec.CommandContext(d.t.Context(), os.Args[0], "-test.run", "^TestChild$", "-test.timeout", "30m")
		child.Env = append(os.Environ(), childFolder+"="+d.dir, childDatabase+"="+d.url)
		var out bytes.Buffer
		child.Stdout, child.Stderr = &out, &out
		d.ok(child.Start())
		if kills < most {
			wait := 400*time.Millisecond + time.Duration(d.dice.IntN(3000))*time.Millisecond
			timer := time.AfterFunc(wait, func() { _ = child.Process.Kill() })
			defer timer.Stop()
		}
		err := child.Wait()
		if err == nil {
			return kills
		}
		if child.ProcessState.Exited() {
			d.t.Fatalf("the child failed: %s", out.String())
		}
	}
}

// once says that there are as many licenses as right rows, each of one row, each with its number, key, event and leaf.
func (d *deed) once(w *world.World, n int) {
	d.t.Helper()
	for what, query := range map[string]string{
		"licenses":            `SELECT count(*) FROM license WHERE origin_id = $1 AND step = 'published' AND file_ref <> ''`,
		"rows with a license": `SELECT count(DISTINCT license_id) FROM batch_row WHERE batch_id = $1 AND state = 'made'`,
		"licenses of rows": `SELECT count(*) FROM license l JOIN batch_row r ON r.license_id = l.license_id AND r.holder_id = l.holder_id
			WHERE l.origin_id = $1 AND r.batch_id = $1`,
		"identifiers": `SELECT count(*) FROM license_index i JOIN license l ON l.license_id = i.license_id WHERE l.origin_id = $1`,
		"numbers":     `SELECT count(*) FROM license_number i JOIN license l ON l.license_id = i.license_id WHERE l.origin_id = $1`,
		"keys":        `SELECT count(*) FROM license_key k JOIN license l ON l.license_id = k.license_id WHERE l.origin_id = $1`,
		"events": `SELECT count(DISTINCT e.license_id) FROM license_event e JOIN license l ON l.license_id = e.license_id
			JOIN log_leaf f ON f.leaf_id = e.leaf_id WHERE l.origin_id = $1`,
	} {
		if got := w.Count(d.t, query, d.id); got != n {
			d.t.Errorf("%d %s, want %d", got, what, n)
		}
	}
	w.Now.Move(time.Hour) // the clock stands still, and so would the lease of a process that was killed
	if _, err := w.Book.Sequence(d.t.Context()); err != nil {
		d.t.Error(err)
	}
	if open := w.Count(d.t, `SELECT count(*) FROM log_leaf WHERE idx IS NULL`); open != 0 {
		d.t.Errorf("%d leaves are not in the log", open)
	}
}

// files judges every thousandth file, and keeps it for programs that we did not write.
func (d *deed) files(w *world.World) {
	d.t.Helper()
	files, err := blob.OpenFolder(filepath.Join(d.dir, "files"))
	d.ok(err)
	_, reader, err := license.Open(license.Options{DB: w.DB, Keys: w.Keys, Clock: w.Now, Units: w.Units, Types: w.Types, Holders: w.Holders,
		Seals: w.Seals, Book: w.Book, Files: files, Faces: w.Faces})
	d.ok(err)
	out := os.Getenv(filesTo)
	judged := 0
	for no := 1; no <= d.rows; no += 1000 {
		var l license.License
		w.Read(d.t, func(ctx context.Context, q *db.Tx) error {
			var holderID, licenseID string
			if err := q.QueryRow(ctx, `SELECT holder_id, license_id FROM batch_row WHERE batch_id = $1 AND row_no = $2`, d.id, no).Scan(&holderID, &licenseID); err != nil {
				return err
			}
			var err error
			l, err = w.Licenses.Get(ctx, q, holderID, licenseID)
			return err
		})
		b, err := reader.Read(context.Background(), l)
		d.ok(err)
		file, err := reader.File(context.Background(), b)
		d.ok(err)
		if r := w.VerifyFile(file); r.Verdict != verify.Valid {
			d.t.Errorf("row %d: %+v", no, r)
		}
		judged++
		if out != "" {
			d.ok(os.MkdirAll(out, 0o755))
			d.ok(os.WriteFile(filepath.Join(out, fmt.Sprintf("batch-%d-%06d.ofd", d.rows, no)), file, 0o644))
		}
	}
	d.t.Logf("%d files hold", judged)
}
