package verify_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// party is somebody with a key in memory and a certificate: a ses.Signer.
type party struct {
	key  *sm2.PrivateKey
	cert *smx509.Certificate
}

func (p *party) Public() *ecdsa.PublicKey { return &p.key.PublicKey }
func (p *party) Cert() []byte             { return p.cert.Raw }
func (p *party) SignDigest(e [32]byte) ([]byte, error) {
	return sm2.SignASN1(rand.Reader, p.key, e[:], nil)
}

// enrol certifies a party; without an authority it certifies itself as one.
func enrol(name string, authority *party, from time.Time) *party {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	p := &party{key: key}
	template := &smx509.Certificate{
		SerialNumber: big.NewInt(from.Unix()), Subject: pkix.Name{CommonName: name},
		NotBefore: from, NotAfter: from.AddDate(5, 0, 0),
		KeyUsage: smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment,
	}
	by := authority
	parent := template
	if by == nil {
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, smx509.KeyUsageCertSign
		by = p
	} else {
		parent = authority.cert
	}
	der, err := smx509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by.key)
	if err != nil {
		log.Fatal(err)
	}
	if p.cert, err = smx509.ParseCertificate(der); err != nil {
		log.Fatal(err)
	}
	return p
}

// A sealed file is judged against the roots that the reader trusts; a changed
// one is found out, with every cause.
func Example() {
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	root := enrol("测试根", nil, now)
	maker, unit := enrol("印章平台", root, now), enrol("测试市数据管理局", root, now)
	seal, err := ses.MakeSeal(ses.SealInfo{
		VendorID: "EXAMPLE", ID: "35010000000017", Type: 1, Name: "测试市数据管理局电子证照专用章",
		Certs: [][]byte{unit.Cert()}, Created: now, ValidFrom: now, ValidTo: now.AddDate(3, 0, 0),
		Picture: ses.Picture{Type: "png", Data: []byte("the picture's file"), Width: 42, Height: 42},
	}, maker)
	if err != nil {
		log.Fatal(err)
	}
	sealer, err := ses.NewSealer(seal, unit)
	if err != nil {
		log.Fatal(err)
	}
	document, err := ofd.Build(&ofd.Document{
		ID: "0123456789abcdef0123456789abcdef", Title: "证明", Created: now, SignaturesExpected: 1,
		Pages:       []ofd.Page{{Width: 210, Height: 297}},
		Attachments: []ofd.Attachment{{Name: "license.json", Format: "json", Data: []byte("{}")}},
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

	anchors, err := verify.ParseAnchors(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Cert()}))
	if err != nil {
		log.Fatal(err)
	}
	judge := func(p *ofd.Package) verify.Report {
		file, err := p.Bytes()
		if err != nil {
			log.Fatal(err)
		}
		return verify.File(file, verify.Options{Anchors: anchors, Now: now.AddDate(0, 1, 0)})
	}
	r := judge(document)
	fmt.Println(r.Verdict, r.Seals[0].Name, r.Coverage.Covered == r.Coverage.Files)

	if err := document.Put("Doc_0/Attachs/license.json", []byte("{ }")); err != nil {
		log.Fatal(err)
	}
	r = judge(document)
	for _, c := range r.Causes {
		if c.Level == verify.LevelInvalid {
			fmt.Println(r.Verdict, c.Code, c.Part)
		}
	}
	// Output:
	// valid 测试市数据管理局电子证照专用章 true
	// invalid REF_DIGEST s001 Doc_0/Attachs/license.json
}
