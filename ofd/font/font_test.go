package font_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
)

func fonts(t testing.TB) map[string]*ofd.Font {
	t.Helper()
	serif, err := font.Serif()
	if err != nil {
		t.Fatal(err)
	}
	sans, err := font.Sans()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*ofd.Font{"serif": serif, "sans": sans}
}

func TestStandardHas8105DistinctCharacters(t *testing.T) {
	t.Parallel()
	seen := map[rune]bool{}
	for _, r := range font.Standard() {
		if r < 0x3400 {
			t.Errorf("U+%04X is not a Han character", r)
		}
		seen[r] = true
	}
	if len(font.Standard()) != 8105 || len(seen) != 8105 {
		t.Fatalf("got %d characters, %d distinct, want 8105", len(font.Standard()), len(seen))
	}
	// Spot checks at the borders of the three levels.
	for at, want := range map[int]rune{0: '一', 3499: '矗', 3500: '乂', 6499: '齉', 6500: '亍', 8104: '蠼'} {
		if got := font.Standard()[at]; got != want {
			t.Errorf("character %d = %c, want %c", at+1, got, want)
		}
	}
}

func TestEveryStandardCharacterHasItsOwnOutline(t *testing.T) {
	t.Parallel()
	for name, f := range fonts(t) {
		box := len(f.Outline('口').Data)
		for _, r := range font.Standard() {
			if !f.Covers(r) {
				t.Errorf("%s: %c (U+%04X) is missing", name, r, r)
			}
			// The shortest Han outline, 一, still has a closed contour.
			if n := len(f.Outline(r).Data); n < 5 && box > 0 {
				t.Errorf("%s: %c has an outline of %d segments", name, r, n)
			}
			if f.Advance(r) != 1 {
				t.Errorf("%s: %c is %v em wide, want 1", name, r, f.Advance(r))
			}
		}
	}
}

func TestSignsAndRareNames(t *testing.T) {
	t.Parallel()
	const signs = "!~ \u00A0ÿ·〇①⑳ⅠⅫ★○●□→…—“”《》、。，：；？！（）〔〕￥℃㎡№"
	const names = "㛃䶮𬱖𫘝𨐈𬍛買買提·阿不都热合曼陳彥彣犇堃喆昇珮龢"
	for name, f := range fonts(t) {
		for _, r := range signs {
			if !f.Covers(r) {
				t.Errorf("%s: sign U+%04X is missing", name, r)
			}
		}
		for _, r := range names {
			if r != '·' && len(f.Outline(r).Data) == 0 {
				t.Errorf("%s: %c cannot be drawn, even by the fallback", name, r)
			}
		}
		if f.Covers(0x10FFFD) || len(f.Outline(0x10FFFD).Data) != 0 {
			t.Errorf("%s draws a character that does not exist", name)
		}
	}
}
