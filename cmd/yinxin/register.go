package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceRegisterCmd struct {
	Addr    string        `default:"127.0.0.1:8093" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Key     string        `placeholder:"FILE" help:"Where to leave the public key of the answers, for the setting registers."`
	Entries string        `placeholder:"FILE" help:"What it knows: JSON by register, code and field."`
	Tell    string        `placeholder:"URL" help:"Do not serve: tell the register that runs at this address what to do from now on."`
	Down    bool          `help:"Break every connection off."`
	Slow    time.Duration `placeholder:"5s" help:"Wait before each answer."`
	Wrong   bool          `help:"Say that nothing agrees."`
	Short   bool          `help:"Forget the last person asked for."`
	Forged  bool          `help:"Sign with a key that nobody knows."`
	Broken  bool          `help:"Break off in the middle of each answer."`
}

// Help is the long help of the command.
func (referenceRegisterCmd) Help() string {
	return `Base registers (人口库、法人库、事业单位库) behind one address: POST /register/compare takes a signed question about many persons and
tells of each field whether it agrees; no value comes back. FILE of --entries reads
{"legal": {"CODE": {"name": "…", "representative": "…", "address": "…"}}, "population": {"CODE": {"name": "…"}}}.

The demonstration runs one by itself, which knows its people and firms, and leaves its address in DIR/register.txt.
Take it down, and bring it back:

  yinxin reference register --tell "$(cat yinxin-demo/register.txt)" --down
  yinxin reference register --tell "$(cat yinxin-demo/register.txt)"`
}

func (c referenceRegisterCmd) order() (reference.RegisterOrder, error) {
	o := reference.RegisterOrder{RegisterFaults: reference.RegisterFaults{
		Down: c.Down, Slow: c.Slow, Wrong: c.Wrong, Short: c.Short, Forged: c.Forged, Broken: c.Broken}}
	if c.Entries == "" {
		return o, nil
	}
	text, err := os.ReadFile(c.Entries)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(text, &o.Entries); err != nil {
		return o, fmt.Errorf("read %s: %w", c.Entries, err)
	}
	return o, nil
}

// Run serves until it is interrupted, or tells one that runs.
func (c referenceRegisterCmd) Run(ctx context.Context, s streams) error {
	o, err := c.order()
	if err != nil {
		return err
	}
	if c.Tell != "" {
		return tell(ctx, http.MethodPut, strings.TrimSuffix(strings.TrimSpace(c.Tell), "/")+reference.ControlPath, o)
	}
	register, err := reference.NewBaseRegister(ctx, nil, clock.System{})
	if err != nil {
		return err
	}
	register.Tell(o)
	key, err := register.Key()
	if err != nil {
		return err
	}
	if err := leavePublic(key, c.Key); err != nil {
		return err
	}
	return serveReference(ctx, s, c.Addr, "base register", "", register)
}
