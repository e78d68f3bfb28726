package arch_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines     = 600
	maxFunctionLines = 80
)

func TestFilesAndFunctionsStayReadable(t *testing.T) {
	t.Parallel()
	count := 0
	sources(t, func(name string, text []byte) {
		if lines := bytes.Count(text, []byte("\n")); lines > maxFileLines && !generated(name, text) {
			t.Errorf("%s has %d lines; at most %d", name, lines, maxFileLines)
		}
		if !strings.HasSuffix(name, ".go") || generated(name, text) {
			return
		}
		count++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		for _, d := range file.Decls {
			checkFunction(t, set, name, d)
		}
	}, ".go", ".ts", ".vue", ".java", ".sql", ".sh")
	if count < 10 {
		t.Errorf("only %d Go files seen", count)
	}
}

func checkFunction(t *testing.T, set *token.FileSet, name string, d ast.Decl) {
	t.Helper()
	f, ok := d.(*ast.FuncDecl)
	if !ok || f.Body == nil {
		return
	}
	lines := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
	if lines > maxFunctionLines && !strings.HasSuffix(name, "_test.go") {
		t.Errorf("%s: %s has %d lines; at most %d", name, f.Name.Name, lines, maxFunctionLines)
	}
	if f.Name.Name == "init" && f.Recv == nil {
		t.Errorf("%s: has init; nothing happens because a package is imported", name)
	}
}

func TestPackagesAreNamedAfterTheField(t *testing.T) {
	t.Parallel()
	bad := []string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "shared", "base", "lib"}
	sources(t, func(name string, _ []byte) {
		for _, part := range strings.Split(path.Dir(name), "/") {
			if slices.Contains(bad, part) {
				t.Errorf("%s: a package called %s says nothing about what is in it", name, part)
			}
		}
	}, ".go")
}

// A test may be left out only where the machine lacks something, and must say what.
func TestSkipsSayWhatTheyNeed(t *testing.T) {
	t.Parallel()
	sources(t, func(name string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && skips(call) && !needs(call) {
				t.Errorf("%s: a skip must begin with what it needs", name)
			}
			return true
		})
	}, ".go")
}

func skips(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name)
}

func needs(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	first := call.Args[0]
	for {
		sum, ok := first.(*ast.BinaryExpr)
		if !ok {
			break
		}
		first = sum.X
	}
	text, ok := first.(*ast.BasicLit)
	return ok && (strings.HasPrefix(text.Value, `"needs `) || strings.HasPrefix(text.Value, "`needs "))
}

func generated(name string, text []byte) bool {
	return bytes.Contains(text[:min(len(text), 2000)], []byte("Code generated")) || strings.HasSuffix(name, ".d.ts")
}
