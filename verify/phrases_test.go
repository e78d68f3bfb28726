package verify

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPhrases(t *testing.T) {
	t.Parallel()
	seen := map[Code]bool{}
	texts := map[string]key{}
	for k, p := range phrases() {
		seen[k.code] = true
		if !slices.Contains(Codes(), k.code) {
			t.Errorf("%v: unknown code", k)
		}
		if !strings.HasSuffix(p.zh, "。") || !strings.HasSuffix(p.en, ".") || p.level == "" {
			t.Errorf("%v: incomplete phrase %+v", k, p)
		}
		if other, ok := texts[p.zh]; ok {
			t.Errorf("%v and %v read alike", k, other)
		}
		texts[p.zh] = k
	}
	for _, c := range Codes() {
		if !seen[c] {
			t.Errorf("%s has no phrase", c)
		}
	}
}

// Every cause that the code adds with a literal reason must have its words.
func TestEveryReasonIsWorded(t *testing.T) {
	t.Parallel()
	names := map[string]Code{
		"FormatOFD": FormatOFD, "NoSeal": NoSeal, "FormatSES": FormatSES, "SealFormat": SealFormat,
		"SealSignature": SealSignature, "SealMakerCert": SealMakerCert, "SealPeriod": SealPeriod, "SealRevoked": SealRevoked,
		"SignValue": SignValue, "SignerNotInSeal": SignerNotInSeal, "SignerCert": SignerCert, "DataHash": DataHash,
		"Property": Property, "RefMissing": RefMissing, "RefDigest": RefDigest, "CheckMethod": CheckMethod,
		"SealFile": SealFile, "Timestamp": Timestamp, "CoverageGap": CoverageGap, "SealMissing": SealMissing, "ListOpen": ListOpen, "StampPage": StampPage, "CopyExpired": CopyExpired, "CopyUse": CopyUse,
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, source := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		found += unworded(t, file, names)
	}
	if found < 20 {
		t.Errorf("only %d causes found in the source", found)
	}
	for _, code := range []Code{SealMakerCert, SignerCert} {
		for _, reason := range []string{"anchor", "period", "usage"} {
			if _, ok := phrases()[key{code, reason}]; !ok {
				t.Errorf("no words for %s %s", code, reason)
			}
		}
	}
}

// unworded reports causes without words and returns how many causes it saw.
func unworded(t *testing.T, file *ast.File, names map[string]Code) (found int) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 3 {
			return true
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		code, okCode := call.Args[0].(*ast.Ident)
		reason, okReason := call.Args[1].(*ast.BasicLit)
		if !ok || fun.Sel.Name != "add" || !okCode || !okReason || reason.Kind != token.STRING {
			return true
		}
		found++
		k := key{names[code.Name], strings.Trim(reason.Value, `"`)}
		if _, ok := phrases()[k]; !ok {
			t.Errorf("no words for %v", k)
		}
		return true
	})
	return found
}
