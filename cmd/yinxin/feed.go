package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceFeedCmd struct {
	Keys   string  `default:"yinxin-department" placeholder:"DIR" help:"Folder of the system's key; made if missing (${default})."`
	To     string  `placeholder:"URL" help:"The platform. Without it, print the public key, to be registered in the ledger of systems."`
	Key    string  `placeholder:"ID" help:"Id that the ledger gave the key."`
	Matter string  `placeholder:"CODE" help:"Matter of the cases; the ledger must list it for the system."`
	Unit   string  `placeholder:"CODE" help:"Unit that handles them."`
	From   int64   `default:"1" help:"First number to send (${default})."`
	Count  int64   `default:"5" help:"How many (${default})."`
	Skip   []int64 `placeholder:"N" help:"Numbers to leave out, so that a gap shows."`
	Code   string  `placeholder:"CODE" help:"Code of the applicant; without one the cases are incomplete."`
	Name   string  `placeholder:"NAME" help:"Name of the applicant."`
}

// Help is the long help of the command.
func (referenceFeedCmd) Help() string {
	return `A department's own system that sends cases to the platform, signed with its SM2 key.

  yinxin reference feed                        # prints the public key; register it in the console: 机构 › 接入台账
  yinxin reference feed --to http://127.0.0.1:8080 --key ID --matter CODE --unit CODE --skip 3`
}

// departmentKey names the key in its folder.
const departmentKey = "department"

// Run prints the public key, or sends cases and prints what became of them.
func (c referenceFeedCmd) Run(ctx context.Context, s streams) error {
	signer, err := systemSigner(ctx, c.Keys, departmentKey)
	if err != nil {
		return err
	}
	if c.To == "" {
		return printKey(s, signer)
	}
	d := reference.Department{Base: c.To, KeyID: c.Key, Signer: signer, Clock: clock.System{}}
	cases := c.cases(d.Clock.Now())
	answer, err := d.Send(ctx, cases)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(s.out, answer); err != nil {
		return err
	}
	return d.Count(ctx, d.Clock.Now().In(clock.Shanghai).Format(time.DateOnly), c.Matter, int(c.Count), 0)
}

// cases are the same for an hour, so that sending again can be tried.
func (c referenceFeedCmd) cases(now time.Time) []reference.Case {
	var out []reference.Case
	for seq := c.From; seq < c.From+c.Count; seq++ {
		if slices.Contains(c.Skip, seq) {
			continue
		}
		out = append(out, reference.Case{Seq: seq, CaseNo: fmt.Sprintf("REF-%06d", seq), Matter: c.Matter, Unit: c.Unit, Event: feed.Opened, At: now.Truncate(time.Hour)})
		if c.Code != "" {
			out[len(out)-1].Applicant = &reference.Applicant{Code: c.Code, Name: c.Name}
		}
	}
	return out
}

// systemSigner is the key of a department's system, in a folder of its own; made if it is missing.
func systemSigner(ctx context.Context, folder, name string) (*gm.Signer, error) {
	keys, err := gm.OpenKeyStore(folder)
	if err != nil {
		return nil, err
	}
	if err := keys.Generate(ctx, name); err != nil {
		return nil, err
	}
	return keys.Signer(name)
}

// printKey prints the public half of a key, as the console takes it.
func printKey(s streams, signer *gm.Signer) error {
	text, err := gm.EncodePublicKey(signer.Public())
	if err != nil {
		return err
	}
	_, err = s.out.Write(text)
	return err
}
