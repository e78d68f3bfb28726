package access

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cedar-policy/cedar-go"
	exp "github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/policy"
)

// caseFile is one file of policy/cases, which the legal office reads and adds to: the facts when all is right,
// and for each case what differs and what the door must decide.
type caseFile struct {
	Ground   Ground         `json:"ground"`
	About    string         `json:"about"`
	Basis    string         `json:"basis"`
	AllRight map[string]any `json:"allRight"`
	Cases    []policyCase   `json:"cases"`
}

type policyCase struct {
	Name     string         `json:"name"`
	Change   map[string]any `json:"change"`   // dotted path into the facts → new value
	Decision string         `json:"decision"` // "given" or "refused"
	Reasons  []string       `json:"reasons"`
}

// TestPolicyCases decides every case of policy/cases, and requires that each rule of policy/ has a case that it
// decides.
func TestPolicyCases(t *testing.T) {
	t.Parallel()
	r, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	check := validator(t)
	seen := map[string]bool{}
	for _, file := range caseFiles(t) {
		t.Run(string(file.Ground), func(t *testing.T) {
			for _, c := range file.Cases {
				t.Run(c.Name, func(t *testing.T) {
					f := c.facts(t, file)
					if (f.actor != nil || file.Ground == Presentation || file.Ground == Share) && !conforms(check, f) {
						t.Error("the facts are not in the words of policy/yinxin.cedarschema")
					}
					c.judge(t, r, f)
					entities, request := f.request()
					all, _ := cedar.Authorize(r.set, entities, request)
					if some, _ := cedar.Authorize(r.of[request.Action], entities, request); some != all {
						t.Error("the rules of its action decide otherwise than all rules together")
					}
				})
				for _, code := range c.Reasons {
					seen[code] = true
				}
				seen["given "+string(file.Ground)] = seen["given "+string(file.Ground)] || c.Decision == "given"
			}
		})
	}
	for id, p := range r.set.All() {
		code := "access." + string(id)
		if p.Effect() == cedar.Forbid && !seen[code] {
			t.Errorf("no case in policy/cases is refused by rule %s", id)
		}
		if p.Effect() == cedar.Forbid && !errs.Known(code) {
			t.Errorf("rule %s has no words for its reason", id)
		}
	}
	for ground := range actions {
		if !seen["given "+string(ground)] {
			t.Errorf("no case in policy/cases is given on ground %s", ground)
		}
	}
}

func (c policyCase) judge(t *testing.T, r *rules, f facts) {
	t.Helper()
	// The rules come from a map: the order of reasons must not.
	for range 8 {
		reasons, err := r.decide(f)
		if err != nil {
			t.Fatal(err)
		}
		decision := "given"
		if len(reasons) > 0 {
			decision = "refused"
		}
		if decision != c.Decision || !slices.Equal(reasons, c.Reasons) {
			t.Fatalf("%s %v, want %s %v", decision, reasons, c.Decision, c.Reasons)
		}
	}
}

func caseFiles(t testing.TB) []caseFile {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "policy", "cases", "*.json"))
	if err != nil || len(paths) != len(actions) {
		t.Fatalf("%d files of cases for %d grounds: %v", len(paths), len(actions), err)
	}
	var out []caseFile
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		var f caseFile
		if err := d.Decode(&f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if _, known := actions[f.Ground]; !known || len(f.Cases) == 0 || f.About == "" {
			t.Errorf("%s: ground %q with %d cases", path, f.Ground, len(f.Cases))
		}
		out = append(out, f)
	}
	return out
}

// facts are the file's facts with the case's changes.
func (c policyCase) facts(t testing.TB, file caseFile) facts {
	t.Helper()
	raw, err := json.Marshal(file.AllRight)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for path, value := range c.Change {
		at := all
		steps := strings.Split(path, ".")
		for _, s := range steps[:len(steps)-1] {
			at, _ = at[s].(map[string]any)
		}
		last := steps[len(steps)-1]
		if _, there := at[last]; !there {
			t.Fatalf("there is no fact %s", path)
		}
		at[last] = value
	}
	f := facts{ground: file.Ground, context: record(t, all["facts"])}
	if r, ok := all["right"].(string); ok {
		f.right = right(r)
	}
	lic := all["license"].(map[string]any)
	f.license = license.License{ID: "证照", TypeCode: lic["type"].(string), IssuerID: lic["issuer"].(string), Holders: list(lic["holders"])}
	f.usable = lic["usable"].(bool)
	if who, ok := all["who"].(map[string]any); ok {
		f.actor = &authn.Actor{AccountID: who["id"].(string), UnitID: who["unit"].(string), HolderID: who["holder"].(string), Roles: list(who["roles"])}
	}
	return f
}

func list(v any) []string {
	var out []string
	for _, x := range v.([]any) {
		out = append(out, x.(string))
	}
	return out
}

