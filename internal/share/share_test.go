package share_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/share"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

func TestMain(m *testing.M) { os.Exit(world.Main(m)) }

var terms = share.Terms{Receiver: "榕印银行", Purpose: "申请贷款", Days: 7, Downloads: 2}

// desk is 林㛃 who shares her identity card with a bank.
type desk struct {
	*world.World
	t     *testing.T
	owner *authn.Actor
	card  license.License
}

func newDesk(t *testing.T, w *world.World) *desk {
	t.Helper()
	d := &desk{World: w, t: t, owner: w.Actor(t, "owner")}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		held, err := w.Licenses.Held(ctx, q, d.owner.HolderID, w.TypeCode(t, demo.IdentityCard))
		d.card = held[0]
		return err
	})
	return d
}

func (d *desk) share(terms share.Terms) share.Share {
	d.t.Helper()
	s, err := d.Shares.Make(context.Background(), d.owner, d.card.ID, terms)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) download(s share.Share, code, format string) ([]byte, error) {
	f, err := d.Shares.Download(context.Background(), nil, s.Token, code, format)
	return f.Content, err
}

// log are the actions in the holder's log, oldest first.
func (d *desk) log(id string) (actions []string) {
	d.t.Helper()
	_, events, err := d.Shares.Get(context.Background(), d.owner, id)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range events {
		actions = append([]string{string(e.Action)}, actions...)
	}
	return actions
}

func (d *desk) uses(result string) (found []access.Use) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		all, err := d.Door.Uses(ctx, q, d.owner.HolderID, access.UseFilter{Limit: 100})
		for _, u := range all {
			if u.Ground == access.Share && u.Result == result {
				found = append(found, u)
			}
		}
		return err
	})
	return found
}

func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if err == nil || errs.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// 闽政办〔2022〕33号 任务3: 授权下载核验.
func TestShareAndDownload(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		s := d.share(terms)
		for range 4 { // opening the link consumes nothing
			look, err := w.Shares.Look(context.Background(), s.Token)
			if err != nil || look.Downloads != 0 || look.Code != "" || look.Receiver != "榕印银行" {
				t.Fatalf("%+v, %v", look, err)
			}
		}
		file, err := d.download(s, strings.ToLower(s.Code), share.OFD)
		if err != nil {
			t.Fatal(err)
		}
		r := w.VerifyFile(file)
		if r.Verdict != verify.Valid || r.Copy == nil || r.Copy.Creator != "榕印银行" || r.Copy.Purpose != "用于“申请贷款”" || !r.Copy.Expires.Equal(s.ExpiresAt) {
			t.Errorf("%s, %+v, %+v", r.Verdict, r.Copy, r.Causes)
		}
		file[len(file)/2] ^= 1
		if w.VerifyFile(file).Verdict != verify.Invalid {
			t.Error("a changed file is not refused")
		}
		pdf, err := d.download(s, s.Code, share.PDF)
		if err != nil {
			t.Fatal(err)
		}
		d.checkPDF(pdf, s)
		_, err = d.download(s, s.Code, share.OFD)
		wantCode(t, "a third download", err, "share.used")
		if got := strings.Join(d.log(s.ID), " "); got != "made downloaded downloaded" {
			t.Errorf("log: %s", got)
		}
		if given := d.uses("given"); len(given) != 2 || given[0].Purpose != "榕印银行：申请贷款" || given[0].Role != "public" {
			t.Errorf("uses: %+v", given)
		}
		d.notices(notice.ShareDownloaded, 2)
	})
}

// checkPDF: the very file is known; one bit elsewhere, or another file, is not.
func (d *desk) checkPDF(pdf []byte, s share.Share) {
	d.t.Helper()
	check := func(file []byte) share.CopyVerdict {
		d.t.Helper()
		v, err := d.Shares.CheckPDF(context.Background(), file)
		if err != nil {
			d.t.Fatal(err)
		}
		return v
	}
	if v := check(pdf); !v.Known || !v.Same || v.State != license.Valid || v.Expired || !v.Expires.Equal(s.ExpiresAt) {
		d.t.Errorf("the very file: %+v", v)
	}
	changed := bytes.Clone(pdf)
	changed[len(changed)/2] ^= 1
	if v := check(changed); !v.Known || v.Same || v.Type != nil {
		d.t.Errorf("a changed file: %+v", v)
	}
	if v := check([]byte("%PDF-1.4 another")); v.Known || v.Same {
		d.t.Errorf("another file: %+v", v)
	}
	if v := check([]byte("%PDF-1.4 yinxin-copy-AAAAAAAAAAAAAAAAAAAA")); v.Known || v.Same {
		d.t.Errorf("a made-up mark: %+v", v)
	}
	_, err := d.Shares.CheckPDF(context.Background(), []byte("hello"))
	wantCode(d.t, "no PDF", err, "file.unreadable")
}

func (d *desk) notices(kind notice.Kind, want int) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		all, _, err := d.Notices.List(ctx, q, d.owner.HolderID, 50, 0)
		got := 0
		for _, n := range all {
			if n.Kind == kind {
				got++
			}
		}
		if got != want {
			d.t.Errorf("%d notices of %s, want %d", got, kind, want)
		}
		return err
	})
}

