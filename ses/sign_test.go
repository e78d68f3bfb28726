package ses_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// sign adds one seal and returns the parsed structure.
func sign(t *testing.T, p *ofd.Package, req ses.SignRequest, dir string) *ses.Signature {
	t.Helper()
	if err := ses.Sign(p, req); err != nil {
		t.Fatal(err)
	}
	sig, err := ses.ParseSignature(entry(t, p, dir+"/SignedValue.dat"))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestSignTwoSeals(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	first := sign(t, p, k.request(t, k.sealA, k.a), "Doc_0/Signs/Sign_0")
	req := k.request(t, k.sealB, k.b)
	req.Close = true
	second := sign(t, p, req, "Doc_0/Signs/Sign_1")

	for i, sig := range []*ses.Signature{first, second} {
		if ok, err := sig.VerifySigner(); !ok || err != nil {
			t.Errorf("signature %d: %v %v", i, ok, err)
		}
		if !sig.Time.Equal(when) || sig.Trailing != 0 || !ses.AlgorithmFits(sig.Algorithm) {
			t.Errorf("signature %d reads back as %+v", i, sig)
		}
	}
	frozen := entry(t, p, "Doc_0/Signs/Sign_0/Signature.xml")
	if sum := ses.Digest(frozen); !bytes.Equal(first.DataHash, sum[:]) || first.Property != "/Doc_0/Signs/Sign_0/Signature.xml" {
		t.Error("the signature is not bound to its Signature.xml")
	}
	if !bytes.Equal(entry(t, p, "Doc_0/Signs/Sign_0/Seal.esl"), k.sealA) {
		t.Error("Seal.esl differs from the seal")
	}
	list, err := ses.ReadList(p)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, it := range list.Items {
		ids = append(ids, it.ID+" "+it.Type+" "+it.Path)
	}
	if got := strings.Join(ids, "; "); got != "s001 Seal Doc_0/Signs/Sign_0/Signature.xml; s003 Seal Doc_0/Signs/Sign_1/Signature.xml" || list.MaxID != "s004" {
		t.Errorf("list: %s, max %s", got, list.MaxID)
	}
}

func TestReferencedFiles(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	sign(t, p, k.request(t, k.sealA, k.a), "Doc_0/Signs/Sign_0")
	req := k.request(t, k.sealB, k.b)
	req.Close = true
	sign(t, p, req, "Doc_0/Signs/Sign_1")
	base := []string{"/OFD.xml", "/Doc_0/Document.xml", "/Doc_0/Pages/Page_0/Content.xml"}
	for dir, want := range map[string][]string{
		"Doc_0/Signs/Sign_0": append(slices.Clone(base), "/Doc_0/Signs/Sign_0/Seal.esl"),
		"Doc_0/Signs/Sign_1": append(slices.Clone(base), "/Doc_0/Signs/Sign_0/Seal.esl", "/Doc_0/Signs/Sign_0/Signature.xml",
			"/Doc_0/Signs/Sign_0/SignedValue.dat", "/Doc_0/Signs/Signatures.xml", "/Doc_0/Signs/Sign_1/Seal.esl"),
	} {
		m, err := ses.ParseManifest(entry(t, p, dir+"/Signature.xml"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range m.References {
			got = append(got, r.File)
			data, ok := p.Entry(r.File)
			if sum := ses.Digest(data); !ok || !bytes.Equal(sum[:], r.Value) {
				t.Errorf("%s: digest of %s is wrong", dir, r.File)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s protects\n%v, want\n%v", dir, got, want)
		}
		if len(m.Stamps) != 1 || m.Stamps[0].Boundary != "120 200.5 42 42" || m.Stamps[0].PageRef != "4" {
			t.Errorf("%s: stamps %v", dir, m.Stamps)
		}
		if m.CheckMethod != "1.2.156.10197.1.401" || m.Method != "1.2.156.10197.1.501" || m.DateTime != "20260302093015Z" {
			t.Errorf("%s: %s %s %s", dir, m.CheckMethod, m.Method, m.DateTime)
		}
	}
}

// The schema fixes the order of elements; some readers depend on it.
func TestManifestOrder(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	sign(t, p, k.request(t, k.sealA, k.a), "Doc_0/Signs/Sign_0")
	text := string(entry(t, p, "Doc_0/Signs/Sign_0/Signature.xml"))
	at := -1
	for _, mark := range []string{"<ofd:SignedInfo>", "<ofd:Provider ", "<ofd:SignatureMethod>", "<ofd:SignatureDateTime>",
		"<ofd:References ", "<ofd:StampAnnot ", "<ofd:Seal>", "<ofd:SignedValue>"} {
		next := strings.Index(text, mark)
		if next <= at {
			t.Fatalf("%s stands out of order in %s", mark, text)
		}
		at = next
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	plain := func(*testing.T, *ofd.Package) {}
	cases := []struct {
		name  string
		spoil func(*ses.SignRequest)
		pack  func(*testing.T, *ofd.Package)
		code  ses.Code
	}{
		{"before the seal's period", func(r *ses.SignRequest) { r.Time = when.AddDate(-1, 0, 0) }, plain, ses.Period},
		{"after the seal's period", func(r *ses.SignRequest) { r.Time = when.AddDate(4, 0, 0) }, plain, ses.Period},
		{"unknown page", func(r *ses.SignRequest) { r.At[0].PageID = "5" }, plain, ses.BadStamp},
		{"no size", func(r *ses.SignRequest) { r.At[0].W = 0 }, plain, ses.BadStamp},
		{"wrong key", func(r *ses.SignRequest) { r.Sealer = k.sealer(t, k.sealA, liar{k.a, k.b}) }, plain, ses.SignerFailed},
		{"nobody", func(r *ses.SignRequest) { r.Sealer, r.At = nil, nil }, plain, ses.SignerFailed},
		{"a picture without a seal", func(r *ses.SignRequest) { r.Sealer, r.Signer = nil, k.a }, plain, ses.BadStamp},
		{"OFD.xml names no list", func(*ses.SignRequest) {}, func(t *testing.T, p *ofd.Package) {
			edit(t, p, "OFD.xml", "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", "")
		}, ses.BadPackage},
		{"OFD.xml empty", func(*ses.SignRequest) {}, func(t *testing.T, p *ofd.Package) {
			_ = p.Put("OFD.xml", nil)
		}, ses.BadPackage},
		{"document type", func(*ses.SignRequest) {}, func(t *testing.T, p *ofd.Package) {
			edit(t, p, "OFD.xml", "<?xml", "<!DOCTYPE a><?xml")
		}, ses.BadPackage},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, req := bare(t), k.request(t, k.sealA, k.a)
			c.pack(t, p)
			c.spoil(&req)
			before := len(p.Names())
			// The first would do: a refusal of the second takes it back too.
			if err := ses.Sign(p, k.request(t, k.sealB, k.b), req); !errors.Is(err, &ses.Error{Code: c.code}) {
				t.Errorf("err = %v, want %s", err, c.code)
			}
			if len(p.Names()) != before {
				t.Error("a refused signature left files behind")
			}
		})
	}
}

func TestClosedListStaysClosed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	req := k.request(t, k.sealA, k.a)
	req.Close = true
	sign(t, p, req, "Doc_0/Signs/Sign_0")
	if err := ses.Sign(p, k.request(t, k.sealB, k.b)); !errors.Is(err, &ses.Error{Code: ses.Closed}) {
		t.Errorf("err = %v, want closed", err)
	}
}

// Several signatures in one call leave the very files that one call each would,
// but for signature values, and the platform's closes the list without a seal.
func TestSignInOneCall(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	requests := []ses.SignRequest{k.request(t, k.sealA, k.a), k.request(t, k.sealB, k.b),
		{Signer: k.maker, Time: when, Provider: "Yinxin", Close: true}}
	together, apart := bare(t), bare(t)
	if err := ses.Sign(together, requests...); err != nil {
		t.Fatal(err)
	}
	for _, req := range requests {
		if err := ses.Sign(apart, req); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(together.Names(), apart.Names()) {
		t.Errorf("files %v, apart %v", together.Names(), apart.Names())
	}
	list, err := ses.ReadList(together)
	if err != nil || len(list.Items) != 3 || list.Items[2].Type != "Sign" || list.Items[2].ID != "s005" || list.MaxID != "s005" {
		t.Fatalf("list %+v: %v", list, err)
	}
	if a, b := entry(t, together, list.Path), entry(t, apart, list.Path); !bytes.Equal(a, b) {
		t.Errorf("list\n%s\napart\n%s", a, b)
	}
	for i, item := range list.Items {
		m, err := ses.ParseManifest(entry(t, together, item.Path))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range m.References {
			if sum := ses.Digest(entry(t, together, r.File)); !bytes.Equal(sum[:], r.Value) {
				t.Errorf("signature %d: digest of %s is wrong", i, r.File)
			}
		}
		if m.Protects(together, item.Path, list.Path) != (i == 2) || (m.SealLoc == "") != (i == 2) {
			t.Errorf("signature %d protects the list or has a seal where it should not", i)
		}
	}
	if err := ses.Sign(together, requests[0]); !errors.Is(err, &ses.Error{Code: ses.Closed}) {
		t.Errorf("after closing: %v", err)
	}
	if err := ses.Sign(bare(t), requests[2], requests[0]); !errors.Is(err, &ses.Error{Code: ses.Closed}) {
		t.Errorf("closing first: %v", err)
	}
}

// The folder of a signature may have a name of another length than usual, which
// the digest kept by a Sealer is not for.
func TestSignInAnotherFolder(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	for i := range 10 {
		if err := p.Put("Doc_0/Signs/Sign_"+strconv.Itoa(i)+"/left.behind", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	sig := sign(t, p, k.request(t, k.sealA, k.a), "Doc_0/Signs/Sign_10")
	if ok, err := sig.VerifySigner(); !ok || err != nil {
		t.Errorf("signature: %v %v", ok, err)
	}
}

// One Sealer signs for many at once.
func TestSealerIsShared(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	info := k.info("3501000003", k.a)
	info.ByDigest = true
	req := k.request(t, k.seal(t, info), k.a)
	var group sync.WaitGroup
	for range 8 {
		p := bare(t)
		group.Go(func() {
			if err := ses.Sign(p, req); err != nil {
				t.Error(err)
				return
			}
			der, _ := p.Entry("Doc_0/Signs/Sign_0/SignedValue.dat")
			sig, err := ses.ParseSignature(der)
			if err != nil {
				t.Error(err)
				return
			}
			if ok, err := sig.VerifySigner(); !ok || err != nil {
				t.Errorf("signature: %v %v", ok, err)
			}
		})
	}
	group.Wait()
}

func TestTimestampIsStored(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	req := k.request(t, k.sealA, k.a)
	var stamped []byte
	req.Timestamp = func(sig []byte) ([]byte, error) { stamped = sig; return []byte("token"), nil }
	got := sign(t, p, req, "Doc_0/Signs/Sign_0")
	if string(got.Timestamp) != "token" || !bytes.Equal(stamped, got.Value) {
		t.Errorf("token %q over %x", got.Timestamp, stamped)
	}
	req.Timestamp = func([]byte) ([]byte, error) { return nil, errors.New("no connection") }
	if err := ses.Sign(bare(t), req); !errors.Is(err, &ses.Error{Code: ses.SignerFailed}) {
		t.Errorf("err = %v", err)
	}
}

// parts splits SignedValue.dat for tests that rebuild it in a vendor's form.
func parts(t testing.TB, der []byte) []asn1.RawValue {
	t.Helper()
	var list []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestVendorForms(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := bare(t)
	base := sign(t, p, k.request(t, k.sealA, k.a), "Doc_0/Signs/Sign_0")
	whole := entry(t, p, "Doc_0/Signs/Sign_0/SignedValue.dat")
	list := parts(t, whole)
	bits := func(b []byte) asn1.RawValue {
		return asn1.RawValue{FullBytes: marshal(t, asn1.BitString{Bytes: b, BitLength: 8 * len(b)})}
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(base.Value, &rs); err != nil {
		t.Fatal(err)
	}
	raw := append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
	token := []byte("token")
	ext := asn1.RawValue{FullBytes: marshal(t, []struct {
		ID    asn1.ObjectIdentifier
		Value []byte
	}{{asn1.ObjectIdentifier{1, 2, 3}, []byte("v")}})}
	tagged := func(v asn1.RawValue) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: v.FullBytes}
	}
	tbs := parts(t, list[0].FullBytes)
	resign := func(extra asn1.RawValue) []byte {
		der := marshal(t, append(slices.Clone(tbs), extra))
		sig, err := k.a.Sign(der)
		if err != nil {
			t.Fatal(err)
		}
		return marshal(t, []asn1.RawValue{{FullBytes: der}, list[1], list[2], bits(sig)})
	}
	cases := []struct {
		name   string
		der    []byte
		stamp  bool
		extras int
		tail   int
	}{
		{"as written", whole, false, 0, 0},
		{"raw r and s", marshal(t, []asn1.RawValue{list[0], list[1], list[2], bits(raw)}), false, 0, 0},
		{"plain time stamp", marshal(t, append(slices.Clone(list), bits(token))), true, 0, 0},
		{"tagged time stamp", marshal(t, append(slices.Clone(list), tagged(bits(token)))), true, 0, 0},
		{"plain extensions", resign(ext), false, 1, 0},
		{"tagged extensions", resign(tagged(ext)), false, 1, 0},
		{"bytes after the end", append(bytes.Clone(whole), 0, 0), false, 0, 2},
	}
	for _, c := range cases {
		sig, err := ses.ParseSignature(c.der)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if ok, err := sig.VerifySigner(); !ok || err != nil {
			t.Errorf("%s: signature %v %v", c.name, ok, err)
		}
		if (sig.Timestamp != nil) != c.stamp || len(sig.Extensions) != c.extras || sig.Trailing != c.tail {
			t.Errorf("%s: stamp %q, %d extensions, %d trailing", c.name, sig.Timestamp, len(sig.Extensions), sig.Trailing)
		}
	}
	v1 := marshal(t, []asn1.RawValue{list[0], list[3]})
	if _, err := ses.ParseSignature(v1); !errors.Is(err, &ses.Error{Code: ses.Unsupported}) {
		t.Errorf("version 1: %v", err)
	}
}

func FuzzParseSignature(f *testing.F) {
	k := newKit(f)
	p := bare(f)
	if err := ses.Sign(p, k.request(f, k.sealA, k.a)); err != nil {
		f.Fatal(err)
	}
	f.Add(entry(f, p, "Doc_0/Signs/Sign_0/SignedValue.dat"))
	old := k.oldSeal(f, k.a, 1, []byte("picture"))
	f.Add(k.oldSignature(f, old, k.a, 1, marshal(f, whole([]byte("2026-03-02 17:30:15")))))
	f.Add(k.oldSignature(f, old, k.a, 1, marshal(f, whole(token(f, when)))))
	f.Fuzz(func(t *testing.T, der []byte) {
		sig, err := ses.ParseSignature(der)
		if (sig == nil) == (err == nil) {
			t.Fatalf("signature %v with error %v", sig, err)
		}
		if err == nil {
			_, _ = sig.VerifySigner()
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	k := newKit(f)
	p := bare(f)
	if err := ses.Sign(p, k.request(f, k.sealA, k.a)); err != nil {
		f.Fatal(err)
	}
	f.Add(entry(f, p, "Doc_0/Signs/Sign_0/Signature.xml"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ses.ParseManifest(data)
		if err == nil {
			m.Protects(p, "Doc_0/Signs/Sign_0/Signature.xml", "OFD.xml")
		}
	})
}

// Whatever a file says of its signatures, what is read of it is an answer or an error.
func FuzzStamps(f *testing.F) {
	k := newKit(f)
	p := bare(f)
	if err := ses.Sign(p, k.request(f, k.sealA, k.a)); err != nil {
		f.Fatal(err)
	}
	names := [...]string{"Doc_0/Signs/Signatures.xml", "Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/SignedValue.dat"}
	f.Add(entry(f, p, names[0]), entry(f, p, names[1]), entry(f, p, names[2]))
	f.Fuzz(func(t *testing.T, list, manifest, value []byte) {
		q := p.Clone()
		for i, data := range [][]byte{list, manifest, value} {
			if err := q.Put(names[i], data); err != nil {
				t.Fatal(err)
			}
		}
		before := len(q.Names())
		_, _ = ses.Stamps(q)
		if err := ses.Sign(q, ses.SignRequest{Signer: k.b, Time: when}); err != nil && len(q.Names()) != before {
			t.Fatalf("files left behind by %v", err)
		}
	})
}

// A file of 120 KB whose parts have been digested before, as those of a template
// are, and a seal with a picture of 20 KB.
func BenchmarkSign(b *testing.B) {
	k := newKit(b)
	info := k.info("1", k.a)
	info.Picture.Data = bytes.Repeat([]byte("picture!"), 20<<10/8)
	req := k.request(b, k.seal(b, info), k.a)
	req.Close = true
	doc := &ofd.Document{ID: strings.Repeat("0a", 16), Title: "测试证照", Created: when, SignaturesExpected: 1,
		Pages: []ofd.Page{{Width: 210, Height: 297, Content: []ofd.Object{ofd.QR{X: 10, Y: 10, W: 30, Value: "YX"}}}}}
	for i := range 20 {
		doc.Attachments = append(doc.Attachments, ofd.Attachment{Name: "part" + strconv.Itoa(i), Format: "dat", Data: bytes.Repeat([]byte{byte(i)}, 5<<10)})
	}
	base, err := ofd.Build(doc)
	if err != nil {
		b.Fatal(err)
	}
	req.At[0].PageID = base.PageIDs()[0]
	b.ReportAllocs()
	for b.Loop() {
		p := base.Clone()
		if err := ses.Sign(p, req); err != nil {
			b.Fatal(err)
		}
	}
}
