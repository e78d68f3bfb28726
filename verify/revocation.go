package verify

import (
	"bytes"
	"encoding/pem"
	"errors"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// CRLs are certificate revocation lists at hand.
type CRLs struct{ lists []*smx509.RevocationList }

// ParseCRLs reads revocation lists: one in DER, or any number in PEM.
func ParseCRLs(data []byte) (*CRLs, error) {
	var crls CRLs
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		list, err := smx509.ParseRevocationList(block.Bytes)
		if err != nil {
			return nil, errors.New("verify: a revocation list cannot be read")
		}
		crls.lists = append(crls.lists, list)
	}
	if len(crls.lists) > 0 {
		return &crls, nil
	}
	list, err := smx509.ParseRevocationList(data)
	if err != nil {
		return nil, errors.New("verify: the revocation list cannot be read")
	}
	return &CRLs{lists: []*smx509.RevocationList{list}}, nil
}

// revoked returns the earliest time at which a certificate of the chain, the
// root apart, was revoked, or the zero time. A list counts only when the next
// certificate of the chain signed it.
func (c *CRLs) revoked(chain []*smx509.Certificate) time.Time {
	var earliest time.Time
	if c == nil {
		return earliest
	}
	for i := 0; i+1 < len(chain); i++ {
		cert, issuer := chain[i], chain[i+1]
		for _, list := range c.lists {
			if !bytes.Equal(list.RawIssuer, cert.RawIssuer) || list.CheckSignatureFrom(issuer) != nil {
				continue
			}
			for _, entry := range list.RevokedCertificateEntries {
				if entry.SerialNumber.Cmp(cert.SerialNumber) != 0 {
					continue
				}
				if earliest.IsZero() || entry.RevocationTime.Before(earliest) {
					earliest = entry.RevocationTime
				}
			}
		}
	}
	return earliest
}

// RevokedSeal is an entry of a list of withdrawn seals.
type RevokedSeal struct {
	ID string    `json:"id"` // code of the seal (esID)
	At time.Time `json:"at"`
}
