package verify

import (
	"bytes"
	"errors"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// clockSkew is how far the clocks of signers and checkers may differ.
const clockSkew = 10 * time.Minute

// check is the work on one file.
type check struct {
	raw     []byte // the file
	name    string // what the file calls its license (ZZBS)
	p       *ofd.Package
	o       Options
	list    *ses.List
	pages   []string
	digests map[string][]byte // by method and folded name
	covered map[string]bool   // folded names that some signature protects
	seen    map[[32]byte]bool // digests of the Signature.xml judged so far
	closed  bool              // whether a signature protects the list
}

// seal judges one signature: all steps, whatever fails.
func (c *check) seal(item ses.ListItem) SealReport {
	s := SealReport{ID: item.ID, Type: item.Type, Causes: []Cause{}}
	var f findings
	manifest, frozen := c.manifest(item, &f)
	var sig *ses.Signature
	switch item.Type {
	case "Seal":
		sig = c.signature(item, manifest, &f)
	case "Sign":
		c.plain(&s, item, manifest, frozen, &f)
	default:
		f.add(FormatSES, "type", item.ID)
	}
	if sig != nil {
		s.describe(sig)
		var latest time.Time
		s.TimeTrusted, latest = c.timestamp(item.ID, sig, &f)
		c.stampedSeal(&s, sig, latest, &f)
		c.signer(&s, sig, latest, &f)
		c.binding(item, sig, frozen, &f)
	}
	if manifest != nil {
		c.references(item, manifest, &f)
		c.sealFile(item, manifest, sig, &f)
		c.stamps(item, manifest, &f)
	}
	s.Verdict = f.verdict()
	s.Causes = append(s.Causes, f...)
	return s
}

func (c *check) manifest(item ses.ListItem, f *findings) (*ses.Manifest, []byte) {
	frozen, ok := c.p.Entry(item.Path)
	if !ok || item.Path == "" {
		f.add(FormatSES, "manifest", item.ID)
		return nil, nil
	}
	m, err := ses.ParseManifest(frozen)
	if err != nil {
		f.add(FormatSES, "manifest", item.ID)
		return nil, frozen
	}
	// One signature listed twice would hide that another was taken away.
	sum := ses.Digest(frozen)
	if c.seen[sum] {
		f.add(FormatSES, "repeated", item.ID)
	}
	c.seen[sum] = true
	c.cover(item.Path) // bound by the data hash
	return m, frozen
}

func (c *check) signature(item ses.ListItem, m *ses.Manifest, f *findings) *ses.Signature {
	if m == nil {
		return nil
	}
	name, ok := ses.Resolve(c.p, item.Path, m.ValueLoc)
	if !ok {
		f.add(FormatSES, "missing", item.ID)
		return nil
	}
	c.cover(name) // verifies itself
	data, _ := c.p.Entry(name)
	sig, err := ses.ParseSignature(data)
	switch {
	case errors.Is(err, &ses.Error{Code: ses.Unsupported}):
		f.add(FormatSES, "version", item.ID)
	case errors.Is(err, &ses.Error{Code: ses.BadSeal}):
		f.add(SealFormat, "structure", item.ID)
	case err != nil:
		f.add(FormatSES, "structure", item.ID)
	case sig.Trailing > 0:
		f.add(FormatSES, "trailing", item.ID)
	}
	return sig
}

func (s *SealReport) describe(sig *ses.Signature) {
	s.Name, s.Code = sig.Seal.Name, sig.Seal.ID
	s.SignedAt, s.ValidFrom, s.ValidTo = sig.Time, sig.Seal.ValidFrom, sig.Seal.ValidTo
	s.Signer, s.Maker = subject(sig.Cert), subject(sig.Seal.MakerCert)
}

func subject(der []byte) string {
	cert, err := smx509.ParseCertificate(der)
	if err != nil {
		return ""
	}
	return cert.Subject.CommonName
}

// stampedSeal judges the seal itself (steps 2 to 4).
func (c *check) stampedSeal(s *SealReport, sig *ses.Signature, latest time.Time, f *findings) {
	seal := sig.Seal
	for _, e := range seal.Extensions {
		if e.Critical {
			f.add(SealFormat, "extension", s.ID)
			break
		}
	}
	if !seal.ValidTo.After(seal.ValidFrom) {
		f.add(SealFormat, "period", s.ID)
	}
	if !ses.AlgorithmFits(seal.Algorithm) {
		f.add(SealSignature, "algorithm", s.ID)
	}
	if ok, err := seal.VerifyMaker(); err != nil {
		f.add(SealMakerCert, "format", s.ID)
	} else {
		if !ok {
			f.add(SealSignature, "", s.ID)
		}
		c.makerCert(s, seal, sig, f)
	}
	if sig.Time.Before(seal.ValidFrom) || sig.Time.After(seal.ValidTo) {
		f.add(SealPeriod, "", s.ID)
	}
	for _, r := range c.o.RevokedSeals {
		if r.ID != seal.ID {
			continue
		}
		if r.Burned {
			f.add(SealRevoked, c.burned(r, latest, s.TimeTrusted), s.ID)
		} else if reason := r.reason(latest, s.TimeTrusted); reason != "none" {
			f.add(SealRevoked, reason, s.ID)
		}
	}
}

// makerCert judges the maker's certificate at the time the seal was made.
func (c *check) makerCert(s *SealReport, seal *ses.Seal, sig *ses.Signature, f *findings) {
	cert, err := smx509.ParseCertificate(seal.MakerCert)
	if err != nil {
		f.add(SealMakerCert, "format", s.ID)
		return
	}
	state := judge(cert, seal.Created, c.o.Makers, c.o.CRLs)
	for _, reason := range state.reasons {
		f.add(SealMakerCert, reason, s.ID)
	}
	switch {
	case state.revokedAt.IsZero():
	case state.revokedAt.After(seal.Created):
		f.add(SealMakerCert, "revokedLater", s.ID)
	default:
		f.add(SealMakerCert, state.revoked(), s.ID)
	}
	if bytes.Equal(seal.MakerCert, sig.Cert) {
		f.add(SealMakerCert, "self", s.ID)
	}
}

// signer judges the signature and who made it (steps 5 and 6).
func (c *check) signer(s *SealReport, sig *ses.Signature, latest time.Time, f *findings) {
	if !ses.AlgorithmFits(sig.Algorithm) {
		f.add(SignValue, "algorithm", s.ID)
	}
	ok, err := sig.VerifySigner()
	if err != nil {
		f.add(SignerCert, "format", s.ID)
	} else if !ok {
		f.add(SignValue, "", s.ID)
	}
	cert, parseErr := smx509.ParseCertificate(sig.Cert)
	if !sig.Seal.Admits(sig.Cert) {
		f.add(SignerNotInSeal, c.renewal(sig.Seal, cert, sig.Time), s.ID)
	}
	if err == nil && parseErr == nil {
		c.signerCert(s, cert, latest, f)
	}
}

// signerCert judges the signer's certificate at the time of signing (step 7).
func (c *check) signerCert(s *SealReport, cert *smx509.Certificate, latest time.Time, f *findings) {
	state := judge(cert, s.SignedAt, c.o.Anchors, c.o.CRLs)
	for _, reason := range state.reasons {
		f.add(SignerCert, reason, s.ID)
	}
	if !state.revokedAt.IsZero() {
		reason := whenRevoked(state.revokedAt, latest, s.TimeTrusted, "revokedLater")
		if reason == "" {
			reason = state.revoked()
		}
		f.add(SignerCert, reason, s.ID)
	}
}

// whenRevoked says how a revocation stands to the time of signing: "" when it
// came first, later when it came after and a time stamp proves so, otherwise
// "unproven": the signer's own clock is no proof against the signer.
func whenRevoked(revoked, signed time.Time, trusted bool, later string) string {
	switch {
	case !revoked.After(signed):
		return ""
	case trusted:
		return later
	}
	return "unproven"
}

// renewal tells a renewed certificate from a stranger's: the standard asks to
// remake the seal then. Same subject and same issuer is taken for renewed, when
// the certificate goes back to an anchor: names alone anybody can take.
func (c *check) renewal(seal *ses.Seal, cert *smx509.Certificate, at time.Time) string {
	if cert == nil || c.o.Anchors.chain(cert, at) == nil {
		return ""
	}
	for _, der := range seal.Certs {
		old, err := smx509.ParseCertificate(der)
		if err == nil && bytes.Equal(old.RawSubject, cert.RawSubject) && bytes.Equal(old.RawIssuer, cert.RawIssuer) {
			return "renewed"
		}
	}
	return ""
}

// binding checks that the signature is of this Signature.xml in this place.
func (c *check) binding(item ses.ListItem, sig *ses.Signature, frozen []byte, f *findings) {
	sum := ses.Digest(frozen)
	if !bytes.Equal(sum[:], sig.DataHash) {
		f.add(DataHash, "", item.ID)
	}
	if name, ok := ses.Resolve(c.p, "OFD.xml", sig.Property); !ok || !sameName(name, item.Path) {
		f.add(Property, "", item.ID)
	}
}
