package tsp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ses"
)

// Token is a time stamp as read.
type Token struct {
	Time    time.Time // genTime, when the stamped bytes existed
	Policy  asn1.ObjectIdentifier
	Serial  *big.Int
	Method  asn1.ObjectIdentifier // digest algorithm of Imprint
	Imprint []byte                // digest of what was stamped
	Nonce   *big.Int              // of the request, or nil
	Cert    []byte                // DER of the authority's certificate, nil if the token carries none

	info   []byte // DER of TSTInfo
	signer wireSigner
	cert   *smx509.Certificate
}

// ParseToken reads a token. It verifies nothing.
func ParseToken(der []byte) (*Token, error) {
	var outer wireContent
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 || !outer.Type.Equal(oidSignedData) {
		return nil, fault(BadToken, "no signed data", err)
	}
	// The explicit tag stays on a RawValue.
	var data wireSignedData
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &data); err != nil || !data.Encap.Type.Equal(oidTSTInfo) || len(data.Signers) != 1 {
		return nil, fault(BadToken, "no time stamp with one signature", err)
	}
	var info wireInfo
	if rest, err := asn1.Unmarshal(data.Encap.Content, &info); err != nil || len(rest) > 0 || info.Version != 1 {
		return nil, fault(BadToken, "what was stamped cannot be read", err)
	}
	at, err := parseTime(info.Time)
	if err != nil {
		return nil, fault(BadToken, "the time cannot be read", err)
	}
	t := &Token{Time: at.UTC(), Policy: info.Policy, Serial: info.Serial, Method: info.Imprint.Method.Algorithm, Imprint: info.Imprint.Value,
		Nonce: info.Nonce, info: data.Encap.Content, signer: data.Signers[0]}
	certs, err := smx509.ParseCertificates(data.Certs.Bytes)
	if err != nil {
		return nil, fault(BadToken, "the certificates cannot be read", err)
	}
	for _, c := range certs {
		if bytes.Equal(c.RawIssuer, t.signer.ID.Issuer.FullBytes) && c.SerialNumber.Cmp(t.signer.ID.Serial) == 0 {
			t.cert, t.Cert = c, c.Raw
		}
	}
	return t, nil
}

// Covers reports whether data is what was stamped, by SM3 or, from other
// authorities, by SHA-256.
func (t *Token) Covers(data []byte) bool {
	switch {
	case t.Method.Equal(ses.OIDSM3()):
		sum := ses.Digest(data)
		return bytes.Equal(t.Imprint, sum[:])
	case t.Method.Equal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}):
		sum := sha256.Sum256(data)
		return bytes.Equal(t.Imprint, sum[:])
	}
	return false
}

// Verify checks that the token was signed, with SM2 and SM3, under the
// certificate that it carries, and that this one is an authority's and was in
// force at the time stated. Whether the authority is to be trusted it does not
// ask. It returns an Error with code BadAuthority or BadSignature.
func (t *Token) Verify() error {
	switch {
	case t.cert == nil:
		return fault(BadAuthority, "the token carries no certificate of its signer", nil)
	case !stampsOnly(t.cert):
		return fault(BadAuthority, "the certificate is not for time stamping alone", nil)
	case t.Time.Before(t.cert.NotBefore) || t.Time.After(t.cert.NotAfter):
		return fault(BadAuthority, "the certificate was not in force at the time stated", nil)
	}
	public, ok := t.cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(public) {
		return fault(BadAuthority, "the certificate holds no SM2 key", nil)
	}
	if err := t.checkAttributes(); err != nil {
		return err
	}
	e, err := signedDigest(public, t.signer.Attrs.Bytes)
	if err != nil || !sm2.VerifyASN1(public, e[:], t.signer.Value) {
		return fault(BadSignature, "the signature does not verify", err)
	}
	return nil
}

// checkAttributes holds what was signed against the contents and the
// certificate: RFC 5652 clause 5.4, RFC 5816.
func (t *Token) checkAttributes() error {
	var kind asn1.ObjectIdentifier
	var digest []byte
	var named signingCert
	for rest := t.signer.Attrs.Bytes; len(rest) > 0; {
		var a attribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return fault(BadSignature, "signed attributes cannot be read", err)
		}
		var into any
		switch {
		case a.Type.Equal(oidContentType):
			into = &kind
		case a.Type.Equal(oidMessageDigest):
			into = &digest
		case a.Type.Equal(oidSigningCert):
			into = &named
		default:
			continue
		}
		if _, err := asn1.Unmarshal(a.Values.Bytes, into); err != nil {
			return fault(BadSignature, "a signed attribute cannot be read", err)
		}
	}
	sum := ses.Digest(t.info)
	if !kind.Equal(oidTSTInfo) || !bytes.Equal(digest, sum[:]) {
		return fault(BadSignature, "the signature is over other contents", nil)
	}
	if len(named.Certs) == 0 || !named.Certs[0].is(t.cert.Raw) {
		return fault(BadAuthority, "the signature names another certificate", nil)
	}
	return nil
}

// is reports whether a certificate is the one named.
func (c certID) is(cert []byte) bool {
	if c.Method.Algorithm.Equal(ses.OIDSM3()) {
		sum := ses.Digest(cert)
		return bytes.Equal(c.Hash, sum[:])
	}
	sum := sha256.Sum256(cert)
	return bytes.Equal(c.Hash, sum[:])
}
