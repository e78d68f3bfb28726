package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ses"
)

// oidTSTInfo is the content type of a time stamp token, RFC 3161.
const oidTSTInfo = "1.2.840.113549.1.9.16.1.4"

// tstInfo is the beginning of TSTInfo (GB/T 20520, RFC 3161 2.4.2).
type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Method pkix.AlgorithmIdentifier
		Value  []byte
	}
	Serial *big.Int
	Time   asn1.RawValue
}

// timestamp judges when the signature was made (step 11) and reports whether a
// trusted authority confirms the signer's own time. latest is the later of the two: what has to come before a revocation,
// or else whoever has stolen a key could set its clock back by as much as clocks may differ.
func (c *check) timestamp(id string, sig *ses.Signature, f *findings) (trusted bool, latest time.Time) {
	if sig.Time.After(c.o.Now.Add(clockSkew)) {
		f.add(Timestamp, "future", id)
	}
	if sig.Timestamp == nil {
		return false, sig.Time
	}
	at, reason := c.token(sig)
	if reason == "" && (at.Sub(sig.Time) > clockSkew || sig.Time.Sub(at) > clockSkew) {
		reason = "differs"
	}
	if reason != "" {
		f.add(Timestamp, reason, id)
	}
	if reason == "" && at.After(sig.Time) {
		return true, at
	}
	return reason == "", sig.Time
}

// token returns the time an authority states, or the reason not to believe it.
func (c *check) token(sig *ses.Signature) (time.Time, string) {
	data, err := parseSignedData(sig.Timestamp)
	if err != nil || data.kind.String() != oidTSTInfo {
		return time.Time{}, "format"
	}
	var info tstInfo
	if _, err := asn1.Unmarshal(data.content, &info); err != nil {
		return time.Time{}, "format"
	}
	at, err := time.Parse("20060102150405Z0700", string(info.Time.Bytes)) // a fraction is accepted too
	if err != nil || info.Time.Tag != asn1.TagGeneralizedTime {
		return time.Time{}, "format"
	}
	if !info.covers(sig.Value) {
		return time.Time{}, "imprint"
	}
	if data.attrs == nil || data.verify(data.content) != nil {
		return time.Time{}, "signature"
	}
	state := judge(data.cert, at, c.o.TSA, c.o.CRLs)
	stamping := slices.Contains(data.cert.ExtKeyUsage, smx509.ExtKeyUsageTimeStamping)
	if len(state.reasons) > 0 || !stamping || (!state.revokedAt.IsZero() && !state.revokedAt.After(at)) {
		return time.Time{}, "anchor"
	}
	return at, ""
}

// covers reports whether the imprint is of the signature value.
func (in *tstInfo) covers(value []byte) bool {
	switch in.Imprint.Method.Algorithm.String() {
	case ses.OIDSM3().String():
		sum := ses.Digest(value)
		return bytes.Equal(in.Imprint.Value, sum[:])
	case "2.16.840.1.101.3.4.2.1":
		sum := sha256.Sum256(value)
		return bytes.Equal(in.Imprint.Value, sum[:])
	}
	return false
}
