package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/internal/sealpic"
	"github.com/yinxin-org/yinxin/ses"
)

// Keys of the demonstration's own authorities. They are made afresh in every data folder and trusted nowhere
// else.
const (
	rootKey    = "demo.root"
	makersKey  = "demo.ca.makers"
	unitsKey   = "demo.ca.units"
	makerKey   = "demo.maker"
	vendorID   = "YINXIN-DEMO"
	sealYears  = 5
	rootYears  = 20
	bottomText = "电子证照专用章"
)

// trust makes the demonstration's certificate authorities: one root, under it one for seal makers and one for
// the units that sign, so that a unit's certificate can never make a seal.
func (s *setup) trust(context.Context) error {
	now := s.app.Clock.Now()
	root, err := gm.NewCA(s.app.Keys, rootKey, "印信演示根证书（不可信任）", now, rootYears)
	if err != nil {
		return fmt.Errorf("make root: %w", err)
	}
	issue := func(ca, id, name string, usage gm.Usage) ([]byte, error) {
		return gm.IssueCert(s.app.Keys, ca, id, gm.CertRequest{CommonName: name, Organization: "印信演示", Usage: usage,
			NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(sealYears+1, 0, 0)})
	}
	makers, err := issue(rootKey, makersKey, "印信演示制章机构证书", gm.Intermediate)
	if err != nil {
		return fmt.Errorf("make makers' authority: %w", err)
	}
	units, err := issue(rootKey, unitsKey, "印信演示单位证书", gm.Intermediate)
	if err != nil {
		return fmt.Errorf("make units' authority: %w", err)
	}
	if _, err := issue(makersKey, makerKey, "印信演示制章者", gm.SealMaker); err != nil {
		return fmt.Errorf("make seal maker: %w", err)
	}
	if err := os.WriteFile(s.app.Config.Anchors, gm.EncodePEM(root, makers, units), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(s.app.Config.Makers, gm.EncodePEM(makers), 0o600); err != nil {
		return err
	}
	return s.app.LoadTrust()
}

// seals makes a seal for every unit that issues or co-seals a type, and the platform's for annotated copies.
func (s *setup) seals(ctx context.Context) error {
	purpose := map[string]string{}
	for _, t := range s.city.Types {
		for _, unit := range t.Issuers {
			purpose[unit] = sealing.ForLicenses
		}
		for _, step := range t.Seals {
			if step.Unit != "issuer" {
				purpose[step.Unit] = sealing.ForLicenses
			}
		}
	}
	for _, l := range s.city.Licenses {
		purpose[l.Issuer] = sealing.ForLicenses
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(atOnce)
	n := 0
	for _, u := range s.city.Units {
		if purpose[u.ID] != "" {
			n++
			number := n
			work.Go(func() error { return s.seal(ctx, u, purpose[u.ID], bottomText, number) })
		}
		if u.ID == s.app.Config.PlatformUnit {
			n++
			number := n
			work.Go(func() error { return s.seal(ctx, u, sealing.ForCopies, "加注件专用章", number) })
		}
	}
	return work.Wait()
}

func (s *setup) seal(ctx context.Context, u Unit, purpose, bottom string, n int) error {
	now := s.app.Clock.Now()
	until := clock.EndOfDay(now.AddDate(sealYears, 0, 0))
	key := "seal." + purpose + "." + u.ID
	usage := gm.SealSigner
	if purpose == sealing.ForCopies {
		usage = gm.Platform
	}
	cert, err := gm.IssueCert(s.app.Keys, unitsKey, key, gm.CertRequest{CommonName: u.Name, Organization: u.Name, SerialNumber: u.ID,
		Usage: usage, NotBefore: now.Add(-time.Minute), NotAfter: until})
	if err != nil {
		return fmt.Errorf("certify %s: %w", u.ID, err)
	}
	// 印章编码: six digits of region, seven of sequence, one check digit by the platform's own rule.
	code := fmt.Sprintf("%s%07d", u.Region, n)
	code += checkDigit(code)
	picture, w, h, err := sealpic.Draw(sealpic.Spec{UnitName: u.Name, Centre: "★", Bottom: bottom, Code: code})
	if err != nil {
		return fmt.Errorf("draw seal of %s: %w", u.ID, err)
	}
	maker, err := s.app.Keys.Signer(makerKey)
	if err != nil {
		return err
	}
	name := u.Name + bottom
	der, err := ses.MakeSeal(ses.SealInfo{VendorID: vendorID, ID: code, Type: 1, Name: name, Certs: [][]byte{cert},
		Created: now, ValidFrom: now.Add(-time.Minute), ValidTo: until,
		Picture: ses.Picture{Type: "png", Data: picture, Width: w, Height: h}}, maker)
	if err != nil {
		return fmt.Errorf("make seal of %s: %w", u.ID, err)
	}
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		return s.app.Seals.Put(ctx, tx, sealing.Seal{Code: code, UnitID: u.ID, Name: name, Purpose: purpose, KeyID: key,
			DER: der, ValidFrom: now.Add(-time.Minute), ValidTo: until})
	})
}

// checkDigit is ISO 7064 MOD 11,10, the platform's default for seal codes.
func checkDigit(digits string) string {
	p := 10
	for _, d := range digits {
		if p = (p + int(d-'0')) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return fmt.Sprint((11 - p) % 10)
}

// export writes the files that outsiders need to check the demonstration's.
func export(a *app.App, dir string) error {
	pem, err := os.ReadFile(a.Config.Anchors)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "anchors.pem"), pem, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "log.pub"), a.Book.Pub(), 0o600)
}
