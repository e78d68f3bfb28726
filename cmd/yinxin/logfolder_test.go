package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A folder that was handed over may hold what never ends.
func TestLogFolderReadsNothingEndless(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "checkpoint"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cosigned"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "cosigned"), 10<<30); err != nil {
		t.Fatal(err)
	}
	files, err := logFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := files.Read(t.Context(), "checkpoint"); err == nil {
		t.Errorf("a pipe gives %d bytes", len(data))
	}
	if data, err := files.Read(t.Context(), "cosigned"); err != nil || len(data) > siteMax {
		t.Errorf("a file of 10 GB gives %d bytes, %v", len(data), err)
	}
}
