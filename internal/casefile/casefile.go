// Package casefile keeps cases (办件): their parties, stages, assigned clerks, materials, form and course.
//
// It decides nothing about licenses; it says which case is open for whom, which is what the door asks. What
// applicants write is ciphertext under the first applicant's key.
package casefile

import (
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// Stages of a case beyond those at which licenses are read: draft → accept → (mend → accept)* → decide → making → done.
// A case opened at a counter begins at accept.
const (
	StageDraft  matter.Stage = "draft"  // the applicant still fills it in; the unit does not see it
	StageMend   matter.Stage = "mend"   // back with the applicant for correction (补正)
	StageMaking matter.Stage = "making" // decided; the result license is being made
	StageDone   matter.Stage = "done"
)

// Channels by which cases come in.
const (
	ByWindow = "window" // 窗口
	ByHolder = "online" // 网上
	ByEvent  = "event"  // 一件事: one application for several matters
	BySystem = "system" // a department's system
)

// States and outcomes.
const (
	StateOpen   = "open"
	StateClosed = "closed"

	Approved = "approved"
	Refused  = "refused"
)

// Material statuses.
const (
	Lent     = "lent"     // fetched through the door
	Missing  = "missing"  // there is no such license, or no such party
	Declined = "refused"  // the door refused
	Unusable = "unusable" // there is one, but not in force
	Plain    = "plain"    // no license is bound; handed in as it is
	Paper    = "paper"    // accepted on paper, ground recorded
	Down     = "down"     // the system that keeps the license cannot be reached
	Promised = "promised" // the applicant committed to it (容缺受理, 告知承诺); it is fetched later
)

// Case is one case.
type Case struct {
	HolderID   string // first applicant, in whose shard it lives
	No         string
	MatterCode string
	UnitID     string
	ClerkID    string // who handles it now
	AcceptedBy string
	Stage      matter.Stage
	State      string
	Outcome    string
	Form       map[string]Value
	LicenseID  string
	OpenedAt   time.Time
	DueAt      time.Time
	ClosedAt   time.Time
	Channel    string
	AppliedBy  string // account of the applicant or their agent; "" at a counter
	DeskUnitID string // front desk that accepts it for the unit; "": the unit itself
	BundleID   string // 一件事 that it is part of
	// SubmittedAt is when the applicant handed it in: for a case of a counter, when it was opened.
	SubmittedAt time.Time
	// ResultIdentifier names a result that another system made.
	ResultIdentifier string
	RowVersion       int64
}

// Editable reports whether the case is in its applicant's hands: being filled in, or to be corrected.
func (c Case) Editable() bool {
	return c.State == StateOpen && (c.Stage == StageDraft || c.Stage == StageMend)
}

// Value is one filled form field. Seq tells which material filled it; 0 means a person did.
type Value struct {
	Text string `json:"text"`
	Seq  int    `json:"seq,omitempty"`
}

// Material is what became of one material of the matter.
type Material struct {
	Seq             int
	Status          string
	Reason          string // stable code
	Detail          map[string]string
	LicenseHolderID string
	LicenseID       string
	LicenseState    string // when it was lent
	GrantID         string
	RecordNo        string
	RecheckedState  string
	RecheckedAt     time.Time
}

// Event is one step of a case's course.
type Event struct {
	Action    string
	AccountID string
	Opinion   string
	At        time.Time
}

// Summary is a case in a queue.
type Summary struct {
	HolderID, No, ClerkID string
	Stage                 matter.Stage
	Electronic            bool
	Missing               int
	Promised              int // materials that rest on a commitment
	DueAt                 time.Time
}

// Store keeps cases.
type Store struct {
	db      *db.DB
	clock   clock.Clock
	holders *holder.Store
}

// Open gives the store of cases.
func Open(d *db.DB, c clock.Clock, h *holder.Store) *Store {
	return &Store{db: d, clock: c, holders: h}
}
