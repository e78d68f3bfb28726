// Command gen makes the font files of package font from the complete Noto
// fonts of the npm packages @expo-google-fonts/noto-serif-sc and noto-sans-sc.
// It is run by "make fonts" and its output is committed:
//
//	go run ./ofd/font/gen -from node_modules/@expo-google-fonts -out ofd/font
//
// The output depends on the input files and tgsc.txt alone.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

func main() {
	from := flag.String("from", "", "folder that holds noto-serif-sc and noto-sans-sc")
	out := flag.String("out", "ofd/font", "folder that holds tgsc.txt and receives the fonts")
	flag.Parse()
	if err := run(*from, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(from, out string) error {
	table, err := readTable(filepath.Join(out, "tgsc.txt"))
	if err != nil {
		return err
	}
	serif, err := open(filepath.Join(from, "noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf"))
	if err != nil {
		return err
	}
	sans, err := open(filepath.Join(from, "noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf"))
	if err != nil {
		return err
	}
	common := append(signs(), table...)
	for _, job := range []struct {
		name  string
		font  *ofd.Font
		runes []rune
	}{
		{"NotoSerifSC-Regular.ttf.gz", serif, ordered(serif, common)},
		{"NotoSansSC-Medium.ttf.gz", sans, ordered(sans, common)},
		{"NotoSerifSC-Rare.ttf.gz", serif, rare(serif, common)},
	} {
		if err := write(filepath.Join(out, job.name), job.font, job.runes); err != nil {
			return err
		}
	}
	return nil
}

func open(path string) (*ofd.Font, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ofd.ParseFont(data)
}

// readTable reads the characters of 通用规范汉字表 in the order of the table.
func readTable(path string) ([]rune, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []rune
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, []rune(strings.TrimSpace(line))...)
		}
	}
	if len(out) != 8105 {
		return nil, fmt.Errorf("%s has %d characters, not 8105", path, len(out))
	}
	return out, nil
}

// signs are the characters other than Han that licenses need.
func signs() []rune {
	var out []rune
	span := func(first, last rune) {
		for r := first; r <= last; r++ {
			out = append(out, r)
		}
	}
	span(' ', '~')
	span(0xA0, 0xFF)     // Latin-1
	span(0x2160, 0x216B) // Ⅰ to Ⅻ
	span(0x2460, 0x2473) // ① to ⑳
	span(0x3000, 0x301C) // CJK punctuation, 〇
	span(0x3220, 0x3229) // ㈠ to ㈩
	span(0xFF01, 0xFF5E) // full-width forms
	return append(out, []rune("–—―‘’“”•…‰′″※€℃№™←↑→↓∈−∕√∞≈≠≤≥■□▲△◆◇○◎●★☆♀♂✓￠￡￥・㎎㎏㎜㎝㎞㎡㏄")...)
}

// ordered keeps what the font has, each once: proportional glyphs first so that
// the rest share one width, then Han in the order of the table, because common
// characters with low glyph ids make small subsets.
func ordered(f *ofd.Font, runes []rune) []rune {
	seen := map[rune]bool{}
	var out []rune
	for _, r := range runes {
		if !seen[r] && (f.Covers(r) || r >= 0x3400) {
			seen[r] = true
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b rune) int { return cmp.Compare(wide(f, a), wide(f, b)) })
	return out
}

func wide(f *ofd.Font, r rune) int {
	if f.Advance(r) == 1 {
		return 1
	}
	return 0
}

// rare is every other Han character of the font: names of people and places
// outside the table, and traditional forms. The scripts and signs of the two-byte
// part of GB 18030 come first, some of them narrow.
func rare(f *ofd.Font, common []rune) []rune {
	known := map[rune]bool{}
	for _, r := range common {
		known[r] = true
	}
	var out []rune
	for _, block := range [][2]rune{
		{0x0101, 0x01DC}, {0x01F8, 0x01F9}, {0x0251, 0x0261}, {0x02C7, 0x02D9}, {0x1E3F, 0x1E3F}, // pinyin and its tones
		{0x0391, 0x03C9}, {0x0401, 0x0451}, {0x3041, 0x3093}, {0x309B, 0x309E}, {0x30A1, 0x30F6}, {0x30FC, 0x30FE}, {0x3105, 0x312A},
		{0x2010, 0x2025}, {0x2030, 0x203B}, {0x2103, 0x2121}, {0x2170, 0x2179}, {0x2190, 0x2199}, {0x2208, 0x22BF}, {0x2312, 0x2312},
		{0x2474, 0x249B}, {0x2500, 0x2642}, {0x3021, 0x3029}, {0x3231, 0x3231}, {0x32A3, 0x32A3}, {0x338E, 0x33D5}, {0xFE10, 0xFE6B}, {0xFFE0, 0xFFE5},
		{0x301D, 0x301E}, {0x2E81, 0x2ECA}, {0x2F00, 0x2FD5}, {0x2FF0, 0x2FFB}, // radicals and descriptions of ideographs
		{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF},
	} {
		for r := block[0]; r <= block[1]; r++ {
			if !known[r] && f.Covers(r) {
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rune) int { return cmp.Compare(wide(f, a), wide(f, b)) })
	return out
}

func write(path string, f *ofd.Font, runes []rune) error {
	ttf, err := f.Compact(runes)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	zw, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zw.Write(ttf); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	fmt.Printf("%s: %d characters, %d bytes, %d packed\n", filepath.Base(path), len(runes), len(ttf), packed.Len())
	return os.WriteFile(path, packed.Bytes(), 0o644)
}
