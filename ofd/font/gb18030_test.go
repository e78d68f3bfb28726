package font_test

import (
	"errors"
	"hash/maphash"

	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

type span struct{ from, to rune }

// level is what an implementation level of GB 18030-2022 asks for beyond the level below it.
type level struct {
	name  string
	runes []rune
	count int // of characters
	drawn int // of them, the rest is refused; as docs/performance.md tells
}

// levels are the three implementation levels of GB 18030-2022, clause 9, in characters of Unicode 11, on which that
// edition rests. Level 1 (9.2): all one- and two-byte characters and the four-byte ones of the blocks CJK unified
// ideographs, to U+9FEF, and extension A. Level 2 (9.3): what 通用规范汉字表 has beyond it. Level 3 (9.4), which
// public services must meet: all ideographs of the standard, which adds those of extensions B to F, and the Kangxi
// radicals of its table 3.
//
// The two-byte characters come from the table of golang.org/x/text, which is that of the WHATWG and still maps 24 of
// them to the private use area as the edition of 2000 did: appendix D of 2022 moves ten of them to vertical forms of
// punctuation and the rest to ideographs that the ranges have anyway, and the user-defined zones hold no characters.
// Check: 87,887 ideographs in all, as the standard's foreword counts them.
func levels() []*level {
	var have [unicode.MaxRune + 1]bool
	out := []*level{
		{name: "1", count: 28_582, drawn: 28_578},
		{name: "2", count: 196, drawn: 196},
		{name: "3", count: 60_335, drawn: 231},
	}
	add := func(l *level, spans ...span) {
		for _, s := range spans {
			for r := s.from; r <= s.to; r++ {
				if !have[r] {
					have[r] = true
					l.runes = append(l.runes, r)
				}
			}
		}
	}
	add(out[0], span{' ', '~'})
	decoder := simplifiedchinese.GB18030.NewDecoder()
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			text, err := decoder.Bytes([]byte{byte(lead), byte(trail)})
			if r := []rune(string(text)); err == nil && len(r) == 1 && r[0] != unicode.ReplacementChar && !unicode.Is(unicode.Co, r[0]) {
				add(out[0], span{r[0], r[0]})
			}
		}
	}
	add(out[0], span{0x1E3F, 0x1E3F}, span{0xFE10, 0xFE19}, span{0x3400, 0x4DB5}, span{0x4E00, 0x9FEF})
	for _, r := range font.Standard() {
		add(out[1], span{r, r})
	}
	add(out[2], span{0x20000, 0x2A6D6}, span{0x2A700, 0x2B734}, span{0x2B740, 0x2B81D}, span{0x2B820, 0x2CEA1}, span{0x2CEB0, 0x2EBE0},
		span{0x2F00, 0x2FD5})
	return out
}

func TestLevelsOfGB18030(t *testing.T) {
	t.Parallel()
	ideographs := 0
	for _, l := range levels() {
		if len(l.runes) != l.count {
			t.Errorf("level %s adds %d characters, want %d", l.name, len(l.runes), l.count)
		}
		for _, r := range l.runes {
			if unicode.Is(unicode.Unified_Ideograph, r) {
				ideographs++
			}
		}
	}
	if ideographs != 87_887 {
		t.Errorf("%d ideographs, want 87,887", ideographs)
	}
}

// TestEveryCharacterIsDrawnOrRefused writes every character of GB 18030-2022 on a page. Either the license is refused
// for it before there is a file, or the file holds a font of its own that draws it: never a box, never nothing.
func TestEveryCharacterIsDrawnOrRefused(t *testing.T) {
	t.Parallel()
	serif := fonts(t)["serif"]
	shapes := map[uint64][]rune{}
	for _, l := range levels() {
		var drawn, blank, refused int
		for chunk := range slices.Chunk(l.runes, 512) {
			p, missing := write(t, serif, chunk)
			refused += len(missing)
			embedded := embedded(t, p)
			for _, r := range chunk {
				i := slices.IndexFunc(embedded, func(f *ofd.Font) bool { return f.Covers(r) })
				switch {
				case missing[r] && i >= 0:
					t.Errorf("level %s: %c (U+%04X) was refused and is in the file", l.name, r, r)
				case missing[r]:
				case i < 0:
					t.Errorf("level %s: %c (U+%04X) is neither refused nor in the file", l.name, r, r)
				case unicode.Is(unicode.Zs, r):
					blank++
					if len(embedded[i].Outline(r).Data) != 0 {
						t.Errorf("level %s: the space U+%04X is not blank", l.name, r)
					}
				default:
					drawn++
					shape := shape(embedded[i].Outline(r))
					if shape == 0 {
						t.Errorf("level %s: %c (U+%04X) is blank", l.name, r, r)
					}
					shapes[shape] = append(shapes[shape], r)
				}
			}
		}
		if drawn != l.drawn {
			t.Errorf("level %s: %d characters are drawn, want %d", l.name, drawn, l.drawn)
		}
		t.Logf("level %s: %d characters, %d drawn, %d blank as they must be, %d refused", l.name, len(l.runes), drawn, blank, refused)
	}
	// A box is one shape for many characters. Signs of several scripts share theirs, radicals that of the ideograph.
	for _, same := range shapes {
		if len(same) > 4 {
			t.Errorf("%d characters look the same: %s", len(same), string(same[:4]))
		}
	}
}

// write builds a license that shows the characters, without those that it was refused for.
func write(t *testing.T, f *ofd.Font, runes []rune) (*ofd.Package, map[rune]bool) {
	t.Helper()
	missing := map[rune]bool{}
	for {
		shown := slices.DeleteFunc(slices.Clone(runes), func(r rune) bool { return missing[r] })
		p, err := ofd.Build(&ofd.Document{
			ID: strings.Repeat("0", 32), Created: time.Date(2026, 3, 9, 10, 30, 20, 0, time.UTC), Fonts: []*ofd.Font{f},
			Pages: []ofd.Page{{Width: 210, Height: 297, Content: []ofd.Object{ofd.Text{X: 10, Y: 10, Size: 4, Value: string(shown)}}}},
		})
		refusal, ok := errors.AsType[*ofd.MissingGlyph](err)
		switch {
		case err == nil:
			return p, missing
		case !ok || missing[refusal.Rune] || !slices.Contains(shown, refusal.Rune):
			t.Fatalf("write %d characters: %v", len(shown), err)
		}
		missing[refusal.Rune] = true
	}
}

// embedded are the fonts that a file carries.
func embedded(t *testing.T, p *ofd.Package) []*ofd.Font {
	t.Helper()
	var out []*ofd.Font
	for _, name := range p.Names() {
		if !strings.HasSuffix(name, ".ttf") {
			continue
		}
		data, _ := p.Entry(name)
		f, err := ofd.ParseFont(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, f)
	}
	return out
}

// shape is an outline in a form that can be compared; zero for none.
func shape(p ofd.Path) uint64 {
	if len(p.Data) == 0 {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(seed)
	for _, s := range p.Data {
		maphash.WriteComparable(&h, s)
	}
	return h.Sum64()
}

var seed = maphash.MakeSeed()
