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

// certificateHold is the reason code of a certificate that is suspended (RFC 5280 5.3.1).
const certificateHold = 6

// revoked returns the earliest time at which a certificate of the chain, the
// root apart, was revoked or put on hold, or the zero time. A list counts only
// when the next certificate of the chain signed it.
func (c *CRLs) revoked(chain []*smx509.Certificate) (earliest time.Time, hold bool) {
	if c == nil {
		return earliest, false
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
					earliest, hold = entry.RevocationTime, entry.ReasonCode == certificateHold
				}
			}
		}
	}
	return earliest, hold
}

// RevokedSeal is an entry of a list of withdrawn and stopped seals.
type RevokedSeal struct {
	ID string    `json:"id"` // code of the seal (esID)
	At time.Time `json:"at"`
	// Until is when a stopped seal (停用) was resumed; zero when it is withdrawn
	// for good (撤销).
	Until time.Time `json:"until,omitzero"`
	// Burned says that others know the seal's key since At (失泄): what it
	// sealed before has to prove so, see [Logged].
	Burned bool `json:"burned,omitempty"`
	// Leaves is how many leaves the log of evidence had at At, where all that a
	// burned seal sealed stands in one; nil of a seal that is not logged so.
	Leaves *uint64 `json:"leaves,omitempty"`
}

// reason says how the entry stands to a signature: "none" when it does not
// concern it.
func (r RevokedSeal) reason(signed time.Time, trusted bool) string {
	if r.Until.IsZero() {
		return whenRevoked(r.At, signed, trusted, "later")
	}
	if signed.Before(r.At) || !signed.Before(r.Until) {
		return "none"
	}
	return "stopped"
}
