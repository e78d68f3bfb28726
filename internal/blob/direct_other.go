//go:build !linux

package blob

// direct is nothing where the system has no such flag.
const direct = 0
