package statuslist

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// MediaType is the type under which a token is served.
const MediaType = "application/statuslist+jwt"

const (
	jwtType = "statuslist+jwt"
	// algorithm names SM2 with SM3 and the user id 1234567812345678, the
	// signature as the 64 bytes r‖s. The name is ours.
	algorithm = "SM2"
)

// maxToken bounds the text of a token: twice what a full list takes that does
// not pack at all.
const maxToken = 4 * MaxBytes

// skew is how far the clock of who signed may be ahead.
const skew = time.Minute

// What a token is refused for, besides the faults of its list.
var (
	ErrAlgorithm = errors.New("statuslist: signed in a way that is not known here")
	ErrSignature = errors.New("statuslist: the signature does not match")
	ErrAnchor    = errors.New("statuslist: the signer's certificate does not go back to an anchor")
	ErrPeriod    = errors.New("statuslist: not of this time: too old, or from the future")
	ErrSubject   = errors.New("statuslist: the list of another address")
	ErrNoAnchor  = errors.New("statuslist: no certificate in the anchors")
)

// Token is a status list with what it says of itself (draft clause 5.1).
type Token struct {
	Subject  string        // sub: the address of the list, as it stands in the licenses
	IssuedAt time.Time     // iat: the time that the list speaks for
	Expires  time.Time     // exp: from here on it must not be believed
	TTL      time.Duration // ttl: how long it may be kept before a newer one is asked for; zero: not said
	List     *List
}

// Signer signs with one SM2 key; see ses.Signer.
type Signer interface {
	// Public returns the public key on curve sm2p256v1.
	Public() *ecdsa.PublicKey
	// SignDigest returns SEQUENCE{r, s} in DER over e = SM3(Z‖M).
	SignDigest(e [32]byte) ([]byte, error)
}

type header struct {
	Algorithm string          `json:"alg"`
	Type      string          `json:"typ"`
	Chain     []string        `json:"x5c"`
	Critical  json.RawMessage `json:"crit,omitempty"`
}

