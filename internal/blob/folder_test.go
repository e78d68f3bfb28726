package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/blob"
)

func folder(t *testing.T) (*blob.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a", "files")
	f, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f, dir
}

func put(t *testing.T, f *blob.Folder, data []byte) string {
	t.Helper()
	ref, err := f.Put(context.Background(), data)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// names lists the files below a folder.
func names(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPutAndGet(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	for _, data := range [][]byte{{}, []byte("x"), bytes.Repeat([]byte{0, 255}, 1<<19)} {
		ref := put(t, f, data)
		got, err := f.Get(context.Background(), ref)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes came back as %d, %v", len(data), len(got), err)
		}
		reopened, err := blob.OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := reopened.Get(context.Background(), ref); err != nil || !bytes.Equal(got, data) {
			t.Errorf("after opening anew: %d bytes, %v", len(got), err)
		}
		info, err := os.Stat(filepath.Join(dir, ref[:2], ref))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

func TestTheSameContentIsOneFile(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	var all sync.WaitGroup
	refs := make([]string, 16)
	for i := range refs {
		all.Go(func() {
			ref, err := f.Put(context.Background(), []byte("the same"))
			if err != nil {
				t.Error(err)
			}
			refs[i] = ref
		})
	}
	all.Wait()
	for _, ref := range refs {
		if ref != refs[0] {
			t.Fatalf("references %v", refs)
		}
	}
	if found := names(t, dir); len(found) != 1 {
		t.Errorf("files %v", found)
	}
}

func TestNoSuchFile(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	put(t, f, []byte("x"))
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"", "x", "../secret", strings.Repeat("0", 64), strings.Repeat("G", 64), strings.Repeat("A", 64),
		"../" + strings.Repeat("a", 61), strings.Repeat("0", 65)} {
		if _, err := f.Get(context.Background(), ref); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

// A file that the disk has spoilt is never given out, and putting its content again mends it.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	data := []byte("a sealed license")
	for name, spoil := range map[string]func(path string) error{
		"one bit":   func(p string) error { return os.WriteFile(p, []byte("b sealed license"), 0o600) },
		"cut short": func(p string) error { return os.Truncate(p, 5) },
		"emptied":   func(p string) error { return os.Truncate(p, 0) },
	} {
		ref := put(t, f, data)
		if err := spoil(filepath.Join(dir, ref[:2], ref)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Get(context.Background(), ref); err == nil || errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if again := put(t, f, data); again != ref {
			t.Errorf("%s: another reference", name)
		}
		if got, err := f.Get(context.Background(), ref); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: not mended: %v", name, err)
		}
	}
}

// What a crash leaves of a file that was being written is no file.
func TestLeftoversAreNoFiles(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	ref := put(t, f, []byte("x"))
	if err := os.WriteFile(filepath.Join(dir, ref[:2], ".new-LEFTOVER"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Get(context.Background(), ref); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDiskThatDoesNotTake(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	if ref, err := f.Put(context.Background(), []byte("x")); err == nil {
		t.Errorf("kept as %s, where nothing can be kept", ref)
	}
	if _, err := blob.OpenFolder(dir); err == nil {
		t.Error("a file was opened as a folder")
	}
}
