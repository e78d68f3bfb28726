package batch_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sheet"
	"github.com/yinxin-org/yinxin/test/world"
)

// A batch with faulty rows: they are named, corrected in the file of errors, handed back, and every row is made once.
func TestABatchWithFaultsIsCorrectedAndMade(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		rows := lines(t, 1, 12)
		rows[2][0] = rows[2][0][:17] + "?"          // no code
		rows[4][5] = "路边摊"                          // not on the list
		rows[6] = slices.Clone(rows[5])             // twice
		rows[8][1] = ""                             // no name
		rows[9][3] = strings.Repeat("福州市鼓楼区东街", 40) // does not fit
		b := o.checked(csvOf(t, heads, rows))
		if b.State != batch.Checked || b.Total != 12 || b.Good != 7 || b.Bad != 5 {
			t.Fatalf("%+v", b)
		}
		want := map[int]string{3: "holderCode", 5: "KZ_ZTYT", 7: "", 9: "holderName", 10: "KZ_ZS"}
		for _, r := range o.rows(b, batch.Bad) {
			if field, ok := want[r.No]; !ok || len(r.Faults) != 1 || r.Faults[0].Field != field || r.FileRow != r.No+1 {
				t.Errorf("row %d (%d): %+v", r.No, r.FileRow, r.Faults)
			}
		}

		o.read(func(ctx context.Context, q *db.Tx) error {
			said, err := o.Batches.Shown(ctx, q, b, o.rows(b, ""))
			if err != nil || len(said) != 12 || said[2] != nil {
				t.Errorf("a faulty row says %v, %v", said[2], err)
			}
			masked := map[string]string{"holderCode": holder.MaskCode(rows[0][0]), "holderName": rows[0][1], "KZ_ZS": rows[0][3]}
			for _, c := range said[0] {
				if want, ok := masked[c.Column.Name]; ok && c.Value != want {
					t.Errorf("%s says %q, want %q", c.Column.Name, c.Value, want)
				}
			}
			return err
		})

		file, err := o.Batches.ErrorFile(ctx, o.maker, b.ID, false)
		o.ok(err)
		mended := correct(t, file, map[int][]string{4: line(t, 3), 6: line(t, 5), 8: line(t, 7), 10: line(t, 9), 11: line(t, 10)})
		_, err = o.Batches.ErrorFile(ctx, o.reviewer, b.ID, false)
		o.want("a colleague takes the errors", err, "batch.not-yours")
		_, err = o.Batches.Mend(ctx, o.maker, b.ID, "改正.csv", mended)
		o.ok(err)
		o.work()
		if b = o.get(b.ID); b.State != batch.Checked || b.Total != 12 || b.Good != 12 || b.Bad != 0 {
			t.Fatalf("corrected: %+v, %+v", b, o.rows(b, batch.Bad))
		}
		if b.FileName != "名单.csv" || b.MendName != "改正.csv" {
			t.Errorf("called %q, corrected by %q", b.FileName, b.MendName)
		}
		for _, r := range o.rows(b, "") {
			if r.FileRow != r.No+1 {
				t.Errorf("row %d of the list became row %d", r.No+1, r.FileRow)
			}
		}
		b = o.made(b)
		if b.State != batch.Done || b.Made != 12 || b.Good != 0 || b.LeftOut != 0 {
			t.Fatalf("%+v", b)
		}
		for _, r := range o.rows(b, batch.Made) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				l, err := w.Licenses.Get(ctx, q, r.HolderID, r.LicenseID)
				if l.Step != license.StepPublished || l.Origin != license.Batch || l.OriginID != b.ID || l.ReviewerID != o.reviewer.AccountID {
					t.Errorf("row %d: %+v", r.No, l)
				}
				return err
			})
		}
		if n := w.Count(t, `SELECT count(*) FROM license WHERE origin_id = $1`, b.ID); n != 12 {
			t.Errorf("%d licenses", n)
		}
		if n := w.Count(t, `SELECT count(*) FROM batch_row WHERE batch_id = $1 AND length(payload) > 0`, b.ID); n != 0 {
			t.Errorf("%d rows still say what they said", n)
		}
	})
}

// correct fills a file of errors with right rows, by their row in the list, as a CSV file.
func correct(t *testing.T, file []byte, right map[int][]string) []byte {
	t.Helper()
	book, err := sheet.Open(file, sheet.Large)
	if err != nil {
		t.Fatal(err)
	}
	all, err := book.Head(100)
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(all[0], name) }
	names := []string{"持证主体代码", "持证主体", "法定代表人（负责人）", "住所", "经营场所", "主体业态", "经营项目"}
	for _, row := range all[1:] {
		if row[len(row)-1] == "" {
			t.Errorf("a row without what is wrong with it: %v", row)
		}
		for no, values := range right {
			if row[at("名单行号")] == itoa(no) {
				for i, name := range names {
					row[at(name)] = values[i]
				}
			}
		}
	}
	return csvOf(t, all[0], all[1:])
}

