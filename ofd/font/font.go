// Package font holds the fonts that licenses are written with: Noto Serif SC
// Regular for values and Noto Sans SC Medium for titles, both cut down to
// 通用规范汉字表 (8,105 characters), Latin-1, Chinese punctuation and the signs
// of official papers. Other characters, as in rare names, are drawn with a third
// file that holds the rest of Noto Serif SC, some 21,000 characters: with it
// licenses can show all of GB 18030-2022 level 2 but ≒ and 〾, and 231 of what
// level 3 adds.
//
// The files are made by the program in gen and licensed under the SIL Open Font
// License 1.1; its text stands beside them.
package font

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/yinxin-org/yinxin/ofd"
)

//go:embed NotoSerifSC-Regular.ttf.gz
var serifFile []byte

//go:embed NotoSansSC-Medium.ttf.gz
var sansFile []byte

//go:embed NotoSerifSC-Rare.ttf.gz
var rareFile []byte

//go:embed tgsc.txt
var table string

var (
	loadSerif = sync.OnceValues(func() (*ofd.Font, error) { return withRare(load(serifFile, "Noto Serif SC", true)) })
	loadSans  = sync.OnceValues(func() (*ofd.Font, error) { return withRare(load(sansFile, "Noto Sans SC", false)) })
	loadRare  = sync.OnceValues(func() (*ofd.Font, error) { return load(rareFile, "Noto Serif SC", true) })
)

// Serif is Noto Serif SC Regular. The font is unpacked once and shared; it must
// not be changed. An error means that the program was built wrongly.
func Serif() (*ofd.Font, error) { return loadSerif() }

// Sans is Noto Sans SC Medium, under the same terms as Serif.
func Sans() (*ofd.Font, error) { return loadSans() }

// Standard lists the characters of 通用规范汉字表 in the order of the table:
// level one has 3,500, level two 3,000 and level three 1,605.
func Standard() []rune {
	var out []rune
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, []rune(strings.TrimSpace(line))...)
		}
	}
	return out
}

func load(packed []byte, family string, serif bool) (*ofd.Font, error) {
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", family, err)
	}
	ttf, err := io.ReadAll(zr)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", family, err)
	}
	f, err := ofd.ParseFont(ttf)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", family, err)
	}
	f.Name, f.Family, f.Serif = family, family, serif
	return f, nil
}

func withRare(f *ofd.Font, err error) (*ofd.Font, error) {
	if err != nil {
		return nil, err
	}
	f.Fallback, err = loadRare()
	return f, err
}
