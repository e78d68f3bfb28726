package arch_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/yinxin-org/yinxin"

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// typed loads every package of the module with its types; once, because it takes seconds.
var typed = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax |
			packages.NeedTypes | packages.NeedTypesInfo | packages.NeedExportFile,
		Dir: filepath.Join("..", ".."),
	}, "./...")
})

// load gives the module's packages without their tests. Their imports are known even where they do not build.
func load(t *testing.T) []*packages.Package {
	t.Helper()
	pkgs, err := typed()
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 2 {
		t.Fatalf("only %d packages found", len(pkgs))
	}
	return pkgs
}

// built is load for those who look at types: of a package that does not build nothing can be said.
func built(t *testing.T) []*packages.Package {
	t.Helper()
	pkgs := load(t)
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Errorf("%s: %s", short(p.PkgPath), e.Msg)
		}
	}
	return pkgs
}

// short is a package's path within the module, or the whole path of a foreign one.
func short(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// under tells whether a path is prefix itself or lies below it.
func under(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// sources walks the files of the module with one of the suffixes, by path from the root.
func sources(t *testing.T, visit func(path string, text []byte), suffixes ...string) {
	t.Helper()
	base := root(t)
	err := filepath.WalkDir(base, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(d.Name()) && path != base {
				return filepath.SkipDir
			}
			return nil
		}
		for _, s := range suffixes {
			if strings.HasSuffix(path, s) {
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				rel, err := filepath.Rel(base, path)
				if err != nil {
					return err
				}
				visit(filepath.ToSlash(rel), text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func skipped(folder string) bool {
	switch folder {
	case ".git", "node_modules", "dist", "target", "bin", "testdata":
		return true
	}
	return false
}
