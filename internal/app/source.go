package app

import (
	"context"
	"fmt"
	"os"

	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/register"
)

// sourceSigner is the key by which license sources know this platform's questions.
const sourceSigner = "source.asker"

// openSources opens the systems that keep licenses, by the codes of their types.
func (a *App) openSources(ctx context.Context) error {
	a.sources = map[string]license.Source{}
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
func (a *App) sourceOf(typeCode string) license.Source {
	s, ok := a.sources[typeCode]
	if !ok {
		return nil
	}
	return s
}

// UseSource makes a system the source of types from now on: for the demonstration and for tests, before anything is served.
func (a *App) UseSource(s license.Source, typeCodes ...string) {
	for _, code := range typeCodes {
		a.sources[code] = s
	}
}

// openRegisters opens the base registers by their kinds.
func (a *App) openRegisters(ctx context.Context) error {
	a.registers = map[string]register.Register{}
	a.Registers = register.New(register.Options{Clock: a.Clock, Log: a.Log, Of: func(kind string) register.Register { return a.registers[kind] }})
	for _, c := range a.Config.Registers {
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return fmt.Errorf("read the key of base register %s: %w", c.Name, err)
		}
		pub, err := gm.ParsePublicKey(text)
		if err != nil {
			return fmt.Errorf("base register %s: %w", c.Name, err)
		}
		signer, err := a.SourceAsker(ctx)
		if err != nil {
			return err
		}
		r, err := connect.OpenBaseRegister(connect.BaseRegisterOptions{Kind: c.Kind, Name: c.Name, Base: c.URL, Key: pub, Signer: signer, Clock: a.Clock})
		if err != nil {
			return fmt.Errorf("base register %s: %w", c.Name, err)
		}
		a.registers[c.Kind] = r
	}
	return nil
}

// UseRegister makes a system the base register of a kind from now on: for the demonstration and for tests, before anything
// is served.
func (a *App) UseRegister(kind string, r register.Register) { a.registers[kind] = r }
