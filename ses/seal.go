package ses

import (
	"bytes"
	"encoding/asn1"
	"time"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Version is the structure version that this package writes and reads
// (GB/T 38540-2020). GM/T 0031-2014 had 1 to 3, GM/T 0031-2025 has 5.
const Version = 4

// Picture is the image of a seal.
type Picture struct {
	Type   string // png, jpg, bmp, svg, gif or ofd; lower case
	Data   []byte
	Width  int // millimetres
	Height int // millimetres
}

// CertDigest names a signer's certificate by its digest (certListType 2).
type CertDigest struct {
	Type  string // as the maker wrote it, usually a digest name
	Value []byte
}

// Seal is a parsed electronic seal (SESeal). Fields are what the maker wrote;
// nothing in it is verified until VerifyMaker says so.
type Seal struct {
	Raw        []byte // the whole SESeal in DER
	Version    int
	VendorID   string
	ID         string // esID, the code of the seal
	Type       int    // 1 unit seal, 2 personal seal; others by agreement
	Name       string
	Certs      [][]byte     // certListType 1: DER of those who may sign
	Digests    []CertDigest // certListType 2
	Created    time.Time
	ValidFrom  time.Time
	ValidTo    time.Time
	Picture    Picture
	Extensions []Extension

	MakerCert []byte // DER of the maker's (制章者) certificate
	Algorithm asn1.ObjectIdentifier
	Value     []byte // the maker's signature

	info []byte // DER of eSealInfo as received: what the maker signed
}

// ParseSeal reads a SESeal of version 4. Trailing bytes are an error. Other
// versions give an Error with code Unsupported.
func ParseSeal(der []byte) (*Seal, error) {
	r := newReader(der)
	seal, err := readSeal(r)
	if err != nil {
		return nil, err
	}
	if !r.s.Empty() {
		return nil, fault(BadSeal, "bytes follow the seal", nil)
	}
	return seal, nil
}

func readSeal(r *reader) (*Seal, error) {
	top, whole := r.sequence()
	body, info := top.sequence()
	seal := &Seal{Raw: whole, info: info}
	head, _ := body.sequence()
	if mark := head.text(); head.err != nil || mark != "ES" {
		return nil, fault(BadSeal, "no seal header", head.err)
	}
	seal.Version = head.integer()
	seal.VendorID = head.text()
	if head.err == nil && seal.Version != Version {
		return nil, unsupported(seal.Version)
	}
	body.join(head)
	seal.ID = body.text()
	seal.readProperty(body)
	seal.readPicture(body)
	seal.Extensions = body.extensions()
	if !body.empty() {
		body.fail()
	}
	top.join(body)
	if !top.next(cbasn1.OCTET_STRING) && top.err == nil {
		return nil, unsupported(1) // version 1 wraps maker and signature in a SEQUENCE
	}
	seal.MakerCert = top.octets()
	seal.Algorithm = top.oid()
	seal.Value = top.bits()
	if !top.empty() {
		top.fail()
	}
	if top.err != nil {
		return nil, fault(BadSeal, "seal cannot be read", top.err)
	}
	return seal, nil
}

func (s *Seal) readProperty(body *reader) {
	p, _ := body.sequence()
	s.Type = p.integer()
	s.Name = p.text()
	kind := p.integer()
	list, _ := p.sequence()
	for !list.empty() {
		switch kind {
		case 1:
			s.Certs = append(s.Certs, list.octets())
		case 2:
			item, _ := list.sequence()
			s.Digests = append(s.Digests, CertDigest{Type: item.text(), Value: item.octets()})
			list.join(item)
		default:
			list.fail()
		}
	}
	p.join(list)
	s.Created = p.instant()
	s.ValidFrom = p.instant()
	s.ValidTo = p.instant()
	body.join(p)
}

func (s *Seal) readPicture(body *reader) {
	p, _ := body.sequence()
	s.Picture.Type = string(bytes.ToLower([]byte(p.text())))
	s.Picture.Data = p.octets()
	s.Picture.Width = p.integer()
	s.Picture.Height = p.integer()
	body.join(p)
}

// VerifyMaker reports whether the maker's signature over the seal's contents
// holds under the maker's certificate inside the seal. Whether that
// certificate is to be trusted is another question.
func (s *Seal) VerifyMaker() (bool, error) {
	return VerifyByCert(s.MakerCert, s.info, s.Value)
}

// Admits reports whether a signer's certificate (DER) is on the seal's list,
// as itself or by its SM3 digest.
func (s *Seal) Admits(cert []byte) bool {
	for _, c := range s.Certs {
		if bytes.Equal(c, cert) {
			return true
		}
	}
	sum := Digest(cert)
	for _, d := range s.Digests {
		if bytes.Equal(d.Value, sum[:]) {
			return true
		}
	}
	return false
}
