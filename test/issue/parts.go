package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// chunk is how many licenses are published at once where the measurement does it itself.
const chunk = 500

// headings are those of a list of firms as an office keeps it, with the field of each.
var headings = []struct{ heading, field string }{
	{"统一社会信用代码", ""}, {"单位名称", ""}, {"法定代表人（负责人）", "KZ_FDDBR"}, {"住所", "KZ_ZS"}, {"经营场所", "KZ_JYCS"},
	{"主体业态", "KZ_ZTYT"}, {"经营项目", "KZ_JYXM"},
}

// line is an invented firm, every time another one.
func (p *platform) line() ([]string, error) {
	p.made++
	first := fmt.Sprintf("91350102YX%07d", p.made)
	c, err := gbcode.USCCCheckChar(first)
	if err != nil {
		return nil, err
	}
	return []string{first + string(c), fmt.Sprintf("榕印小吃第%d分店", p.made), "林㛃", "福州市鼓楼区东街8号", fmt.Sprintf("福州市鼓楼区东街%d号", p.made),
		"餐饮服务经营者", "热食类食品制售"}, nil
}

func (p *platform) row() (license.Row, error) {
	line, err := p.line()
	if err != nil {
		return license.Row{}, err
	}
	r := license.Row{Fields: map[string]string{}, IssuedOn: clock.Date(p.Clock.Now()),
		Holders: []holder.Profile{{Name: line[1], Code: holder.Code(line[0]), CodeType: holder.CodeUSCC}}}
	for i, h := range headings {
		if h.field != "" {
			r.Fields[h.field] = line[i]
		}
	}
	return r, nil
}

func (p *platform) rows(n int) ([]license.Row, error) {
	rows := make([]license.Row, n)
	for i := range rows {
		var err error
		if rows[i], err = p.row(); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (p *platform) order() (license.Order, error) {
	t, err := p.city.Type(demo.FoodPermit)
	if err != nil {
		return license.Order{}, err
	}
	return license.Order{TypeCode: t.Code, IssuerID: p.maker.UnitID, MakerID: p.maker.AccountID, ReviewerID: p.reviewer.AccountID,
		Origin: license.Batch, OriginID: "bench"}, nil
}

// engine makes n license files and throws them away; it gives how many a second.
func (p *platform) engine(ctx context.Context, n int) (float64, error) {
	rows, err := p.rows(n)
	if err != nil {
		return 0, err
	}
	o, err := p.order()
	if err != nil {
		return 0, err
	}
	var t *catalog.Type
	var steps []sealing.Step
	err = p.DB.Read(ctx, func(q *db.Tx) error {
		if t, err = p.Types.Current(ctx, q, o.TypeCode); err != nil {
			return err
		}
		seal, err := p.Seals.Usable(ctx, q, o.IssuerID, sealing.ForLicenses)
		if err != nil {
			return err
		}
		place, err := face.Place(t.Face, t.Seals[0].Step)
		steps = []sealing.Step{{Seal: seal, Places: []sealing.Place{{Box: place}}}}
		return err
	})
	if err != nil {
		return 0, err
	}
	press, err := p.Faces.Press(t)
	if err != nil {
		return 0, err
	}
	one := func(r license.Row, i int) error {
		values := map[string]string{"ZZMC": t.Name, "ZZLXDM": t.Code, "ZZBH": fmt.Sprintf("JY350100%010d", i), "ZZBS": "1.2.156.3005.2." + t.Code,
			"ZZBFJG": "福州市市场监督管理局", "ZZBFJGDM": o.IssuerID, "ZZBFRQ": "2026-03-02", "ZZYXQQSRQ": "2026-03-02", "ZZYXQJZRQ": "2031-03-01",
			"CZZT": r.Holders[0].Name, "CZZTDM": r.Holders[0].Code.Reveal(), "CZZTDMLX": "统一社会信用代码", "CZZTDMLXDM": holder.CodeUSCC}
		maps.Copy(values, r.Fields)
		file, err := press.License(face.Input{Values: values, Code: fmt.Sprintf("abcdefghijklmnop%010d", i)}, len(steps), p.Clock.Now())
		if err != nil {
			return err
		}
		if err := p.Seals.Sign(file, steps); err != nil {
			return err
		}
		return file.Borrow(func(data []byte) error {
			gm.SM3(data)
			return nil
		})
	}
	began := time.Now()
	err = spread(n, func(i int) error { return one(rows[i], i) })
	return float64(n) / time.Since(began).Seconds(), err
}

// spread runs fn for 0 to n-1 on all processors.
func spread(n int, fn func(i int) error) error {
	var at atomic.Int64
	var workers sync.WaitGroup
	failed := make([]error, runtime.GOMAXPROCS(0))
	for w := range failed {
		workers.Go(func() {
			for i := int(at.Add(1)) - 1; i < n && failed[w] == nil; i = int(at.Add(1)) - 1 {
				failed[w] = fn(i)
			}
		})
	}
	workers.Wait()
	return errors.Join(failed...)
}

func none(context.Context, *db.Tx, []license.License, []error) error { return nil }

// writes publishes n licenses that are drawn already, and gives how many a second.
func (p *platform) writes(ctx context.Context, n int) (float64, error) {
	o, err := p.order()
	if err != nil {
		return 0, err
	}
	b, err := p.Licenses.Bulk(ctx, o)
	if err != nil {
		return 0, err
	}
	var took time.Duration
	for done := 0; done < n; done += chunk {
		rows, err := p.rows(min(chunk, n-done))
		if err != nil {
			return 0, err
		}
		c, err := b.Draw(ctx, rows)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		if _, _, err := c.Commit(ctx, none); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return float64(n) / took.Seconds(), nil
}

// sizes are bytes on the disk.
type sizes struct{ files, database int64 }

func (p *platform) size(ctx context.Context) (s sizes, err error) {
	err = filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), "yinxin.db") {
			s.database += info.Size()
		} else {
			s.files += info.Size()
		}
		return nil
	})
	if err == nil && p.DB.Dialect() == "postgres" {
		err = p.DB.Read(ctx, func(q *db.Tx) error {
			return q.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&s.database)
		})
	}
	return s, err
}
