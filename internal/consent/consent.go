// Package consent keeps what a holder allows others to read without being there (授权中心): which license and which of its
// fields, to whom, for what, how often, until when. 《中华人民共和国个人信息保护法》第十四条、第十五条; 闽政办〔2022〕33号 任务1、3.
//
// An authorisation is asked for by a unit in a social scenario or by another holder, and given or refused by the holder; or
// given unasked. It hands nothing over: it is a row and a leaf of the log, and each reading goes through the door (package
// access), which judges account, fields, purpose, count, term and enrolment in the transaction that records the reading.
// A withdrawal changes the row that this transaction holds, so that no reading is recorded after a withdrawal was answered,
// and no more readings than were agreed to, however many come at once.
//
// What is shown face to face, once, is the business of package present, whose rules for scenarios hold here too.
package consent

import (
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/once"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/present"
)

// The bounds of an authorisation.
const (
	UsesMax    = 100
	DaysMax    = 366
	PurposeMax = 100 // characters

	AnswerTime = 7 * 24 * time.Hour // how long a request waits for its answer
	// KeptUnanswered is for how long after that a request is kept that was never answered, or was taken back: then it goes, whoever
	// was named, so that of somebody who is not known nothing stays that was typed, and that it goes tells nothing.
	KeptUnanswered = 14 * 24 * time.Hour
	waitingMax     = 5                  // requests of one asker that wait for one holder
	remindTime     = 3 * 24 * time.Hour // how long before its end a holder is reminded
)

// Step is how far an authorisation was brought by its two sides. It is stored; what it means at a moment is State.
type Step string

// The steps.
const (
	stepAsked     Step = "asked"
	stepRetracted Step = "retracted"
	stepRefused   Step = "refused"
	stepGiven     Step = "given"
	stepWithdrawn Step = "withdrawn"
)

// State is how an authorisation stands at a moment.
type State string

// The states of an authorisation.
const (
	Asked     State = "asked"     // 待答复
	Retracted State = "retracted" // 对方已撤回请求
	Refused   State = "refused"   // 未同意
	Lapsed    State = "lapsed"    // 逾期未答复
	Given     State = "given"     // 授权中
	Withdrawn State = "withdrawn" // 已收回
	Used      State = "used"      // 次数已用完
	Ended     State = "ended"     // 已到期
)

// States are all of them, in the order of an authorisation's life.
var States = []State{Asked, Retracted, Refused, Lapsed, Given, Withdrawn, Used, Ended}

// Terms are what an authorisation allows.
type Terms struct {
	Fields  []string // names; in a request, none: the usual ones, or the scenario's
	Purpose string   // "" in a scenario: what the scenario is for
	Uses    int      // readings
	Days    int      // the term ends with this day, counted from the day on which it is given
}

// Authorisation is a request for a standing consent, or the consent.
type Authorisation struct {
	ID              string
	HolderID        string // whose license it is
	GranteeUnit     string // "" for a holder
	GranteeHolder   string // "" for a unit
	ScenarioID      string // "" between holders
	TypeCode        string
	LicenseHolderID string // "" until it is given
	LicenseID       string
	Terms                     // asked for; once given, as agreed to
	Taken           int       // readings so far
	AskedAt         time.Time // zero: given unasked
	AnswerBy        time.Time
	GivenAt         time.Time // zero until then
	Until           time.Time // first moment after the term
	EndedAt         time.Time // refused, retracted or withdrawn
	LeafID          string    // of the giving

	// Told is who was asked where nobody is known under the code and name: such a request stands with the platform.
	Told holder.Profile

	step    Step
	askedBy string // account
	givenBy string
}

// State is how the authorisation stands at a moment.
func (a Authorisation) State(at time.Time) State {
	switch a.step {
	case stepAsked:
		if !at.Before(a.AnswerBy) {
			return Lapsed
		}
		return Asked
	case stepGiven:
		if a.Taken >= a.Uses {
			return Used
		}
		if !at.Before(a.Until) {
			return Ended
		}
		return Given
	}
	return State(a.step)
}

// Left is how many readings are left, whatever the state.
func (a Authorisation) Left() int { return max(0, a.Uses-a.Taken) }

// grantee is who was named, as the index knows them.
func (a Authorisation) grantee() string { return a.GranteeUnit + a.GranteeHolder }

// GivenNo is the 存证编号 of the giving; "" until then.
func (a Authorisation) GivenNo() string { return access.Number(a.LeafID) }

// Options are the parts package consent works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Accounts *authn.Service
	Units    *org.Store
	Types    *catalog.Store
	Holders  *holder.Store
	Licenses *license.Store
	Notices  *notice.Store
	Present  *present.Desk
	Door     *access.Door
	Book     *evidence.Book
}

// Desk keeps authorisations.
type Desk struct {
	o    Options
	once *once.Store
}

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o, once: once.Open(o.Holders, o.Clock)} }
