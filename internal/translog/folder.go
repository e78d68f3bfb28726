package translog

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"
)

// scratch holds files being written; they move to their place when they are whole and synced.
const scratch = "tmp"

// staleScratch is the age after which a file in scratch belongs to a process that died.
const staleScratch = time.Hour

// Folder is a [Store] in a folder of the file system. Several processes may share it.
type Folder struct {
	root *os.Root

	mu     sync.Mutex
	synced map[string]bool // folders whose own entry in their parent is known to be durable
}

// OpenFolder opens dir as a store and makes it if it is missing.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make log folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open log folder: %w", err)
	}
	f := &Folder{root: root, synced: map[string]bool{".": true}}
	if err := f.clean(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

// Close gives the folder's handle back.
func (f *Folder) Close() error { return f.root.Close() }

func (f *Folder) clean() error {
	if err := f.root.MkdirAll(scratch, 0o755); err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	entries, err := fs.ReadDir(f.root.FS(), scratch)
	if err != nil {
		return fmt.Errorf("read scratch folder: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < staleScratch {
			continue // gone already, or another process is at it
		}
		if err := f.root.Remove(path.Join(scratch, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clean scratch folder: %w", err)
		}
	}
	return nil
}

// Read gives the content of a file.
func (f *Folder) Read(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return f.root.ReadFile(name)
}

// Create writes files that will never change. See [Store].
func (f *Folder) Create(ctx context.Context, files []File) error {
	dirs := make(map[string]bool)
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		dirs[path.Dir(file.Path)] = true
		switch old, err := f.root.ReadFile(file.Path); {
		case err == nil && bytes.Equal(old, file.Data):
			continue // its folder is still synced below: whoever wrote it may have died before doing so
		case err == nil:
			return fmt.Errorf("%w: %s stands with other content", ErrFatal, file.Path)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("look for %s: %w", file.Path, err)
		}
		if err := f.put(file); err != nil {
			return err
		}
	}
	for dir := range dirs {
		if err := f.syncChain(dir); err != nil {
			return err
		}
	}
	return nil
}

// Replace writes a file over its former content. See [Store].
func (f *Folder) Replace(ctx context.Context, file File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.put(file); err != nil {
		return err
	}
	return f.syncChain(path.Dir(file.Path))
}

// Remove drops a folder and what is in it. See [Store].
func (f *Folder) Remove(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	delete(f.synced, dir)
	f.mu.Unlock()
	if err := f.root.RemoveAll(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", dir, err)
	}
	return nil
}

// put writes and syncs a file apart and then moves it to its place in one step.
func (f *Folder) put(file File) error {
	temp := path.Join(scratch, rand.Text())
	if err := f.write(temp, file.Data); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", file.Path, err), f.root.RemoveAll(temp))
	}
	if err := f.root.MkdirAll(path.Dir(file.Path), 0o755); err != nil {
		return fmt.Errorf("make folder of %s: %w", file.Path, err)
	}
	if err := f.root.Rename(temp, file.Path); err != nil {
		return errors.Join(fmt.Errorf("place %s: %w", file.Path, err), f.root.RemoveAll(temp))
	}
	return nil
}

func (f *Folder) write(name string, data []byte) error {
	w, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Sync(); err != nil {
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

// syncChain makes the entries of dir durable and, the first time, dir's own place in the folders above it.
func (f *Folder) syncChain(dir string) error {
	if err := f.anchor(dir); err != nil {
		return err
	}
	return f.syncDir(dir)
}

func (f *Folder) anchor(dir string) error {
	if f.isSynced(dir) {
		return nil
	}
	if err := f.syncChain(path.Dir(dir)); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.synced[dir] = true
	return nil
}

func (f *Folder) isSynced(dir string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.synced[dir]
}

func (f *Folder) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	if err := d.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync folder %s: %w", dir, err), d.Close())
	}
	return d.Close()
}
