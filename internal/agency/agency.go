// Package agency says who may act for whom (代办): the staff member a firm entrusts (授权代理), its legal representative
// (法定代表人), the guardian of a child (监护), who cares for a parent (赡养). 闽政办〔2022〕33号 任务1、4.
//
// A relation is asked for by one side and answered by the other, or proved by a license or by a clerk who saw the
// paper; either side ends it, at once. It gives powers, each on its own: to apply, to show, to read. Nothing is
// remembered of a relation but in its row: whoever acts is held against it anew with every request.
//
// The package decides nothing about a license; that is the business of access, which is told the powers.
package agency

import (
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// Kind says what binds the two sides.
type Kind string

// The kinds of relation.
const (
	Agent          Kind = "agent"          // 授权代理: a firm's staff member, or somebody a person trusts
	Representative Kind = "representative" // 法定代表人
	Guardian       Kind = "guardian"       // 监护: a parent or guardian for a minor
	Care           Kind = "care"           // 赡养: a grown child for an old parent
)

// Step is how far a relation has come. It is stored; what it means at a moment is Standing.
type Step string

// The steps, and Over, which is never stored.
const (
	Asked    Step = "asked"
	Active   Step = "active"
	Declined Step = "declined"
	Ended    Step = "ended"
	Over     Step = "over" // its term has run out
)

// How a relation is proved beyond the word of both.
const (
	ByLicense = "license"
	ByClerk   = "clerk"
)

// Relation is one holder acting for another.
type Relation struct {
	ID            string
	PrincipalID   string // for whom is acted
	AgentID       string // who acts
	Kind          Kind
	Powers        []string
	Step          Step
	AskedBy       string // the side that asked
	Proof         string
	ProofNo       string // 存证编号 of the look at the license
	ConfirmedBy   string // clerk
	ConfirmedUnit string
	ValidTo       time.Time // first instant it is no longer in force; zero: no end
	AskedAt       time.Time
	AnsweredAt    time.Time
	EndedAt       time.Time
	EndedBy       string
	Version       int64
}

// Standing is how the relation stands at a moment.
func (r Relation) Standing(at time.Time) Step {
	if (r.Step == Active || r.Step == Asked) && !r.ValidTo.IsZero() && !at.Before(r.ValidTo) {
		return Over
	}
	return r.Step
}

// InForce reports whether the agent may act at a moment.
func (r Relation) InForce(at time.Time) bool { return r.Standing(at) == Active }

// Gives reports whether it is in force and gives a power.
func (r Relation) Gives(power string, at time.Time) bool {
	return r.InForce(at) && slices.Contains(r.Powers, power)
}

// Other is the side that a holder is not.
func (r Relation) Other(holderID string) string {
	if r.PrincipalID == holderID {
		return r.AgentID
	}
	return r.PrincipalID
}

// Answers is the holder who has to answer. A child answers nothing: a clerk who has seen the paper does.
func (r Relation) Answers() string {
	if r.Kind == Guardian {
		return ""
	}
	return r.Other(r.AskedBy)
}

// allPowers are what can be given.
var allPowers = []string{authn.PowerApply, authn.PowerShow, authn.PowerRead}

// Options are the parts the package works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Keys     *gm.KeyStore
	Holders  *holder.Store
	Licenses *license.Store
	Types    *catalog.Store
	Door     *access.Door
	Book     *evidence.Book
	Notices  *notice.Store
}

// Service keeps relations and presence codes.
type Service struct{ o Options }

// New makes a Service.
func New(o Options) *Service { return &Service{o: o} }
