package arch_test

import (
	"slices"
	"strings"
	"testing"
)

// The layers of docs/ARCHITECTURE.md, lowest first. A package imports packages of lower layers; within the
// public, domain and edge layers also those that stand earlier in the list. A package that is in no list fails the test, so that
// the lists stay complete.
var (
	public = []string{"gbcode", "ofd", "ses", "verify", "statuslist", "client"}
	leaves = []string{
		"internal/errs", "internal/clock", "internal/workday", "internal/config", "internal/obs",
		"internal/gm", "internal/translog", "internal/witness", "internal/blob", "internal/db", "internal/sealpic", "internal/pinyin", "internal/recent", "internal/sheet", "internal/xmlscan", "internal/upload", "policy",
		// Who asks must be known before anything is decided: sessions stand before the domain.
		"internal/authn",
	}
	domain = []string{
		"internal/evidence", "internal/change", "internal/task", "internal/deadline", "internal/notice", "internal/org", "internal/catalog", "internal/face",
		"internal/matter", "internal/intake", "internal/holder", "internal/once",
		"internal/sealing", "internal/register", "internal/status", "internal/license", "internal/inspection", "internal/steward", "internal/batch", "internal/casefile", "internal/appeal", "internal/access", "internal/retention", "internal/agency",
		"internal/hall", "internal/present", "internal/consent", "internal/share", "internal/dossier", "internal/erasure", "internal/feed", "internal/caller", "internal/push", "internal/vertical", "internal/trial",
	}
	// Pages answer errors as the API does, so web may use httpapi's mapping; the API knows no pages.
	edge = []string{"internal/connect", "internal/job", "internal/httpapi", "internal/web"}
	top  = []string{"internal/app", "internal/reference", "internal/demo", "cmd"}
)

// publicMay names what public packages may use of the inside: only what is needed to check a proof of the
// log and a use grant offline, and to read XML; it imports nothing of the platform itself.
var publicMay = map[string][]string{
	"ofd":    {"internal/xmlscan"},
	"ses":    {"internal/xmlscan"},
	"verify": {"internal/translog", "internal/evidence/leaf", "internal/access/usecode"},
}

// fences: a dependency or standard package, and the only packages whose code may import it.
var fences = []struct {
	what string
	only []string
	why  string
}{
	{"github.com/jackc/pgx", []string{"internal/db"}, "the domain must not know which database it runs on"},
	{"modernc.org", []string{"internal/db"}, "the domain must not know which database it runs on"},
	{"github.com/pressly/goose", []string{"internal/db"}, "migrations are run in one place"},
	{"github.com/danielgtaylor/huma", []string{"internal/httpapi"}, "rules stand in the domain, not in handlers"},
	{"github.com/cedar-policy", []string{"internal/access"}, "one door decides"},
	{
		"github.com/emmansun/gmsm",
		append([]string{"internal/gm", "internal/translog", "internal/evidence/leaf", "internal/access/usecode"}, public...),
		"one place to change when a device takes over the keys",
	},
	{"github.com/transparency-dev", []string{"internal/translog", "verify"}, "one log"},
	{"github.com/alecthomas/kong", []string{"cmd"}, "commands are wiring"},
	{"github.com/klauspost/compress", []string{"ofd"}, "a package is written and read in one place"},
	{"github.com/ebitengine/purego", []string{"internal/gm/sdf"}, "one place calls what was not written in Go"},
	{"github.com/go-webauthn", []string{"internal/authn"}, "one place says who somebody is"},
	{"github.com/pquerna/otp", []string{"internal/authn"}, "one place says who somebody is"},
	{"github.com/xuri/excelize", []string{"internal/sheet"}, "spreadsheets are read and written in one place"},
	{
		"net/http",
		[]string{"internal/httpapi", "internal/web", "internal/app", "internal/demo", "internal/authn", "internal/connect", "internal/witness", "internal/reference", "cmd", "client", "ses/tsp"},
		"the domain does not know how it is asked",
	},
	{"html/template", []string{"internal/web", "internal/httpapi"}, "pages are made in one place"},
	{"text/template", nil, "it does not escape"},
	{"log", nil, "log with slog and a context"},
	{"unsafe", nil, "nothing here is worth it"},
	{"os/exec", []string{"cmd"}, "the product starts no other programs"},
}

