package verify_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// forgery describes a signature that the signing side refuses to make. Zero
// fields keep what a proper signature of unit a has.
type forgery struct {
	seal      []byte
	signer    *gm.Signer
	cert      []byte
	at        time.Time
	property  string
	version   int
	algorithm asn1.ObjectIdentifier
	manifest  func(string) string
	stamp     func(value []byte) []byte
	kind      string // Type in the list
	value     func(frozen []byte) []byte
}

// forge seals a page properly, then replaces the signature by the forged one.
func (w *world) forge(t testing.TB, f forgery) []byte {
	t.Helper()
	p := plain(t, 1)
	if f.kind == "Sign" { // which is no seal, so that none may be declared
		data, _ := p.Entry("OFD.xml")
		none := bytes.Replace(data, []byte(`"YX_QZSL">1<`), []byte(`"YX_QZSL">0<`), 1)
		if err := p.Put("OFD.xml", none); err != nil {
			t.Fatal(err)
		}
	}
	w.sign(t, p, "a", nil)
	l := takeApart(p)
	f.fill(w)
	xml := string(l.files[sign0+"/Signature.xml"])
	if f.kind == "Sign" && f.manifest == nil {
		xml = pictures().ReplaceAllString(xml, "")
	}
	if f.manifest != nil {
		xml = f.manifest(xml)
	}
	xml = string(bytes.Replace([]byte(xml), digest64(w.seals["a"]), digest64(f.seal), 1))
	l.put(sign0+"/Seal.esl", f.seal)
	l.put(sign0+"/Signature.xml", []byte(xml))
	if f.kind != "" {
		l.replace(t, list, `Type="Seal"`, `Type="`+f.kind+`"`)
	}
	if f.value != nil {
		l.put(sign0+"/SignedValue.dat", f.value([]byte(xml)))
		return l.zip(t)
	}
	hash := ses.Digest([]byte(xml))
	tbs := marshal(t, struct {
		Version  int
		Seal     asn1.RawValue
		Time     time.Time `asn1:"generalized"`
		Hash     asn1.BitString
		Property string `asn1:"ia5"`
	}{f.version, asn1.RawValue{FullBytes: f.seal}, f.at, bits(hash[:]), f.property})
	value, err := f.signer.Sign(tbs)
	if err != nil {
		t.Fatal(err)
	}
	sig := struct {
		TBS       asn1.RawValue
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
		Value     asn1.BitString
		Stamp     asn1.BitString `asn1:"optional,explicit,tag:0"`
	}{asn1.RawValue{FullBytes: tbs}, f.cert, f.algorithm, bits(value), asn1.BitString{}}
	if f.stamp != nil {
		sig.Stamp = bits(f.stamp(value))
	}
	l.put(sign0+"/SignedValue.dat", marshal(t, sig))
	return l.zip(t)
}

// pictures are the parts of Signature.xml that show a seal.
func pictures() *regexp.Regexp {
	return regexp.MustCompile(`<ofd:StampAnnot [^>]*/>|<ofd:Seal>.*?</ofd:Seal>`)
}

