package main

import (
	"bytes"
	"os"
	"time"

	"github.com/yinxin-org/yinxin/verify"
)

// witnessPolicy says whose cosignatures are looked for.
type witnessPolicy struct {
	Witnesses string `placeholder:"FILE" help:"The public keys of the witnesses you trust (witness.pub), one a line."`
	Need      int    `placeholder:"N" help:"How many of them must have cosigned; all if left out."`
}

func (p witnessPolicy) read() (verify.Witnesses, error) {
	if p.Witnesses == "" {
		return verify.Witnesses{Need: p.Need}, nil
	}
	b, err := os.ReadFile(p.Witnesses)
	if err != nil {
		return verify.Witnesses{}, err
	}
	w := verify.Witnesses{Keys: b, Need: p.Need}
	if w.Need == 0 {
		w.Need = max(1, len(bytes.Fields(b)))
	}
	return w, nil
}

// freshPolicy is for those who look at a log that lives: what witnesses signed long ago says nothing about it now.
type freshPolicy struct {
	CosignedWithin time.Duration `default:"1h" help:"How old a cosignature may be that counts; 0 for any, as of a copy that was kept (${default})."`
}

type logCmd struct {
	Verify  logVerifyCmd  `cmd:"" help:"Check that a receipt's record stands in the log."`
	Audit   logAuditCmd   `cmd:"" help:"Compute a whole log anew from its tiles and look for what is wrong."`
	Monitor logMonitorCmd `cmd:"" help:"Look whether a log has only grown since the last time, and is the same for others."`
	Whole   logWholeCmd   `cmd:"" help:"Check that a list of records has every record of its holder or issuer."`
	Records logRecordsCmd `cmd:"" help:"Check a month of records that has left for the archive."`
}

type logVerifyCmd struct {
	Key string `required:"" placeholder:"FILE" help:"The log's public keys (log.pub), obtained where you trust them."`
	witnessPolicy
	Receipt string `arg:"" help:"receipt.json: the record, opened, and the log's promise. Or certificate.json, which has the proof in it."`
	Proof   string `arg:"" optional:"" help:"proof.json: where the record stands under a signed checkpoint. Not beside a certificate."`
}

// Run checks a receipt and its proof, from the files alone.
func (c logVerifyCmd) Run(s streams) error {
	var files [3][]byte
	for i, name := range []string{c.Key, c.Receipt, c.Proof} {
		if name == "" {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files[i] = b
	}
	witnesses, err := c.read()
	if err != nil {
		return err
	}
	r := verify.LogCertificate(files[0], files[1], witnesses)
	if c.Proof != "" {
		r = verify.LogWitnessed(files[0], files[1], files[2], witnesses)
	}
	if err := printJSON(s.out, r, true); err != nil {
		return err
	}
	if r.Verdict != verify.LogValid {
		return errRefused
	}
	return nil
}
