package ses

import (
	"encoding/asn1"
	"slices"
	"time"
)

// SealInfo is what MakeSeal puts into a seal.
type SealInfo struct {
	VendorID   string   // code of the seal system's vendor, ASCII
	ID         string   // code of the seal, ASCII
	Type       int      // 1 unit seal, 2 personal seal
	Name       string   // name of the seal, e.g. 某某市市场监督管理局电子证照专用章
	Certs      [][]byte // DER of every certificate that may sign with the seal
	ByDigest   bool     // list the certificates by SM3 digest instead of whole
	Created    time.Time
	ValidFrom  time.Time
	ValidTo    time.Time
	Picture    Picture
	Extensions []Extension
}

// The structures below are written by encoding/asn1 in the order of
// GB/T 38540-2020 clause 6.
type (
	wireHeader struct {
		Mark    string `asn1:"ia5"`
		Version int
		Vendor  string `asn1:"ia5"`
	}
	wireProperty struct {
		Type     int
		Name     string `asn1:"utf8"`
		ListType int
		List     asn1.RawValue
		Created  time.Time `asn1:"generalized"`
		From     time.Time `asn1:"generalized"`
		To       time.Time `asn1:"generalized"`
	}
	wirePicture struct {
		Type   string `asn1:"ia5"`
		Data   []byte
		Width  int
		Height int
	}
	wireExtension struct {
		ID       asn1.ObjectIdentifier
		Critical bool
		Value    []byte
	}
	wireInfo struct {
		Header     wireHeader
		ID         string `asn1:"ia5"`
		Property   wireProperty
		Picture    wirePicture
		Extensions []wireExtension `asn1:"optional,omitempty"`
	}
	wireDigest struct {
		Type  string `asn1:"printable"`
		Value []byte
	}
	wireSeal struct {
		Info      asn1.RawValue
		MakerCert []byte
		Algorithm asn1.ObjectIdentifier
		Value     asn1.BitString
	}
)

// MakeSeal makes a version 4 seal signed by the maker (制章者) and returns it
// in DER. The maker signs the DER of eSealInfo (GB/T 38540-2020 clause 6.1).
func MakeSeal(info SealInfo, maker Signer) ([]byte, error) {
	if err := info.check(); err != nil {
		return nil, err
	}
	body, err := info.encode()
	if err != nil {
		return nil, fault(BadSeal, "seal cannot be encoded", err)
	}
	sig, err := signMessage(maker, body)
	if err != nil {
		return nil, err
	}
	der, err := asn1.Marshal(wireSeal{
		Info:      asn1.RawValue{FullBytes: body},
		MakerCert: maker.Cert(),
		Algorithm: OIDSM2WithSM3(),
		Value:     bitString(sig),
	})
	if err != nil {
		return nil, fault(BadSeal, "seal cannot be encoded", err)
	}
	return der, nil
}

func (in *SealInfo) check() error {
	switch {
	case in.ID == "" || in.Name == "" || in.VendorID == "":
		return fault(BadSeal, "code, name and vendor are required", nil)
	case len(in.Certs) == 0:
		return fault(BadSeal, "no certificate may sign with it", nil)
	case !in.ValidTo.After(in.ValidFrom) || in.Created.IsZero():
		return fault(BadSeal, "no period of validity", nil)
	case !slices.Contains([]string{"png", "jpg", "bmp", "svg", "gif", "ofd"}, in.Picture.Type):
		return fault(BadSeal, "unknown picture type", nil)
	case len(in.Picture.Data) == 0 || in.Picture.Width <= 0 || in.Picture.Height <= 0:
		return fault(BadSeal, "picture has no data or size", nil)
	}
	for _, c := range in.Certs {
		if _, err := certKey(c); err != nil {
			return fault(BadSeal, "a listed certificate is unusable", err)
		}
	}
	return nil
}

func (in *SealInfo) encode() ([]byte, error) {
	kind, list, err := in.certList()
	if err != nil {
		return nil, err
	}
	w := wireInfo{
		Header: wireHeader{Mark: "ES", Version: Version, Vendor: in.VendorID},
		ID:     in.ID,
		Property: wireProperty{
			Type: in.Type, Name: in.Name, ListType: kind, List: asn1.RawValue{FullBytes: list},
			Created: wireTime(in.Created), From: wireTime(in.ValidFrom), To: wireTime(in.ValidTo),
		},
		Picture: wirePicture{Type: in.Picture.Type, Data: in.Picture.Data, Width: in.Picture.Width, Height: in.Picture.Height},
	}
	for _, e := range in.Extensions {
		w.Extensions = append(w.Extensions, wireExtension(e))
	}
	return asn1.Marshal(w)
}

func (in *SealInfo) certList() (kind int, der []byte, err error) {
	if !in.ByDigest {
		der, err = asn1.Marshal(in.Certs)
		return 1, der, err
	}
	var list []wireDigest
	for _, c := range in.Certs {
		sum := Digest(c)
		list = append(list, wireDigest{Type: "SM3", Value: sum[:]})
	}
	der, err = asn1.Marshal(list)
	return 2, der, err
}

// wireTime drops what GeneralizedTime in DER form YYYYMMDDHHMMSSZ cannot hold.
func wireTime(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func bitString(b []byte) asn1.BitString {
	return asn1.BitString{Bytes: b, BitLength: 8 * len(b)}
}