func TestWrongCodesLock(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		s := d.share(terms)
		for range 4 {
			_, err := d.download(s, "WRONG2", share.OFD)
			wantCode(t, "a wrong code", err, "share.code")
		}
		_, err := d.download(s, "WRONG2", share.OFD)
		wantCode(t, "the last wrong code", err, "share.locked")
		_, err = d.download(s, s.Code, share.OFD)
		wantCode(t, "the right code too late", err, "share.locked")
		if got := strings.Join(d.log(s.ID), " "); got != "made wrong-code wrong-code wrong-code wrong-code wrong-code locked" {
			t.Errorf("log: %s", got)
		}
		d.notices(notice.ShareLocked, 1)
		if len(d.uses("given")) != 0 {
			t.Error("something was given")
		}
	})
}

// Guessing with many hands at once gains nothing: five wrong codes are borne, the holder is told once.
func TestWrongCodesAtOnceLockToo(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		s := d.share(terms)
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if _, err := d.download(s, "WRONG2", share.OFD); errs.Code(err) != "share.code" && errs.Code(err) != "share.locked" {
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if got := strings.Join(d.log(s.ID), " "); got != "made wrong-code wrong-code wrong-code wrong-code wrong-code locked" {
			t.Errorf("log: %s", got)
		}
		d.notices(notice.ShareLocked, 1)
	})
}

func TestShareEnds(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		ended, expired, revoked := d.share(terms), d.share(terms), d.share(terms)
		_, err := w.Shares.End(context.Background(), w.Actor(t, "baker"), ended.ID)
		wantCode(t, "another's", err, "share.unknown")
		for range 2 { // twice is once
			if x, err := w.Shares.End(context.Background(), d.owner, ended.ID); err != nil || x.State != share.Ended {
				t.Fatalf("%+v, %v", x, err)
			}
		}
		_, err = d.download(ended, ended.Code, share.PDF)
		wantCode(t, "ended", err, "share.ended")
		if got := strings.Join(d.log(ended.ID), " "); got != "made ended" {
			t.Errorf("log: %s", got)
		}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Licenses.Lose(ctx, tx, d.card, d.owner.AccountID)
		})
		_, err = d.download(revoked, revoked.Code, share.OFD)
		wantCode(t, "lost meanwhile", err, "access.share.state")
		if s, _, _ := w.Shares.Get(context.Background(), d.owner, revoked.ID); s.Downloads != 0 {
			t.Error("a refused download was counted")
		}
		if refused := d.uses("refused"); len(refused) != 1 {
			t.Errorf("refusals: %+v", refused)
		}
		_, err = w.Shares.Make(context.Background(), d.owner, d.card.ID, terms)
		wantCode(t, "of a lost license", err, "license.not-in-force")
		w.Now.Move(8 * 24 * time.Hour)
		_, err = d.download(expired, expired.Code, share.OFD)
		wantCode(t, "expired", err, "share.expired")
		if list, err := w.Shares.List(context.Background(), d.owner); err != nil || len(list) != 3 || list[0].ID != revoked.ID || list[1].State != share.Expired {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestDownloadsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		d := newDesk(t, w)
		s := d.share(terms)
		var all sync.WaitGroup
		given := make(chan bool, 8)
		for range 8 {
			all.Go(func() {
				_, err := d.download(s, s.Code, share.OFD)
				if err != nil && errs.Code(err) != "share.used" {
					t.Errorf("%v", err)
				}
				given <- err == nil
			})
		}
		all.Wait()
		close(given)
		n := 0
		for ok := range given {
			if ok {
				n++
			}
		}
		if n != terms.Downloads {
			t.Errorf("%d downloads, want %d", n, terms.Downloads)
		}
	})
}

func TestTermsAreChecked(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	d := newDesk(t, w)
	acting := *d.owner
	acting.Acting = &authn.Acting{Powers: []string{authn.PowerApply}}
	for what, c := range map[string]struct {
		actor *authn.Actor
		terms share.Terms
		code  string
	}{
		"no receiver":    {d.owner, share.Terms{Purpose: "申请贷款", Days: 1, Downloads: 1}, "field.required"},
		"long purpose":   {d.owner, share.Terms{Receiver: "榕印银行", Purpose: strings.Repeat("字", 41), Days: 1, Downloads: 1}, "field.too-long"},
		"turning letter": {d.owner, share.Terms{Receiver: "榕印\u202e银行", Purpose: "申请贷款", Days: 1, Downloads: 1}, "field.format"},
		"no font":        {d.owner, share.Terms{Receiver: "榕印银行🏦", Purpose: "申请贷款", Days: 1, Downloads: 1}, "share.glyph"},
		"for ever":       {d.owner, share.Terms{Receiver: "榕印银行", Purpose: "申请贷款", Days: 91, Downloads: 1}, "share.days"},
		"without end":    {d.owner, share.Terms{Receiver: "榕印银行", Purpose: "申请贷款", Days: 1, Downloads: 21}, "share.downloads"},
		"no power":       {&acting, terms, "share.power"},
		"another's":      {w.Actor(t, "baker"), terms, "access.self.holder"},
	} {
		_, err := w.Shares.Make(context.Background(), c.actor, d.card.ID, c.terms)
		wantCode(t, what, err, c.code)
	}
	_, err := w.Shares.Look(context.Background(), "no-such-token")
	wantCode(t, "no such link", err, "share.unknown")
	s := d.share(terms)
	_, err = d.download(s, s.Code, "docx")
	wantCode(t, "another format", err, "field.option")
}
