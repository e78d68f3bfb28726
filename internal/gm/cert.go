package gm

import (
	"context"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// ErrNoCert says that no certificate stands beside a key.
var ErrNoCert = errors.New("gm: no certificate for key")

// Usage is what a certificate may be used for.
type Usage int

// The uses of the certificates a platform needs.
const (
	SealSigner   Usage = iota + 1 // 签章者: signs documents with a seal
	SealMaker                     // 制章者: signs the seals themselves
	Platform                      // the platform's own signatures over copies and lists
	Timestamp                     // time stamping authority
	Intermediate                  // subordinate CA
)

// CertRequest describes a certificate to issue.
type CertRequest struct {
	CommonName   string
	Organization string // name of the unit, optional
	OrgUnit      string // optional
	SerialNumber string // subject serialNumber, e.g. the unit's USCC, optional
	Usage        Usage
	NotBefore    time.Time
	NotAfter     time.Time
}

// SetCert puts a certificate (DER) beside the SM2 key of the id, replacing the
// former one. It refuses a certificate of another key.
func (s *KeyStore) SetCert(id string, der []byte) error {
	key, err := s.key(id)
	if err != nil {
		return err
	}
	cert, err := smx509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("parse certificate: %w", err)
	}
	if !key.Public().Equal(cert.PublicKey) {
		return fmt.Errorf("gm: certificate is not of key %q", id)
	}
	name, err := fileName(id, certExt)
	if err != nil {
		return err
	}
	return s.vault.put(name, der)
}

// Cert returns the certificate (DER) beside a key, or ErrNoCert.
func (s *KeyStore) Cert(id string) ([]byte, error) {
	name, err := fileName(id, certExt)
	if err != nil {
		return nil, err
	}
	der, err := s.vault.get(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q", ErrNoCert, id)
	}
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	return der, nil
}

// NewCA makes key and self-signed certificate of a root for demonstrations and
// tests, valid from a minute before now for the given years. It replaces the
// certificate of an earlier call, not the key.
func NewCA(s *KeyStore, id, commonName string, now time.Time, years int) ([]byte, error) {
	if err := s.Generate(context.Background(), id); err != nil {
		return nil, err
	}
	tmpl, err := template(CertRequest{
		CommonName: commonName, Usage: Intermediate,
		NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(years, 0, 0),
	})
	if err != nil {
		return nil, err
	}
	return s.issue(tmpl, tmpl, id, id)
}

// IssueCert issues the certificate of subjectID's key, made if missing, under
// the CA caID, and puts it beside the key. NotAfter is cut to the CA's own.
func IssueCert(s *KeyStore, caID, subjectID string, req CertRequest) ([]byte, error) {
	if err := s.Generate(context.Background(), subjectID); err != nil {
		return nil, err
	}
	ca, err := s.caCert(caID)
	if err != nil {
		return nil, err
	}
	if req.NotAfter.After(ca.NotAfter) {
		req.NotAfter = ca.NotAfter
	}
	tmpl, err := template(req)
	if err != nil {
		return nil, err
	}
	return s.issue(tmpl, ca, caID, subjectID)
}

// rootYears and renewal: how long a root of SelfCertified is good, and how long
// before its end a certificate is replaced.
const (
	rootYears = 20
	renewal   = 365 * 24 * time.Hour
)

// SelfCertified returns the signer of an id whose certificate, for the usage
// and the common name of req, was issued by an authority of the installation's
// own, and the certificate of that authority (DER). Keys and certificates are
// made on first use; a certificate in its last year is replaced.
func SelfCertified(s *KeyStore, id string, req CertRequest, now time.Time) (signer *Signer, root []byte, err error) {
	rootID := id + ".root"
	if root, err = s.Cert(rootID); errors.Is(err, ErrNoCert) {
		root, err = NewCA(s, rootID, req.CommonName+"根证书", now, rootYears)
	}
	if err != nil {
		return nil, nil, err
	}
	fresh, err := s.certified(id, now.Add(renewal))
	if err != nil {
		return nil, nil, err
	}
	if !fresh {
		if _, err := IssueCert(s, rootID, id, req); err != nil {
			return nil, nil, err
		}
	}
	signer, err = s.Signer(id)
	return signer, root, err
}

