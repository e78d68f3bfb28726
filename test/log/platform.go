package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/test/gauge"
)

const (
	issuers   = 100
	keepers   = 2000 // holders whose keys stand in the database, for the records that clients commit
	perHolder = 4    // records that a holder has on average, in what fills the log
	chunk     = 1000 // records in one transaction of those that fill it
)

// platform is an empty platform with its log.
type platform struct {
	*app.App
	keepers []string
	holders []string // of the records that fill the log
	units   []string
	entered int // of the latter
}

func open(ctx context.Context, dir, database string, records int) (*platform, error) {
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	c := config.Config{Data: dir, Database: database, BaseURL: "http://yinxin.example", PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/bench"}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return nil, err
	}
	p := &platform{App: a}
	for range max(1, records/perHolder) {
		p.holders = append(p.holders, db.NewRandomID())
	}
	for range issuers {
		p.units = append(p.units, db.NewRandomID())
	}
	return p, a.DB.Write(ctx, func(tx *db.Tx) error {
		p.keepers = nil
		for i := range keepers {
			id, err := a.Holders.Put(ctx, tx, holder.Profile{Name: "测量", Code: holder.Code("BENCH" + strconv.Itoa(i)), CodeType: holder.CodeUSCC})
			if err != nil {
				return err
			}
			p.keepers = append(p.keepers, id)
		}
		return nil
	})
}

// use is a record such as the door writes of a use of a license.
type use struct {
	Ground    string   `json:"ground"`
	Result    string   `json:"result"`
	AccountID string   `json:"accountId"`
	UnitID    string   `json:"unitId"`
	CaseNo    string   `json:"caseNo"`
	Matter    string   `json:"matter"`
	HolderID  string   `json:"holderId"`
	LicenseID string   `json:"licenseId"`
	TypeCode  string   `json:"typeCode"`
	VersionNo int      `json:"versionNo"`
	Fields    []string `json:"fields"`
	Purpose   string   `json:"purpose"`
	At        string   `json:"at"`
}

// event is the n-th record, of a holder, about a license that a unit issued; of none if the unit is empty.
func (p *platform) event(n int, holderID, unitID string) evidence.Event {
	now := p.Clock.Now()
	return evidence.Event{HolderID: holderID, IssuerID: unitID, Kind: "use", At: now, Body: use{
		Ground: "case", Result: "given", AccountID: p.units[0], UnitID: p.units[n%issuers], CaseNo: "BENCH-" + strconv.Itoa(n), Matter: "000131012000",
		HolderID: holderID, LicenseID: p.units[n%issuers], TypeCode: "11100000000013338W001", VersionNo: 1,
		Fields: []string{"名称", "统一社会信用代码", "法定代表人"}, Purpose: "食品经营许可<新办>", At: now.Format(time.RFC3339Nano)}}
}

// enter writes n records in chunks and leaves them to the sequencer.
func (p *platform) enter(ctx context.Context, n int, whose func(i int) (holderID, unitID string)) error {
	key, err := gm.NewKey()
	if err != nil {
		return err
	}
	for at := 0; at < n; at += chunk {
		leaves := make([]evidence.Prepared, 0, chunk)
		for i := at; i < min(n, at+chunk); i++ {
			holderID, unitID := whose(p.entered)
			seal := func(plain []byte) ([]byte, error) { return gm.Encrypt(key, plain, []byte(holderID)) }
			leaf, err := p.Book.Prepare(p.event(p.entered, holderID, unitID), seal)
			if err != nil {
				return err
			}
			leaves = append(leaves, leaf)
			p.entered++
		}
		if err := p.DB.Write(ctx, func(tx *db.Tx) error { return p.Book.Enter(ctx, tx, leaves) }); err != nil {
			return err
		}
	}
	return nil
}

// spread gives the records to all holders and units in turn, far from one another.
func (p *platform) spread(i int) (holderID, unitID string) {
	return p.holders[i*7919%len(p.holders)], p.units[i%issuers]
}

// fill brings the log to its length.
func (p *platform) fill(ctx context.Context, records int) error {
	_, _ = fmt.Fprintf(os.Stdout, "== %d records of %d holders come into the log\n", records, len(p.holders))
	const step = 20 * chunk
	began := time.Now()
	for p.entered < records {
		if err := p.enter(ctx, min(step, records-p.entered), p.spread); err != nil {
			return err
		}
		if _, err := p.Book.Sequence(ctx); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(os.Stdout, "%.0f records/s made, entered and sequenced one after the other\n", float64(records)/time.Since(began).Seconds())
	return nil
}

// cost is what the sequencing of n records takes.
type cost struct{ processor, wall time.Duration }

func (p *platform) sequencing(ctx context.Context, n int, whose func(i int) (holderID, unitID string)) (cost, error) {
	if err := p.enter(ctx, n, whose); err != nil {
		return cost{}, err
	}
	used, err := gauge.Processor()
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	if _, err := p.Book.Sequence(ctx); err != nil {
		return cost{}, err
	}
	took := time.Since(began)
	spent, err := gauge.Processor()
	return cost{(spent - used) / time.Duration(n), took / time.Duration(n)}, err
}
