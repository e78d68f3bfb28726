// Package appeal keeps what holders ask for, object to and complain of (诉求): the electronic form of a paper
// license (补录), wrong data (纠错), a loss (挂失), a demand for paper or a refusal (投诉). Each has a responsible
// unit, a course, a deadline in working days, an answer and an end. 榕政办〔2018〕214号 第九条、第十五条、第十七条、第二十条.
//
// It also keeps the proofs that a license was available to an office at a moment (可用证明), and the violations that
// the system recognised or a complaint proved (违规). It knows the states of licenses and never opens one; what people
// write is ciphertext under the holder's key.
package appeal

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// Kind says what is asked for.
type Kind string

// The kinds of appeals.
const (
	Supplement Kind = "supplement" // 我有证，这里没有: the electronic form of a paper license (补录)
	Correction Kind = "correction" // 信息不对 (纠错)
	Loss       Kind = "loss"       // 挂失
	Complaint  Kind = "complaint"  // 投诉: asked for paper, or the electronic license refused
)

// days are the working days within which an appeal of a kind is answered. No rule of the city sets them; they follow
// the usual limits for complaints and corrections.
var days = map[Kind]int{Supplement: 5, Correction: 5, Loss: 1, Complaint: 10}

// State is how far an appeal has come.
type State string

// The states.
const (
	Waiting State = "waiting" // to be taken
	Taken   State = "taken"   // somebody works on it
	Making  State = "making"  // the license asked for is being made
	Closed  State = "closed"
)

// Outcome is how an appeal ended.
type Outcome string

// The outcomes.
const (
	Issued    Outcome = "issued"    // the license asked for is published
	Agreed    Outcome = "agreed"    // what was said is right, and the answer says what is done
	Declined  Outcome = "declined"  // it is not, and the answer says why
	Withdrawn Outcome = "withdrawn" // taken back by who raised it
)

// Origin says who raised an appeal.
type Origin string

// The origins.
const (
	ByHolder Origin = "holder"
	ByDesk   Origin = "desk" // a clerk who accepted paper, for the holder
)

// Ground of a complaint or violation (榕政办〔2018〕214号 第二十条（一）、（二）).
type Ground string

// The grounds.
const (
	PaperAsked Ground = "paper"   // paper was asked for although the license was available
	NotTaken   Ground = "refused" // the electronic license was not accepted
)

// Appeal is one appeal; nothing in it is personal.
type Appeal struct {
	HolderID        string // whom it concerns, in whose shard it lives
	ID              string
	Kind            Kind
	State           State
	Outcome         Outcome
	UnitID          string // who answers
	ClerkID         string
	Origin          Origin
	RaisedBy        string
	RaisedUnitID    string // of a desk
	TypeCode        string
	LicenseHolderID string
	LicenseID       string // what it is about; of a supplement: what is made for it
	MatterCode      string
	CaseNo          string
	Seq             int
	AgainstID       string // unit complained of
	Ground          Ground
	ProofID         string
	RaisedAt        time.Time
	DueAt           time.Time
	ClosedAt        time.Time
	RowVersion      int64
}

// CanWithdraw reports whether the holder can take an appeal back: an own one on which nothing is being made. A report of
// loss can be taken back after its answer too, when the license is found.
func (a Appeal) CanWithdraw() bool {
	switch {
	case a.Origin != ByHolder || a.State == Making || a.Outcome == Withdrawn:
		return false
	case a.State == Closed:
		return a.Kind == Loss
	}
	return true
}

// Words are what was written when an appeal was raised.
type Words struct {
	Text     string   `json:"text,omitempty"`
	Number   string   `json:"number,omitempty"`   // on the paper license
	IssuedOn string   `json:"issuedOn,omitempty"` // on the paper license, 2006-01-02
	Fields   []string `json:"fields,omitempty"`   // names of the fields that are wrong
}

// Event is one step of an appeal's course.
type Event struct {
	Action    string // raise, take, make, void, issue, agree, decline, withdraw
	AccountID string
	Words     string
	At        time.Time
}

// Options are the parts the store works with.
type Options struct {
	DB         *db.DB
	Clock      clock.Clock
	Calendar   *workday.Calendar
	Units      *org.Store
	Accounts   *authn.Service
	Types      *catalog.Store
	Matters    *matter.Store
	Holders    *holder.Store
	Licenses   *license.Store
	Book       *evidence.Book
	Notices    *notice.Store
	Deadlines  *deadline.Store
	PlatformID string // the unit that answers where nobody else supervises
}

// Store keeps appeals, proofs and violations.
type Store struct{ o Options }

// Open gives the store.
func Open(o Options) *Store { return &Store{o: o} }

// textMax bounds what people write, in characters; numberMax the number on a paper license.
const (
	textMax   = 500
	numberMax = 60
)

// checkText holds a text against its bound and refuses marks that hide or reorder what stands around them.
func checkText(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return errs.New(errs.Invalid, "field.too-long").On(field).With("max", strconv.Itoa(most))
	}
	hidden := func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, hidden) {
		return errs.New(errs.Invalid, "field.format").On(field)
	}
	return nil
}

func needText(field, text string) error {
	if strings.TrimSpace(text) == "" {
		return errs.New(errs.Invalid, "field.required").On(field)
	}
	return checkText(field, text, textMax)
}
