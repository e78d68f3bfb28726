package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
)

// TestEveryConditionIsNeeded takes one condition out of one rule at a time: a whole rule, each of its when and unless, each
// side of each "and" and "or". A case of policy/cases must then be decided otherwise. What survives is a condition that
// nobody would miss: add the case that misses it.
func TestEveryConditionIsNeeded(t *testing.T) {
	t.Parallel()
	whole, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	files := caseFiles(t)
	mutants := 0
	for id, p := range whole.set.All() {
		for _, m := range mutantsOf(t, p) {
			mutants++
			set := cedar.NewPolicySet()
			for other, q := range whole.set.All() {
				if other != id {
					set.Add(other, q)
				} else if m.policy != nil {
					set.Add(id, m.policy)
				}
			}
			if !noticed(t, newRules(set), files) {
				t.Errorf("rule %s without %s: no case of policy/cases is decided otherwise", id, m.without)
			}
		}
	}
	if mutants < 100 {
		t.Errorf("only %d conditions were taken out: the rules are not understood any more", mutants)
	}
}

// noticed reports whether a case is decided otherwise than its file says.
func noticed(t *testing.T, r *rules, files []caseFile) bool {
	t.Helper()
	for _, file := range files {
		for _, c := range file.Cases {
			reasons, err := r.decide(c.facts(t, file))
			if err != nil || (len(reasons) == 0) != (c.Decision == "given") || !slices.Equal(reasons, c.Reasons) {
				return true
			}
		}
	}
	return false
}

// mutant is a rule that lacks something; without a policy the rule itself is gone.
type mutant struct {
	without string
	policy  *cedar.Policy
}

// mutantsOf makes all mutants of a rule from its JSON form.
func mutantsOf(t *testing.T, p *cedar.Policy) []mutant {
	t.Helper()
	text, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	out := []mutant{{without: "the rule itself"}}
	conditions, _ := tree["conditions"].([]any)
	for i, c := range conditions {
		condition, _ := c.(map[string]any)
		kind := fmt.Sprint(condition["kind"])
		tree["conditions"] = slices.Delete(slices.Clone(conditions), i, i+1)
		out = append(out, mutant{"its " + kind, parsed(t, tree)})
		body := condition["body"]
		halves(body, "its "+kind, func(name string, less any) {
			changed := slices.Clone(conditions)
			changed[i] = map[string]any{"kind": condition["kind"], "body": less}
			tree["conditions"] = changed
			out = append(out, mutant{name, parsed(t, tree)})
		}, func(x any) any { return x })
	}
	return out
}

// halves goes through an expression and gives it anew without one side of an "and" or "or" in it.
func halves(node any, name string, found func(name string, less any), put func(any) any) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			sides, ok := value.(map[string]any)
			if ok && (key == "&&" || key == "||") {
				found(name+", left of "+key, put(sides["right"]))
				found(name+", right of "+key, put(sides["left"]))
			}
			halves(value, name+" "+strings.TrimSpace(key), found, func(x any) any {
				return put(with(node, key, x))
			})
		}
	case []any:
		for i, value := range node {
			halves(value, name, found, func(x any) any {
				changed := slices.Clone(node)
				changed[i] = x
				return put(changed)
			})
		}
	}
}

func with(node map[string]any, key string, value any) map[string]any {
	out := maps.Clone(node)
	out[key] = value
	return out
}

func parsed(t *testing.T, tree map[string]any) *cedar.Policy {
	t.Helper()
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	p := new(cedar.Policy)
	if err := p.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	return p
}
