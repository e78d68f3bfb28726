package arch_test

import (
	"go/ast"
	"go/types"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

// No ground, no data: whoever holds a license.BodyReader reads every license. The type is looked for in
// the types of all expressions, so that a reader passed on by inference or inside a struct is found too.
func TestOnlyTheDoorHoldsABodyReader(t *testing.T) {
	t.Parallel()
	may := []string{"internal/license", "internal/access", "internal/app"}
	seen := 0
	for _, p := range built(t) {
		from := short(p.PkgPath)
		uses := bodyReaders(p)
		seen += len(uses)
		if slices.Contains(may, from) {
			continue
		}
		for _, use := range uses {
			t.Errorf("%s: %s holds a license.BodyReader; only %v may", p.Fset.Position(use.Pos()), from, may)
		}
	}
	if seen == 0 {
		t.Error("license.BodyReader is nowhere: the test looks for the wrong name")
	}
}

func bodyReaders(p *packages.Package) []ast.Expr {
	var found []ast.Expr
	for expr, tv := range p.TypesInfo.Types {
		if tv.Type != nil && isBodyReader(tv.Type) {
			found = append(found, expr)
		}
	}
	return found
}

func isBodyReader(t types.Type) bool {
	switch t := t.(type) {
	case *types.Pointer:
		return isBodyReader(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if isBodyReader(v.Type()) {
				return true
			}
		}
		return false
	case *types.Named:
		o := t.Obj()
		return o.Pkg() != nil && short(o.Pkg().Path()) == "internal/license" && o.Name() == "BodyReader"
	}
	return false
}
