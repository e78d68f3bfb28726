package tsp_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/ses/tsp"
)

var now = time.Date(2026, 3, 2, 9, 30, 15, 0, time.UTC)

type kit struct {
	ks   *gm.KeyStore
	root []byte
}

func newKit(t testing.TB) *kit {
	t.Helper()
	ks, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	root, err := gm.NewCA(ks, "root", "测试根", now.AddDate(-1, 0, 0), 20)
	if err != nil {
		t.Fatal(err)
	}
	return &kit{ks, root}
}

func (k *kit) signer(t testing.TB, id string, usage gm.Usage) *gm.Signer {
	t.Helper()
	if _, err := gm.IssueCert(k.ks, "root", id, gm.CertRequest{CommonName: "测试时间戳 " + id, Usage: usage,
		NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(5, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	signer, err := k.ks.Signer(id)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func (k *kit) authority(t testing.TB, o tsp.Options) *tsp.Authority {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return now }
	}
	a, err := tsp.NewAuthority(k.signer(t, "tsa", gm.Timestamp), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestStamp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	a := k.authority(t, tsp.Options{Policy: asn1.ObjectIdentifier{1, 2, 156, 1}})
	der, err := a.Stamp([]byte("signature value"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsp.ParseToken(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Verify(); err != nil {
		t.Error(err)
	}
	cert, _ := k.ks.Cert("tsa")
	if !token.Time.Equal(now) || !token.Policy.Equal(asn1.ObjectIdentifier{1, 2, 156, 1}) || !bytes.Equal(token.Cert, cert) || token.Nonce != nil {
		t.Errorf("token %+v", token)
	}
	if !token.Covers([]byte("signature value")) || token.Covers([]byte("another")) {
		t.Error("the token covers other contents than were stamped")
	}
	again, _ := a.Stamp([]byte("signature value"))
	other, err := tsp.ParseToken(again)
	if err != nil || other.Serial.Cmp(token.Serial) == 0 {
		t.Errorf("two tokens have one serial number: %v", err)
	}
}

// Each octet matters: whatever is changed is noticed by reading or by verifying, or does not bear on the token.
func TestDamagedToken(t *testing.T) {
	t.Parallel()
	der, err := newKit(t).authority(t, tsp.Options{}).Stamp([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := tsp.ParseToken(der)
	var passed int
	for i := range der {
		bad := bytes.Clone(der)
		bad[i] ^= 1
		token, err := tsp.ParseToken(bad)
		if err != nil || token.Verify() != nil {
			continue
		}
		passed++
		if !token.Time.Equal(whole.Time) || !token.Covers([]byte("x")) || token.Serial.Cmp(whole.Serial) != 0 {
			t.Errorf("octet %d changes what the token says", i)
		}
	}
	if passed > 60 { // versions, algorithm parameters: nothing that the signature must cover
		t.Errorf("%d of %d changes went unnoticed", passed, len(der))
	}
	for i := range der {
		if _, err := tsp.ParseToken(der[:i]); err == nil {
			t.Fatalf("the first %d octets were read as a token", i)
		}
	}
}

func TestNewAuthorityRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	a, b := k.signer(t, "a", gm.Timestamp), k.signer(t, "b", gm.Timestamp)
	for name, signer := range map[string]ses.Signer{
		"a seal's certificate": k.signer(t, "seal", gm.SealSigner),
		"another key":          swapped{a, b.Cert()},
		"no certificate":       swapped{a, nil},
	} {
		if _, err := tsp.NewAuthority(signer, tsp.Options{}); !errors.Is(err, &tsp.Error{Code: tsp.BadAuthority}) {
			t.Errorf("%s: %v, want BadAuthority", name, err)
		}
	}
	late, err := tsp.NewAuthority(a, tsp.Options{Now: func() time.Time { return now.AddDate(6, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := late.Stamp(nil); !errors.Is(err, &tsp.Error{Code: tsp.BadAuthority}) {
		t.Errorf("after the certificate's end: %v, want BadAuthority", err)
	}
	broken, err := tsp.NewAuthority(silent{a}, tsp.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := broken.Stamp(nil); !errors.Is(err, &tsp.Error{Code: tsp.SignerFailed}) {
		t.Errorf("a key that does not answer: %v, want SignerFailed", err)
	}
}

type swapped struct {
	*gm.Signer
	cert []byte
}

func (s swapped) Cert() []byte { return s.cert }

type silent struct{ *gm.Signer }

func (silent) SignDigest([32]byte) ([]byte, error) { return nil, errors.New("device is lost") }

// request is a TimeStampReq as other programs write it.
type request struct {
	Version int
	Imprint struct {
		Method pkix.AlgorithmIdentifier
		Value  []byte
	}
	Policy  asn1.ObjectIdentifier `asn1:"optional"`
	Nonce   *big.Int              `asn1:"optional"`
	CertReq bool                  `asn1:"optional"`
	Ext     []pkix.Extension      `asn1:"optional,tag:0"`
}

type response struct {
	Status struct {
		Status int
		Text   []string       `asn1:"optional"`
		Fault  asn1.BitString `asn1:"optional"`
	}
	Token asn1.RawValue `asn1:"optional"`
}

func TestRespond(t *testing.T) {
	t.Parallel()
	a := newKit(t).authority(t, tsp.Options{Policy: asn1.ObjectIdentifier{1, 2, 3}})
	cases := []struct {
		name   string
		change func(*request)
		bit    int // of the failure, -1: granted
	}{
		{"plain", func(*request) {}, -1},
		{"with nonce, policy and certificate", func(r *request) {
			r.Nonce, r.Policy, r.CertReq = big.NewInt(7), asn1.ObjectIdentifier{1, 2, 3}, true
		}, -1},
		{"SHA-1", func(r *request) { r.Imprint.Method.Algorithm = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26} }, 0},
		{"version", func(r *request) { r.Version = 2 }, 2},
		{"short digest", func(r *request) { r.Imprint.Value = r.Imprint.Value[1:] }, 5},
		{"another policy", func(r *request) { r.Policy = asn1.ObjectIdentifier{1, 2, 4} }, 15},
		{"extension", func(r *request) { r.Ext = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}} }, 16},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := request{Version: 1}
			sum := ses.Digest([]byte("x"))
			r.Imprint.Method.Algorithm, r.Imprint.Value = ses.OIDSM3(), sum[:]
			c.change(&r)
			der, err := asn1.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var got response
			if rest, err := asn1.Unmarshal(a.Respond(der), &got); err != nil || len(rest) > 0 {
				t.Fatalf("response: %v", err)
			}
			if c.bit >= 0 {
				if got.Status.Status != 2 || got.Status.Fault.At(c.bit) != 1 || len(got.Token.FullBytes) > 0 {
					t.Errorf("status %+v, want failure %d", got.Status, c.bit)
				}
				return
			}
			token, err := tsp.ParseToken(got.Token.FullBytes)
			if err != nil {
				t.Fatal(err)
			}
			if !token.Covers([]byte("x")) || (token.Cert != nil) != r.CertReq || (r.Nonce != nil) != (token.Nonce != nil) {
				t.Errorf("token %+v", token)
			}
		})
	}
	var got response
	if _, err := asn1.Unmarshal(a.Respond([]byte("no request")), &got); err != nil || got.Status.Fault.At(5) != 1 {
		t.Errorf("what is no request: %+v, %v", got, err)
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	k, stranger := newKit(t), newKit(t)
	a := k.authority(t, tsp.Options{})
	foreign := stranger.authority(t, tsp.Options{})
	leaf, _ := k.ks.Cert("tsa")
	var first []byte
	serve := func(h http.HandlerFunc) http.Handler { return h }
	cases := []struct {
		name    string
		handler http.Handler
		trusted [][]byte
		want    tsp.Code
	}{
		{"by its issuer", a, [][]byte{k.root}, ""},
		{"by itself", a, [][]byte{stranger.root, leaf}, ""},
		{"nobody is believed", a, nil, tsp.BadAuthority},
		{"stranger", foreign, [][]byte{k.root}, tsp.BadAuthority},
		{"an old answer again", serve(func(w http.ResponseWriter, r *http.Request) {
			if first == nil {
				token := request{Version: 1, Nonce: big.NewInt(1), CertReq: true}
				sum := ses.Digest([]byte("signature"))
				token.Imprint.Method.Algorithm, token.Imprint.Value = ses.OIDSM3(), sum[:]
				der, _ := asn1.Marshal(token)
				first = a.Respond(der)
			}
			_, _ = w.Write(first)
		}), [][]byte{k.root}, tsp.OtherRequest},
		{"a rejection", serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(a.Respond(nil)) }), [][]byte{k.root}, tsp.Refused},
		{"no answer", serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }), [][]byte{k.root}, tsp.Unreachable},
		{"a page", serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }), [][]byte{k.root}, tsp.BadToken},
		{"without end", serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) }), [][]byte{k.root}, tsp.Unreachable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.handler)
			defer server.Close()
			client := tsp.Client{URL: server.URL, Authorities: c.trusted}
			der, err := client.Stamp([]byte("signature"))
			if c.want != "" {
				if !errors.Is(err, &tsp.Error{Code: c.want}) || der != nil {
					t.Errorf("%v, want code %s and no token", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if token, err := tsp.ParseToken(der); err != nil || !token.Time.Equal(now) {
				t.Errorf("token %+v, %v", token, err)
			}
		})
	}
}

