package ses

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// The identifiers of GB/T 35275: data, signedData, and the algorithm of a
// signature, SM2.
var (
	oidData       = asn1.ObjectIdentifier{1, 2, 156, 10197, 6, 1, 4, 2, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 156, 10197, 6, 1, 4, 2, 2}
	oidSM2Sign    = asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 301, 1}
)

type (
	wireContent struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	wireSignerInfo struct {
		Version int
		Issuer  struct {
			Name   asn1.RawValue
			Serial *big.Int
		}
		Digest    pkix.AlgorithmIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
	}
	wireSignedData struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Encap   wireContent
		Certs   asn1.RawValue
		Signers []wireSignerInfo `asn1:"set"`
	}
)

// signPlain makes the SignedValue.dat of a signature without a seal: a
// SignedData whose contents are the SM3 digest of Signature.xml (GB/T 35275,
// GM/T 0099 clause 7.2.2).
func signPlain(signer Signer, digest []byte) ([]byte, error) {
	cert, err := smx509.ParseCertificate(signer.Cert())
	if err != nil {
		return nil, fault(SignerFailed, "the signer's certificate cannot be read", err)
	}
	value, err := signMessage(signer, digest)
	if err != nil {
		return nil, err
	}
	sm3Name := pkix.AlgorithmIdentifier{Algorithm: OIDSM3(), Parameters: asn1.NullRawValue}
	info := wireSignerInfo{
		Version: 1, Digest: sm3Name,
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidSM2Sign, Parameters: asn1.NullRawValue}, Value: value,
	}
	info.Issuer.Name, info.Issuer.Serial = asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber
	data, err := asn1.Marshal(wireSignedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{sm3Name},
		Encap:   wireContent{oidData, explicit(element(nil, asn1.TagOctetString, digest))},
		Certs:   explicit(signer.Cert()),
		Signers: []wireSignerInfo{info},
	})
	if err != nil {
		return nil, fault(BadSignature, "structure cannot be encoded", err)
	}
	der, err := asn1.Marshal(wireContent{oidSignedData, explicit(data)})
	if err != nil {
		return nil, fault(BadSignature, "structure cannot be encoded", err)
	}
	return der, nil
}

func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{FullBytes: element(nil, 0xa0, der)}
}

// signMessage has the signer sign SM3(Z‖msg).
func signMessage(signer Signer, msg []byte) ([]byte, error) {
	public, err := certKey(signer.Cert())
	if err != nil {
		return nil, fault(SignerFailed, "signer has no usable certificate", err)
	}
	e, err := sm2.CalculateSM2Hash(public, msg, nil)
	if err != nil {
		return nil, fault(SignerFailed, "signer has no usable certificate", err)
	}
	return signChecked(signer, public, [32]byte(e))
}
