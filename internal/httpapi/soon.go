package httpapi

import "github.com/yinxin-org/yinxin/internal/errs"

// soon answers operations whose types stand and whose work is under way.
var soon = errs.New(errs.Unavailable, "unavailable")
