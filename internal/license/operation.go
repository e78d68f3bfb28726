package license

import (
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// Action is something that is done to a published license, by the name that its event bears.
type Action string

// The operations of 榕政办〔2018〕214号 第九条. 变更, 延续 and 补发 are new versions: a draft that follows the license, and
// Supersede when it is published.
const (
	Supersede Action = "superseded" // by the version that follows
	Cancel    Action = "cancelled"  // 注销
	Withdraw  Action = "revoked"    // 撤销
	Penalise  Action = "penalty"    // 吊销
	Abolish   Action = "abolished"  // 废止
	Suspend   Action = "suspended"  // 挂起
	Release   Action = "release"    // 恢复
	Lose      Action = "lost"       // 挂失
	Recover   Action = "found"      // 解挂
	LosePaper Action = "paperLost"  // 纸质遗失
	FindPaper Action = "paperFound" // 纸质找回
	Pledge    Action = "pledged"    // 质押
	Unpledge  Action = "unpledged"  // 解押
	Dispute   Action = "disputed"   // 争议
	Settle    Action = "settled"    // 争议解决
)

// Reasons are the codes of why something is done to a license, as the platform ships them.
var Reasons = []Reason{
	{"01", "持证人申请", "Asked for by the holder"}, {"02", "主体终止或死亡", "The holder has ended or died"}, {"03", "有效期届满", "The period is over"},
	{"04", "依法吊销", "Revoked by law"}, {"05", "依法撤销", "Withdrawn by law"}, {"06", "签发错误", "Issued in error"},
	{"07", "数据纠错", "Data corrected"}, {"08", "变更换发", "Changed"}, {"09", "延续换发", "Renewed"}, {"10", "遗失或损毁", "Lost or destroyed"},
	{"11", "司法或行政限制", "Held by a court or an authority"}, {"12", "事项取消或证照废止", "The matter or the type has ended"}, {"99", "其他", "Other"},
}

// Reason is one code with its words.
type Reason struct{ Code, Zh, En string }

// Operation says what is done to a license, why and by whom.
type Operation struct {
	Action     Action
	Reason     string    // code of Reasons; "" for the action's usual one
	Ground     string    // number of the decision, the registration or the case; nothing personal
	TrueFrom   time.Time // since when it is so; zero: from now on
	AccountID  string    // who asked for it; "" for a system
	ApproverID string    // the second person, where the action needs one
	UnitID     string
	Words      string // kept encrypted: who the pledgee is, what consent was given
}

// situation is what a guard judges by: the license, what is to be done, and when.
type situation struct {
	License
	Operation
	now time.Time
}

// begins is the first moment for which anything can be said of a license: its period's, or its publication where that was
// earlier. A withdrawal can reach back to it (行政许可法 第六十九条).
func (l License) begins() time.Time {
	if l.ValidFrom.Before(l.PublishedAt) {
		return l.ValidFrom
	}
	return l.PublishedAt
}

// guard is one precondition of an action.
type guard struct {
	name  string
	holds func(situation) bool
	err   func(situation) error
}

// rule is all there is to know of an action.
type rule struct {
	ends   bool  // the license ends, in the state of the action's name
	places State // hold
	lifts  State // hold
	reason string
	guards []guard
}

// The preconditions.
var (
	published = guard{"published", func(x situation) bool { return x.Step == StepPublished }, simply("license.stage")}
	unended   = guard{"unended", func(x situation) bool { return x.Ended == "" }, func(x situation) error { return ended(x.License) }}
	unexpired = guard{"unexpired", func(x situation) bool { return x.ValidTo.IsZero() || x.now.Before(x.ValidTo) }, standing}
	grounded  = guard{"grounded", func(x situation) bool { return x.Ground != "" }, func(situation) error {
		return errs.New(errs.Invalid, "license.ground-missing").On("ground")
	}}
	reasoned = guard{"reasoned", func(x situation) bool { return knownReason(x.Reason) }, func(situation) error {
		return errs.New(errs.Invalid, "license.reason").On("reason")
	}}
	// twoPersons holds for what people decide; a system's own two persons decided there.
	twoPersons = guard{"twoPersons", func(x situation) bool {
		return x.AccountID == "" || x.ApproverID != "" && x.ApproverID != x.AccountID
	}, func(situation) error { return errs.New(errs.Denied, "license.same-person") }}
	timely = guard{"timely", func(x situation) bool {
		return x.TrueFrom.IsZero() || !x.TrueFrom.After(x.now) && !x.TrueFrom.Before(x.begins())
	}, func(situation) error { return errs.New(errs.Invalid, "license.true-from").On("trueFrom") }}
	fromNow   = guard{"fromNow", func(x situation) bool { return x.TrueFrom.IsZero() }, timely.err}
	unpledged = guard{"unpledged", func(x situation) bool { return !x.Holds.Has(Pledged) }, simply("license.pledged")}
	undoubted = guard{"undoubted", func(x situation) bool { return x.State(x.now) == Valid }, standing}
	named     = guard{"named", func(x situation) bool { return x.Words != "" }, func(situation) error {
		return errs.New(errs.Invalid, "license.words-missing").On("words")
	}}
)

func free(hold State) guard {
	return guard{"free", func(x situation) bool { return !x.Holds.Has(hold) }, func(situation) error {
		return errs.New(errs.Conflict, "license.held-already").With("state", hold.Text("zh")).With("stateEn", hold.Text("en"))
	}}
}

func held(hold State) guard {
	return guard{"held", func(x situation) bool { return x.Holds.Has(hold) }, func(situation) error {
		return errs.New(errs.Conflict, "license.not-held").With("state", hold.Text("zh")).With("stateEn", hold.Text("en"))
	}}
}

func simply(code string) func(situation) error {
	return func(situation) error { return errs.New(errs.Conflict, code) }
}

// standing refuses with the word for how the license stands.
func standing(x situation) error {
	state := x.State(x.now)
	return errs.New(errs.Conflict, "license.not-in-force").With("state", state.Text("zh")).With("stateEn", state.Text("en"))
}

func ending(reason string, more ...guard) rule {
	return rule{ends: true, reason: reason, guards: append([]guard{published, unended, grounded, reasoned, twoPersons, timely}, more...)}
}

func placing(hold State, reason string, more ...guard) rule {
	return rule{places: hold, reason: reason, guards: append([]guard{published, unended, free(hold), reasoned, fromNow}, more...)}
}

// What has a hold is published.
func lifting(hold State, more ...guard) rule {
	return rule{lifts: hold, reason: "99", guards: append([]guard{unended, held(hold), reasoned, fromNow}, more...)}
}

// rules are all actions. An expired license can still be cancelled (行政许可法 第七十条), withdrawn or declared void; it
// cannot be revoked as a penalty, for there is nothing left to take. What is pledged is not cancelled before the pledgee lets go.
var rules = map[Action]rule{
	Supersede: {ends: true, reason: "08", guards: []guard{published, unended, reasoned, fromNow}},
	Cancel:    ending("01", unpledged),
	Withdraw:  ending("05"),
	Penalise:  ending("04", unexpired),
	Abolish:   ending("06"),
	Suspend:   placing(Suspended, "11", grounded, twoPersons),
	Release:   lifting(Suspended, grounded, twoPersons),
	Lose:      placing(Lost, "10", unexpired),
	Recover:   lifting(Lost),
	LosePaper: placing(PaperLost, "10", unexpired),
	FindPaper: lifting(PaperLost),
	Pledge:    {places: Pledged, reason: "01", guards: []guard{undoubted, reasoned, fromNow, grounded, twoPersons, named}},
	Unpledge:  lifting(Pledged, grounded, twoPersons, named),
	Dispute:   placing(Disputed, "99", unexpired, grounded),
	Settle:    lifting(Disputed, grounded),
}

func knownReason(code string) bool {
	for _, r := range Reasons {
		if r.Code == code {
			return true
		}
	}
	return false
}

// apply gives the license after an operation, or why it cannot be done. It alone says what may follow what.
func (r rule) apply(x situation) (License, error) {
	if x.Reason == "" {
		x.Reason = r.reason
	}
	for _, g := range r.guards {
		if !g.holds(x) {
			return License{}, g.err(x)
		}
	}
	l := x.License
	switch {
	case r.ends:
		l.Ended = string(x.Action)
	case r.places != "":
		l.Holds = l.Holds.With(r.places)
	default:
		l.Holds = l.Holds.Without(r.lifts)
	}
	return l, nil
}

// Ends reports whether a state is one in which a license may be ended by word of its issuer.
func Ends(s State) bool { return s != Superseded && rules[Action(s)].ends }

// May lists what can be done to a license now, as far as that depends on the license alone.
func (l License) May(now time.Time) []Action {
	var may []Action
	for _, a := range Actions {
		x := situation{License: l, now: now, Operation: Operation{Action: a, Ground: "-", Words: "-"}}
		if _, err := rules[a].apply(x); err == nil {
			may = append(may, a)
		}
	}
	return may
}

// actionWords are the actions that people can ask for.
var actionWords = map[Action]struct{ zh, en string }{
	Suspend: {"挂起", "Suspend"}, Release: {"恢复", "Release"}, Lose: {"挂失", "Report lost"}, Recover: {"解挂", "Report found"},
	LosePaper: {"登记纸质遗失", "Report the paper lost"}, FindPaper: {"登记纸质找回", "Report the paper found"},
	Pledge: {"质押", "Pledge"}, Unpledge: {"解押", "Release the pledge"}, Dispute: {"标注争议", "Mark as disputed"}, Settle: {"争议解决", "Settle the dispute"},
	Cancel: {"注销", "Cancel"}, Withdraw: {"撤销", "Withdraw"}, Penalise: {"吊销", "Revoke"}, Abolish: {"废止", "Abolish"},
}

// Text is the action's word in "zh" or "en".
func (a Action) Text(lang string) string {
	if lang == "en" {
		return actionWords[a].en
	}
	return actionWords[a].zh
}

// Asked reports whether an action is one that people of the issuer may ask for.
func (a Action) Asked() bool { return slices.Contains(Actions, a) }

// NeedsSecond reports whether a second person must agree to an action.
func (a Action) NeedsSecond() bool { return a.guarded(twoPersons) }

// NeedsGround reports whether an action must name the decision that it rests on.
func (a Action) NeedsGround() bool { return a.guarded(grounded) }

// NeedsWords reports whether an action must say who the pledgee is and what was agreed.
func (a Action) NeedsWords() bool { return a.guarded(named) }

// Ends reports whether an action ends a license, and so may reach back.
func (a Action) Ends() bool { return rules[a].ends }

// UsualReason is the code of why an action is mostly taken.
func (a Action) UsualReason() string { return rules[a].reason }

func (a Action) guarded(by guard) bool {
	return slices.ContainsFunc(rules[a].guards, func(g guard) bool { return g.name == by.name })
}

// Check refuses what could not be done to a license now, whoever agreed to it.
func (o Operation) Check(l License, now time.Time) error {
	r, known := rules[o.Action]
	if !known {
		return errs.New(errs.Invalid, "license.action").On("action")
	}
	o.AccountID = "" // the second person comes later
	_, err := r.apply(situation{License: l, Operation: o, now: now})
	return err
}

// Actions lists what people may ask for, in the order in which it is shown.
var Actions = []Action{Suspend, Release, Lose, Recover, LosePaper, FindPaper, Pledge, Unpledge, Dispute, Settle, Cancel, Withdraw, Penalise, Abolish}