// record turns the JSON of a file into what the rules read; now, from and until are moments.
func record(t testing.TB, v any) cedar.RecordMap {
	t.Helper()
	out := cedar.RecordMap{}
	for name, x := range v.(map[string]any) {
		switch x := x.(type) {
		case bool:
			out[cedar.String(name)] = cedar.Boolean(x)
		case string:
			out[cedar.String(name)] = cedar.String(x)
			if slices.Contains([]string{"now", "from", "until"}, name) {
				at, err := time.Parse(time.RFC3339, x)
				if err != nil {
					t.Fatal(err)
				}
				out[cedar.String(name)] = cedar.Long(at.UnixMicro())
			}
		case float64:
			out[cedar.String(name)] = cedar.Long(x)
		case []any:
			out[cedar.String(name)] = stringSet(list(x))
		case map[string]any:
			out[cedar.String(name)] = cedar.NewRecord(record(t, x))
		default:
			t.Fatalf("fact %s is of a kind the rules do not know", name)
		}
	}
	return out
}

func validator(t *testing.T) *validate.Validator {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "policy", "yinxin.cedarschema"))
	if err != nil {
		t.Fatal(err)
	}
	var s schema.Schema
	if err := s.UnmarshalCedar(text); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return validate.New(resolved)
}

func conforms(v *validate.Validator, f facts) bool {
	entities, request := f.request()
	return v.Entities(entities) == nil && v.Request(request) == nil
}

// TestPoliciesFitTheSchema: a rule that speaks of a fact that is not there would fail only when it is needed.
func TestPoliciesFitTheSchema(t *testing.T) {
	t.Parallel()
	check := validator(t)
	r, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for id, p := range r.set.All() {
		n++
		if err := check.Policy(string(id), (*exp.Policy)(p.AST())); err != nil {
			t.Errorf("rule %s: %v", id, err)
		}
	}
	files, err := fs.Glob(policy.Files, "*.cedar")
	if err != nil || len(files) != len(actions) || n < 2*len(actions) {
		t.Errorf("%d rules in %d files for %d grounds: %v", n, len(files), len(actions), err)
	}
}

// TestEveryRuleSpeaks: each rule has its sentence in two languages and its clause beside the Cedar text, and each that refuses says
// what to do; the rulebook shows them all.
func TestEveryRuleSpeaks(t *testing.T) {
	t.Parallel()
	r, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	chapters, err := rulebook()
	if err != nil || len(chapters) != len(actions) {
		t.Fatalf("%d chapters for %d grounds: %v", len(chapters), len(actions), err)
	}
	n := 0
	for _, c := range chapters {
		for i, x := range c.Rules {
			n++
			if r.set.Get(cedar.PolicyID(x.ID)) == nil || x.Permits != (r.set.Get(cedar.PolicyID(x.ID)).Effect() == cedar.Permit) {
				t.Errorf("%s: rule %q is none of the door's", c.Ground, x.ID)
			}
			if x.Zh == "" || x.En == "" || x.Clause == "" || (!x.Permits && (x.Todo == "" || x.TodoEn == "")) {
				t.Errorf("rule %s does not say what it means: %+v", x.ID, x)
			}
			var p cedar.Policy
			if err := p.UnmarshalCedar([]byte(x.Cedar)); err != nil || strings.Contains(x.Cedar, "@") {
				t.Errorf("rule %s is shown as what is no rule: %v", x.ID, err)
			}
			if i == 0 && !x.Permits {
				t.Errorf("ground %s does not begin with who may", c.Ground)
			}
		}
	}
	if all := len(maps.Collect(r.set.All())); n != all {
		t.Errorf("the rulebook shows %d of %d rules", n, all)
	}
}

// TestRulesFailClosed: where a rule cannot be evaluated, nobody learns that as permission.
func TestRulesFailClosed(t *testing.T) {
	t.Parallel()
	r, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range caseFiles(t) {
		whole := policyCase{}.facts(t, file)
		rights := []right{whole.right}
		if file.Ground == Case { // some facts are the business of some rights alone
			rights = slices.Collect(maps.Keys(inCaseActions))
		}
		for name := range whole.context {
			needed := slices.ContainsFunc(rights, func(x right) bool {
				f := policyCase{}.facts(t, file)
				f.right = x
				delete(f.context, name)
				reasons, err := r.decide(f)
				return err != nil || len(reasons) > 0
			})
			if !needed {
				t.Errorf("ground %s is permitted without fact %s", file.Ground, name)
			}
		}
		if file.Ground == Presentation || file.Ground == Share {
			continue
		}
		whole.actor = nil
		if reasons, err := r.decide(whole); err == nil && len(reasons) == 0 {
			t.Errorf("ground %s is permitted to nobody in particular", file.Ground)
		}
	}
}
