package gm

import (
	"crypto/ecdsa"
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/emmansun/gmsm/smx509"
)

func subjectName(req CertRequest) pkix.Name {
	name := pkix.Name{Country: []string{"CN"}, CommonName: req.CommonName, SerialNumber: req.SerialNumber}
	if req.Organization != "" {
		name.Organization = []string{req.Organization}
	}
	if req.OrgUnit != "" {
		name.OrganizationalUnit = []string{req.OrgUnit}
	}
	return name
}

// keyID is the subject key identifier: the leading 20 bytes of SM3 over the
// public key's structure. RFC 5280 leaves the method to the issuer.
func keyID(pub *ecdsa.PublicKey) ([]byte, error) {
	der, err := smx509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, err
	}
	sum := SM3(der)
	return sum[:20], nil
}

// timestampingOnly is the critical extended key usage that RFC 3161 2.3
// demands of a time stamping certificate.
func timestampingOnly() (pkix.Extension, error) {
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		return pkix.Extension{}, err
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value}, nil
}
