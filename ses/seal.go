package ses

import (
	"bytes"
	"encoding/asn1"
	"slices"
	"time"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Version is the structure version that this package writes (GB/T 38540-2020).
// It also reads 1 to 3 (GM/T 0031-2014) and 5 (GM/T 0031-2025).
const Version = 4

// edition is the text that a structure version belongs to, named by the first
// version it used; 0 for none.
func edition(version int) int {
	switch version {
	case 1, 2, 3:
		return 1
	case 4, 5:
		return version
	}
	return 0
}

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
	Timestamp []byte // DER of a time stamp token over Value, version 5 only, or nil

	signed []byte // DER as received of what the maker signed
}

// ParseSeal reads a SESeal of version 1 to 5. Trailing bytes are an error.
// Other versions give an Error with code Unsupported.
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
	seal := &Seal{Raw: whole}
	head, _ := body.sequence()
	if mark := head.text(); head.err != nil || mark != "ES" {
		return nil, fault(BadSeal, "no seal header", head.err)
	}
	seal.Version = head.integer()
	seal.VendorID = head.text()
	if head.err == nil && edition(seal.Version) == 0 {
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
	seal.readMaker(top, info)
	if top.err != nil {
		return nil, fault(BadSeal, "seal cannot be read", top.err)
	}
	return seal, nil
}

// readMaker reads what follows eSealInfo. Version 1 wraps it in a SEQUENCE, and
// there the maker signs certificate and algorithm along with eSealInfo.
func (s *Seal) readMaker(top *reader, info []byte) {
	maker := top
	if edition(s.Version) == 1 {
		maker, _ = top.sequence()
	}
	var cert, algorithm []byte
	s.MakerCert, cert = maker.element(cbasn1.OCTET_STRING)
	algorithm = maker.s
	s.Algorithm = maker.oid()
	algorithm = algorithm[:len(algorithm)-len(maker.s)]
	s.Value = maker.bits()
	if edition(s.Version) == 5 {
		s.Timestamp = maker.stamp()
	}
	if !maker.empty() {
		maker.fail()
	}
	s.signed = info
	if edition(s.Version) == 1 {
		top.join(maker)
		if !top.empty() {
			top.fail()
		}
		s.signed = element(nil, asn1.TagSequence|0x20, slices.Concat(info, cert, algorithm))
	}
}

func (s *Seal) readProperty(body *reader) {
	p, _ := body.sequence()
	s.Type = p.integer()
	s.Name = p.text()
	kind := 1 // version 1 knows no other
	if edition(s.Version) != 1 {
		kind = p.integer()
	}
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
	return VerifyByCert(s.MakerCert, s.signed, s.Value)
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