func TestColumnsAreChosenByPeople(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	ctx := context.Background()
	own := []string{"店号", "社会代码", "招牌", "老板", "住所", "经营场所", "主体业态", "经营项目"}
	rows := lines(t, 1, 3)
	for i := range rows {
		rows[i] = append([]string{itoa(i)}, rows[i]...)
	}
	b := o.begin(csvOf(t, own, rows))
	if b.FileName != "名单.csv" {
		t.Errorf("called %q", b.FileName)
	}
	p, err := o.Batches.Preview(ctx, o.maker, b.ID)
	o.ok(err)
	if len(p.Rows) != 4 || p.Headings["KZ_ZS"] != "住所" || p.Headings["holderCode"] != "" {
		t.Errorf("%+v", p)
	}
	_, err = o.Batches.Map(ctx, o.maker, b.ID, p.Headings)
	o.want("columns are missing", err, "batch.heading-missing")
	p.Headings["holderCode"], p.Headings["holderName"], p.Headings["KZ_FDDBR"] = "社会代码", "招牌", "招牌"
	_, err = o.Batches.Map(ctx, o.maker, b.ID, p.Headings)
	o.want("a column twice", err, "batch.heading-twice")
	p.Headings["KZ_FDDBR"] = "掌柜"
	_, err = o.Batches.Map(ctx, o.maker, b.ID, p.Headings)
	o.want("no such column", err, "batch.heading")
	p.Headings["KZ_FDDBR"] = "老板"
	_, err = o.Batches.Map(ctx, o.reviewer, b.ID, p.Headings)
	o.want("somebody else's batch", err, "batch.not-yours")
	_, err = o.Batches.Map(ctx, o.maker, b.ID, p.Headings)
	o.ok(err)
	o.work()
	if b = o.get(b.ID); b.Good != 3 {
		t.Errorf("%+v, %+v", b, o.rows(b, batch.Bad))
	}
}

// Words that shops use for themselves are known; the row of a correction is the row of the list, and no other.
func TestTheRowOfTheListNamesACorrection(t *testing.T) {
	t.Parallel()
	o := newOffice(t, world.New(t))
	ctx := context.Background()
	rows := lines(t, 1, 4)
	rows[1][1] = ""
	b := o.checked(csvOf(t, append([]string{"社会信用代码", "店名"}, heads[2:]...), rows))
	if b.Good != 3 || b.Bad != 1 {
		t.Fatalf("%+v, %+v", b, o.rows(b, batch.Bad))
	}
	names := append([]string{"名单行号", "持证主体代码", "持证主体"}, heads[2:]...)
	mend := func(row string) batch.Batch {
		_, err := o.Batches.Mend(ctx, o.maker, b.ID, "改好.csv", csvOf(t, names, [][]string{append([]string{row}, line(t, 2)...)}))
		o.ok(err)
		o.work()
		return o.get(b.ID)
	}
	if got := mend("2"); got.Bad != 1 || got.Problem == nil || got.Problem.Code != "batch.not-faulty" {
		t.Errorf("the second row of the batch is the third of the list: %+v", got)
	}
	if got := mend("3"); got.Bad != 0 || got.Good != 4 || got.Problem != nil {
		t.Errorf("%+v", got)
	}
}

// Batches of 99, 100 and 101: fewer than a hundred are due on the day, the others in three working days. 27 September
// 2026 is a Sunday that was worked? The calendar says: 1 to 7 October are off and 10 October, a Saturday, is worked.
func TestAHundredAreDueInThreeWorkingDays(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 15, 0, 0, 0, clock.Shanghai) }
	for _, c := range []struct {
		came time.Time
		n    int
		last time.Time // the last day that is in time
	}{
		{day(9, 29), 1, day(9, 29)},
		{day(9, 29), 99, day(9, 29)},
		{day(9, 29), 100, day(10, 9)}, // 30 September, 8 and 9 October
		{day(9, 29), 101, day(10, 9)},
		{day(10, 8), 100, day(10, 12)}, // 9, 10 (Saturday, worked) and 12 October
		{day(10, 3), 99, day(10, 3)},
		{day(10, 3), 100, day(10, 10)},
	} {
		if got := w.Batches.Due(c.came, c.n); !got.Equal(clock.EndOfDay(c.last)) {
			t.Errorf("%d that came on %s are due before %s, want %s", c.n, c.came.Format(time.DateOnly), got.Format(time.DateTime), clock.EndOfDay(c.last).Format(time.DateTime))
		}
	}
}

