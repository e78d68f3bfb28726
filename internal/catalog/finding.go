package catalog

import "github.com/yinxin-org/yinxin/internal/errs"

// Finding is one thing that keeps a type from being published: which part of it, what is wrong, and, on a face,
// which object and which field.
type Finding struct {
	Path   string // as in JSON: "fields[3].pattern"
	Code   string // of package errs
	Args   map[string]string
	Field  string // the metadata field meant, "" if none
	Object int    // the object of the face, counted from 0; -1 if none
}

// finding makes a Finding from pairs of arguments.
func finding(path, code string, args ...string) Finding {
	f := Finding{Path: path, Code: code, Object: -1}
	for i := 0; i+1 < len(args); i += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[args[i]] = args[i+1]
	}
	return f
}

// Err is the finding as a refusal that blames its path.
func (f Finding) Err() *errs.Error {
	return &errs.Error{Kind: errs.Invalid, Code: f.Code, Field: f.Path, Args: f.Args}
}