func TestServeHTTPRefuses(t *testing.T) {
	t.Parallel()
	a := newKit(t).authority(t, tsp.Options{})
	cases := []struct {
		name, method, kind string
		body               []byte
		want               int
	}{
		{"get", http.MethodGet, tsp.RequestType, nil, http.StatusMethodNotAllowed},
		{"another type", http.MethodPost, "text/plain", nil, http.StatusUnsupportedMediaType},
		{"too large", http.MethodPost, tsp.RequestType, make([]byte, 1<<20), http.StatusBadRequest},
		{"no request", http.MethodPost, tsp.RequestType + "; charset=x", []byte("x"), http.StatusOK},
	}
	for _, c := range cases {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "/", bytes.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	der, err := newKit(f).authority(f, tsp.Options{}).Stamp([]byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		token, err := tsp.ParseToken(der)
		if err != nil {
			return
		}
		_ = token.Verify()
		_ = token.Covers([]byte("x"))
	})
}

func FuzzRespond(f *testing.F) {
	a := newKit(f).authority(f, tsp.Options{})
	r := request{Version: 1, Nonce: big.NewInt(1), CertReq: true}
	r.Imprint.Method.Algorithm, r.Imprint.Value = ses.OIDSM3(), make([]byte, 32)
	der, err := asn1.Marshal(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, request []byte) {
		var got response
		if rest, err := asn1.Unmarshal(a.Respond(request), &got); err != nil || len(rest) > 0 {
			t.Errorf("the response cannot be read: %v", err)
		}
	})
}

