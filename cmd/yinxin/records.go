package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/retention"
	"github.com/yinxin-org/yinxin/verify"
)

type logRecordsCmd struct {
	Key  string `required:"" placeholder:"FILE" help:"The log's public keys (log.pub), obtained where you trust them."`
	File string `arg:"" help:"Records of a month that left the platform, such as uses-2026-03.jsonl."`
}

// Help is the long help of the command.
func (logRecordsCmd) Help() string {
	return `Checks a month of records of uses that has left a platform for the archive, from the file and the keys alone: the log's keys
signed it as it is, and each record stands in the log where it says. What the records say is encrypted for their holders.

Prints one JSON object. Ends with 1 unless all of it is right.`
}

// Run checks a file.
func (c logRecordsCmd) Run(s streams) error {
	pub, err := os.ReadFile(c.Key)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	r := verify.Records(pub, f)
	if err := printJSON(s.out, r, true); err != nil {
		return err
	}
	if r.Verdict != verify.LogValid {
		return errRefused
	}
	return nil
}

type recordsCmd struct {
	List recordsListCmd `cmd:"" help:"Tell which months leave or have left, and which legal holds there are."`
	Hold recordsHoldCmd `cmd:"" help:"Keep records from leaving (legal hold)."`
	Lift recordsLiftCmd `cmd:"" help:"Lift a legal hold."`
	Show recordsShowCmd `cmd:"" help:"Open one record that has left: its receipt and its proof."`
}

// Help is the long help of the command.
func (recordsCmd) Help() string {
	return `Records of uses are kept for ten years after the end of their month. Then the service writes the month to a file in the folder
archive of its data, reads it again, says so in the log and takes the month out of the database, by itself. Anybody with
log.pub can check such a file: yinxin log records.`
}

// retain opens an installation for a command and closes it.
func retain(ctx context.Context, s streams, path string, do func(d *retention.Desk) (any, error)) error {
	cfg, err := config.Read(path)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: logger(s.err)})
	if err != nil {
		return told(s, err)
	}
	answer, err := do(a.Retention)
	if err = errors.Join(err, a.Close()); err != nil {
		return told(s, err)
	}
	return printJSON(s.out, answer, true)
}

type recordsListCmd struct {
	Config string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
}

// Run lists months and holds.
func (c recordsListCmd) Run(ctx context.Context, s streams) error {
	return retain(ctx, s, c.Config, func(d *retention.Desk) (any, error) {
		months, err := d.Months(ctx)
		if err != nil {
			return nil, err
		}
		holds, err := d.Holds(ctx)
		return map[string]any{"months": months, "holds": holds}, err
	})
}

type recordsHoldCmd struct {
	Config string    `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	Of     string    `required:"" enum:"holder,case,month" help:"What is held: ${enum}."`
	Value  string    `required:"" help:"The holder's id, the number of the case, or the month, as 2026-03."`
	By     string    `required:"" help:"Account or name of who orders it."`
	Ground string    `required:"" help:"Number of the document that orders it."`
	Until  time.Time `placeholder:"TIME" help:"When it ends, as 2037-01-01T00:00:00+08:00; left out: when it is lifted."`
}

// Help is the long help of the command.
func (recordsHoldCmd) Help() string {
	return `No month leaves in which there is a record that a hold is about. A month leaves whole or not at all, so all its records stay.
A month that is leaving already is not stopped: it is in its file. Placing and lifting are records in the log.`
}

// Run places a hold.
func (c recordsHoldCmd) Run(ctx context.Context, s streams) error {
	return retain(ctx, s, c.Config, func(d *retention.Desk) (any, error) {
		id, err := d.Place(ctx, retention.Hold{Subject: c.Of, Value: c.Value, PlacedBy: c.By, Ground: c.Ground, Until: c.Until})
		return map[string]string{"hold": id}, err
	})
}

type recordsLiftCmd struct {
	Config string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
	By     string `required:"" help:"Account or name of who lifts it."`
	Ground string `required:"" help:"Number of the document that lifts it."`
	Hold   string `arg:"" help:"The id that placing it printed."`
}

// Run lifts a hold.
func (c recordsLiftCmd) Run(ctx context.Context, s streams) error {
	return retain(ctx, s, c.Config, func(d *retention.Desk) (any, error) {
		return map[string]string{"lifted": c.Hold}, d.Lift(ctx, c.Hold, c.By, c.Ground)
	})
}

type recordsShowCmd struct {
	Config string `required:"" placeholder:"FILE" help:"TOML file of the installation that the month left."`
	To     string `default:"." type:"existingdir" help:"Where receipt.json and proof.json go (${default})."`
	File   string `arg:"" help:"The month's file."`
	No     string `arg:"" help:"Number of the record (存证编号)."`
}

// Help is the long help of the command.
func (recordsShowCmd) Help() string {
	return `Opens a record with its holder's key and writes what the holder would have got before it left. Give it to its holder only. Anybody
can check the two files: yinxin log verify.`
}

// Run opens a record.
func (c recordsShowCmd) Run(ctx context.Context, s streams) error {
	return retain(ctx, s, c.Config, func(d *retention.Desk) (any, error) {
		receipt, proof, err := d.Show(ctx, c.File, c.No)
		if err != nil {
			return nil, err
		}
		return map[string]string{"no": receipt.No}, errors.Join(writeJSON(c.To, "receipt", receipt), writeJSON(c.To, "proof", proof))
	})
}

func writeJSON(dir, name string, v any) error {
	f, err := os.OpenFile(filepath.Join(dir, name+".json"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(printJSON(f, v, false), f.Close())
}
