package access

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/policy"
)

// Actions of the rules, one a ground; that of ground case has one for each right below it.
var actions = map[Ground]cedar.EntityUID{
	Case:         inCase,
	Self:         cedar.NewEntityUID("Action", "readOwn"),
	Presentation: cedar.NewEntityUID("Action", "checkShown"),
	Consent:      cedar.NewEntityUID("Action", "readByConsent"),
	Issuing:      cedar.NewEntityUID("Action", "make"),
	Share:        cedar.NewEntityUID("Action", "downloadShared"),
	Commitment:   cedar.NewEntityUID("Action", "fetchCommitted"),
	Inspection:   cedar.NewEntityUID("Action", "inspect"),
	BreakGlass:   cedar.NewEntityUID("Action", "breakGlass"),
	Archive:      cedar.NewEntityUID("Action", "archiveJob"),
	Quality:      cedar.NewEntityUID("Action", "qualityJob"),
	Analysis:     cedar.NewEntityUID("Action", "analysisJob"),
}

// rules are the door's policies, each under the id it is annotated with: of each action those alone that can say something of
// it. A policy whose scope names other actions says nothing whatever the facts are, and need not be asked.
type rules struct {
	set *cedar.PolicySet
	of  map[cedar.EntityUID]cedar.PolicyMap
}

func readRules() (*rules, error) {
	files, err := fs.Glob(policy.Files, "*.cedar")
	if err != nil {
		return nil, err
	}
	set := cedar.NewPolicySet()
	for _, name := range files {
		text, err := fs.ReadFile(policy.Files, name)
		if err != nil {
			return nil, err
		}
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			id := p.Annotations()["id"]
			if id == "" || !set.Add(cedar.PolicyID(id), p) {
				return nil, fmt.Errorf("%s: a rule without an id of its own", name)
			}
		}
	}
	return newRules(set), nil
}

func newRules(set *cedar.PolicySet) *rules {
	r := &rules{set: set, of: map[cedar.EntityUID]cedar.PolicyMap{}}
	for _, action := range slices.Concat(slices.Collect(maps.Values(actions)), slices.Collect(maps.Values(inCaseActions))) {
		r.of[action] = cedar.PolicyMap{}
		for id, p := range set.All() {
			if speaks(p, action) {
				r.of[action][id] = p
			}
		}
	}
	return r
}

// speaks reports whether the scope of a policy lets it say something of an action. What is not understood speaks.
func speaks(p *cedar.Policy, action cedar.EntityUID) bool {
	within := func(e cedar.EntityUID) bool { return e == action || e == inCase && isInCase(action) }
	switch s := p.AST().Action.(type) {
	case ast.ScopeTypeEq:
		return s.Entity == action
	case ast.ScopeTypeIn:
		return within(s.Entity)
	case ast.ScopeTypeInSet:
		return slices.ContainsFunc(s.Entities, within)
	}
	return true
}

func isInCase(action cedar.EntityUID) bool {
	for _, a := range inCaseActions {
		if a == action {
			return true
		}
	}
	return false
}

// facts are what one decision rests on.
type facts struct {
	ground  Ground
	right   right        // on ground case
	actor   *authn.Actor // nil: the public
	license license.License
	usable  bool
	context cedar.RecordMap
}

// request puts the facts into the words of policy/yinxin.cedarschema.
func (f facts) request() (cedar.EntityMap, cedar.Request) {
	principal, entities := principalOf(f.actor)
	resource := cedar.NewEntityUID("License", cedar.String(f.license.ID))
	entities[resource] = cedar.Entity{UID: resource, Attributes: cedar.NewRecord(cedar.RecordMap{
		"type":    cedar.String(f.license.TypeCode),
		"issuer":  cedar.String(f.license.IssuerID),
		"holders": stringSet(f.license.Holders),
		"usable":  cedar.Boolean(f.usable),
	})}
	action := actions[f.ground]
	if f.ground == Case {
		action = inCaseActions[f.right]
		entities[action] = cedar.Entity{UID: action, Parents: cedar.NewEntityUIDSet(inCase)}
	}
	return entities, cedar.Request{
		Principal: principal, Action: action, Resource: resource, Context: cedar.NewRecord(f.context),
	}
}

// decide gives the codes of the rules that refuse; none means permitted.
func (r *rules) decide(f facts) ([]string, error) {
	entities, request := f.request()
	decision, why := cedar.Authorize(r.of[request.Action], entities, request)
	if len(why.Errors) > 0 {
		// A rule that could not be evaluated is a rule that did not refuse: never go on.
		return nil, fmt.Errorf("decide access: rule %s: %s", why.Errors[0].PolicyID, why.Errors[0].Message)
	}
	if decision == cedar.Allow {
		return nil, nil
	}
	var codes []string
	for _, reason := range why.Reasons {
		codes = append(codes, "access."+string(reason.PolicyID))
	}
	if len(codes) == 0 {
		codes = []string{"access.default"}
	}
	// The rules come in no order of their own; the same facts must give the same leading reason every time.
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) })
	return codes, nil
}

// order is the order in which reasons are told: the most basic first.
var order = []string{"access.case.open", "access.case.unit", "access.case.clerk", "access.case.time", "access.case.matter",
	"access.case.party", "access.case.type", "access.case.stage", "access.system.type", "access.system.right", "access.system.quota", "access.system.provisional", "access.case.fields", "access.case.tries", "access.case.guessing", "access.license.state", "access.self.holder", "access.self.power", "access.issuing.task", "access.issuing.unit", "access.issuing.published", "access.issuing.reason",
	"access.present.live", "access.present.scenario", "access.consent.live", "access.consent.grantee", "access.consent.holder",
	"access.consent.fields", "access.consent.count", "access.consent.time", "access.consent.purpose", "access.consent.scenario", "access.consent.state",
	"access.glass.persons", "access.glass.person", "access.glass.reason", "access.glass.ended", "access.glass.time",
	"access.inspection.unit", "access.inspection.inspector", "access.inspection.subject", "access.inspection.type", "access.inspection.time"}

func rank(code string) int {
	if i := slices.Index(order, code); i >= 0 {
		return i
	}
	return len(order)
}

func principalOf(a *authn.Actor) (cedar.EntityUID, cedar.EntityMap) {
	if a == nil {
		uid := cedar.NewEntityUID("Public", "anyone")
		return uid, cedar.EntityMap{uid: {UID: uid}}
	}
	uid := cedar.NewEntityUID("Account", cedar.String(a.AccountID))
	return uid, cedar.EntityMap{uid: {UID: uid, Attributes: cedar.NewRecord(cedar.RecordMap{
		"id":     cedar.String(a.AccountID),
		"unit":   cedar.String(a.UnitID),
		"holder": cedar.String(a.HolderID),
		"roles":  stringSet(a.Roles),
	})}}
}

func stringSet(values []string) cedar.Set {
	var out []cedar.Value
	for _, v := range values {
		out = append(out, cedar.String(v))
	}
	return cedar.NewSet(out...)
}
