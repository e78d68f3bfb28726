package main

import (
	"os"

	"github.com/yinxin-org/yinxin/verify"
)

type logWholeCmd struct {
	Key     string   `required:"" placeholder:"FILE" help:"The log's public keys (log.pub), obtained where you trust them."`
	Label   string   `placeholder:"HEX" help:"The label of the list, as an earlier report told it. It must be the same in every file."`
	Earlier string   `placeholder:"FILE" help:"The whole.json from before. The list must go on from it."`
	Promise []string `placeholder:"FILE" help:"A promise.json or receipt.json of a record that must be in the list. May be given many times."`
	Whole   string   `arg:"" help:"whole.json: all records of a holder or an issuer under a signed checkpoint."`
}

// Help is the long help of the command.
func (logWholeCmd) Help() string {
	return `Checks that a list of records has every record of its holder or issuer, from the files alone: the list is the one that
the log's map has under its label, and the checkpoint that commits to the map bears the signature of every key.

A list alone cannot tell of a record that never entered it. Whoever was given data keeps the log's promise to record it:
give such promises with --promise, and the list from before with --earlier.

Prints one JSON object. Ends with 1 unless the list is whole.`
}

// Run checks a list, from the files alone.
func (c logWholeCmd) Run(s streams) error {
	pub, err := os.ReadFile(c.Key)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(c.Whole)
	if err != nil {
		return err
	}
	o := verify.WholeOptions{Label: c.Label}
	if c.Earlier != "" {
		if o.Earlier, err = os.ReadFile(c.Earlier); err != nil {
			return err
		}
	}
	for _, name := range c.Promise {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		o.Promises = append(o.Promises, b)
	}
	r := verify.Whole(pub, file, o)
	if err := printJSON(s.out, r, true); err != nil {
		return err
	}
	if r.Verdict != verify.LogValid {
		return errRefused
	}
	return nil
}
