//go:build linux && !nosdf

package sdf

import (
	"fmt"

	"github.com/ebitengine/purego"
)

func load(path string) (*library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("open the device's library: %w", err)
	}
	l := new(library)
	for name, fn := range l.symbols() {
		// Looked up first: RegisterFunc panics where a symbol is missing.
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("the device's library has no %s: %w", name, err)
		}
		purego.RegisterFunc(fn, address)
	}
	return l, nil
}
