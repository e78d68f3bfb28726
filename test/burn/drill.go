package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/verify"
)

const chunk = 200 // licenses made at once

var operator = change.By{AccountID: "operator", UnitID: demo.PlatformUnit, Reason: "私钥泄露"}

// drill is the demonstration's city, whose issuer of food permits loses its key.
type drill struct {
	*app.App
	now    *clock.Fixed
	files  *blob.Folder
	typ    *catalog.Type
	issuer org.Unit
	seal   sealing.Seal
	stolen time.Time
	made   int
}

func open(ctx context.Context, dir, database string) (*drill, error) {
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "yinxin.db")
	}
	c := config.Config{Data: dir, Database: database, BaseURL: "https://yinxin.example", PlatformUnit: demo.PlatformUnit, LogOrigin: "yinxin.example/bench"}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	d := &drill{now: clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai))}
	var err error
	d.App, err = app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: d.now, Demo: true, Maker: demo.Maker,
		Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return nil, err
	}
	if err := demo.SetupCast(ctx, d.App); err != nil {
		return nil, err
	}
	city, err := demo.Load(demo.Seed, d.now.Now())
	if err != nil {
		return nil, err
	}
	typ, err := city.Type(demo.FoodPermit)
	if err != nil {
		return nil, err
	}
	if d.files, err = blob.OpenFolder(filepath.Join(dir, "files")); err != nil {
		return nil, err
	}
	return d, d.DB.Read(ctx, func(q *db.Tx) error {
		if d.typ, err = d.Types.Current(ctx, q, typ.Code); err != nil {
			return err
		}
		if d.issuer, err = d.Units.Get(ctx, q, typ.Issuers[0]); err != nil {
			return err
		}
		d.seal, err = d.Seals.Usable(ctx, q, d.issuer.ID, sealing.ForLicenses)
		return err
	})
}

// run does the drill.
func (d *drill) run(ctx context.Context, rows int) (r result, err error) {
	r.DB = d.DB.Dialect()
	before, err := d.issue(ctx, rows)
	if err != nil {
		return r, err
	}
	d.now.Move(time.Hour)
	d.stolen = d.now.Now()
	d.now.Move(time.Minute)
	after, err := d.issue(ctx, max(rows/100, 1)) // the platform knows nothing yet
	if err != nil {
		return r, err
	}
	forger := &forger{drill: d, genuine: before}
	if r.Forged, r.Accepted, err = d.forgeries(ctx, forger, rows, after); err != nil {
		return r, err
	}
	began := time.Now()
	r.Valid = len(before)
	if r.Rejected, err = d.count(ctx, before, verify.Valid, false); err != nil {
		return r, err
	}
	r.VerifyPer = float64(r.Valid) / time.Since(began).Seconds()
	return r, d.reseal(ctx, &r, before, after)
}

// forgeries has forgeries made before and after the burning, and tells how many there are and how many are accepted.
func (d *drill) forgeries(ctx context.Context, f *forger, rows int, after []license.License) (forged, accepted int, err error) {
	d.now.Move(24 * time.Hour)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.Seals.BurnFrom(ctx, tx, operator, d.seal.Code, d.stolen)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	d.now.Move(time.Hour)
	if forged, accepted, err = f.all(ctx, max(rows/200, 5)); err != nil {
		return 0, 0, err
	}
	// What the platform itself sealed with the stolen key, before anybody knew, is not told from a forgery.
	passed, err := d.count(ctx, after, verify.Invalid, false)
	return forged + len(after), accepted + passed, err
}

