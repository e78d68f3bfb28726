package app_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/inspection"
	"github.com/yinxin-org/yinxin/internal/intake"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/internal/status"
)

const module = "github.com/yinxin-org/yinxin/"

// No ground, no data: in the running object graph the one reader of bodies hangs from the door, and the folder
// of files from the licenses' own store. internal/arch holds the same of what the source could pass around.
func TestOnlyTheDoorReachesBodies(t *testing.T) {
	t.Parallel()
	c := config.Config{Data: t.TempDir(), BaseURL: "http://yinxin.example", PlatformUnit: "11350100YX001010XH"}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler), Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })

	w := walk{seen: map[seen]bool{}, owners: map[reflect.Type]map[reflect.Type][]uintptr{}}
	w.visit(reflect.ValueOf(a), nil)
	reader, folder := reflect.TypeFor[*license.BodyReader](), reflect.TypeFor[*blob.Folder]()
	if owners := w.owners[reader]; len(owners) != 1 || owners[reflect.TypeFor[access.Options]()] == nil {
		t.Errorf("the reader of bodies is held by %v, want the door alone", owners)
	}
	// Spreadsheets that wait to be imported, rows that wait to be made, and what applicants hand in, lie in folders of their own.
	files := w.owners[folder][reflect.TypeFor[license.Options]()]
	others := []reflect.Type{reflect.TypeFor[intake.Options](), reflect.TypeFor[batch.Options](), reflect.TypeFor[hall.Options](),
		reflect.TypeFor[inspection.Options](), reflect.TypeFor[erasure.Options]()}
	apart := len(files) == 1 && len(w.owners[folder]) == 1+len(others)
	for _, o := range others {
		held := w.owners[folder][o]
		apart = apart && len(held) == 1 && !slices.Equal(held, files)
	}
	if !apart {
		t.Errorf("folders are held by %v, want the licenses' and, apart from it, those of imports, batches and applicants", w.owners[folder])
	}
	if owners := w.owners[reflect.TypeFor[*access.Door]()]; len(owners) < 3 {
		t.Errorf("the walk saw the door in %v only: it does not go far enough", owners)
	}
}

// walk goes through everything that can be reached from a value by fields, of this module's types.
type walk struct {
	seen   map[seen]bool
	owners map[reflect.Type]map[reflect.Type][]uintptr // pointer type → the structs that hold one → which
}

type seen struct {
	at uintptr
	t  reflect.Type
}

func (w *walk) visit(v reflect.Value, owner reflect.Type) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if owner != nil {
			if w.owners[v.Type()] == nil {
				w.owners[v.Type()] = map[reflect.Type][]uintptr{}
			}
			if held := w.owners[v.Type()][owner]; !slices.Contains(held, v.Pointer()) {
				w.owners[v.Type()][owner] = append(held, v.Pointer())
			}
		}
		if key := (seen{v.Pointer(), v.Type()}); !w.seen[key] {
			w.seen[key] = true
			w.visit(v.Elem(), owner)
		}
	case reflect.Interface:
		w.visit(v.Elem(), owner)
	case reflect.Struct:
		if !strings.HasPrefix(v.Type().PkgPath()+"/", module) {
			return
		}
		for _, field := range v.Fields() {
			w.visit(field, v.Type())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			w.visit(v.Index(i), owner)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			w.visit(it.Value(), owner)
		}
	default:
	}
}

// What the store of licenses gives to everybody is never what a license says: facts about it, or a masked
// number. A method that gives more belongs to the BodyReader.
func TestTheStoreGivesNoBodies(t *testing.T) {
	t.Parallel()
	may := []reflect.Type{reflect.TypeFor[error](), reflect.TypeFor[license.License](), reflect.TypeFor[[]license.License](),
		reflect.TypeFor[license.Making](), reflect.TypeFor[[]license.Making](), reflect.TypeFor[[]license.Trace](), reflect.TypeFor[map[int]int](),
		reflect.TypeFor[license.State](), reflect.TypeFor[[]license.Part](), reflect.TypeFor[[]license.Reminder](), reflect.TypeFor[bool](), reflect.TypeFor[int](),
		reflect.TypeFor[[]license.Change](), reflect.TypeFor[[]register.Finding](), reflect.TypeFor[[]register.Verdict](), // that fields agree or not
		reflect.TypeFor[*catalog.Type](), reflect.TypeFor[*license.Bulk](), reflect.TypeFor[license.Laid](),
		reflect.TypeFor[status.Place](),    // where a list speaks of it
		reflect.TypeFor[license.OwnSeal](), // a seal and its owner's name
		reflect.TypeFor[license.Reseal](), reflect.TypeFor[[]license.MissedReseal]()}
	store := reflect.TypeFor[*license.Store]()
	for m := range store.Methods() {
		for out := range m.Type.Outs() {
			names := m.Name == "OpenFields" && out == reflect.TypeFor[[]string]()                    // of fields of the type, no values
			drawn := (m.Name == "Sketch" || m.Name == "SignOwn") && out == reflect.TypeFor[[]byte]() // what the caller brought, not what is kept
			proofs := m.Name == "Evidence" && out == reflect.TypeFor[[]byte]()
			if slices.Contains(may, out) || names || drawn || proofs || m.Name == "MaskedNumber" && out.Kind() == reflect.String {
				continue
			}
			t.Errorf("license.Store.%s gives %s", m.Name, out)
		}
	}
	if store.NumMethod() < 10 {
		t.Errorf("only %d methods seen", store.NumMethod())
	}
}

// The ciphertext of bodies and the keys to it are touched by package license alone.
func TestOnlyLicensesTouchTheirTables(t *testing.T) {
	t.Parallel()
	tables := regexp.MustCompile(`(?i)\b(FROM|JOIN|INTO|UPDATE|TABLE)\s+(license|license_key)\b`)
	found := 0
	sources(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !tables.MatchString(lit.Value) {
				return true
			}
			found++
			if !strings.HasPrefix(path, "internal/license/") {
				t.Errorf("%s: %s", path, tables.FindString(lit.Value))
			}
			return true
		})
	})
	if found < 5 {
		t.Errorf("only %d statements seen: the test looks for the wrong words", found)
	}
}

// sources parses the product's own Go files, tests apart.
func sources(t *testing.T, visit func(path string, file *ast.File)) {
	t.Helper()
	root := filepath.Join("..", "..")
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			visit(filepath.ToSlash(rel), file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Where the database is a demonstration's, the real service refuses to open it.
func TestTheRealServiceRefusesADemonstration(t *testing.T) {
	t.Parallel()
	c := config.Config{Data: t.TempDir(), BaseURL: "http://yinxin.example", PlatformUnit: "11350100YX001010XH"}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	open := func(ctx context.Context, demo bool) (*app.App, error) {
		return app.Open(ctx, app.Options{Config: c, Log: slog.New(slog.DiscardHandler), Demo: demo, Hash: authn.Params{MemoryKiB: 64, Passes: 1, Threads: 1}})
	}
	a, err := open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.DB.Write(t.Context(), func(tx *db.Tx) error { return a.MarkDemo(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, demo := range []bool{false, true} {
		a, err := open(t.Context(), demo)
		if refused := errs.Code(err) == "demo.data"; refused == demo {
			t.Errorf("opened as demonstration %v: %v", demo, err)
		}
		if err == nil {
			_ = a.Close()
		}
	}
}
