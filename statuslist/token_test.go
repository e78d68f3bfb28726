package statuslist_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/statuslist"
)

var now = time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)

const address = "https://zz.example/status/a"

// office is a root with signers under it.
type office struct {
	ks   *gm.KeyStore
	root []byte
}

func newOffice(t testing.TB) office {
	t.Helper()
	ks, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	root, err := gm.NewCA(ks, "root", "状态列表根证书", now.AddDate(-1, 0, 0), 20)
	if err != nil {
		t.Fatal(err)
	}
	return office{ks, root}
}

func (o office) signer(t testing.TB, ca, id string, usage gm.Usage, from, to time.Time) *gm.Signer {
	t.Helper()
	if _, err := gm.IssueCert(o.ks, ca, id, gm.CertRequest{CommonName: id, Usage: usage, NotBefore: from, NotAfter: to}); err != nil {
		t.Fatal(err)
	}
	s, err := o.ks.Signer(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (o office) usual(t testing.TB) *gm.Signer {
	t.Helper()
	return o.signer(t, "root", "signer", gm.Platform, now.AddDate(0, -1, 0), now.AddDate(1, 0, 0))
}

func (o office) options(t testing.TB) statuslist.Options {
	t.Helper()
	a, err := statuslist.ParseAnchors(gm.EncodePEM(o.root))
	if err != nil {
		t.Fatal(err)
	}
	return statuslist.Options{Anchors: a, Subject: address, Now: now}
}

func token(t testing.TB) statuslist.Token {
	t.Helper()
	l, err := statuslist.New(4, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Set(77, statuslist.Suspended); err != nil {
		t.Fatal(err)
	}
	return statuslist.Token{Subject: address, IssuedAt: now.Add(-time.Minute), Expires: now.Add(time.Hour), TTL: 5 * time.Second, List: l}
}

func sign(t testing.TB, tok statuslist.Token, s *gm.Signer, more ...[]byte) []byte {
	t.Helper()
	text, err := statuslist.Sign(tok, s, append([][]byte{s.Cert()}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSignAndOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	want := token(t)
	got, err := statuslist.Open(sign(t, want, o.usual(t)), o.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != want.Subject || !got.IssuedAt.Equal(want.IssuedAt) || !got.Expires.Equal(want.Expires) || got.TTL != want.TTL {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if s, err := got.List.Get(77); err != nil || s != statuslist.Suspended {
		t.Errorf("status %d (%v)", s, err)
	}
}

// The chain that a token brings leads to the root; without it nothing does.
func TestOpenThroughIntermediate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	middle := o.signer(t, "root", "middle", gm.Intermediate, now.AddDate(0, -1, 0), now.AddDate(5, 0, 0))
	s := o.signer(t, "middle", "leaf", gm.Platform, now.AddDate(0, -1, 0), now.AddDate(1, 0, 0))
	if _, err := statuslist.Open(sign(t, token(t), s, middle.Cert()), o.options(t)); err != nil {
		t.Error(err)
	}
	if _, err := statuslist.Open(sign(t, token(t), s), o.options(t)); !errors.Is(err, statuslist.ErrAnchor) {
		t.Errorf("without the intermediate: %v", err)
	}
}

// forge signs any header and claims with a key: what a signer of ill will, or another program, could make.
func forge(t testing.TB, s *gm.Signer, head, body string) []byte {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	text := b64([]byte(head)) + "." + b64([]byte(body))
	der, err := s.Sign([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !ses.VerifySM2(s.Public(), []byte(text), der) {
		t.Fatal("signed wrongly")
	}
	return []byte(text + "." + b64(plain(t, der)))
}

// plain takes r and s out of DER of at most 127 bytes.
func plain(t testing.TB, der []byte) []byte {
	t.Helper()
	out := make([]byte, 64)
	at := 2
	for i := range 2 {
		n := int(der[at+1])
		v := bytes.TrimLeft(der[at+2:at+2+n], "\x00")
		copy(out[32*(i+1)-len(v):], v)
		at += 2 + n
	}
	return out
}

const listText = `{"bits":1,"lst":"eNrbuRgAAhcBXQ"}`

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.usual(t)
	x5c := base64.StdEncoding.EncodeToString(s.Cert())
	head := `{"alg":"SM2","typ":"statuslist+jwt","x5c":["` + x5c + `"]}`
	iat, exp := now.Add(-time.Minute).Unix(), now.Add(time.Hour).Unix()
	body := fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d,"ttl":5,"status_list":%s}`, address, iat, exp, listText)
	if _, err := statuslist.Open(forge(t, s, head, body), o.options(t)); err != nil {
		t.Fatalf("what is not forged is refused: %v", err)
	}
	in := func(text, from, to string) string {
		if !strings.Contains(text, from) {
			t.Fatalf("no %s", from)
		}
		return strings.Replace(text, from, to, 1)
	}
	for name, c := range map[string]struct {
		head, body string
		want       error
	}{
		"no header":              {`null`, body, statuslist.ErrFormat},
		"another type":           {in(head, "statuslist+jwt", "JWT"), body, statuslist.ErrFormat},
		"another algorithm":      {in(head, `"SM2"`, `"ES256"`), body, statuslist.ErrAlgorithm},
		"no algorithm":           {in(head, `"SM2"`, `"none"`), body, statuslist.ErrAlgorithm},
		"critical":               {in(head, `"alg"`, `"crit":["b64"],"alg"`), body, statuslist.ErrFormat},
		"critical of nothing":    {in(head, `"alg"`, `"crit":[],"alg"`), body, statuslist.ErrFormat},
		"no chain":               {in(head, `"`+x5c+`"`, ""), body, statuslist.ErrFormat},
		"long chain":             {in(head, `"`+x5c+`"`, strings.Repeat(`"`+x5c+`",`, 9)+`"`+x5c+`"`), body, statuslist.ErrFormat},
		"chain no base64":        {in(head, x5c, "*"), body, statuslist.ErrFormat},
		"chain no certificate":   {in(head, x5c, "AAAA"), body, statuslist.ErrFormat},
		"another subject":        {head, in(body, "/status/a", "/status/b"), statuslist.ErrSubject},
		"no subject":             {head, in(body, address, ""), statuslist.ErrSubject},
		"no list":                {head, in(body, listText, "null"), statuslist.ErrFormat},
		"list of 3 bits":         {head, in(body, `"bits":1`, `"bits":3`), statuslist.ErrBits},
		"no time":                {head, in(body, fmt.Sprint(iat), "0"), statuslist.ErrFormat},
		"time in words":          {head, in(body, fmt.Sprint(iat), `"today"`), statuslist.ErrFormat},
		"without end":            {head, in(body, fmt.Sprintf(`"exp":%d,`, exp), ""), statuslist.ErrFormat},
		"from the future":        {head, in(body, fmt.Sprint(iat), fmt.Sprint(now.Add(2*time.Minute).Unix())), statuslist.ErrPeriod},
		"over":                   {head, in(body, fmt.Sprint(exp), fmt.Sprint(now.Unix())), statuslist.ErrPeriod},
		"kept less than no time": {head, in(body, `"ttl":5`, `"ttl":-1`), statuslist.ErrFormat},
		"kept for ever":          {head, in(body, `"ttl":5`, `"ttl":9223372036854775807`), statuslist.ErrFormat},
		"no claims":              {head, `[]`, statuslist.ErrFormat},
	} {
		if got, err := statuslist.Open(forge(t, s, c.head, c.body), o.options(t)); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestTokensOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	o, other := newOffice(t), newOffice(t)
	s := o.usual(t)
	good := sign(t, token(t), s)
	stolen, err := statuslist.Sign(token(t), other.usual(t), s.Cert()) // another key under this certificate
	if err != nil {
		t.Fatal(err)
	}
	late := o.signer(t, "root", "late", gm.Platform, now.AddDate(0, -2, 0), now.AddDate(0, -1, 0))
	early := o.signer(t, "root", "early", gm.Platform, now.AddDate(0, 1, 0), now.AddDate(1, 0, 0))
	ca := o.signer(t, "root", "ca", gm.Intermediate, now.AddDate(0, -1, 0), now.AddDate(5, 0, 0))
	parts := bytes.Split(good, []byte("."))
	changed := bytes.Clone(good)
	changed[len(parts[0])+20] ^= 1
	short := good[:len(good)-2]
	none := o.options(t)
	none.Anchors = nil
	for name, c := range map[string]struct {
		text []byte
		o    statuslist.Options
		want error
	}{
		"another root":         {sign(t, token(t), other.usual(t)), o.options(t), statuslist.ErrAnchor},
		"no anchors":           {good, none, statuslist.ErrAnchor},
		"another key":          {stolen, o.options(t), statuslist.ErrSignature},
		"certificate over":     {sign(t, token(t), late), o.options(t), statuslist.ErrAnchor},
		"certificate to come":  {sign(t, token(t), early), o.options(t), statuslist.ErrAnchor},
		"certificate of a CA":  {sign(t, token(t), ca), o.options(t), statuslist.ErrAnchor},
		"changed":              {changed, o.options(t), statuslist.ErrSignature},
		"signature too short":  {short, o.options(t), statuslist.ErrSignature},
		"signature no base64":  {append(bytes.Clone(short), '*', '*'), o.options(t), statuslist.ErrSignature},
		"signature of nothing": {[]byte(string(parts[0]) + "." + string(parts[1]) + "." + strings.Repeat("A", 86)), o.options(t), statuslist.ErrSignature},
		"no signature":         {[]byte(string(parts[0]) + "." + string(parts[1]) + "."), o.options(t), statuslist.ErrSignature},
		"two parts":            {[]byte(string(parts[0]) + "." + string(parts[1])), o.options(t), statuslist.ErrFormat},
		"header no base64":     {[]byte("*.e30."), o.options(t), statuslist.ErrFormat},
		"empty":                {nil, o.options(t), statuslist.ErrFormat},
		"huge":                 {make([]byte, 17<<20), o.options(t), statuslist.ErrSize},
	} {
		if got, err := statuslist.Open(c.text, c.o); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestSignRefusesWhatOpenWould(t *testing.T) {
	t.Parallel()
	s := newOffice(t).usual(t)
	for name, change := range map[string]func(*statuslist.Token){
		"no subject": func(x *statuslist.Token) { x.Subject = "" },
		"no list":    func(x *statuslist.Token) { x.List = nil },
		"no end":     func(x *statuslist.Token) { x.Expires = time.Time{} },
		"bad ttl":    func(x *statuslist.Token) { x.TTL = -1 },
	} {
		x := token(t)
		change(&x)
		if _, err := statuslist.Sign(x, s, s.Cert()); !errors.Is(err, statuslist.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := statuslist.Sign(token(t), s); !errors.Is(err, statuslist.ErrFormat) {
		t.Errorf("no chain: %v", err)
	}
}

func TestParseAnchorsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "words": "certificates",
		"a key":    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"no sense": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	} {
		if _, err := statuslist.ParseAnchors([]byte(text)); !errors.Is(err, statuslist.ErrNoAnchor) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The signature is the 64 bytes r‖s and the header is as the draft and JOSE have it, so that other programs can read it.
func TestTokenForm(t *testing.T) {
	t.Parallel()
	s := newOffice(t).usual(t)
	parts := bytes.Split(sign(t, token(t), s), []byte("."))
	var head, body map[string]any
	for i, into := range []*map[string]any{&head, &body} {
		text, err := base64.RawURLEncoding.DecodeString(string(parts[i]))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	if head["alg"] != "SM2" || head["typ"] != "statuslist+jwt" || len(head) != 3 || len(body) != 5 || body["ttl"] != 5.0 {
		t.Errorf("header %v", head)
	}
	sig, err := base64.RawURLEncoding.DecodeString(string(parts[2]))
	if err != nil || len(sig) != 64 || !ses.VerifySM2(s.Public(), bytes.Join(parts[:2], []byte(".")), sig) {
		t.Errorf("signature of %d bytes (%v)", len(sig), err)
	}
}

// Nothing that is not signed is opened, and nothing breaks the reader.
func FuzzOpen(f *testing.F) {
	o := newOffice(f)
	good := sign(f, token(f), o.usual(f))
	options := o.options(f)
	f.Add(good)
	f.Add([]byte("e30.e30.AAAA"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := statuslist.Open(text, options); err == nil && !bytes.Equal(text, good) {
			t.Error("opened what nobody signed")
		}
	})
}
