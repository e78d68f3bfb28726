package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// Keys of the demonstration's own authorities. They are made afresh in every data folder and trusted nowhere
// else.
const (
	rootKey   = "demo.root"
	makersKey = "demo.ca.makers"
	unitsKey  = "demo.ca.units"
	makerKey  = "demo.maker"
	rootYears = 20
)

// Maker names the demonstration's keys that make seals.
var Maker = sealing.Maker{Key: makerKey, CA: unitsKey, Vendor: "YINXIN-DEMO"}

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
			NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(sealing.Years+1, 0, 0)})
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
	// Whoever trusts the root believes the time stamps too, with no further file.
	if _, err := issue(rootKey, app.TimestampKey, "印信演示时间戳", gm.Timestamp); err != nil {
		return fmt.Errorf("make time stamping authority: %w", err)
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
			switch step.Unit {
			case "issuer":
			case "definer":
				purpose[t.Definer] = sealing.ForLicenses
			default:
				purpose[step.Unit] = sealing.ForLicenses
			}
		}
	}
	for _, l := range s.city.Licenses {
		purpose[l.Issuer] = sealing.ForLicenses
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(atOnce)
	seal := func(u Unit, purpose string) {
		work.Go(func() error {
			u.State = org.Active
			_, err := s.app.Seals.Make(ctx, u.Unit, purpose, change.By{})
			return err
		})
	}
	for _, u := range s.city.Units {
		if purpose[u.ID] != "" {
			seal(u, purpose[u.ID])
		}
		if u.ID == s.app.Config.PlatformUnit {
			seal(u, sealing.ForCopies)
		}
	}
	return work.Wait()
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