// certified reports whether a certificate stands beside a key that is good
// until then.
func (s *KeyStore) certified(id string, then time.Time) (bool, error) {
	der, err := s.Cert(id)
	if errors.Is(err, ErrNoCert) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	cert, err := smx509.ParseCertificate(der)
	if err != nil {
		return false, fmt.Errorf("parse certificate: %w", err)
	}
	return then.Before(cert.NotAfter), nil
}

// Revocation is one entry of a revocation list.
type Revocation struct {
	Cert []byte // DER of the revoked certificate
	At   time.Time
	Hold bool // suspended, to be taken back or revoked later (certificateHold)
}

// IssueCRL returns the revocation list (DER) of a CA, good from now to next.
// The number must grow from list to list.
func IssueCRL(s *KeyStore, caID string, number int64, revoked []Revocation, now, next time.Time) ([]byte, error) {
	ca, err := s.caCert(caID)
	if err != nil {
		return nil, err
	}
	key, err := s.privateKey(caID)
	if err != nil {
		return nil, err
	}
	list := &smx509.RevocationList{Number: big.NewInt(number), ThisUpdate: now.UTC(), NextUpdate: next.UTC()}
	for _, r := range revoked {
		cert, err := smx509.ParseCertificate(r.Cert)
		if err != nil {
			return nil, fmt.Errorf("parse revoked certificate: %w", err)
		}
		entry := smx509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: r.At.UTC()}
		if r.Hold {
			entry.ReasonCode = 6 // RFC 5280 5.3.1
		}
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, entry)
	}
	return smx509.CreateRevocationList(rand.Reader, list, ca, key)
}

// EncodePEM writes certificates (DER) as one PEM text.
func EncodePEM(certs ...[]byte) []byte {
	var out []byte
	for _, der := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

func (s *KeyStore) caCert(id string) (*smx509.Certificate, error) {
	der, err := s.Cert(id)
	if err != nil {
		return nil, err
	}
	ca, err := smx509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parse CA certificate: %w", err)
	}
	return ca, nil
}

// issue signs tmpl with caID's key for subjectID's key and stores it.
func (s *KeyStore) issue(tmpl, parent *smx509.Certificate, caID, subjectID string) ([]byte, error) {
	caKey, err := s.privateKey(caID)
	if err != nil {
		return nil, err
	}
	subject, err := s.key(subjectID)
	if err != nil {
		return nil, err
	}
	if tmpl.SubjectKeyId, err = keyID(subject.Public()); err != nil {
		return nil, err
	}
	der, err := smx509.CreateCertificate(rand.Reader, tmpl, parent, subject.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	return der, s.SetCert(subjectID, der)
}

func template(req CertRequest) (*smx509.Certificate, error) {
	if req.CommonName == "" || !req.NotAfter.After(req.NotBefore) {
		return nil, errors.New("gm: certificate needs a common name and a period")
	}
	serial := make([]byte, 16)
	if _, err := rand.Read(serial); err != nil {
		return nil, err
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive and of full length
	tmpl := &smx509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(serial),
		Subject:               subjectName(req),
		NotBefore:             req.NotBefore.UTC(),
		NotAfter:              req.NotAfter.UTC(),
		SignatureAlgorithm:    smx509.SM2WithSM3,
		BasicConstraintsValid: true,
	}
	switch req.Usage {
	case SealSigner, SealMaker, Platform:
		tmpl.KeyUsage = smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment
	case Timestamp:
		tmpl.KeyUsage = smx509.KeyUsageDigitalSignature
		ext, err := timestampingOnly()
		if err != nil {
			return nil, err
		}
		tmpl.ExtraExtensions = []pkix.Extension{ext}
	case Intermediate:
		tmpl.IsCA = true
		tmpl.KeyUsage = smx509.KeyUsageCertSign | smx509.KeyUsageCRLSign
	default:
		return nil, fmt.Errorf("gm: unknown certificate usage %d", req.Usage)
	}
	return tmpl, nil
}
