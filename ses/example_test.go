package ses_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509/pkix"
	"fmt"
	"log"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// softKey is a Signer whose key lies in memory.
type softKey struct {
	key  *sm2.PrivateKey
	cert []byte
}

func (k *softKey) Public() *ecdsa.PublicKey { return &k.key.PublicKey }
func (k *softKey) Cert() []byte             { return k.cert }
func (k *softKey) SignDigest(e [32]byte) ([]byte, error) {
	return sm2.SignASN1(rand.Reader, k.key, e[:], nil)
}

// newSoftKey certifies itself; a real certificate comes from an authority.
func newSoftKey(name string, from time.Time) *softKey {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &smx509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: from, NotAfter: from.AddDate(5, 0, 0), KeyUsage: smx509.KeyUsageDigitalSignature}
	cert, err := smx509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return &softKey{key, cert}
}

// A maker makes the seal of a unit, and the unit sets it on a document.
func Example() {
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	maker, unit := newSoftKey("印章平台", now), newSoftKey("测试市数据管理局", now)
	seal, err := ses.MakeSeal(ses.SealInfo{
		VendorID: "EXAMPLE", ID: "35010000000017", Type: 1, Name: "测试市数据管理局电子证照专用章",
		Certs: [][]byte{unit.Cert()}, Created: now, ValidFrom: now, ValidTo: now.AddDate(3, 0, 0),
		Picture: ses.Picture{Type: "png", Data: []byte("the picture's file"), Width: 42, Height: 42},
	}, maker)
	if err != nil {
		log.Fatal(err)
	}
	sealer, err := ses.NewSealer(seal, unit) // once for many documents
	if err != nil {
		log.Fatal(err)
	}

	document, err := ofd.Build(&ofd.Document{
		ID: "0123456789abcdef0123456789abcdef", Title: "证明", Created: now, SignaturesExpected: 1,
		Pages: []ofd.Page{{Width: 210, Height: 297}},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = ses.Sign(document, ses.SignRequest{
		Sealer: sealer, Time: now, Provider: "Example", Close: true,
		At: []ses.Placement{{PageID: document.PageIDs()[0], Box: ofd.Box{X: 130, Y: 220, W: 42, H: 42}}},
	})
	if err != nil {
		log.Fatal(err)
	}

	value, _ := document.Entry("Doc_0/Signs/Sign_0/SignedValue.dat")
	signature, err := ses.ParseSignature(value)
	if err != nil {
		log.Fatal(err)
	}
	genuine, err := signature.VerifySigner()
	fmt.Println(signature.Seal.Name, signature.Time.Format(time.DateOnly), genuine, err)
	// Output: 测试市数据管理局电子证照专用章 2026-03-02 true <nil>
}

// A seal across the edges of three pages: each shows a third of it.
func ExampleAcrossPages() {
	for _, at := range ses.AcrossPages([]string{"4", "7", "9"}, 210, 120, 42, 42) {
		fmt.Println(at.PageID, at.Box.X, at.Clip.X, at.Clip.W)
	}
	// Output:
	// 4 196 0 14
	// 7 182 14 14
	// 9 168 28 14
}
