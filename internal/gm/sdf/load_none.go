//go:build !linux || nosdf

package sdf

func load(string) (*library, error) { return nil, ErrUnsupported }
