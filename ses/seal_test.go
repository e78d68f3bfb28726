package ses_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ses"
)

func TestMakeSealRoundTrip(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, byDigest := range []bool{false, true} {
		info := k.info("3501000001", k.a)
		info.ByDigest = byDigest
		info.Extensions = []ses.Extension{{ID: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte("x")}}
		seal, err := ses.ParseSeal(k.seal(t, info))
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := seal.VerifyMaker(); !ok || err != nil {
			t.Errorf("maker's signature: %v %v", ok, err)
		}
		if seal.ID != info.ID || seal.Name != info.Name || seal.VendorID != info.VendorID || seal.Type != 1 || seal.Version != 4 {
			t.Errorf("read back %+v", seal)
		}
		if !seal.ValidFrom.Equal(info.ValidFrom) || !seal.ValidTo.Equal(info.ValidTo) || !seal.Created.Equal(info.Created) {
			t.Error("times changed")
		}
		if seal.Picture.Type != "png" || seal.Picture.Width != 42 || !bytes.Equal(seal.Picture.Data, info.Picture.Data) {
			t.Error("picture changed")
		}
		if len(seal.Extensions) != 1 || string(seal.Extensions[0].Value) != "x" {
			t.Errorf("extensions: %v", seal.Extensions)
		}
		if !seal.Admits(k.a.Cert()) || seal.Admits(k.b.Cert()) {
			t.Error("list of signers is wrong")
		}
	}
}

// The tags are what makers of seals in the field write; readers depend on them.
func TestSealTags(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var top, info, property, picture []asn1.RawValue
	parts := func(der []byte) (list []asn1.RawValue) {
		t.Helper()
		if _, err := asn1.Unmarshal(der, &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	tags := func(list []asn1.RawValue) (out []int) {
		for _, v := range list {
			out = append(out, v.Tag)
		}
		return out
	}
	top = parts(k.sealA)
	info = parts(top[0].FullBytes)
	property = parts(info[2].FullBytes)
	picture = parts(info[3].FullBytes)
	for _, c := range []struct {
		name string
		got  []asn1.RawValue
		want []int
	}{
		{"seal", top, []int{asn1.TagSequence, asn1.TagOctetString, asn1.TagOID, asn1.TagBitString}},
		{"info", info, []int{asn1.TagSequence, asn1.TagIA5String, asn1.TagSequence, asn1.TagSequence}},
		{"property", property, []int{asn1.TagInteger, asn1.TagUTF8String, asn1.TagInteger, asn1.TagSequence,
			asn1.TagGeneralizedTime, asn1.TagGeneralizedTime, asn1.TagGeneralizedTime}},
		{"picture", picture, []int{asn1.TagIA5String, asn1.TagOctetString, asn1.TagInteger, asn1.TagInteger}},
	} {
		got := tags(c.got)
		if len(got) != len(c.want) {
			t.Errorf("%s: tags %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: tags %v, want %v", c.name, got, c.want)
				break
			}
		}
	}
	if want := when.AddDate(0, -1, 0).Format("20060102150405") + "Z"; string(property[4].Bytes) != want {
		t.Errorf("creation date %s, want %s", property[4].Bytes, want)
	}
}

func TestMakeSealRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	cases := map[string]func(*ses.SealInfo){
		"no code":          func(in *ses.SealInfo) { in.ID = "" },
		"code not ASCII":   func(in *ses.SealInfo) { in.ID = "印章一" },
		"no certificate":   func(in *ses.SealInfo) { in.Certs = nil },
		"bad certificate":  func(in *ses.SealInfo) { in.Certs = [][]byte{{1, 2}} },
		"period backwards": func(in *ses.SealInfo) { in.ValidTo = in.ValidFrom.Add(-time.Hour) },
		"no picture":       func(in *ses.SealInfo) { in.Picture.Data = nil },
		"no size":          func(in *ses.SealInfo) { in.Picture.Width = 0 },
		"picture type":     func(in *ses.SealInfo) { in.Picture.Type = "exe" },
	}
	for name, spoil := range cases {
		info := k.info("1", k.a)
		spoil(&info)
		if _, err := ses.MakeSeal(info, k.maker); !errors.Is(err, &ses.Error{Code: ses.BadSeal}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// liar shows one certificate and signs with another key.
type liar struct {
	ses.Signer
	other ses.Signer
}

func (l liar) SignDigest(e [32]byte) ([]byte, error) { return l.other.SignDigest(e) }

func TestSignerIsNotBelieved(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, err := ses.MakeSeal(k.info("1", k.a), liar{k.maker, k.a})
	if !errors.Is(err, &ses.Error{Code: ses.SignerFailed}) {
		t.Errorf("seal by a wrong key: %v", err)
	}
}

func TestNewSealerRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, c := range []struct {
		name   string
		seal   []byte
		signer ses.Signer
		code   ses.Code
	}{
		{"signer not in seal", k.sealA, k.b, ses.NotInSeal},
		{"broken seal", k.sealA[1:], k.a, ses.BadSeal},
		{"a seal of version 1", k.oldSeal(t, k.a, 1, []byte("picture")), k.a, ses.Unsupported},
		{"nobody", k.sealA, nil, ses.SignerFailed},
	} {
		if _, err := ses.NewSealer(c.seal, c.signer); !errors.Is(err, &ses.Error{Code: c.code}) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestParseSealRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	version := func(v byte) []byte {
		return bytes.Replace(k.sealA, []byte("\x16\x02ES\x02\x01\x04"), []byte{0x16, 2, 'E', 'S', 2, 1, v}, 1)
	}
	cases := []struct {
		name string
		der  []byte
		code ses.Code
	}{
		{"empty", nil, ses.BadSeal},
		{"cut", k.sealA[:len(k.sealA)/2], ses.BadSeal},
		{"trailing", append(bytes.Clone(k.sealA), 0), ses.BadSeal},
		{"version 6", version(6), ses.Unsupported},
		{"version 1 in the structure of 4", version(1), ses.BadSeal},
		{"not a seal", []byte{0x30, 3, 2, 1, 1}, ses.BadSeal},
	}
	for _, c := range cases {
		if _, err := ses.ParseSeal(c.der); !errors.Is(err, &ses.Error{Code: c.code}) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestChangedSealFails(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	changed := bytes.Replace(k.sealA, []byte("3501000001"), []byte("3501000009"), 1)
	seal, err := ses.ParseSeal(changed)
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := seal.VerifyMaker(); ok {
		t.Error("a changed code keeps the maker's signature")
	}
}

func FuzzParseSeal(f *testing.F) {
	k := newKit(f)
	f.Add(k.sealA)
	f.Add(k.sealA[:200])
	f.Add(k.oldSeal(f, k.a, 1, []byte("picture")))
	f.Fuzz(func(t *testing.T, der []byte) {
		seal, err := ses.ParseSeal(der)
		if (seal == nil) == (err == nil) {
			t.Fatalf("seal %v with error %v", seal, err)
		}
		if err == nil {
			_, _ = seal.VerifyMaker()
			seal.Admits(der)
		}
	})
}
