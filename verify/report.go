package verify

import "time"

// The verdicts, from best to worst.
const (
	Valid     = "valid"     // intact and traced to a trust anchor
	Untrusted = "untrusted" // intact, but origin not traced to a trust anchor
	Invalid   = "invalid"   // changed, incomplete, or outside its limits
)

// Level is how much a cause weighs.
type Level string

// The levels, from lightest to heaviest.
const (
	LevelNote      Level = "note"      // worth knowing, does not change the verdict
	LevelUntrusted Level = "untrusted" // the verdict is at best untrusted
	LevelInvalid   Level = "invalid"   // the verdict is invalid
)

// Report is the outcome of File.
type Report struct {
	Verdict   string       `json:"verdict"` // Valid, Untrusted or Invalid
	Zh        string       `json:"zh"`      // the verdict in one sentence
	En        string       `json:"en"`
	Causes    []Cause      `json:"causes"`  // all of the file and its seals, in the standard's order
	License   []Item       `json:"license"` // metadata of the license, in the file's order
	Seals     []SealReport `json:"seals"`   // in the order of signing
	Coverage  Coverage     `json:"coverage"`
	Copy      *CopyReport  `json:"copy,omitempty"` // present when the file is an annotated copy (加注件)
	CheckedAt time.Time    `json:"checkedAt"`
}

// Cause is one finding.
type Cause struct {
	Code   Code   `json:"code"`
	Reason string `json:"reason,omitempty"` // which of the code's reasons, a stable word
	Level  Level  `json:"level"`
	Part   string `json:"part,omitempty"` // identifier of the signature, and the file where it matters
	Zh     string `json:"zh"`
	En     string `json:"en"`
}

// Item is one metadata item of the license (CustomData of GB/T 33190).
type Item struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"` // Chinese name where the item is a known one
	Value string `json:"value"`
}

// SealReport is what is known of one signature.
type SealReport struct {
	ID          string    `json:"id"`     // identifier in the list of signatures
	Type        string    `json:"type"`   // Seal or Sign
	Name        string    `json:"name"`   // name of the seal
	Code        string    `json:"code"`   // code of the seal
	Signer      string    `json:"signer"` // names in the certificates
	Maker       string    `json:"maker"`
	SignedAt    time.Time `json:"signedAt,omitzero"`
	TimeTrusted bool      `json:"timeTrusted"` // whether a trusted time stamp supports SignedAt
	ValidFrom   time.Time `json:"validFrom,omitzero"`
	ValidTo     time.Time `json:"validTo,omitzero"`
	Verdict     string    `json:"verdict"`
	Causes      []Cause   `json:"causes"`
}

// Coverage says how much of the package the signatures protect.
type Coverage struct {
	Files         int      `json:"files"`
	Covered       int      `json:"covered"`
	Uncovered     []string `json:"uncovered"`     // at most 100 names
	ListClosed    bool     `json:"listClosed"`    // whether a seal protects the list of seals
	SealsDeclared int      `json:"sealsDeclared"` // 0: the file declares no number
	SealsFound    int      `json:"sealsFound"`
}

// CopyReport is what an annotated copy (加注件) says of itself, such as
// ofd.Package.Annotate makes. A copy is good for the purpose named and no
// other, until it expires.
type CopyReport struct {
	Creator         string    `json:"creator"` // the unit that may use it
	Purpose         string    `json:"purpose"`
	Created         time.Time `json:"created,omitzero"`
	Expires         time.Time `json:"expires,omitzero"`
	Expired         bool      `json:"expired"`
	Matter          string    `json:"matter,omitempty"`          // code of the matter
	Case            string    `json:"case,omitempty"`            // number of the case
	OriginalDigest  string    `json:"originalDigest,omitempty"`  // SM3 of the original file, hexadecimal
	OriginalVerdict string    `json:"originalVerdict,omitempty"` // what the copy's maker found of the original
	Asked           bool      `json:"asked,omitempty"`           // whether it was held against an intended use (Options.For)
	Zh              string    `json:"zh"`
	En              string    `json:"en"`
}

// findings collects causes about one seal or the whole file.
type findings []Cause

// maxCauses bounds the causes told of one signature: a file made to have millions must not fill the memory.
const maxCauses = 100

func (f *findings) add(code Code, reason, part string) {
	text := wording(code, reason)
	if len(*f) >= maxCauses && !f.lowers(text.level) {
		return
	}
	*f = append(*f, Cause{Code: code, Reason: reason, Part: part, Level: text.level, Zh: text.zh, En: text.en})
}

// lowers reports whether a cause of a level would change the verdict.
func (f findings) lowers(level Level) bool {
	switch f.verdict() {
	case Valid:
		return level != LevelNote
	case Untrusted:
		return level == LevelInvalid
	default:
		return false
	}
}

func (f findings) verdict() string {
	verdict := Valid
	for _, c := range f {
		switch {
		case c.Level == LevelInvalid:
			return Invalid
		case c.Level == LevelUntrusted:
			verdict = Untrusted
		}
	}
	return verdict
}
