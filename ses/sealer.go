package ses

import (
	"crypto/ecdsa"
	"encoding"
	"encoding/asn1"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// Sealer sets one seal with one key. What does not change from document to
// document is done once, in NewSealer: the seal is parsed and checked, and the
// digest over Z and the beginning of what is signed, which is the seal itself,
// is kept. A Sealer is safe for use by several goroutines if its Signer is.
type Sealer struct {
	seal    *Seal
	signer  Signer
	public  *ecdsa.PublicKey
	from    time.Time // the period of the signer's certificate
	to      time.Time
	listed  []byte // SM3 of the seal
	begun   []byte // state of SM3 over Z and head(usual)
	trailer []byte // DER of certificate and algorithm, which follow toSign
}

// usual is the length of the propertyInfo of the first signatures of a file.
const usual = len("/Doc_0/Signs/Sign_0/Signature.xml")

// NewSealer checks that the seal can be read, is of the version written and has
// the signer's certificate in it, and prepares signing. Whether the seal is genuine, and whether
// either may be used now, it does not ask: MakeSeal made it, and Sign checks
// the periods.
func NewSealer(seal []byte, signer Signer) (*Sealer, error) {
	parsed, err := ParseSeal(seal)
	if err != nil {
		return nil, err
	}
	switch {
	case parsed.Version != Version:
		return nil, unsupported(parsed.Version)
	case signer == nil:
		return nil, fault(SignerFailed, "no signer", nil)
	case !parsed.Admits(signer.Cert()):
		return nil, fault(NotInSeal, "the signer's certificate is not in the seal", nil)
	}
	cert, err := smx509.ParseCertificate(signer.Cert())
	if err != nil {
		return nil, fault(SignerFailed, "the signer's certificate cannot be read", err)
	}
	s := &Sealer{seal: parsed, signer: signer, from: cert.NotBefore, to: cert.NotAfter}
	if s.public, err = certKey(signer.Cert()); err != nil {
		return nil, fault(SignerFailed, "signer has no usable certificate", err)
	}
	sum := Digest(seal)
	s.listed = sum[:]
	if s.begun, err = s.begin(usual); err != nil {
		return nil, fault(SignerFailed, "signer has no usable certificate", err)
	}
	algorithm, err := asn1.Marshal(OIDSM2WithSM3())
	if err != nil {
		return nil, fault(BadSignature, "structure cannot be encoded", err)
	}
	s.trailer = append(element(nil, asn1.TagOctetString, signer.Cert()), algorithm...)
	return s, nil
}

// Seal returns the seal. The caller must not change it.
func (s *Sealer) Seal() *Seal { return s.seal }

func (s *Sealer) file(name string) file {
	return file{name: name, data: s.seal.Raw, sum: s.listed}
}

func (s *Sealer) usable(at time.Time) error {
	switch {
	case at.Before(s.seal.ValidFrom) || at.After(s.seal.ValidTo):
		return fault(Period, "the time of signing is outside the seal's period", nil)
	case at.Before(s.from) || at.After(s.to):
		return fault(Period, "the time of signing is outside the certificate's period", nil)
	}
	return nil
}

// The lengths of the elements of toSign that follow the seal and are the same
// in every signature: timeInfo as YYYYMMDDHHMMSSZ, dataHash.
const fixedTail = 2 + 15 + 2 + 33

// head is the beginning of toSign: its own header, the version and the seal.
// It is the same for all propertyInfo of one length, which is below 128.
func (s *Sealer) head(property int) []byte {
	inner := 3 + len(s.seal.Raw) + fixedTail + 2 + property
	b := make([]byte, 0, inner+6)
	b = header(b, asn1.TagSequence|0x20, inner)
	b = append(b, asn1.TagInteger, 1, Version)
	return append(b, s.seal.Raw...)
}

// begin is the state of SM3 over Z and the head.
func (s *Sealer) begin(property int) ([]byte, error) {
	z, err := sm2.CalculateZA(s.public, nil)
	if err != nil {
		return nil, err
	}
	h := sm3.New()
	_, _ = h.Write(z)
	_, _ = h.Write(s.head(property))
	return h.(encoding.BinaryMarshaler).MarshalBinary()
}

// value makes SignedValue.dat over Signature.xml: steps 6 to 9 of signing.
func (s *Sealer) value(at time.Time, frozen Reference, stamp func([]byte) ([]byte, error)) ([]byte, error) {
	property := frozen.File
	if len(property) > 127 {
		return nil, fault(BadPackage, "path of Signature.xml is too long", nil)
	}
	tail := make([]byte, 0, fixedTail+2+len(property))
	tail = element(tail, asn1.TagGeneralizedTime, at.UTC().AppendFormat(nil, "20060102150405Z"))
	tail = bits(tail, frozen.Value)
	tail = element(tail, tagIA5String, []byte(property))
	sig, err := s.sign(tail, len(property))
	if err != nil {
		return nil, err
	}
	rest := bits(append([]byte(nil), s.trailer...), sig)
	if stamp != nil {
		token, err := stamp(sig)
		if err != nil {
			return nil, fault(SignerFailed, "time stamp refused", err)
		}
		rest = element(rest, 0xa0, bits(nil, token))
	}
	head := s.head(len(property))
	inner := len(head) + len(tail) + len(rest)
	der := header(make([]byte, 0, inner+6), asn1.TagSequence|0x20, inner)
	return append(append(append(der, head...), tail...), rest...), nil
}

// sign goes on from the digest over the head and has the result signed.
func (s *Sealer) sign(tail []byte, property int) (sig []byte, err error) {
	begun := s.begun
	if property != usual {
		if begun, err = s.begin(property); err != nil {
			return nil, fault(SignerFailed, "signer has no usable certificate", err)
		}
	}
	h := sm3.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(begun); err != nil {
		return nil, fault(BadSignature, "digest cannot go on", err)
	}
	_, _ = h.Write(tail)
	var e [32]byte
	h.Sum(e[:0])
	return signChecked(s.signer, s.public, e)
}

const tagIA5String = 22

// header appends a DER tag and length; element, bits the whole of an element
// and of a BIT STRING of whole octets.
func header(b []byte, tag byte, n int) []byte {
	switch {
	case n < 0x80:
		return append(b, tag, byte(n))
	case n < 0x100:
		return append(b, tag, 0x81, byte(n))
	case n < 0x10000:
		return append(b, tag, 0x82, byte(n>>8), byte(n))
	}
	return append(b, tag, 0x83, byte(n>>16), byte(n>>8), byte(n))
}

func element(b []byte, tag byte, content []byte) []byte {
	return append(header(b, tag, len(content)), content...)
}

func bits(b, content []byte) []byte {
	return append(append(header(b, asn1.TagBitString, len(content)+1), 0), content...)
}
