package main

import "github.com/yinxin-org/yinxin/gbcode"

type codeCmd struct {
	Values []string `arg:"" name:"value" help:"Codes: credit code, citizen number, license identifier, type code or matter code."`
}

// Help is the long help of the command.
func (codeCmd) Help() string {
	return `Prints one JSON object a value: what kind it is (uscc, citizen, identifier, type, matter), whether it is valid,
and if not, which rule it breaks. The value itself is not printed. Ends with 1 if one is not valid.`
}

// codeLine is the finding on one value.
type codeLine struct {
	Index int `json:"index"` // of the value on the command line, from 1
	gbcode.Finding
}

// Run checks the codes.
func (c codeCmd) Run(s streams) error {
	valid := true
	for i, v := range c.Values {
		// The likeliest kind comes first.
		f := gbcode.Identify(v)[0]
		if f.Kind == gbcode.KindCitizen {
			f.Parts = nil // birth and sex are the person's own
		}
		valid = valid && f.Valid
		if err := printJSON(s.out, codeLine{Index: i + 1, Finding: f}, false); err != nil {
			return err
		}
	}
	if !valid {
		return errRefused
	}
	return nil
}
