package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/verify"
)

type verifyCmd struct {
	Anchors string   `placeholder:"FILE" help:"PEM file of the roots you trust. Without it a whole file is at best untrusted."`
	Makers  string   `placeholder:"FILE" help:"PEM file of the seal makers you trust, when they are not all that the anchors vouch for."`
	TSA     string   `name:"tsa" placeholder:"FILE" help:"PEM file of the time stamping authorities you trust, when the anchors do not vouch for them."`
	CRL     string   `placeholder:"FILE" help:"Certificate revocation lists, DER or PEM."`
	Burned  string   `placeholder:"FILE" help:"List of burned seals, as yinxin seal burn prints it."`
	LogKey  string   `placeholder:"FILE" help:"The public keys of the log of evidence (log.pub), with --receipt and --proof."`
	Receipt string   `placeholder:"FILE" help:"receipt.json that ships with the file: what the log recorded of it. For one file."`
	Proof   string   `placeholder:"FILE" help:"proof.json that ships with the file: where that stands in the log."`
	ForUnit string   `placeholder:"NAME" help:"The unit that wants to use the file. An annotated copy for another one is invalid."`
	ForCase string   `placeholder:"NO" help:"The case that it is to be used for. An annotated copy for another one is invalid."`
	Matter  string   `name:"for-matter" placeholder:"CODE" help:"The matter that it is to be used for. An annotated copy for another one is invalid."`
	On      string   `placeholder:"DAY" help:"The day, such as 2026-03-02, on which it is to be used; an annotated copy that is over by then is invalid. Without it: now."`
	Files   []string `arg:"" name:"file" help:"OFD files."`
}

// Help is the long help of the command.
func (verifyCmd) Help() string {
	return `Prints one JSON object a file: verdict (valid, untrusted, invalid), every cause in the order of GB/T 38540's
flow with Chinese and English words, the license's metadata, the seals with names and times, and what the seals
cover. An annotated copy (加注件) is valid for its purpose only, which the report names under "copy"; asked with
--for-unit, --for-case, --for-matter and --on, it is invalid for another unit, case or matter, or after its time.

Under a burned seal (--burned) a file is valid only if a trusted time stamp and the log of evidence both show that it
is older than the theft. The stamp is in the file; of the log, give --log-key, --receipt and --proof, or the verdict
is at best untrusted.

Nothing leaves this machine. Whether a license is in force now, only the platform that keeps it can tell.
Ends with 1 unless every file is valid.`
}

// fileReport is the report of one file.
type fileReport struct {
	File string `json:"file"`
	verify.Report
	Evidence *verify.LogReport `json:"evidence,omitempty"` // of the receipt and the proof that were given
}

// Run judges the files.
func (c verifyCmd) Run(s streams) error {
	o := verify.Options{Now: time.Now()}
	var err error
	if o.Anchors, err = readAnchors(c.Anchors); err != nil {
		return err
	}
	if c.Makers != "" {
		if o.Makers, err = readAnchors(c.Makers); err != nil {
			return err
		}
	}
	if c.TSA != "" {
		if o.TSA, err = readAnchors(c.TSA); err != nil {
			return err
		}
	}
	if c.CRL != "" {
		b, err := os.ReadFile(c.CRL)
		if err != nil {
			return err
		}
		if o.CRLs, err = verify.ParseCRLs(b); err != nil {
			return fmt.Errorf("%s: %w", c.CRL, err)
		}
	}
	if c.Burned != "" {
		b, err := os.ReadFile(c.Burned)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &o.RevokedSeals); err != nil {
			return fmt.Errorf("%s: %w", c.Burned, err)
		}
	}
	if err := c.intended(&o); err != nil {
		return err
	}
	var evidence *verify.LogReport
	if evidence, o.Logged, err = c.evidence(); err != nil {
		return err
	}
	valid := true
	for _, name := range c.Files {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		r := verify.File(b, o)
		valid = valid && r.Verdict == verify.Valid
		if err := printJSON(s.out, fileReport{File: name, Report: r, Evidence: evidence}, true); err != nil {
			return err
		}
	}
	if !valid {
		return errRefused
	}
	return nil
}

// intended takes over which use is asked about, if any.
func (c verifyCmd) intended(o *verify.Options) error {
	if c.ForUnit == "" && c.ForCase == "" && c.Matter == "" && c.On == "" {
		return nil
	}
	o.For = &verify.Intended{Unit: c.ForUnit, Case: c.ForCase, Matter: c.Matter}
	if c.On == "" {
		return nil
	}
	day, err := time.ParseInLocation(time.DateOnly, c.On, clock.Shanghai)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	o.For.On = day
	return nil
}

// evidence reads what ships with a file, where it is given.
func (c verifyCmd) evidence() (*verify.LogReport, func([32]byte, string) (verify.Logged, error), error) {
	if c.LogKey == "" && c.Receipt == "" && c.Proof == "" {
		return nil, nil, nil
	}
	if len(c.Files) > 1 {
		return nil, nil, errors.New("a receipt and a proof are of one file: give one")
	}
	var files [3][]byte
	for i, name := range []string{c.LogKey, c.Receipt, c.Proof} {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		files[i] = b
	}
	r, logged := verify.Evidence(files[0], files[1], files[2])
	return &r, logged, nil
}

func readAnchors(path string) (*verify.Anchors, error) {
	if path == "" {
		return &verify.Anchors{}, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	a, err := verify.ParseAnchors(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}