func TestABatchIsOwedFromItsSubmission(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		listed := func(state deadline.State) (found []deadline.Deadline) {
			o.read(func(ctx context.Context, q *db.Tx) error {
				var err error
				found, err = w.Deadlines.List(ctx, q, deadline.Board{UnitID: o.maker.UnitID}, state, deadline.Batch, 10, 0)
				return err
			})
			return found
		}
		b := o.checked(csvOf(t, heads, lines(t, 1, 2)))
		if len(listed(deadline.Running)) != 0 {
			t.Error("owed before it was submitted")
		}
		_, err := o.Batches.Submit(ctx, o.maker, b.ID)
		o.ok(err)
		got := listed(deadline.Running)
		if len(got) != 1 || got[0].Licenses != 2 || !got[0].DueAt.Equal(clock.EndOfDay(world.Start)) {
			t.Fatalf("%+v", got)
		}
		_, err = o.Batches.Judge(ctx, o.reviewer, b.ID, false, "第2行地址不对")
		o.ok(err)
		w.Now.Move(24 * time.Hour)
		if len(listed(deadline.Overdue)) != 1 {
			t.Error("sent back, it is not owed any more")
		}
		b = o.made(o.get(b.ID))
		if late := listed(deadline.Late); len(late) != 1 || b.State != batch.Done {
			t.Errorf("%+v, %+v", late, b)
		}
	})
}

func TestWhoMayDoWhatToABatch(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	ctx := context.Background()
	b := o.checked(csvOf(t, heads, lines(t, 1, 2)))
	other := w.Actor(t, "tj-scjg-reviewer")
	_, err := o.Batches.Judge(ctx, o.reviewer, b.ID, true, "")
	o.want("judged before it is submitted", err, "batch.stage")
	_, err = o.Batches.Submit(ctx, o.maker, b.ID)
	o.ok(err)
	_, err = o.Batches.Submit(ctx, o.maker, b.ID)
	o.want("submitted twice", err, "batch.stage")
	_, err = o.Batches.Judge(ctx, o.maker, b.ID, true, "")
	o.want("the maker judges", err, "license.same-person")
	_, err = o.Batches.Judge(ctx, other, b.ID, true, "")
	o.want("another unit judges", err, "batch.unknown")
	_, err = o.Batches.Judge(ctx, o.reviewer, b.ID, false, " ")
	o.want("sent back without a reason", err, "case.opinion-required")
	if svg, err := o.Batches.Sample(ctx, o.reviewer, b.ID, 0); err != nil || !strings.Contains(string(svg), "<svg") {
		t.Errorf("the reviewer sees no sample: %v", err)
	}
	_, err = o.Batches.Sample(ctx, other, b.ID, 0)
	o.want("another unit looks", err, "batch.unknown")
	_, err = o.Batches.Begin(ctx, o.maker, batch.Upload{Kind: batch.New, TypeCode: w.TypeCode(t, "marriage-certificate"), Data: csvOf(t, heads, nil)})
	o.want("a type of other units", err, "type.unclaimed")
	_, err = o.Batches.Begin(ctx, o.maker, batch.Upload{Kind: batch.New, TypeCode: w.TypeCode(t, "identity-card"), Data: csvOf(t, heads, nil)})
	o.want("a type made elsewhere", err, "type.external")

	b, err = o.Batches.Cancel(ctx, o.maker, b.ID)
	o.ok(err)
	if b.State != batch.Cancelled || w.Count(t, `SELECT count(*) FROM license WHERE origin_id = $1`, b.ID) != 0 {
		t.Errorf("%+v", b)
	}
	if n := w.Count(t, `SELECT count(*) FROM batch_row WHERE batch_id = $1 AND length(payload) > 0`, b.ID); n != 0 {
		t.Error("a cancelled batch keeps what it said")
	}
	_, err = o.Batches.Judge(ctx, o.reviewer, b.ID, true, "")
	o.want("a cancelled batch is judged", err, "batch.stage")
}

// A file that cannot be read to its end is refused whole: nobody submits its first half for the whole.
func TestAFileThatBreaksOffIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	o := newOffice(t, w)
	data := append(csvOf(t, heads, lines(t, 1, 900)), []byte(strings.Repeat("x,", 300)+"\n")...)
	b := o.checked(data)
	if b.State != batch.Mapping || b.Total != 0 || b.Problem == nil || b.Problem.Code != "sheet.columns" {
		t.Errorf("%+v", b)
	}
}

