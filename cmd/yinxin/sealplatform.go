package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceSealsCmd struct {
	Addr   string        `default:"127.0.0.1:8092" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Seal   string        `default:"35010000000015" placeholder:"CODE" help:"Code of the seal that is kept here (${default})."`
	Key    string        `placeholder:"FILE" help:"Where to leave the public key of the answers, for answer in the setting keys."`
	Public string        `placeholder:"FILE" help:"Where to leave the public key of the seal, for public in the setting keys."`
	Tell   string        `placeholder:"URL" help:"Do not serve: tell the seal platform that runs at this address what to do from now on."`
	Down   bool          `help:"Break every connection off."`
	Slow   time.Duration `placeholder:"5s" help:"Wait before each answer."`
	Lose   int           `placeholder:"N" help:"Sign, and break off before the answer, N times."`
	Wrong  bool          `help:"Sign another digest than was asked."`
	Forged bool          `help:"Sign the answers with a key that nobody knows."`
	Stop   bool          `help:"Refuse, as if the seal had been stopped."`
}

// Help is the long help of the command.
func (referenceSealsCmd) Help() string {
	return `A seal platform (电子印章平台) that signs by POST /seals/sign: {"seal": CODE, "digest": BASE64, "nonce": TEXT, "at": TIME},
with the asker's SM2 signature over a line and the body in X-Signature. The digest is SM3 over Z and the message: no document
leaves the license platform. The same nonce again gets the same answer. Its keys last until it ends.`
}

// Run serves until it is interrupted, or tells one that runs.
func (c referenceSealsCmd) Run(ctx context.Context, s streams) error {
	faults := reference.SealFaults{Down: c.Down, Slow: c.Slow, Lose: c.Lose, Wrong: c.Wrong, Forged: c.Forged, Stop: c.Stop}
	if c.Tell != "" {
		return tell(ctx, http.MethodPut, strings.TrimSuffix(strings.TrimSpace(c.Tell), "/")+reference.ControlPath, faults)
	}
	platform, err := reference.NewSealPlatform(ctx, nil, clock.System{}, c.Seal)
	if err != nil {
		return err
	}
	platform.Tell(faults)
	answers, err := platform.Key()
	if err != nil {
		return err
	}
	seal, err := platform.SealKey(c.Seal)
	if err != nil {
		return err
	}
	if err := errors.Join(leavePublic(answers, c.Key), leavePublic(seal, c.Public)); err != nil {
		return err
	}
	return serveReference(ctx, s, c.Addr, "seal platform", "", platform)
}

// leavePublic writes a public key to a file, if one is named.
func leavePublic(key *ecdsa.PublicKey, path string) error {
	if path == "" {
		return nil
	}
	text, err := gm.EncodePublicKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
