// Package blob keeps files by the digest of their content. What it is given must already be ciphertext.
//
// When Put returns, the file is on the disk under its name: content and folder entry are synced. The same
// content twice is one file, so that a repeated step leaves nothing behind.
package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/yinxin-org/yinxin/internal/gm"
)

// ErrNotFound says that no file has the reference.
var ErrNotFound = errors.New("blob: no such file")

// Folder keeps files in a local folder. It is safe for concurrent use.
type Folder struct {
	dir string

	mu     sync.Mutex
	synced map[string]bool // subfolders whose own entry in dir is durable
	packs  []*pack         // those begun here that no pile writes to just now
}

// OpenFolder makes the folder if it is missing.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open blob folder: %w", err)
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return nil, fmt.Errorf("open blob folder: %w", err)
	}
	return &Folder{dir: dir, synced: map[string]bool{}}, nil
}

// Put stores data durably and gives its reference: the SM3 digest in hex. A file of that name which the disk
// has damaged is replaced.
func (f *Folder) Put(_ context.Context, data []byte) (string, error) {
	sum := gm.SM3(data)
	ref := hex.EncodeToString(sum[:])
	path := f.path(ref)
	dir := filepath.Dir(path)
	if err := f.ensure(dir); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, data) {
		if err := place(dir, path, data); err != nil {
			return "", fmt.Errorf("put blob: %w", err)
		}
	}
	// Also where the file stood already: whoever placed it may not have come to this.
	if err := syncDir(dir); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	return ref, nil
}

// place writes and syncs the data apart and then moves it to its name in one step.
func place(dir, path string, data []byte) error {
	tmp := filepath.Join(dir, ".new-"+rand.Text())
	if err := writeSynced(tmp, data); err != nil {
		return errors.Join(err, discard(tmp))
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(err, discard(tmp))
	}
	return nil
}

func discard(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Get reads a file and checks that it still is what was stored.
func (f *Folder) Get(_ context.Context, ref string) ([]byte, error) {
	if strings.HasPrefix(ref, packRef) {
		return f.getPacked(ref)
	}
	if len(ref) != 64 || strings.Trim(ref, "0123456789abcdef") != "" {
		return nil, ErrNotFound
	}
	data, err := os.ReadFile(f.path(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get blob: %w", err)
	}
	if sum := gm.SM3(data); hex.EncodeToString(sum[:]) != ref {
		return nil, errors.New("get blob: the file on disk is damaged")
	}
	return data, nil
}

// Remove takes a file away for good; one that is not there is no error. It is for what no other reference can name: the
// caller's ciphertext is never the same twice.
func (f *Folder) Remove(_ context.Context, ref string) error {
	if len(ref) != 64 || strings.Trim(ref, "0123456789abcdef") != "" {
		return ErrNotFound
	}
	path := f.path(ref)
	if err := discard(path); err != nil {
		return fmt.Errorf("remove blob: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove blob: %w", err)
	}
	return nil
}

// ensure makes a subfolder if it is missing and sees to it that its entry in the parent is durable. That it
// exists does not tell: another Put, or a process that died, may have made it a moment ago.
func (f *Folder) ensure(dir string) error {
	f.mu.Lock()
	done := f.synced[dir]
	f.mu.Unlock()
	if done {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := syncDir(f.dir); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.synced[dir] = true
	return nil
}

func (f *Folder) path(ref string) string { return filepath.Join(f.dir, ref[:2], ref) }

func writeSynced(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
