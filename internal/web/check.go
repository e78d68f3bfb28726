package web

import (
	"context"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
)

// Checker answers what the check pages ask. Tokens are what stands in a code; a wrong, used or expired one is
// refused with the codes present.unknown, present.used, present.expired or present.ended.
type Checker interface {
	// Static tells the state and type of the license whose face bears the code, and nothing else.
	Static(ctx context.Context, token string) (StaticView, error)
	// Peek tells what a check of this presentation (亮证) would do. It consumes nothing.
	Peek(ctx context.Context, token string) (PeekView, error)
	// Check redeems a presentation and records the use. actor is nil for someone who is not signed in; where
	// that is not enough, the refusal is "unauthenticated".
	Check(ctx context.Context, actor *authn.Actor, token, purpose string) (VerdictView, error)
	// File judges a license file. A file that is no OFD is refused with "file.unreadable".
	File(ctx context.Context, file []byte, use Intended) (FileVerdict, error)
}

// Text is a text in both languages. An empty En reads as Zh: names have one form.
type Text struct{ Zh, En string }

// In gives the text in "zh" or "en".
func (t Text) In(lang string) string {
	if lang == "en" && t.En != "" {
		return t.En
	}
	return t.Zh
}

// State is the state of a license (证照状态): its code and its word.
type State struct {
	Code string // as license.State spells it; chooses colour and shape
	Text Text
}

// Field is one labelled value of a license.
type Field struct {
	Label Text
	Value string
}

// StaticView is all that a code printed on a face tells.
type StaticView struct {
	Type  Text
	State State
	Parts []Part
	Late  bool // its annual inspection is overdue, and it is in force all the same
	AsOf  time.Time
}

// Part is one license that a comprehensive one joins.
type Part struct {
	Type   Text
	Issuer string
	State  State
}

// PeekView is what somebody who scanned a presentation sees before checking it.
type PeekView struct {
	Type     Text
	Fields   []Text // labels of what the check will show
	Seconds  int    // left
	Uses     int    // checks left
	Scenario string // the social scenario it is shown in, "" for none: only its verifiers can check
	// SignIn says that a check by somebody not signed in would be refused.
	SignIn bool
}

// The verdicts of a check of a presentation.
const (
	Valid      = "valid"      // in force
	NotInForce = "notInForce" // not yet
	Suspended  = "suspended"  // for now not to be used
	Ended      = "ended"      // no longer
)

// VerdictView is the result of a check.
type VerdictView struct {
	Verdict   string // one of the four above
	State     State
	Type      Text
	Issuer    Text
	Fields    []Field
	Parts     []Part
	Late      bool   // as in StaticView
	Preview   string // local address of a picture, or ""
	CheckedAt time.Time
	RecordNo  string // 存证编号
}

// NamesIssuer tells whether one of the fields shown is the issuer already.
func (v VerdictView) NamesIssuer() bool {
	return slices.ContainsFunc(v.Fields, func(f Field) bool { return f.Value == v.Issuer.Zh })
}

// The verdicts on a file, beside Valid.
const (
	Untrusted = "untrusted" // intact, but its seals' makers are not among the trusted
	Invalid   = "invalid"
)

// FileVerdict is the result of checking a file.
type FileVerdict struct {
	Verdict string // Valid, Untrusted or Invalid
	Causes  []Cause
	License []Field
	Seals   []Seal
	Entries int // in the package
	Covered int // of them protected by seals
	Copy    *Copy
	Current *Current // nil where this platform does not know the license
	PDF     *PDF     // instead of all else: the file is a PDF
}

// PDF is what is found of a PDF copy. It has no seals: it is the very file that was given out, or it is nothing.
type PDF struct {
	Known   bool // it names a copy of this platform; with Verdict Invalid: it was altered
	Type    Text // only of the very file
	Issuer  Text
	MadeAt  time.Time
	Expires time.Time
	Expired bool
}

// Intended is the use that somebody has in mind for a file; empty: none.
type Intended struct{ Unit, CaseNo string }

// Cause is why a verdict is not the best one.
type Cause struct {
	Code string
	Part string // which seal or entry; may be ""
	Text Text
}

// Seal is one electronic seal (电子印章) on a file.
type Seal struct {
	Name, Signer string
	At           time.Time
	TimeTrusted  bool
	Verdict      string // Valid, Untrusted or Invalid
}

// Copy is what an annotated copy (加注件) says of itself.
type Copy struct {
	Cause, Matter, CaseNo, Creator string
	Created, Expires               time.Time
}

// Current is the state of the license now, as against that in the file.
type Current struct {
	State State
	At    time.Time
}
