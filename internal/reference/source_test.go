package reference_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/reference"
)

const identifier = "1.2.156.3005.2.11100000000013338W001.11350102YX0100017G.0001.001.A"

// keeper is a source that runs, and the connector to it.
type keeper struct {
	*reference.Source
	url     string
	connect *connect.LicenseSource
	clock   *clock.Fixed
}

func newRegister(t *testing.T, pause time.Duration) *keeper {
	t.Helper()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(t.Context(), "platform"); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Signer("platform")
	if err != nil {
		t.Fatal(err)
	}
	r := &keeper{clock: clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai))}
	if r.Source, err = reference.NewSource(t.Context(), signer.Public(), r.clock); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	key, err := r.Key()
	if err != nil {
		t.Fatal(err)
	}
	r.connect, err = connect.OpenLicenseSource(connect.SourceOptions{Name: "人口库", Base: server.URL, Key: key, Signer: signer, Clock: r.clock,
		Wait: 300 * time.Millisecond, Pause: pause})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSourceTellsStates(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	for _, want := range []license.State{license.Valid, license.Lost, license.Cancelled} {
		r.Tell(reference.Order{States: map[string]license.State{identifier: want}})
		if got, err := r.connect.State(t.Context(), identifier); err != nil || got != want {
			t.Errorf("told %q, %v, want %q", got, err, want)
		}
	}
	if got, err := r.connect.State(t.Context(), "another"); err != nil || got != license.Valid {
		t.Errorf("of a license it was told nothing of: %q, %v", got, err)
	}
}

// Whatever goes wrong is an error within bounded time, and no state.
func TestSourceThatErrs(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]reference.Order{
		"down":         {SourceFaults: reference.SourceFaults{Down: true}},
		"slow":         {SourceFaults: reference.SourceFaults{Slow: time.Minute}},
		"forged":       {SourceFaults: reference.SourceFaults{Forged: true}},
		"replayed":     {SourceFaults: reference.SourceFaults{Replay: true}},
		"broken off":   {SourceFaults: reference.SourceFaults{Broken: true}},
		"unknown word": {States: map[string]license.State{identifier: "fine"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t, -1)
			if _, err := r.connect.State(t.Context(), identifier); err != nil {
				t.Fatal(err)
			}
			r.Tell(order)
			begun := time.Now()
			if got, err := r.connect.State(t.Context(), identifier); err == nil || got != "" {
				t.Errorf("told %q, %v", got, err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A clock that is far off makes an answer one of another time.
func TestAnswerOfAnotherTimeIsRefused(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	r.Tell(reference.Order{SourceFaults: reference.SourceFaults{Replay: true}})
	if _, err := r.connect.State(t.Context(), identifier); err != nil {
		t.Fatal(err)
	}
	r.clock.Move(time.Hour)
	if _, err := r.connect.State(t.Context(), identifier); err == nil {
		t.Error("an answer of an hour ago counts")
	}
}

// A source that failed is not asked again for a moment; then it is.
func TestFailedSourceRests(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 5*time.Second)
	r.Tell(reference.Order{SourceFaults: reference.SourceFaults{Down: true}})
	for range 4 {
		if _, err := r.connect.State(t.Context(), identifier); err == nil {
			t.Error("a source that is down gave a state")
		}
	}
	// Go's client sends a request again when a kept connection ends; none is kept here, so one question is one request.
	if got := r.Asked(); got != 1 {
		t.Errorf("it was asked %d times", got)
	}
	r.Tell(reference.Order{})
	r.clock.Move(5 * time.Second)
	if got, err := r.connect.State(t.Context(), identifier); err != nil || got != license.Valid {
		t.Errorf("after its rest: %q, %v", got, err)
	}
}

func TestSourceAnswersThePlatformOnly(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	for name, x := range map[string]struct {
		method, path, body string
		status             int
	}{
		"unsigned":        {http.MethodPost, connect.StatePath, `{"identifier":"x"}`, http.StatusForbidden},
		"another path":    {http.MethodPost, "/", ``, http.StatusNotFound},
		"an order":        {http.MethodPut, reference.ControlPath, `{"down":false}`, http.StatusNoContent},
		"a strange order": {http.MethodPut, reference.ControlPath, `{"up":true}`, http.StatusBadRequest},
	} {
		req, err := http.NewRequestWithContext(t.Context(), x.method, r.url+x.path, strings.NewReader(x.body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != x.status {
			t.Errorf("%s: answered %d", name, res.StatusCode)
		}
	}
}

func TestSourceMustBeKnown(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	key, err := r.Key()
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]connect.SourceOptions{
		"no address": {Name: "x", Key: key, Signer: &gm.Signer{}}, "a file": {Name: "x", Base: "file:///x", Key: key, Signer: &gm.Signer{}},
		"no key": {Name: "x", Base: r.url, Signer: &gm.Signer{}}, "no name": {Base: r.url, Key: key, Signer: &gm.Signer{}},
	} {
		if _, err := connect.OpenLicenseSource(o); err == nil {
			t.Errorf("%s: it is opened", name)
		}
	}
}
