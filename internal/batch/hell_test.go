package batch_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/test/world"
)

// hell is a workbook as offices send it: a title merged over the table, merged cells in it, dates as numbers, as text and
// as nonsense, codes that lost their end, formulas with and without a result, blanks in between and a long blank tail.
func hell(t *testing.T, o *office) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	set := func(at string, v any) {
		t.Helper()
		o.ok(f.SetCellValue("Sheet1", at, v))
	}
	set("A1", "鼓楼区市场监督管理局 食品经营许可证 发证名单")
	o.ok(f.MergeCell("Sheet1", "A1", "H1"))
	for i, h := range append(append([]string{}, heads...), "颁发日期") {
		set(string(rune('A'+i))+"3", h)
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	o.ok(err)
	for n := 1; n <= 9; n++ {
		row := 3 + n + n/5 // a blank row in the middle
		for i, v := range line(t, n) {
			set(fmt.Sprint(string(rune('A'+i)), row), v)
		}
	}
	at := func(column string, n int) string { return fmt.Sprint(column, 3+n+n/5) }
	set(at("H", 1), 46082.75) // 2026-03-01 with a time, as a number with the format of dates
	o.ok(f.SetCellStyle("Sheet1", at("H", 1), at("H", 1), day))
	set(at("H", 2), "2026年3月1日")
	set(at("H", 3), "2026/2/30")          // no such day
	set(at("A", 4), 911234567890123456.0) // a code as a number: its end is lost
	set(at("C", 5), nil)
	o.ok(f.SetCellFormula("Sheet1", at("C", 5), `=A1&"x"`)) // a formula without a result
	set(at("E", 6), "福州市鼓楼区东街6号")
	o.ok(f.MergeCell("Sheet1", at("D", 7), at("D", 8))) // one address for two firms
	set(at("H", 9), "2036-01-01")                       // not yet
	for row := 30; row < 400; row++ {
		set(fmt.Sprint("B", row), "  ")
	}
	var b bytes.Buffer
	_, err = f.WriteTo(&b)
	o.ok(err)
	return b.Bytes()
}

func TestExcelFromHell(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		ctx := context.Background()
		b := o.checked(hell(t, o))
		want := map[int][2]string{3: {"issuedOn", "sheet.date"}, 4: {"holderCode", "sheet.lost-digits"}, 5: {"KZ_FDDBR", "sheet.formula"}, 9: {"issuedOn", "batch.issued-on"}}
		if b.Total != 9 || b.Bad != len(want) {
			t.Errorf("%d rows, %d faulty", b.Total, b.Bad)
		}
		for _, r := range o.rows(b, batch.Bad) {
			x, known := want[r.No]
			if !known || len(r.Faults) != 1 || r.Faults[0].Field != x[0] || r.Faults[0].Code != x[1] || r.FileRow != 3+r.No+r.No/5 {
				t.Errorf("row %d (%d): %+v, want %v", r.No, r.FileRow, r.Faults, x)
			}
		}
		file, err := o.Batches.ErrorFile(ctx, o.maker, b.ID, false)
		o.ok(err)
		right := map[int][]string{}
		for no := range want {
			right[3+no+no/5] = line(t, no)
		}
		mended := correct(t, file, right)
		// The dates that were wrong are gone with the correction: the columns of the file of errors are all there.
		mended = bytes.ReplaceAll(bytes.ReplaceAll(mended, []byte("2026/2/30"), nil), []byte("2036-01-01"), nil)
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(mended) // saved from a Chinese spreadsheet as CSV
		o.ok(err)
		_, err = o.Batches.Mend(ctx, o.maker, b.ID, "改正.csv", gb)
		o.ok(err)
		o.work()
		if b = o.get(b.ID); b.Good != 9 || b.Bad != 0 {
			t.Fatalf("corrected: %+v, %+v", b, o.rows(b, batch.Bad))
		}
		if b = o.made(b); b.Made != 9 {
			t.Errorf("%+v", b)
		}
		issued := w.Count(t, `SELECT count(*) FROM license WHERE origin_id = $1 AND issued_on = $2`, b.ID, time.Date(2026, 3, 1, 0, 0, 0, 0, world.Start.Location()).UnixMicro())
		if issued != 2 {
			t.Errorf("%d licenses were issued on 1 March, want those of the two dates", issued)
		}
	})
}