// reseal seals all anew, and looks at what came out.
func (d *drill) reseal(ctx context.Context, r *result, before, after []license.License) error {
	if _, err := d.Seals.Make(ctx, d.issuer, sealing.ForLicenses, operator); err != nil {
		return err
	}
	began := time.Now()
	for _, unproven := range []bool{true, false} {
		err := d.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := d.Licenses.OrderReseal(ctx, tx, operator, d.seal.Code, unproven)
			return err
		})
		if err != nil {
			return err
		}
		if !unproven {
			began = time.Now()
		}
		if err := d.Licenses.WorkReseal(ctx, d.seal.Code); err != nil {
			return err
		}
		var is license.Reseal
		err = d.DB.Read(ctx, func(q *db.Tx) (err error) {
			is, err = d.Licenses.Reseal(ctx, q, d.seal.Code)
			return err
		})
		if err != nil {
			return err
		}
		if unproven {
			r.Unproven, r.wanted = is.Sealed, is.Sealed+is.Kept // the cast's licenses among them
		}
		r.Resealed = is.Sealed
	}
	if r.Unproven != len(after) {
		return fmt.Errorf("%d instead of %d were unproven", r.Unproven, len(after))
	}
	r.ResealPer = float64(r.Resealed-r.Unproven) / time.Since(began).Seconds()
	if _, err := d.Book.Sequence(ctx); err != nil {
		return err
	}
	var some []license.License
	for i := 0; i < len(before); i += 1 + len(before)/2000 {
		some = append(some, before[i])
	}
	for _, anew := range []bool{true, false} {
		wrong, err := d.count(ctx, some, verify.Valid, anew)
		if err == nil && wrong > 0 {
			err = fmt.Errorf("%d of %d files do not verify after all was sealed anew (anew: %v)", wrong, len(some), anew)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// issue makes licenses in bulk, as a batch does.
func (d *drill) issue(ctx context.Context, n int) ([]license.License, error) {
	b, err := d.Licenses.Bulk(ctx, license.Order{TypeCode: d.typ.Code, IssuerID: d.issuer.ID, MakerID: "maker", ReviewerID: "reviewer",
		Origin: license.Batch, OriginID: "drill", DueAt: clock.EndOfDay(d.now.Now())})
	if err != nil {
		return nil, err
	}
	var all []license.License
	for len(all) < n {
		var rows []license.Row
		for range min(chunk, n-len(all)) {
			row, err := d.row()
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
		made, refused, err := b.Make(ctx, rows, func(context.Context, *db.Tx, []license.License, []error) error { return nil })
		if err = errors.Join(append(refused, err)...); err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	_, err = d.Book.Sequence(ctx)
	return all, err
}

// row is an invented firm.
func (d *drill) row() (license.Row, error) {
	d.made++
	first := fmt.Sprintf("91350102YX%07d", d.made)
	c, err := gbcode.USCCCheckChar(first)
	if err != nil {
		return license.Row{}, err
	}
	code, kind, err := holder.ParseCode(first+string(c), "")
	if err != nil {
		return license.Row{}, err
	}
	return license.Row{IssuedOn: d.now.Now(), Holders: []holder.Profile{{Name: fmt.Sprintf("演练商行%d号", d.made), Code: code, CodeType: kind}},
		Fields: map[string]string{"KZ_FDDBR": "林㛃", "KZ_ZS": "福州市鼓楼区榕印路1号", "KZ_JYCS": "福州市鼓楼区榕印路1号", "KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售"}}, nil
}

// count verifies the files of licenses, those that they have now or those from before, and tells how many have another
// verdict than they should.
func (d *drill) count(ctx context.Context, of []license.License, want string, anew bool) (int, error) {
	var at, wrong atomic.Int64
	var workers sync.WaitGroup
	failed := make([]error, runtime.GOMAXPROCS(0))
	for w := range failed {
		workers.Go(func() {
			for failed[w] == nil {
				i := int(at.Add(1)) - 1
				if i >= len(of) {
					return
				}
				var file []byte
				if file, failed[w] = d.file(ctx, of[i], anew); failed[w] != nil {
					return
				}
				if r := d.VerifyFile(file); r.Verdict != want {
					wrong.Add(1)
					_, _ = fmt.Fprintf(os.Stderr, "a file is %s: %v\n", r.Verdict, r.Causes)
				}
			}
		})
	}
	workers.Wait()
	return int(wrong.Load()), errors.Join(failed...)
}

// file is the file of a license as its holder once took it home; anew, the one there is now.
func (d *drill) file(ctx context.Context, l license.License, anew bool) ([]byte, error) {
	var key []byte
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		var wrapped []byte
		if err := q.QueryRow(ctx, `SELECT wrapped FROM license_key WHERE holder_id = $1 AND license_id = $2`, l.HolderID, l.ID).Scan(&wrapped); err != nil {
			return err
		}
		var err error
		if key, err = d.Holders.Open(ctx, q, l.HolderID, wrapped); err != nil || !anew {
			return err
		}
		l, err = d.Licenses.Get(ctx, q, l.HolderID, l.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	ct, err := d.files.Get(ctx, l.FileRef)
	if err != nil {
		return nil, err
	}
	return gm.Decrypt(key, ct, []byte("file:"+l.ID))
}
