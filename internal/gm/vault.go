package gm

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// vault keeps named small secrets and certificates. When put or create
// returns, the value is durable, and a reader sees either all of it or none.
type vault interface {
	// get returns fs.ErrNotExist for an unknown name.
	get(name string) ([]byte, error)
	// put replaces the value.
	put(name string, data []byte) error
	// create stores the value only where there is none and reports whether it did.
	create(name string, data []byte) (bool, error)
}

// folder is a vault of files readable by their owner only.
type folder string

func openFolder(dir string) (folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make key folder: %w", err)
	}
	return folder(dir), nil
}

func (d folder) get(name string) ([]byte, error) {
	path := filepath.Join(string(d), name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s is open to others (mode %04o), want 0600", name, info.Mode().Perm())
	}
	return os.ReadFile(path)
}

func (d folder) put(name string, data []byte) error {
	tmp, err := d.write(data)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Rename(tmp, filepath.Join(string(d), name)); err != nil {
		return err
	}
	return d.sync()
}

func (d folder) create(name string, data []byte) (bool, error) {
	tmp, err := d.write(data)
	if err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(tmp) }()
	// A hard link is the one portable call that is atomic and refuses to
	// replace: two processes starting at once agree on one key.
	err = os.Link(tmp, filepath.Join(string(d), name))
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, d.sync()
}

// write puts data into a new synced file (mode 0600) of the folder.
func (d folder) write(data []byte) (path string, err error) {
	f, err := os.CreateTemp(string(d), ".new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

func (d folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for sync there
	}
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// memory is a vault that ends with the process.
type memory struct {
	mu    sync.Mutex
	items map[string][]byte
}

func (m *memory) get(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.items[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(data), nil
}

func (m *memory) put(name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items[name] = bytes.Clone(data)
	return nil
}

func (m *memory) create(name string, data []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.items[name]; ok {
		return false, nil
	}
	m.items[name] = bytes.Clone(data)
	return true, nil
}
