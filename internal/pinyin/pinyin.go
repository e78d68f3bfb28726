// Package pinyin makes the text by which people find things: names as written, in full pinyin and by the
// initials of their pinyin (拼音首字母), beside codes.
package pinyin

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// Key is what a search is held against: each name folded, with its pinyin and initials, and every other word
// folded. Its parts are separated by a bar, which no search holds.
func Key(name string, others ...string) string {
	var full, initials strings.Builder
	args := pinyin.NewArgs()
	for _, r := range name {
		syllables := pinyin.SinglePinyin(r, args)
		if len(syllables) == 0 {
			if r < 0x80 {
				full.WriteString(strings.ToLower(string(r)))
			}
			continue
		}
		full.WriteString(syllables[0])
		initials.WriteString(syllables[0][:1])
	}
	parts := append([]string{fold(name), full.String(), initials.String()}, others...)
	for i := 3; i < len(parts); i++ {
		parts[i] = fold(parts[i])
	}
	return strings.Join(parts, "|")
}

// Words are the patterns for LIKE … ESCAPE '\' that a search asks for: all of them must be met.
func Words(search string) []string {
	var patterns []string
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	for _, w := range strings.Fields(fold(search)) {
		patterns = append(patterns, "%"+escape.Replace(w)+"%")
	}
	return patterns
}

func fold(s string) string {
	return strings.ReplaceAll(strings.ToLower(norm.NFKC.String(s)), "|", " ")
}
