package verify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ses"
)

var (
	errCMS       = errors.New("signed data cannot be read")
	errCMSDigest = errors.New("signed data is of other contents")
	errCMSValue  = errors.New("signature of signed data does not verify")
)

// The parts of SignedData (GB/T 35275, RFC 5652) that a check needs.
type (
	cmsInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	cmsData struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Encap   struct {
			Type    asn1.ObjectIdentifier
			Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
		}
		Certs   asn1.RawValue `asn1:"optional,tag:0"`
		CRLs    asn1.RawValue `asn1:"optional,tag:1"`
		Signers []cmsSigner   `asn1:"set"`
	}
	cmsSigner struct {
		Version   int
		ID        asn1.RawValue
		Digest    pkix.AlgorithmIdentifier
		Attrs     asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
		Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
	}
	cmsAttr struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue `asn1:"set"`
	}
)

// signedData is a SignedData with one signer.
type signedData struct {
	kind    asn1.ObjectIdentifier
	content []byte // nil when detached
	cert    *smx509.Certificate
	attrs   []byte // DER of SET OF Attribute, nil when there are none
	digest  []byte // messageDigest attribute
	at      time.Time
	value   []byte
}

func parseSignedData(der []byte) (*signedData, error) {
	var info cmsInfo
	var data cmsData
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, errCMS
	}
	if _, err := asn1.Unmarshal(info.Content.Bytes, &data); err != nil || len(data.Signers) != 1 {
		return nil, errCMS
	}
	s := &signedData{kind: data.Encap.Type, value: data.Signers[0].Value}
	if len(data.Encap.Content.Bytes) > 0 {
		if _, err := asn1.Unmarshal(data.Encap.Content.Bytes, &s.content); err != nil {
			return nil, errCMS
		}
	}
	certs, err := smx509.ParseCertificates(data.Certs.Bytes)
	if err != nil {
		return nil, errCMS
	}
	if s.cert = data.Signers[0].find(certs); s.cert == nil {
		return nil, errCMS
	}
	if attrs := data.Signers[0].Attrs; len(attrs.FullBytes) > 0 {
		// What is signed has the tag of SET OF, not the context tag it is sent with.
		s.attrs = append([]byte{asn1.TagSet | 0x20}, attrs.FullBytes[1:]...)
		if err := s.readAttrs(attrs.Bytes); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// find picks the signer's certificate by issuer and serial number or by key
// identifier.
func (s *cmsSigner) find(certs []*smx509.Certificate) *smx509.Certificate {
	var named struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	byName := s.ID.Class == asn1.ClassUniversal
	if byName {
		if _, err := asn1.Unmarshal(s.ID.FullBytes, &named); err != nil {
			return nil
		}
	}
	for _, c := range certs {
		if byName && bytes.Equal(c.RawIssuer, named.Issuer.FullBytes) && c.SerialNumber.Cmp(named.Serial) == 0 {
			return c
		}
		if !byName && len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, s.ID.Bytes) {
			return c
		}
	}
	return nil
}

func (s *signedData) readAttrs(rest []byte) error {
	for len(rest) > 0 {
		var attr cmsAttr
		var err error
		if rest, err = asn1.Unmarshal(rest, &attr); err != nil {
			return errCMS
		}
		switch attr.Type.String() {
		case "1.2.840.113549.1.9.3": // contentType
			var kind asn1.ObjectIdentifier
			if _, err := asn1.Unmarshal(attr.Values.Bytes, &kind); err != nil || !kind.Equal(s.kind) {
				return errCMS
			}
		case "1.2.840.113549.1.9.4": // messageDigest
			if _, err := asn1.Unmarshal(attr.Values.Bytes, &s.digest); err != nil {
				return errCMS
			}
		case "1.2.840.113549.1.9.5": // signingTime
			if _, err := asn1.Unmarshal(attr.Values.Bytes, &s.at); err != nil {
				return errCMS
			}
		}
	}
	return nil
}

// verify checks the signature with SM2 and SM3 over any one of the messages:
// with signed attributes through the digest they state, otherwise directly.
func (s *signedData) verify(messages ...[]byte) error {
	pub, ok := s.cert.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return errCMSValue
	}
	if s.attrs == nil {
		for _, m := range messages {
			if ses.VerifySM2(pub, m, s.value) {
				return nil
			}
		}
		return errCMSValue
	}
	bound := slices.ContainsFunc(messages, func(m []byte) bool {
		sum := ses.Digest(m)
		return bytes.Equal(sum[:], s.digest)
	})
	if !bound {
		return errCMSDigest
	}
	if !ses.VerifySM2(pub, s.attrs, s.value) {
		return errCMSValue
	}
	return nil
}
