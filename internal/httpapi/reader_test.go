package httpapi_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// held takes all connections for reading but one, until the test ends.
func (c *city) held(t *testing.T) {
	t.Helper()
	free := make(chan struct{})
	var readers sync.WaitGroup
	begin := func() bool {
		ctx, cancel := context.WithCancel(context.Background())
		patience := time.AfterFunc(time.Second, cancel)
		begun := make(chan bool, 1)
		readers.Go(func() {
			defer cancel()
			err := c.App.DB.Read(ctx, func(*db.Tx) error {
				patience.Stop()
				begun <- true
				<-free
				return nil
			})
			if err != nil {
				begun <- false
			}
		})
		return <-begun
	}
	n := 0
	for begin() {
		n++
	}
	if n < 2 {
		t.Fatalf("%d connections for reading", n)
	}
	free <- struct{}{}
	t.Cleanup(func() {
		close(free)
		readers.Wait()
	})
}

// An answer needs one connection at a time: one that waits for a second while it holds the first would wait for ever as
// soon as enough others do the same.
func TestAnAnswerNeedsOneConnection(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		c := newCity(t, url)
		supervisor := c.as(t, "gl-supervisor")
		var open struct {
			Items []struct {
				ID      string
				Version int64
			}
		}
		supervisor.must("GET", "/api/v1/appeals?state=waiting", nil, &open)
		if len(open.Items) == 0 {
			t.Fatal("no complaint waits")
		}
		appeal := "/api/v1/appeals/" + open.Items[0].ID
		supervisor.must("POST", appeal+"/take", m{"version": open.Items[0].Version}, nil)
		supervisor.must("GET", "/api/v1/violations", nil, &open)
		if len(open.Items) == 0 {
			t.Fatal("there is no violation")
		}
		violation := "/api/v1/violations/" + open.Items[0].ID
		supervisor.must("POST", violation+"/outcome", m{"version": open.Items[0].Version, "outcome": "upheld", "words": "属实"}, nil)
		author := c.as(t, "fj-scjg-catalog")
		author.must("POST", "/api/v1/type-drafts", m{"typeCode": c.TypeCode(t, "food-permit"), "reason": "法规修订"}, nil)
		c.held(t)
		for path, who := range map[string]*client{
			"/api/v1/appeals": supervisor, appeal: supervisor, "/api/v1/violations": supervisor, violation: supervisor,
			"/api/v1/type-drafts": author,
		} {
			patient := *who.http
			patient.Timeout = 5 * time.Second
			a := (&client{t: t, url: who.url, http: &patient}).do("GET", path, nil)
			if a.StatusCode != 200 || !strings.Contains(a.body, "{") {
				t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
			}
		}
	})
}
