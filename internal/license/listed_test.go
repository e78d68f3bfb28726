package license_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/status"
	"github.com/yinxin-org/yinxin/statuslist"
	"github.com/yinxin-org/yinxin/test/world"
)

// said is what a status list must say of a license by its word, where no date has a part in it.
var said = map[license.State]statuslist.Status{license.Valid: statuslist.Valid, license.Suspended: statuslist.Suspended,
	license.Lost: statuslist.Suspended, license.Disputed: license.ListedDisputed, license.Pledged: license.ListedPledged,
	license.Superseded: statuslist.Invalid, license.Cancelled: statuslist.Invalid, license.Revoked: statuslist.Invalid,
	license.Penalty: statuslist.Invalid, license.Abolished: statuslist.Invalid}

// The published list says what the states say, whatever was done to a license and whenever it got its place.
func TestTheStatusListSaysWhatTheStatesSay(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		r := rand.New(rand.NewPCG(55, 1))
		l := issued(t, w, food(t, w))
		w.Now.Move(time.Hour)
		var place status.Place
		for n := 0; get(t, w, l).Ended == ""; n++ {
			if n == 3 { // first asked for in the middle of its life
				place = placed(t, w, l)
			}
			o := guess(r, w.Now.Now())
			if n < 12 && o.Action.Ends() {
				continue
			}
			_ = w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
				now, err := w.Licenses.Get(ctx, tx, l.HolderID, l.ID)
				if err == nil {
					_, err = w.Licenses.Operate(ctx, tx, now, o)
				}
				return err // refused: nothing has changed
			})
			if place.List == "" {
				continue
			}
			state := get(t, w, l).State(w.Now.Now())
			if got := fetched(t, w, place); got != said[state] {
				t.Fatalf("after %s the license is %s and the list says %d", o.Action, state, got)
			}
		}
		if again := placed(t, w, l); again != place {
			t.Errorf("at first %v, then %v", place, again)
		}
		if place.List == "" {
			t.Error("it ended before it had a place")
		}
	})
}

// placed gives a license its place.
func placed(t *testing.T, w *world.World, l license.License) status.Place {
	t.Helper()
	p, err := w.Licenses.Listed(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fetched is what the list says after one turn of the publisher.
func fetched(t *testing.T, w *world.World, p status.Place) statuslist.Status {
	t.Helper()
	if err := w.Statuses.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return published(t, w, h, p)
}

func asked(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	got := httptest.NewRecorder()
	h.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return got
}

// published is what the list says, as anybody reads it from the platform.
func published(t *testing.T, w *world.World, h http.Handler, p status.Place) statuslist.Status {
	t.Helper()
	got := asked(t, h, "/status/"+p.List)
	if got.Code != http.StatusOK || got.Header().Get("Content-Type") != statuslist.MediaType || got.Header().Get("ETag") == "" ||
		got.Header().Get("Cache-Control") != "public, max-age=2" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	pem, err := os.ReadFile(filepath.Join(w.Config.Data, "status-anchors.pem"))
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := statuslist.ParseAnchors(pem)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := statuslist.Open(got.Body.Bytes(), statuslist.Options{Anchors: anchors, Subject: status.Address(world.BaseURL, p.List), Now: w.Now.Now()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := tok.List.Get(p.Index)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A new version ends the one before in the list too, and takes over what others claim on it.
func TestTheStatusListFollowsANewVersion(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	l := issued(t, w, food(t, w))
	w.Now.Move(time.Hour)
	place := placed(t, w, l)
	now := get(t, w, l)
	w.Write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Licenses.Operate(ctx, tx, now, license.Operation{Action: license.Dispute, Ground: "异议〔2026〕1号"})
		return err
	})
	d := food(t, w)
	d.Follows, d.Why, d.IssuedOn = l.ID, "08", w.Now.Now()
	next := issued(t, w, d)
	if got := fetched(t, w, place); got != statuslist.Invalid {
		t.Errorf("the list says %d of the version before", got)
	}
	if got := fetched(t, w, placed(t, w, next)); got != license.ListedDisputed {
		t.Errorf("the list says %d of the new version", got)
	}
}

// A license is revoked while its code is being shown and the platform publishes as it does when it runs: whoever asks for
// the license and whoever opens the code see it at once, whoever reads the list at the publisher's next turn. Five seconds are
// asked; how long it took is told and not judged, for a machine may be busy.
func TestARevocationShowsInListCodeAndInterface(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := issued(t, w, food(t, w))
		w.Now.Move(time.Hour)
		place := placed(t, w, l)
		h, err := w.Handler()
		if err != nil {
			t.Fatal(err)
		}
		holder := &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}
		shown, err := w.Door.Own(t.Context(), holder, l.ID, access.Fields)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.Statuses.Run(ctx)
		}()
		defer func() {
			stop()
			<-ended
		}()
		says := func(want statuslist.Status) {
			for end := time.Now().Add(time.Minute); asked(t, h, "/status/"+place.List).Code != http.StatusOK || published(t, w, h, place) != want; {
				if time.Now().After(end) {
					t.Fatalf("the list does not come to say %d", want)
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
		says(statuslist.Valid)
		if page := asked(t, h, "/v/"+shown.Code).Body.String(); strings.Contains(page, license.Revoked.Text("zh")) {
			t.Error("the code's page speaks of a revocation before there is one")
		}
		now := get(t, w, l)
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Licenses.Operate(ctx, tx, now, license.Operation{Action: license.Withdraw, Ground: "鼓市监撤〔2026〕7号", AccountID: "a", ApproverID: "b"})
			return err
		})
		began := time.Now()
		if page := asked(t, h, "/v/"+shown.Code).Body.String(); !strings.Contains(page, license.Revoked.Text("zh")) {
			t.Error("the code's page does not tell of the revocation")
		}
		if again, err := w.Door.Own(t.Context(), holder, l.ID, access.Fields); err != nil || again.License.State(w.Now.Now()) != license.Revoked {
			t.Errorf("the interface says %s (%v)", again.License.State(w.Now.Now()), err)
		}
		says(statuslist.Invalid)
		t.Logf("the list said it after %v, and a copy of it may be kept for %v more; 5s are asked", time.Since(began).Round(time.Millisecond), status.Keep)
	})
}
