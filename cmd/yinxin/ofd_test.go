package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHarmlessNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"license.json":                 "license.json",
		"营业执照.json":                    "营业执照.json",
		"../../etc/passwd":             "passwd",
		`..\..\windows\system.ini`:     "system.ini",
		"/abs":                         "abs",
		"..":                           "unnamed",
		"":                             "unnamed",
		"a/":                           "unnamed",
		"con.txt":                      "_con.txt",
		"NUL":                          "_NUL",
		"a\x00b\x1b[31m.txt":           "ab[31m.txt",
		"txt.\u202Eexe":                "txt.exe",
		`x<y>|"z"?.ofd`:                "x_y___z__.ofd",
		" .hidden. ":                   "hidden",
		strings.Repeat("证", 90) + ".x": strings.Repeat("证", 39) + ".x",
		"a.tar.gz":                     "a.tar.gz",
		"bad\xff.bin":                  "bad.bin",
	} {
		if got := harmless(name); got != want {
			t.Errorf("harmless(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestExtractionStaysInItsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	x := extraction{root: root, given: map[string]bool{}}
	for _, name := range []string{"a.txt", "A.TXT", "../a.txt", "b"} {
		if err := x.write("attachments", name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"attachments/a.txt", "attachments/A-2.TXT", "attachments/a-3.txt", "attachments/b"}
	if !slices.Equal(x.written, want) {
		t.Errorf("written %q, want %q", x.written, want)
	}
	// A link that somebody laid there leads nowhere.
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "fonts")); err != nil {
		t.Skip("needs symbolic links: ", err)
	}
	if err := x.write("fonts", "f.ttf", nil); err == nil {
		t.Error("wrote through a link out of the folder")
	}
}

func TestPageNumbers(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]int{
		"": {1, 2, 3}, "2": {2}, "3,1": {3, 1}, "1-2": {1, 2}, "1-2, 2-3": {1, 2, 3},
		"0": nil, "4": nil, "3-1": nil, "x": nil, "1-": nil, ",": nil, "1-1000000000": nil,
	} {
		got, err := pageNumbers(list, 3)
		if (err != nil) != (want == nil) || !slices.Equal(got, want) {
			t.Errorf("pageNumbers(%q) = %v, %v, want %v", list, got, err, want)
		}
	}
}

func TestChangedLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ a, b, gone, come string }{
		"same":     {"x\ny", "x\ny", "", ""},
		"changed":  {"甲\n乙\n丙", "甲\n丁\n丙", "乙", "丁"},
		"inserted": {"甲\n丙", "甲\n乙\n丙", "", "乙"},
		"moved":    {"甲\n乙", "乙\n甲", "甲", "甲"},
		"many":     {strings.Repeat("x\n", maxLines), "y", "2001 lines", "1 lines, not the same"},
	} {
		if gone, come := changedLines(c.a, c.b); gone != c.gone || come != c.come {
			t.Errorf("%s: %q and %q, want %q and %q", name, gone, come, c.gone, c.come)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	if got := plain("证\x1b]0;x\x07\n\u202E"); got != "证\uFFFD]0;x\uFFFD\uFFFD\uFFFD" {
		t.Errorf("plain = %q", got)
	}
}
