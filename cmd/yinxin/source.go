package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceSourceCmd struct {
	Addr   string            `default:"127.0.0.1:8091" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Key    string            `placeholder:"FILE" help:"Where to leave the public key of the answers, for the setting license_sources."`
	Tell   string            `placeholder:"URL" help:"Do not serve: tell the source that runs at this address what to do from now on."`
	Down   bool              `help:"Break every connection off."`
	Slow   time.Duration     `placeholder:"5s" help:"Wait before each answer."`
	Forged bool              `help:"Sign with a key that nobody knows."`
	Replay bool              `help:"Give the last answer again."`
	Broken bool              `help:"Break off in the middle of each answer."`
	Wrong  bool              `help:"Answer about another license; with two files or more, give another one."`
	Tamper bool              `help:"Change a byte of each file that is given."`
	File   []string          `type:"existingfile" placeholder:"FILE" help:"Keep the license in this OFD file; it is given by the identifier in it."`
	State  map[string]string `placeholder:"IDENTIFIER=STATE" help:"How a license stands: valid, lost, suspended, cancelled, revoked …"`
}

// Help is the long help of the command.
func (referenceSourceCmd) Help() string {
	return `A register that keeps a kind of license (identity cards, marriages), tells the state of one by its identifier, and gives
those whose files it keeps. Every license is in force that it was not told otherwise of.

The demonstration runs one by itself and leaves its address in DIR/source.txt. Take it down, and bring it back:

  yinxin reference source --tell "$(cat yinxin-demo/source.txt)" --down
  yinxin reference source --tell "$(cat yinxin-demo/source.txt)"`
}

func (c referenceSourceCmd) order() (reference.Order, error) {
	o := reference.Order{States: map[string]license.State{}, SourceFaults: reference.SourceFaults{
		Down: c.Down, Slow: c.Slow, Forged: c.Forged, Replay: c.Replay, Broken: c.Broken, Wrong: c.Wrong, Tamper: c.Tamper}}
	for identifier, state := range c.State {
		s := license.State(state)
		if s.Text("zh") == "" {
			return reference.Order{}, fmt.Errorf("there is no state %q", state)
		}
		o.States[identifier] = s
	}
	for _, path := range c.File {
		file, err := os.ReadFile(path)
		if err != nil {
			return reference.Order{}, err
		}
		o.Files = append(o.Files, file)
	}
	return o, nil
}

// Run serves until it is interrupted, or tells one that runs.
func (c referenceSourceCmd) Run(ctx context.Context, s streams) error {
	o, err := c.order()
	if err != nil {
		return err
	}
	if c.Tell != "" {
		return tell(ctx, http.MethodPut, strings.TrimSuffix(strings.TrimSpace(c.Tell), "/")+reference.ControlPath, o)
	}
	source, err := reference.NewSource(ctx, nil, clock.System{})
	if err != nil {
		return err
	}
	if err := source.Tell(o); err != nil {
		return err
	}
	key, err := source.Key()
	if err != nil {
		return err
	}
	if err := leavePublic(key, c.Key); err != nil {
		return err
	}
	return serveReference(ctx, s, c.Addr, "license source", "", source)
}

// tell gives an order to a reference server that runs elsewhere.
func tell(ctx context.Context, method, url string, order any) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("it answered %d", res.StatusCode)
	}
	return nil
}
