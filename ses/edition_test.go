package ses_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// oldSeal is a seal after GM/T 0031-2014, which this package reads but never writes.
func (k *kit) oldSeal(t testing.TB, signer *gm.Signer, version int, picture []byte) []byte {
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
	type image struct {
		Type          string `asn1:"ia5"`
		Data          []byte
		Width, Height int
	}
	info := marshal(t, struct {
		Header   header
		ID       string `asn1:"ia5"`
		Property property
		Picture  image
	}{
		header{"ES", version, "YINXIN"}, "3501000009",
		property{1, "测试市数据管理局", [][]byte{signer.Cert()}, when.AddDate(0, -1, 0), when.AddDate(0, -1, 0), when.AddDate(3, 0, 0)},
		image{"PNG", picture, 42, 40},
	})
	type maker struct {
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
	}
	by := maker{k.maker.Cert(), ses.OIDSM2WithSM3()}
	value := k.signed(t, k.maker, marshal(t, struct {
		Info      asn1.RawValue
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
	}{asn1.RawValue{FullBytes: info}, by.Cert, by.Algorithm}))
	return marshal(t, struct {
		Info  asn1.RawValue
		Maker struct {
			Cert      []byte
			Algorithm asn1.ObjectIdentifier
			Value     asn1.BitString
		}
	}{asn1.RawValue{FullBytes: info}, struct {
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
		Value     asn1.BitString
	}{by.Cert, by.Algorithm, whole(value)}})
}

// oldSignature is SignedValue.dat after GM/T 0031-2014. timeInfo is DER.
func (k *kit) oldSignature(t testing.TB, seal []byte, signer *gm.Signer, version int, timeInfo []byte) []byte {
	t.Helper()
	tbs := marshal(t, struct {
		Version   int
		Seal      asn1.RawValue
		Time      asn1.RawValue
		Hash      asn1.BitString
		Property  string `asn1:"ia5"`
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
	}{version, asn1.RawValue{FullBytes: seal}, asn1.RawValue{FullBytes: timeInfo}, whole(make([]byte, 32)),
		"/Doc_0/Signs/Sign_0/Signature.xml", signer.Cert(), ses.OIDSM2WithSM3()})
	return marshal(t, struct {
		TBS   asn1.RawValue
		Value asn1.BitString
	}{asn1.RawValue{FullBytes: tbs}, whole(k.signed(t, signer, tbs))})
}

func (k *kit) signed(t testing.TB, signer *gm.Signer, msg []byte) []byte {
	t.Helper()
	value, err := signer.Sign(msg)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func whole(b []byte) asn1.BitString { return asn1.BitString{Bytes: b, BitLength: 8 * len(b)} }

func TestOldSeal(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, version := range []int{1, 2, 3} {
		der := k.oldSeal(t, k.a, version, []byte("picture"))
		seal, err := ses.ParseSeal(der)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := seal.VerifyMaker(); !ok || err != nil {
			t.Errorf("version %d: maker's signature: %v %v", version, ok, err)
		}
		if seal.Version != version || seal.ID != "3501000009" || seal.Picture.Type != "png" || seal.Picture.Height != 40 {
			t.Errorf("read %+v", seal)
		}
		if !seal.Admits(k.a.Cert()) || seal.Admits(k.b.Cert()) || !seal.ValidTo.Equal(when.AddDate(3, 0, 0)) {
			t.Error("signers or period are wrong")
		}
		// There the maker signs its own certificate too: in another's name the seal does not hold.
		other := bytes.Replace(der, k.maker.Cert(), k.b.Cert(), 1)
		if seal, err := ses.ParseSeal(other); err == nil {
			if ok, _ := seal.VerifyMaker(); ok {
				t.Error("the maker's certificate can be exchanged")
			}
		}
	}
}

// What makers put into timeInfo of version 1 differs; all of it means the same moment.
func TestOldSignature(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	seal := k.oldSeal(t, k.a, 1, []byte("picture"))
	bits := func(b []byte) []byte { return marshal(t, whole(b)) }
	utc, err := asn1.MarshalWithParams(when, "utc")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		time []byte
	}{
		{"text, time of China", bits([]byte("2026-03-02 17:30:15"))},
		{"digits, time of China", bits([]byte("20260302173015"))},
		{"text of a generalized time", bits([]byte("20260302093015Z"))},
		{"text of a UTC time", bits([]byte("260302093015Z"))},
		{"DER of a time", bits(utc)},
		{"no string around it", utc},
		{"octet string", marshal(t, []byte("2026-03-02 17:30:15"))},
		{"time stamp token", bits(token(t, when))},
	} {
		sig, err := ses.ParseSignature(k.oldSignature(t, seal, k.a, 1, c.time))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if ok, err := sig.VerifySigner(); !ok || err != nil {
			t.Errorf("%s: signature %v %v", c.name, ok, err)
		}
		if !sig.Time.Equal(when) || sig.Version != 1 || sig.Property != "/Doc_0/Signs/Sign_0/Signature.xml" || !bytes.Equal(sig.Cert, k.a.Cert()) {
			t.Errorf("%s: %+v", c.name, sig)
		}
	}
}

