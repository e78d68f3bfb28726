package verify_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// signedParts is what a SignedData is built from in tests.
type signedParts struct {
	outer, kind asn1.ObjectIdentifier
	content     []byte // nil: detached
	attrs       []byte // DER of SET OF Attribute, nil: none
	message     []byte // what is signed when there are no attributes
	signer      *gm.Signer
}

func (p signedParts) der(t testing.TB) []byte {
	t.Helper()
	cert, err := smx509.ParseCertificate(p.signer.Cert())
	if err != nil {
		t.Fatal(err)
	}
	msg := p.message
	if p.attrs != nil {
		msg = p.attrs
	}
	value, err := p.signer.Sign(msg)
	if err != nil {
		t.Fatal(err)
	}
	type encap struct {
		Kind    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"optional"`
	}
	type issuerSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	type signerInfo struct {
		Version   int
		ID        issuerSerial
		Digest    pkix.AlgorithmIdentifier
		Attrs     asn1.RawValue `asn1:"optional"`
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
	}
	type signedData struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Encap   encap
		Certs   asn1.RawValue
		Signers []signerInfo `asn1:"set"`
	}
	sm3 := pkix.AlgorithmIdentifier{Algorithm: ses.OIDSM3()}
	info := signerInfo{Version: 1, ID: issuerSerial{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber},
		Digest: sm3, Algorithm: pkix.AlgorithmIdentifier{Algorithm: ses.OIDSM2WithSM3()}, Value: value}
	if p.attrs != nil {
		info.Attrs = asn1.RawValue{FullBytes: append([]byte{0xa0}, p.attrs[1:]...)}
	}
	in := encap{Kind: p.kind}
	if p.content != nil {
		in.Content = explicit(t, marshal(t, p.content))
	}
	data := signedData{Version: 3, Digests: []pkix.AlgorithmIdentifier{sm3}, Encap: in,
		Certs: explicit(t, p.signer.Cert()), Signers: []signerInfo{info}}
	return marshal(t, struct {
		Kind    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{p.outer, explicit(t, marshal(t, data))})
}

func explicit(t testing.TB, der []byte) asn1.RawValue {
	return asn1.RawValue{FullBytes: marshal(t, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der})}
}

type attribute struct {
	Kind  asn1.ObjectIdentifier
	Value []any `asn1:"set"`
}

func attributes(t testing.TB, list ...attribute) []byte {
	t.Helper()
	der, err := asn1.MarshalWithParams(list, "set")
	if err != nil {
		t.Fatal(err)
	}
	return der
}

var tstKind = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// token makes an RFC 3161 time stamp token over a signature value.
func token(t testing.TB, tsa *gm.Signer, value []byte, at time.Time) []byte {
	t.Helper()
	sum := ses.Digest(value)
	content := marshal(t, struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Method pkix.AlgorithmIdentifier
			Value  []byte
		}
		Serial int
		Time   time.Time `asn1:"generalized"`
	}{1, asn1.ObjectIdentifier{1, 2, 3}, struct {
		Method pkix.AlgorithmIdentifier
		Value  []byte
	}{pkix.AlgorithmIdentifier{Algorithm: ses.OIDSM3()}, sum[:]}, 7, at})
	digest := ses.Digest(content)
	return signedParts{
		outer: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, kind: tstKind, content: content, signer: tsa,
		attrs: attributes(t, attribute{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, []any{tstKind}},
			attribute{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, []any{digest[:]}}),
	}.der(t)
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cert(t, "tsa", gm.Timestamp, made, made.AddDate(5, 0, 0))
	stranger := newWorld(t)
	stranger.cert(t, "tsa", gm.Timestamp, made, made.AddDate(5, 0, 0))
	with := func(stamp func([]byte) []byte) []byte {
		return w.with(t, func(r *ses.SignRequest) {
			r.Timestamp = func(v []byte) ([]byte, error) { return stamp(v), nil }
		})
	}
	stamped := func(tsa *gm.Signer, at time.Time) []byte {
		return with(func(v []byte) []byte { return token(t, tsa, v, at) })
	}
	tsa := w.signers["tsa"]
	cases := []struct {
		name    string
		file    []byte
		trusted bool
		verdict string
		want    []string
	}{
		{"trusted", stamped(tsa, signed.Add(3*time.Second)), true, verify.Valid, nil},
		{"of another signature", with(func(v []byte) []byte { return token(t, tsa, append(v, 0), signed) }), false,
			verify.Valid, []string{"TIMESTAMP/imprint s001"}},
		{"authority unknown", stamped(stranger.signers["tsa"], signed), false, verify.Valid, []string{"TIMESTAMP/anchor s001"}},
		{"certificate not for time stamps", stamped(w.signers["b"], signed), false, verify.Valid, []string{"TIMESTAMP/anchor s001"}},
		{"damaged", with(func(v []byte) []byte {
			der := token(t, tsa, v, signed)
			der[len(der)-1] ^= 1
			return der
		}), false, verify.Valid, []string{"TIMESTAMP/signature s001"}},
		{"hours later", stamped(tsa, signed.Add(5*time.Hour)), false, verify.Untrusted, []string{"TIMESTAMP/differs s001"}},
	}
	for _, c := range cases {
		r := verify.File(c.file, w.options(t))
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expect(t, r, c.verdict, c.want...)
			if r.Seals[0].TimeTrusted != c.trusted {
				t.Errorf("time trusted: %v", r.Seals[0].TimeTrusted)
			}
		})
	}

	// A thief who sets the clock back is told by the stamp, also where clocks may differ by as much.
	burned := w.options(t)
	burned.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: signed.Add(time.Minute)}}
	if r := verify.File(stamped(tsa, signed.Add(5*time.Minute)), burned); r.Verdict != verify.Invalid {
		t.Errorf("stamped after the key was stolen: %s %v", r.Verdict, r.Causes)
	}

	// With a proven time, what is revoked later leaves the file valid.
	o := w.options(t)
	o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: signed.Add(time.Hour)}}
	crl, err := gm.IssueCRL(w.ks, "root", 1, []gm.Revocation{{Cert: w.signers["a"].Cert(), At: signed.Add(time.Hour)}}, today, today.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if o.CRLs, err = verify.ParseCRLs(crl); err != nil {
		t.Fatal(err)
	}
	expect(t, verify.File(cases[0].file, o), verify.Valid, "SEAL_REVOKED/later s001", "SIGNER_CERT/revokedLater s001")
}

// Signatures without a seal: GB/T 35275 SignedData over Signature.xml.
func TestPlainSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gb := func(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 156, 10197, 6, 1, 4, 2, last} }
	digest := func(b []byte) []byte { s := ses.Digest(b); return s[:] }
	attrs := func(t testing.TB, sum []byte) []byte {
		return attributes(t, attribute{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, []any{gb(1)}},
			attribute{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, []any{sum}},
			attribute{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}, []any{signed}})
	}
	cases := []struct {
		name string
		make func(testing.TB, []byte) signedParts
		want []string
	}{
		{"digest attached", func(t testing.TB, x []byte) signedParts {
			return signedParts{content: digest(x), message: digest(x)}
		}, nil},
		{"contents attached", func(t testing.TB, x []byte) signedParts { return signedParts{content: x, message: x} }, nil},
		{"detached", func(t testing.TB, x []byte) signedParts { return signedParts{message: x} }, nil},
		{"with attributes", func(t testing.TB, x []byte) signedParts { return signedParts{attrs: attrs(t, digest(x))} }, nil},
		{"attributes of other contents", func(t testing.TB, x []byte) signedParts {
			return signedParts{attrs: attrs(t, digest([]byte("other")))}
		}, []string{"DATA_HASH s001"}},
		{"other contents", func(t testing.TB, x []byte) signedParts {
			return signedParts{content: []byte("other"), message: []byte("other")}
		}, []string{"SIGN_VALUE s001", "DATA_HASH s001"}},
		{"signed something else", func(t testing.TB, x []byte) signedParts { return signedParts{message: []byte("other")} },
			[]string{"SIGN_VALUE s001"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := w.forge(t, forgery{kind: "Sign", value: func(x []byte) []byte {
				parts := c.make(t, x)
				parts.outer, parts.kind, parts.signer = gb(2), gb(1), w.signers["b"]
				return parts.der(t)
			}})
			verdict := verify.Valid
			if len(c.want) > 0 {
				verdict = verify.Invalid
			}
			r := verify.File(file, w.options(t))
			expect(t, r, verdict, slices.Concat([]string{"NO_SEAL/signed"}, c.want, []string{"LIST_OPEN"})...)
			if s := r.Seals[0]; s.Signer != "单位 b" || !s.SignedAt.Equal(signed) || s.Type != "Sign" {
				t.Errorf("signature %+v", s)
			}
		})
	}
	broken := w.forge(t, forgery{kind: "Sign", value: func([]byte) []byte { return []byte{0x30, 0} }})
	expect(t, verify.File(broken, w.options(t)), verify.Invalid, "NO_SEAL/signed", "FORMAT_SES/structure s001", "LIST_OPEN")
	// Another's seal shown under a signature that no seal backs.
	shown := w.forge(t, forgery{kind: "Sign", manifest: func(x string) string { return x }, value: func(x []byte) []byte {
		return signedParts{attrs: attrs(t, digest(x)), outer: gb(2), kind: gb(1), signer: w.signers["b"]}.der(t)
	}})
	expect(t, verify.File(shown, w.options(t)), verify.Invalid, "NO_SEAL/signed", "SEAL_FILE/unsealed s001", "LIST_OPEN")
}
