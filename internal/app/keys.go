package app

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"os"
	"strings"

	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/gm/sdf"
)

// openKeys attaches the keys that lie in devices and at seal platforms. A device that cannot be opened now, or refuses a
// password, ends the start; a seal platform is asked when it is needed.
func (a *App) openKeys(ctx context.Context) error {
	for _, c := range a.Config.Keys {
		key, err := a.farKey(ctx, c)
		if err != nil {
			return fmt.Errorf("open key %s: %w", c.ID, err)
		}
		a.Keys.Attach(c.ID, key)
	}
	return nil
}

func (a *App) farKey(ctx context.Context, c config.Key) (gm.Key, error) {
	if c.URL != "" {
		return a.remoteKey(ctx, c)
	}
	return a.deviceKey(c)
}

// deviceKey opens a key of a device. A device is opened once for all keys in it.
func (a *App) deviceKey(c config.Key) (gm.Key, error) {
	password, err := os.ReadFile(c.Password)
	if err != nil {
		return nil, err
	}
	device := a.devices[c.Library]
	if device == nil {
		if device, err = sdf.Open(sdf.Options{Library: c.Library}); err != nil {
			return nil, err
		}
		if a.devices == nil {
			a.devices = map[string]*sdf.Device{}
		}
		a.devices[c.Library] = device
	}
	return device.Key(c.Number, strings.TrimRight(string(password), "\r\n"))
}

// remoteKey is a key at a seal platform, which knows this platform by the same key as license sources do.
func (a *App) remoteKey(ctx context.Context, c config.Key) (gm.Key, error) {
	seal, err := publicKey(c.Public)
	if err != nil {
		return nil, err
	}
	answers, err := publicKey(c.Answer)
	if err != nil {
		return nil, err
	}
	signer, err := a.SourceAsker(ctx)
	if err != nil {
		return nil, err
	}
	return connect.OpenRemoteSeal(connect.RemoteSealOptions{Base: c.URL, Seal: c.Seal, Public: seal, Key: answers, Signer: signer, Clock: a.Clock})
}

func publicKey(path string) (*ecdsa.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return gm.ParsePublicKey(text)
}