// token has the shape of a time stamp token and no signature.
func token(t testing.TB, at time.Time) []byte {
	t.Helper()
	tagged := func(der []byte) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
	}
	id := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	info := marshal(t, struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Method pkix.AlgorithmIdentifier
			Value  []byte
		}
		Serial int
		Time   time.Time `asn1:"generalized"`
	}{Version: 1, Policy: asn1.ObjectIdentifier{1, 2, 3}, Imprint: struct {
		Method pkix.AlgorithmIdentifier
		Value  []byte
	}{pkix.AlgorithmIdentifier{Algorithm: ses.OIDSM3()}, make([]byte, 32)}, Serial: 7, Time: at})
	type content struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	data := marshal(t, struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Encap   content
	}{3, []pkix.AlgorithmIdentifier{{Algorithm: ses.OIDSM3()}}, content{id, tagged(marshal(t, info))}})
	return marshal(t, content{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, tagged(data)})
}

func TestOldSignatureRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	text := marshal(t, whole([]byte("2026-03-02 17:30:15")))
	old := k.oldSeal(t, k.a, 1, []byte("picture"))
	for _, c := range []struct {
		name    string
		seal    []byte
		version int
		time    []byte
		code    ses.Code
	}{
		{"a seal of version 4", k.sealA, 1, text, ses.Unsupported},
		{"called version 4", old, 4, text, ses.Unsupported},
		{"called version 9", old, 9, text, ses.Unsupported},
		{"no time", old, 1, marshal(t, whole([]byte("yesterday"))), ses.BadSignature},
		{"empty time", old, 1, marshal(t, whole(nil)), ses.BadSignature},
		{"half a token", old, 1, marshal(t, whole([]byte{0x30, 2, 6, 0})), ses.BadSignature},
	} {
		if _, err := ses.ParseSignature(k.oldSignature(t, c.seal, k.a, c.version, c.time)); !errors.Is(err, &ses.Error{Code: c.code}) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

// Version 5 is version 4 with a time stamp on the seal (GM/T 0031-2025).
func TestVersion5(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	four := parts(t, k.sealA)
	info := bytes.Replace(four[0].FullBytes, []byte("\x16\x02ES\x02\x01\x04"), []byte("\x16\x02ES\x02\x01\x05"), 1)
	type flat struct {
		Body      asn1.RawValue
		Cert      []byte
		Algorithm asn1.ObjectIdentifier
		Value     asn1.BitString
		Stamp     asn1.BitString `asn1:"optional,explicit,tag:0"`
	}
	der := marshal(t, flat{asn1.RawValue{FullBytes: info}, k.maker.Cert(), ses.OIDSM2WithSM3(), whole(k.signed(t, k.maker, info)), whole([]byte("token"))})
	tbs := marshal(t, struct {
		Version  int
		Seal     asn1.RawValue
		Time     time.Time `asn1:"generalized"`
		Hash     asn1.BitString
		Property string `asn1:"ia5"`
	}{5, asn1.RawValue{FullBytes: der}, when, whole(make([]byte, 32)), "/x"})
	sig, err := ses.ParseSignature(marshal(t, flat{asn1.RawValue{FullBytes: tbs}, k.a.Cert(), ses.OIDSM2WithSM3(), whole(k.signed(t, k.a, tbs)), whole([]byte("second"))}))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := sig.VerifySigner(); !ok || err != nil {
		t.Errorf("signer: %v %v", ok, err)
	}
	if ok, err := sig.Seal.VerifyMaker(); !ok || err != nil {
		t.Errorf("maker: %v %v", ok, err)
	}
	if sig.Version != 5 || string(sig.Seal.Timestamp) != "token" || string(sig.Timestamp) != "second" {
		t.Errorf("%+v", sig)
	}
}

// Stamps finds the picture of a seal of either structure, and each place of one that stands on several pages.
func TestStamps(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	page := ofd.Page{Width: 210, Height: 297}
	p, err := ofd.Build(&ofd.Document{ID: "0123456789abcdef0123456789abcdef", Title: "t", Created: when, SignaturesExpected: 2, Pages: []ofd.Page{page, page}})
	if err != nil {
		t.Fatal(err)
	}
	if stamps, err := ses.Stamps(p); err != nil || len(stamps) != 0 {
		t.Errorf("unsigned: %v %v", stamps, err)
	}
	first, second := k.request(t, k.sealA, k.a), k.request(t, k.sealB, k.b)
	first.At[0].PageID = p.PageIDs()[1]
	second.At = ses.AcrossPages(p.PageIDs(), 210, 100, 42, 40)
	if err := ses.Sign(p, first, second); err != nil {
		t.Fatal(err)
	}
	// Another maker's file: the first seal is of the old structure.
	old := k.oldSeal(t, k.a, 1, []byte("old picture"))
	if err := p.Put("Doc_0/Signs/Sign_0/SignedValue.dat", k.oldSignature(t, old, k.a, 1, marshal(t, whole([]byte("20260302093015Z"))))); err != nil {
		t.Fatal(err)
	}
	stamps, err := ses.Stamps(p)
	if err != nil {
		t.Fatal(err)
	}
	picture := k.info("", k.b).Picture
	want := []ofd.Stamp{
		{Page: 1, Box: ofd.Box{X: 120, Y: 200.5, W: 42, H: 42}, Image: []byte("old picture"), Format: "png"},
		{Page: 0, Box: ofd.Box{X: 189, Y: 100, W: 42, H: 40}, Clip: &ofd.Box{W: 21, H: 40}, Image: picture.Data, Format: "png"},
		{Page: 1, Box: ofd.Box{X: 168, Y: 100, W: 42, H: 40}, Clip: &ofd.Box{X: 21, W: 21, H: 40}, Image: picture.Data, Format: "png"},
	}
	if len(stamps) != len(want) {
		t.Fatalf("%d stamps", len(stamps))
	}
	for i, w := range want {
		g := stamps[i]
		if g.Page != w.Page || g.Box != w.Box || !bytes.Equal(g.Image, w.Image) || g.Format != w.Format ||
			(g.Clip == nil) != (w.Clip == nil) || g.Clip != nil && *g.Clip != *w.Clip {
			t.Errorf("stamp %d: %+v, want %+v", i, g, w)
		}
	}
	edit(t, p, "Doc_0/Signs/Sign_1/Signature.xml", `Boundary="189 100`, `Boundary="NaN 100`)
	if _, err := ses.Stamps(p); !errors.Is(err, &ses.Error{Code: ses.BadStamp}) {
		t.Errorf("a stamp nowhere: %v", err)
	}
}