func (f *forgery) fill(w *world) {
	if f.seal == nil {
		f.seal = w.seals["a"]
	}
	if f.signer == nil {
		f.signer = w.signers["a"]
	}
	if f.cert == nil {
		f.cert = f.signer.Cert()
	}
	if f.at.IsZero() {
		f.at = signed
	}
	if f.property == "" {
		f.property = "/" + sign0 + "/Signature.xml"
	}
	if f.version == 0 {
		f.version = 4
	}
	if f.algorithm == nil {
		f.algorithm = ses.OIDSM2WithSM3()
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func bits(b []byte) asn1.BitString { return asn1.BitString{Bytes: b, BitLength: 8 * len(b)} }

func digest64(b []byte) []byte {
	sum := ses.Digest(b)
	return []byte(base64.StdEncoding.EncodeToString(sum[:]))
}

// swap replaces text of Signature.xml and fails when it is not there.
func swap(t testing.TB, old, with string) func(string) string {
	return func(xml string) string {
		t.Helper()
		out := bytes.Replace([]byte(xml), []byte(old), []byte(with), 1)
		if string(out) == xml {
			t.Errorf("Signature.xml does not hold %q", old)
		}
		return string(out)
	}
}

// forgedAttacks are signatures that the signing side refuses to make.
func forgedAttacks() []attack {
	return attacksOf(forgeries(), func(verdict string) bool { return verdict != verify.Valid })
}

type forgedCase struct {
	name    string
	forge   func(testing.TB, *world) forgery
	verdict string
	want    []string
}

func forgeries() []forgedCase {
	return []forgedCase{
		{"nothing forged", func(t testing.TB, w *world) forgery { return forgery{} }, verify.Valid, nil},
		{"signer not in the seal", func(t testing.TB, w *world) forgery { return forgery{signer: w.signers["b"]} },
			verify.Invalid, []string{"SIGNER_NOT_IN_SEAL s001"}},
		{"signer's certificate renewed", func(t testing.TB, w *world) forgery {
			old := w.signers["a"]
			w.cert(t, "a", gm.SealSigner, made, made.AddDate(5, 0, 0))
			renewed := w.signers["a"]
			w.signers["a"] = old
			return forgery{signer: renewed}
		}, verify.Invalid, []string{"SIGNER_NOT_IN_SEAL/renewed s001"}},
		{"after the seal's period", func(t testing.TB, w *world) forgery {
			w.seal(t, "a", "a", "maker", func(in *ses.SealInfo) { in.ValidTo = made.AddDate(1, 0, 0) })
			w.seal(t, "short", "a", "maker", func(in *ses.SealInfo) { in.ValidTo = signed.AddDate(0, 0, -1) })
			return forgery{seal: w.seals["short"]}
		}, verify.Invalid, []string{"SEAL_PERIOD s001"}},
		{"before the seal's period", func(t testing.TB, w *world) forgery {
			w.seal(t, "later", "a", "maker", func(in *ses.SealInfo) { in.ValidFrom = signed.AddDate(0, 0, 1) })
			return forgery{seal: w.seals["later"]}
		}, verify.Invalid, []string{"SEAL_PERIOD s001"}},
		{"signer's certificate expired", func(t testing.TB, w *world) forgery {
			w.cert(t, "old", gm.SealSigner, made.AddDate(-1, 0, 0), signed.AddDate(0, 0, -1))
			w.seal(t, "old", "old", "maker", nil)
			return forgery{seal: w.seals["old"], signer: w.signers["old"]}
		}, verify.Invalid, []string{"SIGNER_CERT/period s001"}},
		{"seal changed after making", func(t testing.TB, w *world) forgery {
			return forgery{seal: bytes.Replace(w.seals["a"], []byte("35010000a"), []byte("35010000z"), 1)}
		}, verify.Invalid, []string{"SEAL_SIGNATURE s001"}},
		{"seal made by a stranger", func(t testing.TB, w *world) forgery {
			stranger := newWorld(t)
			w.signers["stranger"] = stranger.signers["maker"]
			w.seal(t, "alien", "a", "stranger", nil)
			return forgery{seal: w.seals["alien"]}
		}, verify.Untrusted, []string{"SEAL_MAKER_CERT/anchor s001"}},
		{"wrong key under a good certificate", func(t testing.TB, w *world) forgery {
			return forgery{signer: w.signers["b"], cert: w.signers["a"].Cert()}
		}, verify.Invalid, []string{"SIGN_VALUE s001"}},
		{"algorithm of another kind", func(t testing.TB, w *world) forgery {
			return forgery{algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}}
		}, verify.Invalid, []string{"SIGN_VALUE/algorithm s001"}},
		{"certificate unreadable", func(t testing.TB, w *world) forgery { return forgery{cert: []byte{1}} },
			verify.Invalid, []string{"SIGNER_NOT_IN_SEAL s001", "SIGNER_CERT/format s001"}},
		{"version 5", func(t testing.TB, w *world) forgery { return forgery{version: 5} },
			verify.Invalid, []string{"FORMAT_SES/version s001"}},
		{"another place", func(t testing.TB, w *world) forgery { return forgery{property: "/" + sign1 + "/Signature.xml"} },
			verify.Invalid, []string{"PROPERTY s001"}},
		{"place without slash", func(t testing.TB, w *world) forgery { return forgery{property: sign0 + "/Signature.xml"} },
			verify.Valid, nil},
		{"page unknown", func(t testing.TB, w *world) forgery { return forgery{manifest: swap(t, `PageRef="`, `PageRef="9`)} },
			verify.Invalid, []string{"STAMP_PAGE s001"}},
		{"weak method", func(t testing.TB, w *world) forgery { return forgery{manifest: swap(t, "1.2.156.10197.1.401", "MD5")} },
			verify.Invalid, []string{"CHECK_METHOD/weak s001"}},
		{"unknown method", func(t testing.TB, w *world) forgery { return forgery{manifest: swap(t, "1.2.156.10197.1.401", "CRC")} },
			verify.Invalid, []string{"CHECK_METHOD/unknown s001"}},
		{"method by its name", func(t testing.TB, w *world) forgery { return forgery{manifest: swap(t, "1.2.156.10197.1.401", "sm3")} },
			verify.Valid, nil},
		{"reference left out", func(t testing.TB, w *world) forgery {
			return forgery{manifest: swap(t, `FileRef="/`+page0, `FileRef="/OFD.xml" Was="`)}
		}, verify.Invalid, []string{"REF_DIGEST s001 OFD.xml", "COVERAGE/file " + page0}},
		{"reference escapes", func(t testing.TB, w *world) forgery {
			return forgery{manifest: swap(t, `FileRef="/`+page0, `FileRef="/../etc/passwd" Was="`)}
		}, verify.Invalid, []string{"REF_MISSING s001 /../etc/passwd", "COVERAGE/file " + page0}},
		{"seal file elsewhere", func(t testing.TB, w *world) forgery {
			return forgery{manifest: swap(t, "<ofd:BaseLoc>/"+sign0, "<ofd:BaseLoc>/Doc_0/Signs/Sign_7")}
		}, verify.Invalid, []string{"SEAL_FILE/missing s001"}},
		{"made-up time stamp", func(t testing.TB, w *world) forgery {
			return forgery{stamp: func([]byte) []byte { return []byte("stamp") }}
		}, verify.Valid, []string{"TIMESTAMP/format s001"}},
	}
}

// attacksOf makes attacks of the cases with some verdicts.
func attacksOf(cases []forgedCase, chosen func(verdict string) bool) []attack {
	var out []attack
	for _, c := range cases {
		if !chosen(c.verdict) {
			continue
		}
		// One seal was set and the list left open, which a note tells.
		want := slices.Clone(c.want)
		at := len(want)
		if at > 0 && want[at-1] == "STAMP_PAGE s001" {
			at--
		}
		want = slices.Insert(want, at, "LIST_OPEN")
		out = append(out, attack{name: c.name, verdict: c.verdict, want: want, make: func(t testing.TB, w *world) ([]byte, verify.Options) {
			t.Helper()
			return w.forge(t, c.forge(t, w)), w.options(t)
		}})
	}
	return out
}

// What is odd and harmless stays valid.
func TestHarmlessSignatures(t *testing.T) {
	t.Parallel()
	for _, a := range attacksOf(forgeries(), func(verdict string) bool { return verdict == verify.Valid }) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			file, o := a.make(t, newWorld(t))
			expect(t, verify.File(file, o), a.verdict, a.want...)
		})
	}
}
