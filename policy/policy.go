// Package policy carries the rules of the door as Cedar text, so that a legal office can read what the program
// enforces. Each rule has an id, which is the reason a refusal gives. The folder cases holds, ground by ground,
// facts and the decision they must lead to; internal/access decides each of them in its tests.
package policy

import "embed"

// Files are the rules, one file a ground.
//
//go:embed *.cedar
var Files embed.FS