// What a time stamp adds to each seal.
func BenchmarkStamp(b *testing.B) {
	a := newKit(b).authority(b, tsp.Options{})
	signature := make([]byte, 71)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Stamp(signature); err != nil {
			b.Fatal(err)
		}
	}
}

// openssl reads the answers of the authority and what stands in them. (It cannot verify them: it knows no SM2 there.)
func TestOpenSSLReadsTheResponse(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing in CI")
		}
		t.Skip("needs openssl")
	}
	a := newKit(t).authority(t, tsp.Options{Policy: asn1.ObjectIdentifier{1, 2, 156, 7}})
	dir := t.TempDir()
	query, reply, data := filepath.Join(dir, "query"), filepath.Join(dir, "reply"), filepath.Join(dir, "data")
	if err := os.WriteFile(data, []byte("签名值"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %s: %v\n%s", args[0], err, out)
		}
		return string(out)
	}
	run("ts", "-query", "-data", data, "-sm3", "-cert", "-out", query)
	request, err := os.ReadFile(query)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(reply, a.Respond(request), 0o600); err != nil {
		t.Fatal(err)
	}
	text := run("ts", "-reply", "-in", reply, "-text")
	for _, want := range []string{"Status: Granted", "Policy OID: 1.2.156.7", "Hash Algorithm: sm3", "Time stamp: Mar  2 09:30:15 2026 GMT",
		"Accuracy: 0x01 seconds", "Nonce: 0x", "TSA: DirName:"} {
		if !strings.Contains(text, want) {
			t.Errorf("openssl does not read %q in\n%s", want, text)
		}
	}
	if err := os.WriteFile(reply, a.Respond(nil), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := run("ts", "-reply", "-in", reply, "-text"); !strings.Contains(text, "Status: Rejected") || !strings.Contains(text, "wrong format") {
		t.Errorf("openssl reads the rejection as\n%s", text)
	}
}
