package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/reference"
)

type referenceVerticalCmd struct {
	Keys    string            `default:"yinxin-vertical" placeholder:"DIR" help:"Folder of the system's key; made if missing (${default})."`
	To      string            `placeholder:"URL" help:"The platform. Without it, print the public key, to be registered in the ledger of systems."`
	Key     string            `placeholder:"ID" help:"Id that the ledger gave the key."`
	Type    string            `placeholder:"CODE" help:"Type of the licenses, one that a vertical system makes."`
	Field   map[string]string `placeholder:"NAME=VALUE" help:"Fields of the licenses, as the type asks for them."`
	Code    string            `placeholder:"CODE" help:"Code of the holder."`
	Name    string            `placeholder:"NAME" help:"Name of the holder."`
	Series  string            `default:"REF" help:"Name of this series: the same name sends the same licenses again, as after a restart (${default})."`
	Count   int               `default:"5" help:"How many licenses (${default}); every second one is changed, every third one ends."`
	Repeat  bool              `help:"Send every message twice."`
	Shuffle bool              `help:"Send them in any order."`
	Drop    int               `placeholder:"N" help:"Lose every Nth message."`
	Settle  bool              `help:"Then send what the platform wants."`
	Drift   bool              `help:"Reconcile with one message changed here after it was sent."`
}

// Help is the long help of the command.
func (referenceVerticalCmd) Help() string {
	return `A vertical system that pushes licenses to the platform, signed with its SM2 key, and reconciles the day.

  yinxin reference vertical                    # prints the public key; register it in the console: 机构 › 接入台账
  yinxin reference vertical --to http://127.0.0.1:8080 --key ID --type CODE --code CODE --name NAME --shuffle --drop 3
  yinxin reference vertical … --settle         # begins again and sends what is wanted`
}

// verticalKey names the key in its folder.
const verticalKey = "vertical"

// Run prints the public key, or pushes licenses, and prints what became of them and how the day compares.
func (c referenceVerticalCmd) Run(ctx context.Context, s streams) error {
	signer, err := systemSigner(ctx, c.Keys, verticalKey)
	if err != nil {
		return err
	}
	if c.To == "" {
		return printKey(s, signer)
	}
	v := &reference.Vertical{Department: reference.Department{Base: c.To, KeyID: c.Key, Signer: signer, Clock: clock.System{}}}
	c.record(v)
	told, err := v.Send(ctx, reference.PushFaults{Repeat: c.Repeat, Shuffle: c.Shuffle, Drop: c.Drop})
	if err != nil {
		return err
	}
	if err := say(s, "sent", told); err != nil {
		return err
	}
	if c.Settle {
		if told, err = v.Settle(ctx); err != nil {
			return err
		}
		if err := say(s, "sent again", told); err != nil {
			return err
		}
	}
	if c.Drift {
		v.Record[0].Fingerprint = strings.Repeat("0", 64)
	}
	day, err := v.Reconcile(ctx, v.Clock.Now().In(clock.Shanghai).Format(time.DateOnly))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "reconciled: agrees %t, theirs %d, ours %d, differences %v\n", day.Agrees, day.Theirs, day.Ours, day.Differences)
	return err
}

func say(s streams, what string, told reference.Pushed) error {
	for _, status := range slices.Sorted(maps.Keys(told)) {
		if _, err := fmt.Fprintf(s.out, "%s: %s %d\n", what, status, told[status]); err != nil {
			return err
		}
	}
	return nil
}

// record is the same all day, so that a restart can be tried.
func (c referenceVerticalCmd) record(v *reference.Vertical) {
	at := clock.Date(v.Clock.Now())
	today := at.Format(time.DateOnly)
	for i := range c.Count {
		p := reference.Push{LicenseKey: fmt.Sprintf("%s-%04d", c.Series, i+1), At: at, Action: "issue", TypeCode: c.Type, Number: fmt.Sprintf("%s%06d", c.Series, i+1),
			Holders: []reference.Applicant{{Code: c.Code, Name: c.Name}}, Fields: c.Field, IssuedOn: today}
		v.Enter(p)
		if i%2 == 1 {
			v.Enter(reference.Push{LicenseKey: p.LicenseKey, At: at, Action: "change", Fields: c.Field, IssuedOn: today})
		}
		if i%3 == 2 {
			v.Enter(reference.Push{LicenseKey: p.LicenseKey, At: at, Action: "end", Cause: "cancelled", Ground: c.Series})
		}
	}
}
