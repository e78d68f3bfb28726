package status_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/status"
	"github.com/yinxin-org/yinxin/statuslist"
)

const base = "https://yinxin.example"

// desk is a database with publishers and what their lists are believed by.
type desk struct {
	d       *db.DB
	now     *clock.Fixed
	o       status.Options
	anchors *statuslist.Anchors
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	ks, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	now := clock.At(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC))
	signer, root, err := gm.SelfCertified(ks, "status", gm.CertRequest{CommonName: "状态列表", Usage: gm.Platform,
		NotBefore: now.Now().Add(-time.Minute), NotAfter: now.Now().AddDate(5, 0, 0)}, now.Now())
	if err != nil {
		t.Fatal(err)
	}
	x := &desk{d: d, now: now, o: status.Options{DB: d, Clock: now, Log: slog.New(slog.DiscardHandler), Signer: signer,
		Chain: [][]byte{signer.Cert()}, BaseURL: base}}
	if x.anchors, err = statuslist.ParseAnchors(gm.EncodePEM(root)); err != nil {
		t.Fatal(err)
	}
	return x
}

func (x *desk) write(t *testing.T, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := x.d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// small opens a list of a few entries before any other.
func (x *desk) small(t *testing.T, size int) {
	t.Helper()
	x.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO status_list (list_id, entries, is_open, token, published_at, version) VALUES ('0', $1, 1, $2, 0, 0)`, size, []byte{})
		return err
	})
}

func (x *desk) assign(t *testing.T, license string, v statuslist.Status) status.Place {
	t.Helper()
	var p status.Place
	x.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = status.Assign(ctx, tx, "h", license, v)
		return err
	})
	return p
}

func (x *desk) tell(t *testing.T, license string, v statuslist.Status) {
	t.Helper()
	x.write(t, func(ctx context.Context, tx *db.Tx) error { return status.Tell(ctx, tx, "h", license, v) })
}

func (x *desk) publish(t *testing.T) *status.Publisher {
	t.Helper()
	p := status.New(x.o)
	if err := p.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// opened is a list as anybody reads it now.
func (x *desk) opened(t *testing.T, list string) (status.Published, *statuslist.Token) {
	t.Helper()
	got, err := status.New(x.o).Get(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := statuslist.Open(got.Token, statuslist.Options{Anchors: x.anchors, Subject: status.Address(base, list), Now: x.now.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return got, tok
}

func (x *desk) says(t *testing.T, p status.Place, want statuslist.Status) {
	t.Helper()
	_, tok := x.opened(t, p.List)
	if got, err := tok.List.Get(p.Index); err != nil || got != want {
		t.Errorf("the list says %d (%v), want %d", got, err, want)
	}
}

func (x *desk) changes(t *testing.T) (n int) {
	t.Helper()
	err := x.d.Read(t.Context(), func(q *db.Tx) error {
		return q.QueryRow(t.Context(), `SELECT count(*) FROM status_change`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAChangeIsPublished(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		p := x.assign(t, "a", statuslist.Valid)
		if _, err := status.New(x.o).Get(t.Context(), p.List); errs.Code(err) != "status.unknown" {
			t.Errorf("before the first publication: %v", err)
		}
		x.publish(t)
		x.says(t, p, statuslist.Valid)
		x.tell(t, "a", statuslist.Suspended)
		x.tell(t, "unlisted", statuslist.Invalid)
		x.publish(t)
		x.says(t, p, statuslist.Suspended)
		first, _ := x.opened(t, p.List)
		x.tell(t, "a", statuslist.Suspended) // nothing new
		x.publish(t)
		if again, _ := x.opened(t, p.List); again.Version != first.Version || x.changes(t) != 0 {
			t.Errorf("published %d times, %d changes open", again.Version-first.Version, x.changes(t))
		}
		x.now.Move(6 * time.Minute) // without changes, it speaks for a later time
		x.publish(t)
		if again, tok := x.opened(t, p.List); again.Version != first.Version+1 || !tok.IssuedAt.Equal(x.now.Now()) || tok.TTL != status.Keep {
			t.Errorf("version %d of %v", again.Version, tok.IssuedAt)
		}
		if q := x.assign(t, "b", statuslist.Invalid); true { // a license that had ended before anybody asked
			x.publish(t)
			x.says(t, q, statuslist.Invalid)
		}
	})
}

// What two publishers read and publish in any order: the later reading wins, and what the earlier one lacked is not forgotten.
func TestAnOlderListIsNeverPutOverANewerOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		p := x.assign(t, "a", statuslist.Valid)
		x.publish(t)
		slow := status.New(x.o)
		x.tell(t, "a", statuslist.Suspended)
		old, err := status.Draft(t.Context(), slow, p.List)
		if err != nil {
			t.Fatal(err)
		}
		x.tell(t, "a", statuslist.Invalid)
		x.publish(t)
		if err := old.Put(t.Context()); err != nil {
			t.Fatal(err)
		}
		x.says(t, p, statuslist.Invalid)

		// A change between the reading and the publication waits for the next one.
		x.tell(t, "a", statuslist.Suspended)
		next, err := status.Draft(t.Context(), slow, p.List)
		if err != nil {
			t.Fatal(err)
		}
		x.tell(t, "a", statuslist.Invalid)
		if err := next.Put(t.Context()); err != nil {
			t.Fatal(err)
		}
		x.says(t, p, statuslist.Suspended)
		x.publish(t)
		x.says(t, p, statuslist.Invalid)
	})
}

// A publisher that dies behind its reading leaves the change to the next one.
func TestACrashBeforePublicationIsMadeGood(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		p := x.assign(t, "a", statuslist.Valid)
		x.publish(t)
		x.tell(t, "a", statuslist.Invalid)
		if _, err := status.Draft(t.Context(), status.New(x.o), p.List); err != nil {
			t.Fatal(err)
		}
		x.says(t, p, statuslist.Valid)
		x.publish(t)
		x.says(t, p, statuslist.Invalid)
	})
}

// A list that is half full takes no more, and places are taken once.
func TestAHalfFullListIsClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		x.small(t, 16)
		seen := map[int]bool{}
		for i := range 8 {
			p := x.assign(t, fmt.Sprint(i), statuslist.Valid)
			if p.List != "0" || seen[p.Index] || p.Index < 0 || p.Index > 15 {
				t.Fatalf("place %v", p)
			}
			seen[p.Index] = true
		}
		x.publish(t)
		if p := x.assign(t, "next", statuslist.Valid); p.List == "0" {
			t.Error("a full list was given on")
		}
		x.tell(t, "3", statuslist.Invalid) // those in it change as before
		x.publish(t)
		var p status.Place
		x.write(t, func(ctx context.Context, tx *db.Tx) (err error) { p, err = status.Find(ctx, tx, "h", "3"); return err })
		x.says(t, p, statuslist.Invalid)
	})
}

// Changes by many and publications by several at the same time: in the end the list says what was told last.
func TestManyChangeAndSeveralPublish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		var places []status.Place
		for i := range 4 {
			places = append(places, x.assign(t, fmt.Sprint(i), statuslist.Valid))
		}
		var all sync.WaitGroup
		for i := range places {
			all.Go(func() {
				for n := range 10 {
					x.tell(t, fmt.Sprint(i), statuslist.Status((i+n)%3))
				}
			})
		}
		for range 2 {
			all.Go(func() {
				for range 4 {
					if err := status.New(x.o).Publish(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		x.publish(t)
		for i, p := range places {
			x.says(t, p, statuslist.Status((i+9)%3))
		}
	})
}

// What is published is seen in time: one turn of the loop and the time it may be kept are less than five seconds.
func TestAChangeIsSeenWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	if status.Turn+status.Keep > 4*time.Second {
		t.Errorf("a turn of %v and %v in keeping leave no second for the work", status.Turn, status.Keep)
	}
}
