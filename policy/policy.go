// Package policy carries the rules of the door as Cedar text, so that a legal office can read what the program
// enforces. Each rule has an id, which is the reason a refusal gives.
package policy

import "embed"

// Files are the rules, one file a ground.
//
//go:embed *.cedar
var Files embed.FS
