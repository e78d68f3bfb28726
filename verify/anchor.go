package verify

import (
	"bytes"
	"encoding/pem"
	"errors"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// Anchors are the certificates trust begins with. They are safe for
// concurrent use.
type Anchors struct {
	roots, middle *smx509.CertPool
	count         int
	found         paths
}

// ErrNoAnchor says that a PEM text holds no certificate.
var ErrNoAnchor = errors.New("verify: no certificate in the anchors")

// ParseAnchors reads certificates in PEM. A self-signed one is a root. Another
// is an intermediate when its issuer is in the text too, otherwise trust ends
// with it: a single CA, or even a single signer, can be pinned in this way.
func ParseAnchors(text []byte) (*Anchors, error) {
	var certs []*smx509.Certificate
	for {
		var block *pem.Block
		block, text = pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("verify: anchors hold a PEM block that is no certificate")
		}
		cert, err := smx509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("verify: an anchor certificate cannot be read")
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, ErrNoAnchor
	}
	a := &Anchors{roots: smx509.NewCertPool(), middle: smx509.NewCertPool(), count: len(certs)}
	for _, c := range certs {
		if issuedByAnother(c, certs) {
			a.middle.AddCert(c)
		} else {
			a.roots.AddCert(c)
		}
	}
	return a, nil
}

func issuedByAnother(c *smx509.Certificate, all []*smx509.Certificate) bool {
	for _, issuer := range all {
		if !bytes.Equal(issuer.Raw, c.Raw) && bytes.Equal(issuer.RawSubject, c.RawIssuer) && c.CheckSignatureFrom(issuer) == nil {
			return true
		}
	}
	return false
}

// chain returns the path from a certificate to a root at a time, the
// certificate first, or nil.
func (a *Anchors) chain(cert *smx509.Certificate, at time.Time) []*smx509.Certificate {
	if a == nil {
		return nil
	}
	// Whether the certificate's own period fits is judged apart, so that both
	// faults are told.
	if at.Before(cert.NotBefore) {
		at = cert.NotBefore
	}
	if at.After(cert.NotAfter) {
		at = cert.NotAfter
	}
	if path := a.found.get(cert, at); path != nil {
		return path
	}
	chains, err := cert.Verify(smx509.VerifyOptions{
		Roots: a.roots, Intermediates: a.middle, CurrentTime: at,
		KeyUsages: []smx509.ExtKeyUsage{smx509.ExtKeyUsageAny},
	})
	if err != nil || len(chains) == 0 {
		return nil
	}
	a.found.put(chains[0])
	return chains[0]
}

// standing is what is known of a certificate at a time.
type standing struct {
	reasons   []string // anchor, period, usage
	revokedAt time.Time
	onHold    bool // revokedAt is the beginning of a hold (certificateHold, RFC 5280 5.3.1)
}

// revoked words a revocation that came before what the certificate signed.
func (s standing) revoked() string {
	if s.onHold {
		return "suspended"
	}
	return "revoked"
}

// judge examines a certificate that signed at a time.
func judge(cert *smx509.Certificate, at time.Time, a *Anchors, lists *CRLs) standing {
	var s standing
	chain := a.chain(cert, at)
	if chain == nil {
		s.reasons = append(s.reasons, "anchor")
	}
	if at.Before(cert.NotBefore) || at.After(cert.NotAfter) {
		s.reasons = append(s.reasons, "period")
	}
	const signing = smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment
	if cert.KeyUsage != 0 && cert.KeyUsage&signing == 0 {
		s.reasons = append(s.reasons, "usage")
	}
	s.revokedAt, s.onHold = lists.revoked(chain)
	return s
}
