package pinyin_test

import (
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/pinyin"
)

func TestKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		others []string
		want   string
	}{
		{"食品经营许可证", []string{"11350000YX0000016Q012"}, "食品经营许可证|shipinjingyingxukezheng|spjyxkz|11350000yx0000016q012"},
		{"Ａ类｜许可", nil, "a类 许可|leixuke|lxk"},
		{"", nil, "||"},
	} {
		if got := pinyin.Key(c.name, c.others...); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if got, want := pinyin.Words(" 食品　SPJY 100% a_b "), []string{"%食品%", "%spjy%", `%100\%%`, `%a\_b%`}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := pinyin.Words(" \t"); got != nil {
		t.Errorf("nothing asked: %q", got)
	}
}
