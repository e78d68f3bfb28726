package tsp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ses"
)

// Options say how an authority stamps.
type Options struct {
	// Policy is the rule that the authority keeps to, an identifier of its own
	// making. Nil: the authority states 1.3.6.1.4.1.0, which stands for none.
	Policy asn1.ObjectIdentifier
	// Now is the authority's clock; nil: the machine's.
	Now func() time.Time
	// Accuracy is by how many seconds the clock may be wrong; zero: one.
	Accuracy int
}

// Authority makes time stamps. It keeps no state: its serial numbers are
// random. It is safe for use by several goroutines if its Signer is.
type Authority struct {
	signer  ses.Signer
	public  *ecdsa.PublicKey
	cert    *smx509.Certificate
	o       Options
	certID  []byte // DER of the attribute signingCertificateV2
	content []byte // of the attribute contentType, likewise
	name    asn1.RawValue
}

// NewAuthority gives an authority with the signer's key. The signer's
// certificate must be for time stamping and, as RFC 3161 clause 2.3 demands,
// for nothing else: extended key usage timeStamping, critical.
func NewAuthority(signer ses.Signer, o Options) (*Authority, error) {
	cert, err := smx509.ParseCertificate(signer.Cert())
	if err != nil {
		return nil, fault(BadAuthority, "the certificate cannot be read", err)
	}
	public, ok := cert.PublicKey.(*ecdsa.PublicKey)
	switch {
	case !ok || !sm2.IsSM2PublicKey(public):
		return nil, fault(BadAuthority, "the certificate holds no SM2 key", nil)
	case !public.Equal(signer.Public()):
		return nil, fault(BadAuthority, "the certificate is of another key", nil)
	case !stampsOnly(cert):
		return nil, fault(BadAuthority, "the certificate is not for time stamping alone", nil)
	}
	if o.Policy == nil {
		o.Policy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Accuracy == 0 {
		o.Accuracy = 1
	}
	a := &Authority{signer: signer, public: public, cert: cert, o: o}
	hash := ses.Digest(cert.Raw)
	if a.certID, err = encode(oidSigningCert, signingCert{Certs: []certID{{Method: sm3Name(), Hash: hash[:]}}}); err != nil {
		return nil, err
	}
	if a.content, err = encode(oidContentType, oidTSTInfo); err != nil {
		return nil, err
	}
	// GeneralName directoryName [4], explicit because Name is a CHOICE.
	name, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: cert.RawSubject})
	if err != nil {
		return nil, fault(BadAuthority, "the authority's name cannot be encoded", err)
	}
	a.name = contextTag(name)
	return a, nil
}

// stampsOnly reports whether a certificate is one of an authority.
func stampsOnly(cert *smx509.Certificate) bool {
	if len(cert.ExtKeyUsage) != 1 || cert.ExtKeyUsage[0] != smx509.ExtKeyUsageTimeStamping || len(cert.UnknownExtKeyUsage) != 0 {
		return false
	}
	return slices.ContainsFunc(cert.Extensions, func(e pkix.Extension) bool {
		return e.Critical && e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37})
	})
}

// Stamp returns a token (DER) over the SM3 digest of data, with the
// authority's certificate in it. It fits ses.SignRequest.Timestamp.
func (a *Authority) Stamp(data []byte) ([]byte, error) {
	sum := ses.Digest(data)
	return a.token(wireRequest{Imprint: imprint{sm3Name(), sum[:]}, CertReq: true})
}

// token makes TSTInfo for a request and signs it: RFC 3161 clause 2.4.2.
func (a *Authority) token(req wireRequest) ([]byte, error) {
	now := a.o.Now().UTC()
	if now.Before(a.cert.NotBefore) || now.After(a.cert.NotAfter) {
		return nil, fault(BadAuthority, "the authority's certificate is not in force", nil)
	}
	serial := make([]byte, 16)
	if _, err := rand.Read(serial); err != nil {
		return nil, fault(SignerFailed, "no serial number", err)
	}
	serial[0] = serial[0]&0x7f | 0x40
	info, err := asn1.Marshal(wireInfo{Version: 1, Policy: a.o.Policy, Imprint: req.Imprint, Serial: new(big.Int).SetBytes(serial),
		Time: generalized(now), Accuracy: accuracy{Seconds: a.o.Accuracy}, Nonce: req.Nonce, TSA: a.name})
	if err != nil {
		return nil, fault(BadToken, "structure cannot be encoded", err)
	}
	attrs, err := a.attributes(info, now)
	if err != nil {
		return nil, err
	}
	value, err := a.sign(attrs)
	if err != nil {
		return nil, err
	}
	return a.wrap(info, attrs, value, req.CertReq)
}

// attributes returns what is signed, the contents of a SET in the order that
// DER demands.
func (a *Authority) attributes(info []byte, now time.Time) ([]byte, error) {
	digest := ses.Digest(info)
	stated, err := encode(oidMessageDigest, digest[:])
	if err != nil {
		return nil, err
	}
	at, err := encode(oidSigningTime, now)
	if err != nil {
		return nil, err
	}
	all := [][]byte{a.content, stated, at, a.certID}
	slices.SortFunc(all, bytes.Compare)
	return slices.Concat(all...), nil
}

func encode(kind asn1.ObjectIdentifier, value any) ([]byte, error) {
	der, err := asn1.Marshal(value)
	if err == nil {
		der, err = asn1.Marshal(attribute{kind, set(der)})
	}
	if err != nil {
		return nil, fault(BadToken, "structure cannot be encoded", err)
	}
	return der, nil
}

func (a *Authority) sign(attrs []byte) ([]byte, error) {
	e, err := signedDigest(a.public, attrs)
	if err != nil {
		return nil, fault(SignerFailed, "no digest", err)
	}
	value, err := a.signer.SignDigest(e)
	if err != nil {
		return nil, fault(SignerFailed, "signer refused", err)
	}
	return value, nil
}

// signedDigest is SM3 over Z and the attributes under the tag of SET OF.
func signedDigest(public *ecdsa.PublicKey, attrs []byte) (e [32]byte, err error) {
	msg, err := asn1.Marshal(set(attrs))
	if err != nil {
		return e, err
	}
	sum, err := sm2.CalculateSM2Hash(public, msg, nil)
	if err != nil {
		return e, err
	}
	return [32]byte(sum), nil
}

func (a *Authority) wrap(info, attrs, value []byte, withCert bool) ([]byte, error) {
	data := wireSignedData{Version: 3, Digests: []pkix.AlgorithmIdentifier{sm3Name()}, Signers: []wireSigner{{
		Version: 1, ID: issuerAndSerial{asn1.RawValue{FullBytes: a.cert.RawIssuer}, a.cert.SerialNumber},
		Digest: sm3Name(), Attrs: contextTag(attrs), Algorithm: pkix.AlgorithmIdentifier{Algorithm: ses.OIDSM2WithSM3()}, Value: value}}}
	data.Encap.Type, data.Encap.Content = oidTSTInfo, info
	if withCert {
		data.Certs = contextTag(a.cert.Raw)
	}
	inner, err := asn1.Marshal(data)
	if err == nil {
		inner, err = asn1.Marshal(struct {
			Type    asn1.ObjectIdentifier
			Content asn1.RawValue
		}{oidSignedData, contextTag(inner)})
	}
	if err != nil {
		return nil, fault(BadToken, "structure cannot be encoded", err)
	}
	return inner, nil
}
