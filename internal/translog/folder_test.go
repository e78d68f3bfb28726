package translog_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/translog"
)

func openFolder(t *testing.T, dir string) *translog.Folder {
	t.Helper()
	f, err := translog.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestFolder(t *testing.T) {
	t.Parallel()
	f, ctx := openFolder(t, filepath.Join(t.TempDir(), "log")), t.Context()
	files := []translog.File{{Path: "tile/0/x001/000", Data: []byte("a")}, {Path: "tile/0/x001/001.p/3", Data: []byte("b")}}
	for range 2 { // the second time all stand already
		if err := f.Create(ctx, files); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := f.Read(ctx, "tile/0/x001/001.p/3"); err != nil || string(got) != "b" {
		t.Errorf("read: %q, %v", got, err)
	}
	err := f.Create(ctx, []translog.File{{Path: "tile/0/x001/000", Data: []byte("other")}})
	if !errors.Is(err, translog.ErrFatal) {
		t.Errorf("other content: %v, want ErrFatal", err)
	}
	for _, text := range []string{"one", "two"} {
		if err := f.Replace(ctx, translog.File{Path: "checkpoint", Data: []byte(text)}); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Read(ctx, "checkpoint"); err != nil || string(got) != text {
			t.Errorf("read: %q, %v", got, err)
		}
	}
	for range 2 {
		if err := f.Remove(ctx, "tile/0/x001/001.p"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Read(ctx, "tile/0/x001/001.p/3"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed file: %v, want ErrNotExist", err)
	}
	if err := f.Create(ctx, files[1:]); err != nil {
		t.Errorf("create again after removal: %v", err)
	}
}

func TestFolderStaysInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := openFolder(t, filepath.Join(dir, "log"))
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(t.Context(), "../secret"); err == nil {
		t.Error("read a file outside")
	}
	if err := f.Replace(t.Context(), translog.File{Path: "../out", Data: nil}); err == nil {
		t.Error("wrote a file outside")
	}
}

func TestFolderClearsWhatTheDeadLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	openFolder(t, dir)
	old, young := filepath.Join(dir, "tmp", "old"), filepath.Join(dir, "tmp", "young")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	openFolder(t, dir)
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("old scratch: %v, want ErrNotExist", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("scratch of a living process: %v", err)
	}
}

func TestLogInFolderReopens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for from := 0; from < 1000; from += 250 {
		l := mustOpen(t, openFolder(t, dir), translog.SM3{})
		if int(l.Size()) != from {
			t.Fatalf("size %d, want %d", l.Size(), from)
		}
		mustAppend(t, l, entries(from, from+250))
	}
}
