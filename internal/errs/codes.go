package errs

import "slices"

// Codes lists every code that has words, in order, for the documentation of the interface.
func Codes() []string {
	var codes []string
	for _, t := range tables() {
		for code := range t {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}
