package ofd

import (
	"strings"
	"unicode/utf8"
)

// Limits bound what Read accepts. A zero field takes its default.
type Limits struct {
	// MaxBytes is the size of the file itself, 64 MiB by default.
	MaxBytes int
	// MaxEntries is the number of entries, 2,000 by default.
	MaxEntries int
	// MaxEntryBytes is the unpacked size of one entry, 48 MiB by default.
	MaxEntryBytes int
	// MaxTotalBytes is the unpacked size of all entries, 128 MiB by default.
	MaxTotalBytes int
	// MaxRatio is how many times an entry over 1 MiB may grow, 200 by default.
	MaxRatio int
	// MaxXMLDepth is how deep elements may nest, 64 by default.
	MaxXMLDepth int
	// MaxXMLNodes is the number of elements of one entry, 200,000 by default.
	MaxXMLNodes int
}

func (l Limits) orDefault() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.MaxBytes, 64<<20)
	set(&l.MaxEntries, 2000)
	set(&l.MaxEntryBytes, 48<<20)
	set(&l.MaxTotalBytes, 128<<20)
	set(&l.MaxRatio, 200)
	set(&l.MaxXMLDepth, 64)
	set(&l.MaxXMLNodes, 200_000)
	return l
}

// checkName says why an entry name is refused; empty if it is fine.
func checkName(name string) string {
	switch {
	case name == "":
		return "empty name"
	case len(name) > 512:
		return "name too long"
	case !utf8.ValidString(name):
		return "name is not UTF-8"
	case strings.HasPrefix(name, "/"):
		return "absolute name"
	case strings.ContainsAny(name, "\\:"):
		return "back slash or colon in name"
	}
	for _, r := range name {
		if r < 0x20 || r == 0x7F {
			return "control character in name"
		}
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || part == "." || part == ".." {
			return "empty or dotted part in name"
		}
	}
	return ""
}

// ResolvePath finds the entry that loc means inside the part called base
// (ST_Loc, GB/T 33190 clause 7.3): from the package root if loc begins with a
// slash, else from the folder of base. Paths that leave the package are
// refused.
func ResolvePath(base, loc string) (string, error) {
	loc = strings.ReplaceAll(strings.TrimSpace(loc), `\`, "/")
	var parts []string
	if !strings.HasPrefix(loc, "/") {
		parts = strings.Split(strings.TrimPrefix(base, "/"), "/")
		parts = parts[:len(parts)-1]
	}
	for _, part := range strings.Split(loc, "/") {
		switch part {
		case "", ".":
		case "..":
			if len(parts) == 0 {
				return "", broken("path", base, "location leaves the package")
			}
			parts = parts[:len(parts)-1]
		default:
			parts = append(parts, part)
		}
	}
	name := strings.Join(parts, "/")
	if reason := checkName(name); reason != "" {
		return "", broken("path", base, "%s", reason)
	}
	return name, nil
}
