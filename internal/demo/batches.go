package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/db"
)

// Who brings the demonstration's batches in, and who reviews them.
const (
	batchMaker    = "gl-scjg-clerk"
	batchReviewer = "gl-scjg-reviewer"
)

var batchHeadings = []string{"统一社会信用代码", "单位名称", "法定代表人（负责人）", "住所", "经营场所", "主体业态", "经营项目"}

// batches leaves a list of new permits with faults to be corrected, and a conversion of old ones that is half done: one
// list is made, in another a row waits for a person's word.
func (s *setup) batches(ctx context.Context) error {
	b, err := s.batch(ctx, batch.New, "夜市摊位集中办证.csv", s.shopsWithFaults(14))
	if err != nil {
		return err
	}
	if b.Bad == 0 {
		return fmt.Errorf("the demonstration's batch %s has no faults", b.ID)
	}
	a := s.actors[batchMaker]
	if err := s.app.Batches.Plan(ctx, a, s.code(FoodPermit), 60, "年初摸底"); err != nil {
		return err
	}
	ending := s.oldShop(70, 70, 5*365-45) // valid for five years
	first, err := s.batch(ctx, batch.Stock, "存量台账（一）.csv", append(s.oldShops(20, 24, 500), ending))
	if err != nil {
		return err
	}
	if _, err := s.app.Batches.Submit(ctx, a, first.ID); err != nil {
		return err
	}
	if _, err := s.app.Batches.Judge(ctx, s.actors[batchReviewer], first.ID, true, ""); err != nil {
		return err
	}
	if err := s.app.Batches.Work(ctx); err != nil {
		return err
	}
	rows := s.oldShops(44, 8, 400)
	rows = append(rows, s.oldShop(21, 90, 200), s.oldShop(60, 91, 366*7)) // perhaps here already; expired
	_, err = s.batch(ctx, batch.Stock, "存量台账（二）.csv", rows)
	return err
}

// batch brings a list in and lets it be checked.
func (s *setup) batch(ctx context.Context, kind batch.Kind, name string, rows [][]string) (batch.Batch, error) {
	headings := batchHeadings
	if kind == batch.Stock {
		headings = append([]string{"证照编号", "发证日期", "印制号", "状态"}, headings...)
	}
	var data bytes.Buffer
	if err := csv.NewWriter(&data).WriteAll(append([][]string{headings}, rows...)); err != nil {
		return batch.Batch{}, err
	}
	a, desk := s.actors[batchMaker], s.app.Batches
	b, err := desk.Begin(ctx, a, batch.Upload{Kind: kind, TypeCode: s.code(FoodPermit), FileName: name, Data: data.Bytes()})
	if err != nil {
		return b, err
	}
	p, err := desk.Preview(ctx, a, b.ID)
	if err != nil {
		return b, err
	}
	if _, err := desk.Map(ctx, a, b.ID, p.Headings); err != nil {
		return b, err
	}
	if err := desk.Work(ctx); err != nil {
		return b, err
	}
	err = s.app.DB.Read(ctx, func(q *db.Tx) error {
		b, err = desk.Get(ctx, q, a, b.ID)
		return err
	})
	return b, err
}

// newShops is how many firms the register of legal persons knows that have no license in the city yet: what batches are
// tried with.
const newShops = 1300

// shop is a firm that stands nowhere else in the city.
func shop(n int) []string {
	first := fmt.Sprintf("91350102YX7%06d", n)
	check, _ := gbcode.USCCCheckChar(first) // digits and capitals only
	return []string{first + string(check), fmt.Sprintf("榕印小吃第%d店（演示）", n), "林清", "福州市鼓楼区东街8号",
		fmt.Sprintf("福州市鼓楼区东街%d号", n), "餐饮服务经营者", "热食类食品制售"}
}

// shopsWithFaults are rows of new permits, three of them with faults.
func (s *setup) shopsWithFaults(n int) [][]string {
	var rows [][]string
	for i := range n {
		rows = append(rows, shop(i+1))
	}
	rows[3][0] = rows[3][0][:17] + "?"
	rows[7][5] = "夜市摊位" // not on the type's list
	rows[9][1] = ""
	return rows
}

// oldShop is the row of a permit of the nth shop that was issued some days ago.
func (s *setup) oldShop(n, no, days int) []string {
	day := s.city.Today.AddDate(0, 0, -days).Format(time.DateOnly)
	return append([]string{fmt.Sprintf("JY23501027%06d", no), day, fmt.Sprintf("MS%06d", no), "有效"}, shop(n)...)
}

func (s *setup) oldShops(from, n, days int) [][]string {
	var rows [][]string
	for i := range n {
		rows = append(rows, s.oldShop(from+i, from+i, days+i))
	}
	return rows
}
