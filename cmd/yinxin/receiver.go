package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceReceiverCmd struct {
	Addr   string        `default:"127.0.0.1:8096" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Key    string        `type:"existingfile" placeholder:"FILE" help:"The platform's public key, PEM; without it anybody's messages are taken."`
	Down   bool          `help:"Answer that it is down."`
	Slow   time.Duration `placeholder:"5s" help:"Wait before each answer."`
	Forget bool          `help:"Take messages and break off without an answer."`
}

// Help is the long help of the command.
func (referenceReceiverCmd) Help() string {
	return `Enter http://HOST:PORT/ as the address of a subscription (推送) and see what arrives, in which order, and that nothing
is lost while the receiver is down.`
}

// Run serves until it is interrupted.
func (c referenceReceiverCmd) Run(ctx context.Context, s streams) error {
	r := reference.NewReceiver(nil)
	if c.Key != "" {
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return err
		}
		key, err := gm.ParsePublicKey(text)
		if err != nil {
			return fmt.Errorf("read the platform's key: %w", err)
		}
		r = reference.NewReceiver(key)
	}
	r.Set(reference.ReceiverFaults{Down: c.Down, Slow: c.Slow, Forget: c.Forget})
	return serveReference(ctx, s, c.Addr, "receiver of events", "/", r)
}