// An old license may bear a number that the rule comes to only now: the rule goes on to the next.
func TestTheRuleSkipsNumbersThatOldLicensesBear(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		first := o.made(o.checked(csvOf(t, heads, lines(t, 1, 1))))
		number := func(r batch.Row) (s string) {
			w.Read(t, func(ctx context.Context, q *db.Tx) error {
				l, err := w.Licenses.Get(ctx, q, r.HolderID, r.LicenseID)
				if err != nil {
					return err
				}
				s, err = w.Licenses.MaskedNumber(ctx, q, l)
				return err
			})
			return s
		}
		given := number(o.rows(first, batch.Made)[0]) // a firm's number is not masked
		taken := given[:len(given)-1] + string(given[len(given)-1]+2)
		rows := append(lines(t, 2, 3), line(t, 9))
		for i := range rows {
			rows[i] = append(rows[i], "")
		}
		rows[3][len(heads)] = taken
		second := o.made(o.checked(csvOf(t, append(slices.Clone(heads), "证照编号"), rows)))
		if second.Made != 4 || second.LeftOut != 0 {
			t.Fatalf("%+v", second)
		}
		third := o.made(o.checked(csvOf(t, heads, lines(t, 20, 2))))
		if third.Made != 2 || third.LeftOut != 0 {
			t.Errorf("%+v", third)
		}
	})
}

// stored counts the files that wait to be read.
func (o *office) stored() (n int) {
	o.t.Helper()
	o.ok(filepath.WalkDir(filepath.Join(o.Config.Data, "batches"), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	}))
	return n
}

// No file stays behind: not that of a cancelled batch, nor one that was refused, nor one that was not taken in.
func TestFilesGoWithTheirBatches(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), context.Background()
		before := o.stored()
		b := o.begin(csvOf(t, heads, lines(t, 1, 3)))
		if o.stored() != before+1 {
			t.Fatal("the file is not kept")
		}
		_, err := o.Batches.Cancel(ctx, o.maker, b.ID)
		o.ok(err)
		if n := o.stored() - before; n != 0 {
			t.Errorf("%d files of a cancelled batch", n)
		}

		rows := lines(t, 1, 3)
		rows[1][0] = "1"
		b = o.checked(csvOf(t, heads, rows))
		if b.Bad != 1 || o.stored() != before {
			t.Fatalf("%+v, %d files", b, o.stored()-before)
		}
		stranger := csvOf(t, append([]string{"名单行号"}, heads...), [][]string{append([]string{"99"}, line(t, 9)...)})
		_, err = o.Batches.Mend(ctx, o.maker, b.ID, "x.csv", stranger)
		o.ok(err)
		o.work()
		if b = o.get(b.ID); b.Problem == nil || o.stored() != before {
			t.Errorf("refused: %v, %d files", b.Problem, o.stored()-before)
		}

		open := before
		for {
			_, err := o.Batches.Begin(ctx, o.maker, batch.Upload{Kind: batch.New, TypeCode: o.food, Data: csvOf(t, heads, lines(t, 1, 1))})
			if err != nil {
				o.want("too many", err, "batch.many")
				break
			}
			open++
		}
		if n := o.stored(); n != open {
			t.Errorf("%d files, want %d", n, open)
		}
	})
}

// When a batch must be held up its maker may be away: others of the unit do it, and of no other.
func TestOthersOfTheUnitHoldABatchUp(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o, ctx := newOffice(t, w), context.Background()
		b := o.checked(csvOf(t, heads, lines(t, 1, 3)))
		_, err := o.Batches.Submit(ctx, o.reviewer, b.ID)
		o.want("a colleague submits", err, "batch.not-yours")
		_, err = o.Batches.Submit(ctx, o.maker, b.ID)
		o.ok(err)
		_, err = o.Batches.Judge(ctx, o.reviewer, b.ID, true, "")
		o.ok(err)
		for _, step := range []func(context.Context, *authn.Actor, string) (batch.Batch, error){o.Batches.Pause, o.Batches.Resume, o.Batches.Cancel} {
			_, err = step(ctx, w.Actor(t, "tj-scjg-clerk"), b.ID)
			o.want("another unit", err, "batch.unknown")
			_, err = step(ctx, o.reviewer, b.ID)
			o.ok(err)
		}
		if b = o.get(b.ID); b.State != batch.Cancelled {
			t.Error(b.State)
		}
	})
}
