package ses_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
)

var when = time.Date(2026, 3, 2, 9, 30, 15, 0, time.UTC)

// kit is a small world: a CA, a maker of seals and two units that sign.
type kit struct {
	ks           *gm.KeyStore
	maker, a, b  *gm.Signer
	sealA, sealB []byte
}

func newKit(t testing.TB) *kit {
	t.Helper()
	ks, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gm.NewCA(ks, "root", "测试根", when.AddDate(-1, 0, 0), 20); err != nil {
		t.Fatal(err)
	}
	k := &kit{ks: ks}
	k.maker = k.signer(t, "maker", gm.SealMaker)
	k.a = k.signer(t, "unit-a", gm.SealSigner)
	k.b = k.signer(t, "unit-b", gm.SealSigner)
	k.sealA = k.seal(t, k.info("3501000001", k.a))
	k.sealB = k.seal(t, k.info("3501000002", k.b))
	return k
}

func (k *kit) signer(t testing.TB, id string, usage gm.Usage) *gm.Signer {
	t.Helper()
	_, err := gm.IssueCert(k.ks, "root", id, gm.CertRequest{CommonName: id, Usage: usage,
		NotBefore: when.AddDate(0, -6, 0), NotAfter: when.AddDate(5, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.ks.Signer(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *kit) info(id string, signer *gm.Signer) ses.SealInfo {
	return ses.SealInfo{
		VendorID: "YINXIN", ID: id, Type: 1, Name: "测试市数据管理局电子证照专用章",
		Certs: [][]byte{signer.Cert()}, Created: when.AddDate(0, -1, 0),
		ValidFrom: when.AddDate(0, -1, 0), ValidTo: when.AddDate(3, 0, 0),
		Picture: ses.Picture{Type: "png", Data: []byte("\x89PNG not really"), Width: 42, Height: 42},
	}
}

func (k *kit) seal(t testing.TB, info ses.SealInfo) []byte {
	t.Helper()
	der, err := ses.MakeSeal(info, k.maker)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (k *kit) request(seal []byte, signer ses.Signer) ses.SignRequest {
	return ses.SignRequest{Seal: seal, Signer: signer, Time: when, Provider: "Yinxin",
		Stamps: []ses.Stamp{{PageID: "4", X: 120, Y: 200.5, W: 42, H: 42}}}
}

// bag is the smallest package that can be signed.
type bag struct {
	names []string
	files map[string][]byte
}

func newBag() *bag {
	p := &bag{files: map[string][]byte{}}
	for _, f := range [][2]string{
		{"OFD.xml", `<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>`},
		{"Doc_0/Document.xml", `<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages><ofd:Page ID="4" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>`},
		{"Doc_0/Pages/Page_0/Content.xml", `<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"/>`},
	} {
		_ = p.Put(f[0], []byte(f[1]))
	}
	return p
}

func (p *bag) Names() []string { return slices.Clone(p.names) }

func (p *bag) Entry(name string) ([]byte, bool) {
	data, ok := p.files[strings.TrimPrefix(name, "/")]
	return data, ok
}

func (p *bag) Put(name string, data []byte) error {
	if _, ok := p.files[name]; !ok {
		p.names = append(p.names, name)
	}
	p.files[name] = bytes.Clone(data)
	return nil
}

func (p *bag) must(t *testing.T, name string) []byte {
	t.Helper()
	data, ok := p.files[name]
	if !ok {
		t.Fatalf("no file %s among %v", name, p.names)
	}
	return data
}
