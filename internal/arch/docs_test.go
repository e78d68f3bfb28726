package arch_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// requirements: the highest number of each group; all numbers from 1 on exist.
var requirements = map[string]int{
	"CAT": 14, "ISS": 14, "SEAL": 6, "LIFE": 6, "USE": 9, "CASE": 10, "SHOW": 11, "REG": 5,
	"QUAL": 3, "ARC": 4, "AUD": 4, "SUP": 6, "SEC": 5, "RUN": 4,
}

var (
	idRow    = regexp.MustCompile(`(?m)^\| ([A-Z]+-\d+) \|(.*)\|$`)
	ticked   = regexp.MustCompile("`([^`]+)`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example|Benchmark)\w*)\(`)
	testPath = regexp.MustCompile(`\.(?:mjs|js|ts|java|txtar|go|sh)$`)
)

type row struct{ what, where, test string }

// rows reads docs/requirements.md: ID to its other cells.
func rows(t *testing.T) map[string]row {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "requirements.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]row{}
	for _, m := range idRow.FindAllStringSubmatch(string(text), -1) {
		cells := strings.Split(m[2], "|")
		if len(cells) != 3 {
			t.Errorf("%s has %d cells after the ID, want 3", m[1], len(cells))
			continue
		}
		if _, twice := found[m[1]]; twice {
			t.Errorf("%s has two rows", m[1])
		}
		found[m[1]] = row{
			what:  strings.TrimSpace(cells[0]),
			where: strings.TrimSpace(cells[1]),
			test:  strings.TrimSpace(cells[2]),
		}
	}
	return found
}

func TestEveryRequirementHasItsRow(t *testing.T) {
	t.Parallel()
	found := rows(t)
	for group, last := range requirements {
		for n := 1; n <= last; n++ {
			id := fmt.Sprintf("%s-%d", group, n)
			r, ok := found[id]
			delete(found, id)
			switch {
			case !ok:
				t.Errorf("%s has no row", id)
			case r.what == "" || r.where == "" || r.test == "":
				t.Errorf("%s has an empty cell; write \"not yet\"", id)
			case (r.where == "not yet") != (r.test == "not yet"):
				t.Errorf("%s: where and test are both \"not yet\", or neither is", id)
			case r.test != "not yet" && !ticked.MatchString(r.test):
				t.Errorf("%s names no test in backticks", id)
			}
		}
	}
	for id := range found {
		t.Errorf("%s is no requirement", id)
	}
}

// The list of IDs in this file is checked against the requirements themselves where they lie beside the
// repository.
func TestRequirementsAreThoseOfTheProject(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), "..", "shared", "requirements.md"))
	if err != nil {
		t.Skip("needs ../shared/requirements.md")
	}
	count := 0
	for _, m := range idRow.FindAllStringSubmatch(string(text), -1) {
		count++
		if _, ok := rows(t)[m[1]]; !ok {
			t.Errorf("%s has no row in docs/requirements.md", m[1])
		}
	}
	want := 0
	for _, last := range requirements {
		want += last
	}
	if count != want {
		t.Errorf("%d requirements in the project, %d in this test", count, want)
	}
}

func TestProofsNamedInRequirementsExist(t *testing.T) {
	t.Parallel()
	functions := map[string]bool{}
	sources(t, func(_ string, text []byte) {
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			functions[string(m[1])] = true
		}
	}, "_test.go")
	for id, r := range rows(t) {
		for _, m := range ticked.FindAllStringSubmatch(r.test, -1) {
			if !functions[m[1]] && !(testPath.MatchString(m[1]) && exists(t, m[1])) {
				t.Errorf("%s names the test %s, which does not exist", id, m[1])
			}
		}
		for _, m := range ticked.FindAllStringSubmatch(r.where, -1) {
			if isPath(m[1]) && !exists(t, m[1]) {
				t.Errorf("%s says it is in %s, which does not exist", id, m[1])
			}
		}
	}
}

// isPath tells a path of the tree from an operation ("POST /api/v1/cases"), a page or a name.
func isPath(s string) bool {
	first, _, slash := strings.Cut(s, "/")
	switch first {
	case "gbcode", "ofd", "ses", "verify", "statuslist":
		return true
	case "internal", "cmd", "web", "policy", "conformance", "test", "docs", "api", "deploy":
		return slash
	}
	return false
}

func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(path)))
	return err == nil
}

// Every dependency that we chose has a line that says why; what nobody can give a reason for goes.
func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(goDependencies(t), webDependencies(t)...) {
		if !strings.Contains(string(text), "\n| "+name+" |") {
			t.Errorf("docs/dependencies.md has no row for %s", name)
		}
	}
}

func goDependencies(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range mod.Require {
		if !r.Indirect {
			names = append(names, r.Mod.Path)
		}
	}
	return names
}

func webDependencies(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, file := range []string{"web", "web/console", "web/h5", "web/shared", "test/e2e"} {
		data, err := os.ReadFile(filepath.Join(root(t), file, "package.json"))
		if err != nil {
			continue
		}
		var manifest struct{ Dependencies, DevDependencies map[string]string }
		if err := json.Unmarshal(data, &manifest); err != nil {
			t.Errorf("%s/package.json: %v", file, err)
		}
		for _, set := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
			for name := range set {
				if !strings.HasPrefix(name, "@yinxin/") {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
