package verify_test

import (
	"bytes"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// oldSeal is a seal of unit a after GM/T 0031-2014, good until a time.
func (w *world) oldSeal(t *testing.T, until time.Time) []byte {
	t.Helper()
	type header struct {
		Mark    string `asn1:"ia5"`
		Version int
		Vendor  string `asn1:"ia5"`
	}
	type property struct {
		Type              int
		Name              string `asn1:"utf8"`
		Certs             [][]byte
		Created, From, To time.Time `asn1:"utc"`
	}
	type picture struct {
		Type          string `asn1:"ia5"`
		Data          []byte
		Width, Height int
	}
	type maker struct {
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
	}
	info := asn1.RawValue{FullBytes: marshal(t, struct {
		Header   header
		ID       string `asn1:"ia5"`
		Property property
		Picture  picture
	}{header{"ES", 1, "OTHER"}, "35010000a", property{1, "测试专用章 a", [][]byte{w.signers["a"].Cert()}, made, made, until},
		picture{"png", []byte("\x89PNG"), 40, 40}})}
	by := maker{w.signers["maker"].Cert(), ses.OIDSM2WithSM3()}
	value := w.value(t, w.signers["maker"], marshal(t, struct {
		Info      asn1.RawValue
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
	}{info, by.Cert, by.Algorithm}))
	return marshal(t, struct {
		Info  asn1.RawValue
		Maker struct {
			Cert      []byte
			Algorithm asn1.ObjectIdentifier
			Value     asn1.BitString
		}
	}{info, struct {
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
		Value     asn1.BitString
	}{by.Cert, by.Algorithm, bits(value)}})
}

func (w *world) value(t *testing.T, s *gm.Signer, msg []byte) []byte {
	t.Helper()
	value, err := s.Sign(msg)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// oldValue is SignedValue.dat of the same text, with the time as makers wrote it: in China's time, as text.
func (w *world) oldValue(t *testing.T, seal []byte, signer string, frozen []byte) []byte {
	t.Helper()
	hash := ses.Digest(frozen)
	tbs := marshal(t, struct {
		Version   int
		Seal      asn1.RawValue
		Time      asn1.BitString
		Hash      asn1.BitString
		Property  string `asn1:"ia5"`
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
	}{1, asn1.RawValue{FullBytes: seal}, bits([]byte(signed.Add(8 * time.Hour).Format(time.DateTime))), bits(hash[:]),
		"/" + sign0 + "/Signature.xml", w.signers[signer].Cert(), ses.OIDSM2WithSM3()})
	return marshal(t, struct {
		TBS   asn1.RawValue
		Value asn1.BitString
	}{asn1.RawValue{FullBytes: tbs}, bits(w.value(t, w.signers[signer], tbs))})
}

// Files sealed after GM/T 0031-2014 are judged by the same rules.
func TestOldEdition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		name    string
		until   time.Time
		signer  string
		spoil   func([]byte) []byte
		verdict string
		want    []string
	}{
		{"in order", made.AddDate(3, 0, 0), "a", nil, verify.Valid, []string{"LIST_OPEN"}},
		{"seal expired", signed.Add(-time.Hour), "a", nil, verify.Invalid, []string{"SEAL_PERIOD s001", "LIST_OPEN"}},
		{"signer not in the seal", made.AddDate(3, 0, 0), "b", nil, verify.Invalid, []string{"SIGNER_NOT_IN_SEAL s001", "LIST_OPEN"}},
		{"time changed", made.AddDate(3, 0, 0), "a", func(der []byte) []byte {
			return bytes.Replace(der, []byte("2026-03-02 17"), []byte("2026-03-02 16"), 1)
		}, verify.Invalid, []string{"SIGN_VALUE s001", "LIST_OPEN"}},
		{"seal renamed", made.AddDate(3, 0, 0), "a", func(der []byte) []byte {
			return bytes.Replace(der, []byte("35010000a"), []byte("35010000z"), 1)
		}, verify.Invalid, []string{"SEAL_SIGNATURE s001", "SIGN_VALUE s001", "SEAL_FILE s001", "LIST_OPEN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seal := w.oldSeal(t, c.until)
			file := w.forge(t, forgery{seal: seal, value: func(frozen []byte) []byte {
				der := w.oldValue(t, seal, c.signer, frozen)
				if c.spoil != nil {
					der = c.spoil(der)
				}
				return der
			}})
			r := verify.File(file, w.options(t))
			expect(t, r, c.verdict, c.want...)
			if s := r.Seals[0]; c.spoil == nil && (!s.SignedAt.Equal(signed) || s.Name != "测试专用章 a" || s.TimeTrusted) {
				t.Errorf("seal %+v", s)
			}
		})
	}
}
