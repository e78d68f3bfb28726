package errs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	han      = regexp.MustCompile(`\p{Han}`)
	citation = regexp.MustCompile(`\p{Han}+〔[0-9]{4}〕[0-9]+号`)
	hole     = regexp.MustCompile(`\{([A-Za-z]+)\}`)
)

// Every code has words in Chinese and in English; the English are English; both ask for the same arguments,
// where an English text may take the argument's English form ("rule" and "ruleEn").
func TestWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, table := range tables() {
		for code, w := range table {
			if seen[code] {
				t.Errorf("%s stands in two tables", code)
			}
			seen[code] = true
			if !han.MatchString(w.zh) || strings.TrimSpace(w.en) == "" {
				t.Errorf("%s: %q, %q", code, w.zh, w.en)
			}
			if han.MatchString(citation.ReplaceAllString(w.en, "")) {
				t.Errorf("%s: the English words hold Chinese: %q", code, w.en)
			}
			if zh, en := holes(w.zh), holes(w.en); !slices.Equal(zh, en) {
				t.Errorf("%s: the Chinese words ask for %v, the English for %v", code, zh, en)
			}
		}
	}
	if got := Codes(); len(got) != len(seen) || !slices.IsSorted(got) {
		t.Errorf("%d codes listed, %d in the tables", len(got), len(seen))
	}
}

func holes(s string) []string {
	var out []string
	for _, m := range hole.FindAllStringSubmatch(s, -1) {
		out = append(out, strings.TrimSuffix(m[1], "En"))
	}
	slices.Sort(out)
	return out
}

// texts are all string constants of the product's source, tests and the tables themselves apart, each with a
// place where it stands; made are those that errs.New is called with.
func texts(t *testing.T) (all, made map[string]token.Position) {
	t.Helper()
	all, made = map[string]token.Position{}, map[string]token.Position{}
	root := filepath.Join("..", "..")
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "errs/messages") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if s, ok := text(n); ok {
						all[s] = set.Position(n.Pos())
					}
				case *ast.CallExpr:
					if s, ok := code(n); ok {
						made[s] = set.Position(n.Pos())
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all, made
}

// code is the code in errs.New(kind, "code").
func code(call *ast.CallExpr) (string, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "New" || len(call.Args) != 2 {
		return "", false
	}
	if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "errs" {
		return "", false
	}
	lit, ok := call.Args[1].(*ast.BasicLit)
	if !ok {
		return "", false // a code that was put together: its parts are constants too
	}
	return text(lit)
}

func text(lit *ast.BasicLit) (string, bool) {
	if lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// elsewhere are texts that look like codes and are none: domains of keyed digests, names of files.
var elsewhere = []string{"license.number", "license.json", "batch.row"}

// Whatever the product may answer with has words, and there are no words that it never uses.
func TestEveryCodeHasWordsAndIsUsed(t *testing.T) {
	t.Parallel()
	all, made := texts(t)
	if len(made) < 60 {
		t.Fatalf("only %d codes found in the source", len(made))
	}
	for c, at := range made {
		if !Known(c) {
			t.Errorf("%s: %s has no words", at, c)
		}
	}
	families := map[string]bool{}
	for _, c := range Codes() {
		family, _, _ := strings.Cut(c, ".")
		families[family] = true
		if _, used := all[c]; !used && !strings.HasPrefix(c, "access.") {
			t.Errorf("%s has words but no use", c)
		}
	}
	shape := regexp.MustCompile(`^[a-z]+\.[a-z-]+(\.[a-z-]+)?$`)
	for s, at := range all {
		family, _, _ := strings.Cut(s, ".")
		if shape.MatchString(s) && families[family] && !Known(s) && !slices.Contains(elsewhere, s) && !strings.Contains(at.Filename, "demo") {
			t.Errorf("%s: %q looks like a code and has no words", at, s)
		}
	}
}

// The reasons of the door are the ids of its rules; see policy/.
func TestReasonsOfTheDoorAreItsRules(t *testing.T) {
	t.Parallel()
	rules := map[string]bool{"access.default": true, "access.token": true}
	files, err := filepath.Glob(filepath.Join("..", "..", "policy", "*.cedar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	forbid := regexp.MustCompile(`@id\("([a-z.]+)"\)\s*forbid`)
	for _, f := range files {
		for _, m := range forbid.FindAllStringSubmatch(read(t, f), -1) {
			rules["access."+m[1]] = true
		}
	}
	for c := range rules {
		if !Known(c) {
			t.Errorf("rule %s has no words", c)
		}
	}
	for c := range accessMessages {
		if !rules[c] {
			t.Errorf("%s has words but is no rule", c)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// An error never shows an outsider what is not in the table.
func TestUnknownCodeReadsAsInternal(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en", ""} {
		if got, want := Text("no.such.code", lang, nil), Text("internal", lang, nil); got != want || got == "" {
			t.Errorf("%q: %q", lang, got)
		}
	}
	if got := Text("field.too-long", "en", map[string]string{"max": "7"}); got != "At most 7 characters." {
		t.Errorf("arguments: %q", got)
	}
}
