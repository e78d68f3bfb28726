package ses

import (
	"path"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

// Resolve finds the file that an ST_Loc written in the part base means and
// returns its name without a leading slash. A path that starts with a slash
// counts from the root, any other from the folder of base; where that finds
// nothing it is tried from the root, because some makers forget the slash.
// Back-slashes and doubled slashes are understood, escapes are not.
func Resolve(p *ofd.Package, base, loc string) (name string, ok bool) {
	loc = strings.ReplaceAll(strings.TrimSpace(loc), `\`, "/")
	if loc == "" {
		return "", false
	}
	tries := []string{loc}
	if !strings.HasPrefix(loc, "/") {
		tries = []string{path.Join(path.Dir("/"+base), loc), loc}
	}
	for _, try := range tries {
		if name, ok := rooted(try); ok {
			if _, found := p.Entry(name); found {
				return name, true
			}
		}
	}
	name, _ = rooted(tries[0])
	return name, false
}

// same compares names as packages do: without letter case, by lower case and
// not by Unicode folding, under which further names would be equal.
func same(a, b string) bool { return fold(a) == fold(b) }

func fold(name string) string { return strings.ToLower(name) }

// rooted cleans a path. A path that climbs above the root is none.
func rooted(loc string) (string, bool) {
	depth := 0
	for _, seg := range strings.Split(loc, "/") {
		switch seg {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return "", false
			}
		default:
			depth++
		}
	}
	name := strings.TrimPrefix(path.Clean("/"+loc), "/")
	return name, name != ""
}