func TestImportsFollowTheLayers(t *testing.T) {
	t.Parallel()
	for _, p := range load(t) {
		from := short(p.PkgPath)
		for path := range p.Imports {
			if !under(path, module) {
				continue
			}
			if why := forbidden(from, short(path)); why != "" {
				t.Errorf("%s imports %s: %s", from, short(path), why)
			}
		}
	}
}

func TestEveryPackageHasALayer(t *testing.T) {
	t.Parallel()
	for _, p := range load(t) {
		from := short(p.PkgPath)
		if layer(from) < 0 && !apart(from) {
			t.Errorf("%s is in no layer: name it in imports_test.go", from)
		}
	}
}

func TestDependenciesStayBehindTheirFences(t *testing.T) {
	t.Parallel()
	for _, p := range load(t) {
		from := short(p.PkgPath)
		if apart(from) {
			continue
		}
		for path := range p.Imports {
			for _, f := range fences {
				inside := slices.ContainsFunc(f.only, func(o string) bool { return under(from, o) })
				if fenced(path, f.what) && !inside {
					t.Errorf("%s imports %s, which is for [%s] only: %s", from, path, strings.Join(f.only, ", "), f.why)
				}
			}
		}
	}
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	cases := []struct {
		from, to string
		refused  bool
	}{
		{"internal/license", "internal/holder", false},
		{"internal/holder", "internal/license", true},
		{"internal/license", "internal/httpapi", true},
		{"internal/license", "internal/db/dbtest", false},
		{"internal/gm", "internal/license", true},
		{"internal/gm", "internal/errs", false},
		{"internal/httpapi", "internal/web", true},
		{"internal/web", "internal/httpapi", false},
		{"internal/httpapi", "internal/hall", false},
		{"internal/app", "internal/web", false},
		{"internal/license", "internal/app", true},
		{"ofd", "internal/errs", true},
		{"ofd", "gbcode", false},
		{"gbcode", "ofd", true},
		{"verify", "internal/translog", false},
		{"verify", "internal/db", true},
		{"ses", "internal/translog", true},
		{"cmd/yinxin", "internal/app", false},
		{"internal/unheard", "internal/db", true},
	}
	for _, c := range cases {
		if got := forbidden(c.from, c.to) != ""; got != c.refused {
			t.Errorf("%s imports %s: refused is %v, want %v", c.from, c.to, got, c.refused)
		}
	}
}

// forbidden says why one package of the module may not import another, or nothing.
func forbidden(from, to string) string {
	if apart(from) || sameRoom(from, to) {
		return ""
	}
	if in(public, from) >= 0 && in(public, to) < 0 {
		for _, ok := range publicMay[from] {
			if under(to, ok) {
				return ""
			}
		}
		return "public packages stand on their own"
	}
	a, b := layer(from), layer(to)
	switch {
	case a < 0 || b < 0:
		return "a package without a layer"
	case a < b:
		return "arrows never turn"
	case a == b && a != layerLeaf && a != layerTop && position(from) < position(to):
		return "it stands later in the list"
	}
	return ""
}

// sameRoom: a package and what lies below it are one room.
func sameRoom(a, b string) bool {
	return under(a, b) || under(b, a)
}

// apart are programs and tests beside the product.
func apart(path string) bool {
	return under(path, "internal/arch") || under(path, "internal/deps") || under(path, "tools") ||
		under(path, "test") || under(path, "conformance") || under(path, "examples") || strings.HasSuffix(path, "/gen")
}

const (
	layerPublic = iota
	layerLeaf
	layerDomain
	layerEdge
	layerTop
)

func layer(path string) int {
	for i, l := range [][]string{public, leaves, domain, edge, top} {
		if in(l, path) >= 0 {
			return i
		}
	}
	return -1
}

func position(path string) int {
	return max(in(public, path), in(domain, path), in(edge, path))
}

func in(list []string, path string) int {
	return slices.IndexFunc(list, func(p string) bool { return under(path, p) })
}

// fenced compares whole path elements; single words are packages of the standard library.
func fenced(path, what string) bool {
	if !strings.Contains(what, ".") {
		return path == what
	}
	return under(path, what)
}
