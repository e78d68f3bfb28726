package batch_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/test/world"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

// office is 鼓楼市监, which issues food permits in batches.
type office struct {
	*world.World
	t        testing.TB
	maker    *authn.Actor
	reviewer *authn.Actor
	food     string
}

func newOffice(t testing.TB, w *world.World) *office {
	t.Helper()
	return &office{World: w, t: t, maker: w.Actor(t, "gl-scjg-clerk"), reviewer: w.Actor(t, "gl-scjg-reviewer"), food: w.TypeCode(t, "food-permit")}
}

// heads are headings as an office writes them.
var heads = []string{"统一社会信用代码", "单位名称", "法定代表人（负责人）", "住所", "经营场所", "主体业态", "经营项目"}

// line is a right row; n makes it another one.
func line(t testing.TB, n int) []string {
	t.Helper()
	first := fmt.Sprintf("91350102YX%07d", n)
	check, err := gbcode.USCCCheckChar(first)
	if err != nil {
		t.Fatal(err)
	}
	return []string{first + string(check), fmt.Sprintf("榕印小吃第%d分店", n), "林清", "福州市鼓楼区东街8号", fmt.Sprintf("福州市鼓楼区东街%d号", n), "餐饮服务经营者", "热食类食品制售"}
}

func lines(t testing.TB, from, n int) [][]string {
	t.Helper()
	var list [][]string
	for i := range n {
		list = append(list, line(t, from+i))
	}
	return list
}

func csvOf(t testing.TB, headings []string, rows [][]string) []byte {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append([][]string{headings}, rows...)); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) want(what string, err error, code string) {
	o.t.Helper()
	if errs.Code(err) != code {
		o.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (o *office) begin(data []byte) batch.Batch {
	o.t.Helper()
	b, err := o.Batches.Begin(context.Background(), o.maker, batch.Upload{Kind: batch.New, TypeCode: o.food, FileName: `C:\名单.csv`, Data: data})
	o.ok(err)
	return b
}

func (o *office) work() {
	o.t.Helper()
	o.ok(o.Batches.Work(context.Background()))
}

func (o *office) get(id string) batch.Batch {
	o.t.Helper()
	var b batch.Batch
	o.read(func(ctx context.Context, q *db.Tx) error {
		var err error
		b, err = o.Batches.Get(ctx, q, o.maker, id)
		return err
	})
	return b
}

func (o *office) read(fn func(ctx context.Context, q *db.Tx) error) {
	o.t.Helper()
	ctx := context.Background()
	o.ok(o.DB.Read(ctx, func(q *db.Tx) error { return fn(ctx, q) }))
}

// checked brings a file in, takes the columns as they are proposed, and lets the rows be judged.
func (o *office) checked(data []byte) batch.Batch {
	o.t.Helper()
	ctx := context.Background()
	b := o.begin(data)
	p, err := o.Batches.Preview(ctx, o.maker, b.ID)
	o.ok(err)
	_, err = o.Batches.Map(ctx, o.maker, b.ID, p.Headings)
	o.ok(err)
	o.work()
	return o.get(b.ID)
}

// made lets a batch be made that was checked.
func (o *office) made(b batch.Batch) batch.Batch {
	o.t.Helper()
	ctx := context.Background()
	_, err := o.Batches.Submit(ctx, o.maker, b.ID)
	o.ok(err)
	_, err = o.Batches.Judge(ctx, o.reviewer, b.ID, true, "")
	o.ok(err)
	o.work()
	return o.get(b.ID)
}

func (o *office) rows(b batch.Batch, state batch.RowState) []batch.Row {
	o.t.Helper()
	var rows []batch.Row
	o.read(func(ctx context.Context, q *db.Tx) error {
		var err error
		rows, err = o.Batches.Rows(ctx, q, b, state, 1000, 0)
		return err
	})
	return rows
}

func itoa(n int) string { return fmt.Sprint(n) }
