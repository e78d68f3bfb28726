package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceIDReaderCmd struct {
	Addr   string        `default:"127.0.0.1:17777" placeholder:"HOST:PORT" help:"Address to listen on (${default}); the page of the window asks there."`
	Origin []string      `default:"http://127.0.0.1:*" placeholder:"ORIGIN" help:"Whose pages may read the card (${default})."`
	Tell   string        `placeholder:"URL" help:"Do not serve: tell the reader that runs at this address how it is from now on."`
	Name   string        `placeholder:"NAME" help:"Name on the card that lies on it. Without name and code, no card does."`
	Code   string        `placeholder:"CODE" help:"Citizen number on the card."`
	Slow   time.Duration `placeholder:"5s" help:"Wait before each answer."`
	Broken bool          `help:"Fail to read the card."`
}

// Help is the long help of the command.
func (referenceIDReaderCmd) Help() string {
	return `A reader of identity cards on a clerk's machine, for the page of the window (/console/window).
It gives GET /card: {"name", "code"}, or 404 {"code": "no-card"}. Put a card on it, and take it away:

  yinxin reference idreader --tell http://127.0.0.1:17777 --name 吴依妹 --code CODE
  yinxin reference idreader --tell http://127.0.0.1:17777`
}

// Run serves until it is interrupted, or tells one that runs.
func (c referenceIDReaderCmd) Run(ctx context.Context, s streams) error {
	o := reference.IDReaderOrder{Slow: c.Slow, Broken: c.Broken}
	if (c.Name == "") != (c.Code == "") {
		return errors.New("a card has a name and a code")
	}
	if c.Name != "" {
		o.Card = &reference.IDCard{Name: c.Name, Code: c.Code}
	}
	if c.Tell != "" {
		return tell(ctx, http.MethodPost, strings.TrimSuffix(strings.TrimSpace(c.Tell), "/")+reference.TellPath, o)
	}
	reader := reference.NewIDReader(c.Origin...)
	reader.Tell(o)
	return serveReference(ctx, s, c.Addr, "reader of identity cards", reference.CardPath, reader)
}
