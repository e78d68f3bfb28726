package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceFaceCmd struct {
	Addr     string            `default:"127.0.0.1:8096" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Key      string            `placeholder:"FILE" help:"Where to leave the public key of the answers, for the setting face_check."`
	Tell     string            `placeholder:"URL" help:"Do not serve: tell the service that runs at this address what to do from now on."`
	Person   map[string]string `placeholder:"NUMBER=NAME" help:"Somebody it knows, of whom it takes every picture."`
	Down     bool              `help:"Break every connection off."`
	Slow     time.Duration     `placeholder:"5s" help:"Wait before each answer."`
	Refuse   bool              `help:"Answer that it is out of service."`
	Mismatch bool              `help:"Say of everybody that it is somebody else."`
	Score    int               `placeholder:"N" help:"How alike a match is, of 100."`
	Forged   bool              `help:"Sign with a key that nobody knows."`
	Broken   bool              `help:"Break off in the middle of each answer."`
	Replay   bool              `help:"Give the last answer once more."`
	Serial   bool              `help:"Number each answer as the last one."`
}

// Help is the long help of the command.
func (referenceFaceCmd) Help() string {
	return `A face check service (实人核验): POST /face/check takes a signed question with a digest of name and number, a challenge and a picture or
a token of its own part on a phone, and answers signed: match, mismatch or unknown, a score and a serial. It compares no real face.

The demonstration runs one by itself, which takes any picture for its people's, and leaves its address in DIR/face.txt.
Let it find somebody else in every picture, and let it work again:

  yinxin reference face --tell "$(cat yinxin-demo/face.txt)" --mismatch
  yinxin reference face --tell "$(cat yinxin-demo/face.txt)"`
}

// Run serves until it is interrupted, or tells one that runs.
func (c referenceFaceCmd) Run(ctx context.Context, s streams) error {
	o := reference.FaceOrder{Down: c.Down, Slow: c.Slow, Refuse: c.Refuse, Mismatch: c.Mismatch, Score: c.Score, Forged: c.Forged, Broken: c.Broken,
		Replay: c.Replay, Serial: c.Serial, People: map[string]string{}}
	for number, name := range c.Person {
		o.People[connect.FaceSubject(name, number)] = ""
	}
	if c.Tell != "" {
		return tell(ctx, http.MethodPut, strings.TrimSuffix(strings.TrimSpace(c.Tell), "/")+reference.ControlPath, o)
	}
	face, err := reference.NewFaceService(ctx, nil, clock.System{})
	if err != nil {
		return err
	}
	face.Tell(o)
	key, err := face.Key()
	if err != nil {
		return err
	}
	if err := leavePublic(key, c.Key); err != nil {
		return err
	}
	return serveReference(ctx, s, c.Addr, "face check service", "", face)
}
