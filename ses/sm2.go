package ses

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// Object identifiers of GB/T 33560.
var (
	oidSM2 = asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 301} // the curve, used by some vendors for the algorithm
)

// OIDSM2WithSM3 returns the identifier of an SM2 signature over SM3, 1.2.156.10197.1.501.
func OIDSM2WithSM3() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 501}
}

// OIDSM3 returns the identifier of the SM3 digest, 1.2.156.10197.1.401.
func OIDSM3() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 401}
}

// Signer signs with one SM2 key. The key may lie in software, in a device or
// behind a service: all it is asked for is a signature over 32 bytes, and the
// private key stays behind the interface.
type Signer interface {
	// Public returns the public key on curve sm2p256v1.
	Public() *ecdsa.PublicKey
	// Cert returns the certificate of the key in DER.
	Cert() []byte
	// SignDigest returns SEQUENCE{r, s} in DER: SM2 over e = SM3(Z‖M), where Z
	// is computed with the user id 1234567812345678 (GB/T 32918.2 clause 6.1,
	// GB/T 35276).
	SignDigest(e [32]byte) ([]byte, error)
}

// VerifySM2 reports whether sig is pub's SM2 signature over msg with the user
// id 1234567812345678. Besides DER it accepts the 64 bytes r‖s that some
// devices write.
func VerifySM2(pub *ecdsa.PublicKey, msg, sig []byte) bool {
	if !sm2.IsSM2PublicKey(pub) {
		return false
	}
	if sm2.VerifyASN1WithSM2(pub, nil, msg, sig) {
		return true
	}
	if len(sig) != 64 {
		return false
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])})
	return err == nil && sm2.VerifyASN1WithSM2(pub, nil, msg, der)
}

// VerifyByCert is VerifySM2 with the key of a certificate in DER. It returns
// an error when the certificate cannot be read or holds no SM2 key; it checks
// neither chain nor period.
func VerifyByCert(cert, msg, sig []byte) (bool, error) {
	pub, err := certKey(cert)
	if err != nil {
		return false, err
	}
	return VerifySM2(pub, msg, sig), nil
}

func certKey(der []byte) (*ecdsa.PublicKey, error) {
	cert, err := smx509.ParseCertificate(der)
	if err != nil {
		return nil, fault(BadSignature, "certificate cannot be read", err)
	}
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return nil, fault(BadSignature, "certificate holds no SM2 key", nil)
	}
	return pub, nil
}

// signChecked asks the signer and believes the answer only when it verifies
// under the key of the certificate that will be shown with it: a broken device
// or a certificate of another key must fail here, not in a citizen's hands.
func signChecked(s Signer, public *ecdsa.PublicKey, e [32]byte) (sig []byte, err error) {
	sig, err = s.SignDigest(e)
	if err != nil {
		return nil, fault(SignerFailed, "signer refused", err)
	}
	if !sm2.VerifyASN1(public, e[:], sig) {
		return nil, fault(SignerFailed, "signature does not verify under the signer's certificate", nil)
	}
	return sig, nil
}

// Digest returns the plain SM3 digest of data, without Z.
func Digest(data []byte) [32]byte { return sm3.Sum(data) }
