package ses

import (
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Signature is a parsed electronic seal signature (SES_Signature), the
// contents of SignedValue.dat.
type Signature struct {
	Version    int
	Seal       *Seal
	Time       time.Time // timeInfo: what the signer's clock said; of a token in its place (version 1) the time it states
	DataHash   []byte    // SM3 of Signature.xml
	Property   string    // propertyInfo: path of Signature.xml in the package
	Extensions []Extension

	Cert      []byte // DER of the signer's (签章者) certificate
	Algorithm asn1.ObjectIdentifier
	Value     []byte // the signature as written, DER or r‖s
	Timestamp []byte // DER of the time stamp token over Value, or nil
	Trailing  int    // bytes that follow the structure in the file

	toSign []byte
}

// ParseSignature reads a SES_Signature of version 1 to 5. It accepts
// ExtensionDatas and the time stamp with and without their context tag. Bytes
// after the structure are counted in Trailing rather than refused, because the
// rest can still be judged. Other versions, and a version that is not that of
// the seal or of the structure, give an Error with code Unsupported.
func ParseSignature(der []byte) (*Signature, error) {
	r := newReader(der)
	top, _ := r.sequence()
	tbs, toSign := top.sequence()
	sig := &Signature{Trailing: len(r.s), toSign: toSign}
	sig.Version = tbs.integer()
	if tbs.err != nil {
		return nil, fault(BadSignature, "structure cannot be read", tbs.err)
	}
	if edition(sig.Version) == 0 {
		return nil, unsupported(sig.Version)
	}
	old := edition(sig.Version) == 1
	if old != (count(top.s) == 1) {
		return nil, unsupported(sig.Version)
	}
	seal, err := readSeal(tbs)
	if err != nil {
		return nil, err
	}
	if edition(seal.Version) != edition(sig.Version) {
		return nil, unsupported(sig.Version)
	}
	sig.Seal = seal
	if old {
		sig.readOld(tbs, top)
	} else {
		sig.read(tbs, top)
	}
	if !top.empty() {
		top.fail()
	}
	if top.err != nil {
		return nil, fault(BadSignature, "structure cannot be read", top.err)
	}
	return sig, nil
}

// read reads what follows the seal in toSign, and what follows toSign.
func (s *Signature) read(tbs, top *reader) {
	s.Time = tbs.instant()
	s.DataHash = tbs.bits()
	s.Property = tbs.text()
	s.Extensions = tbs.extensions()
	if !tbs.empty() {
		tbs.fail()
	}
	top.join(tbs)
	s.Cert = top.octets()
	s.Algorithm = top.oid()
	s.Value = top.bits()
	s.Timestamp = top.stamp()
}

// readOld is read for version 1, which signs certificate and algorithm too.
func (s *Signature) readOld(tbs, top *reader) {
	s.Time = tbs.oldTime()
	s.DataHash = tbs.octetsOrBits()
	s.Property = tbs.text()
	s.Cert = tbs.octets()
	s.Algorithm = tbs.oid()
	if !tbs.empty() {
		tbs.fail()
	}
	top.join(tbs)
	s.Value = top.octetsOrBits()
}

// stamp reads the optional time stamp: BIT STRING, plain or under [0] EXPLICIT.
func (r *reader) stamp() []byte {
	tagged := cbasn1.Tag(0).ContextSpecific().Constructed()
	switch {
	case r.next(tagged):
		body, _ := r.element(tagged)
		in := &reader{s: body, err: r.err}
		token := in.bits()
		r.join(in)
		return token
	case r.next(cbasn1.BIT_STRING):
		return r.bits()
	}
	return nil
}

func count(s cryptobyte.String) int {
	n := 0
	for !s.Empty() {
		var one cryptobyte.String
		var tag cbasn1.Tag
		if !s.ReadAnyASN1Element(&one, &tag) {
			return -1
		}
		n++
	}
	return n
}

// VerifySigner reports whether the signer's signature holds over the DER of
// toSign as received, under the signer's certificate inside the structure.
func (s *Signature) VerifySigner() (bool, error) {
	return VerifyByCert(s.Cert, s.toSign, s.Value)
}

// AlgorithmFits reports whether an algorithm identifier names SM2 with SM3.
// Some vendors write the curve's identifier instead.
func AlgorithmFits(id asn1.ObjectIdentifier) bool {
	return id.Equal(OIDSM2WithSM3()) || id.Equal(oidSM2)
}
