package app

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses/tsp"
	"github.com/yinxin-org/yinxin/verify"
)

// TimestampKey is the key of the platform's own time stamping authority.
const TimestampKey = "timestamp"

const (
	timestampName  = "印信平台时间戳"
	timestampYears = 5
)

// openTimestamp lets seals be stamped by the authority that is configured, or else by one of the platform's own. The
// stamp of the latter proves no more than the platform's clock, but what is revoked later leaves what it stamped alone.
func (a *App) openTimestamp() error {
	trusted, err := pemFile(a.Config.Timestampers)
	if err != nil {
		return err
	}
	if a.Config.Timestamper == "" {
		own, err := a.ownTimestamp()
		if err != nil {
			return fmt.Errorf("open the platform's time stamps: %w", err)
		}
		trusted = append(trusted, own...)
	} else {
		a.Seals.UseTimestamp((&tsp.Client{URL: a.Config.Timestamper, Authorities: certs(trusted)}).Stamp)
	}
	roots, err := pemFile(a.Config.Anchors)
	if err != nil {
		return err
	}
	if all := append(trusted, roots...); len(all) > 0 {
		a.trust.TSA, err = verify.ParseAnchors(all)
	}
	return err
}

// ownTimestamp makes the platform an authority, and gives the certificate that its stamps are believed by. Others, who
// check files elsewhere, find it in the data folder.
func (a *App) ownTimestamp() ([]byte, error) {
	now := a.Clock.Now()
	signer, root, err := gm.SelfCertified(a.Keys, TimestampKey, gm.CertRequest{CommonName: timestampName, Usage: gm.Timestamp,
		NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(timestampYears, 0, 0)}, now)
	if err != nil {
		return nil, err
	}
	authority, err := tsp.NewAuthority(signer, tsp.Options{Now: a.Clock.Now})
	if err != nil {
		return nil, err
	}
	a.Seals.UseTimestamp(authority.Stamp)
	own := gm.EncodePEM(root)
	if _, err := os.Stat(a.Config.Timestampers); !errors.Is(err, fs.ErrNotExist) {
		return own, err
	}
	return own, os.WriteFile(a.Config.Timestampers, own, 0o600)
}

// pemFile reads a file of certificates, empty if there is none.
func pemFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read trust anchors: %w", err)
	}
	return data, nil
}

// certs are the certificates (DER) of a PEM text.
func certs(text []byte) (ders [][]byte) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return ders
		}
		ders = append(ders, block.Bytes)
	}
}
