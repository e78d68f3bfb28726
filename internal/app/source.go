package app

import (
	"context"
	"fmt"
	"os"

	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/hall"
)

// sourceSigner is the key by which license sources know this platform's questions.
const sourceSigner = "source.asker"

// openSources opens the systems that keep licenses, by the codes of their types.
func (a *App) openSources(ctx context.Context) error {
	a.sources = map[string]hall.Source{}
	for _, c := range a.Config.LicenseSources {
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return fmt.Errorf("read the key of license source %s: %w", c.Name, err)
		}
		if err := a.addSource(ctx, c, text); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) addSource(ctx context.Context, c config.LicenseSource, key []byte) error {
	pub, err := gm.ParsePublicKey(key)
	if err != nil {
		return fmt.Errorf("license source %s: %w", c.Name, err)
	}
	signer, err := a.SourceAsker(ctx)
	if err != nil {
		return err
	}
	s, err := connect.OpenLicenseSource(connect.SourceOptions{Name: c.Name, Base: c.URL, Key: pub, Signer: signer, Clock: a.Clock})
	if err != nil {
		return fmt.Errorf("license source %s: %w", c.Name, err)
	}
	for _, code := range c.Types {
		a.sources[code] = s
	}
	return nil
}

// SourceAsker is the key by which license sources know the questions of this platform.
func (a *App) SourceAsker(ctx context.Context) (*gm.Signer, error) {
	if err := a.Keys.Generate(ctx, sourceSigner); err != nil {
		return nil, err
	}
	return a.Keys.Signer(sourceSigner)
}

// sourceOf is the system that keeps the licenses of a type; nil if the platform's own word stands.
func (a *App) sourceOf(typeCode string) hall.Source {
	s, ok := a.sources[typeCode]
	if !ok {
		return nil
	}
	return s
}

// UseSource makes a system the source of types from now on: for the demonstration and for tests, before anything is served.
func (a *App) UseSource(s hall.Source, typeCodes ...string) {
	for _, code := range typeCodes {
		a.sources[code] = s
	}
}