type claims struct {
	Subject  string `json:"sub"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	TTL      int64  `json:"ttl,omitempty"`
	List     *List  `json:"status_list"`
}

// Sign gives the token as compact JWT. The chain holds certificates in DER,
// the signer's first, without the root.
func Sign(t Token, s Signer, chain ...[]byte) ([]byte, error) {
	if t.Subject == "" || t.List == nil || !t.Expires.After(t.IssuedAt) || t.TTL < 0 || len(chain) == 0 {
		return nil, ErrFormat
	}
	h := header{Algorithm: algorithm, Type: jwtType}
	for _, der := range chain {
		h.Chain = append(h.Chain, base64.StdEncoding.EncodeToString(der)) // RFC 7515 4.1.6: not base64url
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("statuslist: encode: %w", err)
	}
	body, err := json.Marshal(claims{t.Subject, t.IssuedAt.Unix(), t.Expires.Unix(), int64(t.TTL / time.Second), t.List})
	if err != nil {
		return nil, fmt.Errorf("statuslist: encode: %w", err)
	}
	text := base64.RawURLEncoding.AppendEncode(nil, head)
	text = base64.RawURLEncoding.AppendEncode(append(text, '.'), body)
	e, err := sm2.CalculateSM2Hash(s.Public(), text, nil)
	if err != nil {
		return nil, fmt.Errorf("statuslist: sign: %w", err)
	}
	der, err := s.SignDigest([32]byte(e))
	if err != nil {
		return nil, fmt.Errorf("statuslist: sign: %w", err)
	}
	plain, err := fromDER(der)
	if err != nil {
		return nil, err
	}
	return base64.RawURLEncoding.AppendEncode(append(text, '.'), plain), nil
}

type ecSignature struct{ R, S *big.Int }

func fromDER(der []byte) ([]byte, error) {
	var sig ecSignature
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) > 0 || sig.R.Sign() <= 0 || sig.S.Sign() <= 0 ||
		sig.R.BitLen() > 256 || sig.S.BitLen() > 256 {
		return nil, ErrSignature
	}
	plain := make([]byte, 64)
	sig.R.FillBytes(plain[:32])
	sig.S.FillBytes(plain[32:])
	return plain, nil
}

// Anchors are the certificates that are trusted for status lists.
type Anchors struct{ pool *smx509.CertPool }

// ParseAnchors reads certificates in PEM: roots, or a signer's own.
func ParseAnchors(text []byte) (*Anchors, error) {
	a, count := &Anchors{smx509.NewCertPool()}, 0
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		cert, err := smx509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return nil, ErrNoAnchor
		}
		a.pool.AddCert(cert)
		count++
	}
	if count == 0 {
		return nil, ErrNoAnchor
	}
	return a, nil
}

// Options say how a token is judged.
type Options struct {
	Anchors *Anchors
	Subject string // the address that the license names
	Now     time.Time
}

// Open reads a token and judges it (draft clause 8.3): form, chain, signature,
// address and time, in this order. The list of a token that is refused is not
// given.
func Open(text []byte, o Options) (*Token, error) {
	if len(text) > maxToken {
		return nil, ErrSize
	}
	parts := bytes.SplitN(text, []byte{'.'}, 4)
	if len(parts) != 3 {
		return nil, ErrFormat
	}
	var h header
	if err := decode(parts[0], &h); err != nil {
		return nil, err
	}
	if h.Type != jwtType || h.Critical != nil {
		return nil, ErrFormat
	}
	if h.Algorithm != algorithm {
		return nil, ErrAlgorithm
	}
	cert, err := o.trusted(h.Chain)
	if err != nil {
		return nil, err
	}
	if !signed(cert, text[:len(parts[0])+1+len(parts[1])], parts[2]) {
		return nil, ErrSignature
	}
	var c claims // unpacked only now that somebody answers for it
	if err := decode(parts[1], &c); err != nil {
		return nil, err
	}
	return c.token(o)
}

// maxTTL bounds a duration in seconds, far beyond what makes sense.
const maxTTL = int64(100 * 365 * 24 * time.Hour / time.Second)

func (c claims) token(o Options) (*Token, error) {
	if c.List == nil || c.IssuedAt <= 0 || c.Expires <= 0 || c.TTL < 0 || c.TTL > maxTTL {
		return nil, ErrFormat
	}
	t := &Token{Subject: c.Subject, IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
		TTL: time.Duration(c.TTL) * time.Second, List: c.List}
	if t.Subject == "" || t.Subject != o.Subject {
		return nil, ErrSubject
	}
	if t.IssuedAt.After(o.Now.Add(skew)) || !o.Now.Before(t.Expires) {
		return nil, ErrPeriod
	}
	return t, nil
}

// maxChain is how many certificates a token may bring along.
const maxChain = 8

// trusted gives the signer's certificate where it goes back to an anchor now
// and is made for signing.
func (o Options) trusted(chain []string) (*smx509.Certificate, error) {
	if len(chain) == 0 || len(chain) > maxChain {
		return nil, ErrFormat
	}
	var first *smx509.Certificate
	middle := smx509.NewCertPool()
	for i, text := range chain {
		der, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, ErrFormat
		}
		cert, err := smx509.ParseCertificate(der)
		if err != nil {
			return nil, ErrFormat
		}
		if i == 0 {
			first = cert
			continue
		}
		middle.AddCert(cert)
	}
	if o.Anchors == nil {
		return nil, ErrAnchor
	}
	const signing = smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment
	if first.KeyUsage != 0 && first.KeyUsage&signing == 0 {
		return nil, ErrAnchor
	}
	if _, err := first.Verify(smx509.VerifyOptions{Roots: o.Anchors.pool, Intermediates: middle, CurrentTime: o.Now,
		KeyUsages: []smx509.ExtKeyUsage{smx509.ExtKeyUsageAny}}); err != nil {
		return nil, ErrAnchor
	}
	return first, nil
}

func signed(cert *smx509.Certificate, text, sig []byte) bool {
	plain, err := base64.RawURLEncoding.Strict().DecodeString(string(sig))
	if err != nil || len(plain) != 64 {
		return false
	}
	der, err := asn1.Marshal(ecSignature{new(big.Int).SetBytes(plain[:32]), new(big.Int).SetBytes(plain[32:])})
	if err != nil {
		return false
	}
	key, ok := cert.PublicKey.(*ecdsa.PublicKey)
	return ok && sm2.IsSM2PublicKey(key) && sm2.VerifyASN1WithSM2(key, nil, text, der)
}

func decode(part []byte, into any) error {
	text, err := base64.RawURLEncoding.Strict().DecodeString(string(part))
	if err != nil {
		return ErrFormat
	}
	err = json.Unmarshal(text, into)
	switch {
	case errors.Is(err, ErrSize), errors.Is(err, ErrBits):
		return err
	case err != nil:
		return ErrFormat
	}
	return nil
}
