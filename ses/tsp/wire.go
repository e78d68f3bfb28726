package tsp

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/yinxin-org/yinxin/ses"
)

// Object identifiers of RFC 3161, RFC 5652 and RFC 5035.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // signingCertificateV2
)

// sm3Name names SM3 where an algorithm is asked for.
func sm3Name() pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{Algorithm: ses.OIDSM3(), Parameters: asn1.NullRawValue}
}

// TimeStampReq and TimeStampResp, RFC 3161 clauses 2.4.1 and 2.4.2.
type (
	imprint struct {
		Method pkix.AlgorithmIdentifier
		Value  []byte
	}
	wireRequest struct {
		Version    int
		Imprint    imprint
		Policy     asn1.ObjectIdentifier `asn1:"optional"`
		Nonce      *big.Int              `asn1:"optional"`
		CertReq    bool                  `asn1:"optional"`
		Extensions []pkix.Extension      `asn1:"optional,tag:0"`
	}
	wireStatus struct {
		Status int
		Text   []asn1.RawValue `asn1:"optional"` // UTF8String
		Fault  asn1.BitString  `asn1:"optional"`
	}
	wireResponse struct {
		Status wireStatus
		Token  asn1.RawValue `asn1:"optional"`
	}
)

// TSTInfo, RFC 3161 clause 2.4.2.
type (
	accuracy struct {
		Seconds int `asn1:"optional"`
		Millis  int `asn1:"optional,tag:0"`
		Micros  int `asn1:"optional,tag:1"`
	}
	wireInfo struct {
		Version  int
		Policy   asn1.ObjectIdentifier
		Imprint  imprint
		Serial   *big.Int
		Time     asn1.RawValue    // GeneralizedTime, with a fraction from some authorities
		Accuracy accuracy         `asn1:"optional"`
		Ordering bool             `asn1:"optional"`
		Nonce    *big.Int         `asn1:"optional"`
		TSA      asn1.RawValue    `asn1:"optional,tag:0"`
		Ext      []pkix.Extension `asn1:"optional,tag:1"`
	}
)

// SignedData, RFC 5652 clause 5.
type (
	wireContent struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	wireSignedData struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Encap   struct {
			Type    asn1.ObjectIdentifier
			Content []byte `asn1:"explicit,tag:0"`
		}
		Certs   asn1.RawValue `asn1:"optional,tag:0"`
		CRLs    asn1.RawValue `asn1:"optional,tag:1"`
		Signers []wireSigner  `asn1:"set"`
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	wireSigner struct {
		Version   int
		ID        issuerAndSerial
		Digest    pkix.AlgorithmIdentifier
		Attrs     asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
		Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue
	}
)

// SigningCertificateV2, RFC 5035.
type (
	certID struct {
		Method pkix.AlgorithmIdentifier `asn1:"optional"` // SHA-256 when missing
		Hash   []byte
		Issuer asn1.RawValue `asn1:"optional"`
	}
	signingCert struct {
		Certs    []certID
		Policies asn1.RawValue `asn1:"optional"`
	}
)

// contextTag wraps content, DER already, as the constructed context tag 0.
func contextTag(content []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: content}
}

func set(content []byte) asn1.RawValue {
	return asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: content}
}

func generalized(t time.Time) asn1.RawValue {
	return asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: t.UTC().AppendFormat(nil, "20060102150405Z")}
}

// parseTime reads a GeneralizedTime, with or without a fraction of a second.
func parseTime(v asn1.RawValue) (time.Time, error) {
	if v.Class != asn1.ClassUniversal || v.Tag != asn1.TagGeneralizedTime {
		return time.Time{}, asn1.StructuralError{Msg: "no GeneralizedTime"}
	}
	return time.Parse("20060102150405Z0700", string(v.Bytes))
}
