package verify

import (
	"bytes"
	"errors"
	"time"

	"github.com/yinxin-org/yinxin/ses"
)

// plain judges a signature without a seal (Type="Sign"): SignedValue.dat is a
// GB/T 35275 SignedData over Signature.xml, as GM/T 0099 clause 7.2.2 has it.
func (c *check) plain(s *SealReport, item ses.ListItem, m *ses.Manifest, frozen []byte, f *findings) {
	if m == nil {
		return
	}
	name, ok := ses.Resolve(c.p, item.Path, m.ValueLoc)
	if !ok {
		f.add(FormatSES, "missing", item.ID)
		return
	}
	c.cover(name)
	der, _ := c.p.Entry(name)
	data, err := parseSignedData(der)
	if err != nil {
		f.add(FormatSES, "structure", item.ID)
		return
	}
	// Nothing here proves who may show the picture, yet readers draw it.
	if len(m.Stamps) > 0 || m.SealLoc != "" {
		f.add(SealFile, "unsealed", item.ID)
	}
	s.Signer = data.cert.Subject.CommonName
	s.SignedAt = claimedTime(data, m, c.o.Now)
	if s.SignedAt.After(c.o.Now.Add(clockSkew)) {
		f.add(Timestamp, "future", item.ID)
	}
	// In practice the signed contents are the digest of Signature.xml, attached;
	// Signature.xml itself, attached or not, is met too.
	sum := ses.Digest(frozen)
	err = data.verify(sum[:], frozen)
	strange := data.content != nil && !bytes.Equal(data.content, sum[:]) && !bytes.Equal(data.content, frozen)
	if errors.Is(err, errCMSDigest) || strange {
		f.add(DataHash, "", item.ID)
	}
	if errors.Is(err, errCMSValue) {
		f.add(SignValue, "", item.ID)
	}
	c.signerCert(s, data.cert, s.SignedAt, f)
}

// claimedTime is the signer's own word for the time: the signed attribute, or
// the date in the signed Signature.xml.
func claimedTime(data *signedData, m *ses.Manifest, now time.Time) time.Time {
	if !data.at.IsZero() {
		return data.at.UTC()
	}
	if t, err := time.Parse("20060102150405Z0700", m.DateTime); err == nil {
		return t.UTC()
	}
	if t, ok := moment(m.DateTime, false); ok {
		return t.UTC()
	}
	return now
}
