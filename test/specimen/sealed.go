package specimen

import (
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// When is the moment at which the licenses are sealed.
var When = time.Date(2026, 3, 9, 10, 30, 25, 0, time.UTC)

// Press makes sealed licenses as a platform does: the face compiled, the seal prepared once. It is safe for use by
// several goroutines.
type Press struct {
	*Specimen
	Root     []byte // certificate of the authority, to verify with
	Compiled *ofd.Compiled
	Sealer   *ses.Sealer
}

// NewPress makes the keys and the seal; they are others every time.
func NewPress() (*Press, error) {
	s, err := New()
	if err != nil {
		return nil, err
	}
	p := &Press{Specimen: s}
	if p.Compiled, err = ofd.Compile(s.Fonts, s.Template); err != nil {
		return nil, fmt.Errorf("compile face: %w", err)
	}
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	if p.Root, err = gm.NewCA(keys, "root", "测试根", When.AddDate(-1, 0, 0), 20); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	signer := func(id string, usage gm.Usage) (*gm.Signer, error) {
		if _, err := gm.IssueCert(keys, "root", id, gm.CertRequest{CommonName: id, Usage: usage, NotBefore: When.AddDate(0, -6, 0), NotAfter: When.AddDate(5, 0, 0)}); err != nil {
			return nil, fmt.Errorf("issue certificate: %w", err)
		}
		return keys.Signer(id)
	}
	maker, err := signer("maker", gm.SealMaker)
	if err != nil {
		return nil, err
	}
	unit, err := signer("unit", gm.SealSigner)
	if err != nil {
		return nil, err
	}
	seal, err := ses.MakeSeal(ses.SealInfo{
		VendorID: "YINXIN", ID: "35010000000001", Type: 1, Name: "榕城市市场监督管理局电子证照专用章", Certs: [][]byte{unit.Cert()},
		Created: When.AddDate(0, -1, 0), ValidFrom: When.AddDate(0, -1, 0), ValidTo: When.AddDate(3, 0, 0),
		Picture: ses.Picture{Type: "png", Data: s.Picture, Width: 42, Height: 42},
	}, maker)
	if err != nil {
		return nil, fmt.Errorf("make seal: %w", err)
	}
	if p.Sealer, err = ses.NewSealer(seal, unit); err != nil {
		return nil, fmt.Errorf("prepare seal: %w", err)
	}
	return p, nil
}

// Sealed is the file of a license, closed by its one seal.
func (p *Press) Sealed(doc *ofd.Document) ([]byte, error) {
	pkg, err := p.Seal(doc)
	if err != nil {
		return nil, err
	}
	return pkg.Bytes()
}

// Seal is Sealed before it is packed.
func (p *Press) Seal(doc *ofd.Document) (*ofd.Package, error) {
	pkg, err := p.Compiled.Build(doc)
	if err != nil {
		return nil, fmt.Errorf("build license: %w", err)
	}
	err = ses.Sign(pkg, ses.SignRequest{
		Sealer: p.Sealer, Time: When, Provider: "Yinxin", Close: true,
		At: []ses.Placement{{PageID: pkg.PageIDs()[0], Box: Seal}},
	})
	if err != nil {
		return nil, fmt.Errorf("seal license: %w", err)
	}
	return pkg, nil
}
