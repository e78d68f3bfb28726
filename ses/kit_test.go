package ses_test

import (
	"archive/zip"
	"bytes"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
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

func (k *kit) sealer(t testing.TB, seal []byte, signer ses.Signer) *ses.Sealer {
	t.Helper()
	s, err := ses.NewSealer(seal, signer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *kit) request(t testing.TB, seal []byte, signer ses.Signer) ses.SignRequest {
	t.Helper()
	return ses.SignRequest{Sealer: k.sealer(t, seal, signer), Time: when, Provider: "Yinxin",
		At: []ses.Placement{{PageID: "4", Box: ofd.Box{X: 120, Y: 200.5, W: 42, H: 42}}}}
}

// bare is the smallest package that can be signed.
func bare(t testing.TB) *ofd.Package {
	t.Helper()
	return open(t,
		"OFD.xml", `<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>`,
		"Doc_0/Document.xml", `<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages><ofd:Page ID="4" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>`,
		"Doc_0/Pages/Page_0/Content.xml", `<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"/>`)
}

// open reads a package of the files given as names and contents.
func open(t testing.TB, files ...string) *ofd.Package {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i := 0; i < len(files); i += 2 {
		f, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p, err := ofd.Read(buf.Bytes(), ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// entry gives a file that must be there.
func entry(t testing.TB, p *ofd.Package, name string) []byte {
	t.Helper()
	data, ok := p.Entry(name)
	if !ok {
		t.Fatalf("no file %s among %v", name, p.Names())
	}
	return data
}

// edit replaces text of a file.
func edit(t testing.TB, p *ofd.Package, name, old, with string) {
	t.Helper()
	if err := p.Put(name, bytes.Replace(entry(t, p, name), []byte(old), []byte(with), 1)); err != nil {
		t.Fatal(err)
	}
}
