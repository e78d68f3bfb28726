// Package blob keeps files by the digest of their content. What it is given must already be ciphertext.
//
// When Put returns, the file is on the disk under its name: content and folder entry are synced. The same
// content twice is one file, so that a repeated step leaves nothing behind.
package blob

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/yinxin-org/yinxin/internal/gm"
)

// ErrNotFound says that no file has the reference.
var ErrNotFound = errors.New("blob: no such file")

// Folder keeps files in a local folder.
type Folder struct{ dir string }

// OpenFolder makes the folder if it is missing.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open blob folder: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// Put stores data durably and gives its reference: the SM3 digest in hex.
func (f *Folder) Put(_ context.Context, data []byte) (string, error) {
	sum := gm.SM3(data)
	ref := hex.EncodeToString(sum[:])
	path := f.path(ref)
	if _, err := os.Stat(path); err == nil {
		return ref, nil
	}
	dir := filepath.Dir(path)
	if err := f.ensure(dir); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	tmp := filepath.Join(dir, ".new-"+rand.Text())
	if err := writeSynced(tmp, data); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return "", fmt.Errorf("put blob: %w", err)
	}
	return ref, nil
}

// Get reads a file and checks that it still is what was stored.
func (f *Folder) Get(_ context.Context, ref string) ([]byte, error) {
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

// ensure makes a subfolder if it is missing; its entry in the parent is then durable too.
func (f *Folder) ensure(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(f.dir)
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
