package reference_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
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
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/specimen"
)

const identifier = "1.2.156.3005.2.11100000000013338W001.11350102YX0100017G.0001.001.A"

// keeper is a source that runs, and the connector to it.
type keeper struct {
	*reference.Source
	url     string
	connect *connect.LicenseSource
	clock   *clock.Fixed
	signer  *gm.Signer       // the platform's
	key     *ecdsa.PublicKey // the source's
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
	r := &keeper{clock: clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)), signer: signer}
	if r.Source, err = reference.NewSource(t.Context(), signer.Public(), r.clock); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	if r.key, err = r.Key(); err != nil {
		t.Fatal(err)
	}
	r.connect, err = connect.OpenLicenseSource(connect.SourceOptions{Name: "人口库", Base: server.URL, Key: r.key, Signer: signer, Clock: r.clock,
		Wait: 300 * time.Millisecond, Pause: pause})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tell gives an order, or fails the test.
func (r *keeper) tell(t *testing.T, o reference.Order) {
	t.Helper()
	if err := r.Tell(o); err != nil {
		t.Fatal(err)
	}
}

func TestSourceTellsStates(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	for _, want := range []license.State{license.Valid, license.Lost, license.Cancelled} {
		r.tell(t, reference.Order{States: map[string]license.State{identifier: want}})
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
		"wrong":        {SourceFaults: reference.SourceFaults{Wrong: true}},
		"unknown word": {States: map[string]license.State{identifier: "fine"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t, -1)
			if _, err := r.connect.State(t.Context(), identifier); err != nil {
				t.Fatal(err)
			}
			r.tell(t, order)
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

// licenseFile is an OFD file that says of which license it is.
func licenseFile(t *testing.T, identifier string) []byte {
	t.Helper()
	x, err := specimen.New()
	if err != nil {
		t.Fatal(err)
	}
	d := x.License(1)
	d.Meta = []ofd.Meta{{Name: "ZZBS", Value: identifier}, {Name: "ZZBFRQ", Value: "20260302"}}
	p, err := ofd.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// ISS-13: a source gives the licenses that it keeps; whatever goes wrong on the way is an error within bounded time. What is
// wrong inside is for the platform to find.
func TestSourceGivesLicenses(t *testing.T) {
	t.Parallel()
	file, other := licenseFile(t, identifier), licenseFile(t, "another")
	r := newRegister(t, -1)
	if _, err := r.connect.Fetch(t.Context(), identifier); err == nil {
		t.Error("it gave a license that it does not keep")
	}
	r.tell(t, reference.Order{Files: [][]byte{file}})
	whole := func(of string) bool {
		t.Helper()
		got, err := r.connect.Fetch(t.Context(), of)
		return err == nil && got.State == license.Valid && got.Values["ZZBFRQ"] == "20260302" && bytes.Equal(got.File, file)
	}
	if !whole(identifier) {
		t.Error("it does not give the license")
	}
	for name, f := range map[string]reference.SourceFaults{
		"down": {Down: true}, "slow": {Slow: time.Minute}, "forged": {Forged: true}, "replayed": {Replay: true}, "broken off": {Broken: true}, "wrong": {Wrong: true},
	} {
		r.tell(t, reference.Order{SourceFaults: f})
		begun := time.Now()
		if got, err := r.connect.Fetch(t.Context(), identifier); err == nil || got.File != nil {
			t.Errorf("%s: it gave %d bytes", name, len(got.File))
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
	}
	r.tell(t, reference.Order{SourceFaults: reference.SourceFaults{Tamper: true}})
	if whole(identifier) {
		t.Error("the file was not changed")
	}
	r.tell(t, reference.Order{SourceFaults: reference.SourceFaults{Wrong: true}, Files: [][]byte{other}})
	if got, err := r.connect.Fetch(t.Context(), identifier); err != nil || !bytes.Equal(got.File, other) {
		t.Errorf("another license was not given: %v", err)
	}
	r.tell(t, reference.Order{})
	if !whole(identifier) {
		t.Error("it does not give the license again")
	}
	for _, none := range [][]byte{[]byte("x"), licenseFile(t, "")} {
		if err := r.Tell(reference.Order{Files: [][]byte{none}}); err == nil {
			t.Error("it keeps what is no license")
		}
	}
}

// An answer larger than a license can be is given up.
func TestALicenseHasASize(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		part := bytes.Repeat([]byte(" "), 1<<20)
		for range 20 {
			_, _ = w.Write(part)
		}
	}))
	t.Cleanup(server.Close)
	c, err := connect.OpenLicenseSource(connect.SourceOptions{Name: "x", Base: server.URL, Key: r.key, Signer: r.signer, Clock: r.clock, Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Fetch(t.Context(), identifier); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("%v", err)
	}
}

// Who overheard a question for a state cannot have the license with it.
func TestAQuestionForAStateFetchesNothing(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	r.tell(t, reference.Order{Files: [][]byte{licenseFile(t, identifier)}})
	body, err := json.Marshal(connect.SourceQuestion{Identifier: identifier, Nonce: "x", At: r.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := r.signer.Sign(connect.SourceQuestion{}.Text(body))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{connect.StatePath: http.StatusOK, connect.FetchPath: http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(connect.SignatureHeader, base64.StdEncoding.EncodeToString(signature))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: answered %d", path, res.StatusCode)
		}
	}
}

// A clock that is far off makes an answer one of another time.
func TestAnswerOfAnotherTimeIsRefused(t *testing.T) {
	t.Parallel()
	r := newRegister(t, -1)
	r.tell(t, reference.Order{SourceFaults: reference.SourceFaults{Replay: true}})
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
	r.tell(t, reference.Order{SourceFaults: reference.SourceFaults{Down: true}})
	for range 4 {
		if _, err := r.connect.State(t.Context(), identifier); err == nil {
			t.Error("a source that is down gave a state")
		}
	}
	// Go's client sends a request again when a kept connection ends; none is kept here, so one question is one request.
	if got := r.Asked(); got != 1 {
		t.Errorf("it was asked %d times", got)
	}
	r.tell(t, reference.Order{})
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
